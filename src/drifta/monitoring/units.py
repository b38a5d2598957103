"""Measured values as people read them. Pure arithmetic; numbers are written with a point, as programs do."""

SCALES = {"B": ("B", "KiB", "MiB", "GiB", "TiB", "PiB"), "B/s": ("B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s")}


def quantity(value: float, unit: str) -> str:
    """Return a value with its unit, in at most three significant digits: ``quantity(0.0123, "s") == "12.3 ms"``."""
    if unit == "s" and abs(value) < 1:
        return f"{_short(value * 1000)} ms"
    if unit in SCALES:
        return _scaled(value, SCALES[unit])
    if unit in ("", "1"):
        return _short(value)
    return f"{_short(value)} {unit}"


def _scaled(value: float, names: tuple[str, ...]) -> str:
    step = 0
    while abs(value) >= 1024 and step < len(names) - 1:
        value, step = value / 1024, step + 1
    return f"{_short(value)} {names[step]}"


def _short(value: float) -> str:
    if abs(value) >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
