"""Which mails programs wrote, by their fields and by the subjects of out-of-office answers."""

import pytest

from drifta.channels.mail.automatic import Kind, classify
from drifta.channels.mail.parse import parse


def kind(fields: str, **known: str | None) -> Kind | None:
    found = classify(parse(f"From: Dag <dag@firma.se>\n{fields}\n\nHej".encode()), **known)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("Auto-Submitted: auto-replied", Kind.AUTO_REPLIED),
        ("Auto-Submitted: auto-replied; owner-email=a@b", Kind.AUTO_REPLIED),
        ("Auto-Submitted: auto-generated (failure)", Kind.AUTO_GENERATED),
        ("Auto-Submitted: auto-notified", Kind.AUTO_GENERATED),
        ("Auto-Submitted: no", None),
        ("Precedence: bulk", Kind.BULK),
        ("Precedence: junk", Kind.BULK),
        ("Precedence: list", Kind.LIST),
        ("Precedence: auto_reply", Kind.AUTO_REPLIED),
        ("Precedence: first-class", None),
        ("X-Autoreply: yes", Kind.AUTO_REPLIED),
        ("X-Autorespond: x", Kind.AUTO_REPLIED),
        ("X-Autoreply: no", None),
        ("List-Id: <a.b>", Kind.LIST),
        ("List-Unsubscribe: <https://x>", Kind.BULK),
        ("Return-Path: <>", Kind.NULL_SENDER),
        ("Return-Path: <dag@firma.se>", None),
        ("From: MAILER-DAEMON@mx.example.org", Kind.NULL_SENDER),
        ("X-Auto-Response-Suppress: All", Kind.SILENT),
        ("X-Auto-Response-Suppress: None", None),
        ("X-Auto-Response-Suppress: All\nAuto-Submitted: auto-replied", Kind.AUTO_REPLIED),
        ("Auto-Submitted: auto-generated\nReturn-Path: <>", Kind.NULL_SENDER),
        ("Subject: Skrivaren", None),
    ],
)
def test_fields(fields: str, expected: Kind | None) -> None:
    assert kind(fields) is expected


@pytest.mark.parametrize(
    "subject",
    [
        "Autosvar: Skrivaren",
        "Automatiskt svar: Skrivaren",
        "Automatisk svar: Skriveren",
        "Automatic reply: Printer",
        "Auto: Printer",
        "Out of office: Printer",
        "Out of Office",
        "Frånvarande: Skrivaren",
        "Frånvarande till 17 augusti",
        "Frånvaro",
        "Frånvaromeddelande: semester",
        "Jag är inte på kontoret",
        "Fraværende: Skriveren",
        "Fravær",
        "Fraværsmelding: ferie",
        "Ikke på kontoret",
        "Jeg er på ferie til 17. august",
        "Automaattinen vastaus: Tulostin",
        "Poissaoloviesti: loma",
        "Automatische Antwort: Drucker",
        "Abwesenheitsnotiz: Drucker",
        "[EXTERN] Autosvar: Skrivaren",
        "Semestersvar: Re: Skrivaren",
    ],
)
def test_out_of_office_subjects(subject: str) -> None:
    assert kind(f"Subject: {subject}") is Kind.AUTO_REPLIED


@pytest.mark.parametrize(
    "subject",
    [
        "SV: Autosvar: Skrivaren",
        "Frånvarande kollega kan inte logga in",
        "Autosvar fungerar inte",
        "Automatisk dørlås",
        "Semesterlistan",
        "Fraværet av nett",
        "Auto repair invoice",
        "Out of paper",
        "Poissa tulostin",
    ],
)
def test_what_people_write_about_absence_is_theirs(subject: str) -> None:
    assert kind(f"Subject: {subject}") is None


def test_the_envelope_counts_more_than_the_note_of_it() -> None:
    assert kind("Return-Path: <>", envelope_from="dag@firma.se") is None
    assert kind("Subject: x", envelope_from="") is Kind.NULL_SENDER


def test_the_evidence_is_told() -> None:
    found = classify(parse(b"From: a@b\nPrecedence: Bulk\n\n"))
    assert found is not None
    assert (found.reason, found.evidence) == ("precedence", "Bulk")
