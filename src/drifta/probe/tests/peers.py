"""Real counterparts for the checks: certificates, TLS, name, time and web servers on loopback."""

import asyncio
import ipaddress
import socket
import ssl
import struct
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Authority:
    """A certificate authority made for one test session."""

    folder: Path

    @cached_property
    def _key(self) -> ec.EllipticCurvePrivateKey:
        return ec.generate_private_key(ec.SECP256R1())

    @cached_property
    def _certificate(self) -> x509.Certificate:
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab Authority")])
        builder = _builder(name, name, self._key.public_key(), -10, 3650)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
        return builder.sign(self._key, hashes.SHA256())

    @cached_property
    def file(self) -> Path:
        """PEM file of the authority."""
        path = self.folder / "authority.pem"
        path.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        return path

    def context(self, *names: str, first_day: float = -1, last_day: float = 90) -> ssl.SSLContext:
        """Return a server context with a certificate for ``names``, valid from and until days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        builder = _builder(subject, self._certificate.subject, key.public_key(), first_day, last_day)
        builder = builder.add_extension(x509.SubjectAlternativeName(list(map(_name, names))), critical=False)
        signed = builder.sign(self._key, hashes.SHA256())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.NamedTemporaryFile(dir=self.folder, suffix=".pem") as file:
            file.write(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            file.write(signed.public_bytes(serialization.Encoding.PEM))
            file.flush()
            context.load_cert_chain(file.name)
        return context


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, first: float, last: float
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=first))
        .not_valid_after(now + timedelta(days=last))
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@contextmanager
def reserved_port() -> Iterator[int]:
    """Yield a TCP port of loopback that nobody else gets until the block ends.

    Who connects is refused for as long as no server (with SO_REUSEADDR, as all have it) listens there.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


@contextmanager
def deaf_port() -> Iterator[int]:
    """Yield a UDP port of loopback that refuses everybody and that nobody else gets until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.connect(holder.getsockname())  # from now on it hears only itself
        yield holder.getsockname()[1]


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]


@asynccontextmanager
async def listen(talk: Talk, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[int]:
    """Serve ``talk`` on loopback; yield the port."""
    server = await asyncio.start_server(talk, "127.0.0.1", port, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def says(text: bytes, *, wait: bool = False) -> Talk:
    """Return a conversation: send ``text``; then close, or wait for the peer to."""

    async def talk(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        outgoing.write(text)
        if wait:
            await incoming.read()
        outgoing.close()

    return talk


def imap_server(tls: ssl.SSLContext) -> Talk:
    """Return an IMAP server that knows STARTTLS only."""

    async def talk(incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        outgoing.write(b"* OK ready\r\n")
        tag = (await incoming.readline()).split()[0]
        outgoing.write(tag + b" OK begin\r\n")
        await outgoing.drain()
        try:
            await outgoing.start_tls(tls)
            await incoming.read()
        except (OSError, ssl.SSLError):
            pass
        outgoing.close()

    return talk


class NameServer(asyncio.DatagramProtocol):
    """Answers from ``zone``: (name, type) → records; ``silent`` swallows the next questions."""

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {}
        self.rcode = dns.rcode.NOERROR
        self.silent = 0
        self.truncate = False
        self.questions = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self.questions += 1
        if self.silent:
            self.silent -= 1
            return
        self._transport.sendto(self.answer(data, udp=True), address)

    def answer(self, data: bytes, *, udp: bool) -> bytes:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        kind = question.to_text().split()[-1]
        if udp and self.truncate:
            answer.flags |= dns.flags.TC
            return answer.to_wire()
        records = self.zone.get((name, kind))
        if self.rcode != dns.rcode.NOERROR:
            answer.set_rcode(self.rcode)
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        return answer.to_wire()

    async def over_tcp(self, incoming: asyncio.StreamReader, outgoing: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!H", await incoming.readexactly(2))
        answer = self.answer(await incoming.readexactly(length), udp=False)
        outgoing.write(struct.pack("!H", len(answer)) + answer)
        outgoing.close()


@asynccontextmanager
async def name_server() -> AsyncIterator[tuple[NameServer, int]]:
    """Serve names over UDP and TCP on one port."""
    server = NameServer()
    datagrams, connections = _both_sockets()
    over_tcp = await asyncio.start_server(server.over_tcp, sock=connections)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: server, sock=datagrams)
    try:
        yield server, datagrams.getsockname()[1]
    finally:
        transport.close()
        over_tcp.close()


def _both_sockets() -> tuple[socket.socket, socket.socket]:
    """Return sockets for UDP and TCP on one port; of many that are free for one, nearly all are for the other."""
    while True:
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        connections = socket.socket()
        connections.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            connections.bind(datagrams.getsockname())
        except OSError:
            datagrams.close()
            connections.close()
        else:
            return datagrams, connections


class TimeServer(asyncio.DatagramProtocol):
    """An NTP server whose clock is off by ``offset`` seconds."""

    def __init__(self, offset: float, stratum: int = 2) -> None:
        self._offset = offset
        self._stratum = stratum

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        moment = time.time() + self._offset + 2_208_988_800
        stamp = struct.pack("!II", int(moment), int((moment % 1) * (1 << 32)))
        head = struct.pack("!BBbb", 0x24, self._stratum, 0, -20)
        self._transport.sendto(head + bytes(20) + data[40:48] + stamp + stamp, address)


@asynccontextmanager
async def time_server(offset: float, stratum: int = 2) -> AsyncIterator[int]:
    """Serve time on loopback; yield the port."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: TimeServer(offset, stratum), local_addr=("127.0.0.1", 0)
    )
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        transport.close()
