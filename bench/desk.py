"""Server time of the desk's pages with a million tickets: lists, views, filters, search, the ticket page.

    python -m bench.desk [--tickets 1000000] [--rounds 20] [--out FILE]

Uses the tickets of DRIFTA_DATABASE_URL when it has at least half as many; else it makes them in an embedded database
of its own (some minutes). Every page is fetched through the whole of Django in this process, signed in as a first-line
agent, with differing filters each time. Budgets (p95): lists 100 ms, search 150 ms, ticket page 80 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Address = Callable[[random.Random], str]


def main() -> int:
    """Measure, print a table, and write JSON; returns 1 when a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with _house(given.tickets):
        results = _measure(given.rounds)
    print(f"{'page':34}{'budget':>8}{'p50 ms':>9}{'p95 ms':>9}{'queries':>9}")
    for name, row in results.items():
        print(f"{name:34}{row['budget']:8.0f}{row['p50']:9.1f}{row['p95']:9.1f}{row['queries']:9.0f}")
    if given.out:
        given.out.write_text(json.dumps(results, indent=1), encoding="utf-8")
    return int(any(row["p95"] > row["budget"] for row in results.values()))


@contextlib.contextmanager
def _house(count: int) -> Iterator[None]:
    """Django on a database with enough tickets."""
    from drifta.site.commands.environment import django_on, load  # noqa: PLC0415 - before Django is set up
    from drifta.site.commands.options import Options  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="drifta-bench-") as place:
        Path(place).chmod(0o711)
        url = os.environ.get("DRIFTA_DATABASE_URL", "")
        with django_on(Options(data=Path(place), database_url=url)):
            if load("drifta.desk.models:Ticket").objects.order_by("-pk")[count // 2 : count // 2 + 1].first() is None:
                begun = time.perf_counter()
                load("drifta.site.commands.house:generate_tickets")(count)
                print(f"{count} tickets made in {time.perf_counter() - begun:.0f} s")
            yield


def _measure(rounds: int) -> dict[str, dict[str, float]]:
    """Fetch every page ``rounds`` times, in turn, so that none is measured warmer than the others."""
    client, pages = _agent(), _pages()
    gc.collect()
    gc.freeze()  # as the web process does when it has loaded everything
    dice = random.Random(1)  # noqa: S311 - the same addresses every time are the point
    times: dict[str, list[float]] = {name: [] for name in pages}
    queries = {name: _count(client, address(dice)) for name, (_budget, address) in pages.items()}
    for _round in range(rounds):
        for name, (_budget, address) in pages.items():
            target = "ticket-main" if "opened" in name else ""
            times[name].append(_fetch(client, address(dice), target) * 1000)
    return {
        name: {
            "budget": pages[name][0],
            "p50": statistics.median(found),
            "p95": sorted(found)[int(len(found) * 0.95)],
            "queries": queries[name],
        }
        for name, found in times.items()
    }


def _count(client: Any, address: str) -> int:
    """Return how many statements a page needs; this first fetch is not measured."""
    from django.db import connection  # noqa: PLC0415 - after Django is set up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def _fetch(client: Any, address: str, target: str) -> float:
    """Return the seconds that a page took; with ``target`` as htmx asks for a part of it."""
    begun = time.perf_counter()
    answer = client.get(address, headers={"HX-Target": target} if target else {})
    seconds = time.perf_counter() - begun
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}.")
    return seconds


