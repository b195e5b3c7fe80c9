"""`make lab` copies the course, keeps the learner's work, brings the rest up to date, and ends at one Ctrl-C."""

import ast
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

import nbformat
import pytest
from jupyter_client import BlockingKernelClient
from nbformat import v4

from rnnlib.course import lab


def write(path, *sources, outputs=()):
    """Write a notebook with a code cell for each source; the last one has `outputs`."""
    cells = [v4.new_code_cell(source) for source in sources]
    cells[-1].outputs, cells[-1].execution_count = list(outputs), len(outputs) or None
    nbformat.write(v4.new_notebook(cells=[v4.new_markdown_cell("# A title"), *cells]), path)


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells[1:]]


OUTPUT = v4.new_output("stream", text="1\n")


@pytest.fixture
def course(tmp_path):
    """Return a course of two notebooks with outputs, and what must not be copied."""
    course = tmp_path / "notebooks"
    (course / ".ipynb_checkpoints").mkdir(parents=True)
    for name in ("00_start_here.ipynb", "01_next.ipynb", ".ipynb_checkpoints/old.ipynb"):
        write(course / name, "print(1)", outputs=[OUTPUT])
    return course


@pytest.fixture
def copy(course, tmp_path):
    """Return the learner's copy of it."""
    copy = tmp_path / "my 授業"
    assert lab.copy_course(course, copy) == ([], [])
    return copy


def test_every_notebook_is_copied_without_outputs(course, copy):
    assert sorted(path.name for path in copy.rglob("*")) == [".copied.json", "00_start_here.ipynb", "01_next.ipynb"]
    nb = nbformat.read(copy / "01_next.ipynb", as_version=4)
    nbformat.validate(nb)
    assert (nb.cells[1].source, nb.cells[1].outputs, nb.cells[1].execution_count) == ("print(1)", [], None)
    assert nb.cells[1].id == nbformat.read(course / "01_next.ipynb", as_version=4).cells[1].id
    assert nbformat.read(course / "01_next.ipynb", as_version=4).cells[1].outputs == [OUTPUT]


def test_work_of_the_learner_is_left_and_a_newer_version_named(course, copy):
    write(copy / "01_next.ipynb", "my work", outputs=[OUTPUT])
    write(copy / "mine.ipynb", "my own")
    mine = (copy / "01_next.ipynb").read_bytes(), (copy / "mine.ipynb").read_bytes()
    assert lab.copy_course(course, copy) == ([], [])
    write(course / "01_next.ipynb", "second version")
    for _ in range(2):
        assert lab.copy_course(course, copy) == ([], ["01_next.ipynb"])
        assert ((copy / "01_next.ipynb").read_bytes(), (copy / "mine.ipynb").read_bytes()) == mine

    (copy / "01_next.ipynb").rename(copy / "01_next_mine.ipynb")  # what the learner is told to do
    assert lab.copy_course(course, copy) == ([], [])
    assert sources(copy / "01_next.ipynb") == ["second version"]
    assert (copy / "01_next_mine.ipynb").read_bytes() == mine[0]


@pytest.mark.parametrize("cells", [["print(1)", "one more"], ["print(2)"]], ids=["added", "changed"])
def test_any_change_of_the_cells_is_work(course, copy, cells):
    write(copy / "01_next.ipynb", *cells)
    write(course / "01_next.ipynb", "second version")
    assert lab.copy_course(course, copy).left == ["01_next.ipynb"]
    assert sources(copy / "01_next.ipynb") == cells


def test_what_is_no_notebook_is_work_too(course, copy):
    (copy / "01_next.ipynb").write_text("{ half a notebook")
    write(course / "01_next.ipynb", "second version")
    assert lab.copy_course(course, copy).left == ["01_next.ipynb"]
    assert (copy / "01_next.ipynb").read_text() == "{ half a notebook"


def test_a_notebook_that_was_only_run_is_brought_up_to_date(course, copy):
    write(copy / "01_next.ipynb", "print(1)", outputs=[OUTPUT])
    write(course / "01_next.ipynb", "second version", outputs=[OUTPUT])
    assert lab.copy_course(course, copy) == (["01_next.ipynb"], [])
    assert sources(copy / "01_next.ipynb") == ["second version"]
    write(course / "01_next.ipynb", "third version")
    assert lab.copy_course(course, copy) == (["01_next.ipynb"], [])


def test_outputs_of_the_learner_stay_while_the_course_is_the_same(course, copy):
    write(copy / "01_next.ipynb", "print(1)", outputs=[OUTPUT])
    assert lab.copy_course(course, copy) == ([], [])
    assert nbformat.read(copy / "01_next.ipynb", as_version=4).cells[1].outputs == [OUTPUT]


def test_a_new_notebook_arrives(course, copy):
    write(course / "02_new.ipynb", "new")
    assert lab.copy_course(course, copy) == ([], [])
    assert sources(copy / "02_new.ipynb") == ["new"]


