"""JupyterLite in a browser, as a visitor of the site uses it: the pages of `lab_page`, without a server."""

from pathlib import Path
from typing import Any

from lab_page import SECONDS, LabPage

SIZE = {"width": 1280, "height": 900}  # a taller page takes longer to draw while it runs
DONE = """([prompt, before]) => {
    const prompts = [...document.querySelectorAll('.jp-InputPrompt')].map(p => p.textContent);
    const red = document.querySelector('[data-mime-type$=".error"], [data-mime-type$=".stderr"]');
    const failed = red && !before;  // of Run All, which an error ends
    const ran = /\\[\\d+\\]/.test(prompt.textContent) && prompt.textContent !== before;
    return (ran || failed) && !prompts.some(text => text.includes('[*]'));
}"""


class LitePage(LabPage):
    """A notebook that is open in JupyterLite."""

    def __init__(self, page: Any) -> None:
        super().__init__(page, Path())
        page.set_viewport_size(SIZE)

    def open(self, address: str, name: str) -> None:
        """Open the notebook `name` of the site at `address`, and wait until all its cells are there."""
        self.path = Path(name)
        self.page.goto(f"{address}lite/lab/index.html?path={name}")
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        number = len(self.saved()["cells"])
        self.page.wait_for_function(f"document.querySelectorAll('.jp-Notebook .jp-Cell').length === {number}")

    def is_done(self) -> bool:
        """Return whether the last cell is done, or an earlier one has failed."""
        last = self.page.locator(".jp-Notebook .jp-CodeCell").last
        return self.page.evaluate(DONE, [last.locator(".jp-InputPrompt").element_handle(), ""])

    def saved(self) -> dict:
        """Return the notebook as the browser keeps it."""
        read = "async name => (await window.jupyterapp.serviceManager.contents.get(name, {content: true})).content"
        return self.page.evaluate(read, str(self.path))

    def shown(self) -> dict:
        """Return the notebook as the page shows it, whether it is saved or not."""
        return self.page.evaluate("window.jupyterapp.shell.currentWidget.content.model.toJSON()")

    def save(self) -> dict:
        """Save, and return the notebook as the browser keeps it then."""
        self.page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
        return self.saved()

    def _wait_for_prompt(self, cell: Any, before: str = "") -> None:
        prompt = cell.locator(".jp-InputPrompt").element_handle()
        self.page.wait_for_function(DONE, arg=[prompt, before], timeout=900 * SECONDS, polling=500)
