"""The lists of mail in and out, addresses, mailboxes and webhooks."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from drifta.channels import queries
from drifta.channels.models import Mailbox, OutgoingMail, RawMail, WebhookDelivery, WebhookEndpoint
from drifta.ui.tables import Column, Empty, MultiFilter, Table
from drifta.ui.templatetags.drifta import state


class RawMailTable(Table):
    """Mail that came in."""

    key = "channels.mail"
    columns = (
        Column("subject", _("Subject"), link=True, grow=True, value=str),
        Column("sender", _("Sender")),
        Column("state", _("State"), render=lambda row: state(row.state)),
        Column("reason", _("Reason"), value=lambda row: queries.words_of(row.reason)),
        Column("received_at", _("Received")),
        Column("size", _("Bytes"), numeric=True, optional=True),
        Column("peer", _("From server"), optional=True),
    )
    filters = (MultiFilter("state", _("State"), choices=RawMail.State.choices),)
    default_sort = "-pk"
    bulk = ("channels.retry", "channels.discard")
    live = "channels.rawmail"
    empty = Empty(_("No mail waits here."), _("Mail that cannot be processed is kept here, with the reason."))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by sender and subject."""
        return rows.filter(Q(sender__icontains=text) | Q(subject__icontains=text))


class OutboxTable(Table):
    """Mail that goes out."""

    key = "channels.outbox"
    columns = (
        Column("address", _("To"), link=True),
        Column("subject", _("Subject"), grow=True),
        Column("kind", _("Kind"), "get_kind_display"),
        Column("state", _("State"), render=lambda row: state(row.state)),
        Column("error", _("Last answer of the server"), value=lambda row: row.trouble),
        Column("created_at", _("Made")),
        Column("attempts", _("Attempts"), numeric=True, optional=True),
        Column("sent_at", _("Sent"), optional=True),
    )
    filters = (
        MultiFilter("state", _("State"), choices=OutgoingMail.State.choices),
        MultiFilter("kind", _("Kind"), choices=OutgoingMail.Kind.choices),
    )
    default_sort = "-pk"
    bulk = ("channels.send_again", "channels.give_up")
    live = "channels.outgoingmail"
    empty = Empty(_("The outbox is empty."), _("Everything was sent."))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by recipient and subject."""
        return rows.filter(Q(address__icontains=text) | Q(subject__icontains=text))


class AddressTable(Table):
    """Desk addresses."""

    key = "channels.addresses"
    columns = (
        Column("address", _("Mail address"), link=True, grow=True),
        Column("name", _("Sender's name")),
        Column("team", _("Team"), "team.name"),
        Column("category", _("Category"), "category.name"),
        Column("organisation", _("Organisation"), "organisation.name"),
        Column("is_default", _("Used for outgoing mail"), value=lambda row: _("yes") if row.is_default else ""),
        Column("is_active", _("In use"), render=lambda row: state("on" if row.is_active else "off")),
    )
    default_sort = "pk"
    empty = Empty(_("No desk address is set up."), _("Mail is refused until there is one."))


class MailboxTable(Table):
    """Mailboxes."""

    key = "channels.mailboxes"
    columns = (
        Column("user", _("Mailbox"), link=True, grow=True, value=str),
        Column("folder", _("Folder")),
        Column("state", _("State"), render=lambda row: state(mailbox_state(row))),
        Column("last_ok_at", _("Last looked into")),
        Column("error", _("Problem"), value=lambda row: row.trouble),
    )
    default_sort = "pk"
    live = "channels.mailbox"
    empty = Empty(_("No mailbox is set up."), _("Drifta can empty mailboxes by IMAP, beside taking mail by SMTP."))


def mailbox_state(row: Mailbox) -> str:
    """Return the state of a mailbox as pages show it."""
    if not row.is_active:
        return "off"
    if row.error:
        return "bad"
    return "good" if row.last_ok_at else "pending"


class WebhookTable(Table):
    """Webhooks."""

    key = "channels.webhooks"
    columns = (
        Column("name", _("Name"), link=True, sort="name"),
        Column("url", _("Address"), grow=True),
        Column("events", _("Events"), value=lambda row: ", ".join(row.events) or _("all")),
        Column("is_active", _("In use"), render=lambda row: state("on" if row.is_active else "off")),
    )
    default_sort = "name"
    empty = Empty(_("No webhook is set up."), _("Other programs can be told of every event, signed and repeated."))


def deliveries_of(row: WebhookEndpoint) -> list[WebhookDelivery]:
    """Return the last deliveries, newest first."""
    return list(row.deliveries.order_by("-pk")[:50])
