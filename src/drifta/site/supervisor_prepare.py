"""What ``drifta up`` does in Django before the processes start: migrate, introduce the probe, invite, fill."""

from __future__ import annotations

from pathlib import Path

from django.contrib.auth import get_user_model

from drifta.kernel.actor import SYSTEM
from drifta.monitoring.actions import local_probe
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
    _introduce_probe(options.data / "probe" / "key")
    return _invitation(options)


def _introduce_probe(key_file: Path) -> None:
    """See that the probe of this machine is entered and has its key."""
    key = key_file.read_text(encoding="ascii").strip() if key_file.exists() else None
    fresh = local_probe(SYSTEM, key=key)
    if fresh is not None:
        key_file.touch(mode=0o600)
        key_file.write_text(fresh + "\n", encoding="ascii")


def _invitation(options: Options) -> str | None:
    if get_user_model().objects.filter(is_active=True, roles__contains=[ADMINISTRATOR]).exists():
        return None
    return f"{options.public_url}/setup/{supervisor_invitation.issue(options.data)}"
