"""What people decide about mail that could not be processed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.channels import work
from drifta.channels.actions.accept import remember
from drifta.channels.content import content_of
from drifta.channels.events import MailDiscarded, MailRetried
from drifta.channels.filters.author import is_address
from drifta.channels.incoming import Incoming
from drifta.channels.lookups import Lookups, incoming, read
from drifta.channels.mail import thread
from drifta.channels.memory import Memory
from drifta.channels.models import MailReference, RawMail
from drifta.desk import actions as desk
from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import SYSTEM, Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import actions as people

S = RawMail.State


def _require_open(raw: RawMail) -> None:
    if raw.state not in {S.UNPROCESSED, S.IGNORED, S.DISCARDED}:
        raise Refused(_("This mail is being processed, or has its ticket already. Reload the page."))


@action("channels.retry", label=gettext_lazy("Try again"), icon="refresh")
def retry(actor: Actor, raw: RawMail) -> RawMail:
    """Let a mail go through the filters once more."""
    _require_open(raw)
    change(raw, state=S.RECEIVED, reason="", detail="", attempts=0)
    emit(actor, MailRetried(mail=raw.pk), subject=raw)
    work.enqueue(raw.lane)
    return raw


@action("channels.discard", label=gettext_lazy("Discard"), icon="trash", danger=True)
def discard(actor: Actor, raw: RawMail) -> RawMail:
    """Decide that a mail needs no ticket. Its raw form stays, and it can be tried again."""
    _require_open(raw)
    change(raw, state=S.DISCARDED, processed_at=clock.now())
    emit(actor, MailDiscarded(mail=raw.pk, sender=raw.sender), subject=raw)
    return raw


@action("channels.make_ticket", label=gettext_lazy("Make a ticket"), icon="plus")
def make_ticket(actor: Actor, raw: RawMail) -> RawMail:
    """Make a ticket of a mail whatever the filters said; its sender becomes the requester if there is one."""
    _require_open(raw)
    one = read(raw)
    mail, memory = one.mail, Memory([one])
    arrived = incoming(one, Lookups(one, memory))
    content = content_of(mail)
    ticket = desk.create(
        actor,
        organisation_id=raw.organisation_id,
        subject=thread.without_tags(mail.subject),
        text=content.text or mail.subject or _("(no text)"),
        html=content.html,
        folded=content.folded,
        requester_id=_requester(arrived, raw),
        channel="mail",
        attachments=content.attachments,
        source=raw.subject_key,
    )
    message = ticket.messages.earliest("pk")
    remember(arrived, message, memory)
    MailReference.objects.bulk_create(memory.references, ignore_conflicts=True)
    change(raw, state=S.PROCESSED, ticket=ticket.pk, message=message.pk, processed_at=clock.now())
    return raw


def _requester(arrived: Incoming, raw: RawMail) -> int | None:
    named: list[Any] = [*arrived.mail.from_, *arrived.mail.reply_to]
    author = next((one for one in named if is_address(one.address)), None)
    if author is None or arrived.house.is_ours(author.address):
        return None
    person = people.recognise(
        SYSTEM, organisation_id=raw.organisation_id, email=author.address, name=author.name, language=None
    )
    return person.pk if person.organisation_id == raw.organisation_id else None
