"""HTTP/1.1 requests and responses as bytes (RFC 9112): no sockets, no waiting.

Own code because the checks need what client libraries hide: when the first byte came, and no work beyond it.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cached_property

HEAD_LIMIT = 65536
BODY_LIMIT = 1 << 20
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r?\n", re.IGNORECASE)
_CHUNKED = re.compile(rb"\ntransfer-encoding:[^\r\n]*\bchunked[ \t]*\r?\n", re.IGNORECASE)
_CHARSET = re.compile(rb"\ncontent-type:[^\r\n]*\bcharset=\"?([\w.:-]+)", re.IGNORECASE)
_UNTIL_CLOSE = -1


class NotHttp(Exception):
    """The peer's answer is not HTTP/1.x, or its framing is broken."""


def build_request(method: str, path: str, host: str, headers: Mapping[str, str], body: bytes | None = None) -> bytes:
    """Return a request that asks the server to close the connection afterwards."""
    fields = {"Host": host, "User-Agent": "Drifta-Probe", "Accept": "*/*", "Connection": "close"}
    if body is not None:
        fields["Content-Length"] = str(len(body))
    fields |= headers
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1") + (body or b"")


def basic_credentials(username: str, password: str) -> str:
    """Return the value of an Authorization header (RFC 7617)."""
    return "Basic " + b64encode(f"{username}:{password}".encode()).decode()


class ResponseReader:
    """Reads one response; ``status`` is 0 until the head is complete. The body is cut at 1 MiB."""

    def __init__(self, *, head_only: bool = False) -> None:
        self._head_only = head_only
        self._buffer = b""
        self._head = b""
        self._missing = _UNTIL_CLOSE
        self._chunks: _Chunks | None = None
        self.status = 0
        self.reason = ""
        self.broken = False

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; return True when the response is complete (or ``broken``)."""
        self._buffer += data
        try:
            return self._advance()
        except NotHttp:
            self.broken = True
            return True

    def end(self) -> bool:
        """Hear that the peer closed; return whether the response is complete."""
        return bool(self.status) and self._chunks is None and self._missing == _UNTIL_CLOSE

    @property
    def body(self) -> bytes:
        """The body as far as it was read."""
        return bytes(self._chunks.body) if self._chunks else self._buffer

    @cached_property
    def headers(self) -> dict[str, str]:
        """Header fields by lower-case name; of repeated ones the last."""
        lines = self._head.decode("latin-1").splitlines()[1:]
        pairs = (line.partition(":") for line in lines)
        return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}

    def text(self) -> str:
        """The body as text, in the charset that the response names, else UTF-8; unreadable bytes replaced."""
        found = _CHARSET.search(self._head)
        try:
            return self.body.decode(found[1].decode("ascii") if found else "utf-8", "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")

    def _advance(self) -> bool:
        if not self.status and not self._read_head():
            return False
        if self._head_only or self.status in (204, 304):
            return True
        if self._chunks is not None:
            complete = self._chunks.feed(self._buffer)
            self._buffer = b""
            return complete or len(self._chunks.body) >= BODY_LIMIT
        return len(self._buffer) >= BODY_LIMIT or 0 <= self._missing <= len(self._buffer)

    def _read_head(self) -> bool:
        """Take the head out of the buffer if it is there; skip interim (1xx) ones."""
        end = _END_OF_HEAD.search(self._buffer)
        if end is None:
            if len(self._buffer) > HEAD_LIMIT or not b"HTTP/1.".startswith(self._buffer[:7]):
                raise NotHttp
            return False
        head = self._buffer[: end.end()]
        self._buffer = self._buffer[end.end() :]
        status = _STATUS.match(head)
        if status is None:
            raise NotHttp
        if status[1].startswith(b"1"):
            return self._read_head()
        self._head, self.status, self.reason = head, int(status[1]), (status[2] or b"").decode("latin-1")
        self._frame(head)
        return True

    def _frame(self, head: bytes) -> None:
        if _CHUNKED.search(head):
            self._chunks = _Chunks()
            return
        length = _LENGTH.search(head)
        if length is not None:
            self._missing = int(length[1])


class _Chunks:
    """Decodes the chunked transfer coding (RFC 9112 §7.1); trailers are skipped."""

    def __init__(self) -> None:
        self.body = bytearray()
        self._rest = b""

    def feed(self, data: bytes) -> bool:
        """Take the next bytes; return True at the last chunk."""
        self._rest += data
        while True:
            line, newline, after = self._rest.partition(b"\n")
            if not newline:
                if len(line) > HEAD_LIMIT:
                    raise NotHttp
                return False
            size = _chunk_size(line)
            if size == 0:
                return True
            if len(after) < size + 2:
                return self._keep_partial(size, after)
            self.body += after[:size]
            self._rest = after[size:].removeprefix(b"\r").removeprefix(b"\n")

    def _keep_partial(self, size: int, after: bytes) -> bool:
        """Wait for the rest of a chunk, unless the body is long enough already."""
        if len(self.body) + len(after) >= BODY_LIMIT:
            self.body += after[:size]
            return True
        return False


def _chunk_size(line: bytes) -> int:
    try:
        size = int(line.partition(b";")[0].strip(), 16)
    except ValueError:
        raise NotHttp from None
    if size < 0:
        raise NotHttp
    return size
