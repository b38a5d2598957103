"""The words before TLS begins: SMTP (RFC 3207) and IMAP (RFC 9051 §6.2.1)."""

import asyncio

_LINE_LIMIT = 100


class StartTlsRefused(Exception):
    """The server does not begin TLS; the message is what it said."""


async def negotiate(protocol: str, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
    """Speak ``protocol`` (``smtp``, ``imap`` or ``none``) up to where the handshake begins."""
    if protocol == "smtp":
        await _smtp(incoming, outgoing)
    elif protocol == "imap":
        await _imap(incoming, outgoing)


async def _smtp(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
    await _reply(incoming, "220")
    outgoing.write(b"EHLO drifta-probe\r\n")
    offered = await _reply(incoming, "250")
    if not any(line[4:].strip().upper() == "STARTTLS" for line in offered):
        raise StartTlsRefused(offered[-1])
    outgoing.write(b"STARTTLS\r\n")
    await _reply(incoming, "220")


async def _reply(incoming: asyncio.StreamReader, code: str) -> list[str]:
    """Read one SMTP reply of one or more lines."""
    lines: list[str] = []
    while len(lines) < _LINE_LIMIT:
        line = await _line(incoming)
        lines.append(line)
        if not line.startswith(code):
            raise StartTlsRefused(line)
        if line[3:4] != "-":
            return lines
    raise StartTlsRefused(lines[-1])


async def _imap(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
    greeting = await _line(incoming)
    if not greeting.upper().startswith("* OK"):
        raise StartTlsRefused(greeting)
    outgoing.write(b"d1 STARTTLS\r\n")
    for _ in range(_LINE_LIMIT):
        line = await _line(incoming)
        if line.startswith("d1 "):
            if not line.upper().startswith("D1 OK"):
                raise StartTlsRefused(line)
            return
    raise StartTlsRefused(line)


async def _line(incoming: asyncio.StreamReader) -> str:
    try:
        line = await incoming.readline()
    except ValueError:
        raise StartTlsRefused("…") from None
    if not line:
        raise ConnectionResetError("the connection was closed")
    return line.decode("utf-8", "replace").strip()
