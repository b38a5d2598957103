"""What a Drifta in the office watches: everything that today's checks can, and what hangs on what."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import watching
from lab.building import Premises
from lab.machines import Machine
from lab.office import OFFICE
from lab.watching import Look

#: Kinds of servers whose protocol no check speaks today, or that another one's check covers.
UNWATCHED = {"snmpd", "lldpd", "kea", "frr", "freeradius", "intranet", "backup_target", "chrony"}


@pytest.fixture
def plan() -> dict[str, Look]:
    """Return the plan for the whole office, without building it."""
    office = watching.furnished(OFFICE, "http://127.0.0.1:8000")
    machines = {
        host.name: Machine(host.name, 0, Path("/nowhere"), site.address(host) or f"{site.network}.100")
        for site, host in office.places()
    }
    looks = watching.plan(Premises(office, "plan", machines))
    assert len({look.name for look in looks}) == len(looks)
    return {look.name: look for look in looks}


def test_every_host_and_every_service_that_can_be_watched_is(plan: dict[str, Look]) -> None:
    for _, host in OFFICE.places():
        assert plan[f"{host.name} ping"].kind == "icmp"
        for server in host.servers:
            watches = server.watched("192.0.2.1")
            assert bool(watches) == (server.kind not in UNWATCHED), server.kind
            assert {f"{host.name} {watch.name}" for watch in watches} <= set(plan)


def test_what_others_need_comes_first(plan: dict[str, Look]) -> None:
    names = list(plan)
    for number, look in enumerate(plan.values()):
        assert set(look.needs) <= set(names[:number]), look.name


def test_a_page_needs_its_database_and_its_name_and_a_branch_its_line(plan: dict[str, Look]) -> None:
    assert set(plan["web https"].needs) == {"web postgresql", "names dns intranet"}
    assert plan["router-sorfjord dns"].needs == ("names dns www",)
    on_the_way = [
        f"{name} ping" for name in ("switch-norrvik", "router-norrvik", "router-sorfjord", "switch-sorfjord")
    ]
    assert list(plan["backup ping"].needs) == on_the_way
    assert plan["switch-norrvik ping"].needs == ()


def test_services_that_users_know_stand_on_hosts_that_exist() -> None:
    for hosts in watching.SERVICES.values():
        for name in hosts:
            OFFICE.host(name)


def test_only_the_watched_office_hands_the_mail_of_the_desk_over() -> None:
    def relays(office: object) -> bool:
        return "10.20.0.40:2525" in repr(office)

    assert not relays(OFFICE)
    assert relays(watching.furnished(OFFICE, "http://127.0.0.1:8000"))
