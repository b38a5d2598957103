"""Who may do what in monitoring."""

from typing import Any

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import rule
from drifta.people.roles import ADMINISTRATORS, AGENTS, READERS, TECHNICIANS


@rule("monitoring.view", roles=READERS)
def view(actor: Actor, obj: Any) -> bool:
    """See checks, curves, alerts and probes of one's organisations."""
    return True


@rule(
    "monitoring.create_check",
    "monitoring.edit",
    "monitoring.delete",
    "monitoring.enable",
    "monitoring.disable",
    roles=TECHNICIANS,
)
def configure(actor: Actor, obj: Any) -> bool:
    """Decide what is watched."""
    return True


@rule(
    "monitoring.test",
    "monitoring.acknowledge",
    "monitoring.raise_outside",
    "monitoring.clear_outside",
    roles=AGENTS,
)
def work(actor: Actor, obj: Any) -> bool:
    """Run checks out of turn, take care of alerts, and let another system report them."""
    return True


@rule("monitoring.register_probe", "monitoring.rotate_key", "monitoring.remove_probe", roles=ADMINISTRATORS)
def administer(actor: Actor, obj: Any) -> bool:
    """Enter probes and give them keys."""
    return True
