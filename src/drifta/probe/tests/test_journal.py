"""The buffer on disk: crashes, torn ends, full disks, limits."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drifta.probe import journal as module
from drifta.probe.journal import Full, Journal, frame_record, read_segment

WRITER = """
import sys
from pathlib import Path
from drifta.probe.journal import Journal
journal = Journal(Path(sys.argv[1]), segment_size=5000)
while True:
    record = journal.append(lambda sequence, created: b"%020d" % sequence * 20)
    print(record.sequence, flush=True)
    if record.sequence % 7 == 0:
        print("acknowledging", record.sequence - 3, flush=True)
        journal.acknowledge(record.sequence - 3)
"""


def body(sequence: int, _created: int) -> bytes:
    return b"batch %d" % sequence


def sequences(journal: Journal) -> list[int]:
    found: list[int] = []
    while records := journal.after(found[-1] if found else 0):
        found += [record.sequence for record in records]
    return found


def test_what_is_written_comes_back_in_order_until_acknowledged(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for _ in range(100):
        journal.append(body)
    assert sequences(journal) == list(range(1, 101))
    assert journal.after(0, 1)[0].body == b"batch 1"
    journal.acknowledge(60)
    assert sequences(journal) == list(range(61, 101))
    assert journal.backlog == 40


def test_a_restart_goes_on_counting_in_the_same_journal(tmp_path: Path) -> None:
    first = Journal(tmp_path, segment_size=60)
    for _ in range(10):
        first.append(body)
    first.acknowledge(10)
    first.close()
    second = Journal(tmp_path, segment_size=60)
    assert second.identity == first.identity
    assert second.append(body).sequence == 11
    assert sequences(second) == [11]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.integers(0, 300)),
            st.tuples(st.just("acknowledge"), st.integers(0, 60)),
            st.tuples(st.just("restart"), st.booleans()),
            st.tuples(st.just("tear"), st.integers(1, 60)),
        ),
        max_size=40,
    )
)
def test_any_history_keeps_what_is_not_acknowledged(steps: list) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        journal = Journal(folder, segment_size=700)
        written, acknowledged = 0, 0
        for verb, value in steps:
            if verb == "append":
                written = journal.append(lambda sequence, _created, size=value: b"%d" % sequence * size).sequence
            elif verb == "acknowledge":
                acknowledged = max(acknowledged, min(value, written))
                journal.acknowledge(value)
            else:
                if verb == "restart" and value:
                    journal.close()
                elif verb == "tear":
                    tear(folder, journal, value)
                journal = Journal(folder, segment_size=700)
            waiting = [one for one in sequences(journal) if one > acknowledged]
            assert waiting == list(range(acknowledged + 1, written + 1))
            assert journal.sequence == written


def tear(folder: Path, journal: Journal, length: int) -> None:
    """Leave what a crash in the middle of the next write would leave."""
    torn = frame_record(module.Record(journal.sequence + 1, 0, 0, bytes(8), bytes(100)))[:length]
    newest = max((folder / "journal").glob("*.seg"), default=None)
    if newest is not None:
        with newest.open("ab") as file:
            file.write(torn)


def test_damage_in_the_middle_loses_that_segment_only_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = Journal(tmp_path, segment_size=300)
    for _ in range(30):
        journal.append(body)
    segments = sorted((tmp_path / "journal").glob("*.seg"))
    assert len(segments) > 3
    data = bytearray(segments[1].read_bytes())
    lost = [record.sequence for record, _ in read_segment(segments[1])]
    data[50] ^= 1
    segments[1].write_bytes(data)
    again = Journal(tmp_path, segment_size=300)
    assert "damaged" in caplog.text
    assert sequences(again) == [one for one in range(1, 31) if one not in lost]


def test_the_oldest_goes_first_when_the_limit_is_reached(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    journal = Journal(tmp_path, limit=4000)
    for _ in range(300):
        journal.append(body)
    left = sequences(journal)
    assert left[-1] == 300
    assert left == list(range(left[0], 301))
    assert left[0] > 1
    assert journal.dropped == left[0] - 1
    assert journal.backlog_bytes <= 4000
    assert "dropped" in caplog.text


def test_a_full_disk_is_told_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path)
    journal.append(body)
    real = os.write

    def half(descriptor: int, data: bytes) -> int:
        real(descriptor, bytes(data)[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "write", half)
    with pytest.raises(Full, match="No space"):
        journal.append(body)
    monkeypatch.undo()
    assert journal.append(body).sequence == 2
    assert sequences(Journal(tmp_path)) == [1, 2]


def test_a_refused_batch_is_put_aside_and_the_newest_are_kept(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    for _ in range(25):
        journal.refuse(journal.append(body))
    aside = sorted((tmp_path / "refused").iterdir())
    assert len(aside) == 20
    assert aside[-1].read_bytes() == b"batch 25"
    assert journal.backlog == 0


def test_age_follows_the_steady_clock_within_a_boot_and_the_wall_clock_beyond(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path)
    record = journal.append(body)
    monkeypatch.setattr(module, "boottime", lambda: record.boottime + 7000)
    assert journal.age(record) == 7000
    other_boot = module.Record(1, record.created_at - 9000, 5, b"another.", b"")
    assert 9000 <= journal.age(other_boot) < 60_000


def test_a_server_that_is_ahead_is_followed(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(body)
    journal.adopt(41)
    assert journal.append(body).sequence == 42
    assert sequences(journal) == [42]


def write_until_killed(folder: Path, lines: int) -> list[str]:
    """Run WRITER, end it by SIGKILL once it has written so many lines, and return all it wrote."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    written = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    written += process.stdout.readlines()
    process.wait()
    return written


@pytest.mark.parametrize("lines", [4, 41, 42, 151])
def test_kill_9_while_writing_loses_nothing_that_was_confirmed(tmp_path: Path, lines: int) -> None:
    released = 0
    for _round in range(2):
        written = write_until_killed(tmp_path, lines)
        released = max([released, *(int(line.split()[1]) for line in written if line.startswith("acknowledging"))])
        told = max(int(line) for line in written if line.strip().isdigit())
        journal = Journal(tmp_path)
        waiting = sequences(journal)
        assert waiting == list(range(waiting[0], waiting[-1] + 1))
        assert waiting[0] <= released + 1
        assert waiting[-1] >= told
        assert all(record.body == b"%020d" % record.sequence * 20 for record in journal.after(0, 10_000))
        journal.close()
