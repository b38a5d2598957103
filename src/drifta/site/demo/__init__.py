"""Example data: a Nordic organisation."""
