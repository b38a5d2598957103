"""Persons: entered, corrected, and given roles."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import index, queries
from drifta.people.actions.contact_points import add_points
from drifta.people.events import PersonCreated, PersonEdited, RolesChanged, ServedChanged
from drifta.people.models import Organisation, Person
from drifta.people.roles import ADMINISTRATOR, REQUESTER, ROLES

#: Fields that ``edit`` takes over as they are.
PLAIN = ("name", "title", "language", "is_vip", "note", "manager_id", "site_id")


@action("people.create", label=gettext_lazy("Add person"), icon="user-plus")
def create(
    actor: Actor,
    *,
    organisation_id: int,
    name: str,
    emails: Sequence[str] = (),
    phones: Sequence[str] = (),
    language: str = "",
    title: str = "",
    manager_id: int | None = None,
    site_id: int | None = None,
    is_vip: bool = False,
    note: str = "",
    roles: Sequence[str] = (REQUESTER,),
) -> Person:
    """Enter somebody; the first mail address is the primary one. Who gives other roles needs the right to."""
    organisation = _organisation(actor, organisation_id)
    wanted = _roles(roles)
    if wanted != [REQUESTER] and not (actor.is_system or actor.has("people.set_roles")):
        raise Refused(_("Only an administrator gives roles. Add the person as a requester."))
    person = Person(
        organisation=organisation,
        name=_name(name),
        language=language or organisation.language,
        title=title.strip(),
        is_vip=is_vip,
        note=note,
        roles=wanted,
        **_related(organisation_id, None, {"manager_id": manager_id, "site_id": site_id}),
    )
    person.set_unusable_password()
    person.save()
    add_points(person, emails=emails, phones=phones)
    emit(actor, PersonCreated(person=person.pk, name=person.name), subject=person)
    index.write(person)
    return person


@action("people.edit", label=gettext_lazy("Edit person"), icon="edit", versioned=True, own_page=True)
def edit(
    actor: Actor,
    person: Person,
    *,
    name: str | None = None,
    email: str | None = None,
    language: str | None = None,
    title: str | None = None,
    manager_id: int | None = None,
    site_id: int | None = None,
    is_vip: bool | None = None,
    note: str | None = None,
    clear: Sequence[str] = (),
) -> Person:
    """Change what is given. ``email`` chooses the primary one among the person's addresses; ``clear`` names
    ``manager_id`` or ``site_id`` to be emptied."""
    given = {
        "name": _name(name) if name is not None else None,
        "language": language,
        "title": title,
        "is_vip": is_vip,
        "note": note,
        "email": _own_address(person, email) if email is not None else None,
        **_related(person.organisation_id, person.pk, {"manager_id": manager_id, "site_id": site_id}),
    }
    values: dict[str, Any] = {field: value for field, value in given.items() if value is not None}
    values |= {field: None for field in clear if field in ("manager_id", "site_id")}
    return apply(actor, person, values)


@action("people.edit_profile", label=gettext_lazy("Edit profile"), icon="user", own_page=True)
def edit_profile(
    actor: Actor, person: Person, *, name: str | None = None, language: str | None = None, email: str | None = None
) -> Person:
    """Correct one's own name, language and primary address."""
    given = {
        "name": _name(name) if name is not None else None,
        "language": language,
        "email": _own_address(person, email) if email is not None else None,
    }
    return apply(actor, person, {field: value for field, value in given.items() if value is not None})


@action("people.set_roles", label=gettext_lazy("Change roles"), icon="shield", own_page=True)
def set_roles(actor: Actor, person: Person, *, roles: Sequence[str]) -> Person:
    """Give a person exactly these roles. The last administrator who can sign in stays one."""
    wanted, before = _roles(roles), list(person.roles)
    if wanted == before:
        return person
    if ADMINISTRATOR in before and ADMINISTRATOR not in wanted:
        require_other_administrator(person)
    change(person, roles=wanted)
    fact = RolesChanged(person=person.pk, name=person.name, roles=", ".join(wanted), before=", ".join(before))
    emit(actor, fact, subject=person)
    return person


@action("people.serve", label=gettext_lazy("Change organisations served"), icon="building", own_page=True)
def serve(actor: Actor, person: Person, *, organisation_ids: Sequence[int]) -> Person:
    """Let a person work for exactly these organisations beside the own one."""
    visible = Organisation.objects.visible_to(actor)
    chosen = list(visible.filter(pk__in=list(organisation_ids)))
    hidden = person.serves.exclude(pk__in=visible)
    person.serves.set([*chosen, *hidden])
    names = ", ".join(organisation.name for organisation in chosen)
    emit(actor, ServedChanged(person=person.pk, name=person.name, organisations=names), subject=person)
    return person


def apply(actor: Actor, person: Person, values: dict[str, Any]) -> Person:
    """Store the values that differ, tell about them, and keep the search up to date."""
    changed = {field: value for field, value in values.items() if getattr(person, field) != value}
    if changed:
        change(person, **({**changed, "is_stranger": False} if person.is_stranger else changed))
        fields = ", ".join(field.removesuffix("_id") for field in changed)
        emit(actor, PersonEdited(person=person.pk, name=person.name, fields=fields), subject=person)
        index.write(person)
    return person


def require_other_administrator(person: Person) -> None:
    """Raise ``Refused`` unless somebody else can still sign in as administrator."""
    others = Person.objects.filter(roles__contains=[ADMINISTRATOR], is_active=True).exclude(pk=person.pk)
    if not any(other.has_usable_password() for other in others):
        raise Refused(
            _("%(name)s is the last administrator who can sign in. Make somebody else an administrator first.")
            % {"name": person.name}
        )


def _name(name: str) -> str:
    cleaned = " ".join(name.replace("\0", "").split())[:200]
    if not cleaned:
        raise Refused(_("A person needs a name."))
    return cleaned


def _roles(roles: Sequence[str]) -> list[str]:
    wanted = set(roles)
    unknown = wanted - set(ROLES)
    if unknown:
        raise Refused(
            _("There is no role “%(role)s”. Choose among: %(roles)s.")
            % {"role": min(unknown), "roles": ", ".join(ROLES)}
        )
    return [role for role in ROLES if role in wanted]


def _organisation(actor: Actor, organisation_id: int) -> Organisation:
    organisation = Organisation.objects.visible_to(actor).filter(pk=organisation_id).first()
    if organisation is None:
        raise Refused(_("There is no such organisation. Choose one of the list."))
    return organisation


def _related(organisation_id: int, person_id: int | None, given: dict[str, int | None]) -> dict[str, int]:
    """Check that manager and site are of the same organisation, and return those that are given."""
    manager, site = given["manager_id"], given["site_id"]
    if manager is not None and (
        manager == person_id or not Person.objects.filter(pk=manager, organisation_id=organisation_id).exists()
    ):
        raise Refused(_("The manager must be somebody else of the same organisation."))
    if site is not None and not queries.sites(organisation_id).filter(pk=site).exists():
        raise Refused(_("The site must be one of the same organisation."))
    return {field: value for field, value in given.items() if value is not None}


def _own_address(person: Person, email: str) -> str:
    value = email.strip().lower()
    if not person.contact_points.filter(kind="email", value=value).exists():
        raise Refused(
            _("%(email)s is not an address of %(name)s. Add it to the contact points first.")
            % {"email": email, "name": person.name}
        )
    return value
