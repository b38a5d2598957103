"""Where a check looks, and which other check's failure explains its own.

A host that does not answer explains everything on it; a port that does not answer explains the encryption and
the pages behind it. Pure arithmetic: no database, no Django.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

HOST, PORT, ENCRYPTION, SERVICE, APART = 1, 2, 3, 4, 0
"""Layers: a lower one carries the higher ones; what stands apart (0) carries nothing, nothing carries it."""

LAYERS = {"icmp": HOST, "tcp": PORT, "tls": ENCRYPTION, "http": SERVICE, "dns": SERVICE}
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Place:
    """Where a check looks: an address in lower case ("" for none), a port if there is one, and its layer."""

    address: str = ""
    port: int | None = None
    layer: int = APART


@dataclass(frozen=True)
class Placed:
    """A check, as far as the question of cause needs it."""

    id: int
    place: Place
    asset: int | None = None
    parents: frozenset[int] = frozenset()


def place_of(kind: str, settings: Mapping[str, Any]) -> Place:
    """Return where a check of ``kind`` with these settings looks."""
    layer = LAYERS.get(kind, APART)
    url = settings.get("url")
    if isinstance(url, str):
        return _of_url(url, layer)
    address = settings.get("host") or settings.get("address") or settings.get("resolver") or ""
    port = settings.get("port")
    if not isinstance(address, str) or not address:
        return Place(layer=APART)
    return Place(address.strip("[]").rstrip(".").lower(), port if isinstance(port, int) else None, layer)


def _of_url(url: str, layer: int) -> Place:
    try:
        parts = urlsplit(url)
        return Place((parts.hostname or "").rstrip("."), parts.port or PORTS.get(parts.scheme), layer)
    except ValueError:
        return Place()


def explains(cause: Placed, symptom: Placed) -> bool:
    """Whether a failure of ``cause`` is enough to explain one of ``symptom``. Never both ways round."""
    if cause.id == symptom.id:
        return False
    if cause.id in symptom.parents:
        return symptom.id not in cause.parents or cause.id < symptom.id
    if symptom.id in cause.parents or not _together(cause, symptom):
        return False
    if cause.place.layer == HOST:
        return symptom.place.layer > HOST or (symptom.place.layer == HOST and cause.id < symptom.id)
    if APART in (cause.place.layer, symptom.place.layer) or cause.place.port is None:
        return False
    same_port = cause.place.port == symptom.place.port
    return same_port and (cause.place.layer, cause.id) < (symptom.place.layer, symptom.id)


def _together(one: Placed, other: Placed) -> bool:
    same_asset = one.asset is not None and one.asset == other.asset
    return same_asset or (one.place.address != "" and one.place.address == other.place.address)


def first_cause(symptom: Placed, failing: list[Placed]) -> Placed | None:
    """Return the deepest of the failing checks that explains ``symptom``, or None when it is a cause."""
    explaining = [other for other in failing if explains(other, symptom)]
    parents = [other for other in explaining if other.id in symptom.parents]
    return min(parents or explaining, key=lambda other: (other.place.layer, other.id), default=None)
