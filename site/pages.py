"""The pages of the book that are no notebooks, made from README, the changelog, the glossary and the docstrings."""

import inspect
import re
from html import escape
from itertools import groupby
from pathlib import Path

from nbformat import NotebookNode

import rnnlib
from rnnlib.course.glossary import TERMS

PICTURE = ".github/which-test-sees-which-fault.png"
ON_THE_WEB = "On the web, with nothing to install"  # a reader of the site is there
MODULES = "_modules"  # where sphinx.ext.viewcode puts the source
IN_THE_BOOK = {"CHANGELOG.md": "changelog.md", "install.md": "install.md", PICTURE: Path(PICTURE).name}


def between(text: str, start: str, end: str) -> str:
    """Return what stands in `text` from the line `start` on and before the line `end`."""
    found = re.search(rf"^{re.escape(start)}$.*?(?=^{re.escape(end)}$|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"there is no line {start!r}")
    return found[0].rstrip() + "\n"


def rewritten(markdown: str, repository: str, branch: str) -> str:
    """Let the links of a page of the repository lead to pages of the book, or to the repository, or nowhere."""

    def lead(link: re.Match) -> str:
        text, target = link[1], link[2]
        if target.startswith(("http", "#", "notebooks/")):
            return link[0]
        if target in IN_THE_BOOK:
            return f"[{text}]({IN_THE_BOOK[target]})"
        if re.fullmatch(r"rnnlib/[\w/]+\.py", target):
            return f'<a href="{MODULES}/{target.removesuffix(".py")}.html">{escape(text)}</a>'
        return f"[{text}](https://github.com/{repository}/blob/{branch}/{target})" if repository else text

    return re.sub(r"\[([^\]]*)\]\(([^)]+)\)", lead, markdown)


def parts_of(readme: str) -> dict[str, list[str]]:
    """Return the files of the notebooks by the parts of README's map."""
    parts: dict[str, list[str]] = {}
    for heading, rows in re.findall(r"^### (Part .+?)$(.*?)(?=^### |^## |\Z)", _map(readme), re.DOTALL | re.MULTILINE):
        parts[heading] = re.findall(r"\]\(notebooks/(\d\d_\w+\.ipynb)\)", rows)
    return parts


def _map(readme: str) -> str:
    return re.search(r"^## The map$.*?(?=^## )", readme, re.DOTALL | re.MULTILINE)[0]


WAYS_IN = """<p class="course-links"><a href="notebooks/{page}">Begin to read</a> ·
<a href="{run}">Run it in the browser</a> · <a href="install.html">Install it</a></p>"""

HOME = """{head}
## Read it, or run it

Every notebook is a page of this book, with all that it prints and draws. [Begin with 00](notebooks/{first}).

Or <a href="{run}">run 00 in a browser tab</a>: the same notebooks in a JupyterLab that works inside the page, with
nothing to install, best on a wide screen. The first start loads Python, NumPy and Matplotlib, about {megabytes} MB, and
takes about a minute. What you write is saved in that browser, by Ctrl + S and every two minutes; a click with the
right-hand button on the notebook in the list, then **Download**, keeps it elsewhere.

On your own computer the course is two commands: [how to install it](install.md).

{map}
{exercise}
{toctrees}"""


def home(readme: str, repository: str, branch: str, run: str, megabytes: int) -> str:
    """Return the first page: README's first screen, the ways in, the map; and the table of contents of the book."""
    parts = parts_of(readme)
    trees = [_toctree(part, [f"notebooks/{file}" for file in files]) for part, files in parts.items()]
    trees.append(_toctree("To look up", ["sources.md", "glossary.md", "api.rst"]))
    trees.append(_toctree("About", ["install.md", "changelog.md"]))
    first = next(iter(parts.values()))[0]
    title, _, head = readme[: readme.index("\n## Start\n")].partition("\n")
    ways = WAYS_IN.format(page=first.replace(".ipynb", ".html"), run=run)
    text = HOME.format(
        head=f"{title}\n\n{ways}\n{head}",
        first=first,
        run=run,
        megabytes=megabytes,
        map=_map(readme),
        exercise=between(readme, "## How an exercise works", "## A mistake?"),
        toctrees="\n".join(trees),
    )
    return rewritten(text, repository, branch)


def _toctree(caption: str, documents: list[str]) -> str:
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *documents, "```", ""])


