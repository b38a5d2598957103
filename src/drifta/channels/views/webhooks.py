"""Pages of webhooks."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.channels import actions
from drifta.channels.forms import WebhookForm
from drifta.channels.models import WebhookEndpoint
from drifta.channels.tables import WebhookTable, deliveries_of
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.ui.form_page import form_page, save


@require_safe
def webhooks(request: Request) -> HttpResponseBase:
    """List webhooks."""
    require(request.actor, "channels.configure")
    table = WebhookTable(request, WebhookEndpoint.objects.visible_to(request.actor))
    return table.response("channels/webhooks.html", {"title": _("Webhooks"), "here": "webhooks"})


def new(request: Request) -> HttpResponse:
    """Add a webhook."""
    require(request.actor, "channels.add_webhook")
    form = WebhookForm(request.POST or None, actor=request.actor)
    made: list[WebhookEndpoint] = []
    if save(form, lambda: made.append(actions.add_webhook(request.actor, **form.values()))):
        return redirect(made[0])
    return form_page(request, form, _("Add a webhook"), cancel=reverse("channels:webhooks"))


def webhook(request: Request, pk: int) -> HttpResponse:
    """Change or remove a webhook, and see what its receiver answered."""
    require(request.actor, "channels.configure")
    row = get_object_or_404(WebhookEndpoint.objects.visible_to(request.actor), pk=pk)
    form = WebhookForm(request.POST or None, actor=request.actor, row=row)

    def change() -> None:
        row.version = form.cleaned_data["version"] or row.version
        actions.change_webhook(request.actor, row, **form.values())

    if save(form, change):
        return redirect(row)
    context: dict[str, Any] = {"row": row, "remove": "channels.remove_webhook", "deliveries": deliveries_of(row)}
    cancel = reverse("channels:webhooks")
    return form_page(request, form, row.name, cancel=cancel, template="channels/webhook.html", **context)
