"""Mails as they arrive: sound, old, foreign, broken and hostile."""

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drifta.channels.mail import bounces, charsets, entity, filename, headers, quotes
from drifta.channels.mail.headers import Address
from drifta.channels.mail.parse import parse

HEAD = b"From: Dag <dag@firma.se>\nTo: desk@example.org\nMessage-ID: <1@firma.se>\n"


def mail(fields: str = "", body: str | bytes = "Hej", charset: str = "utf-8") -> bytes:
    """A small mail of Dag's."""
    data = body if isinstance(body, bytes) else body.encode(charset)
    return HEAD + fields.encode(charset) + b"\n" + data


def test_an_ordinary_swedish_mail() -> None:
    found = parse(
        mail(
            "Subject: =?iso-8859-1?Q?Skrivaren_p=E5_plan_2?=\nDate: Thu, 12 Nov 2026 10:02:03 +0100\n"
            "In-Reply-To: <a@x>\nReferences: <r@x>\n <a@x>\nContent-Type: text/plain; charset=iso-8859-1\n",
            "Hej, skrivaren på våning två är trasig. Åsa Öberg",
            "iso-8859-1",
        )
    )
    assert found.from_ == (Address("Dag", "dag@firma.se"),)
    assert found.to == (Address("", "desk@example.org"),)
    assert found.subject == "Skrivaren på plan 2"
    assert found.date == datetime(2026, 11, 12, 10, 2, 3, tzinfo=timezone(timedelta(hours=1)))
    assert (found.message_id, found.in_reply_to, found.references) == ("1@firma.se", ("a@x",), ("r@x", "a@x"))
    assert found.text == "Hej, skrivaren på våning två är trasig. Åsa Öberg"
    assert found.html is None
    assert found.problems == ()


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", "Blåbærsyltetøy"),
        ("iso-8859-1", "Blåbærsyltetøy"),
        ("windows-1252", "Kostar 5 €"),
        ("iso-8859-15", "Kostar 5 €"),
        ("koi8-r", "Привет"),
        ("windows-1251", "Привет"),
        ("gb2312", "打印机"),
        ("big5", "印表機"),
        ("shift_jis", "プリンター"),
        ("iso-2022-jp", "プリンター"),
        ("euc-kr", "프린터"),
        ("ks_c_5601-1987", "프린터"),
        ("iso-8859-8-i", "שלום"),
        ("utf-7", "Hej å"),
        ("utf-16", "Hej å"),
    ],
)
def test_character_sets(charset: str, text: str) -> None:
    codec = {"ks_c_5601-1987": "cp949", "iso-8859-8-i": "iso8859_8"}.get(charset, charset)
    found = parse(mail(f"Content-Type: text/plain; charset={charset}\n".encode().decode(), text.encode(codec)))
    assert found.text == text


@pytest.mark.parametrize(
    ("declared", "data", "text", "problem"),
    [
        ("us-ascii", "å".encode(), "å", "charset-wrong"),
        ("us-ascii", b"\xe5", "å", "charset-wrong"),
        ("utf-8", b"fel p\xe5 natet", "fel på natet", "charset-wrong"),
        ("iso-8859-1", "på".encode(), "på", "charset-wrong"),
        ("klingon", "på".encode(), "på", "charset-unknown"),
        ("unicode_escape", b"\\u0041", "\\u0041", "charset-unknown"),
        ("zip", b"PK", "PK", "charset-unknown"),
    ],
)
def test_false_character_sets_are_repaired_and_told(declared: str, data: bytes, text: str, problem: str) -> None:
    found = parse(mail(f"Content-Type: text/plain; charset={declared}\n", data))
    assert found.text == text
    assert problem in found.problems


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?utf-8?B?w6XDpMO2?=", "åäö"),
        ("=?utf-8?B?w6XD?= =?utf-8?B?pMO2?=", "åäö"),  # a character split over two words
        ("=?utf-8?Q?Faktura?= =?utf-8?Q?_=C3=A5r?=", "Faktura år"),
        ("SV: =?iso-8859-1?q?=E5?= och b", "SV: å och b"),
        ("=?nonsense?Q?a?=", "a"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?utf-8?B?a", "=?utf-8?B?a"),
        ("brytning\n och fortsättning", "brytning och fortsättning"),
        ("rå åäö", "rå åäö"),
    ],
)
def test_subjects(raw: str, subject: str) -> None:
    assert parse(mail(f"Subject: {raw}\n")).subject == subject


