"""The office: its description, and that everybody can work in it."""

from __future__ import annotations

import pytest

from lab import users
from lab.building import Premises
from lab.office import ADDRESSES, OFFICE
from lab.people import GROUPS, PEOPLE
from lab.processes import LabError, until
from lab.servers import lldpd


def test_the_people_are_as_many_and_as_nordic_as_promised() -> None:
    assert len(PEOPLE) == len({person.login for person in PEOPLE}) == 40
    assert len(GROUPS) == 25
    letters = "".join(person.name for person in PEOPLE).lower()
    assert set("åäöæø") <= set(letters)
    assert all(person.login.replace(".", "").isascii() for person in PEOPLE)


def test_every_host_has_an_address_of_its_own_and_a_name() -> None:
    fixed = [f"{site.network}.{host.number}" for site, host in OFFICE.places() if host.number]
    assert len(fixed) == len(set(fixed))
    assert set(ADDRESSES.values()) <= set(fixed)
    assert all(len(host.name) < 16 for _, host in OFFICE.places()), "names of interfaces have 15 letters at most"


def test_a_part_of_the_office_brings_its_network_along() -> None:
    assert OFFICE.chosen(["web"]) == {"web", "names", "router-norrvik", "switch-norrvik"}
    assert "work3" in OFFICE.chosen(["sorfjord"])
    with pytest.raises(LabError, match="no host cellar"):
        OFFICE.chosen(["cellar"])


@pytest.mark.slow
def test_all_forty_can_work(office: Premises) -> None:
    log = users.work(office)
    assert len({entry.person for entry in log}) == 40
    assert [str(entry) for entry in log if not entry.ok] == []


@pytest.mark.slow
def test_the_switch_knows_who_is_plugged_in(office: Premises) -> None:
    switch, wanted = office["switch-norrvik"], {"web", "mail", "names", "router-norrvik", "printer1"}
    until(lambda: wanted <= lldpd.neighbours(switch), 60, "word of everybody")
    assert "backup" not in lldpd.neighbours(switch)


@pytest.mark.slow
def test_nothing_of_the_office_is_in_the_surrounding_network(office: Premises) -> None:
    assert office["web"].run("ip", "route").stdout.startswith("default via 10.20.0.1")
    assert "10.20.0." not in office["web"].outside("cat", "/proc/1/net/fib_trie").stdout
