"""This installation's signatures on mail: identifiers and reply addresses that only we can make."""

import secrets as random
from collections.abc import Iterable
from functools import cache

from drifta.channels.mail import thread
from drifta.kernel import secrets


@cache
def _key() -> bytes:
    return secrets.derive("channels.mail")


@cache
def installation() -> str:
    """Return the mark by which this installation recognises its own mail; tells nothing about it."""
    return secrets.derive("channels.installation").hex()[:24]


def new_message_id(ticket: int | None, domain: str) -> str:
    """Return a new Message-ID that names the ticket (0 for mail about none)."""
    return thread.message_id(_key(), ticket or 0, random.token_hex(10), domain)


def reply_address(address: str, ticket: int) -> str:
    """Return the signed address that answers to mail about a ticket go to."""
    return thread.reply_address(_key(), address, ticket)


def signed_ticket(addresses: Iterable[str], identifiers: Iterable[str]) -> int | None:
    """Return the ticket that one of our signatures names, in an address or an identifier."""
    keys = [_key()]
    by_address = (thread.ticket_of_address(keys, address) for address in addresses)
    by_identifier = (thread.ticket_of_id(keys, identifier) for identifier in identifiers)
    return next(filter(None, [*by_address, *by_identifier]), None)
