"""One object of each sort, made through the actions, to fill into addresses."""

import re
from dataclasses import dataclass, field

from drifta.desk import actions as desk
from drifta.kernel.actor import SYSTEM


@dataclass
class Samples:
    """Numbers of objects by the beginning of the addresses that take them."""

    numbers: list[tuple[str, str]] = field(default_factory=list)

    def fill(self, pattern: str) -> str | None:
        """Return the address with an object filled in; None for patterns that are no addresses of ours."""
        if "(?P<" in pattern or "(" in pattern:
            return None
        for start, number in self.numbers:
            if re.match(start, pattern):
                pattern = re.sub(r"<[^>]+>", number, pattern, count=1)
        return re.sub(r"<int:[^>]+>", "1", re.sub(r"<(?:str:|slug:)?[a-z_]+>", "x", pattern))


def make_samples(house) -> Samples:
    """Make a ticket with a message, and find the numbers of what ``house`` has."""
    ticket = desk.create(
        house.dag.actor, organisation_id=house.norrvik.pk, subject="Skrivaren svarar inte", text="Sedan i morse."
    )
    desk.note(house.ben.actor, ticket, text="Kön är pausad.")
    assert SYSTEM.is_system
    return Samples(
        [
            (r"(api/v1/)?tickets/<", str(ticket.pk)),
            (r"portal/.*<", str(ticket.pk)),
            (r"(api/v1/)?people/<", str(house.dag.pk)),
            (r"(api/v1/)?teams/<", str(house.first_line.pk)),
            (r"(api/v1/)?organisations/<", str(house.norrvik.pk)),
        ]
    )
