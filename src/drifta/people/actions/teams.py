"""Teams and who is in them."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people.events import TeamCreated, TeamEdited, TeamMembersChanged
from drifta.people.models import Organisation, Person, Team


@action("people.create_team", label=gettext_lazy("Add team"), icon="users-group")
def create_team(
    actor: Actor, *, organisation_id: int, name: str, line: int = 1, member_ids: Sequence[int] = ()
) -> Team:
    """Make a team of one of the three lines."""
    if not Organisation.objects.visible_to(actor).filter(pk=organisation_id).exists():
        raise Refused(_("There is no such organisation. Choose one of the list."))
    team = Team(organisation_id=organisation_id, name=_name(name), line=_line(line))
    _save(team)
    team.members.set(_members(actor, member_ids))
    emit(actor, TeamCreated(team=team.pk, name=team.name), subject=team)
    return team


@action("people.edit_team", label=gettext_lazy("Edit team"), icon="edit", versioned=True, own_page=True)
def edit_team(
    actor: Actor, team: Team, *, name: str | None = None, line: int | None = None, is_active: bool | None = None
) -> Team:
    """Change what is given. A team that is no longer in use keeps its tickets and gets no new ones."""
    given = {
        "name": _name(name) if name is not None else None,
        "line": _line(line) if line is not None else None,
        "is_active": is_active,
    }
    values = {field: value for field, value in given.items() if value not in (None, getattr(team, field))}
    if values:
        _save(team, **values)
        emit(actor, TeamEdited(team=team.pk, name=team.name, fields=", ".join(values)), subject=team)
    return team


@action("people.set_members", label=gettext_lazy("Change members"), icon="users", own_page=True)
def set_members(actor: Actor, team: Team, *, member_ids: Sequence[int]) -> Team:
    """Let a team have exactly these members; only people who work for its organisation can be one."""
    before = set(team.members.values_list("pk", flat=True))
    members = _members(actor, member_ids)
    for person in members:
        if team.organisation_id not in person.works_for:
            raise Refused(
                _("%(name)s does not work for this organisation. Change that on the person's page first.")
                % {"name": person.name}
            )
    team.members.set(members)
    after = {person.pk for person in members}
    if after != before:
        joined, left = sorted(after - before), sorted(before - after)
        emit(actor, TeamMembersChanged(team=team.pk, name=team.name, joined=joined, left=left), subject=team)
    return team


def _members(actor: Actor, member_ids: Sequence[int]) -> list[Person]:
    return list(Person.objects.visible_to(actor).present().filter(pk__in=list(member_ids)))


def _name(name: str) -> str:
    cleaned = " ".join(name.replace("\0", "").split())[:100]
    if not cleaned:
        raise Refused(_("A team needs a name."))
    return cleaned


def _line(line: int) -> int:
    if line not in Team.Line.values:
        raise Refused(_("A team is on line 1, 2 or 3."))
    return line


def _save(team: Team, **values: object) -> None:
    try:
        with transaction.atomic():
            if values:
                change(team, **values)
            else:
                team.save()
    except IntegrityError as error:
        raise Refused(_("There is already a team with this name. Choose another name.")) from error
