"""`make lab` copies the course, never overwrites, says what is newer, and ends at one Ctrl-C."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from rnnlib.course import lab


@pytest.fixture
def course(tmp_path):
    """Return a small course: two notebooks, data, and what must not be copied."""
    course = tmp_path / "notebooks"
    for name in ("00_start_here.ipynb", "01_next.ipynb", "data/series.csv", ".ipynb_checkpoints/old.ipynb"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_text(f"{name}, first version")
    return course


def files_in(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_everything_is_copied(course, tmp_path):
    copy = tmp_path / "my 授業"
    assert lab.copy_course(course, copy) == []
    assert files_in(copy) == [".copied.json", "00_start_here.ipynb", "01_next.ipynb", "data/series.csv"]
    assert (copy / "01_next.ipynb").read_text() == "01_next.ipynb, first version"


def test_a_file_of_the_learner_is_never_overwritten(course, tmp_path):
    copy = tmp_path / "my-course"
    lab.copy_course(course, copy)
    (copy / "01_next.ipynb").write_text("my work")
    (copy / "mine.ipynb").write_text("my own")
    (course / "01_next.ipynb").write_text("second version")
    for _ in range(2):
        assert lab.copy_course(course, copy) == ["01_next.ipynb"]
        assert (copy / "01_next.ipynb").read_text() == "my work"
        assert (copy / "mine.ipynb").read_text() == "my own"


def test_work_alone_is_not_announced(course, tmp_path):
    copy = tmp_path / "my-course"
    lab.copy_course(course, copy)
    (copy / "01_next.ipynb").write_text("my work")
    assert lab.copy_course(course, copy) == []


def test_a_newer_notebook_is_announced_and_not_forced(course, tmp_path):
    copy = tmp_path / "my-course"
    lab.copy_course(course, copy)
    (course / "01_next.ipynb").write_text("second version")
    assert lab.copy_course(course, copy) == ["01_next.ipynb"]
    assert (copy / "01_next.ipynb").read_text() == "01_next.ipynb, first version"

    (copy / "01_next.ipynb").rename(copy / "01_next_mine.ipynb")  # what the announcement tells to do
    assert lab.copy_course(course, copy) == []
    assert (copy / "01_next.ipynb").read_text() == "second version"


def test_a_new_notebook_arrives(course, tmp_path):
    copy = tmp_path / "my-course"
    lab.copy_course(course, copy)
    (course / "02_new.ipynb").write_text("new")
    assert lab.copy_course(course, copy) == []
    assert (copy / "02_new.ipynb").read_text() == "new"


def test_a_lost_record_overwrites_nothing(course, tmp_path):
    copy = tmp_path / "my-course"
    lab.copy_course(course, copy)
    (copy / "01_next.ipynb").write_text("my work")
    (copy / ".copied.json").write_text("{ broken")
    assert lab.copy_course(course, copy) == []
    assert (copy / "01_next.ipynb").read_text() == "my work"


def test_a_taken_port_gets_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert lab.main(["--port", str(port)]) == 1
    assert capsys.readouterr().err.splitlines() == [
        f"Port {port} is taken by another program: name another, or none to have one found."
    ]


def test_without_a_window_no_browser_is_opened(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    assert "--no-browser" in lab.server_arguments(Path("my-course"), None)


def test_the_courses_settings_stand_before_those_that_are_there():
    environment = {}
    lab.use_settings(environment)
    assert environment == {"JUPYTER_CONFIG_PATH": str(lab.SETTINGS)}
    lab.use_settings(environment)
    assert environment["JUPYTER_CONFIG_PATH"].split(os.pathsep) == [str(lab.SETTINGS)] * 2
    settings = json.loads((lab.SETTINGS / "labconfig" / "default_setting_overrides.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a browser would open its window")
def test_it_opens_and_ends(course, tmp_path):
    shutil.copytree(Path(lab.__file__).parents[1], tmp_path / "rnnlib")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}  # no window, no settings
    command = [sys.executable, "-m", "rnnlib.course.lab"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    lines = []
    while not (lines and "Ctrl-C" in lines[-1]) and (line := process.stdout.readline()):
        lines.append(line)
    addresses = re.findall(r"http\S+", "".join(lines))
    assert len(addresses) == 1, lines
    assert "/lab/tree/00_start_here.ipynb?token=" in addresses[0]
    with urllib.request.urlopen(addresses[0], timeout=20) as answer:
        assert answer.status == 200
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in rest and "?" not in rest
