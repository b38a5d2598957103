"""The pages of mail and webhooks, as each role sees them."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse

from drifta.channels import actions, sending, webhooks
from drifta.channels.models import DeskAddress, Mailbox, OutgoingMail, RawMail
from drifta.channels.system_mail import OutboxBackend
from drifta.channels.tests.factories import desk, letter, outbox, take_in
from drifta.desk.models import Ticket
from drifta.kernel import clock, guard, settings
from drifta.kernel.actor import SYSTEM

PAGES = ["mails", "outbox", "addresses", "new-address", "mailboxes", "new-mailbox", "webhooks", "new-webhook"]


def sign_in(client, person):
    """Sign somebody in; the framework notes when that was."""
    with guard.writing():
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")


@pytest.fixture(autouse=True)
def _desk(house):
    desk(house.norrvik, language="sv")


@pytest.mark.parametrize("name", PAGES)
def test_every_page_opens_for_an_administrator_and_for_nobody_else(client, ann, dag, name):
    sign_in(client, ann)
    assert client.get(reverse(f"channels:{name}")).status_code == 200
    sign_in(client, dag)
    assert client.get(reverse(f"channels:{name}")).status_code == 403


def test_unprocessed_mail_is_shown_as_text_and_retried(client, ben):
    raw = take_in(b"Subject: <script>alert(1)</script>\r\n\r\n<b>hej</b>")
    sign_in(client, ben)
    listed = client.get(reverse("channels:mails") + "?state=unprocessed").content.decode()
    assert "&lt;script&gt;" in listed
    assert "<script>alert" not in listed
    page = client.get(raw.get_absolute_url()).content.decode()
    assert "names no sender" in page
    assert "&lt;b&gt;hej" in page
    source = client.get(reverse("channels:source", args=[raw.pk]))
    assert source["Content-Disposition"].startswith("attachment")
    assert "sandbox" in source["Content-Security-Policy"]
    done = client.post(reverse("ui:act"), {"action": "channels.make_ticket", "subject": raw.subject_key})
    assert done.status_code in (200, 204, 302)
    assert Ticket.objects.count() == 1


def test_somebody_of_another_organisation_sees_none_of_it(client, eva):
    raw = take_in(b"Subject: x\r\n\r\nhej")
    sign_in(client, eva)
    assert client.get(raw.get_absolute_url()).status_code == 404
    assert client.get(reverse("channels:source", args=[raw.pk])).status_code == 404


def test_a_requester_finds_no_mail_by_any_way(dag):
    take_in(letter())
    for model in (RawMail, OutgoingMail, DeskAddress):
        assert not model.objects.visible_to(dag.actor).exists()


def test_without_a_mail_server_mail_waits_and_a_banner_says_so(client, ann):
    take_in(letter())
    sign_in(client, ann)
    page = client.get(reverse("channels:outbox")).content.decode()
    assert "No mail server is set: 1 mail waits." in page
    assert outbox()[0].state == "waiting"
    assert client.get(outbox()[0].get_absolute_url()).status_code == 200


def test_a_banner_says_in_words_why_mail_cannot_be_sent(client, ann):
    settings.change(SYSTEM, section="channels.mail", values={"smtp_host": "127.0.0.1", "smtp_port": 9})
    take_in(letter())
    sending.deliver()
    sign_in(client, ann)
    page = client.get(reverse("channels:outbox")).content.decode()
    assert "1 mail cannot be sent: 127.0.0.1:9 refused the connection. Does the mail server run" in page
    assert "Errno" not in page
    one = client.get(outbox()[0].get_absolute_url()).content.decode()
    assert "127.0.0.1:9 refused the connection" in one


def test_a_desk_address_is_added_changed_and_removed(client, ann, house):
    sign_in(client, ann)
    values = {
        "address": "IT@norrvik.example",
        "language": "sv",
        "organisation": house.norrvik.pk,
        "team": house.first_line.pk,
    }
    assert client.post(reverse("channels:new-address"), values).status_code == 302
    row = DeskAddress.objects.get(address="it@norrvik.example")
    assert row.team == house.first_line
    again = client.post(reverse("channels:new-address"), values)
    assert again.status_code == 422
    assert "set up already" in again.content.decode()
    changed = client.post(
        row.get_absolute_url(), {**values, "is_default": "on", "is_active": "on", "version": row.version}
    )
    assert changed.status_code == 302
    assert DeskAddress.objects.get(is_default=True) == row
    actions.remove_address(ann.actor, row)
    assert DeskAddress.objects.get().is_default


def test_a_mailbox_keeps_its_password_secret(client, ann, house):
    sign_in(client, ann)
    values = {
        "host": "127.0.0.1",
        "port": 9,
        "security": "none",
        "user": "desk",
        "password": "hemligt-7",
        "folder": "INBOX",
        "done_folder": "Klart",
        "organisation": house.norrvik.pk,
    }
    assert client.post(reverse("channels:new-mailbox"), values).status_code == 302
    row = Mailbox.objects.get()
    assert "hemligt" not in row.secret
    page = client.get(row.get_absolute_url()).content.decode()
    assert "hemligt" not in page
    tried = client.post(reverse("channels:try-mailbox", args=[row.pk]), follow=True).content.decode()
    assert "cannot be used" in tried


def test_the_mail_server_can_be_tried_from_its_settings(client, ann):
    sign_in(client, ann)
    page = client.get(reverse("site:settings-section", args=["channels.mail"])).content.decode()
    assert reverse("channels:try-server") in page
    assert "STARTTLS" in page
    tried = client.post(reverse("channels:try-server"), follow=True).content.decode()
    assert "No mail server is set. Enter one" in tried
    settings.change(SYSTEM, section="channels.mail", values={"smtp_host": "127.0.0.1", "smtp_port": 9})
    tried = client.post(reverse("channels:try-server"), follow=True).content.decode()
    assert "127.0.0.1:9 refused the connection. Does the mail server run" in tried


def test_delivery_state_stands_at_the_message(client, ben, dag):
    take_in(letter())
    ticket = Ticket.objects.get()
    sign_in(client, ben)
    page = client.get(reverse("desk:ticket", args=[ticket.pk])).content.decode()
    assert "dag@norrvik.example: waiting" in page


def test_a_webhook_is_signed_and_repeated(ann, ben, dag, webhook_receiver):
    row = actions.add_webhook(
        ann.actor, organisation_id=ann.organisation_id, name="x", url=webhook_receiver.url, secret="s3cret",
        event_names=["desk.ticket_created"], may_be_internal=True,
    )  # fmt: skip
    webhook_receiver.status = 500
    take_in(letter())
    first = row.deliveries.get()
    assert (first.state, first.attempts, first.status) == ("waiting", 1, 500)
    webhook_receiver.status = 204
    with clock.travel(timedelta(minutes=1)):
        webhooks.send(endpoint=row.pk)
    first.refresh_from_db()
    assert first.state == "delivered"
    headers, body = webhook_receiver.requests[-1]
    moment, _comma, given = headers["X-Drifta-Signature"].partition(",")
    assert given == "v1=" + webhooks.signature("s3cret", int(moment.removeprefix("t=")), body)
    assert b'"event":"desk.ticket_created"' in body


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/",
        "http://localhost/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_a_webhook_does_not_reach_into_the_own_network_unasked(ann, dag, url):
    row = actions.add_webhook(ann.actor, organisation_id=ann.organisation_id, name="x", url=url, secret="s")
    take_in(letter())
    delivery = row.deliveries.earliest("pk")
    assert delivery.state == "waiting"
    assert "inside the own network" in delivery.error


def test_webhooks_over_rest(client, ann, ben):
    sign_in(client, ann)
    assert client.get("/api/v1/webhooks").json() == {"items": [], "next": None}
    sign_in(client, ben)
    assert client.get("/api/v1/webhooks").status_code == 403


def test_django_mail_goes_to_the_outbox(dag):
    mail = EmailMultiAlternatives("Välkommen", "Hej", None, ["Dag <dag@norrvik.example>"], connection=OutboxBackend())
    mail.attach_alternative("<p>Hej</p>", "text/html")
    assert mail.send() == 1
    stored = outbox()[0]
    assert (stored.kind, stored.address, stored.person) == ("system", "dag@norrvik.example", dag)
    assert stored.html == "<p>Hej</p>"
