"""The body of results: what goes in comes out, and nonsense is refused."""

import math
from array import array

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from drifta.probe.batch import CHANGED, DEMANDED, HARD, MAX_DECOMPRESSED, Batch, Malformed, decode

JOURNAL = "ab" * 16
ROWS = st.lists(
    st.tuples(
        st.integers(1, 2**32 - 1),
        st.integers(0, 2**53),
        st.integers(0, 3),
        st.integers(0, 31),
        st.integers(1, 251),
        st.dictionaries(
            st.sampled_from(["time", "loss", ("disk.free", "/"), ("disk.free", "/srv")]),
            st.floats(allow_nan=True, allow_infinity=True),
        ),
    ),
    max_size=30,
)


def sample() -> Batch:
    batch = Batch()
    batch.add(17, 1000, 2, HARD | CHANGED, 3, 0.5)
    batch.add_text(0, "icmp.silent", {"sent": 3, "received": 0})
    batch.add_metric(0, "loss", 100.0, "%", None)
    batch.add(18, 1001, 0, HARD, 1, 0.1)
    return batch


@given(ROWS)
def test_round_trip(rows: list) -> None:
    batch = Batch()
    for check, time, state, flags, attempt, metrics in rows:
        row = batch.add(check, time, state, flags, attempt, 0.25)
        for key, value in metrics.items():
            batch.add_metric(row, key, value, "s", "mountpoint")
    body = decode(batch.encode(JOURNAL, 7, 123))
    assert (body.journal, body.sequence, body.created_at, body.rows) == (JOURNAL, 7, 123, len(rows))
    assert list(array("I", body.check)) == [row[0] for row in rows]
    assert list(array("q", body.time)) == [row[1] for row in rows]
    assert list(body.state) == [row[2] for row in rows]
    assert list(body.flags) == [row[3] for row in rows]
    assert list(body.attempt) == [row[4] for row in rows]
    found = {}
    for column in body.metrics:
        key = (column.name, column.label[1]) if column.label else column.name
        indexes = range(body.rows) if column.rows is None else array("I", column.rows)
        for row, value in zip(indexes, array("d", column.values), strict=True):
            found[row, key] = value
    wanted = {
        (row, key): value
        for row, values in enumerate(rows)
        for key, value in values[5].items()
        if math.isfinite(value)
    }
    assert found == wanted


def test_a_change_or_a_demand_makes_a_batch_urgent() -> None:
    for flags, urgent in ((HARD, False), (HARD | CHANGED, True), (HARD | DEMANDED, True)):
        batch = Batch()
        batch.add(1, 0, 0, flags, 1, 0.0)
        assert batch.urgent is urgent


def test_long_parameters_are_cut_and_much_text_closes_the_batch() -> None:
    batch = Batch()
    for number in range(1200):
        row = batch.add(number + 1, 0, 2, HARD, 1, 0.0)
        batch.add_text(row, "http.status", {"reason": "x" * 5000})
    assert len(batch.texts[0][1]["reason"]) == 400
    assert batch.full


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"rows": 3},
        {"check": b"123"},
        {"texts": {2: ["code", {}]}},
        {"runs": {9: "token"}},
        {"state": "good"},
        {"metrics": [{"name": "a", "unit": "s", "label": None, "rows": None, "values": b"1"}]},
        {"metrics": [{"name": "a", "unit": "s", "label": None, "rows": b"\x09\0\0\0", "values": bytes(8)}]},
        {"metrics": [{"name": "a", "unit": "s", "label": None, "rows": b"\0\0\0\0", "values": b"\xff" * 8}]},
    ],
)
def test_an_inconsistent_body_is_refused(change: dict) -> None:
    plain = msgspec.msgpack.decode(zstandard.decompress(sample().encode(JOURNAL, 1, 1)))
    with pytest.raises(Malformed):
        decode(zstandard.compress(msgspec.msgpack.encode(plain | change)))


@given(st.binary(max_size=400))
def test_noise_is_refused(noise: bytes) -> None:
    with pytest.raises(Malformed):
        decode(noise)
    with pytest.raises(Malformed):
        decode(zstandard.compress(noise))


def test_a_decompression_bomb_is_refused() -> None:
    with pytest.raises(Malformed, match="16 MiB"):
        decode(zstandard.compress(bytes(MAX_DECOMPRESSED * 20)))


def test_keys_of_a_later_version_are_ignored() -> None:
    plain = msgspec.msgpack.decode(zstandard.decompress(sample().encode(JOURNAL, 1, 1)))
    assert decode(zstandard.compress(msgspec.msgpack.encode(plain | {"new": 1}))).rows == 2
