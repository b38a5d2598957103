"""Every address as every role, and as a stranger of another organisation: who gets what is written down.

``tests/data/matrix.txt`` holds the answers; ``DRIFTA_UPDATE_MATRIX=1`` writes it anew, and the difference is reviewed.
Beside the written answers some things must hold whatever is written: nothing is broken (5xx), nobody unknown sees a
page, and the stranger sees nothing of an object that is not hers.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from drifta.kernel import guard
from drifta.people import actions as people
from drifta.people.models import Person
from drifta.people.roles import AUDITOR, MANAGER
from tests.samples import Samples, make_samples

EXPECTED = Path(__file__).parent / "data" / "matrix.txt"
ROLES = ("nobody", "dag", "ben", "cleo", "mona", "axel", "ann", "eva")

#: Pages that are meant for whoever is not signed in, or are about the asker only.
PUBLIC = re.compile(
    r"^/(account/|setup/|healthz|readyz|static/|portal/?$|api/v1/(docs|openapi.json)|invitation/|ui/|probe/)|^/metrics$"
)


#: Addresses whose number marks a place in the asker's own list, and tells nothing about the object.
PLACES = {"tickets/<int:number>/items/"}


@dataclass(frozen=True)
class Route:
    """One address: as it is declared, and with an object of Norrvik filled in."""

    pattern: str
    path: str
    has_object: bool


def routes(samples: Samples) -> Iterator[Route]:
    """Return all addresses of pages and of the REST interface that answer GET."""
    for pattern in sorted(set(_patterns(get_resolver()))):
        filled = samples.fill(pattern)
        if filled is not None and pattern != "readyz":  # which says, rightly, that no worker runs here
            yield Route(pattern, "/" + filled, "<" in pattern and pattern not in PLACES)


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        text = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, text)
        elif isinstance(entry, URLPattern):
            yield text


@pytest.fixture
def samples(house) -> Samples:
    """Return one object of each sort, of Norrvik, and the two readers."""
    with guard.writing():
        for name, role in (("Mona Ek", MANAGER), ("Axel Ross", AUDITOR)):
            people.create(
                house.ann.actor,
                organisation_id=house.norrvik.pk,
                name=name,
                emails=[f"{name.split()[0].lower()}@norrvik.example"],
                roles=[role],
            )
        return make_samples(house)


def clients(house) -> dict[str, Client]:
    """Return a signed-in client for each of the roles."""
    found = {"nobody": Client(raise_request_exception=False)}
    for name in ROLES[1:]:
        client = Client(raise_request_exception=False)
        domain = "sorfjord" if name == "eva" else "norrvik"
        person = Person.objects.get(email=f"{name}@{domain}.example")
        with guard.writing():
            client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        found[name] = client
    return found


def test_everybody_gets_what_is_written_down(house, samples: Samples) -> None:
    signed_in = clients(house)
    lines, broken, leaks = [], [], []
    for route in routes(samples):
        answers = {name: signed_in[name].get(route.path).status_code for name in ROLES}
        lines.append(f"{route.pattern:60} " + " ".join(f"{name}={answers[name]}" for name in ROLES))
        broken += [f"{route.path} as {name}: {status}" for name, status in answers.items() if status >= 500]
        if not PUBLIC.match(route.path) and answers["nobody"] == 200:
            leaks.append(f"{route.path} for nobody")
        if route.has_object and not PUBLIC.match(route.path) and answers["eva"] == 200:
            leaks.append(f"{route.path} for the stranger")
    assert broken == []
    assert leaks == []
    text = "\n".join(lines) + "\n"
    if os.environ.get("DRIFTA_UPDATE_MATRIX") == "1":
        EXPECTED.write_text(text)
    assert text == EXPECTED.read_text()


def test_a_stranger_and_a_requester_can_do_nothing_to_what_is_not_theirs(house, samples: Samples) -> None:
    signed_in = clients(house)
    done = []
    for pattern in sorted(set(_patterns(get_resolver()))):
        if not re.fullmatch(r"api/v1/[a-z-]+/<pk>/[a-z_]+", pattern):
            continue
        path = f"/{samples.fill(pattern)}"
        for name, allowed in (("eva", {403, 404, 405, 422}), ("nobody", {401, 405})):
            status = signed_in[name].post(path, "{}", content_type="application/json").status_code
            if status not in allowed:
                done.append(f"{name} POST {path}: {status}")
    assert done == []
