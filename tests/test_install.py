"""`make` keeps a .venv that works until a new one works; pins, extras and wheel hold what is needed."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = re.compile(r"[\w.-]+")

# Stands in for the Python of .venv: it writes down what it is asked, and pip fails where there is a file `offline`.
PYTHON_OF_VENV = """#!/bin/sh
case "$*" in
  *"pip install"*) echo "$@" >> pip.log; [ ! -e offline ] ;;
esac
"""
# Stands in for the Python that makes .venv.
PYTHON = """#!/bin/sh
case "$*" in
  "-m venv"*) mkdir -p .venv/bin && cp python_of_venv .venv/bin/python ;;
esac
"""


@pytest.fixture
def clone(tmp_path):
    """Return a folder with the Makefile, the pins, and Pythons that only pretend."""
    clone = tmp_path / "my 授業"
    (clone / "scripts").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "requirements.txt", "constraints.txt", "scripts/install.sh"):
        shutil.copy(ROOT / name, clone / name)
    for name, text in (("python", PYTHON), ("python_of_venv", PYTHON_OF_VENV)):
        (clone / name).write_text(text)
        (clone / name).chmod(0o755)
    return clone


def make(clone, *targets):
    command = ["make", "PYTHON=./python", *targets]
    return subprocess.run(command, cwd=clone, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True)


def installations(clone):
    return (clone / "pip.log").read_text().count("\n") if (clone / "pip.log").exists() else 0


needs_make = pytest.mark.skipif(os.name == "nt" or shutil.which("make") is None, reason="this way in needs make")


@needs_make
class TestVenv:
    def test_it_is_made_once(self, clone):
        for _ in range(2):
            assert make(clone, "install").returncode == 0
            assert installations(clone) == 1

    def test_new_pins_are_installed_into_it(self, clone):
        make(clone, "install")
        (clone / ".venv" / "theirs").touch()
        with open(clone / "constraints.txt", "a") as file:
            file.write("# new\n")
        assert make(clone, "install").returncode == 0
        assert installations(clone) == 2
        assert (clone / ".venv" / "theirs").exists()

    @pytest.mark.parametrize("times", [1, 2])
    def test_it_stays_where_new_pins_cannot_be_installed_and_the_lab_opens(self, clone, times):
        make(clone, "install")
        with open(clone / "constraints.txt", "a") as file:
            file.write("# new\n")
        (clone / "offline").touch()
        for _ in range(times):
            result = make(clone, "lab")
            assert result.returncode == 0
            assert "could not be brought up to date" in result.stderr
        assert make(clone, "test").returncode != 0
        assert os.access(clone / ".venv" / "bin" / "python", os.X_OK)

    def test_without_one_nothing_is_left_of_a_failed_installation(self, clone):
        (clone / "offline").touch()
        assert make(clone, "lab").returncode != 0
        assert not (clone / ".venv").exists()

    def test_one_that_was_broken_off_is_replaced_and_kept_where_that_fails(self, clone):
        make(clone, "install")
        (clone / ".venv" / ".unfinished").touch()
        (clone / ".venv" / "old").touch()
        (clone / "offline").touch()
        assert make(clone, "install").returncode != 0
        assert (clone / ".venv" / "old").exists()
        (clone / "offline").unlink()
        assert make(clone, "install").returncode == 0
        assert not (clone / ".venv" / "old").exists()
        assert not (clone / ".venv.before").exists()

    def test_a_replacement_that_was_broken_off_gives_the_old_one_back(self, clone):
        make(clone, "install")
        (clone / ".venv").rename(clone / ".venv.before")
        (clone / ".venv").mkdir()
        assert make(clone, "install").returncode == 0
        assert installations(clone) == 1

    def test_one_without_a_stamp_is_mended(self, clone):
        make(clone, "install")
        (clone / ".venv" / ".installed-test").unlink()
        (clone / ".venv" / "theirs").touch()
        assert make(clone, "install").returncode == 0
        assert (clone / ".venv" / "theirs").exists()

    def test_through_a_symlink_it_is_the_same(self, clone):
        make(clone, "install")
        link = clone.with_name("link")
        link.symlink_to(clone)
        assert make(link, "install").returncode == 0
        assert installations(clone) == 1

    def test_in_a_folder_that_was_moved_it_is_mended(self, clone):
        make(clone, "install")
        moved = clone.rename(clone.with_name("moved"))
        assert make(moved, "install").returncode == 0
        assert installations(moved) == 2

    def test_nothing_happens_where_make_only_tells(self, clone):
        make(clone, "install")
        (clone / ".venv" / ".installed-test").write_text("another folder")
        before = sorted((clone / ".venv").rglob("*"))
        assert make(clone, "-n", "lab", "test", "lint").returncode == 0
        assert sorted((clone / ".venv").rglob("*")) == before
        assert (clone / ".venv" / ".installed-test").read_text() == "another folder"

    def test_a_python_that_is_not_there_is_named(self, clone):
        result = subprocess.run(["make", "PYTHON=python9", "lab"], cwd=clone, capture_output=True, text=True)
        assert "There is no python9 here" in result.stderr


def pins():
    return [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]


def test_every_direct_dependency_is_pinned():
    extras = PYPROJECT["project"]["optional-dependencies"]
    names = ("course", "test", "browser", "site")
    direct = [*PYPROJECT["project"]["dependencies"], *(one for name in names for one in extras[name])]
    pinned = {NAME.match(line)[0] for line in pins()}
    assert {NAME.match(requirement)[0] for requirement in direct} <= pinned


def test_the_pins_name_versions_and_no_address():
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+( ; .+)?", line) for line in pins())


def test_the_extra_and_requirements_txt_say_the_same():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    listed = {line.split("#")[0].strip() for line in text.splitlines() if not line.startswith(("#", "-"))} - {""}
    extras = PYPROJECT["project"]["optional-dependencies"]
    assert {*PYPROJECT["project"]["dependencies"], *extras["course"]} == listed - set(extras["test"])


def test_the_wheel_holds_what_the_course_reads(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "rnnlib", source / "rnnlib", ignore=shutil.ignore_patterns("__pycache__"))
    files = {path.relative_to(source).as_posix() for path in (source / "rnnlib").rglob("*") if path.is_file()}
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir"]
    subprocess.run([*command, tmp_path, source], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("rnnlib/")} == files
