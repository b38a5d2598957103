"""What people do at their workstations. Runs on a workstation of the lab, as its users' programs would.

    python -S -m lab.tasks < order > deeds

The order is a JSON object, see ``Order``; every deed is one line of JSON, see ``Deed``. Servers are found by name, so
that a fault in the name service hurts as it does in earnest. Only the standard library and Debian's programs are used.
"""

from __future__ import annotations

import base64
import contextlib
import email.message
import http.client
import imaplib
import json
import smtplib
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypedDict

from lab import people
from lab.people import DOMAIN, PASSWORD, Person

AUTHORITY = "/etc/ssl/lab/ca.pem"
#: Seconds after which people give up waiting.
PATIENCE = 15.0
PATIENCE_AT_THE_PRINTER = 60.0
MULTI_STATUS = 207
#: smbclient remembers addresses for minutes otherwise, and would not notice that names fail.
FRESH = "--option=name cache timeout=0"
PAGE = b"""%PDF-1.1
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
"""


class Order(TypedDict):
    """Who is to do what, and how many at a time."""

    people: list[str]
    tasks: list[str]
    queue: str
    """Where people at this site print."""
    hands: int


class Deed(TypedDict):
    """What one person did, and how it went."""

    person: str
    task: str
    ok: bool
    error: str
    seconds: float


class NotDone(Exception):
    """A task did not work, for a reason that its user would see."""


def program(*words: str, text: str | bytes = "", environment: dict[str, str] | None = None) -> str:
    """Run a program as a user does, and return what it prints, errors last."""
    data = text if isinstance(text, bytes) else text.encode()
    try:
        done = subprocess.run(
            words, input=data, capture_output=True, timeout=PATIENCE, check=False, env=environment, cwd="/tmp"
        )
    except subprocess.TimeoutExpired as error:
        raise NotDone(f"{words[0]} does not answer") from error
    if done.returncode:
        raise NotDone((done.stdout + done.stderr).decode(errors="replace").strip() or f"{words[0]} failed")
    return (done.stdout + done.stderr).decode(errors="replace")


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Wait as long as people do."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise NotDone(what)
        time.sleep(0.1)


def look_up(person: Person, order: Order) -> None:
    """Find a server by its name."""
    if not socket.getaddrinfo(f"intranet.{DOMAIN}", 443):
        raise NotDone("The name has no address")


def use_web(person: Person, order: Order) -> None:
    """Open the intranet in a browser, which checks the certificate."""
    trust = ssl.create_default_context(cafile=AUTHORITY)
    connection = http.client.HTTPSConnection(f"intranet.{DOMAIN}", timeout=PATIENCE, context=trust)
    with contextlib.closing(connection):
        connection.request("GET", "/")
        answer = connection.getresponse()
        if answer.status != http.client.OK or b"Anslagstavlan" not in answer.read():
            raise NotDone(f"The intranet answers {answer.status}")


def sign_in(person: Person, order: Order) -> None:
    """Sign in with the account of the directory, and see the own groups."""
    name = f"uid={person.login},ou=people,dc=norrvik,dc=example"
    url = f"ldap://ldap.{DOMAIN}"
    search = ("ldapsearch", "-x", "-LLL", "-o", "nettimeout=10", "-H", url, "-D", name, "-w", PASSWORD, "-b", name)
    found = program(*search, "memberOf")
    for group in person.groups:
        if f"cn={group}," not in found:
            raise NotDone(f"{person.login} is no longer in {group}")


def sign_in_windows(person: Person, order: Order) -> None:
    """Sign in with the Windows account."""
    url, name = f"ldaps://dc1.{DOMAIN}", f"{person.login}@ad.norrvik.example"
    search = ("ldapsearch", "-x", "-LLL", "-o", "nettimeout=10", "-H", url, "-D", name, "-w", PASSWORD, "-s", "base")
    program(*search, "-b", "DC=ad,DC=norrvik,DC=example", "dn", environment={"LDAPTLS_REQCERT": "allow"})


