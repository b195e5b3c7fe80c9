"""What the site makes of a notebook (a page, and copies that start in a browser tab or on Colab) and of README."""

import sys
from pathlib import Path

import pytest
from nbformat import v4, validate

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "site"))

import copies  # noqa: E402
import pages  # noqa: E402

FILE = "05_page.ipynb"


def notebook():
    """Return a notebook that has been run."""
    cells = [
        v4.new_markdown_cell("# 05 · A page\n\n**You will** see [2.1](02_other.ipynb)."),
        v4.new_code_cell("find_spec", metadata={"jupyter": {"source_hidden": True}}, execution_count=1),
        v4.new_markdown_cell("## 5.1 One\n\n```python\n## 5.2 no heading\n```"),
        v4.new_code_cell("quizzes.show('a')", metadata={"tags": ["nbval-ignore-output"]}, execution_count=2),
        v4.new_markdown_cell("### Exercise 5.1 · Do\n\n## Appendix\n\nText"),
        v4.new_code_cell("print(1)", outputs=[v4.new_output("stream", text="1\n")], execution_count=3),
    ]
    return v4.new_notebook(cells=cells)


def test_sections_exercises_and_the_appendix_have_anchors_and_code_has_none():
    page = copies.as_page(notebook(), "", "run", set())
    text = "\n".join(cell.source for cell in page.cells)
    for line in ("(section-5-1)=\n## 5.1 One", "(exercise-5-1)=\n### Exercise 5.1", "(appendix-5)=\n## Appendix"):
        assert line in text
    assert "(section-5-2)=" not in text
    assert copies.anchors_in(notebook()) >= {"section-5-1", "exercise-5-1", "appendix-5"}


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("[2.1](02_other.ipynb)", "[2.1](#section-2-1)"),
        ("[2.1 · One step](02_other.ipynb)", "[2.1 · One step](#section-2-1)"),
        ("[Exercise 2.3 · More](02_other.ipynb)", "[Exercise 2.3 · More](#exercise-2-3)"),
        ("[02 · appendix](02_other.ipynb)", "[02 · appendix](#appendix-2)"),
        ("[02 · Other](02_other.ipynb)", "[02 · Other](02_other.ipynb)"),
        ("[2.9](02_other.ipynb)", "[2.9](02_other.ipynb)"),
        ("[2.1](https://arxiv.org/abs/1)", "[2.1](https://arxiv.org/abs/1)"),
    ],
)
def test_a_link_that_names_a_section_leads_to_it(link, leads_to):
    assert copies.leading_to(link, {"section-2-1", "exercise-2-3", "appendix-2"}) == leads_to


def test_a_page_has_its_links_below_the_title_and_says_what_only_runs():
    page = copies.as_page(notebook(), "LINKS", "run.html", set())
    assert page.cells[0].source.startswith("# 05 · A page\n\nLINKS\n")
    (note,) = [cell.source for cell in page.cells if "when the page runs" in cell.source]
    assert "a quiz to click" in note and 'href="run.html"' in note
    assert page.cells[1].metadata.tags == ["remove-cell"]


def test_the_keyboard_reaches_what_scrolls():
    nb = notebook()
    html = '<div style="height: 9em; overflow: auto">x</div>'
    nb.cells[5].outputs = [v4.new_output("display_data", {"text/html": html})]
    (shown,) = copies.as_page(nb, "", "run", set()).cells[-1].outputs
    assert shown.data["text/html"] == '<div style="height: 9em; overflow: auto" tabindex="0">x</div>'


def test_without_a_repository_only_the_browser_is_offered():
    links = copies.launch_links("05 · A page", FILE, "notebooks", "", "main")
    assert links.count("<a ") == 1
    assert 'href="../lite/lab/index.html?path=05_page.ipynb"' in links


def test_with_a_repository_every_way_in_is_offered():
    links = copies.launch_links("05 · A page", FILE, "notebooks", "who/course", "main")
    assert "https://colab.research.google.com/github/who/course/blob/colab/05_page.ipynb" in links
    assert "https://mybinder.org/v2/gh/who/course/main?urlpath=lab%2Ftree%2Fmy-course%2F05_page.ipynb" in links
    assert "https://github.com/who/course/edit/main/notebooks/05_page.ipynb" in links
    assert "https://github.com/who/course/issues/new?title=05%20%C2%B7%20A%20page%3A%20" in links


@pytest.mark.parametrize(
    "copy", [copies.for_browser(notebook()), copies.for_colab(notebook(), "who/course", "1234abcd")]
)
def test_a_copy_starts_unrun_with_a_cell_that_brings_rnnlib_and_says_so(copy):
    validate(copy)
    assert copy.cells[0].source.startswith("# 05")
    assert "library of the course" in copy.cells[1].source
    assert copy.cells[2].source.startswith("%pip install -q") and "rnnlib" in copy.cells[2].source
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in copy.cells)


def test_colab_installs_from_the_repository_at_the_commit_of_the_page():
    copy = copies.for_colab(notebook(), "who/course", "1234abcd")
    assert copy.cells[2].source == '%pip install -q "rnnlib @ git+https://github.com/who/course@1234abcd"'


def test_on_colab_a_link_leads_to_the_copy_on_colab():
    copy = copies.for_colab(notebook(), "who/course", "1234abcd")
    address = "https://colab.research.google.com/github/who/course/blob/colab/02_other.ipynb"
    assert copy.cells[0].source.endswith(f"see [2.1]({address}).")


@pytest.mark.parametrize("repository", ["", "who/course"])
def test_the_home_page_leads_on_within_the_book_and_to_the_repository_where_there_is_one(repository):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    home = pages.home(readme, repository, "main", "run", megabytes=40)
    assert "[how to install it](install.md)" in home
    assert ("](https://github.com/who/course/blob/main/" in home) == bool(repository)
    assert "github.com/who/course/blob/main/install.md" not in home


def test_the_page_of_the_library_has_its_links_below_the_title():
    assert pages.api("LINKS").startswith("rnnlib\n======\n\n.. raw:: html\n\n   LINKS\n")
    assert "raw::" not in pages.api("")


def test_the_glossary_leads_to_sections_and_may_break_a_long_name():
    rows = pages.glossary({"section-1-5"}).splitlines()
    (gradient,) = [row for row in rows if row.startswith("| gradient check |")]
    assert r"check\_<wbr>gradients" in gradient
    assert any("[1.5](#section-1-5)" in row for row in rows)
