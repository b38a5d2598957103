"""The building blocks in a real browser: accessible in every look, usable by keys alone, quiet under the policy."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from drifta.kernel import guard
from drifta.ui.tests.conftest import log_events

AXE = Path(__file__).parents[4] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: Milliseconds that a page may take to become what is waited for, on a busy machine.
PATIENCE = 60_000
PAGES = ("/gallery/", "/gallery/events?name=desk.opened", "/gallery/form", "/gallery/workspace", "/gallery/plain")
LOOKS = [
    pytest.param(1440, 900, "light", "normal", id="desk-light"),
    pytest.param(1440, 900, "dark", "compact", id="desk-dark-compact"),
    pytest.param(390, 844, "light", "comfortable", id="phone-light"),
    pytest.param(390, 844, "dark", "normal", id="phone-dark"),
]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("gallery")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread; Django must not take that for an asynchronous program.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS, timeout=PATIENCE)
        yield found
        found.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Seen:
    """A page, with what the browser complained about."""

    def __init__(self, context: BrowserContext, server: LiveServer) -> None:
        context.set_default_timeout(PATIENCE)
        self.page: Page = context.new_page()
        self.server = server
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text:
            self.complaints.append(text)

    def open(self, address: str) -> Page:
        self.page.goto(f"{self.server.url}{address}")
        return self.page

    def violations(self) -> list[Any]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]
        return [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]


@pytest.fixture
def look(browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest) -> Iterator[Seen]:
    width, height, theme, density = getattr(request, "param", (1440, 900, "light", "normal"))
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.add_init_script(
        f"localStorage.getItem('drifta.theme') ?? localStorage.setItem('drifta.theme', '{theme}');"
        f"localStorage.setItem('drifta.density', '{density}')"
    )
    seen = Seen(context, live_server)
    log_events(57)
    yield seen
    context.close()
    assert seen.complaints == []


@pytest.mark.parametrize(("width", "height", "theme", "density"), LOOKS)
def test_every_page_is_accessible_and_fits(
    browser: Browser, live_server: LiveServer, width: int, height: int, theme: str, density: str
) -> None:
    log_events(57)
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    context.add_init_script(
        f"localStorage.setItem('drifta.theme', '{theme}'); localStorage.setItem('drifta.density', '{density}')"
    )
    seen = Seen(context, live_server)
    for address in PAGES:
        page = seen.open(address)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        assert seen.violations() == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} scrolls sideways"
    context.close()
    assert seen.complaints == []


def test_a_page_at_twice_the_size_does_not_scroll_sideways(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(viewport={"width": 720, "height": 450}, device_scale_factor=2)
    page = Seen(context, live_server).open("/gallery/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    context.close()


def test_keys_move_through_a_list_and_help_names_them(look: Seen) -> None:
    page = look.open("/gallery/events?sort=subject")
    expect(page.locator("[data-row]")).to_have_count(20)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-row].current")).to_have_attribute("data-row", second_row(page))
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys")).to_contain_text("Next row")
    assert look.violations() == []
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery/events?id=*")


def second_row(page: Page) -> str:
    found = page.locator("[data-row]").nth(1).get_attribute("data-row")
    assert found
    return found


def test_keys_do_nothing_in_a_field_and_can_be_switched_off(look: Seen) -> None:
    page = look.open("/gallery/events")
    page.get_by_label("Search this list").press("k")
    page.wait_for_url("**q=k")  # every row has one, so that there is still something to lead through
    expect(page.locator("[data-row].current")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(page.locator("[data-row].current")).to_have_count(1)
    page.reload()
    page.keyboard.press("?")
    page.locator("#keys").get_by_role("button", name="Off").click()
    page.locator("#keys").get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    expect(page.locator("[data-row].current")).to_have_count(0)


def test_search_and_filters_stand_in_the_address_and_survive_a_reload(look: Seen) -> None:
    page = look.open("/gallery/events")
    page.get_by_role("button", name="What", exact=True).click()
    page.get_by_label("Closed").check()
    page.locator(":popover-open").get_by_role("button", name="Apply").click()
    page.wait_for_url("**/gallery/events?name=desk.closed")
    expect(page.get_by_role("button", name="What: Closed")).to_be_visible()
    page.get_by_label("Search this list").fill("ticket:3")
    page.wait_for_url("**q=ticket%3A3*")
    expect(page.locator("[data-row]")).to_have_count(5)
    page.reload()
    expect(page.locator("[data-row]")).to_have_count(5)
    page.get_by_role("link", name="Remove filter What").click()
    expect(page.get_by_role("button", name="What", exact=True)).to_be_visible()


def test_next_and_previous_page(look: Seen) -> None:
    page = look.open("/gallery/events?sort=at")
    first = page.locator("[data-row]").first.get_attribute("data-row")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("link", name="Previous")).to_be_visible()
    assert page.locator("[data-row]").first.get_attribute("data-row") != first
    page.go_back()
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", first or "")


@pytest.fixture
def as_ann(look: Seen, live_server: LiveServer, client: Any, ann: Any) -> Seen:
    with guard.writing():
        client.force_login(ann, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies["drifta_session"]
    look.page.context.add_cookies([{"name": "drifta_session", "value": cookie.value, "url": live_server.url}])
    return look


def test_the_palette_by_keys(as_ann: Seen) -> None:
    page = as_ann.open("/gallery/")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    assert as_ann.violations() == []
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == page.get_by_role("option").nth(1).get_attribute("id")
    page.keyboard.type("people")
    expect(page.get_by_role("option").first).to_contain_text("People")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_keys_pressed_as_soon_as_the_palette_is_closed_belong_to_the_page(as_ann: Seen) -> None:
    page = as_ann.open("/gallery/events")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    # The focus stays in what was closed until the browser draws again: the key comes before that.
    page.evaluate(
        """() => {
            document.getElementById("palette").close();
            document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
        }"""
    )
    expect(page.locator("[data-row].current")).to_have_count(1)


def test_a_form_with_errors_takes_the_focus_to_what_is_wrong(look: Seen) -> None:
    page = look.open("/gallery/form")
    page.get_by_role("button", name="Open ticket").click()
    expect(page.locator(".error-summary").first).to_be_focused()
    page.locator(".error-summary").get_by_role("link", name="What happened?").click()
    expect(page.get_by_label("What happened?")).to_be_focused()
    assert look.violations() == []


def test_a_danger_is_asked_about_and_can_be_called_off(look: Seen) -> None:
    page = look.open("/gallery/")
    page.get_by_role("button", name="More", exact=True).first.click()
    page.get_by_role("button", name="Restart").click()
    expect(page.get_by_role("heading", name="Restart nginx on web-1?")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_hidden()
    assert page.url.endswith("/gallery/")


def test_a_draft_survives_and_sending_can_be_undone(look: Seen) -> None:
    page = look.open("/gallery/workspace")
    page.keyboard.press("r")
    page.get_by_label("Reply").fill("Nu ska den gå igen.")
    expect(page.locator("[data-draft-status]")).to_contain_text("Draft saved")
    page.reload()
    expect(page.get_by_label("Reply")).to_have_value("Nu ska den gå igen.")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Reply")).to_be_focused()
    assert page.url.endswith("/gallery/workspace")


def test_the_theme_is_remembered_and_set_before_the_first_paint(look: Seen) -> None:
    page = look.open("/gallery/")
    page.get_by_role("button", name="Menu of Ben Berg").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.goto(f"{look.server.url}/gallery/form", wait_until="commit")
    page.wait_for_function("document.body !== null")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_the_sidebar_is_folded_in_a_narrow_window_until_somebody_unfolds_it(look: Seen) -> None:
    page = look.open("/gallery/")
    words = page.locator(".side-word").first
    seen, only_read_out = "none", "inset(50%)"
    expect(words).to_have_css("clip-path", seen)
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(words).to_have_css("clip-path", only_read_out)
    page.locator("[data-preference=sidebar]").click()
    expect(words).to_have_css("clip-path", seen)
    page.reload()
    expect(words).to_have_css("clip-path", seen)


def test_a_curve_is_drawn_and_told_to_screen_readers(look: Seen) -> None:
    page = look.open("/gallery/")
    chart = page.locator("[data-chart]")
    expect(chart.locator("canvas")).to_be_visible()
    expect(chart).to_have_attribute("aria-label", "Disk /srv. Disk /srv: now 52.9 %, highest 58.8 %")


def test_a_chooser_narrows_as_one_types(look: Seen) -> None:
    page = look.open("/gallery/form")
    page.get_by_role("combobox", name="Team").click()
    page.keyboard.type("Line 2")
    page.keyboard.press("Enter")
    assert page.locator("select[name=team]").evaluate("element => element.value") == "2"


def test_files_are_listed_and_can_be_taken_away(look: Seen) -> None:
    page = look.open("/gallery/form")
    page.locator("input[type=file]").set_input_files(
        {"name": "bild.png", "mimeType": "image/png", "buffer": b"x" * 2000}
    )
    expect(page.locator(".dropzone-files li")).to_contain_text("bild.png")
    page.get_by_role("button", name="Remove bild.png").click()
    expect(page.locator(".dropzone-files li")).to_have_count(0)
