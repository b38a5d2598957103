"""What is measured inside Django, which must be set up before these are imported (``bench.house``)."""
