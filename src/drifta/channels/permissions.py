"""Who may do what with mail and webhooks."""

from typing import Any

from drifta.kernel.actor import Actor
from drifta.kernel.permissions import rule
from drifta.people.roles import ADMINISTRATORS, AGENTS


@rule(
    "channels.configure",
    "channels.add_address",
    "channels.change_address",
    "channels.remove_address",
    "channels.add_mailbox",
    "channels.change_mailbox",
    "channels.remove_mailbox",
    "channels.add_webhook",
    "channels.change_webhook",
    "channels.remove_webhook",
    "channels.send_again",
    "channels.give_up",
    roles=ADMINISTRATORS,
)
def configure(actor: Actor, obj: Any) -> bool:
    """Set mail in and out up, and see the outbox."""
    return True


@rule("channels.triage", "channels.retry", "channels.discard", "channels.make_ticket", roles=AGENTS)
def triage(actor: Actor, obj: Any) -> bool:
    """See mail that could not be processed, and decide about it."""
    return True
