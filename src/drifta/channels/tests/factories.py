"""Mails for tests, and the way they come in."""

from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any

from drifta.channels import actions
from drifta.channels.models import DeskAddress, OutgoingMail, RawMail
from drifta.channels.received import Received
from drifta.kernel import files
from drifta.kernel.actor import SYSTEM
from drifta.kernel.testing import run_jobs
from drifta.people.models import Organisation

DESK = "desk@norrvik.example"
SWEDISH = "Hej,\n\nskrivaren på plan 2 fungerar inte. Jag har provat att starta om den.\n\nMvh\nDag"


def desk(organisation: Organisation, address: str = DESK, **values: Any) -> DeskAddress:
    """Set a desk address up."""
    return actions.add_address(SYSTEM, organisation_id=organisation.pk, address=address, **values)


def letter(
    sender: str = "dag@norrvik.example", subject: str = "Skrivaren", text: str = SWEDISH, **headers: str
) -> EmailMessage:
    """Write a mail; header names with underscores for hyphens."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, headers.pop("To", DESK), subject
    mail["Message-ID"] = headers.pop("Message_ID", make_msgid(domain="test.example"))
    mail["Date"] = headers.pop("Date", "Fri, 20 Nov 2026 10:00:00 +0100")
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def take_in(mail: EmailMessage | bytes, *, to: str = DESK, sender: str | None = None, jobs: bool = True) -> RawMail:
    """Take a mail in as the listener does, and let the worker process it."""
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    stored = files.store(content)
    envelope = sender if sender is not None else ("" if isinstance(mail, bytes) else str(mail["From"]))
    organisation = DeskAddress.objects.order_by("pk").first()
    assert organisation is not None
    received = Received(
        organisation.organisation_id, stored.sha256, stored.size, "smtp", "192.0.2.1", None, envelope, (to,)
    )
    actions.receive(SYSTEM, mails=[received])
    if jobs:
        run_jobs()
    return RawMail.objects.latest("pk")


def outbox(**values: Any) -> list[OutgoingMail]:
    """Return the mails in the outbox, oldest first."""
    return list(OutgoingMail.objects.filter(**values).order_by("pk"))
