"""Every link of the built site leads somewhere, and every figure says in words what it shows."""

import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urldefrag, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup

from conftest import HTML, ROOT, pages
from rnnlib.course.captions import alternative_texts
from rnnlib.course.contents import NOTEBOOKS

PAGES = [HTML / name for name in pages()]
PROGRAMS = {"search.html"}  # its list of results is made in the browser


@cache
def soup(page: Path) -> BeautifulSoup:
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(page: Path) -> set[str]:
    return {tag["id"] for tag in soup(page).find_all(id=True)}


def test_the_site_is_built():
    names = {path.relative_to(HTML).as_posix() for path in PAGES}
    assert names >= {f"notebooks/{n.file.removesuffix('.ipynb')}.html" for n in NOTEBOOKS}
    assert names >= {"index.html", "install.html", "sources.html", "glossary.html", "api.html", "changelog.html"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HTML).as_posix())
def test_every_link_leads_to_a_page_and_a_place_on_it(page):
    broken = []
    for tag, attribute in [("a", "href"), ("link", "href"), ("script", "src"), ("img", "src")]:
        for found in soup(page).find_all(tag, {attribute: True}):
            target, anchor = urldefrag(found[attribute])
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            file = file / "index.html" if file.is_dir() else file
            if not file.is_relative_to(HTML) or not file.exists():
                broken.append(found[attribute])
            elif file.suffix == ".html" and anchor and anchor not in anchors(file) and file.name not in PROGRAMS:
                broken.append(found[attribute])
            elif file == HTML / "lite/lab/index.html" and not _in_lite(parts.query):
                broken.append(found[attribute])
    assert not broken


def _in_lite(query: str) -> bool:
    (name,) = parse_qs(query)["path"]
    return (HTML / "lite" / "files" / name).exists()


def test_the_examples_of_the_library_stand_as_they_are_written():
    text = soup(HTML / "api.html").get_text()
    assert 'np.savez("weights.npz", **net.params)' in text and "\\*" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HTML).as_posix())
def test_nothing_is_loaded_from_another_host(page):
    loaded = [tag.get("src") or tag.get("href") for tag in soup(page).find_all(["script", "img", "link"])]
    assert not [address for address in loaded if address and address.startswith(("http:", "https:", "//"))]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.number)
def test_every_figure_is_said_in_words(notebook):
    nb = nbformat.read(ROOT / "notebooks" / notebook.file, as_version=4)
    figures = sum("image/png" in output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", []))
    page = soup(HTML / "notebooks" / f"{notebook.file.removesuffix('.ipynb')}.html")
    shown = [image["alt"] for image in page.select(".cell_output img")]
    assert shown == list(alternative_texts(nb).values())
    assert len(shown) == figures
    assert all(text.startswith(f"Figure {int(notebook.number)}.") and len(text) > 40 for text in shown)


def test_every_picture_has_a_text():
    assert all(image.get("alt") for page in PAGES for image in soup(page).find_all("img"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(HTML).as_posix())
def test_the_headings_are_in_order(page):
    if page.name in PROGRAMS:
        return
    levels = [int(tag.name[1]) for tag in soup(page).find("article").find_all(re.compile(r"h\d"))]
    assert levels.count(1) == 1 and levels[0] == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.number)
def test_what_needs_a_repository_is_offered_where_the_site_was_built_for_one_and_nowhere_else(notebook):
    page = soup(HTML / "notebooks" / f"{notebook.file.removesuffix('.ipynb')}.html")
    offered = [tag.get_text() for tag in page.select(".course-links a")]
    others = ["Colab", "Binder", "Suggest an edit", "Report a mistake"] if os.environ.get("REPOSITORY") else []
    assert offered == ["Run this page in the browser", *others]


@pytest.mark.skipif(bool(os.environ.get("REPOSITORY")), reason="the site was built for a repository")
def test_without_a_repository_no_page_has_a_link_that_needs_one():
    links = [tag["href"] for page in PAGES for tag in soup(page).find_all("a", href=True)]
    assert not [link for link in links if "colab.research" in link or "mybinder" in link or "/issues/new" in link]
