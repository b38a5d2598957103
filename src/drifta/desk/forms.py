"""Forms of the agents' pages."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from email.utils import parseaddr
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from drifta.desk import references
from drifta.desk.models import Category, Level, Priority, Ticket
from drifta.kernel import clock
from drifta.kernel.actor import Actor
from drifta.people import queries as people

Choices = list[tuple[str, Any]]

_NONE = ("", "–")


class MultipleFileInput(forms.ClearableFileInput):
    """A field for several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; empty when none were chosen."""

    widget = MultipleFileInput

    def __init__(self) -> None:
        super().__init__(required=False, label=_("Attachments"))

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the list of the files."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


class ChooserField(forms.CharField):
    """One number out of many rows, found as one types; what else is typed stays text when ``create`` is given."""

    def __init__(
        self, *, url: str, label: Any, create: bool = False, required: bool = False, help_text: Any = ""
    ) -> None:
        attrs = {"data-chooser": "", "data-url": url, **({"data-create": ""} if create else {})}
        self.create = create
        super().__init__(label=label, required=required, help_text=help_text, widget=forms.Select(attrs=attrs))

    def offer(self, value: Any, text: str) -> None:
        """Name the value that is chosen already."""
        self.widget.choices = [_NONE, (str(value), text)] if value else [_NONE]

    def clean(self, value: Any) -> Any:
        """Return the number; with ``create`` also other text."""
        text = super().clean(value)
        if not text or (self.create and not text.isdecimal()):
            return text or None
        if not text.isdecimal() or len(text) > 18:
            raise ValidationError(_("Choose one of the list."))
        return int(text)


class NumberChoiceField(forms.ChoiceField):
    """One of a few numbers; 0 when nothing is chosen, by which actions empty a field."""

    def clean(self, value: Any) -> Any:
        """Return the number."""
        return int(super().clean(value) or 0)


class SeveralField(forms.MultipleChoiceField):
    """Several numbers out of many rows, found as one types."""

    def __init__(self, *, url: str, label: Any, create: bool = False) -> None:
        attrs = {"data-chooser": "", "data-url": url, **({"data-create": ""} if create else {})}
        super().__init__(label=label, required=False, widget=forms.SelectMultiple(attrs=attrs))

    def offer(self, chosen: Iterable[Any]) -> None:
        """Name the rows that are chosen already."""
        self.choices = [(str(row.pk), str(row)) for row in chosen]

    def valid_value(self, value: object) -> bool:  # noqa: ARG002 - the framework's question
        """Any value may have been found; the action looks whether it exists."""
        return True


class NumbersField(SeveralField):
    """Several numbers."""

    def clean(self, value: Any) -> Any:
        """Return the numbers."""
        given = super().clean(value)
        if not all(one.isdecimal() and len(one) < 19 for one in given):
            raise ValidationError(_("Choose from the list."))
        return [int(one) for one in given]


def teams(actor: Actor) -> Choices:
    """Return the teams to choose from, by line."""
    return [_NONE, *((str(team.pk), team.name) for team in people.teams(actor))]


def category_choices(actor: Actor, organisation_id: int | None = None) -> Choices:
    """Return the categories in use, by path."""
    rows = Category.objects.visible_to(actor).filter(is_active=True).select_related("parent")
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    return [_NONE, *sorted(((str(row.pk), row.path) for row in rows), key=lambda pair: pair[1].casefold())]


def site_choices(organisation_id: int) -> Choices:
    """Return an organisation's sites."""
    rows = references.rows("inventory.Site").filter(organisation_id=organisation_id).order_by("name")
    return [_NONE, *((str(row.pk), row.name) for row in rows)]


class WriteForm(forms.Form):
    """What the composer sends: an answer, a note, or what was said on the phone."""

    text = forms.CharField(required=False, strip=False, widget=forms.Textarea)
    cc = SeveralField(url=reverse_lazy("desk:choose-address"), label=_("Copy to"), create=True)  # type: ignore[arg-type]
    attached = FilesField()
    #: The newest message the writer has seen, so that one that crossed is shown before sending.
    seen = forms.IntegerField(required=False, min_value=0)
    anyway = forms.BooleanField(required=False)
    state = forms.ChoiceField(required=False, choices=Ticket.State.choices)

    def clean_cc(self) -> list[str]:
        """Return the copies' mail addresses."""
        addresses = [parseaddr(one)[1].lower() for one in self.cleaned_data["cc"]]
        for address in addresses:
            try:
                validate_email(address)
            except ValidationError as error:
                raise ValidationError(_("A copy goes to a mail address, such as name@example.org.")) from error
        return addresses


