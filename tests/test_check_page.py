"""The page of a check that is open while its first measurements come: they appear without reloading."""

import socket
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from tests.running import drifta, free_port
from tests.walk.processes import House
from tests.walk.visitor import PASSWORD, Visitor

pytestmark = pytest.mark.slow

WATCH = """
    import sys
    import django
    django.setup()
    from drifta.kernel.actor import SYSTEM
    from drifta.monitoring import actions
    from drifta.people.models import Organisation
    made = actions.create_check(SYSTEM, organisation_id=Organisation.objects.get().pk, name="Port", kind="tcp",
                                settings={"host": "127.0.0.1", "port": int(sys.argv[1])}, interval=1.0, timeout=0.5)
    print(made.pk)
"""


def listener(port: int) -> socket.socket:
    """Return a socket that accepts connections."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    made.listen(1000)
    return made


def test_the_first_measurements_appear_by_themselves(browser: Browser) -> None:
    port = free_port()
    with drifta() as running, Visitor(browser, running.url) as ann:
        house = House(running)
        house.set_up(PASSWORD, "hjalp@norrvik.example")
        number = house.run(WATCH, str(port)).strip()
        ann.sign_in("ann@norrvik.example")
        ann.choose_language("en")
        page = ann.open(f"/monitor/checks/{number}/")
        expect(page.locator("#check-now")).to_contain_text("refused the connection")
        expect(page.get_by_text("Nothing has been measured yet.")).to_be_visible()
        page.evaluate("window.notReloaded = true")
        with closing(listener(port)):
            expect(page.locator("[data-chart] canvas").first).to_be_visible()
            expect(page.get_by_text("Nothing has been measured yet.")).to_have_count(0)
            chart = page.locator("[data-chart]").first.element_handle()
            expect(page.locator("#check-state")).to_contain_text("Good")
        expect(page.locator("#check-now")).to_contain_text("refused the connection")
        assert chart is not None
        assert chart.evaluate("place => place.isConnected"), "a curve was thrown away although it was there already"
        assert page.evaluate("window.notReloaded") is True
