"""n-grams with Witten and Bell's smoothing: hand-worked counts, sums of 1, contexts never seen, and each refusal."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from rnnlib.course.ngrams import NGram

A, B, C = range(3)
TEXT = np.random.default_rng(0).integers(0, 5, 400)


def by_hand(text, n, V, context, token):
    """Return the probability by the formula, in fractions, from a count of tuples."""
    p = Fraction(1, V)
    for length in range(n):
        after = Counter(
            text[i + length] for i in range(len(text) - length) if text[i : i + length] == context[n - 1 - length :]
        )
        c, k = sum(after.values()), len(after)
        if c:
            p = (after[token] + k * p) / (c + k)
    return p


def test_a_text_of_four_letters_by_hand():
    # "abaa" of the letters a, b, c. Alone: a 3 times, b once, two kinds: (3 + 2/3) / 6, (1 + 2/3) / 6, (2/3) / 6.
    alone = np.array([11, 5, 2]) / 18
    np.testing.assert_allclose(NGram([A, B, A, A], 1, 3).distribution(np.zeros((1, 0))), [alone], atol=1e-15)
    # After a: one b, one a, two kinds. After b: one a, one kind. Nothing was seen after c.
    after_a, after_b = (np.array([1, 1, 0]) + 2 * alone) / 4, (np.array([1, 0, 0]) + alone) / 2
    pairs = NGram([A, B, A, A], 2, 3)
    np.testing.assert_allclose(pairs.distribution([[A], [B], [C]]), [after_a, after_b, alone], atol=1e-15)
    # After ab one a; ba is seen once too, with an a after it; aa is the end: nothing comes after it.
    triples = NGram([A, B, A, A], 3, 3)
    contexts, expected = [[A, B], [B, A], [A, A]], [(np.eye(3)[A] + after_b) / 2, (np.eye(3)[A] + after_a) / 2, after_a]
    np.testing.assert_allclose(triples.distribution(contexts), expected, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_it_agrees_with_tuples_counted_one_by_one(n):
    rng, text = np.random.default_rng(n), tuple(TEXT[:60].tolist())
    contexts, tokens = rng.integers(0, 5, (40, n - 1)), rng.integers(0, 5, 40)
    expected = [
        float(by_hand(text, n, 5, tuple(context), token))
        for context, token in zip(contexts.tolist(), tokens.tolist(), strict=True)
    ]
    np.testing.assert_allclose(NGram(text, n, 5).probability(contexts, tokens), expected, rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 6])
def test_probabilities_sum_to_1_and_none_is_0(n):
    model = NGram(TEXT, n, 7)  # 5 and 6 never occur
    p = model.distribution(np.random.default_rng(1).integers(0, 7, (50, n - 1)))
    assert p.shape == (50, 7)
    np.testing.assert_allclose(p.sum(axis=1), np.ones(50), atol=1e-12)
    assert p.min() > 0


def test_a_context_never_seen_takes_the_shorter_one():
    model, shorter = NGram(TEXT, 3, 7), NGram(TEXT, 2, 7)
    np.testing.assert_array_equal(model.distribution([[6, 2], [2, 6]])[0], shorter.distribution([[2]])[0])
    np.testing.assert_array_equal(model.distribution([[2, 6]]), NGram(TEXT, 1, 7).distribution(np.zeros((1, 0))))


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_text_is_scored_from_its_nth_token_on(n):
    model, text = NGram(TEXT, n, 5), TEXT[:30]
    expected = [model.probability([text[i - n + 1 : i]], text[[i]])[0] for i in range(n - 1, 30)]
    np.testing.assert_array_equal(model.of_text(text), expected)
    assert len(expected) == 30 - n + 1


def test_the_text_it_was_made_from_is_left_alone_and_may_be_short():
    text = [A, B, A]
    assert NGram(text, 3, 3).probability([[A, B]], [A])[0] > 0.5 and text == [A, B, A]
    assert repr(NGram(text, 3, 3)) == "NGram(n=3, V=3)"


def test_what_does_not_fit_is_refused():
    model = NGram(TEXT, 3, 5)
    with pytest.raises(ValueError, match="tokens: expected whole numbers from 0 to 4, got 0 to 5"):
        NGram([0, 5, 1], 2, 5)
    with pytest.raises(TypeError, match="tokens: expected whole numbers"):
        NGram([0.0, 1.0], 1, 5)
    with pytest.raises(ValueError, match="tokens: expected at least n = 3 of them, got 2"):
        NGram([0, 1], 3, 5)
    with pytest.raises(ValueError, match="tokens: expected at least n = 3 of them, got 2"):
        model.of_text([0, 1])
    with pytest.raises(ValueError, match=r"n: expected V to the power n below 2\*\*63, got 72 to the power 11"):
        NGram(TEXT, 11, 72)
    for n, n_tokens, error in ((0, 5, ValueError), (2, 0, ValueError), (1.5, 5, TypeError), (True, 5, TypeError)):
        with pytest.raises(error):
            NGram(TEXT, n, n_tokens)
    for contexts in ([[0]], [[0, 1, 2]], [0, 1], [[0, 1], [1, 2]]):
        with pytest.raises(ValueError, match="contexts: expected"):
            model.probability(contexts, [0])
    with pytest.raises(ValueError, match="contexts: expected whole numbers from 0 to 4, got -1 to 2"):
        model.distribution([[-1, 2]])
    with pytest.raises(ValueError, match="tokens: expected whole numbers from 0 to 4, got 7 to 7"):
        model.probability([[1, 2]], [7])
    with pytest.raises(ValueError, match="contexts: expected"):
        NGram(TEXT, 1, 5).distribution([[1], [2]])
