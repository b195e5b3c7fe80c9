"""README.md says what is so: its links, its map, its picture, its commands."""

import doctest
import re
from pathlib import Path

from rnnlib.course.contents import NOTEBOOKS
from rnnlib.course.exercises import CHECKERS
from rnnlib.course.quizzes import QUIZZES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_and_picture_exists():
    for page in ("README.md", "CONTRIBUTING.md", "rnnlib/course/data/README.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if not target.startswith("http")]
        assert all(((ROOT / page).parent / target).exists() for target in targets), page


def test_the_code_on_the_first_screen_prints_what_stands_there():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert result.attempted > 10 and result.failed == 0


def test_the_map_is_that_of_the_course():
    rows = re.findall(r"^\| \[(\d\d) · (.+?)\]\(notebooks/(.+?)\) \|.*\| (\d+) \| (\d+) \|$", README, re.MULTILINE)
    assert rows == [(n.number, n.title, n.file, str(n.minutes), str(n.exercise_minutes)) for n in NOTEBOOKS]


def test_every_make_command_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in ("README.md", "CONTRIBUTING.md"):
        for command in re.findall(r"^make (\w[\w-]*)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{command}:", makefile, re.MULTILINE), command


def test_each_question_that_learners_ask_most_is_asked_somewhere():
    table = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("What learners ask most")[2]
    rows = re.findall(r"^\| .+ \| (quiz .+) \|$", table, re.MULTILINE)
    assert rows
    for row in rows:
        names, numbers = re.findall(r"`([\w-]+)`", row), re.findall(r"\d\.\d", row)
        assert names and numbers
        assert set(names) <= set(QUIZZES) and set(numbers) <= set(CHECKERS), row


def test_the_systems_that_are_named_are_those_that_are_checked():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (platforms,) = re.findall(r"^PLATFORMS := (.+)$", makefile, re.MULTILINE)
    oldest, *_, newest = re.findall(r"^PYTHONS +:= (.+)$", makefile, re.MULTILINE)[0].split()
    (named,) = re.findall(rf"^\| (Linux.+) \| {oldest} to {newest} \|$", README, re.MULTILINE)
    words = {"manylinux": "Linux", "apple": "macOS", "windows": "Windows", "x86_64-m": "x86-64", "aarch64-m": "ARM"}
    words |= {"x86_64-apple": "Intel", "aarch64-apple": "Apple"}
    for part, word in words.items():
        assert (part in platforms) == (word in named), word
