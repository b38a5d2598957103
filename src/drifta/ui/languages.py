"""Switching the language of the pages; who keeps a person's choice registers here."""

from collections.abc import Callable

from drifta.kernel.actor import Actor

Keeper = Callable[[Actor, str], None]

keepers: list[Keeper] = []


def register(keeper: Keeper) -> Keeper:
    """Add a function that stores the language an actor has chosen."""
    keepers.append(keeper)
    return keeper