def test_raw_latin_bytes_in_a_header() -> None:
    assert parse(HEAD + b"Subject: \xe5\xe4\xf6\n\n").subject == "åäö"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"a@x.se, B <b@x.se>", [("", "a@x.se"), ("B", "b@x.se")]),
        (b'"Berg, Anna" <a@x.se>', [("Berg, Anna", "a@x.se")]),
        (b'"\\"Kalle\\" K" <a@x.se>', [('"Kalle" K', "a@x.se")]),
        (b"a@x.se (Anna)", [("Anna", "a@x.se")]),
        (b"Grupp: a@x.se, b@x.se;", [("", "a@x.se"), ("", "b@x.se")]),
        (b"undisclosed-recipients:;", []),
        (b"<@r1,@r2:a@x.se>", [("", "a@x.se")]),
        (b"=?utf-8?Q?=C3=85sa,_B?= <a@x.se>", [("Åsa, B", "a@x.se")]),
        (b"a@x.se; b@x.se", [("", "a@x.se"), ("", "b@x.se")]),
        (b"<a@x.se", [("", "a@x.se")]),
        (b'"never closed <a@x.se>', [("never closed", "a@x.se")]),
        (b"", []),
    ],
)
def test_addresses(value: bytes, expected: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in headers.addresses(value)] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"Thu, 12 Nov 2026 10:02:03 GMT", datetime(2026, 11, 12, 10, 2, 3, tzinfo=UTC)),
        (b"12 Nov 26 10:02 -0000", datetime(2026, 11, 12, 10, 2, tzinfo=UTC)),
        (b"Thu Nov 12 10:02:03 2026", datetime(2026, 11, 12, 10, 2, 3, tzinfo=UTC)),
        (b"tor, 12 okt 2026 10.02.03 +0200 (CEST)", datetime(2026, 10, 12, 8, 2, 3, tzinfo=UTC)),
        (b"12 Nov 2026 10:02:60 +0000", datetime(2026, 11, 12, 10, 2, 59, tzinfo=UTC)),
        (b"Thu, 32 Nov 2026 10:02:03 GMT", None),
        (b"Thu, 12 Nov 2026 10:02:03 +9999", None),
        (b"yesterday", None),
    ],
)
def test_dates(value: bytes, expected: datetime | None) -> None:
    assert headers.date(value) == expected


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ('attachment; filename="rapport.pdf"', "rapport.pdf"),
        ("attachment; filename*=utf-8''r%C3%A5d.pdf", "råd.pdf"),
        ("attachment; filename*0*=utf-8''r%C3%A5; filename*1=d.pdf", "råd.pdf"),
        ("attachment; filename*1=d.pdf; filename*0=ra", "rad.pdf"),
        ('attachment; filename="=?utf-8?Q?r=C3=A5d.pdf?="', "råd.pdf"),
        ("attachment; filename=min fil.pdf", "min fil.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\temp\\a.pdf"', "a.pdf"),
        ('attachment; filename="fdp.\u202eexe"', "fdp.exe"),
        ('attachment; filename="a\tb<c>|.txt"', "ab_c__.txt"),
        ('attachment; filename=".."', "attachment-1.pdf"),
        ("attachment", "attachment-1.pdf"),
    ],
)
def test_names_of_attachments(field: str, name: str) -> None:
    fields = f"Content-Type: application/pdf\nContent-Disposition: {field}\n"
    (found,) = parse(mail(fields, "x")).attachments
    assert found.filename == name


def test_over_long_names_keep_their_ending() -> None:
    name = filename.safe("å" * 500 + ".pdf", "application/pdf", 1)
    assert len(name) == filename.MAX_LENGTH
    assert name.endswith(".pdf")


def multipart(kind: str, *parts: str, boundary: str = "b") -> str:
    return (
        f"Content-Type: multipart/{kind}; boundary={boundary}\n\n"
        + "".join(f"--{boundary}\n{part}\n" for part in parts)
        + f"--{boundary}--\n"
    )


PLAIN = "Content-Type: text/plain\n\nplain"
HTML = 'Content-Type: text/html\n\n<p>html <img src="cid:logo@x"></p>'
IMAGE = "Content-Type: image/png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo="
PDF = 'Content-Type: application/pdf; name="a.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERg=='


