"""What every test in a browser needs: a Chromium or Chrome, and a folder for pictures."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

NAMES = ["chromium", "chromium-browser", "google-chrome", "chrome"]
MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = Path(tempfile.gettempdir()) / f"rnn-course-screenshots-{os.getpid()}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        _skip("Playwright is not installed: `make test-browser` and `make test-site` bring it")
    program = next(filter(None, [*map(shutil.which, NAMES), shutil.which(MAC)]), None)
    if program is None:
        _skip(f"there is no browser here: expected one of {', '.join(NAMES)}, as by `apt install chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield browser
        browser.close()


def _skip(reason: str) -> None:
    """Skip, but where the browser is required (.ci/run says so), fail."""
    (pytest.fail if os.environ.get("BROWSER_TESTS") == "required" else pytest.skip)(reason)


@pytest.fixture(scope="session")
def shots() -> Path:
    """Return the folder for pictures; it stays when the tests are over, and the last line names it."""
    SHOTS.mkdir(exist_ok=True)
    return SHOTS


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if SHOTS.exists():
        terminalreporter.write_line(f"Screenshots: {SHOTS}")
