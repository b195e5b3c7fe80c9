"""Open the course in JupyterLab: ``python -m rnnlib.course.lab [--port N] [--ip ADDRESS]``.

The notebooks are copied to ``my-course/`` first, without outputs, and the learner works there. A later version of
the course replaces the notebooks whose cells the learner has not changed; the others are named and left alone.
"""

import argparse
import hashlib
import json
import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import MutableMapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rnnlib.course.contents import NOTEBOOKS

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "notebooks"
COPY = ROOT / "my-course"
RECORD = ".copied.json"  # in the copy: the fingerprint of every notebook that was copied
FIRST = NOTEBOOKS[0].file
DEFAULT_PORT = 8888
LOOPBACK = "127.0.0.1"

SETTINGS = Path(__file__).with_name("jupyter")  # no question about news; long lines of code wrap in a narrow window
KERNELS = Path(sys.prefix, "share", "jupyter")  # where this Python's own kernel is described
THREADS = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"]

# JupyterLab must ask nobody for news, updates or extensions: the course works offline, and tells nobody.
QUIET = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.log_level=ERROR",
    "--LabApp.log_level=ERROR",
    "--KernelManager.transport_encryption=auto",  # without it every kernel warns in the terminal
]


class Copied(NamedTuple):
    """The notebooks whose copies were brought up to date, and those with a newer version and changes of the learner."""

    updated: list[str]
    left: list[str]


def copy_course(course: Path, copy: Path) -> Copied:
    """Copy the notebooks of ``course`` to ``copy`` without outputs, and tell which copies met a newer version.

    A copy counts as the learner's once a cell of it was changed, added or deleted. Outputs do not count: a notebook
    that was only run is brought up to date.
    """
    copy.mkdir(parents=True, exist_ok=True)
    record = _read_record(copy)
    copied = Copied([], [])
    for source in sorted(course.glob("*.ipynb")):
        name, target = source.name, copy / source.name
        notebook = json.loads(source.read_bytes())
        newest, present = fingerprint(notebook), _fingerprint_of_file(target)
        before = record.setdefault(name, newest)
        if target.exists() and present not in (newest, before):
            if before != newest:
                copied.left.append(name)
            continue
        record[name] = newest
        if present != newest:
            if target.exists():
                copied.updated.append(name)
            _write_whole(without_outputs(notebook), target)
    (copy / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return copied


def fingerprint(notebook: dict[str, Any]) -> str:
    """Return a fingerprint of the kinds and sources of a notebook's cells."""
    cells = [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells).encode()).hexdigest()


def without_outputs(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return ``notebook`` as if nobody had run it."""
    unrun: dict[str, Any] = {"outputs": [], "execution_count": None}
    cells = [cell | unrun if cell["cell_type"] == "code" else cell for cell in notebook["cells"]]
    return notebook | {"cells": cells}


def _fingerprint_of_file(path: Path) -> str | None:
    try:
        return fingerprint(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, LookupError, TypeError):
        return None  # not there, or no notebook: whatever it is, it is the learner's


def _write_whole(notebook: dict[str, Any], target: Path) -> None:
    # Through a second name: a copy that is broken off must not be taken for the learner's file.
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    unfinished.replace(target)


def _read_record(copy: Path) -> dict[str, str]:
    try:
        record = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        record = None
    return record if isinstance(record, dict) else {}  # from now on, then


def server_arguments(folder: Path, ip: str, port: int | None, token: str) -> list[str]:
    """Return JupyterLab's command-line arguments to serve ``folder``, on ``port`` or the next one free."""
    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        f"--ServerApp.ip={ip}",
        f"--ServerApp.port={DEFAULT_PORT if port is None else port}",
        f"--IdentityProvider.token={token}",
        "--ServerApp.answer_yes=True",  # one Ctrl-C ends it, without a question
        *QUIET,
    ]
    if port is not None:
        arguments.append("--ServerApp.port_retries=0")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")
    if not has_browser():
        arguments.append("--no-browser")
    return arguments


