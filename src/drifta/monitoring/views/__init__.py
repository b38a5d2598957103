"""Pages of monitoring, the probe protocol, and the intake for other systems' alerts."""