class NewTicketForm(forms.Form):
    """A ticket that an agent enters, mostly for somebody else."""

    requester = ChooserField(
        url="",
        label=_("Who reports it"),
        create=True,
        help_text=_("A name, mail address or phone number. Somebody new: write the mail address."),
    )
    subject = forms.CharField(label=_("What is it about"), max_length=250)
    text = forms.CharField(label=_("Description"), required=False, strip=False, widget=forms.Textarea)
    kind = forms.ChoiceField(label=_("Kind"), choices=Ticket.Kind.choices, initial="incident")
    channel = forms.ChoiceField(
        label=_("How it came in"),
        choices=[("phone", _("phone")), ("web", _("in person")), ("mail", _("mail"))],
        initial="phone",
    )
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Level.choices, coerce=int, initial=3)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Level.choices, coerce=int, initial=2)
    category = forms.ChoiceField(label=_("Category"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)
    assets = NumbersField(url="", label=_("Devices concerned"))
    attached = FilesField()
    take = forms.BooleanField(label=_("I take it"), required=False, initial=True)

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["requester"].widget.attrs["data-url"] = reverse("desk:choose")
        self.fields["assets"].widget.attrs["data-url"] = reverse("desk:choose-asset")
        self.fields["category"].choices = category_choices(actor)  # type: ignore[attr-defined]
        self.fields["team"].choices = teams(actor)  # type: ignore[attr-defined]


class EditForm(forms.Form):
    """What a ticket is about."""

    subject = forms.CharField(label=_("Subject"), max_length=250)
    kind = forms.ChoiceField(label=_("Kind"), choices=Ticket.Kind.choices)
    impact = forms.TypedChoiceField(label=_("Impact"), choices=Level.choices, coerce=int)
    urgency = forms.TypedChoiceField(label=_("Urgency"), choices=Level.choices, coerce=int)
    category_id = NumberChoiceField(label=_("Category"), required=False)
    site_id = NumberChoiceField(label=_("Site"), required=False)
    requester_id = ChooserField(url="", label=_("Requester"))
    asset_ids = NumbersField(url="", label=_("Devices"))
    service_ids = NumbersField(url="", label=_("Services"))

    def __init__(self, *args: Any, actor: Actor, ticket: Ticket, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["category_id"].choices = category_choices(actor, ticket.organisation_id)  # type: ignore[attr-defined]
        self.fields["site_id"].choices = site_choices(ticket.organisation_id)  # type: ignore[attr-defined]
        self._chooser("requester_id", "desk:choose").offer(ticket.requester_id, str(ticket.requester or ""))
        self._several("asset_ids", "desk:choose-asset").offer(ticket.assets.all())
        self._several("service_ids", "desk:choose-service").offer(ticket.services.all())

    def _chooser(self, name: str, url: str) -> ChooserField:
        field = self.fields[name]
        assert isinstance(field, ChooserField)
        field.widget.attrs["data-url"] = reverse(url)
        return field

    def _several(self, name: str, url: str) -> NumbersField:
        field = self.fields[name]
        assert isinstance(field, NumbersField)
        field.widget.attrs["data-url"] = reverse(url)
        return field

    def clean_requester_id(self) -> int:
        """Return 0 for nobody, as the action has it."""
        return self.cleaned_data["requester_id"] or 0


class ActionForm(forms.Form):
    """Base of the forms in front of an action; their cleaned values are its parameters."""

    #: The action's verb, the words on its button, and a line about what it does.
    verb = ""
    submit: Any = ""
    about: Any = ""

    def __init__(self, *args: Any, actor: Actor, ticket: Ticket | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.actor, self.ticket = actor, ticket

    def values(self) -> dict[str, Any]:
        """Return the action's parameters."""
        return dict(self.cleaned_data)


class AssignForm(ActionForm):
    """Give the ticket to a team, a person, or both."""

    verb, submit = "assign", _("Assign")
    team_id = NumberChoiceField(label=_("Team"), required=False)
    owner_id = NumberChoiceField(label=_("Person"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        organisation_id = self.ticket.organisation_id if self.ticket else self.actor.organisation_id
        self.fields["team_id"].choices = teams(self.actor)  # type: ignore[attr-defined]
        agents = people.agents(organisation_id or 0)
        self.fields["owner_id"].choices = [_NONE, *((str(one.pk), one.name) for one in agents)]  # type: ignore[attr-defined]
        if self.ticket:
            self.initial = {"team_id": self.ticket.team_id, "owner_id": self.ticket.owner_id, **self.initial}


class HandOverForm(ActionForm):
    """Pass the ticket to another team with what it needs to know."""

    verb, submit = "hand_over", _("Hand over")
    about = _("The requester notices nothing: it stays one ticket. Only colleagues see this note.")
    team_id = NumberChoiceField(label=_("To the team"))
    note = forms.CharField(label=_("What is the matter"), widget=forms.Textarea)
    tried = forms.CharField(label=_("What was tried"), required=False, widget=forms.Textarea)
    expected = forms.CharField(label=_("What is expected of them"), required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        here = str(self.ticket.team_id) if self.ticket else ""
        self.fields["team_id"].choices = [one for one in teams(self.actor) if one[0] != here]  # type: ignore[attr-defined]


class HoldForm(ActionForm):
    """Let the ticket wait until a day, or until the requester answers."""

    verb, submit = "hold", _("Put on hold")
    reason = forms.CharField(label=_("What it waits for"), max_length=300)
    until = forms.DateTimeField(
        label=_("Until"),
        required=False,
        help_text=_("Left empty, it waits until the requester answers."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("until", _next_morning())


def _next_morning() -> datetime:
    """Return eight o'clock on the next working day."""
    day = timezone.localtime(clock.now()).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(8)))


class ResolveForm(ActionForm):
    """Say how it was solved."""

    verb, submit = "resolve", _("Resolve")
    about = _("The requester is told. It closes by itself after some days, unless they object.")
    resolution = forms.CharField(label=_("How it was solved"), widget=forms.Textarea)


class CloseForm(ActionForm):
    """Close, with how it was solved."""

    verb, submit = "close", _("Close")
    resolution = forms.CharField(label=_("How it was solved"), required=False, widget=forms.Textarea)


class ReopenForm(ActionForm):
    """Open it again, with the reason."""

    verb, submit = "reopen", _("Re-open")
    reason = forms.CharField(label=_("Why"), required=False, widget=forms.Textarea)


class LinkForm(ActionForm):
    """Tie the ticket to another one."""

    verb, submit = "link", _("Link")
    target = forms.CharField(label=_("Number of the other ticket"), max_length=20)


class WatchForm(ActionForm):
    """Keep somebody informed."""

    verb, submit = "watch", _("Add watcher")
    about = _("Watchers see the ticket and get its public messages.")
    person_id = ChooserField(url="", label=_("Who"), required=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person_id"].widget.attrs["data-url"] = reverse("desk:choose")


class PriorityForm(ActionForm):
    """Set the priority directly."""

    verb, submit = "prioritise", _("Set priority")
    wanted = forms.TypedChoiceField(label=_("Priority"), coerce=int, choices=Priority.choices)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.ticket:
            self.initial.setdefault("wanted", self.ticket.priority)


FORMS: dict[str, type[ActionForm]] = {
    form.verb: form
    for form in (
        AssignForm,
        HandOverForm,
        HoldForm,
        ResolveForm,
        CloseForm,
        ReopenForm,
        LinkForm,
        WatchForm,
        PriorityForm,
    )
}


class SaveViewForm(forms.Form):
    """A name for the present list."""

    name = forms.CharField(label=_("Name"), max_length=80)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)
    share = forms.ChoiceField(label=_("For"), required=False)

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        mine = [(str(team.pk), team.name) for team in people.teams(actor) if team.pk in actor.team_ids]
        self.fields["share"].choices = [  # type: ignore[attr-defined]
            ("", gettext("me alone")),
            *mine,
            ("all", gettext("everybody")),
        ]


class CategoryForm(forms.Form):
    """A category: its name, what it stands under, and who gets its tickets."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=int, required=False)
    name = forms.CharField(label=_("Name"), max_length=100)
    parent_id = NumberChoiceField(label=_("Under"), required=False)
    team_id = NumberChoiceField(
        label=_("Team"), required=False, help_text=_("New tickets of this category go to the team.")
    )

    def __init__(self, data: Any = None, *, actor: Actor, category: Category | None = None) -> None:
        super().__init__(data)
        parents = Category.objects.visible_to(actor).filter(parent=None, is_active=True)
        if category is not None:
            self.initial = {name: getattr(category, name) for name in ("version", "name", "parent_id", "team_id")}
            parents = parents.filter(organisation_id=category.organisation_id).exclude(pk=category.pk)
        organisations = [(str(one.pk), one.name) for one in people.organisations(actor)]
        if category is not None or len(organisations) == 1:
            organisations = []
        self._offer("parent_id", [_NONE, *((str(one.pk), one.name) for one in parents)])
        self._offer("team_id", teams(actor))
        self._offer("organisation", organisations)
        self.initial.setdefault("organisation", actor.organisation_id)
        if not organisations:
            self.fields["organisation"].widget = forms.HiddenInput()
            self.initial["organisation"] = None

    def _offer(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        """Return the action's parameters."""
        return {name: self.cleaned_data[name] for name in ("name", "parent_id", "team_id")}
