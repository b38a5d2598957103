"""Forms of monitoring. A check's own settings come from its kind; these are the ones that every check has."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from drifta.kernel.actor import Actor
from drifta.monitoring.models import Check, Probe
from drifta.ui.numbers import NumberField


class CheckForm(forms.Form):
    """What every check has beside the settings of its kind."""

    name = forms.CharField(label=_("Name"), max_length=200)
    organisation_id = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    asset_id = forms.TypedChoiceField(
        label=_("Asset"),
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("What it runs on, if that is entered."),
    )
    probe_id = forms.TypedChoiceField(label=_("Probe"), coerce=int, help_text=_("From where it is looked at."))
    interval = NumberField(label=_("Interval, s"), initial=60, min_value=1, max_value=86_400)
    timeout = NumberField(label=_("Timeout, s"), initial=10, min_value=0.05, help_text=_("Less than the interval."))
    retries = forms.IntegerField(
        label=_("Retries"), initial=2, min_value=0, max_value=250, help_text=_("How often a fault is looked at again.")
    )
    retry_interval = NumberField(label=_("Time between retries, s"), initial=10, min_value=1, max_value=86_400)
    flapping = forms.BooleanField(
        label=_("Detect flapping"), initial=True, required=False, help_text=_("One alert while it comes and goes.")
    )
    depends_on = forms.TypedMultipleChoiceField(
        label=_("Depends on"), coerce=int, required=False, help_text=_("If one of these is bad, that is the cause.")
    )

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        actor: Actor,
        choices: dict[str, list[tuple[int, str]]],
        check: Check | None = None,
        **more: Any,
    ) -> None:
        super().__init__(data, **more)
        if check is not None:
            self.fields["organisation_id"].disabled = True
        if len(choices["organisation_id"]) == 1:
            self.fields["organisation_id"].widget = forms.HiddenInput()
        empty: list[tuple[Any, str]] = [("", "–")]
        for name, listed in choices.items():
            self.fields[name].choices = empty + listed if name == "asset_id" else listed  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["data-chooser"] = ""
        probes = Probe.objects.usable_by(actor).order_by("-local", "name")
        self.fields["probe_id"].choices = [(probe.pk, probe.name) for probe in probes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a timeout that is not shorter than the interval."""
        values = super().clean() or {}
        if values.get("timeout", 0) >= values.get("interval", 1e9):
            self.add_error("timeout", _("The timeout must be shorter than the interval."))
        return values


def stored_values(check: Check) -> dict[str, Any]:
    """Return what the form shows of a check."""
    names = ("name", "organisation_id", "asset_id", "probe_id", "interval", "timeout", "retries", "retry_interval")
    values = {name: getattr(check, name) for name in (*names, "flapping", "version")}
    return {**values, "depends_on": [parent.pk for parent in check.depends_on.all()]}


class ProbeForm(forms.Form):
    """A new probe."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("Such as the site's name: “Oslo”."))
    organisation_id = forms.TypedChoiceField(label=_("Organisation"), coerce=int)
    shared = forms.BooleanField(
        label=_("For every organisation"), required=False, help_text=_("It may run the checks of all organisations.")
    )
    site_id = forms.TypedChoiceField(label=_("Site"), coerce=int, empty_value=None, required=False)

    def __init__(self, data: Any = None, *, choices: dict[str, list[tuple[int, str]]]) -> None:
        super().__init__(data)
        for name, listed in choices.items():
            empty: list[tuple[Any, str]] = [("", "–")]
            self.fields[name].choices = empty + listed if name == "site_id" else listed  # type: ignore[attr-defined]
