"""Asks for an address without taking one, and hears what every DHCP server offers (RFC 2131)."""

from __future__ import annotations

import os
import socket
import struct
import time
from dataclasses import dataclass
from ipaddress import IPv4Address

from lab.machines import Machine

COOKIE = b"\x63\x82\x53\x63"
BROADCAST = 0x8000
DISCOVER, OFFER = 1, 2
#: Numbers of options (RFC 2132).
ROUTER, RESOLVER, KIND, SERVER, END = 3, 6, 53, 54, 255
#: Where the options begin in a message.
HEAD = 240
#: Seconds to wait for the slowest server.
PATIENCE = 1.0


@dataclass(frozen=True)
class Offer:
    """What one server offers."""

    server: str
    address: str
    router: str
    resolver: str

    def __str__(self) -> str:
        """In one line, as evidence."""
        return f"{self.server} offers {self.address}, router {self.router}, resolver {self.resolver}"


def offers(client: Machine, interface: str = "eth0") -> list[Offer]:
    """Ask from ``client`` and wait for every answer; servers in the order of their addresses."""
    transaction = os.urandom(4)
    card = bytes.fromhex(client.run("cat", f"/sys/class/net/{interface}/address").stdout.strip().replace(":", ""))
    with client.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        asker.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
        asker.bind(("", 68))
        asker.sendto(question(transaction, card), ("255.255.255.255", 67))
        found = {offer.server: offer for offer in _heard(asker, transaction)}
    return [found[server] for server in sorted(found)]


def question(transaction: bytes, card: bytes) -> bytes:
    """A DHCPDISCOVER of the network card ``card``, to be answered by broadcast."""
    fixed = struct.pack("!BBBB4sHH", 1, 1, 6, 0, transaction, 0, BROADCAST)
    return fixed + bytes(16) + card.ljust(16, b"\0") + bytes(192) + COOKIE + bytes((KIND, 1, DISCOVER, END))


def _heard(asker: socket.socket, transaction: bytes) -> list[Offer]:
    """Every offer that comes in time."""
    heard, end = [], time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        asker.settimeout(left)
        try:
            message = asker.recv(1500)
        except TimeoutError:
            break
        options = _options(message[HEAD:])
        if message[4:8] == transaction and options.get(KIND) == bytes((OFFER,)):
            heard.append(
                Offer(
                    _address(options.get(SERVER)), _address(message[16:20]),
                    _address(options.get(ROUTER)), _address(options.get(RESOLVER)),
                )
            )  # fmt: skip
    return heard


def _options(text: bytes) -> dict[int, bytes]:
    """Options by number."""
    found: dict[int, bytes] = {}
    place = 0
    while place < len(text) and text[place] != END:
        if text[place] == 0:
            place += 1
            continue
        size = text[place + 1]
        found[text[place]] = text[place + 2 : place + 2 + size]
        place += 2 + size
    return found


def _address(value: bytes | None) -> str:
    """The first address of an option; ``none`` without one."""
    return str(IPv4Address(value[:4])) if value else "none"
