"""Organisations: whose people, assets and tickets these are."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drifta.kernel.actions import Refused, action
from drifta.kernel.actor import Actor
from drifta.kernel.events import emit
from drifta.kernel.models import change
from drifta.people.events import OrganisationCreated, OrganisationEdited
from drifta.people.models import Organisation, Person


@action("people.create_organisation", label=gettext_lazy("Add organisation"), icon="building")
def create_organisation(
    actor: Actor, *, name: str, language: str = "en", mail_domains: Sequence[str] = (), is_demo: bool = False
) -> Organisation:
    """Add an organisation; whoever adds it works for it from now on."""
    organisation = Organisation(
        name=name.strip(), language=language, mail_domains=clean_domains(mail_domains), is_demo=is_demo
    )
    _save(organisation)
    if actor.person_id is not None:
        Person.objects.get(pk=actor.person_id).serves.add(organisation)
    emit(actor, OrganisationCreated(organisation=organisation.pk, name=organisation.name), subject=organisation)
    return organisation


@action("people.edit_organisation", label=gettext_lazy("Edit organisation"), icon="edit", own_page=True)
def edit_organisation(
    actor: Actor,
    organisation: Organisation,
    *,
    name: str | None = None,
    language: str | None = None,
    mail_domains: Sequence[str] | None = None,
) -> Organisation:
    """Change what is given; ``None`` leaves a value as it is."""
    wanted = {
        "name": name.strip() if name is not None else None,
        "language": language,
        "mail_domains": clean_domains(mail_domains) if mail_domains is not None else None,
    }
    values = {field: value for field, value in wanted.items() if value not in (None, getattr(organisation, field))}
    if values:
        _save(organisation, **values)
        fact = OrganisationEdited(organisation=organisation.pk, name=organisation.name, fields=", ".join(values))
        emit(actor, fact, subject=organisation)
    return organisation


def clean_domains(domains: Sequence[str]) -> list[str]:
    """Return mail domains in lower case, without @ and blanks, each once. Raises ``Refused`` for what is none."""
    cleaned = [domain.strip().lower().removeprefix("@").rstrip(".") for domain in domains]
    for domain in cleaned:
        if "." not in domain.strip(".") or any(letter in domain for letter in " @/:"):
            raise Refused(_("“%(domain)s” is not a mail domain. Write it like example.com.") % {"domain": domain})
    return list(dict.fromkeys(cleaned))


def _save(organisation: Organisation, **values: object) -> None:
    try:
        with transaction.atomic():
            if values:
                change(organisation, **values)
            else:
                organisation.save()
    except IntegrityError as error:
        raise Refused(_("There is already an organisation with this name. Choose another name.")) from error
