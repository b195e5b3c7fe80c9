"""Text as tokens: hand-worked batches, drawing checked against its probabilities, and each refusal."""

import numpy as np
import pytest

from rnnlib import ordered_batches, perplexity, sample, softmax, text_to_tokens, tokens_to_text


def test_text_there_and_back():
    text, characters = "to be or not to be", "".join(sorted(set("to be or not to be")))
    tokens = text_to_tokens(text, characters)
    assert tokens.tolist()[:5] == [characters.index(c) for c in "to be"] and tokens.dtype.kind == "i"
    assert tokens_to_text(tokens, characters) == text
    assert text_to_tokens("", "ab").shape == (0,) and text_to_tokens("", "ab").dtype.kind == "i"


def test_characters_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="text: expected characters out of 'ab', got 'c' at 2"):
        text_to_tokens("abc", "ab")
    for characters, twice in (("aba", "a"), ("abcb", "b")):
        with pytest.raises(ValueError, match=f"^characters: expected each once, got '{twice}' twice$"):
            text_to_tokens("ab", characters)
    with pytest.raises(TypeError, match="text: expected a string, got 3"):
        text_to_tokens(3, "ab")
    for characters in ("", ["a", "b"], None):
        with pytest.raises(TypeError, match="characters: expected a string"):
            text_to_tokens("a", characters)
    with pytest.raises(ValueError, match="tokens: expected whole numbers from 0 to 1, got 0 to 2"):
        tokens_to_text([0, 2], "ab")
    with pytest.raises(TypeError, match=r"^tokens: expected whole numbers \(n,\), got float64"):
        tokens_to_text([0.5], "ab")


def test_batches_go_through_each_stretch_in_order():
    N, T, tokens = 3, 4, np.arange(100, 150)
    batches = ordered_batches(tokens, N, T)
    assert len(batches) == 4 and all(x.shape == target.shape == (N, T) for x, target in batches)
    x, target = (np.concatenate(parts, axis=1) for parts in zip(*batches, strict=True))
    np.testing.assert_array_equal(x, [range(100 + 16 * n, 116 + 16 * n) for n in range(N)])
    np.testing.assert_array_equal(target, x + 1)


def test_the_shortest_text_makes_one_batch():
    ((x, target),) = ordered_batches([5, 6, 7, 8, 9], 2, 2)
    assert x.tolist() == [[5, 6], [7, 8]] and target.tolist() == [[6, 7], [8, 9]]
    with pytest.raises(ValueError, match=r"tokens: expected at least N T \+ 1 = 5 of them, got 4"):
        ordered_batches([5, 6, 7, 8], 2, 2)
    assert len(ordered_batches(np.arange(7), 2, 2)) == 1  # the third token of each stretch is in no batch
    for arguments, line in (
        (([1.5, 2.5, 3.5], 1, 1), r"tokens: expected whole numbers \(n,\), got float64"),
        (([1, 2, 3], 1.0, 1), "n_sequences: expected"),
        (([1, 2, 3], 1, True), "n_steps: expected"),
    ):
        with pytest.raises(TypeError, match=f"^{line}"):
            ordered_batches(*arguments)


@pytest.mark.parametrize("temperature", [0.5, 1, 3.0])
def test_tokens_are_drawn_with_the_probabilities_of_the_softmax(temperature):
    v, n = np.array([0.3, -1.2, 2.0, 0.9]), 40_000
    drawn = sample(np.tile(v, (n, 1)), np.random.default_rng(0), temperature)
    p = softmax(v / temperature)
    assert np.all(np.abs(np.bincount(drawn, minlength=4) / n - p) < 4 * np.sqrt(p * (1 - p) / n))


def test_rows_are_drawn_each_from_its_own_logits():
    v = np.full((4, 3), -1e9)
    v[range(4), [2, 0, 1, 2]] = 0
    assert sample(v, np.random.default_rng(0)).tolist() == [2, 0, 1, 2]


def test_each_row_is_measured_from_its_own_largest_and_nothing_overflows():
    v = np.tile([[3.0, 0.0, 0.0], [1e17, 0.0, 0.0], [1.5e308, 1e308, -1.5e308]], (20, 1))
    with np.errstate(all="raise", under="ignore"):
        assert not sample(v, np.random.default_rng(0), temperature=0.01).any()


def test_the_temperature_is_one_where_none_is_given():
    v = np.random.default_rng(1).standard_normal((200, 5))
    drawn = [sample(v, np.random.default_rng(0), *given) for given in ((), (1.0,))]
    np.testing.assert_array_equal(*drawn)


def test_temperature_zero_takes_the_most_likely_and_a_tiny_one_does_too():
    v = np.array([[1.0, 3.0, 2.0], [-1e300, -2e300, 0.0]])
    for temperature in (0, 1e-300):
        with np.errstate(all="raise"):
            assert sample(v, np.random.default_rng(0), temperature).tolist() == [1, 2]


def test_what_cannot_be_drawn_from_is_refused():
    rng = np.random.default_rng(0)
    for temperature in (-1, np.nan, np.inf, "hot", True):
        with pytest.raises(ValueError, match="temperature: expected a finite number of at least 0"):
            sample(np.zeros((2, 3)), rng, temperature)
    with pytest.raises(ValueError, match=r"v: expected \(N, K\)"):
        sample(np.zeros(3), rng)
    with pytest.raises(TypeError, match="rng: expected"):
        sample(np.zeros((2, 3)), 0)


def test_perplexity_is_the_geometric_mean_of_one_over_p():
    p = np.array([0.5, 0.1, 0.25, 0.9])
    np.testing.assert_allclose(perplexity(-np.log(p).mean()), np.prod(1 / p) ** (1 / 4), rtol=1e-15)
    np.testing.assert_allclose(perplexity(-np.log(p).mean()), 2 ** (-np.log2(p).mean()), rtol=1e-15)
    assert perplexity(0) == 1 and perplexity(1000.0) == np.inf
    for loss in (-0.1, np.nan, np.inf, None):
        with pytest.raises(ValueError, match="loss: expected a finite number of at least 0"):
            perplexity(loss)


def test_batches_are_the_callers_own():
    tokens = np.arange(11)
    for x, target in ordered_batches(tokens, n_sequences=2, n_steps=2):
        x[...], before = -1, target.copy()
        np.testing.assert_array_equal(target, before)
        assert (target >= 0).all()
    np.testing.assert_array_equal(tokens, np.arange(11))


def test_a_temperature_beyond_all_measure_is_no_warning():
    with np.errstate(all="raise"):
        assert sample([[0.0, 1.0]], np.random.default_rng(0), temperature=1e300) in (0, 1)
