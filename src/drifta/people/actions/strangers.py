"""Recognising who wrote or called; somebody unknown becomes a person without sign-in."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy

from drifta.kernel.actions import action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.people import contact, index, queries
from drifta.people.actions.contact_points import normalised
from drifta.people.events import PersonCreated
from drifta.people.models import ContactPoint, Organisation, Person
from drifta.people.roles import REQUESTER


@action("people.recognise", label=gettext_lazy("Recognise a sender"), icon="user-search")
def recognise(
    actor: Actor, *, organisation_id: int, email: str, name: str = "", language: str | None = None
) -> Person:
    """Return the person with this mail address; make one (a requester who cannot sign in) when nobody has it."""
    organisation = Organisation.objects.visible_to(actor).get(pk=organisation_id)
    value = normalised(ContactPoint.Kind.EMAIL, email, organisation.language)
    known = queries.person_by_email(value)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            person = _make(organisation, value, name, language)
    except IntegrityError:
        return ContactPoint.objects.select_related("person").get(kind="email", value=value).person
    emit(actor, PersonCreated(person=person.pk, name=person.name, stranger=True), subject=person)
    index.write(person)
    return person


def _make(organisation: Organisation, email: str, name: str, language: str | None) -> Person:
    cleaned = " ".join(name.replace("\0", "").split())[:200]
    person = Person(
        organisation=organisation,
        name=cleaned or contact.name_from(email),
        email=email,
        language=language or organisation.language,
        roles=[REQUESTER],
        is_stranger=True,
    )
    person.set_unusable_password()
    person.save()
    ContactPoint.objects.create(person=person, kind=ContactPoint.Kind.EMAIL, value=email)
    return person
