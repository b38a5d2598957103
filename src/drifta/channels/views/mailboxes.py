"""Pages of mailboxes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from drifta.channels import actions, queries
from drifta.channels.connectors import imap
from drifta.channels.forms import MailboxForm
from drifta.channels.models import Mailbox
from drifta.channels.tables import MailboxTable
from drifta.channels.troubles import told
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


@require_safe
def mailboxes(request: Request) -> HttpResponseBase:
    """List mailboxes and how they are doing."""
    require(request.actor, "channels.configure")
    table = MailboxTable(request, Mailbox.objects.visible_to(request.actor))
    return table.response("channels/mailboxes.html", {"title": _("Mailboxes"), "here": "mailboxes"})


def new(request: Request) -> HttpResponse:
    """Add a mailbox."""
    require(request.actor, "channels.add_mailbox")
    form = MailboxForm(request.POST or None, actor=request.actor)
    made: list[Mailbox] = []
    if save(form, lambda: made.append(actions.add_mailbox(request.actor, **form.values()))):
        return redirect(made[0])
    return form_page(request, form, _("Add a mailbox"), cancel=reverse("channels:mailboxes"))


def mailbox(request: Request, pk: int) -> HttpResponse:
    """Change, try or remove a mailbox."""
    require(request.actor, "channels.configure")
    row = get_object_or_404(Mailbox.objects.visible_to(request.actor), pk=pk)
    form = MailboxForm(request.POST or None, actor=request.actor, row=row)

    def change() -> None:
        row.version = form.cleaned_data["version"] or row.version
        actions.change_mailbox(request.actor, row, **form.values())

    if save(form, change):
        return redirect(row)
    context: dict[str, Any] = {
        "row": row,
        "remove": "channels.remove_mailbox",
        "try_url": reverse("channels:try-mailbox", args=[pk]),
    }
    cancel = reverse("channels:mailboxes")
    return form_page(request, form, str(row), cancel=cancel, template="channels/edit.html", **context)


@require_POST
def try_mailbox(request: Request, pk: int) -> HttpResponse:
    """Sign in to a mailbox as it is saved, and say how that went."""
    require(request.actor, "channels.configure")
    row = get_object_or_404(Mailbox.objects.visible_to(request.actor), pk=pk)
    account = queries.account(row)
    try:
        count = imap.try_out(account)
    except imap.ERRORS as error:
        values = {"mailbox": row, "reason": told(imap.reason(error, account), _)}
        messages.error(request, _("%(mailbox)s cannot be used: %(reason)s") % values)
    else:
        text = ngettext("The mailbox works; %(count)d mail waits.", "The mailbox works; %(count)d mails wait.", count)
        messages.success(request, text % {"count": count})
    return redirect(row)
