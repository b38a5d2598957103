"""The web process: server, middleware, pages about errors."""
