"""The forms of signing in, in Drifta's own words."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext_lazy as _

from drifta.people import queries


def _word(form: forms.Form, name: str, label: Any, help_text: Any = "") -> None:
    """Give a field our words, and no placeholder that repeats them."""
    field = form.fields.get(name)
    if field is not None:
        field.label, field.help_text = label, help_text
        field.widget.attrs.pop("placeholder", None)


class LoginForm(account.LoginForm):
    """Mail address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "login", _("Mail address"))
        _word(self, "password", _("Password"))
        self.fields["login"].widget.attrs |= {"autocomplete": "username webauthn", "autofocus": True}


class ReauthenticateForm(account.ReauthenticateForm):
    """The password once more, before something important."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password", _("Password"))


class ResetPasswordForm(account.ResetPasswordForm):
    """Asks for a link to a new password; only people who can sign in get one, and nobody is told who can."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "email", _("Mail address"))

    def clean_email(self) -> str:
        """Find the person by any of the mail addresses."""
        email: str = self.cleaned_data["email"].lower()
        person = queries.person_by_email(email)
        self.users = [person] if person is not None and person.can_sign_in else []
        return email


class ResetPasswordKeyForm(account.ResetPasswordKeyForm):
    """The new password, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "password1", _("New password"), password_validators_help_text_html())
        _word(self, "password2", _("New password again"))

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        return _compare(self, super(account.PasswordVerificationMixin, self).clean())


class ChangePasswordForm(account.ChangePasswordForm):
    """The present password, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "oldpassword", _("Present password"))
        _word(self, "password1", _("New password"), password_validators_help_text_html())
        _word(self, "password2", _("New password again"))

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        return _compare(self, super(account.PasswordVerificationMixin, self).clean())


def _compare(form: forms.Form, cleaned: Any) -> dict[str, Any]:
    values: dict[str, Any] = cleaned if cleaned is not None else form.cleaned_data
    first, second = values.get("password1"), values.get("password2")
    if first and second and first != second:
        form.add_error("password2", _("The two passwords differ. Type the same one twice."))
    return values


class AuthenticateForm(mfa.AuthenticateForm):
    """A code of the app, or a recovery code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("Code"))
        self.fields["code"].widget.attrs |= {"autofocus": True, "inputmode": "text"}


class ReauthenticateCodeForm(mfa.ReauthenticateForm):
    """A code of the app, before something important."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("Code"))


class ActivateTotpForm(totp.ActivateTOTPForm):
    """The first code of a new app, which shows that it works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "code", _("Code of the app"))
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}


class AddKeyForm(webauthn.AddWebAuthnForm):
    """A new passkey or security key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "name", _("Name"), _("For example the device it is on."))
        _word(
            self,
            "passwordless",
            _("Sign in with it alone"),
            _("The key asks for a fingerprint or PIN itself, so that no password is needed."),
        )


class EditKeyForm(webauthn.EditWebAuthnForm):
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _word(self, "name", _("Name"))
