"""Pages that belong to no module: first set-up, settings, event log."""
