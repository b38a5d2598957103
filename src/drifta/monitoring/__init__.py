"""Checks, their states, metrics and alerts."""
