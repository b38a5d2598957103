"""Slots: places on a page that other modules fill with panels, each with its own query and permission.

The module that owns the page writes ``{% slot "ticket.context" ticket %}``; another one, in its ``slots.py``::

    panels.slot("ticket.context").register(Panel("alerts", _("Alerts"), "monitoring/panels/alerts.html", open_alerts))
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from drifta.kernel.permissions import may
from drifta.ui.menu import actor_of

log = logging.getLogger(__name__)

#: Gives a panel's template what it shows, or None when there is nothing to be shown.
Content = Callable[[HttpRequest, Any], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Panel:
    """A part of a page: ``template`` is rendered with what ``content`` returns and ``request``, ``object``, ``panel``.

    Shown to actors who hold ``permission`` for the object (for the page when there is none).
    """

    key: str
    title: str | Promise
    template: str
    content: Content
    permission: str | None = None
    order: int = 100


@dataclass
class Slot:
    """A named place with its panels."""

    name: str
    panels: dict[str, Panel] = field(default_factory=dict)

    def register(self, panel: Panel) -> Panel:
        """Add a panel. Raises ``ValueError`` when its key is taken in this slot."""
        if panel.key in self.panels:
            raise ValueError(f"The slot '{self.name}' has the panel '{panel.key}' twice.")
        self.panels[panel.key] = panel
        return panel

    def render(self, request: HttpRequest, obj: Any = None) -> list[SafeString]:
        """Return the panels that this actor may see, in order; one that fails shows that it failed."""
        ordered = sorted(self.panels.values(), key=lambda panel: (panel.order, panel.key))
        rendered = (_render(panel, request, obj) for panel in ordered)
        return [html for html in rendered if html]


_slots: dict[str, Slot] = {}


def slot(name: str) -> Slot:
    """Return the slot of this name; asking for it makes it."""
    return _slots.setdefault(name, Slot(name))


def _render(panel: Panel, request: HttpRequest, obj: Any) -> SafeString:
    if panel.permission is not None and not may(actor_of(request), panel.permission, obj):
        return SafeString("")
    try:
        content = panel.content(request, obj)
        if content is None:
            return SafeString("")
        context = {"object": obj, "panel": panel, **content}
        return render_to_string(panel.template, context, request=request)
    except Exception:
        log.exception("The panel '%s' failed", panel.key)
        return render_to_string("ui/parts/panel_failed.html", {"panel": panel}, request=request)
