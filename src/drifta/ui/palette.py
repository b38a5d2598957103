"""What the palette finds: actions on the page's object, pages, and objects by the one search."""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from drifta.kernel import search
from drifta.kernel.actions import Action, actions_for
from drifta.kernel.actor import Actor
from drifta.ui import menu
from drifta.ui.doing import is_fillable, needs_form, own_form
from drifta.ui.menu import MenuEntry, Place

#: Objects shown per kind.
HITS = 6
_PLACES: tuple[Place, ...] = ("work", "new", "administration", "user")


@dataclass(frozen=True)
class Option:
    """One line of the palette: a page or object to go to, or an action to run.

    ``form`` is the address of the action's own dialog; ``asks`` that the general one must ask something.
    """

    label: str | Promise
    icon: str
    url: str = ""
    hint: str | Promise = ""
    action: Action | None = None
    asks: bool = False
    form: str = ""


@dataclass(frozen=True)
class Group:
    """Lines of one sort."""

    title: str | Promise
    options: list[Option]


def groups(actor: Actor, text: str, subject: models.Model | None) -> list[Group]:
    """Return what fits ``text``, in groups, without empty ones."""
    found = [
        Group(str(subject), _actions(actor, text, subject)) if subject is not None else Group("", []),
        Group(_("Pages"), _pages(actor, text)),
        *_objects(actor, text),
    ]
    return [group for group in found if group.options]


def _fits(text: str, label: str | Promise) -> bool:
    words = str(label).casefold()
    return all(part in words for part in text.casefold().split())


def _actions(actor: Actor, text: str, subject: models.Model) -> list[Option]:
    return [
        Option(entry.label, entry.icon, action=entry, asks=needs_form(entry), form=own_form(entry, subject))
        for entry in actions_for(actor, subject)
        if _fits(text, entry.label) and (is_fillable(entry) or own_form(entry, subject))
    ]


def _pages(actor: Actor, text: str) -> list[Option]:
    found = [(place, entry) for place in _PLACES for entry in menu.entries(actor, place)]
    return [_page(place, entry) for place, entry in found if _fits(text, _title(place, entry))]


def _page(place: Place, entry: MenuEntry) -> Option:
    return Option(_title(place, entry), entry.icon, url=entry.url, hint=entry.key)


def _title(place: Place, entry: MenuEntry) -> str:
    return _("New: %(thing)s") % {"thing": entry.label} if place == "new" else str(entry.label)


def _objects(actor: Actor, text: str) -> list[Group]:
    if len(text.strip()) < 2:
        return []
    by_kind: dict[str, Group] = {}
    for hit in search.find(actor, text.strip(), limit=HITS):
        group = by_kind.setdefault(hit.source.kind, Group(hit.source.label, []))
        group.options.append(Option(hit.name, hit.source.icon, url=hit.url))
    return list(by_kind.values())
