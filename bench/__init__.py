"""Benchmarks: `make bench` runs them all; each is a program of its own, `python -m bench.up`."""
