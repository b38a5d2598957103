"""Whose desk a recipient's address is, as the mail listener asks for every mail."""

from drifta.channels import queries
from drifta.channels.storing import in_thread


class Recipients:
    """Knows the desk addresses in use without asking the database; ``refresh`` brings what changed.

    An address that is not known is looked up, so that a new one is accepted at once.
    """

    def __init__(self) -> None:
        self._organisations: dict[str, int] = {}

    async def refresh(self) -> None:
        """Read all desk addresses in use."""
        rows = await in_thread(queries.addresses_in_use)
        self._organisations = {address: row.organisation_id for address, row in rows.items()}

    async def organisation(self, address: str) -> int | None:
        """Return the organisation whose desk has this address (signed reply addresses included), None for none."""
        known = (self._organisations.get(one) for one in queries.base_addresses([address]))
        found = next((one for one in known if one is not None), None)
        return found if found is not None else await in_thread(lambda: queries.recipient(address))
