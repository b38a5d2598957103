"""Import of people: choose a file, look at what it would do, do it."""

from typing import Any

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from drifta.kernel import files
from drifta.kernel.actions import Refused
from drifta.kernel.http import Request
from drifta.kernel.permissions import require
from drifta.people import actions, importing, queries
from drifta.people.csv_rows import LARGEST_FILE, UnreadableFile
from drifta.people.forms import ImportForm
from drifta.people.models import Organisation

SALT = "drifta.people.import"
#: Rows of the preview that are shown; faults come first.
SHOWN = 500
#: Seconds between preview and import.
PATIENCE = 24 * 3600


def choose(request: Request) -> HttpResponse:
    """Take a file and show what it would do; nothing is written."""
    require(request.actor, "people.import")
    form = ImportForm(request.POST or None, request.FILES or None, actor=request.actor)
    if form.is_bound and form.is_valid():
        try:
            return _preview(request, form)
        except UnreadableFile as error:
            form.add_error("file", _(error.text) % error.values if error.values else _(error.text))
    status = 422 if form.errors else 200
    return render(request, "people/import.html", {"title": _("Import people"), "form": form}, status=status)


def _preview(request: Request, form: ImportForm) -> HttpResponse:
    upload, organisation = form.cleaned_data["file"], form.cleaned_data["organisation"]
    content = upload.read(LARGEST_FILE + 1)
    plan = importing.plan(organisation, content)
    stored = files.store(content)
    ticket = signing.dumps(
        {"file": stored.sha256, "organisation": organisation.pk, "person": request.actor.person_id}, salt=SALT
    )
    return _show(request, organisation, plan, ticket, upload.name)


def _show(request: Request, organisation: Organisation, plan: importing.Plan, ticket: str, name: str) -> HttpResponse:
    order = {"fault": 0, "create": 1, "update": 2, "unchanged": 3}
    steps = sorted(plan.steps, key=lambda step: order[step.verb])
    context = {
        "title": _("Import people"),
        "organisation": organisation,
        "plan": plan,
        "steps": steps[:SHOWN],
        "more": max(0, len(steps) - SHOWN),
        "ticket": ticket,
        "filename": name,
    }
    return render(request, "people/import_preview.html", context)


@require_POST
def run(request: Request) -> HttpResponse:
    """Import the file that was looked at."""
    require(request.actor, "people.import")
    ticket = _ticket(request)
    organisation = queries.organisation(ticket["organisation"])
    plan = actions.import_people(request.actor, organisation_id=ticket["organisation"], file=ticket["file"])
    context = {"title": _("Import people"), "plan": plan, "organisation": organisation}
    return render(request, "people/imported.html", context)


def _ticket(request: Request) -> dict[str, Any]:
    try:
        ticket = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=PATIENCE)
    except signing.BadSignature as error:
        raise Refused(_("The preview is too old. Choose the file again.")) from error
    if ticket["person"] != request.actor.person_id:
        raise Refused(_("Somebody else made this preview. Choose the file again."))
    return dict(ticket)
