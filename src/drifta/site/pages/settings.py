"""Pages of the settings: sections, roles, failed jobs, about."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.db import connection
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from procrastinate.contrib.django.models import ProcrastinateJob

from drifta import __version__
from drifta.kernel import jobs, settings
from drifta.kernel.actions import catalogue
from drifta.kernel.http import Request
from drifta.kernel.permissions import permissions, require
from drifta.people.models import Role
from drifta.site import actions
from drifta.site.health import readiness
from drifta.ui import menu
from drifta.ui.form_page import form_page, save
from drifta.ui.model_forms import form_for


def _sections() -> list[type[settings.Section]]:
    return sorted(settings.sections.values(), key=lambda one: (one.order, str(one.title)))


@require_safe
def index(request: Request) -> HttpResponse:
    """Lead to all settings."""
    require(request.actor, "settings.change")
    pages = [entry for entry in menu.entries(request.actor, "administration") if entry.url_name != "site:settings"]
    return render(request, "site/settings.html", {"title": _("Settings"), "sections": _sections(), "pages": pages})


def section(request: Request, name: str) -> HttpResponse:
    """Show and change one section."""
    require(request.actor, "settings.change")
    model = settings.sections.get(name)
    if model is None:
        raise Http404
    form = form_for(model)(request.POST or None, instance=settings.get(model))

    def change() -> None:
        values = form.to_model()
        plain = {field: getattr(values, field) for field in type(values).model_fields}
        settings.change(request.actor, section=name, values=plain)

    if save(form, change):
        return redirect(f"{reverse('site:settings-section', args=[name])}?saved=1")
    return form_page(
        request,
        form,
        model.title,
        cancel=reverse("site:settings"),
        template="site/settings_section.html",
        section=model,
        saved="saved" in request.GET,
    )


@dataclass(frozen=True)
class PermissionRow:
    """A permission as the page of roles shows it."""

    name: str
    label: str | Promise
    held: list[tuple[Any, bool]]


@dataclass(frozen=True)
class PermissionGroup:
    """The permissions of one module."""

    title: str | Promise
    rows: list[PermissionRow]


#: What permissions are about, by the first part of their names.
_ABOUT = {
    "channels": gettext_lazy("Channels"),
    "desk": gettext_lazy("Desk"),
    "events": gettext_lazy("Events"),
    "inventory": gettext_lazy("Inventory"),
    "jobs": gettext_lazy("Jobs"),
    "monitoring": gettext_lazy("Monitoring"),
    "people": gettext_lazy("People"),
    "settings": gettext_lazy("Settings"),
}


#: What permissions allow that are no single action.
_ALLOWS = {
    "channels.configure": gettext_lazy("Set mail, addresses, mailboxes and webhooks up"),
    "channels.triage": gettext_lazy("See incoming mail, and decide about what could not be processed"),
    "desk.read_all": gettext_lazy("Read all tickets, internal notes included"),
    "desk.work": gettext_lazy("Work on tickets"),
    "events.view": gettext_lazy("Read the event log"),
    "inventory.edit": gettext_lazy("Change sites, assets and services"),
    "inventory.view": gettext_lazy("See sites, assets and services"),
    "jobs.manage": gettext_lazy("Look after background jobs, and read measures"),
    "monitoring.view": gettext_lazy("See checks and alerts"),
    "people.administer": gettext_lazy("Look after organisations, people, teams and roles"),
    "people.view": gettext_lazy("See people"),
}


@require_safe
def roles(request: Request) -> HttpResponse:
    """Show which role may do what."""
    require(request.actor, "people.administer")
    context = {"title": _("Roles and permissions"), "roles": list(Role.labels), "groups": list(_permission_groups())}
    return render(request, "site/roles.html", context)


def _permission_groups() -> Iterator[PermissionGroup]:
    modules = sorted({name.partition(".")[0] for name in permissions})
    for module in modules:
        names = sorted(name for name in permissions if name.startswith(f"{module}."))
        yield PermissionGroup(_ABOUT.get(module, module.capitalize()), [_permission_row(name) for name in names])


def _permission_row(name: str) -> PermissionRow:
    entry = catalogue.get(name)
    held = [(label, role in permissions[name].roles) for role, label in Role.choices]
    return PermissionRow(name, entry.label if entry else _ALLOWS.get(name, ""), held)


@require_safe
def failed_jobs(request: Request) -> HttpResponse:
    """Show the background jobs that have used up their attempts."""
    require(request.actor, "jobs.manage")
    context = {"title": _("Failed jobs"), "jobs": jobs.failed_jobs(), "counts": _job_counts()}
    return render(request, "site/jobs.html", context)


def _job_counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') GROUP BY 1"
        )
        return dict(cursor.fetchall())


def _job(request: Request, pk: int) -> ProcrastinateJob:
    require(request.actor, "jobs.manage")
    return get_object_or_404(ProcrastinateJob, pk=pk)


@require_POST
def run_job_again(request: Request, pk: int) -> HttpResponse:
    """Put a failed job back into its queue."""
    actions.run_job_again(request.actor, _job(request, pk))
    return redirect("site:jobs")


@require_POST
def discard_job(request: Request, pk: int) -> HttpResponse:
    """Forget a failed job."""
    actions.discard_job(request.actor, _job(request, pk))
    return redirect("site:jobs")


@require_safe
def about(request: Request) -> HttpResponse:
    """Show the version, what works and what does not."""
    require(request.actor, "settings.change")
    context = {
        "title": _("About this installation"),
        "version": __version__,
        "findings": readiness.examine(),
        "failed": len(jobs.failed_jobs(limit=1000)),
        "address": django_settings.BASE_URL,
        "data": django_settings.DATA_DIR,
        "database": _database(),
    }
    return render(request, "site/about.html", context)


def _database() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (version,) = cursor.fetchone()
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        (size,) = cursor.fetchone()
    return version, size
