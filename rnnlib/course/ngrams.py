"""Counting as a language model: n-grams with Witten and Bell's smoothing, the rival of the networks of notebook 12."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import check_int, check_whole_numbers

LARGEST_CODE = np.iinfo(np.int64).max


class Counts(NamedTuple):
    """What was seen after contexts of one length, each context as one whole number."""

    contexts: NDArray[np.int64]  # those seen, sorted
    seen: NDArray[np.int64]  # how often each was seen, with a token after it
    kinds: NDArray[np.int64]  # how many different tokens were seen after it
    grams: NDArray[np.int64]  # context and token as one number, sorted
    gram_seen: NDArray[np.int64]  # how often


class NGram:
    """The probability of a token after the n - 1 tokens before it, from counts in a text.

    With `count` how often a context was seen, alone or with the token w after it, and `kinds` how many different
    tokens were seen after it, the probability is

        p(w | context) = (count(context, w) + kinds(context) p(w | shorter)) / (count(context) + kinds(context))

    where `shorter` is the context without its oldest token; a context that was never seen takes p(w | shorter) as it
    is. The shortest context is the empty one, and below it all V tokens are equally likely, so no probability is 0.
    The part for what was not seen is that of Witten and Bell, The zero-frequency problem, 1991.

    >>> model = NGram([0, 1, 0, 0], n=2, n_tokens=2)  # "abaa"
    >>> model.distribution([[0]]).round(3)  # after "a": one "b", one "a"
    array([[0.583, 0.417]])
    """

    def __init__(self, tokens: ArrayLike, n: int, n_tokens: int) -> None:
        """Count the n-grams of a text, and the shorter ones.

        Args:
            tokens: the text, (L,), whole numbers below V, at least n of them.
            n: the length of an n-gram: n - 1 tokens of context, and the one after them.
            n_tokens: V.

        Raises:
            TypeError, ValueError: tokens that do not fit, a text shorter than n, a V to the power n above 2**63.
        """
        self.n, self.n_tokens = check_int("n", n), check_int("n_tokens", n_tokens)
        if self.n_tokens**self.n > LARGEST_CODE:
            raise ValueError(f"n: expected V to the power n below 2**63, got {self.n_tokens} to the power {self.n}")
        tokens = check_whole_numbers("tokens", tokens, "(L,)", below=self.n_tokens).astype(np.int64)
        if len(tokens) < self.n:
            raise ValueError(f"tokens: expected at least n = {self.n} of them, got {len(tokens)}")
        self.counts = [self._count(tokens, length) for length in range(self.n)]  # of a context

    def probability(self, contexts: ArrayLike, tokens: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of tokens (m,), each after its own context, the rows of contexts (m, n - 1): (m,).

        Raises:
            TypeError, ValueError: numbers that do not fit, another number of tokens than of contexts.
        """
        tokens = check_whole_numbers("tokens", tokens, "(m,)", below=self.n_tokens).astype(np.int64)
        contexts = self._check_contexts(contexts, len(tokens))
        p = np.full(len(tokens), 1 / self.n_tokens)
        for length, counts in enumerate(self.counts):
            code = _codes(contexts[:, self.n - 1 - length :], self.n_tokens)
            count, kinds = _look_up(code, counts.contexts, counts.seen, counts.kinds)
            (with_token,) = _look_up(code * self.n_tokens + tokens, counts.grams, counts.gram_seen)
            p = np.where(count > 0, (with_token + kinds * p) / np.maximum(count + kinds, 1), p)
        return p

    def distribution(self, contexts: ArrayLike) -> NDArray[np.float64]:
        """Return the probabilities of all V tokens after each row of contexts (m, n - 1): (m, V)."""
        contexts = self._check_contexts(contexts, np.shape(contexts)[0] if np.ndim(contexts) else 0)
        m, V = len(contexts), self.n_tokens
        everyone = np.tile(np.arange(V), m)
        return self.probability(np.repeat(contexts, V, axis=0), everyone).reshape(m, V)

    def of_text(self, tokens: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of each token of a text (L,), from the n-th on, after those before it: (L - n + 1,).

        Raises:
            TypeError, ValueError: tokens that do not fit, a text shorter than n.
        """
        tokens = check_whole_numbers("tokens", tokens, "(L,)", below=self.n_tokens)
        if len(tokens) < self.n:
            raise ValueError(f"tokens: expected at least n = {self.n} of them, got {len(tokens)}")
        grams = np.lib.stride_tricks.sliding_window_view(tokens, self.n)
        return self.probability(grams[:, :-1], grams[:, -1])

    def _count(self, tokens: NDArray[np.int64], length: int) -> Counts:
        grams = _codes(np.lib.stride_tricks.sliding_window_view(tokens, length + 1), self.n_tokens)
        grams, gram_count = np.unique(grams, return_counts=True)
        contexts, first, kinds = np.unique(grams // self.n_tokens, return_index=True, return_counts=True)
        return Counts(contexts, np.add.reduceat(gram_count, first), kinds, grams, gram_count)

    def _check_contexts(self, contexts: ArrayLike, m: int) -> NDArray[np.int64]:
        if self.n == 1:
            contexts = np.asarray(contexts)
        else:
            contexts = check_whole_numbers("contexts", contexts, "(m, length)", below=self.n_tokens)
        if contexts.shape != (m, self.n - 1):
            raise ValueError(f"contexts: expected (m, n - 1) = ({m}, {self.n - 1}), got {contexts.shape}")
        return contexts.astype(np.int64)

    def __repr__(self) -> str:
        return f"NGram(n={self.n}, V={self.n_tokens})"


def _codes(grams: NDArray[np.int64], V: int) -> NDArray[np.int64]:
    """Return each row of tokens (m, length) as one number, its digits in base V: (m,)."""
    return grams @ V ** np.arange(grams.shape[1], dtype=np.int64)[::-1]


def _look_up(codes: NDArray[np.int64], known: NDArray[np.int64], *values: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the values that belong to codes (m,) among the known ones, 0 for an unknown one: (m,) each."""
    place = np.minimum(known.searchsorted(codes), len(known) - 1)
    return [np.where(known[place] == codes, value[place], 0) for value in values]
