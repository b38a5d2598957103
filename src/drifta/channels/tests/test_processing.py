"""A mail becomes a ticket or a message of the right one, and is confirmed once."""

import zipfile
from datetime import timedelta
from io import BytesIO

import pytest

from drifta.channels import actions, delivery, lookups
from drifta.channels.actions import accept
from drifta.channels.language import detect
from drifta.channels.mail.parse import parse
from drifta.channels.models import OutgoingMail, RawMail
from drifta.channels.settings import MailSettings
from drifta.channels.tests.factories import DESK, SWEDISH, desk, letter, outbox, take_in
from drifta.desk import actions as tickets
from drifta.desk.models import Message, Ticket
from drifta.desk.tests.factories import browser_of, text_of
from drifta.kernel import clock, files, settings
from drifta.kernel.actor import SYSTEM
from drifta.kernel.testing import run_jobs
from drifta.people.actions import add_contact_point
from drifta.people.models import ContactPoint, Person

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
BIDI = "faktura\u202efdp.exe"


@pytest.fixture(autouse=True)
def _desk(house):
    desk(house.norrvik, language="sv", name="Servicedesk")


def sent(mail: OutgoingMail):
    """Return the mail as its recipient gets it."""
    return parse(delivery.content(mail))


def test_a_mail_becomes_a_ticket_and_is_confirmed_in_swedish(dag):
    mail = letter()
    mail.add_attachment(PNG, maintype="image", subtype="png", filename="skärm.png")
    mail.add_attachment(b"%PDF-1.4" + b"\0" * 5_000_000, maintype="application", subtype="pdf", filename=BIDI)
    raw = take_in(mail)
    ticket = Ticket.objects.get()
    message = ticket.messages.get()
    assert (raw.state, raw.ticket, raw.message) == ("processed", ticket.pk, message.pk)
    assert (ticket.requester, ticket.channel, ticket.subject, ticket.language) == (dag, "mail", "Skrivaren", "sv")
    assert "skrivaren på plan 2 fungerar inte" in message.text
    names = {one.filename: one.size for one in message.attachments.all()}
    assert names["skärm.png"] == len(PNG)
    assert not any("\u202e" in name for name in names)
    assert 5_000_008 in names.values()
    confirmation = outbox()[0]
    assert (len(outbox()), confirmation.kind, confirmation.address) == (1, "acknowledgement", "dag@norrvik.example")
    seen = sent(confirmation)
    assert seen.in_reply_to == (mail["Message-ID"].strip("<>"),)
    assert seen.automatic["auto-submitted"] == "auto-replied"
    assert seen.reply_to[0].address.startswith("desk+")
    assert f"[#{ticket.pk}]" in seen.subject


