"""The desk's pages, one file per kind of page."""