def install(readme: str, repository: str, branch: str) -> str:
    """Return the page on the course on one's own computer: README's start, and what has been run where."""
    start = between(readme, "## Start", "## The map").replace("## Start", "# On your own computer", 1)
    start = start.replace(between(start, f"### {ON_THE_WEB}", "### "), "").replace("\n### ", "\n## ")
    runs = between(readme, "## What has been run where", "## Licence")
    licence = between(readme, "## Licence", "## ")
    return rewritten("\n".join([start, runs, licence]), repository, branch)


def changelog(text: str, repository: str, branch: str) -> str:
    """Return the page of the changelog."""
    return rewritten(text, repository, branch)


def glossary(anchors: set[str]) -> str:
    """Return the page of the terms, each with a link to its section."""
    rows = []
    for term in sorted(TERMS, key=lambda term: term.english.lower()):
        kind, number = ("exercise", term.section[9:]) if term.section.startswith("Ex") else ("section", term.section)
        anchor = f"{kind}-{number.replace('.', '-')}"
        place = f"[{term.section}](#{anchor})" if anchor in anchors else term.section
        cells = [re.sub(r"([*_`|\[\]$<])", r"\\\1", cell) for cell in term[:3]]
        cells[2] = re.sub(r"([_.])(?=\w)", r"\1<wbr>", cells[2])  # a phone is narrow
        rows.append("| " + " | ".join([*cells, place]) + " |")
    head = "# Glossary\n\nThe terms of the course in English and Japanese, their names in the code, their sections.\n"
    return "\n".join([head, "| English | 日本語 | in code | section |", "|---|---|---|---|", *rows, ""])


def sources(start: NotebookNode, leading) -> str:
    """Return the page that leads from the two seed documents to the sections: the tables of notebook 00.

    Args:
        start: notebook 00.
        leading: what turns its links into links of this page.
    """
    inside, parts = False, []
    for cell in start.cells:
        if cell.cell_type == "markdown" and (heading := re.match(r"## (\d\.\d )?(.+)", cell.source)):
            inside = "documents" in heading[2] and heading[1] is not None
            if inside:
                parts.append(f"# {heading[2]}" + cell.source[heading.end() :])
                continue
        if inside and cell.cell_type == "markdown":
            parts.append(cell.source)
    if not parts:
        raise ValueError("notebook 00 has no section on the two documents")
    text = leading("\n\n".join(parts))
    return re.sub(r"\]\((\d\d_\w+\.ipynb)\)", r"](notebooks/\1)", text)


def api(links: str) -> str:
    """Return the page of `rnnlib`, in reStructuredText: what it exports, module by module, from its docstrings.

    Args:
        links: HTML to stand below the title.
    """
    names = sorted(rnnlib.__all__, key=lambda name: (_module(name), name.lower()))
    lines = ["rnnlib", "======", "", *([".. raw:: html", "", f"   {links}", ""] if links else [])]
    lines += [".. automodule:: rnnlib", "   :no-members:", ""]
    for module, group in groupby(names, key=_module):
        title = (inspect.getdoc(__import__(module, fromlist=["_"])) or module).partition("\n")[0].rstrip(".")
        lines += [title, "-" * (2 * len(title)), "", f"``{module}``", ""]
        for name in group:
            thing = getattr(rnnlib, name)
            kind = "class" if inspect.isclass(thing) else "function" if inspect.isroutine(thing) else "data"
            lines += [f".. auto{kind}:: rnnlib.{name}", *(["   :members:"] if kind == "class" else []), ""]
    return "\n".join(lines)


def _module(name: str) -> str:
    module = getattr(getattr(rnnlib, name), "__module__", "rnnlib")
    return "rnnlib.gradcheck" if module.startswith("rnnlib.gradcheck") else module
