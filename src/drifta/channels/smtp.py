"""The mail listener: SMTP (RFC 5321) and LMTP (RFC 2033), on aiosmtpd.

A mail is confirmed (250) only when it is stored. Limits: connections in all and from one address, time for one
command, size of a mail, recipients of a mail.
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from drifta import __version__
from drifta.channels import queries
from drifta.channels.received import Received, plain_address
from drifta.channels.recipients import Recipients
from drifta.channels.storing import Store, in_thread

log = logging.getLogger(__name__)

CONNECTIONS = 200
CONNECTIONS_OF_ONE = 100
RECIPIENTS = 100
COMMAND_SECONDS = 300.0
#: Octets of one line; RFC 5321 says 1000, but mails with longer ones exist and are readable.
LONGEST_LINE = 1024 * 1024
Factory = Callable[[], asyncio.Protocol]


class Handler:  # aiosmtpd gives its hooks their names and arguments
    """Answers for the listener: who is accepted as recipient, and what happens with the mail."""

    def __init__(self, store: Store, recipients: Recipients, via: str) -> None:
        self.store = store
        self.recipients = recipients
        self.via = via

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept only the desk's own addresses and the signed reply addresses made from them."""
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients in one mail"
        try:
            desk = await self.recipients.organisation(plain_address(address))
        except Exception:
            log.exception("The recipient of a mail could not be looked up")
            return "451 4.3.0 Drifta cannot look recipients up now, try again later"
        if desk is None:
            configured = await in_thread(queries.has_addresses)
            return (
                "550 5.1.1 Nobody reads mail to this address here"
                if configured
                else ("451 4.3.5 No desk address is set up yet, try again later")
            )
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        organisations = session.__dict__.setdefault("drifta_organisations", {})
        organisations[address] = desk
        return "250 2.1.5 OK"

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Tell what the listener can do: pipelining, but no signing in."""
        session.host_name = hostname
        offered = [line for line in responses if not line.startswith("250-AUTH") and line != "250 HELP"]
        return [*offered, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", "250 HELP"]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Store the mail; confirm when it is safe."""
        recipients = [plain_address(address) for address in envelope.rcpt_tos]
        received = Received(
            organisation_id=session.__dict__["drifta_organisations"][envelope.rcpt_tos[0]],
            sha256="",
            size=0,
            via=self.via,
            peer=_peer(session),
            envelope_from=plain_address(envelope.mail_from),
            envelope_to=tuple(recipients),
        )
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            await self.store.put(content, received)
            answer = "250 2.0.0 Stored"
        except Exception:
            log.exception("A mail could not be stored; its sender keeps it")
            answer = "451 4.3.0 Drifta cannot store mail now, try again later"
        # LMTP wants one answer for each recipient (RFC 2033, section 4.2).
        return "\r\n".join([answer] * len(recipients)) if self.via == "lmtp" else answer

    async def handle_exception(self, error: Exception) -> str:
        """Tell the other side that it is our fault and temporary."""
        log.error("A mail connection failed", exc_info=error)
        return "451 4.3.0 Drifta had an error, try again later"


def _peer(session: Session) -> str:
    peer: Any = session.peer
    return str(peer[0])[:120] if isinstance(peer, tuple) and peer else ""


class Listener(SMTP):
    """One connection. Refuses when there are too many, in all or from one address."""

    line_length_limit = LONGEST_LINE
    open_connections: Counter[str] = Counter()
    __ident__ = f"Drifta {__version__}"

    def __init__(self, handler: Handler, *, size_limit: int, tls: ssl.SSLContext | None, hostname: str) -> None:
        super().__init__(
            handler,
            data_size_limit=size_limit,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident=self.__ident__,
            tls_context=tls,
            timeout=COMMAND_SECONDS,
        )
        self._counted: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection, or refuse it (421)."""
        peer = transport.get_extra_info("peername")
        place = str(peer[0]) if isinstance(peer, tuple) and peer else "local"
        if self._counted is None and self._is_too_much(place):
            assert isinstance(transport, asyncio.WriteTransport)
            transport.write(b"421 4.7.0 Too many connections, try again later\r\n")
            self._refuse(transport)
            return
        if self._counted is None:
            self._counted = place
            self.open_connections[place] += 1
        super().connection_made(transport)

    def _is_too_much(self, place: str) -> bool:
        return self.open_connections.total() >= CONNECTIONS or self.open_connections[place] >= CONNECTIONS_OF_ONE

    def _refuse(self, transport: asyncio.WriteTransport) -> None:
        """Close a connection for which nothing was set up, so that nothing has to be torn down."""
        transport.set_protocol(asyncio.Protocol())
        transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """Give the place to the next one."""
        if self._counted is not None:
            self.open_connections[self._counted] -= 1
            if not self.open_connections[self._counted]:
                del self.open_connections[self._counted]
            self._counted = None
        super().connection_lost(error)


class LmtpListener(Listener):
    """The same for LMTP: another greeting, one answer for each recipient."""

    show_smtp_greeting = False

    async def smtp_LHLO(self, arg: str) -> None:
        """The greeting of LMTP (RFC 2033, section 4.1)."""
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, hostname: str) -> None:
        """Not a command of LMTP."""
        await self.push("500 5.5.1 This is LMTP, say LHLO")

    async def smtp_EHLO(self, hostname: str) -> None:
        """Not a command of LMTP."""
        await self.push("500 5.5.1 This is LMTP, say LHLO")


def tls_context(certificate: str, key: str) -> ssl.SSLContext | None:
    """Return the context for STARTTLS, None when no certificate is set or it cannot be read (which is logged)."""
    if not certificate:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as error:
        log.error("The certificate of the mail listener cannot be used (%s); STARTTLS is off.", error)
        return None
    return context


def factory(store: Store, recipients: Recipients, via: str, options: dict[str, Any]) -> Factory:
    """Return what makes a listener for each connection; ``options`` are read anew for each."""

    def make() -> Listener:
        kind = LmtpListener if via == "lmtp" else Listener
        return kind(Handler(store, recipients, via), **options)

    return make
