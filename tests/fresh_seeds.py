"""Run the notebooks with other random streams: every proof must pass, a measured line in 19 of 20: `make fresh-seeds`.

Nothing in a notebook changes. A first cell, put into a copy, makes every seeded Generator draw from another stream.
"""

import argparse
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
OTHER_STREAM = """
import numpy as np

def _from_another_stream(seed=None, *, _draw=np.random.default_rng):
    is_written = isinstance(seed, (int, np.integer, list, tuple))
    return _draw([{stream}, *np.atleast_1d(seed)]) if is_written else _draw(seed)

np.random.default_rng = _from_another_stream
"""


def failures(path: Path, stream: int) -> list[tuple[str, str]]:
    """Return (kind of error, message) for each cell of the notebook that raises when its seeds draw from `stream`."""
    nb = nbformat.read(path, as_version=4)
    nb.cells.insert(0, nbformat.v4.new_code_cell(OTHER_STREAM.format(stream=stream)))
    try:
        run(nb)
    except CellTimeoutError:  # on a busy machine a kernel's answer can be lost
        run(nb)
    errors = (output for cell in nb.cells for output in cell.get("outputs", []) if output.output_type == "error")
    return [(error.ename, error.evalue.partition("\n")[0]) for error in errors]


def run(nb: nbformat.NotebookNode) -> None:
    """Run every cell, whatever it raises, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            nb,
            kernel_name="python3",
            timeout=300,
            allow_errors=True,
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": folder}},
        )
        client.execute()


def report(path: Path, streams: range, allowed: int) -> bool:
    """Print what failed in the notebook, and return whether that is too much."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda stream: failures(path, stream), streams))
    other = [(stream, error) for stream, errors in zip(streams, found, strict=True) for error in errors]
    missed = Counter(message.partition(": not so")[0] for _, (kind, message) in other if kind == "NotMeasured")
    broken = [(stream, message) for stream, (kind, message) in other if kind != "NotMeasured"]
    print(f"{path.name}: {len(streams)} streams, {len(broken)} cells failed, {sum(missed.values())} findings missed")
    for stream, message in broken:
        print(f"    stream {stream}: {message}")
    for claim, count in missed.items():
        print(f"    missed in {count}: {claim}")
    return bool(broken) or any(count > allowed for count in missed.values())


def main() -> int:
    """Run the notebooks that are named, or all; return 1 where one does not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all")
    parser.add_argument("--streams", type=int, default=20, help="how many (default: 20)")
    parser.add_argument("--first", type=int, default=1, help="the number of the first stream (default: 1)")
    arguments = parser.parse_args()
    streams = range(arguments.first, arguments.first + arguments.streams)
    paths = arguments.notebooks or sorted(NOTEBOOKS.glob("*.ipynb"))
    results = [report(path, streams, allowed=arguments.streams // 20) for path in paths]
    return int(any(results))


if __name__ == "__main__":
    sys.exit(main())
