"""Mailboxes that are emptied by IMAP: added, changed, removed, and how they are doing."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.channels.events import MailboxChanged
from drifta.channels.models import Mailbox
from drifta.kernel import clock, secrets
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit


@action("channels.add_mailbox", label=gettext_lazy("Add a mailbox"), icon="mail", offered=False)
def add_mailbox(
    actor: Actor,
    *,
    organisation_id: int,
    host: str,
    user: str,
    password: str,
    port: int = 993,
    security: str = "tls",
    folder: str = "INBOX",
    done_folder: str = "Drifta",
) -> Mailbox:
    """Empty this mailbox from now on."""
    if not actor.sees_organisation(organisation_id):
        raise Refused(_("You cannot set up mail for this organisation. Choose one of your own."))
    row = Mailbox(organisation_id=organisation_id)
    values = {"host": host, "port": port, "security": security, "user": user, "folder": folder}
    _save(row, {**values, "done_folder": done_folder}, password)
    emit(actor, MailboxChanged(mailbox=str(row)), subject=row)
    return row


@action("channels.change_mailbox", label=gettext_lazy("Change"), icon="edit", versioned=True, offered=False)
def change_mailbox(
    actor: Actor,
    row: Mailbox,
    *,
    host: str,
    user: str,
    password: str = "",
    port: int = 993,
    security: str = "tls",
    folder: str = "INBOX",
    done_folder: str = "Drifta",
    is_active: bool = True,
) -> Mailbox:
    """Change how the mailbox is reached; an empty password keeps the present one for the same server."""
    if not password and (host, user) != (row.host, row.user):
        raise Refused(_("Enter the password: it is kept only for the same server and user."))
    values = {"host": host, "port": port, "security": security, "user": user, "folder": folder}
    row.version += 1
    _save(row, {**values, "done_folder": done_folder, "is_active": is_active, "error": ""}, password)
    emit(actor, MailboxChanged(mailbox=str(row)), subject=row)
    return row


@action("channels.remove_mailbox", label=gettext_lazy("Remove"), icon="trash", danger=True)
def remove_mailbox(actor: Actor, row: Mailbox) -> None:
    """Leave the mailbox alone from now on."""
    emit(actor, MailboxChanged(mailbox=str(row)), subject=row)
    row.delete()


@action("channels.report_mailbox", label=gettext_lazy("Note how a mailbox is doing"), icon="mail", offered=False)
def report_mailbox(actor: Actor, *, mailbox: int, error: str) -> None:
    """Note that a mailbox was looked into, or why it could not be; the system's own."""
    now = clock.now()
    values: dict[str, Any] = {"error": error[:1000], "error_at": now} if error else {"error": "", "last_ok_at": now}
    Mailbox.objects.filter(pk=mailbox).update(**values)


def _save(row: Mailbox, values: dict[str, Any], password: str) -> None:
    for name, value in values.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    if password:
        row.secret = secrets.seal(password)
    if row.folder == row.done_folder:
        raise Refused(_("Choose another folder for mail that was taken in than the one it is taken from."))
    try:
        row.clean_fields()
    except ValidationError as error:
        raise Refused("; ".join(error.messages)) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_("This mailbox is set up already. Change the one that is there.")) from error
