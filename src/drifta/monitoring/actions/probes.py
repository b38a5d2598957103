"""Probes: entered with a key that is shown once, given a new key, removed; the local one of ``drifta up``."""

import hashlib
import secrets as random

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel import clock
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import SYSTEM, Actor
from drifta.kernel.events import emit
from drifta.monitoring.events import ProbeKeyChanged, ProbeRegistered, ProbeRemoved
from drifta.monitoring.models import Probe
from drifta.people import queries as people

PREFIX = "drifta-probe-"


def new_key() -> str:
    """Return a new key: 256 random bits."""
    return PREFIX + random.token_urlsafe(32)


def key_hash(key: str) -> str:
    """Return what is stored of a key; it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


@action("monitoring.register_probe", label=gettext_lazy("Register probe"), icon="plus")
def register_probe(
    actor: Actor,
    *,
    name: str,
    organisation_id: int | None = None,
    site_id: int | None = None,
    shared: bool = False,
) -> tuple[Probe, str]:
    """Enter a probe, of the actor's own organisation by default; returns it with its key, shown only now."""
    organisation_id = organisation_id or actor.organisation_id
    if organisation_id is not None and not actor.sees_organisation(organisation_id):
        raise Refused(_("You do not work for this organisation."))
    if Probe.objects.filter(organisation=organisation_id, name=name).exists():
        raise Refused(_("There is a probe of this name already. Choose another name."))
    key = new_key()
    probe = Probe.objects.create(
        name=name,
        organisation_id=organisation_id,
        site_id=site_id,
        shared=shared or organisation_id is None,
        key_hash=key_hash(key),
        key_made_at=clock.now(),
    )
    emit(actor, ProbeRegistered(probe=probe.pk, name=name), subject=probe)
    return probe, key


@action("monitoring.rotate_key", label=gettext_lazy("New key"), icon="key", danger=True)
def rotate_key(actor: Actor, probe: Probe) -> str:
    """Give the probe a new key and return it; the old one no longer holds."""
    key = new_key()
    probe.key_hash, probe.key_made_at = key_hash(key), clock.now()
    probe.save(update_fields=["key_hash", "key_made_at"])
    emit(actor, ProbeKeyChanged(probe=probe.pk, name=probe.name), subject=probe)
    return key


@action("monitoring.remove_probe", label=gettext_lazy("Remove probe"), icon="trash", danger=True)
def remove_probe(actor: Actor, probe: Probe) -> None:
    """Remove a probe that runs no checks any more."""
    if probe.checks.exists():
        raise Refused(_("The probe still runs checks. Move them to another probe first."))
    if probe.local:
        raise Refused(_("This probe belongs to the server itself and cannot be removed."))
    emit(actor, ProbeRemoved(probe=probe.pk, name=probe.name), subject=probe)
    probe.delete()


@action("monitoring.local_probe", label=gettext_lazy("Enter the local probe"))
def local_probe(actor: Actor, *, key: str | None = None) -> str | None:
    """Make sure that the server's own probe exists and that ``key`` is its key; returns a new key if it is not."""
    probe = Probe.objects.filter(local=True).first()
    owner = people.first_organisation()
    if probe is not None and probe.organisation_id is None and owner is not None:
        probe.organisation_id = owner.pk
        probe.save(update_fields=["organisation"])
    if probe is not None and key is not None and probe.key_hash == key_hash(key):
        return None
    if probe is not None:
        return rotate_key(SYSTEM, probe)
    key = new_key()
    probe = Probe.objects.create(
        name=_("This server"),
        organisation_id=owner.pk if owner else None,
        local=True,
        shared=True,
        key_hash=key_hash(key),
        key_made_at=clock.now(),
    )
    emit(actor, ProbeRegistered(probe=probe.pk, name=probe.name), subject=probe)
    return key
