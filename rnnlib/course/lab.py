"""Open the course in JupyterLab: ``python -m rnnlib.course.lab [--port N]``.

The notebooks are copied to ``my-course/`` first, and the learner works there: a file that is already in
that folder is never overwritten, so that nobody's work collides with an update of the course.
"""

import argparse
import hashlib
import json
import os
import secrets
import shutil
import socket
import sys
import webbrowser
from collections.abc import MutableMapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COURSE = ROOT / "notebooks"
COPY = ROOT / "my-course"
RECORD = ".copied.json"  # in the copy: of every file, the fingerprint of the course's version that was copied
FIRST = "00_start_here.ipynb"
DEFAULT_PORT = 8888

SETTINGS = Path(__file__).with_name("jupyter")  # no question about news; long lines of code wrap in a narrow window

# JupyterLab must ask nobody for news, updates or extensions: the course works offline, and tells nobody.
QUIET = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.log_level=ERROR",
    "--LabApp.log_level=ERROR",
    "--KernelManager.transport_encryption=auto",  # without it every kernel warns in the terminal
]


def copy_course(course: Path, copy: Path) -> list[str]:
    """Copy what is missing from ``course`` to ``copy``.

    Returns the files that are newer in the course than when they were copied. They are only named:
    a file that exists in ``copy`` is never written to.
    """
    record = _read_record(copy)
    newer = []
    for source in _course_files(course):
        name = source.relative_to(course).as_posix()
        fingerprint = hashlib.sha256(source.read_bytes()).hexdigest()
        if not (copy / name).exists():
            _copy_whole(source, copy / name)
            record[name] = fingerprint
        elif record.setdefault(name, fingerprint) != fingerprint:
            newer.append(name)
    (copy / RECORD).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return newer


def _course_files(course: Path) -> list[Path]:
    files = (path for path in course.rglob("*") if path.is_file())
    return sorted(path for path in files if "/." not in f"/{path.relative_to(course).as_posix()}")


def _copy_whole(source: Path, target: Path) -> None:
    # Through a second name: a copy that is broken off must not be taken for the learner's file.
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, unfinished)
    unfinished.replace(target)


def _read_record(copy: Path) -> dict[str, str]:
    try:
        return json.loads((copy / RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}  # from now on, then


def server_arguments(folder: Path, port: int | None) -> list[str]:
    """Return JupyterLab's command-line arguments to serve ``folder``, on ``port`` or the next one free."""
    arguments = [
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{FIRST}",
        f"--ServerApp.ip={'0.0.0.0' if in_container() else '127.0.0.1'}",
        f"--ServerApp.port={DEFAULT_PORT if port is None else port}",
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
        return probe.connect_ex(("127.0.0.1", port)) == 0


def use_settings(environment: MutableMapping[str, str]) -> None:
    """Put the course's settings for JupyterLab before those that ``environment`` names; the user's own still win."""
    given = environment.get("JUPYTER_CONFIG_PATH")
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join([str(SETTINGS), *([given] if given else [])])


def serve(folder: Path, port: int | None) -> None:
    """Run JupyterLab in ``folder`` until Ctrl-C, and print the one address to open."""
    from jupyterlab.labapp import LabApp  # takes a second: not before the copy is made

    use_settings(os.environ)
    # Else the debugger's advice lands in the output of the first cell after a restart.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    # A token of ours, so that the address can be printed once; Jupyter would print three.
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    server = LabApp.initialize_server(argv=server_arguments(folder, port))
    address = f"http://127.0.0.1:{server.port}{server.base_url}lab/tree/{FIRST}?token={token}"
    message = f"\nThe course is open at\n\n    {address}\n\nYour copy is in {folder}. Ctrl-C here ends it."
    # Callbacks run in order: Jupyter's own, which opens the port, was added before this one.
    server.io_loop.add_callback(print, message, flush=True)
    server.start()


def main(argv: Sequence[str] | None = None) -> int:
    """Copy the course and open it; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m rnnlib.course.lab", description="Open the course.")
    parser.add_argument("--port", type=int, help=f"default: {DEFAULT_PORT}, or the next one that is free")
    port = parser.parse_args(argv).port
    if port is not None and not 0 < port < 65536:
        return _refuse(f"A port is a number from 1 to 65535, not {port}.")
    if port is not None and port_is_taken(port):
        return _refuse(f"Port {port} is taken by another program: name another, or none to have one found.")
    if not (COURSE / FIRST).exists():
        return _refuse(f"The notebooks are not at {COURSE}: run this from a clone of the course.")
    try:
        newer = copy_course(COURSE, COPY)
    except OSError as error:
        return _refuse(f"The notebooks cannot be copied to {COPY}: {error.strerror or error}.")
    for name in newer:
        print(f"{name} is newer in the course: to get it, rename {COPY.name}/{name} and start again.")
    try:
        serve(COPY, port)
    except KeyboardInterrupt:
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
