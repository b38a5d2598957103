"""Web addresses (RFC 3986, schemes http and https), as far as a request needs them."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urljoin, urlsplit

from drifta.words import gettext_noop as _

_PORTS = {"http": 80, "https": 443}
_SAFE = "/?#[]@!$&'()*+,;=%:~-._"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """Where a request goes. ``authority`` is the Host header's value, ``path`` includes the query."""

    secure: bool
    host: str
    port: int
    authority: str
    path: str

    @property
    def origin(self) -> tuple[bool, str, int]:
        """Scheme, host and port."""
        return self.secure, self.host, self.port

    def join(self, location: str) -> Self:
        """Return where a Location header leads to; raises ValueError."""
        if not location:
            raise ValueError(_("The redirect names no address."))
        scheme = "https" if self.secure else "http"
        return type(self)._parse(urljoin(f"{scheme}://{self.authority}{self.path}", location))

    @classmethod
    def _parse(cls, text: str) -> Self:
        parts = urlsplit(text.strip())
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError(_("A web address begins with http:// or https:// and a host name."))
        if parts.username is not None:
            raise ValueError(_("Give user name and password in their own fields, not in the address."))
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname if parts.hostname.isascii() else parts.hostname.encode("idna").decode()
        shown = f"[{host}]" if ":" in host else host
        authority = shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"
        path = quote(parts.path or "/", safe=_SAFE)
        query = "?" + quote(parts.query, safe=_SAFE) if parts.query else ""
        return cls(parts.scheme == "https", host, port, authority, path + query)


def parse_address(text: str) -> WebAddress:
    """Read a web address; raises ValueError that says what is wrong with it."""
    return WebAddress._parse(text)