def _agent() -> Any:
    """Return a browser in which a first-line agent is signed in."""
    from django.conf import settings  # noqa: PLC0415 - after Django is set up
    from django.test import Client  # noqa: PLC0415

    from drifta.kernel import guard  # noqa: PLC0415
    from drifta.people.models import Person  # noqa: PLC0415

    settings.ALLOWED_HOSTS = ["*"]
    agents = Person.objects.filter(roles__contains=["first_line"], teams__isnull=False)
    client = Client()
    with guard.writing():
        client.force_login(agents.order_by("pk")[0], backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


WORDS = ("skrivaren", "VPN-klienten långsam", "tilgang intranettet", "projector floor", "kabel", "LT-0042", "spoolern",
         "utskriften fastnar kön", "PR-9", "lösenordet filservern", "xyzzy", "resepsjonen telefonen")  # fmt: skip

NAMES = ("anna", "berg", "öberg", "a", "knut bø", "nils andersson")


def _pages() -> dict[str, tuple[float, Address]]:
    """Return each page's budget in milliseconds, and how its address is drawn."""
    from drifta.desk.models import Category, Ticket  # noqa: PLC0415 - after Django is set up

    last = Ticket.objects.latest("pk").pk
    people = list(Ticket.objects.order_by("-pk").values_list("requester_id", flat=True)[:200])
    owners = [pk for pk in Ticket.objects.order_by("-pk").values_list("owner_id", flat=True)[:200] if pk]
    categories = list(Category.objects.values_list("pk", flat=True))

    def listed(query: str) -> tuple[float, Address]:
        return 100.0, lambda _dice: f"/tickets/?{query}"

    def narrowed(query: str, values: list[int]) -> tuple[float, Address]:
        return 100.0, lambda dice: f"/tickets/?{query}{dice.choice(values)}"

    return {
        "view: mine": listed("view=mine"),
        "view: my team": listed("view=team"),
        "view: unassigned": listed("view=unassigned"),
        "view: waiting": listed("view=waiting"),
        "view: all open": listed("view=open"),
        "view: closed": listed("view=closed"),
        "view: all": listed("view=all"),
        "all, by number": listed("view=all&sort=pk"),
        "all, by priority": listed("view=all&sort=priority"),
        "open, by priority": listed("view=open&sort=priority"),
        "closed, critical": listed("view=closed&priority=1"),
        "closed, problems": listed("view=closed&kind=problem"),
        "closed, resolved only": listed("view=closed&state=resolved"),
        "closed, waiting (none)": listed("view=closed&state=waiting"),
        "closed, critical problems": listed("view=closed&kind=problem&priority=1"),
        "all, of a requester": narrowed("view=all&requester=", people),
        "all, of an owner": narrowed("view=all&owner=", owners),
        "all, of a category": narrowed("view=all&category=", categories),
        "all, of a category, by priority": narrowed("view=all&sort=priority&category=", categories),
        "all, of a month": listed("view=all&created_at_from=2025-03-01&created_at_to=2025-03-31"),
        "search in all": (150.0, lambda dice: f"/tickets/?view=all&q={dice.choice(WORDS)}"),
        "search in open": (150.0, lambda dice: f"/tickets/?view=open&q={dice.choice(WORDS)}"),
        "palette": (150.0, lambda dice: f"/ui/palette?q={dice.choice(WORDS)}"),
        "ticket, opened from the list": (80.0, lambda dice: f"/tickets/{dice.randint(1, last)}/?view=open"),
        "ticket page": (80.0, lambda dice: f"/tickets/{dice.randint(1, last)}/?view=open"),
        "context beside a ticket": (80.0, lambda dice: f"/tickets/{dice.randint(1, last)}/part/context/"),
        "bell": (80.0, lambda _dice: "/notices/"),
        "list beside a ticket": (100.0, lambda dice: f"/tickets/{dice.randint(1, last)}/items/?view=open"),
        "phone, a number": (100.0, lambda dice: f"/phone/?q=070-{dice.randint(1000000, 9999999)}"),
        "phone, a name": (100.0, lambda dice: f"/phone/?q={dice.choice(NAMES)}"),
        "phone, a ticket": (100.0, lambda dice: f"/phone/?q=%23{dice.randint(1, last)}"),
        "phone, a caller chosen": (100.0, lambda dice: f"/phone/?person={dice.choice(people)}"),
        "portal": (100.0, lambda _dice: "/portal/"),
        "today": (100.0, lambda _dice: "/"),
    }


if __name__ == "__main__":
    sys.exit(main())
