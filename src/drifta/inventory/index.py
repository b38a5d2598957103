"""What the search knows of sites, assets and services."""

from drifta.inventory.models import Asset, Service, Site
from drifta.kernel import search
from drifta.kernel.models import Versioned


def write(row: Versioned) -> None:
    """Bring the search document of a row up to date."""
    if isinstance(row, Site):
        _write("site", row, row.address)
    elif isinstance(row, Asset):
        _write("asset", row, " ".join([row.address, row.model, row.serial]), row.note)
    elif isinstance(row, Service):
        _write("service", row, "", row.note)


def _write(source: str, row: Site | Asset | Service, public: str, internal: str = "") -> None:
    search.index(source, row.pk, organisation_id=row.organisation_id, title=row.name, public=public, internal=internal)
