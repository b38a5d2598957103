"""The lists of people, teams and organisations."""

from typing import Any

from django.db.models import Q
from django.db.models.query import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel.http import Request
from drifta.people import contact, queries
from drifta.people.models import ContactPoint, Person, Role, Team
from drifta.ui.graphics import avatar
from drifta.ui.menu import actor_of
from drifta.ui.tables import ChoiceFilter, Column, Empty, MultiFilter, Table


def _name(person: Person) -> SafeString:
    vip = format_html(' <span class="tag tag-accent">{}</span>', _("VIP")) if person.is_vip else ""
    new = format_html(' <span class="tag">{}</span>', _("new")) if person.is_stranger else ""
    return format_html('<span class="person">{}<span>{}</span></span>{}{}', avatar(person.name), person.name, vip, new)


def _phones(person: Person) -> str:
    points = (point for point in person.contact_points.all() if point.kind == ContactPoint.Kind.PHONE)
    return ", ".join(contact.shown_phone(point.value) for point in points)


def _teams(person: Person) -> str:
    return ", ".join(team.name for team in person.teams.all())


def _roles(person: Person) -> str:
    labels = dict(Role.choices)
    return ", ".join(str(labels.get(role, role)) for role in person.roles if role != Role.REQUESTER)


def _organisations(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in queries.organisations(actor_of(request))]


def _team_choices(request: HttpRequest) -> list[tuple[str, str]]:
    return [(str(one.pk), one.name) for one in queries.teams(actor_of(request))]


def _site_choices(request: HttpRequest) -> list[tuple[str, str]]:
    sites = queries.sites(None).model._default_manager.visible_to(actor_of(request))
    return [(str(one.pk), one.name) for one in sites]


def _by_role(rows: QuerySet[Person], values: list[str]) -> QuerySet[Person]:
    return rows.filter(roles__overlap=values)


def _by_access(rows: QuerySet[Person], values: list[str]) -> QuerySet[Person]:
    usable = Q(is_active=True) & ~Q(password__startswith="!") & ~Q(password="")  # noqa: S106 - how Django marks none
    conditions = {"yes": usable, "no": ~usable & Q(is_active=True), "blocked": Q(is_active=False)}
    wanted = Q()
    for value in values:
        wanted |= conditions.get(value, Q(pk=None))
    return rows.filter(wanted)


def _new_ones(rows: QuerySet[Person], values: list[str]) -> QuerySet[Person]:
    return rows.filter(is_stranger="yes" in values)


class PersonTable(Table):
    """People."""

    key = "people.people"
    columns = (
        Column("name", gettext_lazy("Name"), render=_name, sort="name", link=True),
        Column("email", gettext_lazy("Mail"), sort="email", grow=True),
        Column("phone", gettext_lazy("Phone"), _phones),
        Column("title", gettext_lazy("Title"), sort="title"),
        Column("site", gettext_lazy("Site"), "site.name"),
        Column("roles", gettext_lazy("Roles"), _roles),
        Column("teams", gettext_lazy("Teams"), _teams, optional=True),
        Column("manager", gettext_lazy("Manager"), "manager.name", optional=True),
        Column("organisation", gettext_lazy("Organisation"), "organisation.name", optional=True),
        Column("language", gettext_lazy("Language"), "get_language_display", optional=True),
        Column("last_login", gettext_lazy("Last sign-in"), sort="last_login", optional=True),
        Column("created_at", gettext_lazy("Added"), sort="created_at", optional=True),
    )
    filters = (
        MultiFilter("organisation", gettext_lazy("Organisation"), choices=_organisations),
        MultiFilter("site", gettext_lazy("Site"), choices=_site_choices),
        MultiFilter("team", gettext_lazy("Team"), path="teams", choices=_team_choices),
        MultiFilter("role", gettext_lazy("Role"), choices=tuple(Role.choices), apply_with=_by_role),
        MultiFilter(
            "access",
            gettext_lazy("Sign-in"),
            choices=(
                ("yes", gettext_lazy("can sign in")),
                ("no", gettext_lazy("no sign-in")),
                ("blocked", gettext_lazy("blocked")),
            ),
            apply_with=_by_access,
        ),
        ChoiceFilter(
            "new",
            gettext_lazy("Looked at"),
            choices=(("yes", gettext_lazy("not yet: made from a mail")), ("no", gettext_lazy("yes"))),
            apply_with=_new_ones,
        ),
    )
    default_sort = "name"
    live = "people.person"
    empty = Empty(
        gettext_lazy("Nobody is here yet."), gettext_lazy("Add people one by one, or import a file."), "users"
    )

    def __init__(self, request: Request) -> None:
        rows = Person.objects.visible_to(request.actor).present().select_related("organisation", "site", "manager")
        super().__init__(request, rows.prefetch_related("contact_points", "teams"))

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """Find by name, title, or any address."""
        return queries.searched(rows, text)  # type: ignore[arg-type]


def _members(team: Team) -> SafeString:
    shown = list(team.members.all())[:8]
    return format_html_join("", '<span title="{}">{}</span>', ((one.name, avatar(one.name)) for one in shown))


class TeamTable(Table):
    """Teams."""

    key = "people.teams"
    columns = (
        Column("name", gettext_lazy("Name"), sort="name", link=True, grow=True),
        Column("line", gettext_lazy("Line"), "get_line_display", sort="line"),
        Column("members", gettext_lazy("Members"), lambda team: len(team.members.all()), _members),
        Column("organisation", gettext_lazy("Organisation"), "organisation.name"),
        Column("is_active", gettext_lazy("In use"), optional=True),
    )
    filters = (
        MultiFilter("organisation", gettext_lazy("Organisation"), choices=_organisations),
        MultiFilter("line", gettext_lazy("Line"), choices=[(str(value), label) for value, label in Team.Line.choices]),
    )
    default_sort = "name"
    live = "people.team"
    empty = Empty(gettext_lazy("There are no teams yet."), gettext_lazy("A team takes tickets as one."), "users-group")

    def __init__(self, request: Request) -> None:
        rows = Team.objects.visible_to(request.actor).select_related("organisation").prefetch_related("members")
        super().__init__(request, rows)


class OrganisationTable(Table):
    """Organisations."""

    key = "people.organisations"
    columns = (
        Column("name", gettext_lazy("Name"), sort="name", link=True, grow=True),
        Column("language", gettext_lazy("Language"), "get_language_display"),
        Column("mail_domains", gettext_lazy("Mail domains"), lambda one: ", ".join(one.mail_domains)),
        Column("created_at", gettext_lazy("Added"), sort="created_at"),
    )
    default_sort = "name"

    def __init__(self, request: Request) -> None:
        super().__init__(request, queries.organisations(request.actor))
