"""Mail on its way out through a real relay, with and without encryption and sign-in."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from drifta.channels import actions, sending
from drifta.channels.mail.parse import parse
from drifta.channels.models import OutgoingMail
from drifta.channels.settings import MailSettings
from drifta.channels.tests import servers
from drifta.channels.tests.relay import PASSWORD, USER, opensmtpd, submission
from drifta.channels.tests.servers import until
from drifta.kernel import clock, settings
from drifta.kernel.actor import SYSTEM
from drifta.people.models import Person

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_jobs(transactional_db: None) -> Iterator[None]:
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def use(port: int, security: str, **more: str) -> None:
    """Let mail go through the server on a port."""
    values = {"smtp_host": "localhost", "smtp_port": port, "smtp_security": security, **more}
    settings.change(SYSTEM, section=MailSettings.section, values=values)


def queue(dag: Person, number: int = 1) -> None:
    """Put a mail into the outbox."""
    mail = OutgoingMail(
        organisation_id=dag.organisation_id, kind="system", once=f"x{number}", address=f"asa{number}@x.example",
        message_id=f"x{number}@norrvik.example", subject="Skrivaren på plan två", text="Hej Åsa,\n.\nallt är löst.",
    )  # fmt: skip
    actions.queue(SYSTEM, mails=[mail])


@pytest.mark.skipif(os.geteuid() != 0, reason="opensmtpd only starts as root")
def test_mail_reaches_its_reader_through_a_relay(dag: Person, tmp_path: Path) -> None:
    with servers.sink() as sink, opensmtpd(tmp_path, sink.port) as port:
        use(port, "none")
        for number in range(3):
            queue(dag, number)
        sending.deliver()
        assert set(OutgoingMail.objects.values_list("state", "error")) == {("sent", "")}
        until(lambda: len(sink.mails) == 3, what="the mails behind the relay")
    readers = sorted(recipients[0] for _sender, recipients, _content in sink.mails)
    assert readers == [f"asa{number}@x.example" for number in range(3)]
    mail = parse(sink.mails[0][2])
    assert mail.subject == "Skrivaren på plan två"
    assert mail.text.splitlines()[:3] == ["Hej Åsa,", ".", "allt är löst."]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_out_encrypted_and_signed_in(
    dag: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    with submission(tmp_path, security) as server:
        monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
        use(server.port, security, smtp_user=USER, smtp_secret="fel")
        queue(dag)
        sending.deliver()
        mail = OutgoingMail.objects.get()
        assert (mail.state, mail.attempts) == ("waiting", 0)
        assert "refused the sign-in" in mail.trouble
        use(server.port, security, smtp_user=USER, smtp_secret=PASSWORD)
        with clock.travel(timedelta(minutes=2)):
            sending.deliver()
    assert OutgoingMail.objects.get().state == "sent"
    assert parse(server.mails[0]).subject == "Skrivaren på plan två"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_believed(dag: Person, tmp_path: Path, security: str) -> None:
    with submission(tmp_path, security) as server:
        use(server.port, security, smtp_user=USER, smtp_secret=PASSWORD)
        queue(dag)
        sending.deliver()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.attempts) == ("waiting", 0)
    assert "certificate of localhost" in mail.trouble
    assert server.mails == []
