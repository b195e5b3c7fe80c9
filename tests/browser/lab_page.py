"""JupyterLab in a browser, as a learner uses it: open a notebook, run it, type into a cell, save."""

import json
import re
from pathlib import Path
from typing import Any

SIZE = {"width": 1280, "height": 2400}
SECONDS = 1000  # Playwright counts milliseconds


class LabPage:
    """A notebook that is open in JupyterLab; `complaints` holds what the page has done that it must not do."""

    def __init__(self, page: Any, folder: Path) -> None:
        self.page, self.folder, self.path = page, folder, None
        self.complaints: list[str] = []
        page.set_viewport_size(SIZE)
        page.set_default_timeout(60 * SECONDS)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", self._request)

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url')})")

    def _request(self, request: Any) -> None:
        if not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:", request.url):
            self.complaints.append(f"request to another host: {request.url}")

    def open(self, address: str, name: str) -> None:
        """Open the notebook `name` of the folder, and wait until its kernel is there."""
        self.path = self.folder / name
        self.page.goto(address)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        # The toolbar says idle before the kernel is connected, and Run All is then silently ignored.
        self.page.wait_for_function("document.querySelector('#jp-main-statusbar')?.innerText.includes('| Idle')")
        # JupyterLab puts the cells of a long notebook into the page one after the other.
        number = len(self.saved()["cells"])
        self.page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-Cell').length === {number}")

    def run_all(self) -> None:
        """Click Run › Run All Cells, and wait until the last one is done; the cells must not have run before."""
        self.start_all()
        self.wait_for_all()

    def start_all(self) -> None:
        """Click Run › Run All Cells."""
        self.page.locator(".lm-MenuBar-item", has_text=re.compile("^Run$")).click()
        self.page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()

    def wait_for_all(self) -> None:
        """Wait until the last cell is done."""
        self._wait_for_prompt(self.page.locator(".jp-Notebook .jp-CodeCell").last)

    def cells(self) -> Any:
        """Return all cells."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    def code_cell(self, text: str) -> Any:
        """Return the only code cell whose source contains `text`."""
        number = next(i for i, source in enumerate(self.sources()) if text in source)
        return self.cells().nth(number)

    def sources(self) -> list[str]:
        """Return the source of every cell of the saved notebook; '' for text."""
        return ["".join(cell["source"]) if cell["cell_type"] == "code" else "" for cell in self.saved()["cells"]]

    def run(self, cell: Any) -> str:
        """Run `cell` by Shift + Enter, and return what it prints."""
        cell.locator(".cm-content").click()
        before = cell.locator(".jp-InputPrompt").text_content()
        self.page.keyboard.press("Shift+Enter")
        self._wait_for_prompt(cell, before)
        return output_of(cell)

    def replace_last_line(self, cell: Any, line: str) -> None:
        """Type `line` over the last line of `cell`, key by key."""
        cell.locator(".cm-content").click()
        for key in ("Control+End", "Shift+Home"):
            self.page.keyboard.press(key)
        self.page.keyboard.type(line)

    def wait_for_figures(self, number: int) -> None:
        """Scroll through the notebook until `number` pictures are really shown in its outputs, or fail."""
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        shown = "pictures => pictures.filter(p => p.complete && p.naturalWidth > 0 && p.clientWidth > 0).length"
        for _ in range(10):
            for top in range(0, panel.evaluate("panel => panel.scrollHeight"), 1200):
                panel.evaluate("(panel, top) => panel.scrollTo(0, top)", top)
                self.page.wait_for_timeout(50)
            found = self.page.locator(".jp-OutputArea-output img").evaluate_all(shown)
            if found == number:
                return
        raise AssertionError(f"expected {number} pictures in the outputs, found {found}")

    def save(self) -> dict:
        """Save by Ctrl + S, and return the notebook as it is on the disk then."""
        with self.page.expect_response(lambda answer: answer.request.method == "PUT" and "/contents/" in answer.url):
            self.page.keyboard.press("Control+s")
        return self.saved()

    def saved(self) -> dict:
        """Return the notebook as it is on the disk."""
        return json.loads(self.path.read_text(encoding="utf-8"))

    def shoot(self, shots: Path, name: str) -> None:
        """Take pictures of the whole notebook, from top to bottom: `name`-01.png and so on."""
        panel = self.page.locator(".jp-WindowedPanel-outer").first
        height = panel.evaluate("panel => panel.scrollHeight")
        step = panel.evaluate("panel => panel.clientHeight")
        for number, top in enumerate(range(0, height, step), 1):
            panel.evaluate("(panel, top) => panel.scrollTo(0, top)", top)
            self.page.wait_for_timeout(300)
            panel.screenshot(path=shots / f"{name}-{number:02}.png")

    def _wait_for_prompt(self, cell: Any, before: str = "") -> None:
        """Wait until `cell` has the number of a run that is not `before`, and no cell and no kernel is at work."""
        self.page.wait_for_function(
            """([prompt, before]) => /\\[\\d+\\]/.test(prompt.textContent) && prompt.textContent !== before
                && ![...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('[*]'))
                && document.querySelector('#jp-main-statusbar').innerText.includes('| Idle')""",
            arg=[cell.locator(".jp-InputPrompt").element_handle(), before],
            timeout=120 * SECONDS,
            polling=100,
        )


def output_of(cell: Any) -> str:
    """Return what `cell` has printed; `inner_text` would be empty where JupyterLab does not draw it yet."""
    return cell.locator(".jp-OutputArea").text_content().strip()
