"""Reads about people that are used twice, or by other modules."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import may
from drifta.people import contact
from drifta.people.models import ContactPoint, Organisation, OrganisationQuerySet, Person, PersonQuerySet, Team
from drifta.people.roles import AGENTS

#: Letters of a word that may be the beginning of somebody's name, and words that a name has at most.
MIN_NAME, MOST_WORDS = 2, 5


@dataclass(frozen=True)
class Recipient:
    """Somebody a mail goes to; people without a mail address are no recipients."""

    person_id: int
    name: str
    email: str
    language: str


def actor_of(person_id: int) -> Actor:
    """Return a person as the one who acts. Raises ``Person.DoesNotExist``."""
    return Person.objects.get(pk=person_id).actor


def person(actor: Actor, person_id: int) -> Person | None:
    """Return a person whom the actor may know of."""
    return Person.objects.visible_to(actor).select_related("organisation", "site").filter(pk=person_id).first()


def examples(organisation_ids: Collection[int]) -> frozenset[int]:
    """Return which of these organisations hold example data."""
    return frozenset(Organisation.objects.filter(pk__in=organisation_ids, is_demo=True).values_list("pk", flat=True))


def person_by_email(email: str) -> Person | None:
    """Return who has this mail address among the contact points."""
    return _by_point(ContactPoint.Kind.EMAIL, email.strip().lower()).first()


def persons_by_email(emails: Collection[str]) -> dict[str, Person]:
    """Return who has these mail addresses, by the address in lower case, ready to act (``Person.actor``)."""
    values = {email.strip().lower() for email in emails}
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, value__in=values, person__merged_into=None)
    rows = points.select_related("person__organisation").prefetch_related("person__serves", "person__teams")
    return {point.value: point.person for point in rows}


def person_by_phone(number: str, language: str = "sv") -> Person | None:
    """Return who has this phone number, if just one person has it; a number without country code is read as dialled
    where ``language`` is spoken."""
    found = persons_by_phone(number, language)
    return found[0] if len(found) == 1 else None


def persons_by_phone(number: str, language: str = "sv") -> list[Person]:
    """Return everybody who can be reached by this number (a reception desk, a shared phone)."""
    values = contact.readings(number, contact.REGION_OF_LANGUAGE.get(language, "SE"))
    return list(_by_point(ContactPoint.Kind.PHONE, *values).distinct().order_by("name")) if values else []


def _by_point(kind: str, *values: str) -> PersonQuerySet:
    rows: PersonQuerySet = Person.objects.get_queryset().select_related("organisation")
    return rows.present().filter(contact_points__kind=kind, contact_points__value__in=values)


def recipients(person_ids: Collection[int]) -> list[Recipient]:
    """Return those of the given persons who have a mail address, in the order of their ids."""
    return reachable(Person.objects.filter(pk__in=person_ids).order_by("pk"))


def reachable(persons: Iterable[Person]) -> list[Recipient]:
    """Return those who have a mail address, as recipients, in the given order."""
    return [Recipient(one.pk, one.name, one.email, one.language) for one in persons if one.email]


def agents(organisation_id: int) -> PersonQuerySet:
    """Return those who may work on an organisation's tickets: agents of it, and agents who serve it."""
    rows: PersonQuerySet = Person.objects.get_queryset().present().filter(is_active=True, roles__overlap=list(AGENTS))
    return rows.filter(Q(organisation_id=organisation_id) | Q(serves=organisation_id)).distinct().order_by("name")


def team_members(team_id: int) -> list[int]:
    """Return the ids of a team's members who may sign in."""
    return list(Person.objects.filter(teams=team_id, is_active=True).order_by("pk").values_list("pk", flat=True))


def teams(actor: Actor, organisation_id: int | None = None) -> models.QuerySet[Team]:
    """Return the teams in use that the actor may know of, of one organisation or of all."""
    rows = Team.objects.visible_to(actor).filter(is_active=True)
    return rows if organisation_id is None else rows.filter(organisation_id=organisation_id)


def team(team_id: int) -> Team | None:
    """Return a team."""
    return Team.objects.filter(pk=team_id).first()


def team_by_name(organisation_id: int, name: str) -> Team | None:
    """Return the organisation's team of this name, whatever its case."""
    return Team.objects.filter(organisation_id=organisation_id, name__iexact=name.strip()).first()


def organisations(actor: Actor) -> OrganisationQuerySet:
    """Return the organisations the actor works for."""
    return Organisation.objects.visible_to(actor)


