"""``drifta backup`` and ``drifta restore``."""
