"""The structure of a notebook, as rules: each takes a notebook and yields what is wrong with it."""

import re
import statistics
from collections.abc import Iterator
from urllib.parse import unquote

from nbformat import NotebookNode
from notebook_files import NotebookFile, exercises_in, solution_in

from rnnlib.course.captions import alternative_texts

WORDS_AT_MOST = 200
LINES_AT_MOST = 25
LINES_IN_THE_MIDDLE = 8
IGNORE_OUTPUT = "nbval-ignore-output"
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
ABSOLUTE_PATH = re.compile(r"(?<![\w.<])/(?:home|Users|tmp|root|usr|opt|var|private|mnt|etc)/|\b[A-Z]:\\\w")


def file_name(notebook: NotebookFile) -> Iterator[str]:
    if not re.fullmatch(r"\d\d_[a-z0-9_]+\.ipynb", notebook.path.name):
        yield f"the file name is not NN_title.ipynb: {notebook.path.name}"


def opening(notebook: NotebookFile) -> Iterator[str]:
    first = notebook.nb.cells[0]
    if not re.match(rf"# {notebook.path.name[:2]} · \S", first.source):
        yield f"the first cell does not open with '# {notebook.path.name[:2]} · Title'"
    for part in (r"\*\*You will\*\*", r"\*\*You need\*\*", r"\d+ minutes"):
        if not re.search(part, first.source):
            yield f"the first cell has no {part}"


def way_on(notebook: NotebookFile) -> Iterator[str]:
    ends = [("first", notebook.previous), ("first", notebook.next), ("last", notebook.next)]
    for end, neighbour in ends:
        cell = notebook.nb.cells[0 if end == "first" else -1]
        if neighbour and f"]({neighbour})" not in cell.source:
            yield f"the {end} cell does not link to {neighbour}"


def links(notebook: NotebookFile) -> Iterator[str]:
    folder = notebook.path.resolve().parent
    for i, cell in notebook.markdown_cells:
        for target in re.findall(r"\]\(([^()\s]+)[^()]*\)|src=\"([^\"]+)\"", _prose(cell.source)):
            link = "".join(target)
            if re.match(r"[a-z]+:|#", link):
                continue
            file = (folder / unquote(link.partition("#")[0])).resolve()
            if not file.exists():
                yield f"cell {i} links to {link}, which does not exist"
            elif not file.is_relative_to(folder):
                yield f"cell {i} links to {link}, which is not in the learner's copy of notebooks/"


def sections(notebook: NotebookFile) -> Iterator[str]:
    found = [title.split()[0] for title in _headings(notebook) if re.match(r"\d", title)]
    expected = [f"{notebook.chapter}.{k}" for k in range(1, len(found) + 1)]
    if not found or found != expected:
        yield f"the sections are numbered {found}, not {expected or [f'{notebook.chapter}.1']}"


def closing(notebook: NotebookFile) -> Iterator[str]:
    titles = _headings(notebook)
    numbered = [k for k, title in enumerate(titles) if re.match(r"\d", title)]
    for title in ("We have seen", "Your turn"):
        if title not in titles:
            yield f"there is no heading '## {title}'"
        elif numbered and titles.index(title) < numbered[-1]:
            yield f"'## {title}' stands before the last section"


def exercises(notebook: NotebookFile) -> Iterator[str]:
    found = exercises_in(notebook)
    wanted = 1 if notebook.chapter == 0 else 2
    if len(found) < wanted:
        yield f"there are {len(found)} exercises, not {wanted} or more"
    expected = [f"{notebook.chapter}.{k}" for k in range(1, len(found) + 1)]
    if [exercise.number for exercise in found] != expected:
        yield f"the exercises are numbered {[exercise.number for exercise in found]}, not {expected}"


def exercise_cells(notebook: NotebookFile) -> Iterator[str]:
    for exercise in exercises_in(notebook):
        task, stub = notebook.nb.cells[exercise.task], notebook.nb.cells[exercise.stub]
        if task.cell_type != "markdown" or f"\n### Exercise {exercise.number} · " not in f"\n{task.source}":
            yield f"{exercise.number}: no '### Exercise {exercise.number} · ' two cells before the check"
        if stub.cell_type != "code" or not re.search(r"(^|=)\s*\.\.\.", stub.source, re.MULTILINE):
            yield f"{exercise.number}: the cell before the check is no stub with '...' in it"
        if task.source.count("<details>") != 3 or task.source.count("</details>") != 3:
            yield f"{exercise.number}: there are not three <details>: two hints and a solution"
        elif not solution_in(task.source):
            yield f"{exercise.number}: the last <details> holds no ```python block"


def one_clean_run(notebook: NotebookFile) -> Iterator[str]:
    counts = [cell.execution_count for _, cell in notebook.code_cells]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the execution counts are {counts}: not one run from top to bottom"


