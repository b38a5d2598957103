"""POST to a web address that somebody gave us, guarded against reaching into the own network (SSRF)."""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS = 15
#: Bytes of an answer that are read; the rest is of no interest.
ANSWER = 2000


class Forbidden(Exception):
    """The address is none that may be called; the text says why."""


@dataclass(frozen=True)
class Answer:
    """HTTP status and the beginning of the body."""

    status: int
    text: str

    @property
    def is_good(self) -> bool:
        """Whether the receiver took it."""
        return 200 <= self.status < 300


def post(url: str, body: bytes, headers: dict[str, str], *, internal: bool) -> Answer:
    """Send a POST; follows no redirection. Raises ``Forbidden``, ``OSError``, ``http.client.HTTPException``.

    Unless ``internal``, only addresses that are reachable from the whole internet are called, and exactly the
    address that was checked is the one that is called.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise Forbidden("not an http or https address")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(parts.hostname, port, internal=internal)
    connection = _connection(parts.scheme, parts.hostname, port, address)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.read(ANSWER).decode("utf-8", "replace"))
    finally:
        connection.close()


def _resolve(host: str, port: int, *, internal: bool) -> str:
    found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    allowed = sorted(address for address in found if internal or _is_public(address))
    if not allowed:
        raise Forbidden(f"{host} is an address inside the own network")
    return allowed[0]


def _is_public(address: str) -> bool:
    place = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(place, "ipv4_mapped", None) or getattr(place, "sixtofour", None) or place
    return bool(place.is_global and inner.is_global and not place.is_multicast)


def _connection(scheme: str, host: str, port: int, address: str) -> http.client.HTTPConnection:
    raw = socket.create_connection((address, port), SECONDS)
    if scheme == "https":
        try:
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=host)
        except BaseException:
            raw.close()
            raise
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    connection.sock = raw
    return connection
