"""Every page of the site in a browser: no error, no other host, readable for all, at a desk and on a phone."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from conftest import pages

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LIBRARY = "_modules/rnnlib/layers/simple_rnn.html"
CODE = ".highlight"  # its colours are the same on every page: two pages are enough
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]


@pytest.fixture(scope="module")
def context(browser):
    """Return the browser of a reader who keeps what the pages share."""
    context = browser.new_context(viewport=DESK)
    yield context
    context.close()


@pytest.fixture
def page(context, address):
    """Return an empty page; when the test is over, nothing must have gone wrong on it."""
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(f"failed: {request.url}"))
    page.on("response", lambda answer: answer.status < 400 or complaints.append(f"{answer.status}: {answer.url}"))
    page.on("request", lambda request: _local(request.url, address) or complaints.append(f"asked: {request.url}"))
    yield page
    page.evaluate("localStorage.clear()")  # the choice between light and dark
    page.close()
    assert not complaints


def _local(url: str, address: str) -> bool:
    return url.startswith((address, "data:", "blob:"))


def _open(page: Any, url: str) -> None:
    page.goto(url, wait_until="networkidle")
    page.evaluate("window.MathJax?.startup?.promise")  # until every formula is set


def serious(page: Any, without: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds serious or critical on a page, `without` some of its parts; one line each."""
    options = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
    context = {"exclude": [[part] for part in ("mjx-container", *without)]}
    found = Axe().run(page, context=context, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {' '.join(node['failureSummary'].split())[:200]}"
        for violation in found
        if violation["impact"] in ("serious", "critical")
        for node in violation["nodes"][:5]
    ]


@pytest.mark.parametrize("name", pages())
def test_it_opens_and_everyone_can_read_it(page, address, shots, name):
    _open(page, address + name)
    assert page.locator("mjx-merror").count() == 0
    assert serious(page, without=(CODE,)) == []
    _shoot(page, shots, name, "desk")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    _shoot(page, shots, name, "phone")


def _shoot(page: Any, shots: Path, name: str, where: str) -> None:
    if not name.startswith("_modules"):
        file = shots / f"{name.replace('/', '-').removesuffix('.html')}-{where}.jpg"
        page.screenshot(path=file, full_page=True, animations="disabled", quality=70)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", ["index.html", "notebooks/00_start_here.html", LIBRARY])
def test_code_and_text_can_be_read_in_the_light_and_in_the_dark(page, address, shots, name, theme):
    _open(page, address + name)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    page.screenshot(path=shots / f"{name.replace('/', '-').removesuffix('.html')}-{theme}.png")
    assert serious(page) == []


def test_the_button_changes_between_light_and_dark(page, address):
    _open(page, f"{address}index.html")
    for theme in ("dark", "light"):
        page.locator(".theme-switch-button:visible").click()
        page.locator(f".theme-change-button[data-mode={theme}]:visible").click()
        assert page.locator("html").get_attribute("data-theme") == theme


def test_search_finds_a_term_in_either_language(page, address):
    for word in ("gradient", "隠れ状態"):
        _open(page, f"{address}search.html?q={word}")
        page.locator("#search-results li a").first.wait_for()


def test_hints_and_solutions_are_folded_and_open_by_the_keyboard(page, address):
    _open(page, f"{address}notebooks/02_forward_pass.html")
    details = page.locator("details:has(summary:text-is('Solution'))")
    assert details.count() > 2 and page.locator("article details[open]").count() == 0
    details.first.locator("summary").focus()
    page.keyboard.press("Enter")
    details.first.locator("pre").wait_for(state="visible")


def test_the_pages_lead_on_and_back(page, address):
    _open(page, f"{address}index.html")
    page.locator("article a", has_text="Begin with 00").click()
    page.locator("a.right-next").click()
    assert "/notebooks/01_" in page.url
    page.locator("a.left-prev").click()
    assert "/notebooks/00_" in page.url
    assert page.locator(".course-links a", has_text="Run this page in the browser").count() == 1
