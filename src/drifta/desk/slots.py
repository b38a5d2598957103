"""What the desk adds to pages: menu entries, boxes on Today, panels of tickets."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drifta.desk import panels as content
from drifta.desk.forms import FORMS
from drifta.ui import menu, panels, states
from drifta.ui.doing import register_form
from drifta.ui.menu import MenuEntry
from drifta.ui.panels import Panel
from drifta.ui.states import State


def _dialog(verb: str, ticket: Any) -> str:
    return reverse("desk:do", args=[ticket.pk, verb])


for verb in FORMS:
    register_form(f"desk.{verb}", partial(_dialog, verb))

menu.register(
    MenuEntry(_("Tickets"), "ticket", "desk:list", order=20, permission="desk.read_all", key="g t", phone=True)
)
menu.register(MenuEntry(_("Phone"), "phone", "desk:phone", order=30, permission="desk.work", key="g c"))
menu.register(MenuEntry(_("Ticket"), "ticket", "desk:new", order=10, permission="desk.work", place="new", key="c"))
menu.register(MenuEntry(_("Portal"), "lifebuoy", "desk:portal", order=80, permission="desk.create", place="user"))

menu.register(
    MenuEntry(_("Categories"), "tag", "desk:categories", order=30, permission="desk.edit_category",
              place="administration")
)  # fmt: skip
states.register(State("archived", _("Archived"), "archive", "neutral"))

panels.slot("today").register(
    Panel("desk.mine", _("Mine"), "desk/panels/mine.html", content.mine, permission="desk.work", order=20)
)
panels.slot("today").register(
    Panel("desk.due", _("Due today"), "desk/panels/due.html", content.due, permission="desk.work", order=30)
)
panels.slot("today").register(
    Panel(
        "desk.unassigned",
        _("Unassigned in my lines"),
        "desk/panels/unassigned.html",
        content.unassigned,
        permission="desk.work",
        order=40,
    )
)
panels.slot("ticket.context").register(
    Panel("desk.facts", _("About"), "desk/panels/facts.html", content.facts, order=20)
)
panels.slot("ticket.context").register(
    Panel("desk.also", _("Other tickets"), "desk/panels/also.html", content.also, order=60)
)
panels.slot("person.main").register(
    Panel("desk.tickets", _("Tickets"), "desk/panels/of_person.html", content.of_person, permission="desk.read_all")
)
panels.slot("asset.main").register(
    Panel("desk.tickets", _("Tickets"), "desk/panels/of_asset.html", content.of_asset, permission="desk.read_all")
)
panels.slot("shell.bar").register(
    Panel("desk.bell", _("Notices"), "desk/parts/bell.html", content.bell, permission="desk.read_all", order=50)
)
