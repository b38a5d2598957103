"""The contract of every fault, the proof of a sample of them, and a fault from another folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.building import Premises
from lab.commands import main
from lab.faults import OWN, Fault, catalogue, read
from lab.office import OFFICE
from lab.processes import LabError
from lab.tasks import TASKS
from lab.verifying import prove

FAULTS = catalogue()
#: One for every way to break something: service, file, record, cable, rule, disk, queue, account, clock.
SAMPLE = (
    "web-server-stopped",
    "certificate-expired",
    "name-record-missing",
    "cable-out",
    "firewall-drops-web",
    "disk-full",
    "queue-rejecting",
    "account-locked",
    "clock-wrong",
)
PROMISED = 64


def test_there_are_as_many_as_promised_and_no_two_say_the_same() -> None:
    assert len(FAULTS) >= PROMISED
    for words in ("broken", "cause"):
        told = [getattr(fault, words) for fault in FAULTS.values()]
        assert len(told) == len(set(told))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_it_describes_itself(fault: Fault) -> None:
    assert (OWN / f"{fault.name.replace('-', '_')}.py").exists()
    assert fault.broken
    assert fault.symptom != fault.cause
    assert fault.fixes
    assert fault.hurts <= set(TASKS)
    for name in fault.hosts:
        OFFICE.host(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_it_shows_hurts_whom_it_should_and_heals(office: Premises, name: str) -> None:
    proof = prove(office, FAULTS[name])
    assert not proof.objection
    assert proof.evidence


@pytest.mark.slow
def test_a_fault_that_does_nothing_is_found_out(office: Premises) -> None:
    idle = Fault(
        name="idle", area="web", broken="", symptom="", cause="", fixes=(), hosts=(), hurts=frozenset(),
        inject=lambda _: None, heal=lambda _: None, shows=lambda _: "", patience=0.1,
    )  # fmt: skip
    assert "the symptom did not happen" in prove(office, idle).objection


@pytest.mark.slow
def test_a_fault_that_hurts_others_than_it_says_is_found_out(office: Premises) -> None:
    stopped = FAULTS["calendar-down"]
    liar = Fault(**{**vars(stopped), "hurts": frozenset({"wireless"})})
    objection = prove(office, liar).objection
    assert "also hurts calendar at norrvik" in objection
    assert "does not hurt wireless at norrvik, wireless at sorfjord" in objection


def test_faults_come_from_other_folders_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (OWN / "web_server_stopped.py").read_text(encoding="utf-8")
    (tmp_path / "more.py").write_text(text.replace("web-server-stopped", "gremlin"), encoding="utf-8")
    assert "gremlin" in catalogue([tmp_path])
    (tmp_path / "more.py").write_text(text, encoding="utf-8")
    with pytest.raises(LabError, match="Two faults are called web-server-stopped"):
        catalogue([tmp_path])
    assert main(["faults", "--faults", str(tmp_path / "nowhere")]) == 1
    assert "Check --faults" in capsys.readouterr().err


def test_a_file_without_a_fault_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.py").write_text("", encoding="utf-8")
    with pytest.raises(LabError, match="describes no fault"):
        read(tmp_path / "empty.py")