def organisation(organisation_id: int) -> Organisation | None:
    """Return an organisation."""
    return Organisation.objects.filter(pk=organisation_id).first()


def organisation_of_domain(domain: str) -> Organisation | None:
    """Return the organisation that has claimed a mail domain."""
    return Organisation.objects.filter(mail_domains__contains=[domain.lower()]).order_by("pk").first()


def first_organisation() -> Organisation | None:
    """Return the organisation that was there first, the default where nothing tells another."""
    return Organisation.objects.order_by("pk").first()


def choices(actor: Actor, text: str = "", limit: int = 20) -> list[Person]:
    """Return people for a chooser: those whose name or address contains ``text``, by name."""
    rows = searched(Person.objects.visible_to(actor).present().select_related("organisation"), text)
    return list(rows.order_by("name", "pk")[:limit])


def outsiders(organisation_id: int, addresses: Sequence[str]) -> list[str]:
    """Return the mail addresses that are neither in the organisation's domains nor those of people known there.

    Who only once wrote a mail, and nobody has looked at since, is not known.
    """
    wanted = [address.strip().lower() for address in addresses]
    own = organisation(organisation_id)
    domains = set(own.mail_domains) if own else set()
    outside = [address for address in dict.fromkeys(wanted) if contact.domain(address) not in domains]
    points = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, value__in=outside)
    known = points.filter(person__organisation_id=organisation_id, person__is_stranger=False)
    inside = set(known.values_list("value", flat=True))
    return [address for address in outside if address not in inside]


def named(actor: Actor, text: str, limit: int = 300) -> list[int]:
    """Return the ids of people with this mail address, or in whose name each word begins one; few, or the first.

    For other lists that are searched by somebody's name; single letters name nobody.
    """
    words = text.split()
    rows = Person.objects.visible_to(actor).order_by("pk")
    if "@" in text:
        rows = rows.filter(contact_points__kind=ContactPoint.Kind.EMAIL, contact_points__value=text.strip().lower())
    elif not words or min(len(word) for word in words) < MIN_NAME or len(words) > MOST_WORDS:
        return []
    for word in words if "@" not in text else ():
        rows = rows.filter(Q(name__istartswith=word) | Q(name__icontains=f" {word}") | Q(name__icontains=f"-{word}"))
    return list(rows.values_list("pk", flat=True)[:limit])


def contact_points(person_id: int) -> list[ContactPoint]:
    """Return how a person is reached, mail first, in the order they were added."""
    return list(ContactPoint.objects.filter(person_id=person_id).order_by("kind", "pk"))


def may_sign_in(person: Person) -> bool:
    """Whether a person can sign in now."""
    return person.can_sign_in


def sites(organisation_id: int | None) -> models.QuerySet[Any]:
    """Return the sites of an organisation; the inventory's table, reached through the foreign key."""
    model = Person._meta.get_field("site").related_model
    assert isinstance(model, type)
    return model._default_manager.filter(organisation_id=organisation_id)


def sees_people(actor: Actor) -> bool:
    """Whether the actor may look other people up."""
    return may(actor, "people.view")


def belongs_to(person_id: int, organisation_id: int) -> bool:
    """Whether a person is one of this organisation."""
    return Person.objects.filter(pk=person_id, organisation_id=organisation_id).exists()


def organisations_of_nobody() -> OrganisationQuerySet:
    """Return no organisations: what a form's field starts with, before it knows who asks."""
    return Organisation.objects.none()


def teams_of_nobody() -> models.QuerySet[Team]:
    """Return no teams: what a form's field starts with, before it knows who asks."""
    return Team.objects.none()


def ids_by_email(email: str) -> models.QuerySet[Any]:
    """Return the ids of who has this mail address, for another query."""
    rows = ContactPoint.objects.filter(kind=ContactPoint.Kind.EMAIL, value=email.strip().lower())
    return rows.values("person_id")


def searched(rows: PersonQuerySet, text: str) -> PersonQuerySet:
    """Narrow to people whose name, title or address contains each word; a number is found as people type it."""
    for word in text.split():
        points = Q(value__icontains=word)
        digits = "".join(letter for letter in word if letter.isdigit()).lstrip("0")
        if len(digits) >= 4:
            points |= Q(value__contains=digits)
        found = ContactPoint.objects.filter(points, person=models.OuterRef("pk"))
        rows = rows.filter(Q(name__icontains=word) | Q(title__icontains=word) | models.Exists(found))
    return rows
