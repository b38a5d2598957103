"""What the first set-up proposes to watch: this machine, its way out, and what the administrator names."""

import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

ROUTES = Path("/proc/net/route")


@dataclass(frozen=True)
class Proposal:
    """A check that could be made: its kind and settings, and how often it runs (seconds)."""

    key: str
    name: str
    kind: str
    settings: dict[str, Any]
    interval: float = 60


def found_here() -> list[Proposal]:
    """Return what can be watched without being told anything."""
    name = socket.gethostname()
    machine = Proposal("machine", _("This machine (%(name)s)") % {"name": name}, "host", {}, 30)
    gateway = default_gateway()
    if gateway is None:
        return [machine]
    way_out = Proposal(
        "gateway", _("Way out to the network (%(address)s)") % {"address": gateway}, "icmp", {"host": gateway}
    )
    return [machine, way_out]


def default_gateway(routes: Path = ROUTES) -> str | None:
    """Return the IPv4 address of the default route, if there is one."""
    try:
        lines = routes.read_text(encoding="ascii").splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        cells = line.split()
        if len(cells) > 3 and cells[1] == "00000000" and int(cells[3], 16) & 2:
            return socket.inet_ntoa(struct.pack("<L", int(cells[2], 16)))
    return None


def of_web(address: str) -> list[Proposal]:
    """Return the checks for a web address: the page, and its certificate when it is encrypted."""
    url = address if "://" in address else f"https://{address}"
    parts = urlsplit(url)
    host = parts.hostname or address
    name = parts.netloc.rpartition("@")[2] or address
    page = Proposal("", name, "http", {"url": url})
    if parts.scheme != "https":
        return [page]
    settings = {"host": host, "port": parts.port or 443}
    certificate = Proposal("", _("Certificate of %(name)s") % {"name": name}, "tls", settings, 3600)
    return [page, certificate]


def of_host(host: str) -> Proposal:
    """Return the check for a machine."""
    return Proposal("", host, "icmp", {"host": host})
