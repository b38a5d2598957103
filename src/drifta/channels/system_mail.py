"""Django's mail (invitations, password resets, sign-in notices) goes through the outbox like all other mail."""

import secrets as random
from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from drifta.channels import actions, mail_keys, queries
from drifta.channels.mail.headers import addresses
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.kernel import settings
from drifta.kernel.actor import SYSTEM
from drifta.people import queries as people


class OutboxBackend(BaseEmailBackend):
    """Django's ``EMAIL_BACKEND``: stores every mail, in the transaction that sends it, so that none is lost."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Put the messages into the outbox, one mail for each recipient; returns how many messages were taken."""
        rows = [row for message in email_messages for row in _rows(message)]
        if rows:
            actions.queue(SYSTEM, mails=rows)
        return len(email_messages)


def _rows(message: EmailMessage) -> list[OutgoingMail]:
    found = [one for field in message.recipients() for one in addresses(field.encode())]
    return [row for one in found if (row := _row(message, one.name, one.address)) is not None]


def _row(message: EmailMessage, name: str, address: str) -> OutgoingMail | None:
    """Return the mail to one recipient; before there is an organisation nobody can be written to."""
    person = people.person_by_email(address)
    organisation = person.organisation if person else people.first_organisation()
    if organisation is None:
        return None
    desk = queries.outgoing_address(organisation.pk)
    domain = desk.address.rpartition("@")[2] if desk else queries.host_name()
    return OutgoingMail(
        organisation_id=organisation.pk,
        kind=OutgoingMail.Kind.SYSTEM,
        once=f"system:{random.token_hex(16)}",
        person_id=person.pk if person else None,
        address=address,
        name=name or (person.name if person else ""),
        from_address=desk.address if desk else "",
        from_name=(desk.name if desk else "") or settings.get(MailSettings).from_name,
        message_id=mail_keys.new_message_id(None, domain),
        subject=" ".join(str(message.subject).split())[:300],
        text=str(message.body),
        html=_html(message),
    )


def _html(message: EmailMessage) -> str:
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    return next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")