def test_an_answer_from_another_address_of_the_same_person_joins(house, dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    confirmation = sent(outbox()[0])
    add_contact_point(SYSTEM, dag, kind="email", value="dag@hemma.example")
    answer = letter(
        "Dag <dag@hemma.example>",
        f"SV: [#{ticket.pk}] Skrivaren",
        "Nu går den igen.",
        In_Reply_To=f"<{confirmation.message_id}>",
    )
    take_in(answer)
    assert Ticket.objects.count() == 1
    assert [one.text for one in ticket.messages.order_by("pk")][1] == "Nu går den igen."
    assert len(outbox()) == 1


def test_a_stranger_who_copies_the_tag_gets_a_ticket_of_his_own(dag):
    take_in(letter())
    first = Ticket.objects.get()
    take_in(letter("Mallory <mallory@evil.example>", f"Re: [#{first.pk}] Skrivaren", "Please send me the password."))
    assert Ticket.objects.count() == 2
    second = Ticket.objects.latest("pk")
    assert first.messages.count() == 1
    assert second.requester.email == "mallory@evil.example"
    assert second.requester.is_stranger
    note = second.messages.get(direction="internal")
    assert f"#{first.pk}" in note.text
    assert second.links.filter(target=first.subject_key).exists()


def test_even_a_genuine_signature_does_not_let_a_stranger_in(dag):
    take_in(letter())
    confirmation = sent(outbox()[0])
    stolen = letter("mallory@evil.example", "Re: hej", "Hi", In_Reply_To=f"<{confirmation.message_id}>")
    take_in(stolen, to=confirmation.reply_to[0].address)
    assert Ticket.objects.count() == 2
    assert Ticket.objects.earliest("pk").messages.count() == 1


def test_an_out_of_office_answer_makes_neither_ticket_nor_mail(dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    confirmation = sent(outbox()[0])
    answer = letter(
        subject="Autosvar: " + confirmation.subject,
        text="Jag är på semester till måndag.", Auto_Submitted="auto-replied",
        In_Reply_To=f"<{confirmation.message_id}>",
    )  # fmt: skip
    take_in(answer, sender="")
    assert Ticket.objects.count() == 1
    assert len(outbox()) == 1
    assert ticket.messages.latest("pk").automatic == "auto-replied"
    raw = take_in(letter("kim@far.example", "Frånvarande", "Borta", Auto_Submitted="auto-replied"), sender="")
    assert (raw.state, raw.reason) == ("ignored", "automatic")
    assert Ticket.objects.count() == 1
    assert len(outbox()) == 1


def test_an_automatic_answer_does_not_open_a_solved_ticket(ben, dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    tickets.resolve(ben.actor, ticket, resolution="Startade om kön.")
    run_jobs()
    answer = letter(subject=f"Automatiskt svar: [#{ticket.pk}] Skrivaren", Auto_Submitted="auto-replied")
    take_in(answer)
    ticket.refresh_from_db()
    assert ticket.state == "resolved"
    take_in(letter(subject=f"SV: [#{ticket.pk}] Skrivaren", text="Det hjälpte inte."))
    ticket.refresh_from_db()
    assert ticket.state == "open"


def test_the_same_mail_twice_is_one_message(dag):
    mail = letter()
    take_in(mail)
    again = take_in(mail)
    assert (again.state, again.reason) == ("ignored", "duplicate")
    assert Ticket.objects.count() == 1


def test_one_identifier_for_different_mails_is_no_duplicate(dag):
    take_in(letter(Message_ID="<always@same.example>", subject="Larm 1"))
    take_in(letter(Message_ID="<always@same.example>", subject="Larm 2"))
    assert Ticket.objects.count() == 2


def test_a_third_mail_joins_its_sibling_by_a_parent_that_nobody_saw(dag):
    take_in(letter(References="<unseen@x.example>", In_Reply_To="<unseen@x.example>"))
    take_in(letter(subject="Re: något", text="Och en sak till.", In_Reply_To="<unseen@x.example>"))
    assert Ticket.objects.count() == 1
    assert Message.objects.count() == 2


BOUNCE = """From: MAILER-DAEMON@mx.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <b1@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to inform you that your message could not be delivered.

<dag@norrvik.example>: host mx said: 550 5.1.1 user unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; dag@norrvik.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <{id}>
Subject: x

--b--
"""


def test_returned_mail_is_noted_where_it_belongs(ben, dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    tickets.resolve(ben.actor, ticket, resolution="Klart.")
    run_jobs()
    mail = outbox(kind="notification")[-1]
    count = len(outbox())
    raw = take_in(BOUNCE.format(to=DESK, id=mail.message_id).encode(), sender="")
    mail.refresh_from_db()
    ticket.refresh_from_db()
    assert (raw.reason, raw.ticket, mail.state) == ("bounce", ticket.pk, "bounced")
    assert ContactPoint.objects.get(value="dag@norrvik.example").bounced_at is not None
    assert (ticket.state, len(outbox()), Ticket.objects.count()) == ("resolved", count, 1)


def test_returned_mail_that_is_not_ours_is_ignored_visibly(dag):
    raw = take_in(BOUNCE.format(to=DESK, id="x@y.example").encode(), sender="")
    assert (raw.state, raw.reason) == ("ignored", "bounce-unknown")


def test_an_agents_answer_by_mail_goes_to_the_requester_only_when_it_is_proven(ben, dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    tickets.assign(SYSTEM, ticket, team_id=None, owner_id=ben.pk)
    run_jobs()
    told = sent(outbox(person=ben)[0])
    take_in(letter("ben@norrvik.example", f"Re: [#{ticket.pk}]", "Fejkat svar"))
    assert ticket.messages.latest("pk").direction == "internal"
    take_in(
        letter("ben@norrvik.example", f"Re: [#{ticket.pk}]", "Jag kommer förbi.", In_Reply_To=f"<{told.message_id}>")
    )
    answer = ticket.messages.latest("pk")
    assert (answer.direction, answer.author) == ("out", ben)
    mails = outbox(kind="reply", address="dag@norrvik.example")
    assert len(mails) == 1
    assert "Jag kommer förbi." in mails[0].text
    assert not any("Fejkat" in one.text for one in outbox(address="dag@norrvik.example"))


def test_what_an_agent_forwards_is_the_original_senders(ben, dag):
    text = (
        "Kan vi ta denna?\n\n---------- Forwarded message ---------\n"
        "From: Dag Berg <dag@norrvik.example>\nDate: fre 20 nov 2026\nSubject: Hjälp\nTo: ben@norrvik.example\n\n"
        "Min dator startar inte."
    )
    take_in(letter("ben@norrvik.example", "Fwd: Hjälp", text))
    ticket = Ticket.objects.get()
    assert (ticket.requester, ticket.subject) == (dag, "Hjälp")
    assert "Min dator startar inte." in ticket.messages.earliest("pk").text
    assert "Kan vi ta denna?" in ticket.messages.latest("pk").text


def test_confirmations_to_one_address_are_limited_which_ends_loops(dag):
    for number in range(8):
        take_in(letter("desk@other.example", f"Ticket {number} received", "We have received your request."))
    assert len(outbox(address="desk@other.example")) == settings.get(MailSettings).acknowledgements_per_hour


def test_our_own_mail_coming_back_is_ignored(dag):
    take_in(letter())
    raw = take_in(delivery.content(outbox()[0]), sender="x@y.example")
    assert (raw.state, raw.reason) == ("ignored", "own-mail")


@pytest.mark.parametrize(
    "content", [b"", b"\0\xff" * 1000, b"Subject: x\r\n\r\nno sender", b"From: nobody\r\n\r\nhej"]
)
def test_mail_without_a_sender_waits_for_somebody(dag, content):
    raw = take_in(content)
    assert (raw.state, raw.reason) == ("unprocessed", "no-sender")
    take_in(letter())
    assert Ticket.objects.count() == 1


def test_a_mail_that_breaks_the_code_stops_no_other_and_can_be_retried(ben, dag, monkeypatch):
    def broken(mail):
        if "gift" in mail.subject:
            raise ZeroDivisionError("poison")
        return original(mail)

    original = accept.content_of
    monkeypatch.setattr(accept, "content_of", broken)
    take_in(letter(subject="gift"), jobs=False)
    take_in(letter(subject="frisk"))
    poison = RawMail.objects.get(subject="gift")
    assert (poison.state, poison.reason, poison.detail) == ("unprocessed", "error", "ZeroDivisionError: poison")
    assert [one.subject for one in Ticket.objects.all()] == ["frisk"]
    monkeypatch.undo()
    actions.retry(ben.actor, poison)
    run_jobs()
    assert Ticket.objects.filter(subject="gift").exists()


def test_a_mail_that_kills_the_worker_is_put_aside_after_three_attempts_and_not_read_again(ann, dag, monkeypatch):
    raw = take_in(letter(), jobs=False)
    content = files.read(raw.sha256)

    def read_or_die(given):
        if given == content:
            raise SystemExit
        return parse(given)

    monkeypatch.setattr(lookups, "parse", read_or_die)
    for _attempt in range(3):
        assert actions.claim(SYSTEM, lane=raw.lane) == [raw.pk]
    assert actions.claim(SYSTEM, lane=raw.lane) == []
    raw.refresh_from_db()
    assert (raw.state, raw.reason, raw.sender) == ("unprocessed", "crash", "dag@norrvik.example")
    page = text_of(browser_of(ann).get(raw.get_absolute_url()))
    assert "Reading it stopped the worker" in page
    assert "mail.eml" in page
    assert "missing-message-id" not in page
    actions.make_ticket(ann.actor, raw)
    ticket = Ticket.objects.get()
    (file,) = ticket.messages.get().attachments.all()
    assert (ticket.requester, file.filename, files.read(file.sha256)) == (dag, "mail.eml", content)


def test_a_ticket_closed_long_ago_takes_no_answer(ben, dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    tickets.close(ben.actor, ticket, resolution="Klart.")
    with clock.travel(timedelta(days=60)):
        take_in(letter(subject=f"SV: [#{ticket.pk}] Skrivaren", text="Nu igen."))
    assert Ticket.objects.count() == 2
    assert Ticket.objects.latest("pk").links.filter(target=ticket.subject_key).exists()


def test_unknown_people_of_a_claimed_domain_belong_to_its_organisation(house):
    take_in(letter("Ny Person <ny@sorfjord.example>", "Hei", "Jeg får ikke logget inn, og har ikke passord."))
    person = Person.objects.get(email="ny@sorfjord.example")
    assert person.organisation == house.sorfjord
    assert Ticket.objects.get().organisation == house.norrvik
    assert outbox()[0].text.strip()


def test_quotations_are_folded(dag):
    take_in(letter(text="Nytt svar.\n\nDen 12 nov. 2026 kl. 10:02 skrev Anna <a@b.example>:\n> gammalt\n> mer"))
    message = Message.objects.get()
    assert message.text == "Nytt svar."
    assert "gammalt" in message.folded


def test_scripts_do_not_survive(dag):
    mail = letter()
    mail.add_alternative(
        "<p onclick='x()'>Hej</p><script>alert(1)</script><img src='https://spy.example/x'>", subtype="html"
    )
    take_in(mail)
    html = Message.objects.get().html
    assert "script" not in html
    assert "onclick" not in html
    assert 'src="https' not in html


def test_a_ticket_can_be_made_by_hand(ben, house):
    raw = take_in(b"Subject: Inget avs\xc3\xa4ndarf\xc3\xa4lt\r\n\r\nhej")
    actions.make_ticket(ben.actor, raw)
    ticket = Ticket.objects.get()
    assert ticket.messages.get().text.strip() == "hej"
    raw.refresh_from_db()
    assert raw.ticket == ticket.pk


def test_swedish_text_is_told_from_norwegian():
    assert detect(SWEDISH) == "sv"
    assert detect("Hei, skriveren virker ikke. Jeg har prøvd å starte den på nytt, takk for hjelp.") == "nb"
    assert detect("Hello, the printer does not work and I need it today.") == "en"
    assert detect("ok") is None


def test_a_portion_of_mails_needs_few_statements(dag, django_assert_max_num_queries):
    chains = [letter(subject=f"Ärende {number}") for number in range(5)]
    for first in chains:
        take_in(first, jobs=False)
        for _answer in range(4):
            take_in(letter(subject=f"SV: {first['Subject']}", In_Reply_To=first["Message-ID"]), jobs=False)
    lane = RawMail.objects.latest("pk").lane
    with django_assert_max_num_queries(110):
        actions.process(SYSTEM, mails=actions.claim(SYSTEM, lane=lane))
    assert (Ticket.objects.count(), Message.objects.filter(direction="in").count()) == (5, 25)
    assert not RawMail.objects.exclude(state="processed").exists()


def test_a_zip_bomb_and_a_page_with_a_script_are_kept_as_they_are(dag):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/passwd", b"\0" * 50_000_000)
    mail = letter()
    mail.add_attachment(packed.getvalue(), maintype="application", subtype="zip", filename="../../bomb.zip")
    page = b"<!doctype html><script>alert(document.cookie)</script>"
    mail.add_attachment(page, maintype="text", subtype="html", filename="faktura/2026.html")
    assert take_in(mail).state == "processed"
    bomb, html = Ticket.objects.get().messages.get().attachments.order_by("pk")
    assert (bomb.size, html.size) == (len(packed.getvalue()), len(page))
    assert not set("/\\") & set(bomb.filename + html.filename)
