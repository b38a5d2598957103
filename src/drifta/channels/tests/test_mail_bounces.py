"""Notices about mails that did not arrive, as machines and people read them."""

import json

import pytest

from drifta.channels.mail.bounce_reasons import Reason
from drifta.channels.mail.bounces import Bounce, read
from drifta.channels.mail.parse import parse

RETURNED = "Message-ID: <drifta.42.abc.sig@example.org>\nFrom: desk@example.org\nTo: dag@firma.se\nSubject: SV: x\n"


def bounce(raw: str) -> Bounce | None:
    return read(parse(raw.encode()).root)


def report(recipients: str, notice: str = "Your mail could not be delivered.") -> str:
    return (
        "From: MAILER-DAEMON@mx.firma.se\nTo: desk@example.org\nSubject: Undelivered Mail Returned to Sender\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\n{notice}\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.firma.se\n\n{recipients}\n"
        f"--b\nContent-Type: text/rfc822-headers\n\n{RETURNED}\n--b--\n"
    )


def group(address: str, action: str, status: str, diagnostic: str) -> str:
    return (
        f"Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n\n"
    )


@pytest.mark.parametrize(
    ("action", "status", "diagnostic", "reason", "temporary", "hard"),
    [
        ("failed", "5.1.1", "550 5.1.1 <dag@firma.se>: User unknown", Reason.UNKNOWN_USER, False, True),
        ("failed", "5.1.2", "550 5.1.2 Host unknown", Reason.UNKNOWN_HOST, False, True),
        ("failed", "5.2.2", "552 5.2.2 Over quota", Reason.MAILBOX_FULL, False, False),
        ("failed", "4.2.2", "452 4.2.2 Mailbox full", Reason.MAILBOX_FULL, True, False),
        ("delayed", "4.4.1", "connect to mx: Connection timed out", Reason.EXPIRED, True, False),
        ("failed", "5.3.4", "552 5.3.4 Message size exceeds fixed limit", Reason.TOO_BIG, False, False),
        ("failed", "5.7.1", "554 5.7.1 blocked using zen.spamhaus.org", Reason.BLOCKED, False, False),
        ("failed", "5.7.26", "550 5.7.26 Unauthenticated email is not accepted", Reason.AUTHENTICATION, False, False),
        ("failed", "5.1.6", "551 5.1.6 has moved to x@y", Reason.MOVED, False, True),
        ("failed", "4.3.2", "452 4.3.2 Connection rate limit exceeded.", Reason.RATE, True, False),
        ("failed", "4.3.2", "421 4.3.2 System not accepting network messages", Reason.NO_MAIL_HERE, True, False),
        ("failed", "5.0.0", "SMTP error after initial connection: 550 Go away", Reason.BLOCKED, False, False),
        (
            "failed",
            "5.7.1",
            "554 Service unavailable; Client host [192.0.2.4] blocked using x",
            Reason.BLOCKED,
            False,
            False,
        ),
        ("failed", "5.0.0", "was rejected due to spam classification. Set up SPF records", Reason.SPAM, False, False),
        ("delayed", "4.4.1", "connect to mx.firma.se[192.0.2.2]:25: No route to host", Reason.NETWORK, True, False),
        (
            "failed",
            "5.7.1",
            "Messages with multiple addresses in From: header are not accepted",
            Reason.NOT_CONFORMING,
            False,
            False,
        ),
        ("failed", "5.3.0", "554 5.3.0 unknown mailer error 255; too many clients", Reason.MAILER, False, False),
        ("failed", "5.7.1", "La publication dans Google Groups a échoué", Reason.REJECTED_SENDER, False, False),
        ("failed", "5.7.6", "550 5.7.6 No", Reason.SECURITY, False, False),
        ("delayed", "4.2.0", "421 4.2.0 Service refused, try later", Reason.SYSTEM, True, False),
        ("failed", "5.7.1", "Du har inte behörighet att skicka till gruppen", Reason.REJECTED_SENDER, False, False),
    ],
)
def test_reports(action: str, status: str, diagnostic: str, reason: Reason, temporary: bool, hard: bool) -> None:
    found = bounce(report(group("dag@firma.se", action, status, diagnostic)))
    assert found is not None
    (failure,) = found.failures
    assert (failure.recipient, failure.status, failure.reason) == ("dag@firma.se", status, reason)
    assert (failure.temporary, failure.hard) == (temporary, hard)
    assert found.original_message_id == "drifta.42.abc.sig@example.org"


def test_several_recipients_keep_their_own_causes() -> None:
    groups = group("dag@firma.se", "failed", "5.1.1", "550 User unknown") + group(
        "eva@annan.se", "delayed", "4.4.1", "Connection refused"
    )
    found = bounce(report(groups))
    assert found is not None
    assert [(one.recipient, one.temporary) for one in found.failures] == [
        ("dag@firma.se", False),
        ("eva@annan.se", True),
    ]


