"""What people contribute to the shell and to pages of other modules: menus, the requester beside a ticket."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from drifta.kernel.actor import Actor
from drifta.people import actions, contact, queries
from drifta.people.models import ContactPoint, Person
from drifta.ui import languages, menu, panels
from drifta.ui.menu import MenuEntry

menu.register(MenuEntry(_("People"), "users", "people:people", order=50, permission="people.view", key="g p"))
menu.register(
    MenuEntry(_("Organisations"), "building", "people:organisations", order=20, permission="people.administer",
              place="administration")
)  # fmt: skip
menu.register(
    MenuEntry(_("Person"), "user-plus", "people:new-person", order=50, permission="people.create", place="new")
)
menu.register(MenuEntry(_("My profile"), "user-circle", "people:profile", order=10, place="user"))


@languages.register
def keep_language(actor: Actor, language: str) -> None:
    """Remember the language that a person has chosen in the menu."""
    if actor.kind == "person" and actor.person_id is not None:
        actions.edit_profile(actor, Person.objects.get(pk=actor.person_id), language=language)


def requester(request: HttpRequest, ticket: Any) -> Mapping[str, Any] | None:
    """Show who has asked: how to reach, where, in which language."""
    person = ticket.requester
    return {"person": person, "points": _points(person)} if person is not None else None


def caller(request: HttpRequest, person: Any) -> Mapping[str, Any] | None:
    """Show how somebody who calls is reached."""
    points = _points(person)
    return {"points": points} if points else None


def _points(person: Any) -> list[dict[str, Any]]:
    return [
        {
            "kind": point.kind,
            "value": point.value,
            "text": contact.shown_phone(point.value) if point.kind == ContactPoint.Kind.PHONE else point.value,
            "bounced": point.bounced_at,
        }
        for point in queries.contact_points(person.pk)
    ]


panels.slot("ticket.context").register(
    panels.Panel(
        "requester", _("Requester"), "people/panels/requester.html", requester, permission="people.view", order=10
    )
)
panels.slot("caller.context").register(
    panels.Panel("reached", _("Reached by"), "people/panels/caller.html", caller, permission="people.view", order=5)
)
