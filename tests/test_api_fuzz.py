"""The REST interface under generated requests, valid and wrong: every answer is one of ours, never a failure."""

from collections.abc import Iterator

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, settings

from drifta.people import actions as people
from drifta.site.web.wsgi import application

schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep requests on the test's own connection, as Django's test client does."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(house) -> str:
    """Return a token of the administrator, who reaches the most."""
    _row, secret = people.create_token(house.ann.actor, house.ann, name="fuzzing")
    return secret


@schema.parametrize()
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_no_request_breaks_it(case: schemathesis.Case, token: str) -> None:
    response = case.call(headers={"Authorization": f"Bearer {token}"})
    assert response.status_code < 500, f"{case.as_curl_command()}\n{response.text[:2000]}"
    if response.status_code >= 400:
        assert response.headers["content-type"][0].startswith("application/problem+json")
