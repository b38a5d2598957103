"""Pages of mail that came in."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from drifta.channels import lookups, queries
from drifta.channels.mail import sanitise
from drifta.channels.mail.entity import Entity
from drifta.channels.models import RawMail
from drifta.channels.tables import RawMailTable
from drifta.kernel import files
from drifta.kernel.http import Request
from drifta.kernel.permissions import require

#: Characters of a mail's text that its page shows.
SHOWN = 20_000
#: Header fields that its page shows.
FIELDS = 100


@require_safe
def mails(request: Request) -> HttpResponseBase:
    """List mail that came in; the menu leads to what waits for somebody."""
    require(request.actor, "channels.triage")
    table = RawMailTable(request, RawMail.objects.visible_to(request.actor))
    return table.response("channels/mails.html", {"title": _("Incoming mail"), "here": "mails"})


def _visible(request: Request, pk: int) -> RawMail:
    require(request.actor, "channels.triage")
    return get_object_or_404(RawMail.objects.visible_to(request.actor), pk=pk)


@require_safe
def mail(request: Request, pk: int) -> HttpResponse:
    """Show a mail as it came, as plain text: headers, text and the names of its files."""
    raw = _visible(request, pk)
    parsed = lookups.read(raw).mail
    context = {
        "title": str(raw),
        "mail": raw,
        "reason": queries.words_of(raw.reason),
        "fields": _fields(parsed.root) if raw.may_be_read else (),
        "text": (parsed.text or sanitise.text_of(parsed.html or ""))[:SHOWN],
        "attachments": [(one.filename, one.media_type, len(one.content)) for one in parsed.attachments[:FIELDS]],
        "problems": parsed.problems if raw.may_be_read else (),
        "here": "mails",
    }
    return render(request, "channels/mail.html", context)


def _fields(root: Entity) -> list[tuple[str, str]]:
    return [(name, value.decode("utf-8", "replace")[:1000]) for name, value in root.headers[:FIELDS]]


@require_safe
def source(request: Request, pk: int) -> HttpResponse:
    """Give the bytes of a mail as a file; nothing of it runs in a browser."""
    raw = _visible(request, pk)
    answer = HttpResponse(files.read(raw.sha256), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="mail-{raw.pk}.eml"'
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
