"""The glossary has the terms of the notebooks, each with the section where it is told first."""

import re

import pytest
from notebook_files import NOTEBOOKS, load

from rnnlib.course import glossary
from rnnlib.course.glossary import TERMS

JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
SECTION = re.compile(r"^#{2,3} (\d+\.\d+|Exercise \d+\.\d+) ", re.MULTILINE)
BOLD = re.compile(r"\*\*([^*\n]+)\*\* \(([^()\n]+)\)")


def words(japanese: str) -> list[str]:
    """Return the Japanese words of a list such as "微分, 導関数 (the function)"."""
    parts = re.split("[,、:;]", re.sub(r"\(.*?\)", "", japanese))
    return [part.strip() for part in parts if JAPANESE.search(part)]


def sections_and_terms() -> tuple[set[str], list[tuple[str, str, str]]]:
    """Return the sections and exercises, and (section, term, Japanese word) for each bold term with a Japanese one."""
    sections, terms = set(), []
    for path in NOTEBOOKS:
        text = "\n".join(cell.source for _, cell in load(path).markdown_cells)
        _, *parts = SECTION.split(text)
        for section, part in zip(parts[::2], parts[1::2], strict=True):
            sections.add(section)
            terms += [(section, term, word) for term, japanese in BOLD.findall(part) for word in words(japanese)]
    return sections, terms


SECTIONS, FOUND = sections_and_terms()


def test_every_section_exists_and_they_are_in_order():
    assert {term.section for term in TERMS} <= SECTIONS
    places = [place(term.section) for term in TERMS]
    assert places == sorted(places)


def place(section: str) -> tuple[int, bool, int]:
    """Return what sorts the sections: the exercises of a notebook stand behind its other sections."""
    chapter, number = section.removeprefix("Exercise ").split(".")
    return int(chapter), section.startswith("Exercise"), int(number)


def test_no_term_stands_there_twice():
    names = [term.english for term in TERMS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(("section", "term", "word"), FOUND)
def test_each_bold_term_with_its_japanese_word_is_in_the_glossary(section, term, word):
    entries = [entry for entry in TERMS if word in words(entry.japanese)]
    assert entries, f"{term} ({word}) of {section} is missing"
    first = next(its_section for its_section, _, same in FOUND if same == word)
    assert first in {entry.section for entry in entries}, f"{term} ({word}) is told first in {first}"


def test_it_is_shown_as_text_and_as_a_table_and_can_be_searched(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(glossary, "display", lambda data, raw: shown.append(data))
    for word in ("", "中間層", "W_H", "5.1"):
        glossary.show(word)
    everything, by_japanese, by_code, by_section = shown
    assert everything["text/plain"].count("\n") == everything["text/html"].count("<td") / 4 == len(TERMS)
    assert "hidden layer · 中間層, 隠れ層 · SimpleRNN · 1.5" in by_japanese["text/plain"]
    assert "recurrent weights" in by_code["text/html"] and "softmax" not in by_code["text/html"]
    assert "backpropagation through time" in by_section["text/plain"]
    glossary.show("nowhere")
    assert len(shown) == 4 and capsys.readouterr().out == "no term contains 'nowhere'\n"
