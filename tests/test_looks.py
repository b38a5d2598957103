"""Every main page, with example data: accessible in every look, usable by keys alone, in the chosen language."""

import re
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from drifta.site.demo import data as demo_data
from tests.running import Running, drifta, until
from tests.walk.post import post_office
from tests.walk.visitor import DESK, LAPTOP, PHONE, Visitor
from tests.walk.words import English, texts

pytestmark = pytest.mark.slow

PAGES = (
    "/",
    "/tickets/",
    "/tickets/?view=all&sort=-priority",
    "/tickets/140/",
    "/tickets/140/edit/",
    "/tickets/140/do/hand_over/",
    "/tickets/new/",
    "/phone/",
    "/phone/?q=an",
    "/phone/?q=%23140",
    "/phone/?q=070-999%2088%2077",
    "/categories/",
    "/categories/1/",
    "/people/",
    "/people/1/",
    "/people/1/edit/",
    "/people/new/",
    "/people/import/",
    "/teams/",
    "/organisations/",
    "/profile/",
    "/profile/tokens/new/",
    "/inventory/",
    "/inventory/1/",
    "/inventory/new/",
    "/inventory/services/",
    "/inventory/services/1/",
    "/inventory/sites/1/",
    "/monitor/",
    "/monitor/problems/",
    "/monitor/checks/",
    "/monitor/checks/1/",
    "/monitor/checks/1/edit/",
    "/monitor/checks/new/",
    "/monitor/checks/new/http/",
    "/monitor/alerts/",
    "/monitor/probes/",
    "/monitor/probes/1/",
    "/mail/",
    "/mail/outbox/",
    "/webhooks/",
    "/settings/",
    "/settings/roles/",
    "/settings/jobs/",
    "/settings/about/",
    "/settings/section/channels.mail/",
    "/events/",
    "/portal/",
    "/portal/report/",
    "/portal/tickets/",
    "/account/second-factor/",
    "/account/password/change/",
)
LOOKS = [
    pytest.param(DESK, "light", "normal", id="light"),
    pytest.param(LAPTOP, "dark", "compact", id="dark-compact"),
    pytest.param(PHONE, "light", "comfortable", id="phone"),
]
#: What the example has entered, and is the same word as on some page.
DATA = frozenset({"English", "This server", *demo_data.CATEGORIES, *(name for name, _assets in demo_data.SERVICES)})


@pytest.fixture(scope="module")
def example(browser: Browser) -> Iterator[tuple[Running, str]]:
    """Return a Drifta with example data and a mail server, and the password of its staff."""
    with post_office() as post, drifta("--demo") as house:
        until(lambda: any("with the password" in line for line in house.lines), what="the line with the password")
        found = re.search(r"with the password (\S+)", "\n".join(house.lines))
        assert found, house.lines
        with visitor(browser, (house, found[1])) as ann:
            set_mail_server(ann, post.port)
            ann.let_the_machine_be_busy("/monitor/checks/1/")
        yield house, found[1]


def visitor(browser: Browser, example: tuple[Running, str], email: str = "ann.akesson", **look: object) -> Visitor:
    """Return somebody of the staff, signed in."""
    house, password = example
    made = Visitor(browser, house.url, **look)  # type: ignore[arg-type]
    made.sign_in(f"{email}@{demo_data.DOMAIN}", password)
    return made


def test_what_stands_beside_a_ticket_comes_by_itself_where_there_is_room_for_it(
    browser: Browser, example: tuple[Running, str]
) -> None:
    with visitor(browser, example) as ann:
        page = ann.open("/tickets/88/?view=open")
        expect(page.locator("#item-88")).to_have_attribute("aria-current", "true")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        expect(page.locator("#ticket-main")).not_to_have_attribute("data-ticket", "88")
        opened = page.locator("#ticket-main").get_attribute("data-ticket")
        expect(page.locator(f"#item-{opened}")).to_have_attribute("aria-current", "true")
    with visitor(browser, example, size=PHONE) as ann:
        asked: list[str] = []
        ann.page.on("request", lambda request: asked.append(request.url))
        expect(ann.open("/tickets/88/").locator("#conversation .message").first).to_be_visible()
        expect(ann.page.locator("#ticket-context .skeleton").first).to_be_attached()
        assert not [address for address in asked if "/items/" in address or "/context/" in address]
        ann.page.locator("[data-toggle-details]").click()
        expect(ann.page.locator("#ticket-context h3").first).to_be_visible()


