"""Somebody at a browser: opens pages, hears complaints of the browser, asks axe-core, takes pictures."""

import os
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
AXE = ROOT / "assets" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
PASSWORD = "Fjorden-ligger-stilla-7"
DESK = (1440, 900)
LAPTOP = (1024, 768)
PHONE = (390, 844)

#: Seconds that a page may take to become what is waited for, on a busy machine.
PATIENCE = 60


class Visitor:
    """A browser of its own (its own cookies), looking at one Drifta."""

    def __init__(
        self,
        browser: Browser,
        url: str,
        size: tuple[int, int] = DESK,
        theme: str = "light",
        density: str = "normal",
        language: str = "en",
    ) -> None:
        self.url = url
        self.theme = theme
        self.width = size[0]
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", locale=language
        )
        self.context.add_init_script(
            f"localStorage.setItem('drifta.theme', '{theme}'); localStorage.setItem('drifta.density', '{density}')"
        )
        self.context.set_default_timeout(PATIENCE * 1000)
        expect.set_options(timeout=PATIENCE * 1000)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self._hear(message.type, message.text))

    def _hear(self, kind: str, text: str) -> None:
        # A page that answers 409 or 422 on purpose is told here too; what is broken (5xx) is not on purpose.
        if kind == "error" and not ("Failed to load resource" in text and "status of 4" in text):
            self.complaints.append(f"{self.page.url}: {text}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()
        if error[0] is None:
            assert self.complaints == []

    def open(self, path: str) -> Page:
        """Open an address of Drifta; the page must answer well."""
        answer = self.page.goto(path if path.startswith("http") else self.url + path)
        assert answer is not None
        assert answer.status < 400, f"{path} answered {answer.status}"
        return self.page

    def sign_in(self, email: str, password: str = PASSWORD) -> Page:
        """Sign in by the form."""
        page = self.open("/account/login/")
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill(password)
        page.locator("main button[type=submit], main .button-primary").first.click()
        page.wait_for_url(lambda url: "/account/login" not in url)
        return page

    def choose_language(self, code: str) -> None:
        """Choose the language of the pages in the user menu."""
        self.page.locator("[popovertarget=user-menu]").click()
        self.page.locator(f"#user-menu button[name=language][value={code}]").click()
        expect(self.page.locator("html")).to_have_attribute("lang", code)

    def keys(self, *names: str) -> None:
        """Press keys that belong together, so quickly that no machine is too slow between them."""
        self.page.evaluate(
            """(names) => { for (const key of names) document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }""",
            list(names),
        )

    def let_the_machine_be_busy(self, address: str) -> None:
        """Let a check of this machine find nothing: the tests make it busy, and that is to become no ticket."""
        page = self.open(f"{address}edit/")
        for value, most in (("load", "900"), ("memory", "100"), ("swap", "100"), ("disk", "100")):
            for level in ("warning", "bad"):
                page.locator(f"[name$={value}_{level}]").fill(most)
        page.locator("main .button-primary:not([formnovalidate])").last.click()
        page.wait_for_url(f"**{address}")

    def violations(self) -> list[Any]:
        """Return what axe-core finds wrong on the open page: the rule, and the places."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found = self.page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")["violations"]
        return [(one["id"], [node["html"][:160] for node in one["nodes"]][:5]) for one in found]

    def too_wide(self) -> list[str]:
        """What must be moved sideways to be read: the page, or on anything but a phone one of its lists."""
        lists = ", .table-frame" if self.width >= LAPTOP[0] else ""
        return list(
            self.page.evaluate(
                "(parts) => [...document.querySelectorAll(parts)].filter((one) => one.scrollWidth > one.clientWidth)"
                ".map((one) => `${one.localName} ${one.className}: ${one.scrollWidth}`)",
                f"html{lists}",
            )
        )

    def check_page(self) -> None:
        """Assert that the open page is accessible, fits the width and is in the theme that was asked for."""
        expect(self.page.locator("html")).to_have_attribute("data-bs-theme", self.theme)
        assert (self.violations(), self.too_wide()) == ([], []), self.page.url

    def picture(self, name: str) -> None:
        """Take a picture for the documentation, when that is asked for."""
        if os.environ.get("DRIFTA_SCREENSHOTS") == "1":
            folder = ROOT / "docs" / "screenshots"
            folder.mkdir(exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png")
