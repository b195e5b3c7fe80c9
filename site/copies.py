"""What a notebook becomes: a page of the book, and a copy that runs in the browser or on Colab."""

import re
from copy import deepcopy
from html import escape
from urllib.parse import quote

from nbformat import NotebookNode, from_dict, v4

from rnnlib.course.captions import alternative_texts
from rnnlib.course.lab import without_outputs

RUNS_ONLY = "nbval-ignore-output"  # the tag of quizzes and sliders, which have no stored output
ANCHORS = [  # headings that other pages lead to, and the names that they get
    (r"## (\d+)\.(\d+) ", r"section-\1-\2"),
    (r"### Exercise (\d+)\.(\d+) ", r"exercise-\1-\2"),
]
MENTIONS = [  # how a link to another notebook names such a heading
    (r"(\d+)\.(\d+)\b", r"section-\1-\2"),
    (r"Exercise (\d+)\.(\d+)\b", r"exercise-\1-\2"),
    (r"0?(\d+) · appendix", r"appendix-\1"),
]
LINK = re.compile(r"\[([^\]]+)\]\((\d\d_\w+\.ipynb)\)")
SCROLLS = re.compile(r'(<div style="[^"]*overflow: auto[^"]*")>')  # the keyboard must reach it
FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.DOTALL | re.MULTILINE)

IN_BROWSER = (
    "This notebook runs in your browser; nothing is installed on your computer. The next cell brings the library of "
    "the course into the page: click on it, and press Shift + Enter. The first start takes about a minute.\n\n"
    "What you write is saved in this browser, by Ctrl + S and every two minutes; a private window forgets it. To keep "
    "it elsewhere, click on the notebook in the list on the left with the right-hand button, and choose **Download**. "
    "When you come back, click where you want to go on, and choose **Run › Run All Above Selected Cell**. To start "
    "anew, delete the notebook in that list: the original comes back."
)
INSTALL_IN_BROWSER = """\
%pip install -q rnnlib ipywidgets matplotlib tqdm
import logging

logging.getLogger("matplotlib.font_manager").setLevel("ERROR")  # at its first start it tells of its fonts"""
ON_COLAB = (
    "The next cell installs `rnnlib`, the library of the course, from {address}: run it first, once in each session. "
    "The rest is here. **File › Save a copy in Drive** keeps what you write."
)
INSTALL_ON_COLAB = '%pip install -q "rnnlib @ git+https://github.com/{repository}@{commit}"'


def anchors_in(nb: NotebookNode) -> set[str]:
    """Return the anchors that the page of `nb` will have."""
    names: set[str] = set()
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            names |= set(re.findall(r"^\(([\w-]+)\)=$", with_anchors(cell.source, nb), re.MULTILINE))
    return names


def with_anchors(markdown: str, nb: NotebookNode) -> str:
    """Put an anchor before each heading of a section, an exercise or the appendix."""
    for heading, name in ANCHORS:
        markdown = re.sub(
            rf"^(?={heading})(?:.*?)$", lambda m, h=heading, n=name: _anchor(m[0], h, n), markdown, flags=re.M
        )
    chapter = int(nb.cells[0].source[2:4])
    return re.sub(r"^(?=## Appendix)", f"(appendix-{chapter})=\n", markdown, count=1, flags=re.M)


def _anchor(line: str, heading: str, name: str) -> str:
    return f"({re.match(heading, line).expand(name)})=\n{line}"


def leading_to(markdown: str, anchors: set[str]) -> str:
    """Let a link that names a section lead to the section, and not only to its notebook."""

    def lead(link: re.Match) -> str:
        for mention, name in MENTIONS:
            if (found := re.match(mention, link[1])) and found.expand(name) in anchors:
                return f"[{link[1]}](#{found.expand(name)})"
        return link[0]

    return LINK.sub(lead, markdown)


def _outside_code(markdown: str, change) -> str:
    parts = FENCE.split(markdown)
    return "".join(part if part.startswith("```") else change(part) for part in parts)


