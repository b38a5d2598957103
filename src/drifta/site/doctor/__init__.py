"""``drifta doctor``: examines an installation and says how to mend it."""
