"""What happens to mail and webhooks."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from drifta.kernel.events import Event, event


@event("channels.mail_unprocessed", text=_("could not process a mail from %(sender)s (%(reason)s)"))
@dataclass(frozen=True)
class MailUnprocessed(Event):
    """A mail waits for somebody to look at it."""

    mail: int
    sender: str
    reason: str


@event("channels.mail_retried", text=_("let a mail be processed again"))
@dataclass(frozen=True)
class MailRetried(Event):
    """Somebody let an unprocessed or ignored mail be processed again."""

    mail: int


@event("channels.mail_discarded", text=_("discarded a mail from %(sender)s"))
@dataclass(frozen=True)
class MailDiscarded(Event):
    """Somebody decided that a mail needs no ticket; its raw form stays stored."""

    mail: int
    sender: str


@event("channels.mail_failed", text=_("could not deliver a mail to %(address)s: %(error)s"))
@dataclass(frozen=True)
class MailFailed(Event):
    """A mail will not be delivered: the server refused it for good, or it came back."""

    mail: int
    address: str
    ticket: int | None
    message: int | None
    error: str


@event("channels.address_changed", text=_("changed the desk address %(address)s"))
@dataclass(frozen=True)
class AddressChanged(Event):
    """A desk address was added, changed or removed."""

    address: str


@event("channels.mailbox_changed", text=_("changed the mailbox %(mailbox)s"))
@dataclass(frozen=True)
class MailboxChanged(Event):
    """A mailbox was added, changed or removed."""

    mailbox: str


@event("channels.outbox_changed", text=_("changed what becomes of a mail to %(address)s: %(decision)s"))
@dataclass(frozen=True)
class OutboxChanged(Event):
    """Somebody had a mail sent again, or gave it up."""

    mail: int
    address: str
    decision: str


@event("channels.webhook_changed", text=_("changed the webhook %(webhook)s"))
@dataclass(frozen=True)
class WebhookChanged(Event):
    """A webhook was added, changed or removed."""

    webhook: str
