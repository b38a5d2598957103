"""The forms of desk addresses, mailboxes and webhooks."""

import secrets
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from drifta.channels.models import DeskAddress, Mailbox, WebhookEndpoint
from drifta.desk import queries as desk
from drifta.kernel.actor import Actor
from drifta.kernel.events import events
from drifta.people import queries as people


class _Form(forms.Form):
    """What the forms have in common: the organisation, chosen once, and the version that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation = forms.ModelChoiceField(people.organisations_of_nobody(), label=_("Organisation"), empty_label=None)

    def __init__(self, data: Any, actor: Actor, initial: dict[str, Any], *, known: bool) -> None:
        super().__init__(data, initial=initial)
        organisations = people.organisations(actor)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        self.fields["organisation"].initial = actor.organisation_id
        if known:
            del self.fields["organisation"]
        elif len(organisations) == 1:
            self.fields["organisation"].widget = forms.HiddenInput()

    def values(self) -> dict[str, Any]:
        """Return the keyword arguments for the action: rows as their ids."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if name == "organisation":
                found["organisation_id"] = value.pk
            elif isinstance(self.fields[name], forms.ModelChoiceField):
                found[f"{name}_id"] = value.pk if value else None
            elif name != "version":
                found[name] = value
        return found


class AddressForm(_Form):
    """A desk address."""

    address = forms.EmailField(label=_("Mail address"), help_text=_("Mail to this address becomes tickets."))
    name = forms.CharField(label=_("Sender's name"), max_length=100, required=False)
    team = forms.ModelChoiceField(people.teams_of_nobody(), label=_("Team"), required=False, empty_label="–")
    category = forms.ModelChoiceField(desk.categories(()), label=_("Category"), required=False, empty_label="–")
    language = forms.ChoiceField(label=_("Language of answers to strangers"), choices=settings.LANGUAGES)
    is_default = forms.BooleanField(label=_("Used for outgoing mail"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, data: Any = None, *, actor: Actor, row: DeskAddress | None = None) -> None:
        names = ("version", "address", "name", "language", "is_default", "is_active")
        initial = {name: getattr(row, name) for name in names} if row else {"language": actor.language}
        if row is not None:
            initial |= {"team": row.team_id, "category": row.category_id}
        super().__init__(data, actor, initial, known=row is not None)
        organisation = row.organisation_id if row else None
        self.fields["team"].queryset = people.teams(actor, organisation)  # type: ignore[attr-defined]
        seen = [organisation] if organisation else [one.pk for one in people.organisations(actor)]
        self.fields["category"].queryset = desk.categories(seen)  # type: ignore[attr-defined]
        if row is None:
            del self.fields["is_active"]


class MailboxForm(_Form):
    """A mailbox."""

    host = forms.CharField(label=_("IMAP server"), max_length=253)
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    security = forms.ChoiceField(label=_("Security"), choices=Mailbox.Security)
    user = forms.CharField(label=_("User name"), max_length=254)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Stays as it is when left empty."),
    )
    folder = forms.CharField(label=_("Folder"), max_length=200, initial="INBOX")
    done_folder = forms.CharField(
        label=_("Folder for mail that was taken in"),
        max_length=200,
        initial="Drifta",
        help_text=_("Made when it is not there."),
    )
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, data: Any = None, *, actor: Actor, row: Mailbox | None = None) -> None:
        names = ("version", "host", "port", "security", "user", "folder", "done_folder", "is_active")
        initial = {name: getattr(row, name) for name in names} if row else {}
        super().__init__(data, actor, initial, known=row is not None)
        if row is None:
            self.fields["password"].required, self.fields["password"].help_text = True, ""
            del self.fields["is_active"]


class WebhookForm(_Form):
    """A webhook."""

    name = forms.CharField(label=_("Name"), max_length=100)
    url = forms.URLField(label=_("Address"), max_length=500, assume_scheme="https")
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        help_text=_("The receiver checks signatures with it. Stays as it is when left empty."),
    )
    event_names = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        widget=forms.SelectMultiple(attrs={"data-chooser": True}),
        help_text=_("All of them when none is chosen."),
    )
    may_be_internal = forms.BooleanField(label=_("The address lies inside the own network"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, data: Any = None, *, actor: Actor, row: WebhookEndpoint | None = None) -> None:
        names = ("version", "name", "url", "may_be_internal", "is_active")
        initial: dict[str, Any] = {name: getattr(row, name) for name in names} if row else {}
        initial |= {"event_names": row.events} if row else {"secret": secrets.token_urlsafe(24)}
        super().__init__(data, actor, initial, known=row is not None)
        choices = [(name, name) for name in sorted(events)]
        self.fields["event_names"].choices = choices  # type: ignore[attr-defined]
        if row is None:
            del self.fields["is_active"]