def test_alternative_related_mixed() -> None:
    related = multipart("related", HTML, IMAGE, boundary="r")
    alternative = multipart("alternative", PLAIN, related, boundary="a")
    found = parse(HEAD + multipart("mixed", alternative, PDF, boundary="m").encode())
    assert found.text == "plain"
    assert found.html is not None
    assert "<p>html" in found.html
    assert [(one.filename, one.inline, one.content) for one in found.attachments] == [
        ("attachment-1.png", True, b"\x89PNG\r\n\x1a\n"),
        ("a.pdf", False, b"%PDF"),
    ]


def test_html_alone_gives_its_text() -> None:
    found = parse(HEAD + b"Content-Type: text/html; charset=utf-8\n\n<p>Hej &aring;</p><script>x()</script><ul><li>en")
    assert found.text == "Hej å\n\n- en"


def test_a_mail_in_a_mail_is_one_attachment() -> None:
    inner = "Content-Type: message/rfc822\n\nFrom: x@y\nSubject: Inre\n\ninre text"
    found = parse(HEAD + multipart("mixed", PLAIN, inner).encode())
    assert found.text == "plain"
    assert [(one.filename, one.media_type) for one in found.attachments] == [("Inre.eml", "message/rfc822")]
    assert b"inre text" in found.attachments[0].content


def test_flowed_text_becomes_paragraphs() -> None:
    body = "Detta är en lång \nrad som bryts.\n> citat \n> fortsatt\n-- \nDag"
    found = parse(mail("Content-Type: text/plain; charset=utf-8; format=flowed\n", body))
    assert found.text == "Detta är en lång rad som bryts.\n> citat fortsatt\n-- \nDag"


def test_uuencoded_files_are_taken_out_of_the_text() -> None:
    found = parse(mail("", "Se filen\nbegin 644 a.txt\n#8V%T\n`\nend\nslut"))
    assert found.attachments[0].filename == "a.txt"
    assert found.attachments[0].content == b"cat"
    assert "begin" not in found.text
    assert "slut" in found.text


def test_winmail_dat_is_kept() -> None:
    part = 'Content-Type: application/ms-tnef; name="winmail.dat"\n\nx'
    found = parse(HEAD + multipart("mixed", PLAIN, part).encode())
    assert [one.filename for one in found.attachments] == ["winmail.dat"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", ""),
        (b"\n", ""),
        (b"bara text utan huvud", "bara text utan huvud"),
        (b"Subject: x\rFrom: a@b\r\rtext\r", "text\n"),
        (b"Subject: x\r\r\n\r\r\ntext", "text"),
        (HEAD + b"Content-Type: multipart/mixed\n\n--x\nContent-Type: text/plain\n\ntext\n--x--\n", "text"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=none\n\nbara text\n", "bara text\n"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nutan slut", "utan slut"),
        (HEAD + b"Content-Type: text\n\ntext", "text"),
        (HEAD + b"Content-Transfer-Encoding: base64\n\nSGVq\n", "Hej"),
        (HEAD + b"Content-Transfer-Encoding: base64\n\nSGV", "He"),
        (HEAD + b"Content-Transfer-Encoding: base64\n\ninte kodat!", "inte kodat!"),
        (HEAD + b"Content-Transfer-Encoding: quoted-printable\n\n=E5 =\nb =XY", "å b =XY"),
        (HEAD + b"\nnoll\0byte", "nollbyte"),
    ],
)
def test_broken_mails_keep_their_text(raw: bytes, text: str) -> None:
    assert parse(raw).text == text


def test_problems_are_named() -> None:
    found = parse(b"Subject: x\nDate: nonsense\n\nx")
    assert set(found.problems) == {"missing-from", "missing-message-id", "bad-date"}


@pytest.mark.slow
def test_html_that_is_too_long_to_show_is_named() -> None:
    found = parse(mail("Content-Type: text/html\n", "<p>hej</p>" * 300_000))
    assert "html-too-long" in found.problems
    assert found.text.startswith("hej")


def test_references_are_capped_with_their_root_kept() -> None:
    value = " ".join(f"<{number}@x>" for number in range(5000))
    found = parse(mail(f"References: {value}\n")).references
    assert len(found) == headers.MAX_REFERENCES
    assert found[0] == "0@x"