def test_the_code_of_the_server_that_refused_counts() -> None:
    found = bounce(report(group("dag@firma.se", "failed", "5.1.0", "550 5.1.0 mx2 said: 552 5.2.2 Mailbox full")))
    assert found is not None
    assert (found.failures[0].status, found.failures[0].reason) == ("5.2.2", Reason.MAILBOX_FULL)


def test_an_answer_of_several_lines_does_not_end_the_report() -> None:
    fields = (
        "Diagnostic-Code: smtp; 550-Please turn on authentication in your program\n"
        "550-mx.firma.se [192.0.2.9]:2525 is not permitted to\n550 relay through this server.\n"
        "Status: 5.7.1\nAction: failed\nFinal-Recipient: rfc822; dag@firma.se\n\n"
    )
    found = bounce(report(fields))
    assert found is not None
    (failure,) = found.failures
    assert (failure.recipient, failure.status, failure.reply_code) == ("dag@firma.se", "5.7.1", "550")
    assert "relay through this server" in failure.diagnostic


def test_a_report_that_lost_its_part_of_the_mail_is_read_from_the_text() -> None:
    found = bounce(
        "From: MAILER-DAEMON@mx.firma.se\nTo: desk@example.org\nSubject: Delivery has failed\n\nIt failed."
        f"\n\nReporting-MTA: dns; mx.firma.se\n\n{group('dag@firma.se', 'failed', '5.2.1', '550 5.2.1 Closed')}"
        f"{group('eva@annan.se', 'delayed', '4.4.1', 'Connection refused')}{RETURNED}"
    )
    assert found is not None
    told = [(one.recipient, one.status, one.action) for one in found.failures]
    assert told == [("dag@firma.se", "5.2.1", "failed"), ("eva@annan.se", "4.4.1", "delayed")]


def test_a_report_within_a_text_for_people_is_read() -> None:
    inner = report(group("dag@firma.se", "failed", "4.0.0", "421 Service not available, closing channel"))
    found = bounce(
        "From: MAILER-DAEMON@provider.se\nTo: desk@example.org\nSubject: Undelivered Mail Returned to Sender\n\n"
        f"We are sorry.\n\n------\nFrom MAILER-DAEMON  Thu Apr 30 23:34:45 2026\nReturn-Path: <>\n{inner}"
    )
    assert found is not None
    assert [(one.recipient, one.status, one.temporary) for one in found.failures] == [("dag@firma.se", "4.0.0", True)]
    assert found.original_message_id == "drifta.42.abc.sig@example.org"


def test_what_is_told_can_be_stored() -> None:
    found = bounce(
        "From: MAILER-DAEMON@mx.firma.se\nSubject: failure notice\nContent-Type: text/plain; charset=utf-7\n\n"
        "Could not deliver to dag@firma.se: +2D0- bad \0 address, failed"
    )
    assert found is not None
    (failure,) = found.failures
    assert "bad address" in failure.diagnostic
    assert failure.diagnostic.encode().count(b"\0") == 0


def test_the_envelope_tells_a_system_that_writes_under_the_name_of_another() -> None:
    found = bounce(
        "Return-Path: <MAILER-DAEMON@mx.firma.se>\nFrom: imss@firma.se\nTo: desk@example.org\n"
        "Subject: Mail could not be delivered\n\nUnable to deliver message to <dag@firma.se>: 550 5.1.1 unknown user."
    )
    assert found is not None
    assert [(one.recipient, one.status) for one in found.failures] == [("dag@firma.se", "5.1.1")]


def test_a_notice_of_delivery_by_amazon_tells_the_answer() -> None:
    told = {
        "notificationType": "Delivery",
        "delivery": {"recipients": ["dag@firma.se"], "smtpResponse": "250 2.6.0 ok"},
    }
    found = bounce(
        f"From: SES <no-reply@sns.amazonaws.com>\nTo: desk@example.org\nSubject: AWS\n\n{json.dumps(told)}\n"
    )
    assert found is not None
    (failure,) = found.failures
    assert (failure.reason, failure.status, failure.reply_code) == (Reason.DELIVERED, "2.6.0", "250")


def test_a_relayed_recipient_is_no_failure() -> None:
    groups = group("a@b.se", "relayed", "2.0.0", "250 ok") + group("c@d.se", "failed", "5.1.1", "550 no")
    found = bounce(report(groups))
    assert found is not None
    assert [one.recipient for one in found.failures] == ["c@d.se"]