def in_container() -> bool:
    """Tell whether this runs in a container, where only an address open to the outside can be reached."""
    return Path("/.dockerenv").exists() or Path("/run/.containerenv").exists()


def has_browser() -> bool:
    """Tell whether a browser with a window can be opened here; one in the terminal cannot run JupyterLab."""
    has_window = any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")))
    if sys.platform.startswith("linux") and not has_window:
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def port_is_taken(port: int) -> bool:
    """Tell whether another program answers on ``port`` of this machine."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def use_settings(environment: MutableMapping[str, str]) -> None:
    """Put the course's settings, kernel and rnnlib before those that ``environment`` names.

    Kernels get one BLAS thread, unless the user has set another number: small products are slower with more.
    """
    for name, folder in [("JUPYTER_CONFIG_PATH", SETTINGS), ("JUPYTER_PATH", KERNELS), ("PYTHONPATH", ROOT)]:
        given = environment.get(name)
        environment[name] = os.pathsep.join([str(folder), *([given] if given else [])])
    for name in THREADS:
        environment.setdefault(name, "1")
    # Else the debugger's advice lands in the output of the first cell after a restart.
    environment.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")


def serve(folder: Path, ip: str, port: int | None) -> None:
    """Run JupyterLab in ``folder`` until Ctrl-C, and print the one address to open and, at the end, what is unsaved."""
    use_settings(os.environ)
    from jupyterlab.labapp import LabApp  # takes a second: not before the copy is made

    # A token of ours, so that the address can be printed once; Jupyter would print three.
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(16)
    server = LabApp.initialize_server(argv=server_arguments(folder, ip, port, token))
    address = f"http://{LOOPBACK}:{server.port}{server.base_url}lab/tree/{FIRST}?token={token}"
    # Callbacks run in order: Jupyter's own, which opens the port, was added before this one.
    server.io_loop.add_callback(print, opening(address, folder, ip), flush=True)
    server.start()
    print(f"Ended. What was not saved is still in the open browser tab: start again with the port {server.port}")
    print(f"(make lab PORT={server.port}), and save it there.")


def opening(address: str, folder: Path, ip: str) -> str:
    """Return what is said when the course is open at ``address``."""
    lines = ["", "The course is open at", "", f"    {address}", ""]
    if ip != LOOPBACK:
        lines.append(f"It listens on {ip}: who can reach this machine and has the address can run code here.")
    elif in_container():
        lines.append("Only this container can reach it. For the outside: make lab IP=0.0.0.0, and publish the port.")
    lines.append(f"Your copy is in {folder}. Ctrl-C here ends it.")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Copy the course and open it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rnnlib.course.lab", description="Open the course.")
    parser.add_argument("--port", type=int, help=f"default: {DEFAULT_PORT}, or the next one that is free")
    parser.add_argument("--ip", default=LOOPBACK, help="where to listen; default: %(default)s, this machine alone")
    arguments = parser.parse_args(argv)
    port = arguments.port
    if port is not None and not 0 < port < 65536:
        return _refuse(f"A port is a number from 1 to 65535, not {port}.")
    if port is not None and port_is_taken(port):
        return _refuse(f"Port {port} is taken by another program: name another, or none to have one found.")
    if not (COURSE / FIRST).exists():
        return _refuse(f"The notebooks are not at {COURSE}: run this from a clone of the course.")
    try:
        copied = copy_course(COURSE, COPY)
    except OSError as error:
        return _refuse(f"The notebooks cannot be copied to {COPY}: {error.strerror or error}.")
    for name in copied.updated:
        print(f"{name} is brought up to date: you had changed none of its cells.")
    for name in copied.left:
        print(f"{name} is newer in the course: to get it, rename {COPY.name}/{name} and start again.")
    try:
        serve(COPY, arguments.ip, port)
    except KeyboardInterrupt:  # before the course was open
        print("Ended.")
    return 0


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # a thread of the server that still waits for work must not hold up the end
