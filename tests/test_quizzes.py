"""The quizzes: every option says its own sentence, formulas know the typical slips, refusals are clear."""

import re

import numpy as np
import pytest

from rnnlib.course import quizzes
from rnnlib.course.quizzes.panel import panel
from rnnlib.course.quizzes.question import Choice, Formula
from rnnlib.course.quizzes.score import Score

CHOICES = {name: quiz for name, quiz in quizzes.QUIZZES.items() if isinstance(quiz, Choice)}
FORMULAS = {name: quiz for name, quiz in quizzes.QUIZZES.items() if isinstance(quiz, Formula)}
SEED = {"conv-size", "conv-formula", "third-weight", "chain-rule", "first-output", "concatenate", "delta-dot"}


def sigma(u):
    return 1 / (1 + np.exp(-u))


def conv(n, f, s, p):
    return len(range(0, n + 2 * p - f + 1, s))


def y_1(x, z, W_in, W, W_out, b, c):
    return sigma(c + (np.tanh(b + z @ W.T + x @ W_in.T)) @ W_out.T)


def delta(d, W, u, v, f=sigma):
    return (d @ W) * f(v) * (1 - f(v))


RIGHT = {"conv-formula": conv, "chain-rule": lambda x, y: 2 * x + 2 * y, "first-output": y_1, "delta-recursion": delta}

