"""What ``drifta up`` does in Django before the processes start: migrate, introduce the probe, invite, fill."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from drifta.people.roles import ADMINISTRATOR
from drifta.site import cli_migrate, supervisor_invitation
from drifta.site.cli_options import Options
from drifta.site.cli_words import say
from drifta.words import gettext_noop as _


def prepare_house(options: Options) -> str | None:
    """Bring the database up to date; returns the sign-up link while there is no administrator."""
    if waiting := cli_migrate.pending():
        say(_("Preparing the database (%(count)d steps)."), count=len(waiting))
        cli_migrate.apply()
    return _invitation(options)


def _invitation(options: Options) -> str | None:
    if get_user_model().objects.filter(is_active=True, roles__contains=[ADMINISTRATOR]).exists():
        return None
    return f"{options.public_url}/setup/{supervisor_invitation.issue(options.data)}"
