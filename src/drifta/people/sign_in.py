"""How people sign in: allauth, told about Drifta's persons, mails, words and secrets."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMultiAlternatives
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drifta.kernel import guard, secrets
from drifta.kernel.actor import SYSTEM
from drifta.people import actions, queries
from drifta.people.models import Person


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by password: by any mail address of a person, only for persons an administrator has let in."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("Your sign-in is blocked. Ask your administrator."),
        "email_password_mismatch": _(
            "The mail address or the password is not right. Try again, or reset the password."
        ),
        "enter_current_password": _("This is not your present password."),
        "incorrect_code": _("The code is not right. Take the newest one of your app."),
        "incorrect_password": _("The password is not right."),
        "invalid_login": _("The mail address or the password is not right. Try again, or reset the password."),
        "invalid_or_expired_key": _("This link was used or is too old. Ask for a new one."),
        "invalid_password_reset": _("This link was used or is too old. Ask for a new one."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Nobody signs up alone: administrators invite."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Return who these credentials belong to: any mail address among the contact points, and the password."""
        person = queries.person_by_email(credentials.get("email") or "")
        if person is not None and person.email:
            credentials["email"] = person.email
        with guard.writing():  # a password is hashed anew when the hasher has become stronger
            found: AbstractBaseUser | None = super().authenticate(request, **credentials)
        return found if person is not None and found is not None and found.pk == person.pk else None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write failed attempts on existing persons into the event log."""
        person = queries.person_by_email(credentials.get("email") or "")
        if person is not None:
            address = self.get_client_ip(request)
            actions.note_failed_sign_in(SYSTEM, person_id=person.pk, email=credentials["email"], address=address)

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether the password is that of the person who is signed in."""
        assert isinstance(user, Person)
        found = self.authenticate(allauth_context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in (Django notes the time at the person), and write it into the event log."""
        with guard.writing():
            super().login(request, user)
        actions.note_sign_in(SYSTEM, person_id=user.pk, address=self.get_client_ip(request))

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Change the password as the person."""
        assert isinstance(user, Person)
        actions.set_password(user.actor, user, password=password)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail in the language of its reader; the subject's template ends in ``_subject.txt``."""
        user = context.get("user")
        with translation.override(getattr(user, "language", None) or translation.get_language()):
            subject = render_to_string(f"{template_prefix}_subject.txt", context)
            text = render_to_string(f"{template_prefix}_message.txt", context)
        sender = settings.DEFAULT_FROM_EMAIL
        EmailMultiAlternatives(" ".join(subject.split()), text.strip() + "\n", sender, [email]).send()

    def add_message(self, *arguments: Any, **keywords: Any) -> None:
        """Say nothing by itself: the next page shows what has happened."""


class MfaAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are sealed, their words are ours."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": _("Recovery codes need a second factor. Set up an app or a key first."),
        "incorrect_code": _("The code is not right. Take the newest one of your app."),
    }

    def encrypt(self, text: str) -> str:
        """Seal a second factor's secret."""
        return secrets.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a second factor's secret."""
        return secrets.unseal(encrypted_text)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002
        """Propose a name for a new key."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return gettext("Key %(number)s") % {"number": count + 1}
