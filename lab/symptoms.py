"""Plain clients with which faults are seen: each tells what is wrong as a text, an empty one when all is well."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable

import dns.exception
import dns.message
import dns.query
import dns.rcode

from lab import certificates, users
from lab.building import Premises
from lab.machines import Machine
from lab.offers import offers
from lab.people import DOMAIN, PEOPLE, Person
from lab.servers.opensmtpd import offer_mail

Look = Callable[[Premises], str]
#: Where most symptoms are looked at from.
WATCH = "watch"
FULL = 99
"""Percent."""


def failure(attempt: Callable[[], object]) -> str:
    """Try something: why it fails, or an empty text."""
    try:
        attempt()
    except Exception as error:  # every client has errors of its own
        return f"{type(error).__name__}: {error}"
    return ""


def unanswered(premises: Premises, host: str, kind: str, client: str = WATCH) -> str:
    """Ask one server as its own client does."""
    server = premises.server(host, kind)
    return failure(lambda: server.ask(premises[host], premises[client]))


def closed(client: Machine, address: str, port: int) -> str:
    """Open a TCP connection: ``refused``, ``silent`` (nothing comes back) or another reason; empty when it opens."""
    with client.network(), socket.socket() as connection:
        connection.settimeout(2)
        return _reason(lambda: connection.connect((address, port)))


def unheard(client: Machine, address: str, port: int, question: bytes) -> str:
    """Send a datagram: ``refused``, ``silent`` or another reason; empty when something comes back."""
    with client.network(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(1)
        connection.connect((address, port))
        connection.send(question)
        return _reason(lambda: connection.recv(4096))


def _reason(attempt: Callable[[], object]) -> str:
    """Try something with a socket: one word about why it fails."""
    try:
        attempt()
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silent"
    except OSError as error:
        return str(error)
    return ""


def lost(client: Machine, address: str, count: int = 10) -> int:
    """Percent of ``count`` quick pings that get no answer."""
    command = ("ping", "-q", "-n", f"-c{count}", "-i0.05", "-W1", address)
    text = client.run(*command, check=False).stdout
    found = re.search(r"([\d.]+)% packet loss", text)
    return round(float(found[1])) if found else 100


def delay(client: Machine, address: str, count: int = 10) -> float:
    """Milliseconds that large pings in close succession take on average; 0 when none comes back."""
    text = client.run("ping", "-q", "-n", f"-c{count}", "-i0.05", "-s1400", "-W2", address, check=False).stdout
    found = re.search(r"= [\d.]+/([\d.]+)/", text)
    return float(found[1]) if found else 0


def unreachable(client: Machine, address: str) -> str:
    """Ping: a word about it when nothing at all comes back."""
    return f"{address} does not answer pings" if lost(client, address, 3) == 100 else ""


def user_sees(premises: Premises, task: str, person: Person = PEOPLE[0]) -> str:
    """Let one person do one task: what goes wrong."""
    (entry,) = users.work(premises, [person], [task])
    return entry.error


# What faults call ``shows``


def both(*looks: Look) -> Look:
    """What the last one sees, if all of them see something."""

    def look(premises: Premises) -> str:
        seen = ""
        for one in looks:
            if not (seen := one(premises)):
                return ""
        return seen

    return look


def sees(look: Look, *words: str) -> Look:
    """What ``look`` sees, if one of ``words`` is in it."""

    def chosen(premises: Premises) -> str:
        seen = look(premises)
        return seen if any(word in seen for word in words) else ""

    return chosen


def well(look: Look) -> Look:
    """The contrary: a word when ``look`` sees nothing."""
    return lambda premises: "" if look(premises) else "well"


def fails(host: str, kind: str, client: str = WATCH) -> Look:
    """Why one server does not answer its own client."""
    return lambda premises: unanswered(premises, host, kind, client)


def port(host: str, number: int, client: str = WATCH) -> Look:
    """What is wrong with a TCP port, see ``closed``."""
    return lambda premises: closed(premises[client], premises[host].address, number)


def port_refused(host: str, number: int, client: str = WATCH) -> Look:
    """The machine answers, but nothing listens at the port."""
    return both(well(away(host, client)), sees(port(host, number, client), "refused"))


def port_silent(host: str, number: int, beside: int) -> Look:
    """Connections are neither opened nor refused, while another port is open."""
    return both(well(port(host, beside)), sees(port(host, number), "silent"))


def connect(client: str, address: str, number: int) -> Look:
    """What is wrong with a TCP port of any address."""
    return lambda premises: closed(premises[client], address, number)


def loopback(host: str, number: int) -> Look:
    """What is wrong with a TCP port for programs on the machine itself."""
    return connect(host, "127.0.0.1", number)


def away(host: str, client: str = WATCH) -> Look:
    """The machine does not answer pings."""
    return lambda premises: unreachable(premises[client], premises[host].address)


def ping(client: str, address: str) -> Look:
    """Any address does not answer pings."""
    return lambda premises: unreachable(premises[client], address)


def datagram(host: str, number: int, question: bytes) -> Look:
    """What is wrong with a UDP port, as words of ``closed``: ``silent`` when ``question`` gets no answer."""
    return lambda premises: unheard(premises[WATCH], premises[host].address, number, question)


def user(task: str, person: Person = PEOPLE[0]) -> Look:
    """What goes wrong for a person who does a task."""
    return lambda premises: user_sees(premises, task, person)


def full(host: str, folder: str) -> Look:
    """Hardly anything fits on the disk on which a folder is."""

    def look(premises: Premises) -> str:
        said = premises[host].shell(f"df --output=pcent {folder} | tail -1").strip(" %\n")
        return f"{folder} is {said} % full" if int(said) >= FULL else ""

    return look


def page_from(client: str) -> Look:
    """Status and text of the intranet's first page, whatever they are; reasons when there is none."""

    def look(premises: Premises) -> str:
        web = premises["web"]
        trust = certificates.context(web.home)
        with premises[client].network():
            connection = http.client.HTTPSConnection(web.address, 443, timeout=5, context=trust)
            try:
                connection.request("GET", "/", headers={"Host": f"intranet.{DOMAIN}"})
                answer = connection.getresponse()
                return f"{answer.status} {answer.read().decode().strip()}"
            except (OSError, http.client.HTTPException) as error:
                return f"{type(error).__name__}: {error}"
            finally:
                connection.close()

    return look