NOTICE = b"From: MAILER-DAEMON@firma.se\nSubject: Undelivered mail\n\ndag@firma.se is unknown\n"
BOMBS = {
    "headers": b"X: y\n" * 400_000 + b"\n",
    "one long header": b"To: " + b"a@b," * 500_000 + b"\n\n",
    "encoded words": b"Subject: " + b"=?a?q?" * 20_000 + b"\n\n",
    "quotes": b"To: " + b'"' * 100_001 + b"\n\n",
    "comments": b"To: " + b"(" * 100_000 + b"\n\n",
    "parameters": b"Content-Type: text/plain" + b'; a="b' * 50_000 + b"\n\n",
    "delimiters": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 300_000,
    "nesting": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(3000)),
    "mails in mails": b"Content-Type: message/rfc822\n\n" * 30_000,
    "elements": b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    "open brackets": b"Content-Type: text/html\n\n" + b"<" * 500_000,
    "quotation marks": b"\n" + b">" * 1_000_000,
    "half attributions": b"\n" + b"On 2026 x <\n" * 30_000,
    "blank lines": b"\n" * 1_000_000,
    "uuencode": b"\n" + b"begin 644 a\n" * 50_000,
    "an address in what looks like a signature": b"\n" + b"Sent from https://norrvik.example/om/oss, ring\n" * 3000,
    "words in what looks like a signature": b"\n" + (b"Sent from " + b"aa " * 60 + b", ring\n") * 3000,
    "rules that are none": b"\n" + (b"_" * 299 + b"x\n") * 3000 + (b"*" * 299 + b"!\n") * 3000,
    "separators that are none": b"\n" + (b"--" + b"mail" * 19 + b"\n") * 3000,
    "spaces in a header": b"To: a" + b" " * 500_000 + b"x\nSubject: a" + b" " * 500_000 + b"x\n\n",
    "a parameter without value": b"Content-Type: text/plain; " + b"a" * 500_000 + b"\n\n",
    "a notice of rules": NOTICE + b"_" * 500_000 + b"\n" + (b"_ " * 40 + b"\n") * 5000,
    "a notice of spaces": NOTICE + b" " * 500_000 + b"x\n",
    "uuencode without end": b"\nbegin 644 a\n" + b"#8V%T\n" * 200_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_hostile_mails_take_bounded_time(name: str) -> None:
    assert any(seconds_to_read(BOMBS[name]) < 10 for _try in range(3))  # the machine may be disturbed at times
    assert sum(1 for _ in parse(BOMBS[name]).root.walk()) <= entity.MAX_PARTS + 1


def seconds_to_read(raw: bytes) -> float:
    """Return the seconds of this thread that everything takes that reads a mail."""
    started = time.thread_time()
    found = parse(raw)
    bounces.read(found.root)
    quotes.split(found.text)
    quotes.forwarded(found.text)
    return time.thread_time() - started


PIECES = [
    b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/html; charset=utf-7\n", b"\n", b"\r\n", b"\r",
    b"--b\n", b"--b--\n", b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n", b"=?utf-8?B?",
    b"?=", b"Subject: ", b"From: a <a@b>\n", b"To: ;,:<>()\"\\\n", b"Date: 1 Jan 99 1:1 +9999\n", b"\0", b"\xff\xfe",
    b"> ", b"begin 644 x\n", b"end\n", b"<div><img src=cid:x>", b"Content-Type: message/delivery-status\n",
    b"Final-Recipient: rfc822; a@b\n", b"Action: failed\n", b"Content-Disposition: attachment; filename*0*=x''%\n",
    b"From: MAILER-DAEMON@x\n", b"Subject: Undeliverable\n", b'{"notificationType":"Bounce","bounce":[]}',
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=40)), max_size=40))
def test_nothing_makes_the_reader_fail(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    found = parse(raw)
    bounces.read(found.root)
    assert "\0" not in found.text + found.subject
    for text in (found.text, found.subject, found.html or "", *(one.filename for one in found.attachments)):
        text.encode("utf-8")
    assert sum(len(one.content) for one in found.attachments) <= len(raw)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_every_byte_decodes(data: bytes, charset: str) -> None:
    charsets.decode(data, charset)[0].replace("\ud800", "").encode("utf-8", "replace")
