"""The forms of the first set-up."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from drifta.people.models import Language


class FirstForm(forms.Form):
    """The organisation and its administrator."""

    organisation = forms.CharField(label=_("Name of your organisation"), max_length=200)
    language = forms.ChoiceField(
        label=_("Its language"), choices=Language, help_text=_("New people and mails start with it; each can choose.")
    )
    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(label=_("Your mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters; a sentence is easier to remember than signs."),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"language": (get_language() or "en")[:2]})


class AddressForm(forms.Form):
    """The address that people write to."""

    address = forms.EmailField(
        label=_("Mail address of the service desk"),
        help_text=_("Such as help@example.com. Mail to it becomes tickets."),
    )
    name = forms.CharField(
        label=_("Name beside it"), max_length=100, required=False, help_text=_("Such as Service desk.")
    )
    smtp_host = forms.CharField(
        label=_("Server that sends mail"), max_length=253, required=False,
        help_text=_("Empty for now? Then mail waits in the outbox until you set one."),
    )  # fmt: skip
    smtp_port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    smtp_security = forms.ChoiceField(
        label=_("Security"), choices=[("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _("none"))]
    )


class WatchForm(forms.Form):
    """What to watch from the start."""

    proposals = forms.MultipleChoiceField(label=_("Found here"), required=False, widget=forms.CheckboxSelectMultiple)
    web = forms.CharField(
        label=_("Web pages"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One address per line, such as https://www.example.com. Certificates are watched too."),
    )  # fmt: skip
    hosts = forms.CharField(
        label=_("Machines"), required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One name or network address per line; each is pinged."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, choices: list[tuple[str, Any]]) -> None:
        super().__init__(data, initial={"proposals": [key for key, _label in choices]})
        self.fields["proposals"].choices = choices  # type: ignore[attr-defined]

    def lines(self, name: str) -> list[str]:
        """Return the lines of a field, without empty ones."""
        return [line.strip() for line in self.cleaned_data[name].splitlines() if line.strip()][:50]
