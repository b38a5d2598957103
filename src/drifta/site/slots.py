"""Menu entries of the site itself."""

from django.utils.translation import gettext_lazy as _

from drifta.kernel import jobs
from drifta.kernel.actor import Actor
from drifta.ui import menu
from drifta.ui.menu import MenuEntry


def _failed(actor: Actor) -> int | None:
    return len(jobs.failed_jobs(limit=100)) or None


menu.register(MenuEntry(_("Today"), "home", "site:today", order=10, permission="people.view", key="g h", phone=True))
menu.register(
    MenuEntry(
        _("Event log"), "history", "site:events", order=70, permission="events.view", place="administration", key="g e"
    )
)
menu.register(
    MenuEntry(
        _("Failed jobs"), "alert-circle", "site:jobs", order=80, permission="jobs.manage", place="administration",
        count=_failed,
    )
)  # fmt: skip
menu.register(
    MenuEntry(
        _("Settings"), "settings", "site:settings", order=90, permission="settings.change", place="administration",
        key="g s",
    )
)  # fmt: skip
