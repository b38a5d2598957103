"""The channels' verbs, one file per noun; the only writers of their tables."""

from drifta.channels.actions.addresses import add_address, change_address, remove_address
from drifta.channels.actions.intake import receive
from drifta.channels.actions.mailboxes import add_mailbox, change_mailbox, remove_mailbox, report_mailbox
from drifta.channels.actions.notify import note_undelivered, tell_assigned, tell_message, tell_resolved, tell_team
from drifta.channels.actions.outbox import give_up, note_failure, note_sent, postpone, queue, send_again
from drifta.channels.actions.process import claim, process, put_aside
from drifta.channels.actions.triage import discard, make_ticket, retry
from drifta.channels.actions.webhooks import add_webhook, change_webhook, note_delivery, remove_webhook

__all__ = [
    "add_address",
    "add_mailbox",
    "add_webhook",
    "change_address",
    "change_mailbox",
    "change_webhook",
    "claim",
    "discard",
    "give_up",
    "make_ticket",
    "note_delivery",
    "note_failure",
    "note_sent",
    "note_undelivered",
    "postpone",
    "process",
    "put_aside",
    "queue",
    "receive",
    "remove_address",
    "remove_mailbox",
    "remove_webhook",
    "report_mailbox",
    "retry",
    "send_again",
    "tell_assigned",
    "tell_message",
    "tell_resolved",
    "tell_team",
]
