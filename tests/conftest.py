"""What the tests of the whole house share: a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.running import PATIENCE

#: What keeps Chromium quiet on a machine without a screen and without the internet.
CHROMIUM = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium.

    It ends with its module: as long as Playwright runs, its event loop counts as running in this thread, in which
    the next test may want one of its own, or may come with another Playwright.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=CHROMIUM, timeout=PATIENCE * 1000
        )
        yield chromium
        chromium.close()
