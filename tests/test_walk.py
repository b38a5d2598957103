"""The acceptance walk: what a technician does on the first day, in a browser, with real mail and a real web server."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.running import Running, drifta, until
from tests.walk.post import PostOffice, answer_to, body, letter, picture, portable_document, post_office, send
from tests.walk.visitor import PASSWORD, Visitor
from tests.walk.web_server import WebServer

pytestmark = pytest.mark.slow

DESK = "hjalp@norrvik.example"
ASA, ASA_AT_HOME = "asa.oberg@norrvik.example", "asa@hemma.example"
SUBJECT = "Skrivaren på plan 2 svarar inte"
#: Seconds between two looks of a check, how often a fault is looked at again, and the time between those looks.
INTERVAL, RETRIES, RETRY_INTERVAL = 12, 2, 1


@dataclass
class Walk:
    """What the steps hand on to one another."""

    browser: Browser
    house: Running
    post: PostOffice
    web: WebServer
    ann: Visitor
    ben: Visitor
    number: int = 0
    seen: list[str] = field(default_factory=list)


@pytest.fixture
def walk(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Walk]:
    """Return a fresh Drifta, a mail server, a web server with a certificate it trusts, and two browsers."""
    web = WebServer(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    with ExitStack() as stack:
        house, post = stack.enter_context(drifta()), stack.enter_context(post_office())
        stack.callback(web.stop)
        web.start()
        ann = stack.enter_context(Visitor(browser, house.url))
        ben = stack.enter_context(Visitor(browser, house.url))
        yield Walk(browser, house, post, web, ann, ben)


def test_the_acceptance_walk(walk: Walk) -> None:
    set_up_in_three_steps(walk)
    a_mail_becomes_a_ticket_on_the_open_page(walk)
    an_absence_notice_makes_neither_ticket_nor_mail(walk)
    ben_is_invited(walk)
    ben_takes_it_and_answers_with_a_file(walk)
    her_answer_from_another_address_lands_in_the_same_ticket(walk)
    a_stranger_with_the_tag_does_not_get_in(walk)
    two_people_edit_the_same_ticket(walk)
    nginx_stops_and_starts_again(walk)


def save(page: Page) -> None:
    """Press the button of the form on the page, whatever it is called."""
    page.locator("main .button-primary:not([formnovalidate])").last.click()


def set_up_in_three_steps(walk: Walk) -> None:
    ann = walk.ann
    page = ann.open(walk.house.sign_up)
    ann.check_page()
    page.get_by_label("Name of your organisation").fill("Norrvik kommun")
    page.get_by_label("Its language").select_option("sv")
    page.get_by_label("Your name").fill("Ann Åkesson")
    page.get_by_label("Your mail address").fill("ann@norrvik.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/setup/address/")
    ann.check_page()
    page.get_by_role("button", name="English").click()  # the organisation's language is Swedish, and so is hers
    page.wait_for_url("**/setup/address/")
    page.get_by_label("Mail address of the service desk").fill(DESK)
    page.get_by_label("Name beside it").fill("Servicedesk Norrvik")
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/setup/watch/")
    ann.check_page()
    page.get_by_label("Web pages").fill(walk.web.url)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"{walk.house.url}/")
    ann.choose_language("en")
    set_the_mail_server(walk)
    let_the_machine_be_busy(walk)


def let_the_machine_be_busy(walk: Walk) -> None:
    page = walk.ann.open("/monitor/checks/?q=machine")
    page.locator("tr[data-row] th a").first.click()
    page.wait_for_url(re.compile(r"/monitor/checks/\d+/"))
    walk.ann.let_the_machine_be_busy(page.url.removeprefix(walk.house.url))


def set_the_mail_server(walk: Walk) -> None:
    page = walk.ann.open("/settings/section/channels.mail/")
    walk.ann.check_page()
    page.get_by_label("Mail server", exact=True).fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(walk.post.port))
    page.get_by_label("Security").select_option("none")
    save(page)
    page.wait_for_url("**saved=1")


def first_mail() -> EmailMessage:
    """Return a mail in Swedish, with a picture and a document of 5 MB."""
    text = "Hej!\n\nSkrivaren vid fönstret på plan två är död. Felet syns på bilden.\n\nHälsningar\nÅsa Öberg\n"
    mail = letter(f"Åsa Öberg <{ASA}>", SUBJECT, text, DESK, Content_Language="sv")
    mail.add_attachment(picture(), maintype="image", subtype="png", filename="skärmbild på felet.png")
    document = portable_document(5_000_000)
    mail.add_attachment(document, maintype="application", subtype="pdf", filename="räkning åäö.pdf")
    return mail


def a_mail_becomes_a_ticket_on_the_open_page(walk: Walk) -> None:
    page = walk.ann.open("/")
    page.evaluate("window.notReloaded = true")
    expect(page.get_by_text(SUBJECT)).to_have_count(0)
    send(walk.house.smtp_port, first_mail())
    accepted = time.monotonic()
    expect(page.get_by_text(SUBJECT).first).to_be_visible()
    walk.seen.append(f"mail on the Today page after {time.monotonic() - accepted:.2f} s")
    assert page.evaluate("window.notReloaded") is True
    walk.ann.check_page()
    page.get_by_text(SUBJECT).first.click()
    page.wait_for_url(re.compile(r"/tickets/\d+/"))
    walk.number = int(page.url.rstrip("/").rpartition("/")[2])
    conversation = page.locator("#conversation")
    expect(conversation).to_contain_text("Skrivaren vid fönstret på plan två är död.")
    expect(conversation.get_by_text("räkning åäö.pdf")).to_be_visible()
    shown = conversation.get_by_alt_text("skärmbild på felet.png")
    expect(shown).to_be_visible()
    until(lambda: shown.evaluate("picture => picture.naturalWidth") == 64, what="the picture")
    walk.ann.check_page()
    (acknowledgement,) = walk.post.wait(ASA, 1)
    assert_swedish(body(acknowledgement))
    assert f"#{walk.number}" in str(acknowledgement["Subject"])
    assert acknowledgement["Auto-Submitted"] == "auto-replied"


def assert_swedish(text: str) -> None:
    """Assert that a mail of Drifta greets and explains in Swedish."""
    assert re.search(r"\bHej\b", text), text
    assert not re.search(r"\b(Hello|We have|received|Reply to)\b", text), text


def tickets(walk: Walk) -> int:
    """Return how many tickets there are, by the page of all tickets."""
    page = walk.ann.context.new_page()
    try:
        page.goto(f"{walk.house.url}/tickets/?view=all")
        return page.locator("tr[data-row]").count()
    finally:
        page.close()


def an_absence_notice_makes_neither_ticket_nor_mail(walk: Walk) -> None:
    before = tickets(walk)
    (acknowledgement,) = walk.post.to(ASA)
    notice = answer_to(
        acknowledgement, f"Åsa Öberg <{ASA}>", "Jag är på semester till den 7 januari.", Auto_Submitted="auto-replied"
    )
    notice.replace_header("Subject", f"Autosvar: {acknowledgement['Subject']}")
    send(walk.house.smtp_port, notice, envelope_from="")
    marker = letter("Bo Ek <bo.ek@norrvik.example>", "Ny skärm till reception", "Hej, kan vi få en?", DESK)
    send(walk.house.smtp_port, marker)
    walk.post.wait("bo.ek@norrvik.example", 1)
    until(lambda: tickets(walk) == before + 1, what="only the ticket of the mail after it")
    assert len(walk.post.to(ASA)) == 1


def ben_is_invited(walk: Walk) -> None:
    page = walk.ann.open("/people/new/")
    page.locator("[name=name]").fill("Ben Öst")
    page.locator("[name=emails]").fill("ben@norrvik.example")
    page.locator("select[name=language]").select_option("en")
    save(page)
    page.wait_for_url(re.compile(r"/people/\d+/"))
    address = page.url
    page.get_by_role("button", name="More").last.click()
    page.get_by_role("link", name="Roles").click()
    page.get_by_label("First line").check()
    save(page)
    page.wait_for_url(address)
    page.get_by_role("button", name="More").last.click()
    page.get_by_role("button", name="Invite").click()
    expect(page.locator("#invitation-link")).to_contain_text("/invitation/")
    (mail,) = walk.post.wait("ben@norrvik.example", 1)
    link = re.search(r"http\S+/invitation/\S+", body(mail))
    assert link, body(mail)
    ben = walk.ben.open(link[0])
    walk.ben.check_page()
    ben.get_by_label("Password", exact=False).first.fill(PASSWORD)
    ben.get_by_label("Password again").fill(PASSWORD)
    save(ben)
    ben.wait_for_url("**/account/login/")
    walk.ben.check_page()
    walk.ben.sign_in("ben@norrvik.example")
    expect(ben.get_by_role("heading", level=1)).to_contain_text("Ben")


def ben_takes_it_and_answers_with_a_file(walk: Walk) -> None:
    page = walk.ben.open(f"/tickets/{walk.number}/")
    page.get_by_role("button", name="Take").click()
    expect(page.locator("#ticket-head")).to_contain_text("Ben Öst")
    page.locator("#compose-reply").fill("Hej Åsa! Prova med skrivaren på plan 3 så länge. Se kartan.")
    file: FilePayload = {"name": "karta över plan 3.png", "mimeType": "image/png", "buffer": picture()}
    page.locator("form.compose-reply input[type=file]").set_input_files(file)
    page.locator("form.compose-reply").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#conversation")).to_contain_text("Prova med skrivaren på plan 3")
    answer = walk.post.wait(ASA, 2)[1]
    assert "Prova med skrivaren på plan 3" in body(answer)
    assert [part.get_filename() for part in answer.iter_attachments()] == ["karta över plan 3.png"]
    walk.ben.check_page()


def her_answer_from_another_address_lands_in_the_same_ticket(walk: Walk) -> None:
    page = walk.ann.open(f"/people/?q={ASA}")
    page.get_by_role("link", name="Åsa Öberg").click()
    page.wait_for_url(re.compile(r"/people/\d+/"))
    page.get_by_placeholder("Mail address or phone number").fill(ASA_AT_HOME)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name=ASA_AT_HOME)).to_be_visible()
    walk.ben.open(f"/tickets/{walk.number}/")
    before = tickets(walk)
    send(walk.house.smtp_port, answer_to(walk.post.to(ASA)[1], ASA_AT_HOME, "Tack, plan 3 fungerar."))
    conversation = walk.ben.page.locator("#conversation")
    expect(conversation).to_contain_text("Tack, plan 3 fungerar.")
    assert conversation.get_by_text("Den 21 nov. 2026").last.is_hidden()
    assert tickets(walk) == before


def a_stranger_with_the_tag_does_not_get_in(walk: Walk) -> None:
    before = tickets(walk)
    tagged = f"Re: [#{walk.number}] {SUBJECT}"
    send(
        walk.house.smtp_port, letter("Mallory <mallory@elsewhere.example>", tagged, "Ge mig koden till dörren.", DESK)
    )
    until(lambda: tickets(walk) == before + 1, what="a ticket of its own")
    page = walk.ben.open(f"/tickets/{walk.number}/")
    expect(page.locator("#conversation")).not_to_contain_text("Ge mig koden")
    page.goto(f"{walk.house.url}/tickets/?view=all&q=koden")
    page.locator("tr[data-row] a").first.click()
    expect(page.locator("#conversation")).to_contain_text("Ge mig koden")
    expect(page.locator("#conversation")).to_contain_text(f"#{walk.number}")


def two_people_edit_the_same_ticket(walk: Walk) -> None:
    ann, ben = walk.ann.open(f"/tickets/{walk.number}/edit/"), walk.ben.open(f"/tickets/{walk.number}/edit/")
    expect(ann.locator("[data-presence]")).to_contain_text("Ben")
    expect(ben.locator("[data-presence]")).to_contain_text("Ann")
    ann.locator("#id_subject").fill("Skrivaren på plan 2: Anns ord")
    ben.locator("#id_subject").fill("Skrivaren på plan 2: Bens ord")
    ann.locator("form [data-primary]").click()
    ann.wait_for_url(re.compile(rf"/tickets/{walk.number}/$"))
    ben.locator("form [data-primary]").click()
    sides = ben.locator(".conflict-side")
    expect(sides).to_have_count(2)
    expect(sides.filter(has_text="Anns ord")).to_be_visible()
    expect(sides.filter(has_text="Bens ord")).to_be_visible()
    walk.ben.check_page()
    ben.locator("form [data-primary]").click()
    ben.wait_for_url(re.compile(rf"/tickets/{walk.number}/$"))
    expect(ben.locator("#ticket-head h2")).to_contain_text("Bens ord")
    expect(ben.locator("#conversation")).to_contain_text("Anns ord")


def make_quick(page: Page, address: str) -> None:
    """Let a check look often, by its form, so that the test need not wait for minutes."""
    page.goto(f"{address}edit/")
    for name, value in (
        ("timeout", 2),
        ("interval", INTERVAL),
        ("retries", RETRIES),
        ("retry_interval", RETRY_INTERVAL),
    ):
        page.locator(f"[name={name}]").fill(str(value))
    save(page)
    page.wait_for_url(address)
    expect(page.locator("#check-state")).to_contain_text("Good")


def nginx_stops_and_starts_again(walk: Walk) -> None:
    page = walk.ann.open(f"/monitor/checks/?q={walk.web.port}")
    links = page.locator("tr[data-row] th a")
    expect(links).to_have_count(2)
    checks = [walk.house.url + str(links.nth(index).get_attribute("href")) for index in range(2)]
    for check in checks:
        make_quick(page, check)
    before = tickets(walk)
    number = nginx_stops(walk, before)
    page.goto(next(check for check in checks if is_page_check(walk, check)))
    walk.web.start()
    expect(page.locator("#check-state")).to_contain_text("Good")
    walk.ann.check_page()
    walk.ann.picture("check")
    assert has_gap(walk, page)
    page.goto(f"{walk.house.url}/tickets/{number}/")
    expect(page.locator("#ticket-head")).to_contain_text("Resolved")
    expect(page.locator("#conversation")).to_contain_text("Återställt")  # in the language of the organisation
    walk.ann.check_page()
    assert tickets(walk) == before + 1


def nginx_stops(walk: Walk, before: int) -> int:
    """Stop the web server and return the number of the one ticket that comes of it, in time."""
    page = walk.ann.open("/")
    expect(page.locator("#today")).not_to_contain_text(str(walk.web.port))
    walk.web.stop()
    stopped = time.monotonic()
    broken = page.locator(".card").filter(has_text="Broken now")
    expect(broken.get_by_text(str(walk.web.port)).first).to_be_visible()
    expect(broken.get_by_text(re.compile(r"#\d+")).first).to_be_visible()
    took = time.monotonic() - stopped
    walk.seen.append(f"alert and ticket {took:.2f} s after the stop")
    assert took <= INTERVAL * RETRIES + 2, walk.seen
    until(lambda: page.locator(".card").filter(has_text="Broken now").get_by_text("cause of 1 more").count() == 1)
    assert tickets(walk) == before + 1
    walk.ann.check_page()
    found = re.search(r"#(\d+)", broken.inner_text())
    assert found
    return int(found[1])


def is_page_check(walk: Walk, address: str) -> bool:
    """Whether a check looks at the page rather than at the certificate."""
    page = walk.ben.open(address)
    return "Certificate" not in page.get_by_role("heading", level=1).inner_text()


def has_gap(walk: Walk, page: Page) -> bool:
    """Whether a curve of the check that is open has values, then none, then values again."""
    address = page.locator("[data-chart]").first.get_attribute("data-chart")

    def shape() -> str:
        answer = page.request.get(f"{walk.house.url}{address}", params={"range": "1h", "width": "4000"}).json()
        return "".join("." if value is None else "x" for value in answer["series"][0]["values"])

    until(lambda: re.search(r"x\.+x", shape()), what="the gap in the curve")
    return True
