"""A Django urlconf with every building block on a page, for tests in a browser and for looking at."""

from datetime import timedelta
from typing import Any, Literal

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from pydantic import BaseModel, Field, SecretStr

from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.kernel.models import LoggedEvent
from drifta.ui.banners import Banner
from drifta.ui.context import Shell
from drifta.ui.graphics import history
from drifta.ui.menu import MenuEntry, ShownEntry
from drifta.ui.model_forms import form_for
from drifta.ui.tables import ChoiceFilter, Column, DateFilter, Empty, MultiFilter, Table, TextFilter
from drifta.ui.templatetags.drifta import state

BEN = Actor(
    kind="person", name="Ben Berg", person_id=2, organisation_ids=None, permissions=frozenset({"gallery.view"})
)


class EventTable(Table):
    """The event log as a list with everything that lists can."""

    key = "gallery.events"
    columns = (
        Column("name", _("What"), link=True, sort="name"),
        Column("subject", _("About"), sort="subject", grow=True),
        Column("state", _("State"), value="data.state", render=lambda row: state(row.data.get("state", "good"))),
        Column("actor_name", _("Who"), sort="actor_name"),
        Column("actor_id", _("Number"), sort="actor_id", numeric=True),
        Column("at", _("When"), sort="at"),
        Column("organisation_id", _("Organisation"), numeric=True, optional=True),
    )
    filters = (
        MultiFilter("name", _("What"), choices=[("desk.opened", _("Opened")), ("desk.closed", _("Closed"))]),
        ChoiceFilter("who", _("Who"), path="actor_name", choices=[("Ben", "Ben"), ("Cleo", "Cleo")]),
        DateFilter("at", _("When")),
        TextFilter("subject", _("About")),
    )
    default_sort = "-at"
    size = 20
    live = "desk.ticket"
    empty = Empty(_("Nothing has happened yet."), _("As soon as somebody does something, it stands here."))

    def url(self, row: LoggedEvent) -> str:
        return f"/gallery/events?id={row.pk}"

    def search(self, rows, text):  # type: ignore[no-untyped-def]
        return rows.filter(subject__icontains=text)


class MailSettings(BaseModel):
    """Settings as a connector has them."""

    host: str = Field(title="Server", description="Name or address of the mail server.", min_length=3)
    port: int = Field(default=25, title="Port", ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = Field(default="starttls", title="Encryption")
    password: SecretStr = Field(default=SecretStr(""), title="Password")
    verify: bool = Field(default=True, title="Check the certificate")
    domains: list[str] = Field(default=[], title="Domains")


class TicketForm(forms.Form):
    """A form as pages have them."""

    title = forms.CharField(label=_("Title"))
    text = forms.CharField(label=_("What happened?"), widget=forms.Textarea, help_text=_("Error messages help most."))
    kind = forms.ChoiceField(label=_("Kind"), choices=[("incident", _("Incident")), ("request", _("Request"))])
    team = forms.ChoiceField(
        label=_("Team"),
        choices=[("", "–"), ("1", "Line 1"), ("2", "Line 2")],
        required=False,
        widget=forms.Select(attrs={"data-chooser": ""}),
    )
    files = forms.FileField(label=_("Files"), required=False)


class GalleryShell(Shell):
    """The frame with the entries that the real house has."""

    @property
    def work(self) -> list[ShownEntry]:  # type: ignore[override]
        names = [("Today", "home"), ("Tickets", "ticket"), ("Monitor", "heart-rate-monitor"), ("Assets", "devices")]
        return [self._entry(label, icon, "gallery-events", current=icon == "ticket") for label, icon in names]

    @property
    def administration(self) -> list[ShownEntry]:  # type: ignore[override]
        return [self._entry("Settings", "settings", "gallery-form")]

    @property
    def new(self) -> list[ShownEntry]:  # type: ignore[override]
        return [self._entry("Ticket", "ticket", "gallery-form")]

    @property
    def banners(self) -> list[Banner]:  # type: ignore[override]
        wrong = Banner("Mail cannot be sent: the password is refused.", "warning", "/gallery/form", "Mail settings")
        return [wrong] if self.request.path == "/gallery/events" else []

    def _entry(self, label: str, icon: str, url_name: str, *, current: bool = False) -> ShownEntry:
        phone = label in {"Today", "Tickets", "Monitor"}
        entry = MenuEntry(label, icon, url_name, phone=phone, key=f"g {label[0].lower()}")
        return ShownEntry(entry, entry.url, current, 7 if label == "Tickets" else None)


def show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, template, {"shell": GalleryShell(request), **context}, status=status)


def as_ben(view):  # type: ignore[no-untyped-def]
    def run(request: HttpRequest) -> HttpResponse:
        request.actor = BEN  # type: ignore[attr-defined]
        return view(request)

    return run


@as_ben
def parts(request: HttpRequest) -> HttpResponse:
    slots = ["good"] * 40 + ["warning"] * 6 + ["bad"] * 4 + ["", ""] + ["maintenance"] * 8 + ["good"] * 30
    context = {
        "title": "Building blocks",
        "now": clock.now() - timedelta(minutes=4),
        "keys": ["good", "warning", "bad", "unknown", "maintenance", "waiting", "suppressed", "pending"],
        "ticket_keys": ["new", "open", "on_hold", "resolved", "closed", "low", "normal", "high", "critical"],
        "slots": slots,
        "bar": history(slots, "Disk /srv"),
        "values": [3.0, 4.0, 3.5, None, 6.0, 8.0, 5.0, 5.5, 9.0, 4.0],
    }
    return show(request, "gallery/parts.html", context)


@as_ben
def events(request: HttpRequest) -> HttpResponse:
    return EventTable(request, LoggedEvent.objects.all()).response(
        "ui/list.html", {"title": "Event log", "shell": GalleryShell(request)}
    )


@as_ben
def form(request: HttpRequest) -> HttpResponse:
    shown = TicketForm(request.POST or None)
    settings_form = form_for(MailSettings)(request.POST if request.POST.get("host") is not None else None)
    status = 422 if request.method == "POST" and not shown.is_valid() else 200
    context = {"title": "New ticket", "form": shown, "settings_form": settings_form}
    return show(request, "gallery/form.html", context, status=status)


@as_ben
def workspace(request: HttpRequest) -> HttpResponse:
    return show(request, "gallery/workspace.html", {"title": "Tickets", "now": clock.now() - timedelta(hours=2)})


@as_ben
def plain(request: HttpRequest) -> HttpResponse:
    return render(request, "404.html", status=404)


def series(request: HttpRequest) -> HttpResponse:
    start = 1_790_000_000
    times = list(range(start, start + 86400, 300))
    values = [None if 100 < index < 120 else 40 + 20 * ((index * 37) % 17) / 17 for index in range(len(times))]
    return JsonResponse(
        {
            "unit": "%",
            "from": start,
            "to": start + 86400,
            "times": times,
            "series": [{"label": "Disk /srv", "values": values}],
            "thresholds": [{"value": 80, "state": "warning"}, {"value": 90, "state": "bad"}],
            "bands": [{"from": start + 50000, "to": start + 60000, "state": "maintenance"}],
            "ticks": [{"time": start + 33000, "state": "bad"}],
        }
    )


urlpatterns = [
    path("gallery/", parts, name="gallery-parts"),
    path("gallery/events", events, name="gallery-events"),
    path("gallery/form", form, name="gallery-form"),
    path("gallery/workspace", workspace, name="gallery-workspace"),
    path("gallery/plain", plain, name="gallery-plain"),
    path("gallery/series", series, name="gallery-series"),
    path("", include("drifta.site.urls")),
]
