"""The building blocks in a real browser: accessible in every look, and usable by keys."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

AXE = Path(__file__).parents[4] / "assets" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]
SHOTS = Path("/tmp/drifta-gallery")
PAGES = ("/", "/events", "/form", "/workspace", "/plain")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield found
        found.close()
