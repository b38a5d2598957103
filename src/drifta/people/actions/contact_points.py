"""How people are reached and recognised: mail addresses and phone numbers."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import contact, index
from drifta.people.events import ContactPointAdded, ContactPointBounced, ContactPointRemoved
from drifta.people.models import ContactPoint, Person


@action("people.add_contact_point", label=gettext_lazy("Add mail or phone"), icon="at", own_page=True)
def add_contact_point(actor: Actor, person: Person, *, kind: str, value: str, label: str = "") -> ContactPoint:
    """Add a mail address or phone number. A mail address belongs to one person only."""
    point = add_point(person, kind, value, label)
    fact = ContactPointAdded(person=person.pk, name=person.name, kind=kind, value=point.value)
    emit(actor, fact, subject=person)
    index.write(person)
    return point


@action("people.remove_contact_point", label=gettext_lazy("Remove mail or phone"), icon="trash", own_page=True)
def remove_contact_point(actor: Actor, person: Person, *, contact_point_id: int) -> Person:
    """Remove an address. When it was the primary one, the oldest of the others takes its place."""
    point = person.contact_points.filter(pk=contact_point_id).first()
    if point is None:
        raise Refused(_("This address is not there any more. Reload the page."))
    point.delete()
    if point.value == person.email:
        other = person.contact_points.filter(kind=ContactPoint.Kind.EMAIL).order_by("pk").first()
        change(person, email=other.value if other else None)
    fact = ContactPointRemoved(person=person.pk, name=person.name, kind=point.kind, value=point.value)
    emit(actor, fact, subject=person)
    index.write(person)
    return person


@action("people.mark_bounced", label=gettext_lazy("Note that mail comes back"), icon="mail-off")
def mark_bounced(actor: Actor, *, email: str) -> ContactPoint | None:
    """Note that mail to an address was returned; None when nobody has the address."""
    point = (
        ContactPoint.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(kind=ContactPoint.Kind.EMAIL, value=email.strip().lower())
        .first()
    )
    if point is not None and point.bounced_at is None:
        change(point, bounced_at=clock.now())
        person = point.person
        emit(actor, ContactPointBounced(person=person.pk, name=person.name, value=point.value), subject=person)
    return point


def add_points(person: Person, *, emails: Iterable[str] = (), phones: Iterable[str] = ()) -> None:
    """Add several addresses to a person that is just being entered."""
    for value in emails:
        add_point(person, ContactPoint.Kind.EMAIL, value)
    for value in phones:
        add_point(person, ContactPoint.Kind.PHONE, value)


def add_point(person: Person, kind: str, value: str, label: str = "") -> ContactPoint:
    """Store an address in its normal form; the first mail address becomes the primary one."""
    normal = normalised(kind, value, person.organisation.language)
    try:
        with transaction.atomic():
            point = ContactPoint.objects.create(person=person, kind=kind, value=normal, label=label.strip()[:60])
            if kind == ContactPoint.Kind.EMAIL and not person.email:
                change(person, email=normal)
    except IntegrityError as error:
        raise Refused(_taken(normal)) from error
    return point


def normalised(kind: str, value: str, language: str) -> str:
    """Return an address in its normal form. Raises ``Refused`` for what is none."""
    try:
        if kind == ContactPoint.Kind.EMAIL:
            return contact.email(value)
        if kind == ContactPoint.Kind.PHONE:
            return contact.phone(value, contact.REGION_OF_LANGUAGE.get(language, "SE"))
    except contact.NotAnAddress as error:
        raise Refused(_not_an_address(kind, value)) from error
    raise Refused(_("A contact point is a mail address or a phone number."))


def _not_an_address(kind: str, value: str) -> str:
    if kind == ContactPoint.Kind.EMAIL:
        text = _("“%(value)s” is not a mail address. Write it like anna@example.com.")
    else:
        text = _("“%(value)s” is not a phone number. Write it like +46 70 123 45 67.")
    return text % {"value": value[:100]}


def _taken(value: str) -> str:
    return _("%(value)s already belongs to a person. Open that person, or merge the two.") % {"value": value}
