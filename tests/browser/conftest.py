"""What the browser tests share: a JupyterLab with copies of the notebooks."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import chromium
import nbformat
import pytest
from lab_page import LabPage

from rnnlib.course.lab import QUIET, use_settings

browser, shots, pytest_terminal_summary = chromium.browser, chromium.shots, chromium.pytest_terminal_summary
NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
TOKEN = "browser-tests"
JUPYTER_FOLDERS = [
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
    "HOME",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "notebook" in metafunc.fixturenames:
        paths = sorted(NOTEBOOKS.glob("*.ipynb"))
        metafunc.parametrize("notebook", paths, ids=[path.stem for path in paths])


def clean_environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nobody's Jupyter settings count and nothing is written outside `folder`."""
    environment = {**os.environ, **{name: str(folder / name) for name in JUPYTER_FOLDERS}}
    environment.pop("JUPYTER_CONFIG_PATH", None)
    return environment


@pytest.fixture(scope="session")
def server(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Return the address of a JupyterLab, and the folder that it serves."""
    folder, own = tmp_path_factory.mktemp("served"), tmp_path_factory.mktemp("jupyter")
    settings = {"ip": "127.0.0.1", "port": 0, "root_dir": folder}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *QUIET]
    command += [f"--IdentityProvider.token={TOKEN}", *[f"--ServerApp.{name}={v}" for name, v in settings.items()]]
    environment = clean_environment(own)
    use_settings(environment)
    process = subprocess.Popen(command, env=environment, cwd=folder)
    yield _address(process, own / "JUPYTER_RUNTIME_DIR"), folder
    process.terminate()
    process.wait(timeout=30)


def _address(process: subprocess.Popen, runtime: Path) -> str:
    for _ in range(600):
        assert process.poll() is None, "JupyterLab has ended"
        for file in runtime.glob("jpserver-*.json"):
            if text := file.read_text():
                return json.loads(text)["url"]
        time.sleep(0.1)
    pytest.fail("JupyterLab has not started within a minute")


@pytest.fixture
def open_notebook(browser: Any, server: tuple[str, Path], tmp_path: Path) -> Iterator[Callable[..., LabPage]]:
    """Return a function that opens a copy of a notebook, by default without its outputs, as nobody has run it."""
    address, served = server
    folder = served / tmp_path.name
    folder.mkdir()
    context = browser.new_context()
    lab = LabPage(context.new_page(), folder)

    def open_one(path: Path, keep_outputs: bool = False) -> LabPage:
        nb = nbformat.read(path, as_version=4)
        for cell in nb.cells:
            if cell.cell_type == "code" and not keep_outputs:
                cell.outputs, cell.execution_count = [], None
        nbformat.write(nb, folder / path.name)
        lab.open(f"{address}lab/tree/{folder.name}/{path.name}?reset&token={TOKEN}", path.name)
        return lab

    yield open_one
    context.close()
    _shut_down_kernels(address)
    assert not lab.complaints


def _shut_down_kernels(address: str) -> None:
    headers = {"Authorization": f"token {TOKEN}"}
    with urllib.request.urlopen(urllib.request.Request(f"{address}api/sessions", headers=headers)) as answer:
        sessions = json.load(answer)
    for session in sessions:
        one = f"{address}api/sessions/{session['id']}"
        urllib.request.urlopen(urllib.request.Request(one, headers=headers, method="DELETE")).close()
