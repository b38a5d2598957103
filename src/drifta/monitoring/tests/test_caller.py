"""What is broken around a caller stands first on the page of their call."""

import pytest

from drifta.inventory import actions as inventory
from drifta.inventory.models import Site
from drifta.kernel import guard
from drifta.monitoring.tests import factories
from drifta.monitoring.tests.factories import Sent
from drifta.monitoring.tests.test_receiving import REFUSED, deliver
from drifta.monitoring.tests.test_views import as_

SHOWN = '<section id="caller-outages">'


@pytest.fixture
def plan_2(house) -> Site:
    """Return Dag's site, with a printer whose check has just become bad."""
    ben = house.ben.actor
    site = inventory.create_site(ben, organisation_id=house.norrvik.pk, name="Plan 2")
    printer = inventory.create_asset(
        ben, organisation_id=house.norrvik.pk, name="pr-2-01", kind="printer", site_id=site.pk
    )
    probe, _key = factories.probe()
    check = factories.check(probe, "Skrivare pr-2-01", organisation_id=house.norrvik.pk, asset_id=printer.pk)
    deliver(probe, Sent().run(check.pk, 2, text=REFUSED))
    with guard.writing():
        house.dag.site = site
        house.dag.save()
    return site


def test_an_outage_at_the_callers_site_is_shown_before_their_devices(house, plan_2) -> None:
    page = as_(house.ben).get(f"/phone/?person={house.dag.pk}").content.decode()
    assert SHOWN in page
    assert page.index("Skrivare pr-2-01") < page.index("No device is entered")


def test_other_sites_do_not_concern_the_caller(house, plan_2) -> None:
    with guard.writing():
        house.dag.site = None
        house.dag.save()
    assert SHOWN not in as_(house.ben).get(f"/phone/?person={house.dag.pk}").content.decode()


def test_the_callers_own_device_concerns_them_wherever_it_is(house, plan_2) -> None:
    with guard.writing():
        house.dag.site = None
        house.dag.save()
        plan_2.assets.update(owner=house.dag)
    assert SHOWN in as_(house.ben).get(f"/phone/?person={house.dag.pk}").content.decode()
