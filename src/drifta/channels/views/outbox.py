"""Pages of mail that goes out, and a try of the mail server."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from drifta.channels import queries
from drifta.channels.connectors import smtp
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.channels.tables import OutboxTable
from drifta.channels.troubles import told
from drifta.kernel.http import Request
from drifta.kernel.permissions import require


@require_safe
def outbox(request: Request) -> HttpResponseBase:
    """List mail that goes out, and say whether it can."""
    require(request.actor, "channels.configure")
    table = OutboxTable(request, OutgoingMail.objects.visible_to(request.actor))
    context = {"title": _("Outbox"), "here": "outbox"}
    return table.response("channels/outbox.html", context)


@require_safe
def outgoing(request: Request, pk: int) -> HttpResponse:
    """Show a mail that goes out; what it says only when it is about a ticket (others carry one-time links)."""
    require(request.actor, "channels.configure")
    mail = get_object_or_404(OutgoingMail.objects.visible_to(request.actor), pk=pk)
    context = {"title": str(mail), "mail": mail, "here": "outbox", "is_shown": mail.ticket is not None}
    return render(request, "channels/outgoing.html", context)


@require_POST
def try_server(request: Request) -> HttpResponse:
    """Connect to the mail server as it is set, and say how that went."""
    require(request.actor, "channels.configure")
    server = queries.mail_server()
    back = redirect(reverse("site:settings-section", args=[MailSettings.section]))
    if server is None:
        messages.error(request, _("No mail server is set. Enter one, save, and try again."))
        return back
    try:
        smtp.try_out(server, queries.host_name())
    except smtp.Unreachable as error:
        messages.error(request, _("Mail cannot be sent: %(reason)s") % {"reason": told(str(error), _)})
    else:
        messages.success(request, _("%(host)s answers, and accepts the sign-in.") % {"host": server.host})
    return back