def no_errors(notebook: NotebookFile) -> Iterator[str]:
    for i, cell in notebook.code_cells:
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {i} holds an error: {output.ename}"
            if output.get("name") == "stderr":
                yield f"cell {i} holds stderr"


def cell_lengths(notebook: NotebookFile) -> Iterator[str]:
    lengths = {i: sum(bool(line.strip()) for line in cell.source.splitlines()) for i, cell in notebook.code_cells}
    for i, length in lengths.items():
        if length > LINES_AT_MOST:
            yield f"cell {i} has {length} lines, more than {LINES_AT_MOST}"
    if lengths and statistics.median(lengths.values()) > LINES_IN_THE_MIDDLE:
        yield f"the cell in the middle has more than {LINES_IN_THE_MIDDLE} lines"


def tags(notebook: NotebookFile) -> Iterator[str]:
    for i, cell in enumerate(notebook.nb.cells):
        for tag in cell.metadata.get("tags", []):
            if tag != IGNORE_OUTPUT or not re.search("quiz|interact|slider", cell.source):
                yield f"cell {i} may not have the tag {tag}"
        if re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source):
            yield f"cell {i} speaks to nbval in a comment"


def prose_lengths(notebook: NotebookFile) -> Iterator[str]:
    for i, cell in notebook.markdown_cells:
        words = [word for word in _prose(cell.source).split() if re.search(r"\w", word)]
        if len(words) > WORDS_AT_MOST:
            yield f"cell {i} has {len(words)} words, more than {WORDS_AT_MOST}"


def predictions(notebook: NotebookFile) -> Iterator[str]:
    """Find predictions whose answer is not printed first, and proved in a later cell."""
    for i, cell in notebook.markdown_cells:
        if "**Predict" in cell.source:
            answer = next((after for k, after in notebook.code_cells if k > i and after.outputs), None)
            if answer is None or not any(map(_shows_text, answer.outputs)):
                yield f"the prediction of cell {i} is not followed by a cell that prints its answer"
            elif re.search(r"\b(proof|measured)\(", answer.source):
                yield f"the prediction of cell {i} is given away by the claim below it, in the cell that prints"


def no_machine(notebook: NotebookFile) -> Iterator[str]:
    for i, cell in notebook.code_cells:
        for output in cell.outputs:
            texts = [output.get("text", "")]
            texts += [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
            for text in texts:
                if found := ADDRESS.search(text) or ABSOLUTE_PATH.search(text):
                    yield f"the output of cell {i} names a place of this machine: {found[0]}"


def metadata(notebook: NotebookFile) -> Iterator[str]:
    if notebook.nb.metadata.get("kernelspec", {}).get("name") != "python3":
        yield "the kernel is not python3"
    if notebook.nb.metadata.get("language_info") != {"name": "python"}:
        yield "language_info holds more than the name: make refresh has not been run"


def captions(notebook: NotebookFile) -> Iterator[str]:
    waiting = None  # the figure that has no caption yet; a proof may stand between the two
    for i, cell in enumerate(notebook.nb.cells):
        if waiting is not None and cell.cell_type == "markdown" and cell.source.startswith("*Figure"):
            waiting = None
        elif any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            if waiting is not None:
                yield f"the figure of cell {waiting} has no caption before the next one"
            waiting = i
        elif waiting is not None and cell.cell_type == "markdown":
            yield f"the figure of cell {waiting} is not followed by a caption, '*Figure …'"
            waiting = None
    if waiting is not None:
        yield f"the figure of cell {waiting} has no caption"


def figures_in_words(notebook: NotebookFile) -> Iterator[str]:
    for i, text in alternative_texts(notebook.nb).items():
        for output in notebook.nb.cells[i].outputs:
            if "image/png" in output.get("data", {}) and output.metadata.get("image/png", {}).get("alt") != text:
                yield f"the figure of cell {i} does not have its caption as its text: make refresh has not been run"


def line_endings(notebook: NotebookFile) -> Iterator[str]:
    if b"\r" in notebook.raw or not notebook.raw.endswith(b"}\n"):
        yield "the file has other line endings than LF, or none at its end"


RULES = [
    file_name, opening, way_on, links, sections, closing, exercises, exercise_cells, one_clean_run,
    no_errors, cell_lengths, tags, prose_lengths, predictions, no_machine, metadata, captions,
    figures_in_words, line_endings,
]  # fmt: skip


def _prose(markdown: str) -> str:
    """Return ``markdown`` without code and formulas, which are neither words nor links."""
    without_blocks = re.sub(r"```.*?```|\$\$.*?\$\$", " ", markdown, flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`|\$[^$\n]*\$", " … ", without_blocks)


def _shows_text(output: NotebookNode) -> bool:
    return output.output_type == "stream" or "image/png" not in output.get("data", {"image/png": ""})


def _headings(notebook: NotebookFile) -> list[str]:
    prose = "\n".join(_prose(cell.source) for _, cell in notebook.markdown_cells)
    return re.findall(r"^## +(.+?) *$", prose, re.MULTILINE)
