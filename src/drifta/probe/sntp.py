"""One SNTP question (RFC 5905 §14): how far is this machine's clock from a time server's."""

import asyncio
import struct
import time

_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_CLIENT = 0x23  # leap 0, version 4, mode 3 (client)
_SERVER_MODE = 4
_PACKET = struct.Struct("!B B b b 11I")
_UNSYNCHRONISED = 16


class NoTime(Exception):
    """The time server did not give the time; the message says why. ``code`` is a text code."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class _Question(asyncio.DatagramProtocol):
    """Sends the question, keeps the answer and when it came."""

    def __init__(self, answer: "asyncio.Future[tuple[bytes, float]]") -> None:
        self._answer = answer

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002 – asyncio's signature
        """Take the answer."""
        if not self._answer.done():
            self._answer.set_result((data, time.time()))

    def error_received(self, exc: Exception) -> None:
        """Hear that nobody listens there."""
        if not self._answer.done():
            reason = exc.strerror if isinstance(exc, OSError) else ""
            code = "host.time_refused" if isinstance(exc, ConnectionRefusedError) else "host.no_time"
            self._answer.set_exception(NoTime(reason or str(exc), code))


async def clock_offset(address: str, timeout: float, port: int = 123) -> float:
    """Return the server's time minus this machine's, in seconds. Raises ``NoTime`` and ``TimeoutError``."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[tuple[bytes, float]] = loop.create_future()
    transport, _protocol = await loop.create_datagram_endpoint(lambda: _Question(answer), remote_addr=(address, port))
    try:
        sent = time.time()
        seconds, fraction = _split(sent)
        transport.sendto(_PACKET.pack(_CLIENT, 0, 0, 0, *([0] * 9), seconds, fraction))
        async with asyncio.timeout(timeout):
            data, arrived = await answer
    finally:
        transport.close()
    return _offset(data, (seconds, fraction), sent, arrived)


def _offset(data: bytes, origin: tuple[int, int], sent: float, arrived: float) -> float:
    if len(data) < _PACKET.size:
        raise NoTime("the answer is too short", "host.time_unreadable")
    first, stratum, _poll, _precision, *words = _PACKET.unpack_from(data)
    if first & 7 != _SERVER_MODE or (words[5], words[6]) != origin:
        raise NoTime("the answer does not belong to the question", "host.time_unreadable")
    if not 0 < stratum < _UNSYNCHRONISED or first >> 6 == 3:
        raise NoTime("the server is not synchronised itself", "host.time_unsynchronised")
    received, transmitted = _join(words[7], words[8]), _join(words[9], words[10])
    return ((received - sent) + (transmitted - arrived)) / 2


def _split(moment: float) -> tuple[int, int]:
    whole = int(moment)
    return (whole + _EPOCH) & 0xFFFFFFFF, int((moment - whole) * (1 << 32)) & 0xFFFFFFFF


def _join(seconds: int, fraction: int) -> float:
    """Return Unix time; seconds are read in the NTP era that ends in 2104."""
    if seconds < 1 << 31:
        seconds += 1 << 32
    return seconds - _EPOCH + fraction / (1 << 32)
