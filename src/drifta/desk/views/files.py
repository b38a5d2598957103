"""Attachments and HTML mails, served so that nothing in them can act: not as pages of this site, not with scripts."""

import html
import re
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from drifta.desk import queries
from drifta.desk.models import Attachment, Message
from drifta.desk.views.common import SAFE_IMAGES
from drifta.kernel import files
from drifta.kernel.http import Request

SANDBOX = "sandbox; default-src 'none'"
MAIL_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none';"
    " style-src 'unsafe-inline'; img-src 'self' data:{images}; frame-ancestors 'self'; form-action 'none';"
    " base-uri 'none'"
)


@login_required
@require_safe
def attachment(request: Request, pk: int, name: str = "") -> HttpResponseBase:
    """Send an attachment's content; safe pictures may be shown in the page, everything else is saved."""
    found = _attachment(request, pk)
    try:
        content = files.open_file(found.sha256)
    except (FileNotFoundError, ValueError) as error:
        raise Http404 from error
    media_type = files.sniff(content.read(files.SNIFF))
    content.seek(0)
    shown = media_type in SAFE_IMAGES and "save" not in request.GET
    response = FileResponse(content, content_type=media_type if shown else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(not shown, found.filename) or "attachment"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, max-age=3600, immutable"
    return response


def _attachment(request: Request, pk: int) -> Attachment:
    try:
        return queries.attachment(request.actor, pk)
    except Attachment.DoesNotExist as error:
        raise Http404 from error


def url(attached: Attachment) -> str:
    """Return the address of an attachment."""
    return reverse("desk:attachment", args=[attached.pk, quote(attached.filename, safe="")])


def _message(request: Request, pk: int) -> Message:
    try:
        return queries.message(pk, request.actor)
    except Message.DoesNotExist as error:
        raise Http404 from error


@login_required
@require_safe
def message_html(request: Request, pk: int) -> HttpResponse:
    """Send the layout of an HTML mail, for a sandboxed frame; pictures from elsewhere only when asked for."""
    message = _message(request, pk)
    if not message.html:
        raise Http404
    remote = request.GET.get("images") == "1"
    response = render(request, "desk/message_html.html", {"html": with_images(message, remote=remote)})
    response["Content-Security-Policy"] = MAIL_POLICY.format(images=" https: http:" if remote else "")
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    return response


@login_required
@require_safe
def message_text(request: Request, pk: int) -> HttpResponse:
    """Send a message's whole text, for the few that are too long for the conversation."""
    message = _message(request, pk)
    return HttpResponse(f"{message.shown_text}\n\n{message.folded}", content_type="text/plain; charset=utf-8")


def with_images(message: Message, *, remote: bool) -> str:
    """Give a mail's pictures their sources; stored HTML has them as ``data-content-id`` and ``data-remote`` only."""
    by_id = {attached.content_id: attached for attached in message.attachments.all() if attached.content_id}

    def address(match: "re.Match[str]") -> str:
        attached = by_id.get(html.unescape(match.group(1)))
        return f' src="{html.escape(url(attached))}"' if attached else ""

    shown = re.sub(r'\sdata-content-id="([^"]*)"', address, message.html)
    return re.sub(r'\sdata-remote="', ' src="', shown) if remote else shown