def as_page(nb: NotebookNode, links: str, run: str, anchors: set[str]) -> NotebookNode:
    """Return `nb` as a page of the book.

    Args:
        nb: the notebook, with its outputs.
        links: HTML to stand below the title.
        run: the address at which this notebook runs.
        anchors: the anchors of all pages.
    """
    page = deepcopy(nb)
    for index, text in alternative_texts(nb).items():
        page.cells[index].metadata["mystnb"] = {"image": {"alt": text}}
    for cell in page.cells:
        if cell.cell_type == "markdown":
            source = cell.source
            cell.source = _outside_code(source, lambda text: leading_to(with_anchors(text, nb), anchors))
            continue
        for output in cell.outputs:
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = SCROLLS.sub(r'\1 tabindex="0">', output.data["text/html"])
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            cell.metadata["tags"] = ["remove-cell"]  # it asks whether rnnlib is here
    title, _, rest = page.cells[0].source.partition("\n")
    page.cells[0].source = f"{title}\n\n{links}\n{rest}"
    page.cells = [part for cell in page.cells for part in _with_note(cell, run)]
    return page


def _with_note(cell: NotebookNode, run: str) -> list[NotebookNode]:
    if RUNS_ONLY not in cell.metadata.get("tags", []):
        return [cell]
    thing = "a slider" if "slider" in cell.source else "a quiz to click"
    link = f'<a href="{escape(run)}">run it in the browser</a>'
    note = f'<p class="course-note">Here stands {thing} when the page runs: {link}.</p>'
    return [cell, v4.new_markdown_cell(note, id=f"{cell.id}-note")]


def for_browser(nb: NotebookNode) -> NotebookNode:
    """Return `nb` as it starts in a browser tab: without outputs, with a first cell that brings rnnlib."""
    return _starting_with(nb, IN_BROWSER, INSTALL_IN_BROWSER)


def for_colab(nb: NotebookNode, repository: str, commit: str) -> NotebookNode:
    """Return `nb` as it starts on Colab: without outputs, with a first cell that installs rnnlib from `repository`."""
    address = f"[its repository](https://github.com/{repository})"
    install = INSTALL_ON_COLAB.format(repository=repository, commit=commit)
    copy = _starting_with(nb, ON_COLAB.format(address=address), install)
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(lambda link: f"[{link[1]}]({colab_address(link[2], repository)})", cell.source)
    return copy


def colab_address(file: str, repository: str) -> str:
    """Return the address at which Colab opens the copy of a notebook, from its branch of `repository`."""
    return f"https://colab.research.google.com/github/{repository}/blob/colab/{file}"


def _starting_with(nb: NotebookNode, words: str, code: str) -> NotebookNode:
    start = v4.new_markdown_cell(words, id="start-words"), v4.new_code_cell(code, id="start-code")
    copy = v4.new_notebook(cells=[*nb.cells[:1], *start, *nb.cells[1:]], metadata=nb.metadata)
    return from_dict(without_outputs(copy))


def launch_links(title: str, file: str, folder: str, repository: str, branch: str) -> str:
    """Return the line below the title of a notebook: where it runs, and, where there is a repository, the rest."""
    links = {"Run this page in the browser": run_address(file, folder)}
    if repository:
        binder = quote(f"lab/tree/my-course/{file}", safe="")
        links["Colab"] = colab_address(file, repository)
        links["Binder"] = f"https://mybinder.org/v2/gh/{repository}/{quote(branch, safe='')}?urlpath={binder}"
    links |= repository_links(title, f"notebooks/{file}", repository, branch)
    return line_of(links)


def repository_links(title: str, path: str, repository: str, branch: str) -> dict[str, str]:
    """Return where a page is edited, and where a mistake in it is told; nothing where there is no repository."""
    if not repository:
        return {}
    home = f"https://github.com/{repository}"
    return {
        "Suggest an edit": f"{home}/edit/{branch}/{path}",
        "Report a mistake": f"{home}/issues/new?title={quote(f'{title}: ')}",
    }


def line_of(links: dict[str, str]) -> str:
    """Return links as one line of HTML, or nothing."""
    items = " · ".join(f'<a href="{escape(address)}">{escape(text)}</a>' for text, address in links.items())
    return f'<p class="course-links">{items}</p>' if items else ""


def run_address(file: str, folder: str) -> str:
    """Return the address, seen from a page in `folder`, at which a notebook runs in the browser."""
    return f"{'../' * bool(folder)}lite/lab/index.html?path={file}"
