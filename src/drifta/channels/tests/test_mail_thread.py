"""Signed identifiers and addresses, tags, prefixes and loops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drifta.channels.mail import thread

KEY, OLD, OTHER = b"k" * 32, b"o" * 32, b"x" * 32
UNIQUE = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=40)


@given(st.integers(0, 10**12 - 1), UNIQUE)
def test_identifiers_come_back(ticket: int, unique: str) -> None:
    identifier = thread.message_id(KEY, ticket, unique, "example.org")
    assert thread.ticket_of_id([KEY], identifier) == ticket
    assert thread.ticket_of_id([KEY], f"<{identifier.upper()}>") == ticket
    assert thread.ticket_of_id([OTHER, KEY], identifier) == ticket
    assert thread.ticket_of_id([OTHER], identifier) is None


def test_a_changed_identifier_is_refused() -> None:
    identifier = thread.message_id(KEY, 42, "abc", "example.org")
    assert thread.ticket_of_id([KEY], identifier.replace(".42.", ".43.")) is None
    assert thread.ticket_of_id([KEY], identifier.replace(".abc.", ".abd.")) is None
    assert thread.ticket_of_id([KEY], "42@example.org") is None


def test_reply_addresses_come_back() -> None:
    address = thread.reply_address(KEY, "desk@example.org", 42)
    assert address.startswith("desk+42.")
    assert thread.ticket_of_address([OLD, KEY], address.upper()) == 42
    assert thread.ticket_of_address([KEY], address.replace("+42.", "+43.")) is None
    assert thread.ticket_of_address([OLD], address) is None
    assert thread.base_address(address) == "desk@example.org"
    assert thread.base_address("desk+print@example.org") == "desk+print@example.org"


def test_a_signature_serves_one_purpose_only() -> None:
    signature = thread.reply_address(KEY, "d@e.org", 42).partition(".")[2].partition("@")[0]
    assert thread.ticket_of_id([KEY], f"drifta.42.a.{signature}@e.org") is None


def test_unsafe_unique_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="unique"):
        thread.message_id(KEY, 1, "a>\r\nBcc: x", "example.org")


@pytest.mark.parametrize(
    ("subject", "number", "rest"),
    [
        ("SV: [#42] Skrivaren", 42, "SV: Skrivaren"),
        ("Skrivaren [#42]", 42, "Skrivaren"),
        ("[#1] och [#2]", 1, "och"),
        ("[42] #42 [#x] [#]", None, "[42] #42 [#x] [#]"),
        ("", None, ""),
    ],
)
def test_tags(subject: str, number: int | None, rest: str) -> None:
    assert thread.ticket_of_subject(subject) == number
    assert thread.without_tags(subject) == rest


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Skrivaren", "RE: SV: Skrivaren", "Sv: VB: Fwd: Skrivaren", "VS: Skrivaren", "VL: Skrivaren",
        "Ang.: Skrivaren", "Ang: Skrivaren", "Svar: Skrivaren", "AW: WG: Skrivaren", "Antw: Skrivaren",
        "Re[2]: Skrivaren", "RE (3): Skrivaren", "RE : Skrivaren", "Videresendt: Skrivaren",
        "Vidarebefordrat: Skrivaren", "Re: [#42] Re: Skrivaren", "  SV:SV:  Skrivaren ", "Re：Skrivaren",
    ],
)  # fmt: skip
def test_subjects_of_one_conversation_have_one_essence(subject: str) -> None:
    assert thread.essence(subject) == "skrivaren"


@pytest.mark.parametrize("subject", ["Resultat: bra", "Server: nere", "Angående skrivaren", "Revision"])
def test_words_that_begin_like_prefixes_stay(subject: str) -> None:
    assert thread.without_prefixes(subject) == subject


def test_forwards() -> None:
    assert thread.is_forwarded("VB: x")
    assert thread.is_forwarded("Fwd: SV: x")
    assert not thread.is_forwarded("SV: VB: x")
    assert not thread.is_forwarded("VS: x")


def test_piled_up_subjects_are_loops() -> None:
    assert thread.is_growing("Re: " * 9 + "x")
    assert thread.is_growing("Autosvar: " * 5 + "x")
    assert not thread.is_growing("SV: SV: RE: SV: VB: Skrivaren")
    assert not thread.is_growing("en en en en en")


def test_conversations_whose_subject_keeps_growing_are_loops() -> None:
    loop = ["Hej", "Mottaget: Hej", "Kvitto: Mottaget: Hej", "Mottaget: Kvitto: Mottaget: Hej"]
    assert thread.keeps_growing(loop)
    assert not thread.keeps_growing(["Hej", "Re: Hej", "Re: Re: Hej", "Re: Re: Re: Hej"])
    assert not thread.keeps_growing(loop[:3])
