"""Reads of the channels that are used twice, or by others."""

import ipaddress
import platform
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.utils.translation import gettext

from drifta.channels.connectors import imap, smtp
from drifta.channels.mail import thread
from drifta.channels.models import DeskAddress, Mailbox, OutgoingMail, RawMail
from drifta.channels.reasons import REASONS
from drifta.channels.settings import MailSettings
from drifta.channels.watched import WatchedMailbox
from drifta.kernel import secrets, settings
from drifta.kernel.actor import Actor


def base_addresses(addresses: Iterable[str]) -> list[str]:
    """Return addresses in lower case as desk addresses are written: without what stands behind a plus sign."""
    found = [thread.base_address(address.strip("<> ")).lower() for address in addresses]
    plain = [f"{address.partition('+')[0]}@{address.rpartition('@')[2]}" for address in found if "+" in address]
    return list(dict.fromkeys([*found, *plain]))


def addresses_in_use() -> dict[str, DeskAddress]:
    """Return all desk addresses in use; there are few, so whoever looks several up takes them all at once."""
    return {row.address: row for row in DeskAddress.objects.filter(is_active=True)}


def desk_addresses(addresses: Iterable[str]) -> list[DeskAddress]:
    """Return the desk addresses in use among ``addresses``, in their order."""
    wanted = base_addresses(addresses)[:200]
    rows = {row.address: row for row in DeskAddress.objects.filter(address__in=wanted, is_active=True)}
    return [rows[address] for address in wanted if address in rows]


def recipient(address: str) -> int | None:
    """Return the organisation whose desk has this address (signed reply addresses included), None for none."""
    found = desk_addresses([address])
    return found[0].organisation_id if found else None


def has_addresses() -> bool:
    """Whether any desk address is set up."""
    return DeskAddress.objects.filter(is_active=True).exists()


def outgoing_address(organisation_id: int, team_id: int | None = None) -> DeskAddress | None:
    """Return the desk address that mail of an organisation goes out from: the team's own, else the default one."""
    rows = DeskAddress.objects.filter(organisation_id=organisation_id, is_active=True)
    own = rows.filter(team_id=team_id).first() if team_id else None
    return own or rows.order_by("-is_default", "pk").first()


def host_name() -> str:
    """Return the name by which this installation greets mail servers and signs Message-IDs."""
    name = urlsplit(django_settings.BASE_URL).hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name if "." in name else platform.node()
    return platform.node()


def mail_server() -> smtp.Server | None:
    """Return the mail server that is set, None while there is none."""
    values = settings.get(MailSettings)
    if not values.smtp_host:
        return None
    return smtp.Server(
        values.smtp_host,
        values.smtp_port,
        values.smtp_security,
        values.smtp_user,
        values.smtp_secret.get_secret_value(),
    )


def account(mailbox: Mailbox) -> imap.Account:
    """Return how a mailbox is reached, with its password opened."""
    return imap.Account(
        mailbox.host,
        mailbox.port,
        mailbox.security,
        mailbox.user,
        secrets.unseal(mailbox.secret) if mailbox.secret else "",
        mailbox.folder,
        mailbox.done_folder,
    )


def mailbox_accounts() -> tuple[list[WatchedMailbox], float]:
    """Return the mailboxes to be emptied, and the seconds between looks into those without IDLE."""
    values = settings.get(MailSettings)
    limit = values.size_limit_mb * 1024 * 1024
    rows = Mailbox.objects.filter(is_active=True)
    found = [WatchedMailbox(row.pk, row.version, row.organisation_id, limit, account(row)) for row in rows]
    return found, float(values.imap_poll_seconds)


def words_of(reason: str) -> str:
    """Return the words for a reason's code; the code itself when there are none."""
    return gettext(REASONS.get(reason, reason)) if reason else ""


def unprocessed(actor: Actor) -> int:
    """Return how many mails wait for somebody to look at them."""
    return RawMail.objects.visible_to(actor).filter(state=RawMail.State.UNPROCESSED).count()


def outbox_waiting() -> int:
    """Return how many mails wait to be sent."""
    return OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).count()


def stuck() -> tuple[int, str]:
    """Return how many mails wait (counted up to 1000), and the error of the one that waits longest."""
    waiting = OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING)
    first = waiting.order_by("next_attempt_at", "pk").values_list("error", flat=True).first()
    return (waiting[:1000].count(), first) if first is not None else (0, "")


def deliveries(ticket: int) -> list[OutgoingMail]:
    """Return the mails about a ticket, oldest first, for showing how far they have come."""
    rows = OutgoingMail.objects.filter(ticket=ticket).exclude(kind=OutgoingMail.Kind.NOTIFICATION)
    return list(rows.only("message", "address", "state", "error", "sent_at").order_by("pk")[:500])
