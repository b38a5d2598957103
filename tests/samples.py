"""One object of each sort, made through the actions, to fill into addresses."""

import re
from dataclasses import dataclass, field

from drifta.desk import actions as desk
from drifta.inventory import actions as inventory
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent
from drifta.monitoring import actions as monitoring
from drifta.people import actions as people


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
        return re.sub(r"<[^>]+>", "x", re.sub(r"<(int:[^>]+|pk)>", "1", pattern))


def make_samples(house) -> Samples:
    """Make one of each sort for Norrvik."""
    norrvik = house.norrvik.pk
    site = inventory.create_site(SYSTEM, organisation_id=norrvik, name="Rådhuset")
    asset = inventory.create_asset(SYSTEM, organisation_id=norrvik, name="pr-2-01", kind="printer", site_id=site.pk)
    service = inventory.create_service(SYSTEM, organisation_id=norrvik, name="Utskrift", asset_ids=[asset.pk])
    ticket = desk.create(
        house.dag.actor, organisation_id=norrvik, subject="Skrivaren svarar inte", text="Sedan i morse."
    )
    category = desk.create_category(SYSTEM, organisation_id=norrvik, name="Utskrift")
    event = LoggedEvent.objects.filter(subject=ticket.subject_key).latest("pk")
    message = desk.note(house.ben.actor, ticket, text="Kön är pausad.")
    monitoring.local_probe(SYSTEM)
    probe, _key = monitoring.register_probe(SYSTEM, organisation_id=norrvik, name="Filialen")
    check = monitoring.create_check(
        SYSTEM,
        organisation_id=norrvik,
        name="pr-2-01 svarar",
        kind="tcp",
        settings={"host": "127.0.0.1", "port": 9100},
    )
    token, _secret = people.create_token(house.dag.actor, house.dag, name="samples")
    return Samples(
        [
            (r"tickets/messages/<", str(message.pk)),
            (r"(api/v1/)?tickets/<", str(ticket.pk)),
            (r"portal/.*<", str(ticket.pk)),
            (r"(api/v1/)?categories/<", str(category.pk)),
            (r"api/v1/events/<", str(event.pk)),
            (r"(api/v1/)?people/<", str(house.dag.pk)),
            (r"(api/v1/)?teams/<", str(house.first_line.pk)),
            (r"(api/v1/)?organisations/<", str(norrvik)),
            (r"(inventory|api/v1)/sites/<", str(site.pk)),
            (r"(inventory|api/v1)/services/<", str(service.pk)),
            (r"inventory/<|api/v1/assets/<", str(asset.pk)),
            (r"(monitor|api/v1)/checks/<", str(check.pk)),
            (r"(people|api/v1)/tokens/<", str(token.pk)),
            (r"(monitor|api/v1)/probes/<", str(probe.pk)),
        ]
    )
