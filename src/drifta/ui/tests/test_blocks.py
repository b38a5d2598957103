"""Small parts: states, times, panels, menus, buttons, and what they do for whoever may not."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import SafeString

from drifta.kernel import search
from drifta.kernel.actions import catalogue
from drifta.ui import banners, graphics, menu, panels, states, times
from drifta.ui.menu import MenuEntry
from drifta.ui.panels import Panel, Slot
from drifta.ui.tests.conftest import actor

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[1] / "templates"
HOUSE = Path(__file__).parents[2]


def request_by(*held: str) -> HttpRequest:
    request = RequestFactory().get("/tickets/42")
    request.actor = actor(*held)  # type: ignore[attr-defined]
    return request


def shown(source: str, **context: Any) -> str:
    return Template(source).render(Context({"request": request_by(), **context}))


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=5, minutes=59), "5 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=12), "12 days ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(minutes=-30), "in 30 min"),
    ],
)
def test_relative_times(ago: timedelta, text: str) -> None:
    assert times.relative(NOW - ago, NOW) == text


def test_every_state_has_shape_word_and_colour() -> None:
    for one in states.states.values():
        html = shown("{% state key %}", key=one.key)
        assert f"#{one.icon}" in html
        assert str(one.label) in html
        assert f"state-{one.tone}" in html


def test_an_undeclared_state_is_shown_as_unknown() -> None:
    assert "state-unknown" in shown("{% state 'half_done' %}")
    assert "Half done" in shown("{% state 'half_done' %}")


def test_initials() -> None:
    assert graphics.initials("Anna Maria Öberg") == "AÖ"
    assert graphics.initials("knut@example.org") == "KE"
    assert graphics.initials("") == "?"


def test_a_history_bar_has_90_slots_and_says_what_it_shows() -> None:
    html = graphics.history(["good"] * 100 + ["bad"], "Disk")
    assert html.count("<i ") == 90
    assert "Now: Bad" in html
    assert "No data yet" in graphics.history([])


def test_a_sparkline_leaves_gaps() -> None:
    assert graphics.sparkline([1, 2, None, 3, 4]).count("M") == 2
    assert "–" in graphics.sparkline([1])


def test_a_name_is_escaped_although_it_was_shown_as_markup_before() -> None:
    assert "<i>Eva</i>" in shown("{% person who %}", who=SafeString("<i>Eva</i>"))
    assert "<i>Eva</i>" not in shown("{% person who %}", who="<i>Eva</i>")


def test_names_are_escaped() -> None:
    html = shown("{% person who %}{% avatar who %}", who="<b>Eva</b>")
    assert "<b>" not in html


def test_a_slot_shows_what_the_viewer_may_see_in_order() -> None:
    slot = Slot("test")
    slot.register(Panel("b", "B", "ui/parts/empty.html", lambda request, obj: {"title": "second"}, order=2))
    slot.register(Panel("a", "A", "ui/parts/empty.html", lambda request, obj: {"title": "first"}, order=1))
    slot.register(
        Panel("c", "C", "ui/parts/empty.html", lambda request, obj: {"title": "secret"}, permission="x.view")
    )
    slot.register(Panel("d", "D", "ui/parts/empty.html", lambda request, obj: None))
    html = "".join(slot.render(request_by()))
    assert html.index("first") < html.index("second")
    assert "secret" not in html


def test_a_panel_that_fails_does_not_take_the_page_with_it() -> None:
    slot = Slot("test")
    slot.register(Panel("bad", "Alerts", "ui/parts/empty.html", lambda request, obj: {"title": 1 / 0}))
    slot.register(Panel("fine", "Fine", "ui/parts/empty.html", lambda request, obj: {"title": "still here"}))
    html = "".join(slot.render(request_by()))
    assert "could not be shown" in html
    assert "still here" in html


def test_registering_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_entries", {})
    panel = Panel("a", "A", "x.html", lambda request, obj: None)
    slot = Slot("test")
    slot.register(panel)
    with pytest.raises(ValueError, match="twice"):
        slot.register(panel)
    menu.register(MenuEntry("A", "home", "desk:list"))
    with pytest.raises(ValueError, match="twice"):
        menu.register(MenuEntry("B", "home", "desk:list"))
    with pytest.raises(ValueError, match="twice"):
        states.register(states.states["bad"])


@pytest.mark.usefixtures("gallery")
def test_a_menu_shows_what_one_may_and_marks_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_entries", {})
    menu.register(MenuEntry("Form", "forms", "gallery-form", order=2))
    menu.register(MenuEntry("Parts", "home", "gallery-parts", order=1))
    menu.register(MenuEntry("Hidden", "lock", "gallery-events", permission="x.view"))
    request = request_by()
    request.path = "/gallery/form"
    assert [(one.entry.label, one.current) for one in menu.shown(request, "work")] == [
        ("Parts", False),
        ("Form", True),
    ]
    assert menu.shown(HttpRequest(), "work") == []


def test_a_banner_source_that_fails_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(banners, "_sources", [])
    banners.register(lambda actor: 1 / 0)  # type: ignore[arg-type, return-value]
    banners.register(lambda actor: banners.Banner("late"))
    banners.register(lambda actor: banners.Banner("down", "bad"))
    assert [one.text for one in banners.banners_for(actor())] == ["down", "late"]


def test_slots_are_found_by_name() -> None:
    assert panels.slot("test.same") is panels.slot("test.same")


@pytest.mark.usefixtures("gallery")
@pytest.mark.django_db
def test_unknown_objects_have_no_buttons() -> None:
    assert shown("{% action_button 'no.such' obj %}", obj=None).strip() == ""


def used_icons() -> Iterator[tuple[str, str]]:
    """Yield every icon that a template, an action, a menu entry or a state names, with where that is."""
    for file in HOUSE.rglob("*.html"):
        for name in re.findall(r'{% icon "([a-z0-9-]+)"|icon(?:_name)?="([a-z0-9-]+)"', file.read_text()):
            yield "".join(name), str(file)
    for entry in catalogue.values():
        yield entry.icon, entry.name
    for shown_entry in menu._entries.values():
        yield shown_entry.icon, shown_entry.url_name
    for one in states.states.values():
        yield one.icon, one.key
    for source in search.sources.values():
        yield source.icon, source.kind


def test_every_icon_that_is_named_is_in_the_sprite() -> None:
    known = set(json.loads((HOUSE.parents[1] / "assets" / "icons.json").read_text()))
    missing = {(name, where) for name, where in used_icons() if name and name not in known}
    assert missing == set()


def test_templates_have_no_inline_scripts_styles_or_handlers() -> None:
    for file in TEMPLATES.rglob("*.html"):
        text = file.read_text()
        assert "style=" not in text, file
        assert "<script>" not in text, file
        assert " onclick=" not in text, file
