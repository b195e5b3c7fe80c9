"""proof and raises: what they print, and that they fail where they must."""

import numpy as np
import pytest

from rnnlib import Dense, SimpleRNN
from rnnlib.course.counting import CountedWeights, products_in
from rnnlib.course.proofs import found, found_table, measured, proof, raises


def test_a_true_claim_is_printed(capsys):
    proof("h_3 is the sprint's", [1.0, 2.0], np.array([1.0, 2.0 + 1e-9]), atol=1e-8)
    proof("shapes agree", (2, 3), (2, 3))
    proof("a truth", np.bool_(True))
    assert capsys.readouterr().out == "✓ h_3 is the sprint's (within 1e-08)\n✓ shapes agree\n✓ a truth\n"


@pytest.mark.parametrize(
    ("actual", "expected", "atol"),
    [
        (1.0, 1.0 + 1e-15, 0),
        ([1.0, 2.0], [1.0, 2.1], 0.05),
        ([1.0, np.nan], [1.0, np.nan], 0.1),
        ([1.0, np.nan], [1.0, 2.0], 1e9),
        ([1.0, 1.0], 1.0, 0.1),  # no broadcasting: a lost axis must not pass
        (np.ones((1, 4)), np.ones(4), 0.1),
        (False, True, 0),
    ],
)
def test_a_false_claim_raises_and_prints_nothing(actual, expected, atol, capsys):
    with pytest.raises(AssertionError, match="a claim"):
        proof("a claim", actual, expected, atol=atol)
    assert capsys.readouterr().out == ""


def test_the_message_shows_both_sides():
    with pytest.raises(AssertionError, match=r"computed:\n24\nexpected:\n25"):
        proof("a claim", 24, 25)


@pytest.mark.parametrize("actual", [np.array([True, True]), 1, "yes", None])
def test_a_proof_without_a_value_needs_one_truth(actual):
    with pytest.raises(TypeError, match="needs one True or False"):
        proof("a claim", actual)


def test_what_is_found_has_a_mark_of_its_own_and_the_form_of_a_measurement(capsys):
    found("updates", [80, 120.0], "each")
    measured("updates", [80, 120.0], "each", at_least=1)
    found("error", 0.0123)
    found("right", [3.456, 99.98], "%")
    assert capsys.readouterr().out.splitlines() == [
        "≈ found: updates: 80 to 120 each",
        "≈ measured: updates: 80 to 120 each",
        "≈ found: error: 0.012",
        "≈ found: right: 3.5 to 100 %",
    ]


def test_a_table_of_what_was_found_has_a_line_for_each_row(capsys):
    found_table(["a", "bb"], {"one": [[1, np.nan], [3, np.nan]], "another": [5, 6]})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["one", "another"],
        ["≈", "found:", "a:", "1", "to", "3", "5"],
        ["≈", "found:", "bb:", "–", "6"],
    ]
    assert len({len(line) for line in lines}) == 1


def fail(error):
    raise error


def test_an_expected_error_is_printed(capsys):
    raises(ValueError, lambda: fail(ValueError("x: wrong shape")), match="wrong")
    assert capsys.readouterr().out == "✓ raised ValueError: x: wrong shape\n"


@pytest.mark.parametrize("call", [lambda: 1, lambda: fail(TypeError("wrong")), lambda: fail(ValueError("other"))])
def test_no_error_another_type_or_another_message_fails(call):
    with pytest.raises(AssertionError, match="expected ValueError"):
        raises(ValueError, call, match="wrong")


def test_counted_weights_count_products_and_compute_the_same():
    W, x = np.arange(6.0).reshape(2, 3), np.ones((4, 2))
    counted = CountedWeights.of(W)
    np.testing.assert_array_equal(x @ counted + (counted @ np.ones(3)).sum(), x @ W + (W @ np.ones(3)).sum())
    np.testing.assert_array_equal(counted * 2, W * 2)
    assert counted.products == 2
    assert not np.shares_memory(counted, W)


def test_the_products_of_a_layer_are_counted_by_parameter():
    rnn, x = SimpleRNN(np.ones((2, 3)), np.eye(3), np.zeros(3)), np.ones((4, 5, 2))
    assert products_in(rnn, lambda: rnn.forward(x)) == {"W_x": 1, "W_h": 5, "b": 0}
    assert products_in(rnn, lambda: rnn.backward(np.ones((4, 5, 3)))) == {"W_x": 1, "W_h": 5, "b": 0}
    assert products_in(rnn, lambda: [rnn.step(x[:, 0], np.ones((4, 3))) for _ in range(2)])["W_h"] == 2
    assert products_in(rnn, lambda: Dense(np.ones((2, 3))).forward(x))["W_x"] == 0
