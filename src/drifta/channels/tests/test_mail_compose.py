"""Outgoing mails: correct on the wire, the same when read back, and nothing that can be smuggled in."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drifta.channels.mail.compose import MAX_REFERENCES, AutoSubmitted, MailDraft, Unsendable, build
from drifta.channels.mail.headers import Address
from drifta.channels.mail.parse import Attachment, parse

DRAFT = MailDraft(
    from_=Address("Servicedesk", "desk@example.org"),
    to=(Address("Dag", "dag@firma.se"),),
    subject="[#42] Skrivaren",
    text="Hej",
    message_id="drifta.42.abc.sig@example.org",
    date=datetime(2026, 11, 12, 9, 2, 3, tzinfo=UTC),
)
LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)
BODY = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=500)


def test_the_header_of_an_answer() -> None:
    raw = build(replace(DRAFT, in_reply_to="a@x", references=("r@x", "a@x"), reply_to=Address("", "desk+42.s@e.org")))
    lines = raw.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert "Date: Thu, 12 Nov 2026 09:02:03 +0000" in lines
    assert "Message-ID: <drifta.42.abc.sig@example.org>" in lines
    assert "In-Reply-To: <a@x>" in lines
    assert "Reply-To: desk+42.s@e.org" in lines
    assert lines[lines.index("References: <r@x>") + 1] == " <a@x>"
    assert not any(line.startswith(("Auto-Submitted", "X-Auto-Response-Suppress")) for line in lines)


def test_automatic_mail_says_so() -> None:
    raw = build(replace(DRAFT, auto_submitted=AutoSubmitted.REPLIED, list_id=("Servicedesk", "desk.example.org")))
    assert b"\r\nAuto-Submitted: auto-replied\r\n" in raw
    assert b"\r\nX-Auto-Response-Suppress: All\r\n" in raw
    assert b"\r\nList-Id: Servicedesk <desk.example.org>\r\n" in raw


def test_all_parts_at_once() -> None:
    logo = Attachment("logo.png", "image/png", b"\x89PNG", "logo@drifta", inline=True)
    files = (
        Attachment(
            "Årsredovisning med ett mycket långt namn – slutlig version (2).pdf", "application/pdf", b"%PDF" * 999
        ),
        Attachment("brev.eml", "message/rfc822", b"From: x\r\n\r\nhej"),
    )
    html = '<p>Hej å <img src="cid:logo@drifta"></p>'
    found = parse(build(replace(DRAFT, text="Hej å", html=html, attachments=(logo, *files))))
    assert found.text.strip() == "Hej å"
    assert found.html is not None
    assert found.html.strip() == html
    assert [(one.filename, one.content, one.inline) for one in found.attachments] == [
        ("logo.png", b"\x89PNG", True),
        (files[0].filename, files[0].content, False),
        ("brev.eml", files[1].content, False),
    ]
    assert found.problems == ()


@pytest.mark.slow
@settings(deadline=None)
@given(LINE, LINE, BODY, BODY, st.binary(max_size=300), LINE)
def test_what_is_composed_is_read_back(
    subject: str, name: str, text: str, html: str, content: bytes, filename: str
) -> None:
    draft = replace(
        DRAFT,
        subject=subject,
        to=(Address(name, "dag@firma.se"),),
        text=text,
        html=f"<p>{html}</p>",
        attachments=(Attachment(filename, "application/x-test", content),),
    )
    raw = build(draft)
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()
    found = parse(raw)
    assert found.subject == " ".join(subject.split())[:1000]
    assert found.to[0].address == "dag@firma.se"
    assert found.to[0].name == " ".join(name.split())
    assert found.text.rstrip("\n") == text.rstrip("\n") or not text.strip()
    assert found.html is not None
    assert found.html.rstrip("\n") == f"<p>{html}</p>"
    assert found.attachments[0].content == content


def test_others_can_read_it_too() -> None:
    draft = replace(
        DRAFT, subject="Å" * 200, to=(Address("Åsa, Öberg", "a@b.se"), Address('Q"', "q@b.se")), html="<b>å</b>"
    )
    other = email.message_from_bytes(build(draft), policy=email.policy.default)
    assert other["subject"] == "Å" * 200
    assert [one.display_name for one in other["to"].addresses] == ["Åsa, Öberg", 'Q"']
    body = other.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "Hej"


def test_international_domains_become_ascii() -> None:
    assert b"To: Dag <dag@xn--smrgs-pra0j.se>" in build(replace(DRAFT, to=(Address("Dag", "dag@smörgås.se"),)))


def test_many_references_are_shortened() -> None:
    found = parse(build(replace(DRAFT, references=tuple(f"{number}@x" for number in range(100)))))
    assert len(found.references) == MAX_REFERENCES
    assert (found.references[0], found.references[-1]) == ("0@x", "99@x")


def test_malformed_references_of_others_are_left_out() -> None:
    found = parse(
        build(replace(DRAFT, references=("ok@x", "a b@x", "å@x", "x\r\nBcc: e@f", "<a@b>"), in_reply_to="a b"))
    )
    assert (found.references, found.in_reply_to) == (("ok@x",), ())


EVIL = ["a\r\nBcc: eva@annan.se", "a\nX: y", "a\rX", "a\0b", "a\u2028b"]


@pytest.mark.parametrize("evil", EVIL)
@pytest.mark.parametrize(
    "changes",
    [
        lambda evil: {"subject": evil},
        lambda evil: {"to": (Address(evil, "dag@firma.se"),)},
        lambda evil: {"to": (Address("Dag", f"dag@firma.se{evil}"),)},
        lambda evil: {"to": (Address("Dag", f"{evil}@firma.se"),)},
        lambda evil: {"cc": (Address(evil, "dag@firma.se"),)},
        lambda evil: {"from_": Address(evil, "desk@example.org")},
        lambda evil: {"reply_to": Address("", evil)},
        lambda evil: {"message_id": f"{evil}@x"},
        lambda evil: {"list_id": (evil, "a.b")},
        lambda evil: {"list_id": ("a", evil)},
        lambda evil: {"headers": {"X-Test": evil}},
        lambda evil: {"headers": {evil: "x"}},
        lambda evil: {"attachments": (Attachment(evil, "text/plain", b""),)},
        lambda evil: {"attachments": (Attachment("a", "text/plain", b"", evil),)},
    ],
)
def test_nothing_can_add_a_line_to_the_header(evil: str, changes) -> None:
    with pytest.raises(Unsendable) as refused:
        build(replace(DRAFT, **changes(evil)))
    assert "\n" not in str(refused.value)
    assert "\r" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["", "dag", "@firma.se", "dag@", "dag@-.se", "d ag@firma.se", "åsa@firma.se", "<a@b>"]
)
def test_addresses_that_cannot_be_sent_to_are_refused(address: str) -> None:
    with pytest.raises(Unsendable, match="no mail address"):
        build(replace(DRAFT, to=(Address("", address),)))


def test_a_mail_to_nobody_is_refused() -> None:
    with pytest.raises(Unsendable, match="no recipient"):
        build(replace(DRAFT, to=()))


def test_a_dangerous_media_type_becomes_plain_bytes() -> None:
    found = parse(build(replace(DRAFT, attachments=(Attachment("a", "x\r\nBcc: y", b"z"),))))
    assert found.attachments[0].media_type == "application/octet-stream"