page = page_from(WATCH)


def handshake(host: str, number: int, name: str) -> Look:
    """Why a client that checks certificates does not trust a TLS port of a host, which it knows by ``name``."""

    def look(premises: Premises) -> str:
        trust = certificates.context(premises[host].home)
        with premises[WATCH].network():
            return failure(lambda: _shake_hands(trust, premises[host].address, number, name))

    return look


def _shake_hands(trust: ssl.SSLContext, address: str, number: int, name: str) -> None:
    with socket.create_connection((address, number), 3) as connection:
        trust.wrap_socket(connection, server_hostname=name).close()


def answers(server: str, name: str, kind: str = "A", client: str = WATCH) -> Look:
    """What the name server on a host says to a question, such as ``NOERROR 10.20.0.11``; why when it says nothing."""
    question = dns.message.make_query(name, kind)

    def look(premises: Premises) -> str:
        with premises[client].network():
            try:
                answer = dns.query.udp(question, premises[server].address, timeout=2)
            except (OSError, dns.exception.DNSException) as error:
                return f"{type(error).__name__}: {error}"
        found = " ".join(record.to_text() for group in answer.answer for record in group)
        return f"{dns.rcode.to_text(answer.rcode())} {found}".strip()

    return look


def nameless(name: str, kind: str = "A") -> Look:
    """The name server of the headquarters answers that there is no such record."""

    def look(premises: Premises) -> str:
        said = answers("names", name, kind)(premises)
        return f"{name} has no {kind} record ({said})" if said in ("NOERROR", "NXDOMAIN") else ""

    return look


def offered(premises: Premises) -> str:
    """What a machine of the headquarters is offered that asks for an address now."""
    return "; ".join(str(offer) for offer in offers(premises[WATCH]))


def mail_refused(sender: str, recipient: str) -> Look:
    """What the office's mail server says when it does not take a mail."""

    def look(premises: Premises) -> str:
        with premises[WATCH].network():
            return failure(lambda: offer_mail(premises["mail"], sender, recipient))

    return look


def print_server(*words: str) -> Look:
    """What the print server says to ``lpstat`` with these words."""

    def look(premises: Premises) -> str:
        host = f"{premises['print'].address}:631"
        return premises[WATCH].run("lpstat", "-h", host, *words, seconds=5, check=False).stdout.strip()

    return look