NOTICES = {
    "qmail": "Hi. This is the qmail-send program at mx.firma.se.\nI'm afraid I wasn't able to deliver your message "
    "to the following addresses.\n\n<dag@firma.se>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
    f"--- Below this line is a copy of the message.\n\n{RETURNED}",
    "exim": "A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent "
    "error. The following address(es) failed:\n\n  dag@firma.se\n    SMTP error from remote mail server after RCPT "
    "TO:<dag@firma.se>:\n    550 5.1.1 User unknown\n\n------ This is a copy of the message, including all the "
    f"headers. ------\n\n{RETURNED}",
    "sendmail": "   ----- The following addresses had permanent fatal errors -----\n<dag@firma.se>\n\n   ----- "
    "Transcript of session follows -----\n... while talking to mx.firma.se.:\n>>> RCPT To:<dag@firma.se>\n<<< 550 "
    f"5.1.1 User unknown\n550 <dag@firma.se>... User unknown\n\n   ----- Message header follows -----\n{RETURNED}",
    "exchange sv": "Det gick inte att leverera ditt meddelande till följande mottagare:\n\nRecipient: dag@firma.se\n"
    f"550 5.1.1 User unknown RCPT TO\n\nOriginal message headers:\n\n{RETURNED}",
}


@pytest.mark.parametrize("name", NOTICES)
def test_notices_in_plain_text(name: str) -> None:
    head = "From: Mail Delivery System <MAILER-DAEMON@mx.firma.se>\nTo: desk@example.org\nSubject: failure notice\n\n"
    found = bounce(head + NOTICES[name])
    assert found is not None
    (failure,) = found.failures
    assert (failure.recipient, failure.status) == ("dag@firma.se", "5.1.1")
    assert failure.reason is Reason.UNKNOWN_USER
    assert failure.hard
    assert found.original_message_id == "drifta.42.abc.sig@example.org"


def test_a_warning_is_temporary() -> None:
    found = bounce(
        "From: MAILER-DAEMON@mx.firma.se\nTo: desk@example.org\nSubject: Warning: could not send for 4 hours\n\n"
        "This is a warning. Your message to\n\n<dag@firma.se>\n\nhas not yet been delivered. It will be retried."
    )
    assert found is not None
    assert found.failures[0].temporary


def test_a_complaint_is_no_hard_failure() -> None:
    found = bounce(
        "From: abuse@isp.se\nTo: desk@example.org\nSubject: FW: x\nContent-Type: multipart/report; "
        "report-type=feedback-report; boundary=b\n\n--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: abuse\nOriginal-Rcpt-To: dag@firma.se\n\n--b\n"
        f"Content-Type: message/rfc822\n\n{RETURNED}\n--b--"
    )
    assert found is not None
    (failure,) = found.failures
    assert (failure.recipient, failure.reason, failure.hard) == ("dag@firma.se", Reason.COMPLAINT, False)


@pytest.mark.parametrize(
    "raw",
    [
        "From: Dag <dag@firma.se>\nSubject: Skrivaren\n\nDen svarar inte. Kontakta bo@firma.se.",
        "From: Dag <dag@firma.se>\nSubject: Kan inte skicka\n\nJag får felet 550 5.1.1 user unknown för bo@firma.se.",
        "From: Dag <dag@firma.se>\nSubject: SV: Undeliverable: x\n\nVad betyder det här? Mail till bo@firma.se.",
        "From: Dag <dag@firma.se>\nSubject: Autosvar: x\nAuto-Submitted: auto-replied\n\nJag är tillbaka måndag.",
        "From: Dag <dag@firma.se>\nSubject: Problem med skrivaren\n\nUtskriften failed\nanna@firma.se\ntel 08-550 10",
        "From: Dag <dag@firma.se>\nSubject: Error in mail\n\nIt could not be delivered to\nbo@firma.se\n",
        "From: Dag <dag@firma.se>\nSubject: Vad betyder detta?\nContent-Type: multipart/mixed; boundary=m\n\n--m\n"
        "Content-Type: text/plain\n\nSe bilagan.\n--m\nContent-Type: message/rfc822\n\n"
        + report(group("bo@firma.se", "failed", "5.1.1", "550 User unknown"))
        + "--m--\n",
        "From: DHL Delivery <noreply@dhl.se>\nSubject: Your parcel\n\nDelivery failed. Room 551. Call us.",
        "Return-Path: <dag@firma.se>\nFrom: dag@firma.se\nSubject: Mail not sent\n\nUnable to deliver <bo@a.se>.",
        "From: desk@annan.se\nSubject: [#7] Error in printing\n\nYour ticket is registered. Reply to desk@annan.se.",
    ],
)
def test_mails_of_people_are_no_bounces(raw: str) -> None:
    assert bounce(raw) is None