def open_file(person: Person, order: Order) -> None:
    """Read a file in the common share, and save one of one's own."""
    name = f"{person.login}.txt"
    share = ("smbclient", f"//files.{DOMAIN}/everyone", "-U", f"{person.login}%{PASSWORD}", "-t", "14", FRESH, "-c")
    said = program(*share, f"get läs-mig.txt -; put /etc/services {name}; del {name}")
    if "NT_STATUS_" in said:
        raise NotDone(said)


def use_mail(person: Person, order: Order) -> None:
    """Write oneself a mail, and wait for it in the mailbox."""
    mark = uuid.uuid4().hex
    letter = email.message.EmailMessage()
    letter["From"] = letter["To"] = person.mail
    letter["Subject"] = f"Påminnelse {mark}"
    letter["X-Lab"] = mark
    letter.set_content("Kom ihåg mötet på torsdag.\n")
    with smtplib.SMTP(f"mail.{DOMAIN}", timeout=PATIENCE) as sender:
        sender.send_message(letter)
    box = imaplib.IMAP4(f"mail.{DOMAIN}", timeout=PATIENCE)
    box.login(person.login, PASSWORD)
    box.select("INBOX")
    until(lambda: arrived(box, mark), "The mail does not arrive")
    box.logout()


def arrived(box: imaplib.IMAP4, mark: str) -> bool:
    """Whether the mail with this mark is in the open mailbox."""
    box.noop()
    return bool(box.search(None, "HEADER", "X-Lab", mark)[1][0])


def use_calendar(person: Person, order: Order) -> None:
    """Open the own calendar."""
    token = base64.b64encode(f"{person.login}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {token}", "Depth": "0"}
    with contextlib.closing(http.client.HTTPConnection(f"calendar.{DOMAIN}", 5232, timeout=PATIENCE)) as connection:
        connection.request("PROPFIND", f"/{person.login}/calendar/", headers=headers)
        status = connection.getresponse().status
    if status != MULTI_STATUS:
        raise NotDone(f"The calendar answers {status}")


def print_page(person: Person, order: Order) -> None:
    """Print one page, and wait until the printer has it."""
    host = f"print.{DOMAIN}:631"
    said = program("lp", "-h", host, "-d", order["queue"], "-o", "document-format=application/pdf", text=PAGE)
    job = said.split()[3]
    done = ("lpstat", "-h", host, "-W", "completed", "-o")
    until(lambda: job in program(*done).split(), "The page is not printed", PATIENCE_AT_THE_PRINTER)


def join_wireless(person: Person, order: Order) -> None:
    """Be let into the wireless network."""
    attributes = f'User-Name = "{person.login}", User-Password = "{PASSWORD}", Message-Authenticator = 0x00'
    server = socket.gethostbyname(f"radius.{DOMAIN}")
    said = program("radclient", "-r5", "-t2", f"{server}:1812", "auth", "delad-hemlighet", text=attributes)
    if "Access-Accept" not in said:
        raise NotDone("The wireless network refuses the password")


TASKS: dict[str, Callable[[Person, Order], None]] = {
    "look-up": look_up,
    "web": use_web,
    "sign-in": sign_in,
    "windows": sign_in_windows,
    "files": open_file,
    "mail": use_mail,
    "calendar": use_calendar,
    "print": print_page,
    "wireless": join_wireless,
}


def do(login: str, task: str, order: Order) -> Deed:
    """Let one person do one task; whatever goes wrong is told, not raised."""
    begun, error = time.monotonic(), ""
    try:
        TASKS[task](people.person(login), order)
    except Exception as problem:  # every client has errors of its own
        error = f"{type(problem).__name__}: {problem}"
    return {"person": login, "task": task, "ok": not error, "error": error, "seconds": time.monotonic() - begun}


def main() -> None:
    """Carry out the order, and print every deed as soon as it is done."""
    order: Order = json.load(sys.stdin)
    with ThreadPoolExecutor(order["hands"]) as hands:
        waiting = [hands.submit(do, login, task, order) for task in order["tasks"] for login in order["people"]]
        for deed in waiting:
            print(json.dumps(deed.result()), flush=True)


if __name__ == "__main__":
    main()
