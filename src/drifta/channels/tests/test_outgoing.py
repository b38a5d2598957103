"""Who gets which mail about a ticket, and each of them once."""

import pytest
from django.utils import translation

from drifta.channels import actions, delivery, reactions
from drifta.channels.mail.parse import parse
from drifta.channels.models import OutgoingMail
from drifta.channels.tests.factories import desk, letter, outbox, take_in
from drifta.desk import actions as tickets
from drifta.desk.events import MessageAdded
from drifta.desk.models import Ticket
from drifta.desk.tests.factories import report, stored
from drifta.kernel import guard
from drifta.kernel.actor import SYSTEM
from drifta.kernel.models import LoggedEvent
from drifta.kernel.testing import run_jobs


@pytest.fixture(autouse=True)
def _desk(house):
    desk(house.norrvik, language="sv")


def told(**values):
    """Return who got mail, in order."""
    return [mail.address for mail in outbox(**values)]


def test_an_answer_goes_to_requester_watchers_and_copies_once(ben, cleo, dag):
    ticket = report(dag)
    tickets.watch(dag.actor, ticket, person_id=cleo.pk)
    file = stored("räkning.pdf", b"%PDF-1.4 x")
    copies = ["extern@x.example", "dag@norrvik.example"]
    message = tickets.reply(ben.actor, ticket, text="Nu är det gjort.", copies=copies, attachments=[file])
    run_jobs()
    assert sorted(told(kind="reply")) == ["cleo@norrvik.example", "dag@norrvik.example", "extern@x.example"]
    logged = LoggedEvent.objects.filter(name="desk.message_added").latest("pk")
    reactions.send_message(MessageAdded(ticket.pk, message.pk, "out", "web"), logged)
    assert OutgoingMail.objects.filter(kind="reply").count() == 3
    mail = parse(delivery.content(outbox(kind="reply", address="dag@norrvik.example")[0]))
    assert "Nu är det gjort." in mail.text
    assert [(one.filename, one.content) for one in mail.attachments] == [("räkning.pdf", b"%PDF-1.4 x")]
    assert "auto-submitted" not in mail.automatic


def test_example_data_is_never_sent(ben, dag, house):
    with guard.writing():
        house.norrvik.is_demo = True
        house.norrvik.save()
    tickets.reply(ben.actor, report(dag), text="Vi tittar på det.")
    run_jobs()
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {OutgoingMail.State.DISCARDED}
    for language, words in (("sv", "Exempeldata"), ("nb", "Eksempeldata"), ("en", "Example data")):
        with translation.override(language):
            assert words in OutgoingMail.objects.latest("pk").trouble


def test_internal_notes_never_leave_the_house(ben, cleo, dag):
    ticket = report(dag)
    tickets.watch(dag.actor, ticket, person_id=cleo.pk)
    tickets.note(ben.actor, ticket, text="Han har ringt tre gånger idag.")
    run_jobs()
    assert told() == []


def test_the_owner_hears_what_the_requester_answers(ben, dag):
    ticket = report(dag)
    tickets.take(ben.actor, ticket)
    run_jobs()
    assert told() == []
    tickets.reply(dag.actor, ticket, text="Det gäller även Annas dator.")
    run_jobs()
    assert told() == ["ben@norrvik.example"]
    assert "även Annas dator" in outbox()[0].text
    assert f"/tickets/{ticket.pk}/" in outbox()[0].text


def test_whoever_is_given_a_ticket_is_told(ben, cleo, dag):
    ticket = report(dag)
    tickets.assign(ben.actor, ticket, team_id=None, owner_id=cleo.pk)
    run_jobs()
    assert told() == ["cleo@norrvik.example"]


def test_the_requester_is_told_the_solution_once(ben, dag):
    ticket = report(dag)
    tickets.resolve(ben.actor, ticket, resolution="Startade om kön.")
    run_jobs()
    assert told() == ["dag@norrvik.example"]
    assert "Startade om kön." in outbox()[0].text
    other = report(dag)
    tickets.reply(ben.actor, other, text="Bytte kabeln.", state="resolved")
    run_jobs()
    assert told(ticket=other.pk) == ["dag@norrvik.example"]


def test_answers_thread_in_the_readers_mail_program(ben, dag):
    first = letter()
    take_in(first)
    ticket = Ticket.objects.get()
    tickets.reply(ben.actor, ticket, text="Jag tittar.")
    run_jobs()
    confirmation, answer = (parse(delivery.content(mail)) for mail in outbox())
    assert confirmation.message_id in answer.references
    assert first["Message-ID"].strip("<>") in answer.references
    assert answer.in_reply_to == (first["Message-ID"].strip("<>"),)
    assert answer.reply_to == confirmation.reply_to


def test_header_injection_is_impossible(ben, dag):
    ticket = report(dag, subject="Hej\r\nBcc: alla@x.example")
    tickets.reply(ben.actor, ticket, text="Svar", copies=[])
    run_jobs()
    content = delivery.content(outbox()[0])
    head = content.partition(b"\r\n\r\n")[0]
    assert not any(line.lower().startswith(b"bcc:") for line in head.split(b"\r\n"))


def test_mail_that_no_server_would_take_fails_with_a_reason(ben, dag):
    row = OutgoingMail(
        organisation_id=dag.organisation_id, kind="system", once="x", address="inte en adress",
        message_id="x@norrvik.example", subject="Hej", text="Hej",
    )  # fmt: skip
    actions.queue(SYSTEM, mails=[row])
    with pytest.raises(delivery.Unsendable):
        delivery.content(OutgoingMail.objects.get())


def test_two_desks_that_confirm_each_other_stop(dag):
    for number in range(12):
        take_in(
            letter(
                "desk@other.example",
                f"[TICKET {number}] received",
                "We have got your request.",
                To="desk@norrvik.example",
            )
        )
    assert len(told(address="desk@other.example")) == 5
