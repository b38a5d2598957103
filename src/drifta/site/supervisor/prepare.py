"""What ``drifta up`` does in Django before the processes start: migrate, introduce the probe, invite, fill."""

from __future__ import annotations

import secrets
from pathlib import Path

from django.contrib.auth import get_user_model

from drifta.kernel.actor import SYSTEM
from drifta.monitoring.actions import local_probe
from drifta.people.models import Organisation
from drifta.people.roles import ADMINISTRATOR
from drifta.site.commands import migrate
from drifta.site.commands.options import Options
from drifta.site.commands.words import Trouble, say
from drifta.site.demo import organisation as demo
from drifta.site.supervisor import invitation
from drifta.words import gettext_noop as _
from drifta.words import ngettext, translate


def prepare_house(options: Options) -> list[str]:
    """Bring the database up to date; returns the lines to print when everything is ready."""
    if waiting := migrate.pending():
        text = ngettext(
            "Preparing the database (%(count)d step).", "Preparing the database (%(count)d steps).", len(waiting)
        )
        say(text, count=len(waiting))
        migrate.apply()
    introduce_probe(options.data / "probe" / "key")
    examples = _examples() if options.demo else []
    return examples + _invitation(options)


def _examples() -> list[str]:
    """Enter the example organisation into an empty Drifta; returns how to sign in."""
    if Organisation.objects.filter(is_demo=True).exists():
        return []
    if Organisation.objects.exists():
        raise Trouble(_("This Drifta is in use already. Start the example in a new directory: --demo --data DIR"))
    say(_("Entering the example data."))
    password = secrets.token_urlsafe(12)
    demo.fill(password)
    people = get_user_model().objects.filter(is_active=True, roles__contains=[ADMINISTRATOR])
    address = people.order_by("pk").values_list("email", flat=True)[0]
    text = _("Example data only. Sign in as %(address)s with the password %(password)s")
    return [translate(text, address=address, password=password)]


def introduce_probe(key_file: Path) -> None:
    """See that the probe of this machine is entered and has its key."""
    key = key_file.read_text(encoding="ascii").strip() if key_file.exists() else None
    fresh = local_probe(SYSTEM, key=key)
    if fresh is not None:
        key_file.touch(mode=0o600)
        key_file.write_text(fresh + "\n", encoding="ascii")


def _invitation(options: Options) -> list[str]:
    """The sign-up link, while there is no administrator."""
    if get_user_model().objects.filter(is_active=True, roles__contains=[ADMINISTRATOR]).exists():
        return []
    link = f"{options.public_url}/setup/{invitation.issue(options.data)}/"
    return [translate(_("Open this link once to become the administrator: %(link)s"), link=link)]