#: Takes the place of the browser's own event source; ``tell`` says that a subject has changed.
EVENT_SOURCE = """window.EventSource = class extends EventTarget {
    constructor() {
        super();
        window.tell = subject => this.dispatchEvent(new MessageEvent("change", {data: subject}));
    }
    close() {}
};"""


def held(page: Page, address: str) -> list[Route]:
    """Tell the page of a change, and hold what it then fetches from ``address``; gives the requests as they come."""
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route(address, hold)
    page.evaluate("tell('desk.ticket:88')")
    until(lambda: page.evaluate("true") and asked, what="the fetching of the first change")
    return asked


def let_both_come(page: Page, asked: list[Route]) -> None:
    """Answer the first request; the second change is fetched too."""
    asked[0].continue_()
    until(lambda: page.evaluate("true") and len(asked) == 2, seconds=30, what="the fetching of the second change")
    asked[1].continue_()


def test_what_changes_just_before_an_earlier_change_is_shown_is_fetched_too(
    browser: Browser, example: tuple[Running, str]
) -> None:
    with visitor(browser, example) as ann:
        ann.page.add_init_script(EVENT_SOURCE)
        page = ann.open("/tickets/88/?view=open")
        expect(page.locator("#item-88")).to_be_visible()
        asked = held(page, "**/tickets/88/items/**")
        page.evaluate("tell('desk.ticket:88')")
        let_both_come(page, asked)


def test_what_changes_while_an_earlier_change_is_fetched_is_fetched_too(
    browser: Browser, example: tuple[Running, str]
) -> None:
    with visitor(browser, example) as ann:
        ann.page.add_init_script(EVENT_SOURCE)
        page = ann.open("/tickets/?view=open")
        asked = held(page, "**/tickets/?view=open")
        page.evaluate("tell('desk.ticket:88')")
        page.wait_for_timeout(300)
        assert len(asked) == 1
        let_both_come(page, asked)


QUOTING = """From: Eva Kund <eva@kund.example>
To: desk@nordkust.example
Subject: Frame ajar

It is the right one.

On Mon, 16 Nov 2026 at 10:00, Desk <desk@nordkust.example> wrote:
> Is it the left one?
"""


def test_what_a_reader_has_unfolded_stays_so_when_something_changes(
    browser: Browser, example: tuple[Running, str]
) -> None:
    with visitor(browser, example) as ann, visitor(browser, example) as again:
        with smtplib.SMTP("127.0.0.1", example[0].smtp_port) as post:
            post.sendmail("eva@kund.example", ["servicedesk@nordkust.example"], QUOTING)
        page = ann.open("/tickets/?view=all")
        until(lambda: ann.open("/tickets/?view=all").get_by_text("Frame ajar").count(), what="the ticket")
        page.get_by_role("link", name="Frame ajar").first.click()
        quotation = page.locator("#conversation details.quoted").get_by_text("Is it the left one?")
        expect(quotation).to_be_hidden()
        page.locator("#conversation details.quoted summary").click()
        expect(quotation).to_be_visible()
        other = again.open(page.url)
        other.keyboard.press("n")
        other.locator("#compose-note").fill("Looked at the window.")
        other.locator("#compose-note").press("Control+Enter")
        expect(page.locator("#conversation").get_by_text("Looked at the window.")).to_be_visible()
        expect(quotation).to_be_visible()


