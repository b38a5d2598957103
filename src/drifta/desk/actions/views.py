"""Named lists of tickets, drafts, and how far somebody has looked."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.desk import notices
from drifta.desk.events import ViewRemoved, ViewSaved
from drifta.desk.models import Draft, NoticesSeen, SavedView
from drifta.desk.text import one_line, plain
from drifta.kernel import clock, live
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit

#: Named lists of one person.
MOST_VIEWS = 50


@action("desk.save_view", label=gettext_lazy("Save view"), icon="pin")
def save_view(actor: Actor, *, name: str, query: str, team_id: int | None = None, for_all: bool = False) -> SavedView:
    """Give the present list a name: for oneself, for a team of one's own, or for everybody in the organisation."""
    name, query = one_line(name, 80), plain(query)
    if not name or len(query) > 2000 or actor.organisation_id is None:
        raise Refused(_("A view needs a name, and filters that are not endless."))
    if team_id and team_id not in actor.team_ids:
        raise Refused(_("You can share a view only with a team that you belong to."))
    if SavedView.objects.filter(owner_id=actor.person_id).count() >= MOST_VIEWS:
        raise Refused(_("You have as many views as one can have. Remove one first."))
    owner_id = None if team_id or for_all else actor.person_id
    view = SavedView.objects.create(
        organisation_id=actor.organisation_id, name=name, query=query, owner_id=owner_id, team_id=team_id or None
    )
    emit(actor, ViewSaved(view.pk, name), subject=view)
    return view


@action("desk.remove_view", label=gettext_lazy("Remove view"), icon="trash", danger=True)
def remove_view(actor: Actor, view: SavedView) -> None:
    """Remove a named list; one's own, or a shared one."""
    emit(actor, ViewRemoved(view.pk, view.name), subject=view)
    view.delete()


@action("desk.save_draft", label=gettext_lazy("Save draft"))
def save_draft(actor: Actor, *, key: str, text: str) -> Draft | None:
    """Keep what a person is writing; an empty text forgets it. Announces nothing: nobody else's matter."""
    key = one_line(key, 120)
    if actor.person_id is None or not key:
        return None
    if not text.strip():
        Draft.objects.filter(person_id=actor.person_id, subject=key).delete()
        return None
    value: dict[str, Any] = {"text": plain(text)[:500_000]}
    draft, _is_new = Draft.objects.update_or_create(
        person_id=actor.person_id, subject=key, defaults={"value": value, "saved_at": clock.now()}
    )
    return draft


@action("desk.see_notices", label=gettext_lazy("Note what was seen"))
def see_notices(actor: Actor, *, until: int) -> None:
    """Remember the newest notice that a person has seen. Announces nothing: nobody else's matter."""
    if actor.person_id is not None:
        values = {"until": until, "at": clock.now()}
        NoticesSeen.objects.update_or_create(person_id=actor.person_id, defaults=values)
        live.tell(notices.live_names(actor)[0], actor.organisation_id)
