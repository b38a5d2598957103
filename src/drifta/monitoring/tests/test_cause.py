"""One cause, whatever the order in which things fail."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drifta.monitoring.cause import Place, Placed, explains, first_cause, place_of

HOST = Placed(1, place_of("icmp", {"host": "web-1.example"}))
PORT = Placed(2, place_of("tcp", {"host": "web-1.example", "port": 443}))
TLS = Placed(3, place_of("tls", {"host": "WEB-1.example.", "port": 443}))
PAGE = Placed(4, place_of("http", {"url": "https://web-1.example/login"}))
OTHER = Placed(5, place_of("http", {"url": "http://web-1.example/"}))


@pytest.mark.parametrize(
    ("kind", "given_settings", "place"),
    [
        ("http", {"url": "https://Web-1.example/x"}, Place("web-1.example", 443, 4)),
        ("http", {"url": "http://[::1]:8080/"}, Place("::1", 8080, 4)),
        ("http", {"url": "http://[broken"}, Place()),
        ("tcp", {"host": "[::1]", "port": 25}, Place("::1", 25, 2)),
        ("host", {"cpu": 90}, Place()),
        ("icmp", {"host": "192.0.2.7"}, Place("192.0.2.7", None, 1)),
    ],
)
def test_where_a_check_looks(kind: str, given_settings: dict[str, object], place: Place) -> None:
    assert place_of(kind, given_settings) == place


def test_a_host_that_is_down_explains_everything_on_it() -> None:
    for order in permutations([HOST, PORT, TLS, PAGE, OTHER]):
        for symptom in (PORT, TLS, PAGE, OTHER):
            assert first_cause(symptom, list(order)) == HOST
        assert first_cause(HOST, list(order)) is None


def test_a_closed_port_explains_what_is_behind_it_and_no_more() -> None:
    assert first_cause(PAGE, [PORT, TLS, PAGE, OTHER]) == PORT
    assert first_cause(OTHER, [PORT, TLS, PAGE]) is None


def test_a_named_parent_comes_first() -> None:
    child = Placed(9, Place("app.example", 80, 4), parents=frozenset({5}))
    assert first_cause(child, [OTHER, HOST]) == OTHER


def test_the_same_asset_is_the_same_host_whatever_its_name() -> None:
    host = Placed(1, Place("10.0.0.1", None, 1), asset=7)
    assert explains(host, Placed(2, Place("web.example", 80, 4), asset=7))
    assert not explains(host, Placed(2, Place("web.example", 80, 4), asset=8))


placed = st.builds(
    Placed,
    st.integers(1, 5),
    st.builds(Place, st.sampled_from(["", "a", "b"]), st.sampled_from([None, 80, 443]), st.integers(0, 4)),
    st.sampled_from([None, 1]),
    st.frozensets(st.integers(1, 5), max_size=2),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(placed, placed)
def test_two_checks_never_explain_each_other(one: Placed, other: Placed) -> None:
    assert not (explains(one, other) and explains(other, one))
