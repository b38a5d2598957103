"""How soon a change in one browser is visible in another, and a mail on the open Today page.

    python -m bench.live [--changes 40] [--out FILE]

A real ``drifta up`` and two Chromium pages of their own. The clock runs from the moment a form is sent in the first
(or a mail is accepted) until the text stands in the second. Budgets: 300 ms, and 1 s for mail.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from playwright.sync_api import sync_playwright

from drifta.probe.schedule import percentile
from tests.conftest import CHROMIUM
from tests.running import Running, drifta
from tests.walk.post import send
from tests.walk.processes import House
from tests.walk.visitor import PASSWORD, Visitor

DESK, ANN = "desk@bench.example", "ann@norrvik.example"
BUDGETS = {"note in an open ticket": 300.0, "subject in an open list": 300.0, "mail on the open Today page": 1000.0}

#: Notes when a form is sent, in milliseconds since 1970; kept over the change of pages.
WATCH_FORMS = """document.addEventListener("submit", () => {
    sessionStorage.begun = performance.timeOrigin + performance.now(); }, true);"""
#: Notes when a text comes into the page.
WATCH_TEXT = """text => { window.seen = new Promise(resolve => {
    const look = () => document.body.textContent.includes(text)
        && (watcher.disconnect(), resolve(performance.timeOrigin + performance.now()));
    const watcher = new MutationObserver(look);
    watcher.observe(document.body, {childList: true, subtree: true, characterData: true});
}); }"""


class Pair:
    """Two browsers that look at one Drifta: one writes, the other reads."""

    def __init__(self, running: Running, writer: Visitor, reader: Visitor) -> None:
        self.running, self.writer, self.reader = running, writer.page, reader.page
        writer.context.add_init_script(WATCH_FORMS)

    def visible_after(self, text: str, change: Callable[[], float]) -> float:
        """Return the milliseconds from ``change``, which returns its moment, until the reader sees ``text``."""
        self.reader.evaluate(WATCH_TEXT, text)
        begun = change()
        return float(self.reader.evaluate("window.seen")) - begun

    def begun(self) -> float:
        """Return when the writer's form was sent, in milliseconds since 1970."""
        return float(self.writer.evaluate("Number(sessionStorage.begun)"))

    def open(self, writer: str, reader: str) -> None:
        """Open an address in each, and wait for the reader's live stream."""
        self.writer.goto(self.running.url + writer)
        with self.reader.expect_response("**/live?*"):
            self.reader.goto(self.running.url + reader)

    def notes(self, count: int) -> list[float]:
        """Write notes into the ticket that both have open."""
        self.open("/tickets/1/", "/tickets/1/")
        return [self.visible_after(f"note {n}.", partial(self._note, f"note {n}.")) for n in range(count)]

    def _note(self, text: str) -> float:
        self.writer.locator("[data-compose=note]").click()
        self.writer.locator("#compose-note").fill(text)
        with self.writer.expect_response("**/write/note/"):
            self.writer.locator("form.compose-note [data-primary], form.compose-note .button-primary").first.click()
        self.writer.locator("form.compose-note", has_text=text).wait_for(state="detached")
        return self.begun()

    def subjects(self, count: int) -> list[float]:
        """Change the subject of a ticket that stands in the list which the other has open."""
        self.open("/tickets/1/edit/", "/tickets/?view=open")
        return [self.visible_after(f"subject {n}.", partial(self._subject, f"subject {n}.")) for n in range(count)]

    def _subject(self, text: str) -> float:
        self.writer.goto(f"{self.running.url}/tickets/1/edit/")
        self.writer.locator("#id_subject").fill(text)
        self.writer.locator("form [data-primary]").click()
        self.writer.locator("#ticket-head h2", has_text=text).wait_for()
        return self.begun()

    def mails(self, count: int) -> list[float]:
        """Send mails while the other has Today open."""
        self.open("/", "/")
        return [self.visible_after(f"mail {n}.", partial(self._mail, f"mail {n}.")) for n in range(count)]

    def _mail(self, subject: str) -> float:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "dag@norrvik.example", DESK, subject
        mail["Message-ID"] = f"<{time.time_ns()}@norrvik.example>"
        mail.set_content("Skrivaren på plan två svarar inte.")
        send(self.running.smtp_port, mail)
        return time.time() * 1000


def measure(count: int) -> dict[str, dict[str, float]]:
    """Return p50 and p95 of every kind of change, in milliseconds."""
    with drifta() as running, sync_playwright() as playwright:
        House(running).set_up(PASSWORD, DESK)
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        with Visitor(chromium, running.url) as writer, Visitor(chromium, running.url) as reader:
            for one in (writer, reader):
                one.sign_in(ANN)
            pair = Pair(running, writer, reader)
            pair.mails(1)
            kinds = zip(BUDGETS, (pair.notes, pair.subjects, pair.mails), strict=True)
            found = {what: _row(sorted(one(count)), BUDGETS[what]) for what, one in kinds}
        chromium.close()
    return found


def _row(times: list[float], budget: float) -> dict[str, float]:
    return {"budget": budget, "p50": percentile(times, 0.5), "p95": percentile(times, 0.95), "most": times[-1]}


def main() -> int:
    """Measure, print, write JSON; returns 1 if a budget is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--changes", type=int, default=40)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    found = measure(given.changes)
    print(f"{'change':34}{'budget':>8}{'p50 ms':>9}{'p95 ms':>9}{'most ms':>9}")
    for what, row in found.items():
        print(f"{what:34}{row['budget']:8.0f}{row['p50']:9.0f}{row['p95']:9.0f}{row['most']:9.0f}")
    if given.out:
        given.out.write_text(json.dumps(found, indent=1))
    return int(any(row["p95"] > row["budget"] for row in found.values()))


if __name__ == "__main__":
    sys.exit(main())
