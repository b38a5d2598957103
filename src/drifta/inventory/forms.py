"""The forms of sites, assets and services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from drifta.inventory import queries
from drifta.inventory.models import Asset, Service, Site
from drifta.kernel.actor import Actor
from drifta.people import queries as people
from drifta.people.fields import PersonField, narrow


class _Form(forms.Form):
    """What the three have in common: the organisation, chosen once, and the version that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    organisation = forms.ModelChoiceField(people.organisations_of_nobody(), label=_("Organisation"), empty_label=None)

    def __init__(self, data: Any = None, *, actor: Actor, initial: dict[str, Any], known: bool) -> None:
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
            if name in ("version", "organisation"):
                continue
            if isinstance(self.fields[name], forms.ModelMultipleChoiceField):
                found[f"{name.removesuffix('s')}_ids"] = [one.pk for one in value]
            elif isinstance(self.fields[name], forms.ModelChoiceField):
                found[f"{name}_id"] = value.pk if value else None
            else:
                found[name] = value
        return found

    def clear(self) -> list[str]:
        """Return the references that were emptied."""
        return [name for name, value in self.values().items() if name.endswith("_id") and value is None]


class SiteForm(_Form):
    """A site."""

    name = forms.CharField(label=_("Name"), max_length=120)
    address = forms.CharField(label=_("Address"), max_length=300, required=False)
    time_zone = forms.CharField(label=_("Time zone"), max_length=60, initial="Europe/Stockholm")

    def __init__(self, data: Any = None, *, actor: Actor, row: Site | None = None) -> None:
        names = ("version", "name", "address", "time_zone")
        super().__init__(data, actor=actor, initial=_initial(row, names), known=row is not None)


class AssetForm(_Form):
    """An asset."""

    name = forms.CharField(label=_("Name"), max_length=120)
    kind = forms.ChoiceField(label=_("Kind"), choices=Asset.Kind)
    address = forms.CharField(label=_("Network address"), max_length=253, required=False)
    model = forms.CharField(label=_("Model"), max_length=120, required=False)
    serial = forms.CharField(label=_("Serial number"), max_length=120, required=False)
    site = forms.ModelChoiceField(Site.objects.none(), label=_("Site"), required=False, empty_label="–")
    owner = PersonField(label=_("Owner"), required=False, help_text=_("Who uses it, or answers for it."))
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def __init__(self, data: Any = None, *, actor: Actor, row: Asset | None = None) -> None:
        names = ("version", "name", "kind", "address", "model", "serial", "note")
        initial = _initial(row, names)
        if row is not None:
            initial |= {"site": row.site_id, "owner": row.owner_id}
        super().__init__(data, actor=actor, initial=initial, known=row is not None)
        organisation = row.organisation_id if row else None
        self.fields["site"].queryset = queries.sites(actor, organisation)  # type: ignore[attr-defined]
        narrow(self, "owner", actor)


class ServiceForm(_Form):
    """A service."""

    name = forms.CharField(label=_("Name"), max_length=120)
    owner_team = forms.ModelChoiceField(people.teams_of_nobody(), label=_("Team"), required=False, empty_label="–")
    assets = forms.ModelMultipleChoiceField(
        Asset.objects.none(), label=_("Depends on"), required=False,
        widget=forms.SelectMultiple(attrs={"data-chooser": True}),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def __init__(self, data: Any = None, *, actor: Actor, row: Service | None = None) -> None:
        initial = _initial(row, ("version", "name", "note"))
        if row is not None:
            initial |= {"owner_team": row.owner_team_id, "assets": list(row.assets.values_list("pk", flat=True))}
        super().__init__(data, actor=actor, initial=initial, known=row is not None)
        organisation = row.organisation_id if row else None
        self.fields["owner_team"].queryset = people.teams(actor, organisation)  # type: ignore[attr-defined]
        self.fields["assets"].queryset = queries.assets(actor, organisation).order_by("name")  # type: ignore[attr-defined]


def _initial(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names} if row is not None else {}
