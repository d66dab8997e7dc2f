"""A real Chromium for the tests of pages, the same for all of them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
"""As distributions call it."""


def must_be_there() -> bool:
    """Whether a test may not be left out for lack of a browser."""
    return os.environ.get("NEWSLAKE_REQUIRE_BROWSER") == "1" or bool(os.environ.get("CI"))


@contextmanager
def chromium() -> Iterator[Browser]:
    """The installed Chromium, or Playwright's own; without one the test is skipped, or fails where it must not be."""
    with sync_playwright() as playwright:
        installed = next((path for name in NAMES if (path := shutil.which(name))), None)
        if installed is None and not Path(playwright.chromium.executable_path).exists():
            message = "no Chromium: apt-get install chromium, or python -m playwright install chromium"
            if must_be_there():
                pytest.fail(message)
            pytest.skip(message)
        # Chromium's own sandbox does not start for root, as which CI runs; the pages are the tests' own.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=installed, args=arguments)
        try:
            yield browser
        finally:
            browser.close()
