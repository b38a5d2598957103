"""The entries of the sidebar, of the phone's bottom bar and of the “New” menu; modules register theirs in slots.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from drifta.kernel.actor import NOBODY, Actor
from drifta.kernel.permissions import may

Place = Literal["work", "administration", "new", "user"]


@dataclass(frozen=True)
class MenuEntry:
    """A link in a menu, shown to actors who hold ``permission`` (to everybody signed in when it is None).

    ``key`` is a shortcut such as ``g t``; ``count`` tells a number shown beside the label (open tickets, say);
    ``phone`` puts the entry into the bottom bar of a phone. ``query`` is appended to the address.
    """

    label: str | Promise
    icon: str
    url_name: str
    order: int = 100
    permission: str | None = None
    place: Place = "work"
    key: str = ""
    phone: bool = False
    query: str = ""
    count: Callable[[Actor], int | None] | None = None

    @cached_property
    def url(self) -> str:
        """The address of the page."""
        return reverse(self.url_name) + self.query


@dataclass(frozen=True)
class ShownEntry:
    """A menu entry as one person sees it now."""

    entry: MenuEntry
    url: str
    current: bool
    count: int | None


_entries: dict[tuple[str, str], MenuEntry] = {}


def register(entry: MenuEntry) -> MenuEntry:
    """Add an entry. Raises ``ValueError`` when the same page is already in that menu."""
    key = (entry.place, entry.url_name + entry.query)
    if key in _entries:
        raise ValueError(f"The menu '{entry.place}' has '{entry.url_name}' twice.")
    _entries[key] = entry
    return entry


def actor_of(request: HttpRequest | None) -> Actor:
    """Return who makes the request; nobody when the request carries no actor."""
    found = getattr(request, "actor", None)
    return found if isinstance(found, Actor) else NOBODY


def entries(actor: Actor, place: Place) -> list[MenuEntry]:
    """Return the entries of one menu that the actor may see, in order."""
    if actor.kind == "nobody":
        return []
    allowed = (entry for entry in _entries.values() if entry.place == place)
    shown = [entry for entry in allowed if entry.permission is None or may(actor, entry.permission)]
    return sorted(shown, key=lambda entry: (entry.order, str(entry.label)))


def shown(request: HttpRequest, place: Place) -> list[ShownEntry]:
    """Return one menu for this request; the entry whose address is the longest start of the page's is current."""
    actor = actor_of(request)
    found = entries(actor, place)
    here = _current([entry.url for entry in found], request.path)
    return [
        ShownEntry(entry, entry.url, entry.url == here, entry.count(actor) if entry.count else None) for entry in found
    ]


def _current(urls: Sequence[str], path: str) -> str | None:
    fitting = [url for url in urls if path == url or (url != "/" and path.startswith(url))]
    return max(fitting, key=len, default=None)