@pytest.mark.parametrize("record", [b"{ broken", b"[]", b"\xff"])
def test_a_lost_record_overwrites_nothing(course, copy, record):
    write(copy / "01_next.ipynb", "my work")
    (copy / ".copied.json").write_bytes(record)
    assert lab.copy_course(course, copy) == ([], [])
    assert sources(copy / "01_next.ipynb") == ["my work"]


def test_it_listens_on_this_machine_alone_unless_asked(monkeypatch):
    monkeypatch.setattr(lab, "serve", lambda *arguments: served.append(arguments))
    monkeypatch.setattr(lab, "copy_course", lambda *folders: lab.Copied([], []))
    monkeypatch.setattr(lab, "in_container", lambda: True)
    served = []
    lab.main([])
    lab.main(["--ip", "0.0.0.0", "--port", "60123"])
    assert served == [(lab.COPY, "127.0.0.1", None), (lab.COPY, "0.0.0.0", 60123)]
    assert "--ServerApp.ip=127.0.0.1" in lab.server_arguments(lab.COPY, "127.0.0.1", None, "t")
    assert "Only this container" in lab.opening("http://…", lab.COPY, "127.0.0.1")
    assert "can run code here" in lab.opening("http://…", lab.COPY, "0.0.0.0")


def test_kernels_have_one_thread_unless_the_user_wants_more():
    environment = {"OMP_NUM_THREADS": "4"}
    lab.use_settings(environment)
    assert [environment[f"{name}_NUM_THREADS"] for name in ("OPENBLAS", "OMP", "MKL")] == ["1", "4", "1"]


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
    assert "--no-browser" in lab.server_arguments(Path("my-course"), "127.0.0.1", None, "token")


def test_the_courses_settings_stand_before_those_that_are_there():
    environment = {"JUPYTER_PATH": "theirs"}
    lab.use_settings(environment)
    assert environment["JUPYTER_CONFIG_PATH"] == str(lab.SETTINGS)
    assert environment["JUPYTER_PATH"].split(os.pathsep) == [str(lab.KERNELS), "theirs"]
    assert environment["PYTHONPATH"] == str(lab.ROOT)
    settings = json.loads((lab.SETTINGS / "labconfig" / "default_setting_overrides.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


# Ctrl-C works in it also where these tests run in the background, with SIGINT ignored.
RUN = (
    "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "runpy.run_module('rnnlib.course.lab', run_name='__main__')"
)


@pytest.fixture
def running_lab(course, tmp_path):
    """Start the lab in a copy of the package, for a user with a token and a dead kernel; return process and lines."""
    shutil.copytree(Path(lab.__file__).parents[1], tmp_path / "rnnlib")
    config = {"IdentityProvider": {"token": "theirs"}, "ServerApp": {"token": "older"}}
    (tmp_path / ".jupyter").mkdir()
    (tmp_path / ".jupyter" / "jupyter_server_config.json").write_text(json.dumps(config))
    kernel = tmp_path / "theirs" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    (kernel / "kernel.json").write_text(json.dumps({"argv": ["gone"], "display_name": "gone", "language": "python"}))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "JUPYTER_PATH": str(tmp_path / "theirs")}
    with subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=tmp_path, env=environment, encoding="utf-8",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        lines = []
        while not (lines and "Ctrl-C" in lines[-1]) and (line := process.stdout.readline()):
            lines.append(line)
        yield process, "".join(lines)
        process.kill()


def ask(address, **options):
    with urllib.request.urlopen(urllib.request.Request(address, **options), timeout=20) as answer:
        return answer.read()


def connected(connection):
    client = BlockingKernelClient(connection_file=str(connection))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
    except RuntimeError:
        client.stop_channels()
        raise
    return client


def seen_by(connection):
    """Return the Python, the rnnlib and the number of threads of the kernel with this connection file."""
    try:
        client = connected(connection)
    except RuntimeError:  # on a busy machine a kernel's answer can be lost
        client = connected(connection)
    seen = "sys.executable, os.path.dirname(rnnlib.__file__), os.environ['OPENBLAS_NUM_THREADS']"
    reply = client.execute("import os, sys, rnnlib", user_expressions={"seen": seen}, reply=True, timeout=60)
    client.stop_channels()
    return ast.literal_eval(reply["content"]["user_expressions"]["seen"]["data"]["text/plain"])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a browser would open its window")
def test_it_opens_with_its_own_token_and_kernel_and_ends(running_lab, tmp_path):
    process, said = running_lab
    (address,) = re.findall(r"http\S+", said)
    pattern = r"(http://127\.0\.0\.1:(\d+)/)lab/tree/00_start_here\.ipynb\?token=(\w+)"
    server, port, token = re.fullmatch(pattern, address).groups()
    ask(address)
    assert token not in ("theirs", "older")
    header = {"Authorization": f"token {token}"}
    kernel = json.loads(ask(f"{server}api/kernels", method="POST", headers=header, data=b'{"name": "python3"}'))
    python, course, threads = seen_by(tmp_path / ".local/share/jupyter/runtime" / f"kernel-{kernel['id']}.json")
    assert (python, course, threads) == (sys.executable, str(tmp_path / "rnnlib"), "1")
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in rest and "?" not in rest
    assert f"make lab PORT={port}" in rest
