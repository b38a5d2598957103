"""Signing in: password, second factor, limits, invitations, resets, blocked persons, sessions."""

import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from allauth.mfa.app_settings import TOTP_PERIOD as PERIOD
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client

from conftest import PASSWORD
from drifta.kernel import clock, guard, secrets
from drifta.kernel.actions import Refused
from drifta.kernel.models import LoggedEvent
from drifta.people import actions
from drifta.people.models import Person

NEW = "Elva-gröna-björkar-9"


@pytest.fixture(autouse=True)
def _mail_in_memory(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def sign_in(client: Client, email: str, password: str = PASSWORD):
    """Send the sign-in form."""
    return client.post("/account/login/", {"login": email, "password": password})


def is_in(client: Client) -> bool:
    """Whether the client is signed in."""
    return client.get("/profile/").status_code == 200


def test_any_address_of_a_person_signs_in(house, client: Client) -> None:
    actions.add_contact_point(house.ann.actor, house.ben, kind="email", value="ben@home.example")
    assert sign_in(client, "BEN@home.example")["Location"] == "/"
    assert is_in(client)
    assert LoggedEvent.objects.filter(name="people.signed_in", actor_id=house.ben.pk).count() == 1


@pytest.mark.parametrize("email", ["ben@norrvik.example", "nobody@norrvik.example"])
def test_a_wrong_password_says_the_same_for_known_and_unknown(house, client: Client, email: str) -> None:
    answer = sign_in(client, email, "wrong")
    assert "The mail address or the password is not right" in answer.content.decode()
    assert not is_in(client)
    assert LoggedEvent.objects.filter(name="people.sign_in_failed").count() == email.startswith("ben")


def test_an_address_that_was_taken_away_no_longer_signs_in(house, client: Client) -> None:
    assert sign_in(client, "ben@norrvik.example").status_code == 302
    client.logout()
    actions.add_contact_point(house.ann.actor, house.ben, kind="email", value="ben@home.example")
    old = house.ben.contact_points.get(value="ben@norrvik.example")
    actions.remove_contact_point(house.ann.actor, house.ben, contact_point_id=old.pk)
    assert sign_in(client, "ben@norrvik.example").status_code == 200
    assert sign_in(client, "ben@home.example").status_code == 302


def test_guessing_is_slowed_down(house, client: Client) -> None:
    for _attempt in range(6):
        answer = sign_in(client, "ben@norrvik.example", "wrong")
    assert "Too many attempts" in answer.content.decode()
    for number in range(5000):  # what many others leave behind does not make it forgotten
        cache.set(f"other-{number}", 1)
    assert "Too many attempts" in sign_in(client, "ben@norrvik.example").content.decode()


def test_a_blocked_person_is_out_at_once(house, client: Client) -> None:
    sign_in(client, "ben@norrvik.example")
    assert is_in(client)
    actions.deactivate(house.ann.actor, house.ben)
    assert not is_in(client)
    sign_in(client, "ben@norrvik.example")
    assert not is_in(client)


def test_who_was_never_invited_cannot_reset_a_password(house, client: Client) -> None:
    stranger = actions.recognise(house.ann.actor, organisation_id=house.norrvik.pk, email="new@far.example")
    for address in (stranger.email, "nobody@far.example"):
        assert client.post("/account/password/reset/", {"email": address}).status_code == 302
    assert mail.outbox == []


def test_a_reset_goes_by_mail_in_the_persons_language_and_works_once(house, client: Client) -> None:
    actions.edit_profile(house.ben.actor, house.ben, language="sv")
    client.post("/account/password/reset/", {"email": "ben@norrvik.example"})
    (message,) = mail.outbox
    assert message.to == ["ben@norrvik.example"]
    path = re.search(r"(/account/password/reset/key/\S+)", message.body).group(1)
    form = client.get(path, follow=True)
    here = form.redirect_chain[-1][0]
    assert client.post(here, {"password1": NEW, "password2": "other"}).status_code == 200
    assert client.post(here, {"password1": NEW, "password2": NEW}).status_code == 302
    assert Person.objects.get(pk=house.ben.pk).check_password(NEW)
    again = Client().get(path, follow=True)
    assert again.context.get("token_fail")


def test_an_invitation_works_once(house, client: Client) -> None:
    siv = actions.create(
        house.ann.actor, organisation_id=house.norrvik.pk, name="Siv Ål", emails=["siv@norrvik.example"]
    )
    _row, secret = actions.invite(house.ann.actor, siv)
    assert secret in mail.outbox[0].body
    path = f"/invitation/{secret}/"
    assert client.post(path, {"password": "short", "again": "short"}).status_code == 422
    assert client.post(path, {"password": NEW, "again": NEW}).status_code == 302
    assert sign_in(client, "siv@norrvik.example", NEW).status_code == 302
    assert Client().get(path).status_code == 410
    assert Client().get("/invitation/guess/").status_code == 404


def test_an_invitation_ends_after_a_week_and_by_a_newer_one(house, client: Client) -> None:
    _row, first = actions.invite(house.ann.actor, house.dag)
    _row, second = actions.invite(house.ann.actor, house.dag)
    assert client.get(f"/invitation/{first}/").status_code == 410
    assert client.get(f"/invitation/{second}/").status_code == 200
    with clock.travel(timedelta(days=8)):
        assert client.get(f"/invitation/{second}/").status_code == 410


def code(secret: str) -> str:
    """Return the code that the app shows now; it counts for half a minute after this one too."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))


def wrong_code(secret: str) -> str:
    """Return a code that the app does not show in the next or the last minutes."""
    now = int(time.time()) // PERIOD
    shown = {format_hotp_value(hotp_value(secret, now + step)) for step in range(-10, 10)}
    return next(one for one in ("000000", "111111", *map(str, range(200_000, 200_100))) if one not in shown)


def test_a_second_factor_is_asked_for_and_its_secret_is_sealed(house, client: Client, db) -> None:
    sign_in(client, "ben@norrvik.example")
    here = "/account/second-factor/totp/activate/"
    assert client.get(here)["Location"].startswith("/account/reauthenticate/")
    assert client.post("/account/reauthenticate/", {"password": "wrong", "next": here}).status_code == 200
    form = client.post("/account/reauthenticate/", {"password": PASSWORD, "next": here}, follow=True)
    key = form.context["form"].secret
    assert client.post("/account/second-factor/totp/activate/", {"code": wrong_code(key)}).status_code == 200
    assert client.post("/account/second-factor/totp/activate/", {"code": code(key)}).status_code == 302
    row = Authenticator.objects.get(user=house.ben, type=Authenticator.Type.TOTP)
    assert secrets.is_sealed(row.data["secret"])
    assert key not in str(row.data)
    client.logout()

    other = Client()
    assert sign_in(other, "ben@norrvik.example")["Location"].startswith("/account/second-factor/authenticate/")
    assert not is_in(other)
    assert other.post("/account/second-factor/authenticate/", {"code": wrong_code(key)}).status_code == 200
    assert not is_in(other)
    cache.clear()  # the code of before is not accepted twice
    assert other.post("/account/second-factor/authenticate/", {"code": code(key)}).status_code == 302
    assert is_in(other)


def test_nobody_signs_up_alone(client: Client, db) -> None:
    page = client.get("/account/signup/")
    assert "your administrator invites you" in page.content.decode()
    client.post("/account/signup/", {"email": "me@x.example", "password1": NEW, "password2": NEW})
    assert not Person.objects.filter(email="me@x.example").exists()


def test_sessions_are_listed_and_can_be_ended(house, client: Client) -> None:
    other = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"})
    sign_in(client, "ben@norrvik.example")
    sign_in(other, "ben@norrvik.example")
    page = client.get("/profile/")
    assert "Firefox · Linux" in page.content.decode()
    one = next(session for session in page.context["sessions"] if not session.is_this)
    client.post(f"/people/{house.ben.pk}/sessions/end/", {"session": one.id, "next": "/profile/"})
    assert not is_in(other)
    assert is_in(client)


def test_changing_the_password_needs_the_present_one_and_ends_other_sessions(house, client: Client) -> None:
    other = Client()
    sign_in(client, "ben@norrvik.example")
    sign_in(other, "ben@norrvik.example")
    wrong = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert client.post("/account/password/change/", wrong).status_code == 200
    right = {**wrong, "oldpassword": PASSWORD}
    assert client.post("/account/password/change/", right).status_code == 302
    assert not is_in(other)
    assert sign_in(Client(), "ben@norrvik.example", NEW).status_code == 302
    assert LoggedEvent.objects.filter(name="people.password_set").exists()


def test_an_administrator_removes_a_lost_second_factor(house, client: Client, db) -> None:
    with guard.writing():
        for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
            Authenticator.objects.create(user=house.dag, type=kind, data={"secret": "sealed"})
    theirs = Client()
    with guard.writing():
        theirs.force_login(house.dag, backend="allauth.account.auth_backends.AuthenticationBackend")
    theirs.get("/profile/")
    sign_in(client, "ann@norrvik.example")
    page = client.get(f"/people/{house.dag.pk}/").content.decode()
    assert "people.remove_second_factor" in page
    given = {"action": "people.remove_second_factor", "subject": house.dag.subject_key}
    client.post("/ui/act", given)
    assert not Authenticator.objects.filter(user=house.dag).exists()
    assert not is_in(theirs)
    (letter,) = mail.outbox
    assert letter.to == ["dag@norrvik.example"]
    assert "Ann Åkesson" in letter.body
    event = LoggedEvent.objects.get(name="people.second_factor_removed")
    assert event.data == {"person": house.dag.pk, "name": "Dag Berg"}
    assert "people.remove_second_factor" not in client.get(f"/people/{house.dag.pk}/").content.decode()
    with pytest.raises(Refused):
        actions.remove_second_factor(house.ann.actor, house.dag)


def test_nobody_removes_their_own_second_factor_so_nor_another_without_the_right(house, db) -> None:
    with guard.writing():
        for person in (house.ann, house.dag):
            Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    with pytest.raises(Refused):
        actions.remove_second_factor(house.ann.actor, house.ann)
    program = replace(house.ann.actor, kind="token")
    for actor in (house.ben.actor, house.dag.actor, house.eva.actor, program):
        with pytest.raises(PermissionDenied):
            actions.remove_second_factor(actor, house.dag)
    assert Authenticator.objects.count() == 2