def test_keys_lead_on_through_a_list_also_when_a_change_brings_it_anew(
    browser: Browser, example: tuple[Running, str]
) -> None:
    with visitor(browser, example) as ann, visitor(browser, example) as again:
        page = ann.open("/tickets/?view=all")
        page.locator("[data-row] a").first.click()
        rows = page.locator("#ticket-items [data-row]")
        expect(rows.first).to_have_attribute("aria-current", "true")
        for _ in range(4):
            page.keyboard.press("j")
        expect(rows.nth(4)).to_be_focused()
        there = str(rows.nth(4).get_attribute("href"))
        page.evaluate("document.getElementById('ticket-items').isOld = true")
        other = again.open(str(rows.nth(2).get_attribute("href")))
        other.keyboard.press("n")
        other.locator("#compose-note").fill("Meanwhile.")
        other.locator("#compose-note").press("Control+Enter")
        until(lambda: page.evaluate("!document.getElementById('ticket-items').isOld"), what="the list anew")
        expect(page.locator(f"#ticket-items [data-row][href='{there}']")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{there}")


def test_pictures_for_the_documentation(browser: Browser, example: tuple[Running, str]) -> None:
    """Take them when ``DRIFTA_SCREENSHOTS=1``; see that their pages show what the pictures are to show anyway."""
    with visitor(browser, example, email="ben.ostrom") as ben:
        ben.choose_language("en")
        page = ben.open("/")
        expect(page.locator(".banner")).to_have_count(0)
        expect(page.locator("#today .line").first).to_be_visible()
        ben.picture("today")
        page.locator("#today .card").filter(has_text="Mine").locator("a.line").first.click()
        expect(page.locator("#conversation .message").first).to_be_visible()
        expect(page.locator("#ticket-items [data-row]").first).to_be_visible()
        expect(page.locator("#ticket-context h3").first).to_be_visible()
        ben.picture("ticket")
    with visitor(browser, example, email="ben.ostrom", size=PHONE) as ben:
        expect(ben.open("/portal/").get_by_role("heading", level=1)).to_be_visible()
        ben.picture("portal-phone")


def set_mail_server(ann: Visitor, port: int) -> None:
    """Name a mail server, and wait until what waits for one has been sent."""
    page = ann.open("/settings/section/channels.mail/")
    page.locator("[name=smtp_host]").fill("127.0.0.1")
    page.locator("[name=smtp_port]").fill(str(port))
    page.locator("[name=smtp_security]").select_option("none")
    page.locator("main .button-primary").first.click()
    page.wait_for_url("**saved=1")
    until(lambda: ann.open("/").locator(".banner").count() == 0, 240, "an empty outbox")


@pytest.mark.parametrize(("size", "theme", "density"), LOOKS)
def test_every_page_is_accessible_and_fits(
    browser: Browser, example: tuple[Running, str], size: tuple[int, int], theme: str, density: str
) -> None:
    found = []
    with visitor(browser, example, size=size, theme=theme, density=density) as ann:
        for path in PAGES:
            ann.open(path)
            found += [(path, *one) for one in ann.violations()]
            found += [(path, part) for part in ann.too_wide()]
    assert found == []


@pytest.mark.parametrize("language", ["sv", "nb"])
def test_no_english_is_left(browser: Browser, example: tuple[Running, str], language: str, tmp_path: Path) -> None:
    english = English(tmp_path, language)
    left: dict[str, list[str]] = {}
    with visitor(browser, example) as ann:
        ann.choose_language(language)
        for path in PAGES:
            for text in english.left_over(texts(ann.open(path)), DATA):
                left.setdefault(text, []).append(path)
        ann.choose_language("en")
    report = "\n".join(f"{text!r} on {', '.join(paths[:3])}" for text, paths in sorted(left.items()))
    assert not left, f"{len(left)} texts are English on pages in {language}:\n{report}"


def test_tickets_by_keys_alone(browser: Browser, example: tuple[Running, str]) -> None:
    with visitor(browser, example, email="ben.ostrom") as ben:
        page = ben.open("/")
        ben.keys("g", "t")
        page.wait_for_url("**/tickets/")
        page.keyboard.press("j")
        page.keyboard.press("j")
        expect(page.locator("[data-row].current")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/tickets/\d+/"))
        first = page.url
        expect(page.locator("#ticket-items [data-row]").first).to_be_visible()
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        expect(page.locator("#compose-note")).to_be_focused()
        page.keyboard.type("Skrevs utan mus.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#conversation")).to_contain_text("Skrevs utan mus.")
        expect(page.locator("#compose-note")).to_have_value("")  # the answer has come, not only the news of the change
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        dialog = page.locator("dialog#act")
        expect(dialog).to_be_visible()
        assert ben.violations() == []
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox").last).to_be_focused()
        page.keyboard.type("check")
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("Escape")
        assert page.url == first
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: url != first)


