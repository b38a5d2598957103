"""What faults are made of: lines that go wrong and right again, looks that are joined, and offers that are heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab.breaking import Line, firewall, no_firewall, shell, steps
from lab.building import Premises
from lab.fixtures import Alone
from lab.machines import Machine
from lab.offers import offers
from lab.office import OFFICE
from lab.processes import until
from lab.state import Lab
from lab.symptoms import both, loopback, sees, well

NOWHERE = Premises(OFFICE, "nowhere")
FILE = "/etc/notes"


@pytest.fixture(scope="module")
def premises(laboratory: Lab) -> Iterator[Premises]:
    machine = Machine.boot(laboratory, "web")
    yield Premises(OFFICE, laboratory.id, {"web": machine})
    machine.end()


def test_looks_are_joined() -> None:
    nothing, something = (lambda _: ""), (lambda _: "404 not here")
    assert both(something, sees(something, "500", "404"))(NOWHERE) == "404 not here"
    assert both(nothing, something)(NOWHERE) == both(something, nothing)(NOWHERE) == ""
    assert sees(something, "500")(NOWHERE) == ""
    assert both(well(nothing), something)(NOWHERE) == "404 not here"
    assert well(something)(NOWHERE) == ""


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["colour rde;", "depth 0; colour red;"])
def test_a_line_goes_wrong_and_right_as_often_as_one_likes(premises: Premises, wrong: str) -> None:
    line = Line("web", FILE, right="colour red;", wrong=wrong)
    premises["web"].write(FILE, "# å\ncolour red;\n", owner="nobody", mode=0o640)
    steps(line.correct, line.spoil, line.spoil)(premises)
    assert premises["web"].read(FILE) == f"# å\n{wrong}\n"
    steps(line.correct, line.correct)(premises)
    assert premises["web"].read(FILE) == "# å\ncolour red;\n"
    assert premises["web"].shell(f"stat -c '%U %a' {FILE}").split() == ["nobody", "640"]


@pytest.mark.slow
def test_a_firewall_makes_a_port_silent_that_would_refuse(premises: Premises) -> None:
    look = loopback("web", 81)
    assert look(premises) == "refused"
    steps(*[firewall("web", "tcp dport 81 drop")] * 2)(premises)
    assert look(premises) == "silent"
    steps(*[no_firewall("web")] * 2, shell("web", "true"))(premises)
    assert look(premises) == "refused"


def told(client: Machine) -> list[tuple[str, str, str]]:
    """Server, router and resolver of every offer."""
    return [(offer.server, offer.router, offer.resolver) for offer in offers(client)]


@pytest.mark.slow
def test_every_offer_is_heard_and_none_is_taken(kea: Alone) -> None:
    for _ in range(2):
        until(lambda: told(kea.client) == [(kea.machine.address, "10.99.0.1", "10.99.0.2")], 60, "one offer")
    assert kea.client.run("ip", "-4", "-o", "addr", "show", "dev", "eth0").stdout.count("inet ") == 1
