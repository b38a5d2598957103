"""The embedded PostgreSQL: its place, its configuration, its running."""
