"""Desk addresses: added, changed, removed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.channels.events import AddressChanged
from drifta.channels.models import DeskAddress
from drifta.desk import queries as desk
from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people import queries as people


@action("channels.add_address", label=gettext_lazy("Add a desk address"), icon="at")
def add_address(
    actor: Actor,
    *,
    organisation_id: int,
    address: str,
    name: str = "",
    team_id: int | None = None,
    category_id: int | None = None,
    language: str = "en",
    is_default: bool = False,
) -> DeskAddress:
    """Take mail to this address in from now on. The first address of an organisation is used for outgoing mail."""
    if not actor.sees_organisation(organisation_id):
        raise Refused(_("You cannot set up mail for this organisation. Choose one of your own."))
    _refuse_foreign(actor, organisation_id, team_id, category_id)
    is_first = not DeskAddress.objects.filter(organisation_id=organisation_id, is_default=True).exists()
    row = DeskAddress(organisation_id=organisation_id)
    values = {"name": name, "team_id": team_id, "category_id": category_id, "language": language}
    _save(row, {**values, "address": address, "is_default": is_default or is_first, "is_active": True})
    emit(actor, AddressChanged(address=row.address), subject=row)
    return row


@action("channels.change_address", label=gettext_lazy("Change"), icon="edit", versioned=True, offered=False)
def change_address(
    actor: Actor,
    row: DeskAddress,
    *,
    address: str,
    name: str = "",
    team_id: int | None = None,
    category_id: int | None = None,
    language: str = "en",
    is_default: bool = False,
    is_active: bool = True,
) -> DeskAddress:
    """Change where mail to the address goes."""
    _refuse_foreign(actor, row.organisation_id, team_id, category_id)
    values = {"name": name, "team_id": team_id, "category_id": category_id, "language": language}
    row.version += 1
    _save(row, {**values, "address": address, "is_default": is_default, "is_active": is_active})
    emit(actor, AddressChanged(address=row.address), subject=row)
    return row


@action("channels.remove_address", label=gettext_lazy("Remove"), icon="trash", danger=True)
def remove_address(actor: Actor, row: DeskAddress) -> None:
    """Refuse mail to this address from now on. Another one of the organisation takes over outgoing mail."""
    emit(actor, AddressChanged(address=row.address), subject=row)
    organisation_id, was_default = row.organisation_id, row.is_default
    row.delete()
    heir = DeskAddress.objects.filter(organisation_id=organisation_id).order_by("pk").first()
    if was_default and heir is not None:
        change(heir, is_default=True)


def _refuse_foreign(actor: Actor, organisation_id: int, team_id: int | None, category_id: int | None) -> None:
    """Refuse a team or category of another organisation."""
    if team_id and not people.teams(actor, organisation_id).filter(pk=team_id).exists():
        raise Refused(_("This team does not exist here. Choose another one."))
    if category_id and not desk.categories([organisation_id]).filter(pk=category_id).exists():
        raise Refused(_("This category does not exist here. Choose another one."))


def _save(row: DeskAddress, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.address = row.address.strip().lower()
    try:
        row.clean_fields()
    except ValidationError as error:
        raise Refused(_("“%(address)s” is no mail address. Correct it.") % {"address": row.address}) from error
    if row.is_default:
        others = DeskAddress.objects.filter(organisation_id=row.organisation_id, is_default=True).exclude(pk=row.pk)
        others.update(is_default=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_("This address is set up already. Change the one that is there.")) from error
