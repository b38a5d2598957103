"""HTTP/1.1 with limits on a request's head, which uvicorn's own protocol awaits for ever at any size."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD = 64 * 1024
"""Bytes that request line and headers may have together."""
MOST_HEADERS = 200
SLOWEST_HEAD = 20.0
"""Seconds from the first byte (or the connection) until the head of a request must be complete."""


class HeadTooLarge(Exception):
    """The head of the request is larger than ``LARGEST_HEAD`` or has more than ``MOST_HEADERS`` fields."""


class PatientProtocol(HttpToolsProtocol):
    """One connection of a client; patient, but not for ever."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer with the connection."""
        self._stop_timer()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer 400 to what cannot be parsed, 431 (RFC 6585) to a head that is too large; then close."""
        if self._head_size > LARGEST_HEAD or len(self.headers or ()) >= MOST_HEADERS:
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        """A request begins: its head must be complete in time."""
        super().on_message_begin()
        self._head_size = 0
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        """Count the request line."""
        self._count(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count one header field."""
        self._count(name + value)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there: the shell watches over the body."""
        self._stop_timer()
        super().on_headers_complete()

    def _count(self, piece: bytes) -> None:
        self._head_size += len(piece)
        if self._head_size > LARGEST_HEAD or len(self.headers) >= MOST_HEADERS:
            raise HeadTooLarge

    def _expect_head(self) -> None:
        self._stop_timer()
        self._head_timer = self.loop.call_later(SLOWEST_HEAD, self._close)

    def _stop_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _close(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()

    def _refuse_head(self) -> None:
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        )
        self._close()
