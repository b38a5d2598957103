"""What the channels contribute to the shell and to pages of other modules."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from drifta.channels import queries
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.channels.troubles import told
from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.ui import banners, menu, panels
from drifta.ui.banners import Banner
from drifta.ui.menu import MenuEntry
from drifta.ui.states import State, register

register(State("processed", _("Processed"), "check", "good"))
register(State("unprocessed", _("Unprocessed"), "alert-triangle", "warning"))
register(State("ignored", _("Ignored"), "state-suppressed", "neutral"))
register(State("discarded", _("Discarded"), "trash", "neutral"))
register(State("bounced", _("Came back"), "mail-off", "bad"))


def _unprocessed(actor: Actor) -> int | None:
    return queries.unprocessed(actor) or None


menu.register(
    MenuEntry(
        _("Incoming mail"),
        "mail",
        "channels:mails",
        order=45,
        permission="channels.triage",
        place="administration",
        query="?state=unprocessed",
        count=_unprocessed,
    )
)
menu.register(
    MenuEntry(
        _("Outbox"), "send", "channels:outbox", order=46, permission="channels.configure", place="administration"
    )
)
menu.register(
    MenuEntry(
        _("Webhooks"),
        "webhook",
        "channels:webhooks",
        order=47,
        permission="channels.configure",
        place="administration",
    )
)


@banners.register
def mail_is_stuck(actor: Actor) -> Banner | None:
    """Tell administrators that mail cannot be sent, and where to mend that."""
    if not may(actor, "channels.configure"):
        return None
    waiting, error = queries.stuck()
    if not waiting:
        return None
    settings_page = reverse("site:settings-section", args=[MailSettings.section])
    if queries.mail_server() is None:
        text = ngettext(
            "No mail server is set: %(count)d mail waits.", "No mail server is set: %(count)d mails wait.", waiting
        )
        return Banner(text % {"count": waiting}, "warning", settings_page, _("Set one"))
    if not error:
        return None
    text = ngettext("%(count)d mail cannot be sent: %(reason)s", "%(count)d mails cannot be sent: %(reason)s", waiting)
    values = {"count": waiting, "reason": told(error, gettext)[:200]}
    return Banner(text % values, "bad", reverse("channels:outbox"), _("Outbox"))


def delivery_of_message(request: HttpRequest, message: Any) -> Mapping[str, Any] | None:
    """Show how far a message's mails have come, and where its source is; one query for all messages of a ticket."""
    known: dict[int, dict[int, list[OutgoingMail]]] = request.__dict__.setdefault("mail_deliveries", {})
    if message.ticket_id not in known:
        known[message.ticket_id] = defaultdict(list)
        for mail in queries.deliveries(message.ticket_id):
            known[message.ticket_id][mail.message or 0].append(mail)
    source = message.source.removeprefix("channels.rawmail:") if message.source.startswith("channels.rawmail:") else ""
    mails = known[message.ticket_id].get(message.pk, [])
    return {"mails": mails, "source": source} if mails or source else None


panels.slot("ticket.message").register(
    panels.Panel(
        "delivery", _("Mail"), "channels/panels/delivery.html", delivery_of_message, permission="channels.triage"
    )
)


def try_mail_server(request: HttpRequest, section: Any) -> Mapping[str, Any] | None:
    """Offer a try of the mail server on the page of its settings."""
    return {} if section.section == MailSettings.section else None


panels.slot("settings.section").register(
    panels.Panel(
        "mail", _("Mail"), "channels/panels/mail_server.html", try_mail_server, permission="channels.configure"
    )
)