# name → [(a wrong function, words of its sentence)], written independently of the checkers
WRONG = {
    "conv-formula": [
        (lambda n, f, s, p: conv(n, f, s, 0), "padding is forgotten"),
        (lambda n, f, s, p: conv(n, f, 1, p), "stride is forgotten"),
        (lambda n, f, s, p: conv(n, f, s, p) - 1, "one too few"),
        (lambda n, f, s, p: 1 + (n - f + p) // s, "both sides"),
        (lambda n, f, s, p: 1 + (n - f + 2 * p) / s, "whole number"),
        (lambda n, f, s, p: 1 + -((f - n - 2 * p) // s), "round down"),
        (lambda n, f, s, p: round((n + 2 * p - f) / s) + 1, "numbers differ"),
    ],
    "chain-rule": [
        (lambda x, y: 1.0, "misprinted"),
        (lambda x, y: x + x, "y is lost"),
        (lambda x, y: (x + y) * (x + y), "z itself"),
        (lambda x, y: y + x, "this is t"),
        (lambda x, y: [2 * x, 2 * y], "has shape"),
        (lambda x, y: float("nan"), "NaN or infinity"),
        (lambda x, y: 1 / 0, "raises ZeroDivisionError"),
    ],
    "first-output": [
        (lambda x, z, W_in, W, W_out, b, c: sigma((x @ W_in.T + z @ W.T + b) @ W_out.T + c), "tanh is missing"),
        (lambda *p: np.log(y_1(*p) / (1 - y_1(*p))), "sigmoid of the output is missing"),
        (lambda x, z, W_in, W, W_out, b, c: y_1(x, z, W_in, W, W_out, 0, c), "bias b"),
        (lambda x, z, W_in, W, W_out, b, c: y_1(x, z, W_in, W, W_out, b, 0), "bias c"),
        (lambda x, z, W_in, W, W_out, b, c: y_1(x, z, W_in, W.T, W_out, b, c), "transposed"),
        (lambda x, z, W_in, W, W_out, b, c: y_1(x, 0 * z, W_in, W, W_out, b, c), "z_0 plays no part"),
        (lambda x, z, W_in, W, W_out, b, c: y_1(x, z, W_in, W, W_out, b, c)[:1], "has shape"),
        (lambda *p: y_1(*p) * np.nan, "NaN or infinity"),
        (lambda x, z, W_in, W, W_out, b, c: x @ W_in, "raises ValueError"),
    ],
    "delta-recursion": [
        (lambda d, W, u, v: d @ W, "f' is forgotten"),
        (lambda d, W, u, v: delta(d, W.T, u, v), "must be transposed"),
        (lambda d, W, u, v: delta(d, W, v, u), "one step too late"),
        (lambda d, W, u, v: delta(d, W, u, sigma(v)), "sigmoid is taken twice"),
        (lambda d, W, u, v: (d * sigma(v) * (1 - sigma(v))) @ W, "the order"),
        (lambda d, W, u, v: (d @ W) * (1 - np.tanh(v) ** 2), "slope of tanh"),
        (lambda d, W, u, v: (d @ W) * sigma(v), "not by its slope"),
        (lambda d, W, u, v: (d * sigma(u) * (1 - sigma(u))) @ W, "its slope is in it"),
        (lambda d, W, u, v: d @ W.T, "and W must be transposed"),
        (lambda d, W, u, v: (d @ W) * v * (1 - v), "wants the output of the sigmoid"),
    ],
}
CASES = [(name, function, words) for name, wrong in WRONG.items() for function, words in wrong]


@pytest.fixture(autouse=True)
def new_session(monkeypatch):
    monkeypatch.setattr(quizzes, "_SESSION", Score())


def said(capsys, name, answer):
    quizzes.answer(name, answer)
    return capsys.readouterr().out


def test_there_are_the_reports_questions_and_at_least_ten_more():
    assert set(quizzes.QUIZZES) >= SEED
    assert len(quizzes.QUIZZES) >= len(SEED) + 10
    assert len(quizzes.QUIZZES) == sum(len(names) for names in quizzes.BY_NOTEBOOK.values())


@pytest.mark.parametrize("name", CHOICES)
def test_each_option_has_a_sentence_of_its_own(name, capsys):
    quiz = CHOICES[name]
    numbers = range(1, len(quiz.options) + 1)
    sentences = {number: said(capsys, name, number) for number in numbers}
    assert [n for n in numbers if sentences[n].startswith(f"✓ {name}: ")] == [quiz.right]
    assert sum(sentence.startswith(f"✗ {name}: ") for sentence in sentences.values()) == len(quiz.options) - 1
    assert len(set(sentences.values())) == len(quiz.options) >= 3
    assert all(sentence.endswith((".\n", "?\n")) and "$" not in sentence for sentence in sentences.values())


def test_the_right_option_is_not_always_in_the_same_place():
    assert len({quiz.right for quiz in CHOICES.values()}) >= 3


@pytest.mark.parametrize("name", FORMULAS)
def test_a_right_function_is_right(name, capsys):
    assert said(capsys, name, RIGHT[name]) == f"✓ {name}: {FORMULAS[name].why}\n"


def test_every_formula_has_wrong_functions():
    assert set(WRONG) == set(RIGHT) == set(FORMULAS)


@pytest.mark.parametrize(("name", "function", "words"), CASES, ids=[f"{n} {w}" for n, _, w in CASES])
def test_each_slip_gets_its_own_sentence(name, function, words, capsys):
    sentence = said(capsys, name, function)
    assert sentence.startswith(f"✗ {name}: ")
    assert words in sentence


@pytest.mark.parametrize("name", FORMULAS)
def test_a_stub_is_not_answered_and_counts_nothing(name, capsys):
    def stub(*arguments): ...

    assert said(capsys, name, stub) == said(capsys, name, ...) == f"○ {name} not answered yet\n"
    assert quizzes._SESSION.tries == {}


def test_an_unknown_name_lists_the_nearest():
    with pytest.raises(ValueError, match="such as third-weight.*, got 'thirdweight'"):
        quizzes.answer("thirdweight", 2)
    with pytest.raises(ValueError, match="such as .*, got 7"):
        quizzes.show(7)


@pytest.mark.parametrize(
    ("option", "error", "words"),
    [
        (0, ValueError, "option: expected at least 1, got 0"),
        (5, ValueError, "option: expected a number from 1 to 4, got 5"),
        ("2", TypeError, "option: expected a whole number, got '2'"),
        (2.0, TypeError, "option: expected a whole number, got 2.0"),
        (True, TypeError, "option: expected a whole number, got True"),
        (np.tanh, TypeError, "option: expected a whole number, got <ufunc 'tanh'>"),
    ],
)
def test_an_option_that_does_not_exist_is_refused_and_not_counted(option, error, words):
    with pytest.raises(error, match=re.escape(words)):
        quizzes.answer("third-weight", option)
    assert quizzes._SESSION.tries == {}


def test_a_number_for_a_formula_is_told_that_a_function_is_needed(capsys):
    assert "needs the function itself" in said(capsys, "chain-rule", 7)
    with pytest.raises(ValueError, match="quizzes.answer"):
        quizzes.show("chain-rule")


def test_the_panel_judges_like_answer(capsys):
    quiz = quizzes.QUIZZES["third-weight"]
    choice, check, feedback = panel(quiz, lambda option: quizzes._judge("third-weight", option)).children
    check.click()
    assert feedback.value == "Choose an option first."
    for label, number in choice.options:
        choice.value = number
        check.click()
        assert label == str(number)
        assert feedback.value == said(capsys, "third-weight", number).strip()


def test_what_was_said_of_an_option_goes_when_another_is_chosen():
    choice, check, feedback = panel(quizzes.QUIZZES["third-weight"], str).children
    choice.value = 1
    check.click()
    assert feedback.value == "1"
    choice.value = 2
    assert feedback.value == ""


def test_feedback_is_shown_as_text_with_code_and_never_taken_for_html():
    choice, check, feedback = panel(quizzes.QUIZZES["third-weight"], lambda option: "is `a < b`?").children
    choice.value = 1
    check.click()
    assert feedback.value == "is <code>a &lt; b</code>?"


def test_a_question_is_asked_with_its_numbered_options(capsys):
    quizzes.ask("third-weight")
    asked = capsys.readouterr().out
    quiz = quizzes.QUIZZES["third-weight"]
    assert quiz.text in asked
    assert all(f"{number}. {option.text}" in asked for number, option in enumerate(quiz.options, start=1))


def test_the_score_counts_first_and_final_answers_by_notebook(capsys):
    for name in ("third-weight", "price-level", "clipping"):
        quizzes.ask(name)
    for name, answer in [("third-weight", 1), ("third-weight", 2), ("price-level", 3), ("last-state", 1)]:
        quizzes.answer(name, answer)
    capsys.readouterr()
    quizzes.score()
    rows = {line[:2]: line.split()[-4:] for line in capsys.readouterr().out.splitlines()}
    assert rows["01"] == ["2", "2", "2", "1"]
    assert rows["02"] == ["1", "1", "0", "0"]
    assert rows["08"] == ["1", "0", "0", "0"]
    assert rows["al"] == ["4", "3", "2", "1"]
    assert set(rows) == {"no", "01", "02", "08", "al"}  # nothing of what was not asked


def test_without_a_question_there_is_no_score():
    assert Score().table({"01": ["third-weight"]}) == "no question was asked yet"


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    quizzes.answer("third-weight", 2)
    quizzes.score()
    assert list(tmp_path.iterdir()) == []
