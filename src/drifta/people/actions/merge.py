"""Two entries that are the same human being become one."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import clock, search
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import index
from drifta.people.events import PersonsMerged
from drifta.people.models import ContactPoint, Person
from drifta.people.roles import ROLES


@action("people.merge", label=gettext_lazy("Merge with another entry"), icon="git-merge", danger=True, own_page=True)
def merge(actor: Actor, person: Person, *, absorbed_id: int) -> Person:
    """Move everything of another entry to ``person``; the other one stays as a pointer and cannot sign in.

    Other modules move what is theirs when they hear of ``PersonsMerged``.
    """
    absorbed = _absorbed(actor, person, absorbed_id)
    _move_contact_points(person, absorbed)
    person.teams.add(*absorbed.teams.all())
    person.serves.add(*absorbed.serves.all())
    Person.objects.filter(manager=absorbed).exclude(pk=person.pk).update(manager=person)
    absorbed.api_tokens.filter(revoked_at=None).update(revoked_at=clock.now())
    absorbed.teams.clear()
    email = person.email or absorbed.email
    change(absorbed, email=None, is_active=False, merged_into=person)
    roles = [role for role in ROLES if role in {*person.roles, *absorbed.roles}]
    change(person, email=email, roles=roles, is_vip=person.is_vip or absorbed.is_vip, is_stranger=False)
    fact = PersonsMerged(person=person.pk, name=person.name, absorbed=absorbed.pk, absorbed_name=absorbed.name)
    emit(actor, fact, subject=person)
    search.forget("person", absorbed.pk)
    index.write(person)
    return person


def _absorbed(actor: Actor, person: Person, absorbed_id: int) -> Person:
    rows = Person.objects.visible_to(actor).present().select_for_update(of=("self",))
    absorbed = rows.filter(pk=absorbed_id).exclude(pk=person.pk).first()
    if absorbed is None or person.merged_into_id is not None:
        raise Refused(_("Choose another person who is not merged already."))
    if absorbed.organisation_id != person.organisation_id:
        raise Refused(_("The two entries belong to different organisations, so they are not merged."))
    return absorbed


def _move_contact_points(person: Person, absorbed: Person) -> None:
    known = set(person.contact_points.values_list("kind", "value"))
    for point in ContactPoint.objects.filter(person=absorbed):
        if (point.kind, point.value) in known:
            point.delete()
        else:
            change(point, person=person)
