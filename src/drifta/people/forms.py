"""The forms of people, teams, organisations, import and profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from drifta.kernel.actor import Actor
from drifta.people import queries
from drifta.people.fields import PersonField, PersonsField, narrow
from drifta.people.models import ContactPoint, Language, Organisation, Person, Role, Team


class LinesField(forms.CharField):
    """Several values, one per line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read lines, commas and semicolons as a list."""
        text = (super().to_python(value) or "").replace(",", "\n").replace(";", "\n")
        return [line.strip() for line in text.splitlines() if line.strip()]


class PersonForm(forms.Form):
    """Particulars of a person."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.ChoiceField(label=_("Primary mail address"), required=False)
    emails = LinesField(label=_("Mail addresses"), help_text=_("One per line; the first is the primary one."))
    phones = LinesField(label=_("Phone numbers"), help_text=_("One per line, with or without country code."))
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language)
    manager = PersonField(label=_("Manager"), required=False)
    site = forms.ModelChoiceField(queries.sites(None), label=_("Site"), required=False, empty_label="–")
    is_vip = forms.BooleanField(label=_("VIP: tickets of this person stand out"), required=False)
    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False,
        help_text=_("Only people who work on tickets read it."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, actor: Actor, person: Person | None = None) -> None:
        super().__init__(data, initial=_person_values(person) if person else {})
        organisations = queries.organisations(actor)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        narrow(self, "manager", actor)
        if person is not None:
            self._for_known(person)
        else:
            self._for_new(actor, organisations.count())

    def _for_known(self, person: Person) -> None:
        for name in ("organisation", "emails", "phones"):
            del self.fields[name]
        mails = person.contact_points.filter(kind=ContactPoint.Kind.EMAIL).values_list("value", flat=True)
        self.fields["email"].choices = [(mail, mail) for mail in mails]  # type: ignore[attr-defined]
        if len(mails) < 2:
            del self.fields["email"]
        self.fields["site"].queryset = queries.sites(person.organisation_id)  # type: ignore[attr-defined]

    def _for_new(self, actor: Actor, organisations: int) -> None:
        del self.fields["email"], self.fields["version"]
        home = queries.organisation(actor.organisation_id) if actor.organisation_id else queries.first_organisation()
        self.fields["organisation"].initial = home
        self.fields["language"].initial = home.language if home else "en"
        sites = queries.sites(None).model._default_manager.visible_to(actor)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]
        if organisations == 1:
            self.fields["organisation"].widget = forms.HiddenInput()

    def values(self) -> dict[str, Any]:
        """Return the keyword arguments for ``actions.edit`` or ``actions.create``, organisation and version apart."""
        cleaned = dict(self.cleaned_data)
        manager, site = cleaned.pop("manager"), cleaned.pop("site")
        for name in ("version", "organisation"):
            cleaned.pop(name, None)
        if not cleaned.get("email", "x"):
            cleaned.pop("email")
        return {**cleaned, "manager_id": manager and manager.pk, "site_id": site and site.pk}


def _person_values(person: Person) -> dict[str, Any]:
    names = ("version", "name", "email", "title", "language", "is_vip", "note")
    return {**{name: getattr(person, name) for name in names}, "manager": person.manager_id, "site": person.site_id}


class ContactPointForm(forms.Form):
    """One more mail address or phone number."""

    value = forms.CharField(label=_("Mail address or phone number"), max_length=254)

    @property
    def kind(self) -> str:
        """Which of the two was typed."""
        return ContactPoint.Kind.EMAIL if "@" in self.cleaned_data["value"] else ContactPoint.Kind.PHONE


