"""Import of people from a file: planned as a whole, done as a whole, or not at all."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import files
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import importing, index
from drifta.people.actions.contact_points import add_point
from drifta.people.events import PeopleImported, PersonCreated, PersonEdited
from drifta.people.importing import Plan, Step
from drifta.people.models import ContactPoint, Organisation, Person
from drifta.people.roles import REQUESTER


@action("people.import", label=gettext_lazy("Import people"), icon="upload")
def import_people(actor: Actor, *, organisation_id: int, file: str) -> Plan:
    """Import a file of the file store (``file`` is its SHA-256). Raises ``Refused`` when a row has a fault."""
    organisation = Organisation.objects.visible_to(actor).filter(pk=organisation_id).first()
    if organisation is None:
        raise Refused(_("There is no such organisation. Choose one of the list."))
    plan = importing.plan(organisation, files.read(file))
    if plan.count("fault"):
        raise Refused(_("Some rows have faults, so nothing was imported. Mend the file and choose it again."))
    for step in plan.steps:
        if step.verb in ("create", "update"):
            _carry_out(actor, organisation, step)
    for step in plan.steps:
        if step.manager:
            _set_manager(organisation, step)
    fact = PeopleImported(
        created=plan.count("create"), updated=plan.count("update"), unchanged=plan.count("unchanged")
    )
    emit(actor, fact, subject=organisation)
    return plan


def _carry_out(actor: Actor, organisation: Organisation, step: Step) -> None:
    fact: PersonCreated | PersonEdited
    if step.person is None:
        step.person = _new_person(organisation, step)
        fact = PersonCreated(person=step.person.pk, name=step.person.name)
    else:
        if step.values:
            change(step.person, **step.values)
        fields = ", ".join(dict.fromkeys(name for name, _value in step.changes))
        fact = PersonEdited(person=step.person.pk, name=step.person.name, fields=fields)
    for kind, value in step.new_points:
        add_point(step.person, kind, value)
    if step.new_teams:
        step.person.teams.add(*step.new_teams)
    emit(actor, fact, subject=step.person)
    index.write(step.person)


def _new_person(organisation: Organisation, step: Step) -> Person:
    values = {"language": organisation.language, **step.values, "name": step.name}
    person = Person(organisation=organisation, roles=[REQUESTER], **values)
    person.set_unusable_password()
    person.save()
    return person


def _set_manager(organisation: Organisation, step: Step) -> None:
    """Set the manager now that everybody of the file is there; the plan has seen that there is just one."""
    people = Person.objects.get_queryset().present().filter(organisation=organisation)
    if "@" in step.manager:
        point = ContactPoint.objects.filter(kind="email", value=step.manager.lower(), person__in=people).first()
        manager = point.person if point else None
    else:
        manager = people.filter(name__iexact=step.manager).first()
    if step.person is not None and manager is not None and manager.pk != step.person.pk:
        change(step.person, manager=manager)
