"""Mail in and out through real servers and processes, also when they are killed."""

import imaplib
import smtplib
import ssl
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from drifta.channels import actions, sending, work
from drifta.channels.connectors import imap
from drifta.channels.models import Mailbox, OutgoingMail, RawMail
from drifta.channels.settings import MailSettings
from drifta.channels.tests import servers
from drifta.channels.tests.factories import DESK, desk, letter
from drifta.channels.tests.servers import until
from drifta.desk.models import Message, Ticket
from drifta.kernel import clock, settings
from drifta.kernel.actor import SYSTEM

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _desk(transactional_db, house):
    desk(house.norrvik, language="sv")
    yield
    with connection.cursor() as cursor:  # the library's tables are not emptied between tests
        cursor.execute("DELETE FROM procrastinate_jobs")


def change_settings(**values):
    """Change the mail settings."""
    settings.change(SYSTEM, section=MailSettings.section, values=values)


def send(port, *mails, to=DESK):
    """Send mails over one connection."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        for mail in mails:
            client.send_message(mail, to_addrs=[to])


def count(rows):
    """Count rows as they are committed now."""
    return rows.count()


def test_recipients_sizes_and_null_senders():
    change_settings(size_limit_mb=1)
    with servers.intake() as (_process, port), smtplib.SMTP("127.0.0.1", port) as client:
        client.ehlo()
        assert client.has_extn("pipelining")
        client.mail("dag@norrvik.example")
        assert client.rcpt("nobody@norrvik.example")[0] == 550
        assert client.rcpt(DESK.upper())[0] == 250
        assert client.rcpt("desk+42.abcdefghijklmnop@norrvik.example")[0] == 250
        client.rset()
        with pytest.raises(smtplib.SMTPSenderRefused) as refused:
            client.sendmail("dag@norrvik.example", [DESK], b"x" * 2_000_000)
        assert refused.value.smtp_code == 552
        client.rset()
        client.putcmd("MAIL FROM:<dag@norrvik.example>")  # without SIZE, so that the limit meets the data
        client.getreply()
        client.rcpt(DESK)
        assert client.data(b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 1_000_000)[0] == 552
        client.sendmail("<>", [DESK], letter().as_bytes())
    assert RawMail.objects.get().envelope_from == ""


def test_starttls_is_offered_with_a_certificate(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.check_call(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(key), "-out", str(certificate)],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    change_settings(tls_certificate=str(certificate), tls_key=str(key))
    with servers.intake() as (_process, port), smtplib.SMTP("localhost", port) as client:
        client.starttls(context=ssl.create_default_context(cafile=str(certificate)))
        client.send_message(letter(), to_addrs=[DESK])
    assert RawMail.objects.count() == 1


def test_lmtp_answers_for_each_recipient(tmp_path):
    place = str(tmp_path / "lmtp")
    with servers.intake(DRIFTA_LMTP=place), smtplib.LMTP(place) as client:
        client.sendmail("dag@norrvik.example", [DESK, "desk+x@norrvik.example"], letter().as_bytes())
        assert client.getreply()[0] == 250  # the answer for the second recipient, which smtplib does not wait for
    raw = RawMail.objects.get()
    assert (raw.via, len(raw.envelope_to)) == ("lmtp", 2)


def test_a_mail_from_a_real_client_is_confirmed_through_a_real_server(dag):
    with servers.sink() as sink, servers.intake() as (_intake, port), servers.process("worker"):
        change_settings(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
        command = ["swaks", "--server", f"127.0.0.1:{port}", "--from", "dag@norrvik.example", "--to", DESK]
        header = [
            "--header",
            "Subject: Skrivaren på plan två",
            "--body",
            "Hej, jag kan inte skriva ut och behöver hjälp.",
        ]
        subprocess.check_output([*command, *header])
        until(lambda: sink.mails, what="the confirmation")
        sender, recipients, content = sink.mails[0]
        assert recipients == ["dag@norrvik.example"]
        assert sender.startswith("desk+")
        assert b"Auto-Submitted: auto-replied" in content
        until(lambda: OutgoingMail.objects.filter(state="sent").count() == 1, what="the note that it was sent")
    assert Ticket.objects.get().language == "sv"


def test_nothing_is_lost_or_doubled_when_intake_and_worker_are_killed(dag):
    total = 60
    mails = [letter(subject=f"Ärende {number}") for number in range(total)]
    with servers.intake() as (intake, port), servers.process("worker") as worker:

        def deliver(mail):
            """Send until it is confirmed, as every mail server does."""
            until(lambda: is_confirmed(mail), what="the intake's return")

        def is_confirmed(mail):
            try:
                send(port, mail)
            except (OSError, smtplib.SMTPException):
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            sending_all = [pool.submit(deliver, mail) for mail in mails]
            until(lambda: count(RawMail.objects.all()) >= 10, what="the first mails")
            intake.kill()
            worker.kill()
            intake.restart()
            worker.restart()
            until(lambda: count(Ticket.objects.all()) >= 25, what="tickets")
            worker.kill()
            intake.kill()
            worker.restart()
            intake.restart()
            for one in sending_all:
                one.result()
        connection.close()
        for lane in range(4):  # what the minute's look would do
            work.work_lane.defer(lane=lane)
        until(lambda: not RawMail.objects.filter(state="received").exists(), what="the end")
    assert Ticket.objects.count() == total
    assert {one.subject for one in Ticket.objects.all()} == {f"Ärende {number}" for number in range(total)}
    assert Message.objects.filter(direction="in").count() == total


def _mail(person, number, kind="system"):
    return OutgoingMail(
        organisation_id=person.organisation_id, kind=kind, once=f"x{number}", address=f"p{number}@x.example",
        message_id=f"x{number}@norrvik.example", subject=f"Hej {number}", text="Hej",
    )  # fmt: skip


def test_sending_survives_a_killed_worker_and_sends_each_mail_once(dag):
    mails = [_mail(dag, number) for number in range(40)]
    with servers.sink() as sink:
        change_settings(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
        with servers.process("worker") as worker:
            actions.queue(SYSTEM, mails=mails)
            until(lambda: len(sink.mails) >= 10, what="the first mails")
            worker.kill()
            worker.restart()
            until(lambda: OutgoingMail.objects.filter(state="sent").count() == 40, what="all mails")
    sent = [recipients[0] for _sender, recipients, _content in sink.mails]
    # A mail that was handed over but not yet noted in the moment of the kill goes out again, with the same Message-ID.
    assert set(sent) == {f"p{number}@x.example" for number in range(40)}
    assert len(sent) <= 41


def test_mail_of_many_transactions_goes_over_one_connection(dag):
    with servers.sink() as sink, servers.process("worker"):
        sink.seconds = 0.1
        change_settings(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
        for number in range(12):
            actions.queue(SYSTEM, mails=[_mail(dag, number)])
        until(lambda: OutgoingMail.objects.filter(state="sent").count() == 12, what="all mails")
    assert len(sink.mails) == 12
    assert sink.most_at_once == 1


def test_what_somebody_waits_for_goes_before_notices_to_many(dag):
    with servers.sink() as sink:
        change_settings(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
        kinds = ["notification", "notification", "system", "reply", "notification", "acknowledgement"]
        actions.queue(SYSTEM, mails=[_mail(dag, number, kind) for number, kind in enumerate(kinds)])
        sending.deliver()
    assert [recipients[0][1] for _sender, recipients, _content in sink.mails] == ["2", "3", "5", "0", "1", "4"]


def test_refusals_for_now_and_for_good(dag):
    with servers.sink() as sink:
        change_settings(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
        sink.recipient_answer = "451 4.2.0 Busy"
        actions.queue(SYSTEM, mails=[_mail(dag, 1)])
        sending.deliver()
        row = OutgoingMail.objects.get()
        assert (row.state, row.attempts) == ("waiting", 1)
        assert "4.2.0 Busy" in row.error
        sink.recipient_answer = "550 5.1.1 No such user"
        actions.send_again(SYSTEM, row)
        sending.deliver()
        row.refresh_from_db()
        assert row.state == "failed"
    actions.send_again(SYSTEM, row)
    sending.deliver()  # the server is gone
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)
    assert row.error


def test_a_mail_at_which_the_server_hangs_up_stops_no_other(dag):
    mails = [
        OutgoingMail(
            organisation_id=dag.organisation_id, kind="system", once=f"x{number}", address=f"p{number}@x.example",
            message_id=f"x{number}@norrvik.example", subject="Hej", text="Hej",
        )
        for number in range(2)
    ]  # fmt: skip
    with servers.sink() as sink:
        change_settings(smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
        sink.recipient_answer = "421 4.3.2 Closing"
        actions.queue(SYSTEM, mails=mails)
        sending.deliver()
        sink.recipient_answer = "250 OK"
        with clock.travel(timedelta(seconds=90)):
            sending.deliver()
        assert [recipients for _sender, recipients, _content in sink.mails] == [["p1@x.example"]]
        with clock.travel(timedelta(minutes=10)):
            sending.deliver()
        assert len(sink.mails) == 2


@pytest.fixture
def short_path():
    """A folder whose path leaves room for the names of dovecot's sockets (107 bytes in all)."""
    with tempfile.TemporaryDirectory(prefix="dc-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def test_a_mail_that_comes_while_an_imap_mailbox_is_searched_is_found(short_path, monkeypatch):
    """The server announces it in the answer that does not have it yet, and not again while we wait."""
    with servers.dovecot(short_path) as port:
        account = imap.Account("127.0.0.1", port, "none", "desk", "hemligt")
        sender = imaplib.IMAP4("127.0.0.1", port)
        sender.login("desk", "hemligt")
        with imap.connected(account) as box:
            ask = box.folder.status

            def ask_and_let_a_mail_come(*about):
                answer = ask(*about)
                sender.append("INBOX", None, None, letter().as_bytes())
                return answer

            monkeypatch.setattr(box.folder, "status", ask_and_let_a_mail_come)
            assert len(imap.waiting(box, account)) == 1
        sender.logout()


def test_mails_that_stay_in_an_imap_mailbox_hide_none_behind_them(short_path, monkeypatch):
    monkeypatch.setattr(imap, "PORTION", 2)
    with servers.dovecot(short_path) as port:
        account = imap.Account("127.0.0.1", port, "none", "desk", "hemligt")
        with imap.connected(account) as box:
            for _ in range(3):
                box.append(letter().as_bytes(), "INBOX")
            first, second = imap.waiting(box, account)
            assert len(imap.waiting(box, account, {first.uid, second.uid})) == 1


def test_an_imap_mailbox_is_emptied_and_a_new_mail_is_noticed_at_once(house, short_path):
    with servers.dovecot(short_path) as port:
        box = imaplib.IMAP4("127.0.0.1", port)
        box.login("desk", "hemligt")
        box.append("INBOX", None, None, letter(subject="Först").as_bytes())
        actions.add_mailbox(
            SYSTEM, organisation_id=house.norrvik.pk, host="127.0.0.1", port=port, security="none", user="desk",
            password="hemligt",
        )  # fmt: skip
        with servers.intake() as (intake, _port):
            until(lambda: RawMail.objects.count() == 1, what="the first mail: " + intake.said())
            until(lambda: Mailbox.objects.get().last_ok_at is not None, what="the note that it works")
            box.append("INBOX", None, None, letter(subject="Sedan").as_bytes())
            # Less than the minute after which a mailbox is looked into anyway.
            until(lambda: RawMail.objects.count() == 2, seconds=50, what="the second mail")
            until(lambda: box.select("Drifta")[1] == [b"2"], what="the move to the done folder")
            until(lambda: box.select("INBOX")[1] == [b"0"], what="the end of the move: the server copies first")
        box.logout()
    with servers.intake():
        until(lambda: Mailbox.objects.get().error, what="the error on the mailbox's page")