class RolesForm(forms.Form):
    """What a person may do, and for whom they work."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=Role, widget=forms.CheckboxSelectMultiple, required=False
    )
    serves = forms.ModelMultipleChoiceField(
        Organisation.objects.none(), label=_("Also works for"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, data: Any = None, *, actor: Actor, person: Person) -> None:
        serves = list(person.serves.values_list("pk", flat=True))
        super().__init__(data, initial={"roles": person.roles, "serves": serves})
        others = queries.organisations(actor).exclude(pk=person.organisation_id)
        self.fields["serves"].queryset = others  # type: ignore[attr-defined]
        if not others:
            del self.fields["serves"]


class MergeForm(forms.Form):
    """Whom to merge into this person."""

    absorbed = PersonField(label=_("The other entry"))

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        narrow(self, "absorbed", actor)


class TeamForm(forms.Form):
    """A team and its members."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=100)
    line = forms.TypedChoiceField(label=_("Line"), choices=Team.Line, coerce=int)
    members = PersonsField(label=_("Members"), required=False)
    is_active = forms.BooleanField(label=_("In use"), required=False, initial=True)

    def __init__(self, data: Any = None, *, actor: Actor, team: Team | None = None) -> None:
        super().__init__(data, initial=_team_values(team) if team else {})
        narrow(self, "members", actor)
        organisations = queries.organisations(actor)
        self.fields["organisation"].queryset = organisations  # type: ignore[attr-defined]
        if team is not None:
            del self.fields["organisation"]
        else:
            del self.fields["is_active"]
            self.fields["organisation"].initial = actor.organisation_id
            if len(organisations) == 1:
                self.fields["organisation"].widget = forms.HiddenInput()

    @property
    def member_ids(self) -> list[int]:
        """The chosen members."""
        return [person.pk for person in self.cleaned_data["members"]]


def _team_values(team: Team) -> dict[str, Any]:
    members = list(team.members.values_list("pk", flat=True))
    return {
        "version": team.version, "name": team.name, "line": team.line, "members": members, "is_active": team.is_active,
    }  # fmt: skip


class OrganisationForm(forms.Form):
    """An organisation."""

    name = forms.CharField(label=_("Name"), max_length=200)
    language = forms.ChoiceField(label=_("Language"), choices=Language)
    mail_domains = LinesField(
        label=_("Mail domains"),
        help_text=_("Unknown senders from these domains belong to this organisation. One per line: example.com"),
    )


class ImportForm(forms.Form):
    """A file of people, and whose they are."""

    organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Organisation"), empty_label=None)
    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text=_("CSV as any spreadsheet saves it. The first line names the columns: Name, E-mail, Phone, Title, "
                    "Language, Manager, Site, Team, VIP, Note; also in Swedish or Norwegian."),
    )  # fmt: skip

    def __init__(self, data: Any = None, files: Any = None, *, actor: Actor) -> None:
        super().__init__(data, files)
        self.fields["organisation"].queryset = queries.organisations(actor)  # type: ignore[attr-defined]
        self.fields["organisation"].initial = actor.organisation_id


class ProfileForm(forms.Form):
    """One's own particulars."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.ChoiceField(label=_("Primary mail address"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language)

    def __init__(self, data: Any = None, *, person: Person) -> None:
        super().__init__(data, initial={"name": person.name, "email": person.email, "language": person.language})
        mails = person.contact_points.filter(kind=ContactPoint.Kind.EMAIL).values_list("value", flat=True)
        self.fields["email"].choices = [(mail, mail) for mail in mails]  # type: ignore[attr-defined]
        if len(mails) < 2:
            del self.fields["email"]


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label=_("What for"), max_length=100, help_text=_("Such as “inventory script on srv-2”."))
    days = forms.TypedChoiceField(
        label=_("Works for"),
        coerce=int,
        choices=[(30, _("30 days")), (90, _("90 days")), (365, _("1 year")), (0, _("until it is revoked"))],
        initial=90,
    )
    scopes = forms.MultipleChoiceField(
        label=_("Only for"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose nothing to allow everything that you may do yourself."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, actor: Actor) -> None:
        super().__init__(data)
        self.fields["scopes"].choices = [(name, name) for name in sorted(actor.permissions)]  # type: ignore[attr-defined]


class ChoosePasswordForm(forms.Form):
    """A first password, for an invitation."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters; a sentence is easier to remember than signs."),
    )  # fmt: skip
    again = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        cleaned = super().clean() or {}
        if cleaned.get("password") and cleaned.get("again") and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two passwords differ. Type the same one twice."))
        return cleaned
