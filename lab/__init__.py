"""The lab: a virtual office of network namespaces and real servers, for tests and for trying things out.

Start with ``docs/lab.md``. The lab knows neither Drifta nor Django: it is the outside world.
"""
