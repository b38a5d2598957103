"""What the commands about people do once Django is set up; everything through actions, as the system."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError

from drifta.desk import demo as tickets
from drifta.kernel.actor import SYSTEM
from drifta.people import actions
from drifta.people.models import Organisation, Person
from drifta.people.roles import ROLES
from drifta.site.commands.words import Trouble, say
from drifta.site.demo import organisation as demo
from drifta.site.supervisor.prepare import introduce_probe
from drifta.words import gettext_noop as _

SEED = 1


def create_user(email: str, role: str, name: str, password: str) -> str:
    """Add a person with ``role``; returns the secret of an invitation when there is no ``password``.

    The person belongs to the first organisation; one is made when there is none. Raises ``Trouble``.
    """
    if role not in ROLES:
        raise Trouble(_("There is no role %(role)s. The roles are: %(roles)s."), role=role, roles=", ".join(ROLES))
    try:
        person = actions.create(
            SYSTEM,
            organisation_id=_organisation(email).pk,
            name=name or email.partition("@")[0],
            emails=[email],
            roles=[role],
        )
        if password:
            actions.set_password(SYSTEM, person, password=password)
            return ""
        return actions.invite(SYSTEM, person)[1]
    except ValidationError as refusal:
        raise as_trouble(refusal) from refusal


def _organisation(email: str) -> Organisation:
    first = Organisation.objects.order_by("pk").first()
    return first or actions.create_organisation(SYSTEM, name=email.partition("@")[2] or email)


def create_token(email: str, name: str) -> str:
    """Make a token that acts for the person with the address ``email`` and return it. Raises ``Trouble``."""
    person = Person.objects.filter(email__iexact=email).first()
    if person is None:
        raise Trouble(_("There is nobody with the address %(email)s. Add them with: drifta user create"), email=email)
    try:
        return actions.create_token(SYSTEM, person, name=name)[1]
    except ValidationError as refusal:
        raise as_trouble(refusal) from refusal


def generate_tickets(count: int) -> None:
    """Write ``count`` example tickets for the example organisation, always the same ones. Raises ``Trouble``."""
    organisation = Organisation.objects.filter(is_demo=True).first()
    if organisation is None and Organisation.objects.exists():
        raise Trouble(_("This Drifta is in use already. Make example tickets in a new directory: --data DIR"))
    if organisation is None:
        introduce_probe(settings.DATA_DIR / "probe" / "key")
        demo.fill(secrets.token_urlsafe(12))
    number = Organisation.objects.get(is_demo=True).pk
    tickets.generate(number, count, seed=SEED, say=lambda line: say("%(line)s", line=line))


def as_trouble(refusal: ValidationError) -> Trouble:
    """The refusal of an action as one line for the terminal."""
    return Trouble("%(reason)s", reason=" ".join(refusal.messages))
