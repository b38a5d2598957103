"""The form of a call: a new ticket, a word in one that is open, or one that is solved before they hang up."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from drifta.desk.forms import category_choices
from drifta.desk.models import Level, Ticket
from drifta.kernel.actor import Actor
from drifta.people import queries as people

#: What a call can become, with the fields that each needs.
NEEDED = {"new": ("subject",), "join": ("ticket", "text"), "solved": ("subject", "resolution")}


def _number(value: str) -> int:
    return int(value)


class CallForm(forms.Form):
    """What an agent writes down during a call. Fields that the mode does not use are ignored."""

    mode = forms.ChoiceField(choices=[(mode, mode) for mode in NEEDED], initial="new")
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone number"), max_length=60, required=False)
    email = forms.EmailField(label=_("Mail address"), max_length=254, required=False)
    organisation = forms.TypedChoiceField(label=_("Organisation"), coerce=_number, required=False)
    subject = forms.CharField(label=_("What is it about"), max_length=250, required=False)
    ticket = forms.TypedChoiceField(label=_("Which ticket"), coerce=_number, required=False, widget=forms.RadioSelect)
    text = forms.CharField(label=_("What was said"), required=False, strip=False, widget=forms.Textarea)
    resolution = forms.CharField(label=_("What solved it"), required=False, widget=forms.Textarea)
    assets = forms.TypedMultipleChoiceField(
        label=_("Devices concerned"), coerce=_number, required=False, widget=forms.CheckboxSelectMultiple
    )
    category = forms.TypedChoiceField(label=_("Category"), coerce=_number, required=False, empty_value=None)
    impact = forms.TypedChoiceField(
        label=_("Impact"), choices=Level.choices, coerce=_number, initial=3, required=False
    )
    urgency = forms.TypedChoiceField(
        label=_("Urgency"), choices=Level.choices, coerce=_number, initial=2, required=False
    )
    take = forms.BooleanField(label=_("I take it"), required=False, initial=True)

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        caller: Any,
        tickets: Iterable[Ticket],
        assets: Iterable[Any],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.caller = caller
        organisation_id = caller.organisation_id if caller else actor.organisation_id
        self._offer("ticket", [(str(one.pk), f"#{one.pk} {one.subject}") for one in tickets])
        self._offer("assets", [(str(one.pk), one.name) for one in assets])
        self._offer("category", category_choices(actor, organisation_id))
        if caller is None:
            self._offer("organisation", [(str(one.pk), one.name) for one in people.organisations(actor)])
            self.initial.setdefault("organisation", actor.organisation_id)

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for what the mode needs, and for the name of somebody who is not known yet."""
        given = dict(super().clean() or {})
        for name in ("impact", "urgency"):
            given[name] = given.get(name) or self.fields[name].initial
        needed = list(NEEDED.get(given.get("mode", ""), ()))
        if self.caller is None and given.get("mode") != "join":
            needed.insert(0, "name")
        for name in needed:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        return given
