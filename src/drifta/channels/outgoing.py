"""What outgoing mail says: rendered once, when it is made, in the recipient's language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings as django_settings
from django.template.loader import render_to_string
from django.utils import translation

from drifta.channels import mail_keys, queries
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.desk.attached import AttachedFile
from drifta.kernel import settings, unit
from drifta.people.queries import Recipient

#: Message-IDs in References; the oldest are left out.
REFERENCES = 30
#: Templates of mail to agents.
FOR_AGENTS = frozenset({"answer", "assigned"})


@dataclass(frozen=True)
class Letter:
    """One mail to be made. ``template`` names a pair ``channels/mail/<template>.txt`` and ``.html``.

    ``once`` says what it is about; with the recipient's address it makes the mail exist only once.
    """

    kind: str
    template: str
    subject: str
    once: str
    organisation_id: int
    ticket: Any = None
    message: Any = None
    context: dict[str, Any] = field(default_factory=dict)
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    is_automatic: bool = True
    attachments: tuple[AttachedFile, ...] = ()


def _address(letter: Letter) -> str:
    """Return where the ticket is to be seen: agents have their workspace, everybody else the portal."""
    if letter.ticket is None:
        return str(django_settings.BASE_URL)
    place = "tickets" if letter.template in FOR_AGENTS else "portal/tickets"
    return f"{django_settings.BASE_URL}/{place}/{letter.ticket.pk}/"


def render(letter: Letter, recipient: Recipient) -> OutgoingMail:
    """Return the unsaved mail to one recipient."""
    values = settings.get(MailSettings)
    team_id = letter.ticket.team_id if letter.ticket is not None else None
    place = letter.organisation_id, team_id
    desk = unit.remembered(("outgoing address", *place), lambda: queries.outgoing_address(*place))
    domain = desk.address.rpartition("@")[2] if desk else queries.host_name()
    number = letter.ticket.pk if letter.ticket is not None else None
    with translation.override(recipient.language):
        context = {
            "ticket": letter.ticket,
            "message": letter.message,
            "recipient": recipient,
            "url": _address(letter),
            "extra": values.acknowledgement_text if letter.template == "acknowledgement" else "",
            **letter.context,
        }
        text = render_to_string(f"channels/mail/{letter.template}.txt", context)
        html = render_to_string(f"channels/mail/{letter.template}.html", context)
        subject = str(letter.subject)
    return OutgoingMail(
        organisation_id=letter.organisation_id,
        kind=letter.kind,
        once=f"{letter.once}:{recipient.email.lower()}"[:400],
        ticket=number,
        message=letter.message.pk if letter.message is not None else None,
        person_id=recipient.person_id or None,
        address=recipient.email,
        name=recipient.name,
        from_address=desk.address if desk else "",
        from_name=(desk.name if desk else "") or values.from_name,
        message_id=mail_keys.new_message_id(number, domain),
        in_reply_to=letter.in_reply_to[:250],
        references=[identifier[:250] for identifier in letter.references[-REFERENCES:]],
        subject=" ".join(subject.split())[:300],
        text=text.strip() + "\n",
        html=html,
        is_automatic=letter.is_automatic,
        attachments=list(_stored(letter.attachments)),
    )


def _stored(attachments: Iterable[AttachedFile]) -> Iterable[dict[str, Any]]:
    for attached in attachments:
        yield {
            "filename": attached.filename,
            "sha256": attached.sha256,
            "size": attached.size,
            "media_type": attached.media_type,
            "content_id": attached.content_id,
            "is_inline": attached.is_inline,
        }
