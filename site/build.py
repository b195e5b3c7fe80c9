"""Build the book of the course and its JupyterLite: ``python site/build.py``, in the environment of ``make site``.

From the environment: REPOSITORY, ``owner/name`` on GitHub (without it no page has a link that needs one), and BRANCH.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import copies
import nbformat
import pages

from rnnlib.course.contents import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "site"
BUILD = ROOT / "build" / "site"
HTML = BUILD / "html"
WHEELS = Path(sys.prefix) / "wheels-for-the-browser"
MATHJAX = ["tex-chtml.js", "output/chtml/fonts", "input/tex/extensions", "ui", "a11y", "sre/mathmaps/en.json"]
MEGABYTES = 40  # what a browser loads for the first notebook; tests/site measures it


def write_source(folder: Path, repository: str, branch: str) -> None:
    """Write all pages of the book, as Sphinx reads them, to `folder`."""
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CHANGELOG.md")}
    course = {n.file: nbformat.read(ROOT / "notebooks" / n.file, as_version=4) for n in NOTEBOOKS}
    anchors = set().union(*map(copies.anchors_in, course.values()))
    (folder / "notebooks").mkdir(parents=True)
    for n in NOTEBOOKS:
        title = f"{n.number} · {n.title}"
        links = copies.launch_links(title, n.file, "notebooks", repository, branch)
        run = copies.run_address(n.file, "notebooks")
        nbformat.write(copies.as_page(course[n.file], links, run, anchors), folder / "notebooks" / n.file)
    first = NOTEBOOKS[0].file
    readme, where = texts["README.md"], (repository, branch)
    written = {
        "index.md": (pages.home(readme, *where, copies.run_address(first, ""), MEGABYTES), "README.md"),
        "install.md": (pages.install(readme, *where), "README.md"),
        "changelog.md": (pages.changelog(texts["CHANGELOG.md"], *where), "CHANGELOG.md"),
        "glossary.md": (pages.glossary(anchors), "rnnlib/course/glossary.py"),
        "sources.md": (
            pages.sources(course[first], lambda text: copies.leading_to(text, anchors)),
            f"notebooks/{first}",
        ),
    }
    for name, (text, origin) in written.items():
        title, _, rest = text.partition("\n")
        links = copies.line_of(copies.repository_links(title.removeprefix("# "), origin, *where))
        (folder / name).write_text(f"{title}\n\n{links}\n{rest}", encoding="utf-8")
    links = copies.line_of(copies.repository_links("rnnlib", "rnnlib/__init__.py", *where))
    (folder / "api.rst").write_text(pages.api(links), encoding="utf-8")
    shutil.copy(ROOT / pages.PICTURE, folder)


def copy_mathjax(folder: Path) -> None:
    """Copy what a page needs of MathJax to `folder`/mathjax: the site asks no other host."""
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
    for name in MATHJAX:
        target = folder / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (package / name).is_dir() else shutil.copy)(package / name, target)


def build_book(source: Path, repository: str) -> None:
    """Let Sphinx make the book; a warning is an error."""
    static = BUILD / "static"
    copy_mathjax(static)
    environment = os.environ | {"MATHJAX": str(static), "REPOSITORY": repository}
    command = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-c", SITE]
    subprocess.run([*command, "-b", "html", "-d", BUILD / "doctrees", source, HTML], check=True, env=environment)


def wheel_of_rnnlib(folder: Path) -> None:
    """Build the wheel of rnnlib in `folder`, from a copy: what was built before must not get into it."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, copy)
        shutil.copytree(ROOT / "rnnlib", Path(copy, "rnnlib"), ignore=shutil.ignore_patterns("__pycache__"))
        _pip("wheel", "--no-build-isolation", "--wheel-dir", folder, copy)


def other_wheels(folder: Path) -> None:
    """Bring the wheels that the notebooks need beside rnnlib to `folder`; they are downloaded once."""
    pins, downloaded = SITE / "lite" / "wheels.txt", WHEELS / "wheels.txt"
    if not downloaded.exists() or downloaded.read_text() != pins.read_text():
        shutil.rmtree(WHEELS, ignore_errors=True)
        _pip("download", "--require-hashes", "--dest", WHEELS, "-r", pins)
        shutil.copy(pins, downloaded)
    for wheel in WHEELS.glob("*.whl"):
        shutil.copy(wheel, folder)


def _pip(command: str, *arguments: object) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([sys.executable, "-m", "pip", command, *quiet, *map(str, arguments)], check=True)


def build_lite() -> None:
    """Make the JupyterLite with the whole course, without outputs, in the folder `lite` of the book."""
    folder = BUILD / "lite"
    shutil.copytree(SITE / "lite", folder)
    for name in ("files", "wheels"):
        (folder / name).mkdir()
    for n in NOTEBOOKS:
        nb = nbformat.read(ROOT / "notebooks" / n.file, as_version=4)
        nbformat.write(copies.for_browser(nb), folder / "files" / n.file)
    wheel_of_rnnlib(folder / "wheels")
    other_wheels(folder / "wheels")
    (widgets,) = (folder / "wheels").glob("jupyterlab_widgets-*.whl")
    command = [sys.executable, "-m", "jupyter", "lite", "build", "--lite-dir", folder]
    command += [f"--LiteBuildConfig.federated_extensions={widgets}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{result.stdout}\n{result.stderr}\nJupyterLite was not built.")
    shutil.copytree(folder / "out", HTML / "lite")


def write_colab(folder: Path, repository: str) -> None:
    """Write the notebooks as they start on Colab, to be put on a branch of their own."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True)
    folder.mkdir()
    for n in NOTEBOOKS:
        nb = nbformat.read(ROOT / "notebooks" / n.file, as_version=4)
        nbformat.write(copies.for_colab(nb, repository, commit.stdout.strip()), folder / n.file)


def main() -> int:
    """Build everything anew in build/site."""
    repository, branch = os.environ.get("REPOSITORY", ""), os.environ.get("BRANCH") or "main"
    if repository and not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        print(f"REPOSITORY is owner/name, not {repository!r}", file=sys.stderr)
        return 1
    start = time.monotonic()
    shutil.rmtree(BUILD, ignore_errors=True)
    write_source(BUILD / "source", repository, branch)
    build_book(BUILD / "source", repository)
    build_lite()
    if repository:
        write_colab(BUILD / "colab", repository)
    (HTML / ".nojekyll").touch()  # GitHub would leave out folders that begin with _
    size = sum(path.stat().st_size for path in HTML.rglob("*") if path.is_file()) / 1e6
    print(f"The site is in {HTML.relative_to(ROOT)}: {size:.0f} MB, built in {time.monotonic() - start:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