def test_a_call_by_keys_alone(browser: Browser, example: tuple[Running, str]) -> None:
    with visitor(browser, example, email="ben.ostrom") as ben:
        page = ben.open("/")
        ben.keys("g", "c")
        page.wait_for_url("**/phone/")
        expect(page.locator("#caller-search")).to_be_focused()
        page.keyboard.type("oberg@nord")
        expect(page.locator("#phone-found .phone-name")).to_contain_text("Anna Öberg")
        expect(page.locator("#caller-search")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".phone-name")).to_be_focused()
        page.keyboard.press("3")
        expect(page.locator("#id_subject")).to_be_focused()
        page.keyboard.type("Löst utan mus")
        page.keyboard.press("Tab")
        page.keyboard.type("Hon kom inte in.")
        page.keyboard.press("Tab")
        expect(page.locator("#id_resolution")).to_be_focused()
        page.keyboard.type("Startade om.")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".notice-good")).to_contain_text("Löst utan mus")
        expect(page.locator("#caller-search")).to_be_focused()
        assert ben.violations() == []


def test_a_passkey_signs_in_without_a_password(browser: Browser, example: tuple[Running, str]) -> None:
    """With Chromium's own authenticator; keys belong to names, so the address is ``localhost`` and no number."""
    house, password = example
    address = house.url.replace("127.0.0.1", "localhost")
    with Visitor(browser, address) as dag:
        devices = dag.context.new_cdp_session(dag.page)
        devices.send("WebAuthn.enable")
        able = {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
        authenticator = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True, **able}
        devices.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
        dag.sign_in(f"ingrid.nygard@{demo_data.DOMAIN}", password)
        page = dag.open("/account/second-factor/webauthn/add/")
        page.locator("input[name=password]").fill(password)
        page.keyboard.press("Enter")
        page.locator("input[name=name]").fill("Laptop")
        page.locator("input[name=passwordless]").check()
        page.wait_for_load_state()  # with what the button does
        page.locator("#mfa_webauthn_add").click()
        page.wait_for_url("**/recovery-codes/")
        dag.context.clear_cookies()
        page = dag.open("/account/login/")
        page.locator("#passkey-login").click()
        page.wait_for_url(f"{address}/")
        expect(page.locator("h1")).to_contain_text("Ingrid")


def test_a_row_shows_what_can_be_done_to_it(browser: Browser, example: tuple[Running, str]) -> None:
    with visitor(browser, example, email="ben.ostrom") as ben:
        page = ben.open("/tickets/?view=all&sort=pk")
        page.keyboard.press("j")
        page.keyboard.press("j")
        title = page.locator("tr.current .ticket-subject").get_attribute("title") or ""
        page.keyboard.press(".")
        expect(page.locator("#palette .menu-label").first).to_contain_text(title)
        expect(page.locator("#palette [data-click^=palette-run-desk]").first).to_be_visible()
        page.keyboard.press("Escape")
        page.locator("tr.current [data-palette]").click()
        expect(page.locator("#palette .menu-label").first).to_contain_text(title)
        assert ben.violations() == []
