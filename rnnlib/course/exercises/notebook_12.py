"""Checkers of notebook 12: drawing from the best k, a mixture of two models, a leak, and an embedding used twice."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnnlib import softmax
from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise

# 12.1: only the k most likely


def _kept(v: np.ndarray, k: int) -> np.ndarray:
    return v >= np.sort(v, axis=1)[:, [-k]]


def _top_k(v: np.ndarray, k: int, temperature: float, kept: Callable = _kept) -> np.ndarray:
    p = softmax(v / temperature) * kept(v, k)
    return p / p.sum(axis=1, keepdims=True)


def _logits(rng: np.random.Generator) -> list[tuple]:
    return [
        (2 * rng.standard_normal((N, V)), k, temperature)
        for N, V, k, temperature in ((3, 6, 2, 0.5), (4, 7, 3, 2.0), (2, 5, 4, 0.7))
    ]


def _of_all_rows(v: np.ndarray, k: int) -> np.ndarray:
    return v >= np.sort(v, axis=None)[-k * len(v)]


@dataclass(frozen=True)
class _TopK(FunctionExercise):
    """Names the cause where rnnlib's softmax refuses a logit of -inf, the usual way in other libraries."""

    def __call__(self, answer: Any) -> str | None:
        fault = super().__call__(answer)
        if fault and "expected finite numbers" in fault and "got -inf" in fault:
            return (
                "the softmax of rnnlib takes finite numbers only, and refuses the logit -inf: take the softmax first, "
                "set the others to 0 after it, and divide by the sum"
            )
        return fault


TOP_K_MISTAKES: Mistakes = [
    (
        lambda v, k, temperature: softmax(v / temperature) * _kept(v, k),
        "the probabilities of a row do not add up to 1: divide by their sum after the others are set to 0",
    ),
    (
        lambda v, k, temperature: _top_k(v, k, 1.0),
        "the temperature plays no part: divide the logits by it before the softmax",
    ),
    (
        lambda v, k, temperature: _top_k(v, k, 1 / temperature),
        "the temperature is turned round: a low one must prefer the likely characters, so divide the logits by it",
    ),
    (lambda v, k, temperature: softmax(v / temperature), "all characters are left: only the k most likely may be"),
    (
        lambda v, k, temperature: _top_k(v, k, temperature, lambda v, k: v <= np.sort(v, axis=1)[:, [k - 1]]),
        "these are the k least likely characters",
    ),
    (
        lambda v, k, temperature: softmax(np.where(_kept(v, k), v, 0.0) / temperature),
        "the others have the logit 0: that is no probability of 0, since exp(0) = 1",
    ),
    (
        lambda v, k, temperature: _top_k(v, k, temperature, lambda v, k: v > np.sort(v, axis=1)[:, [-k]]),
        "one too few are left: the k-th most likely belongs to them",
    ),
    (lambda v, k, temperature: _top_k(v, min(k + 1, v.shape[1]), temperature), "one too many are left: k + 1 of them"),
    (
        lambda v, k, temperature: _kept(v, k) / k,
        "here the k are equally likely: their logits must decide, divided by the temperature",
    ),
    (
        lambda v, k, temperature: softmax(softmax(v) / temperature) * 1.0,
        "this divides probabilities by the temperature, and takes a softmax of them: divide the logits",
    ),
    (
        lambda v, k, temperature: _top_k(v, k, temperature, _of_all_rows),
        "the most likely are looked for in all rows together: each row has its own k most likely",
    ),
]

# 12.2: a mixture of two models


def _mixed(p: np.ndarray, q: np.ndarray, weight: float) -> np.ndarray:
    return weight * p + (1 - weight) * q


def _bits(p: np.ndarray) -> float:
    return float(-np.log2(p).mean())


def _of_mixture(p: np.ndarray, q: np.ndarray, weight: float) -> tuple[float, float]:
    bits = _bits(_mixed(p, q, weight))
    return bits, 2**bits


def _two_models(rng: np.random.Generator) -> list[tuple]:
    return [(rng.uniform(0.01, 1, n), rng.uniform(0.01, 1, n), weight) for n, weight in ((4, 0.3), (7, 0.8), (5, 0.6))]


BITS_MISTAKES: Mistakes = [
    (
        lambda p, q, weight: 2 ** _bits(_mixed(p, q, weight)),
        "this is the perplexity: the bits come first, and the perplexity second",
    ),
    (
        lambda p, q, weight: weight * _bits(p) + (1 - weight) * _bits(q),
        "this mixes the bits of the two models, not their probabilities: mix first, then take the logarithm",
    ),
    (lambda p, q, weight: _bits(_mixed(p, q, 1 - weight)), "the weight belongs to p: here it is that of q"),
    (lambda p, q, weight: _bits(_mixed(p, q, 0.5)), "the weight plays no part: both count one half here"),
    (
        lambda p, q, weight: _bits(_mixed(p, q, weight)) * np.log(2),
        "these are nats: bits have the logarithm to base 2",
    ),
    (lambda p, q, weight: _bits(_mixed(p, q, weight)) * len(p), "this is the sum over all characters: take the mean"),
    (lambda p, q, weight: -_bits(_mixed(p, q, weight)), "the sign is the wrong one: bits are -log2 of a probability"),
    (
        lambda p, q, weight: -np.log2(_mixed(p, q, weight).mean()),
        "this is the logarithm of the mean probability: the mean of the logarithms is asked for",
    ),
    (lambda p, q, weight: _bits(p), "these are the bits of p alone"),
    (lambda p, q, weight: _bits(q), "these are the bits of q alone"),
]

PERPLEXITY_MISTAKES: Mistakes = [
    (
        lambda p, q, weight: np.exp(_bits(_mixed(p, q, weight))),
        "bits go with powers of 2: exp is for nats",
    ),
    (
        lambda p, q, weight: (1 / _mixed(p, q, weight)).mean(),
        "this is the arithmetic mean of 1 / p: the geometric one is asked for",
    ),
    (
        lambda p, q, weight: 2 ** -_bits(_mixed(p, q, weight)),
        "this is the reciprocal: a perplexity is never below 1",
    ),
    (
        lambda p, q, weight: weight * 2 ** _bits(p) + (1 - weight) * 2 ** _bits(q),
        "this mixes the two perplexities, not the probabilities",
    ),
    (
        lambda p, q, weight: 2 ** _bits(p) ** weight * 2 ** _bits(q) ** (1 - weight),
        "this mixes the two perplexities, not the probabilities",
    ),
    (
        lambda p, q, weight: 1 / _mixed(p, q, weight).mean(),
        "this is 1 over the mean probability: the geometric mean of 1 / p is asked for",
    ),
]

# 12.3: a leak


def _leak(
    train: np.ndarray, test: np.ndarray, length: int, seen: Callable | None = None, over: Callable = np.mean
) -> np.ndarray:
    """Return for each test window what `over` makes of the row that tells which of its characters training saw."""
    positions = np.unique(np.concatenate([np.arange(start, start + length) for start in train]))
    find = seen or (lambda start: np.isin(np.arange(start, start + length), positions))
    return np.array([over(find(start)) for start in test], float)


def _overlaps(train: np.ndarray, start: int, length: int) -> np.ndarray:
    return np.maximum(0, length - np.abs(train - start)) / length


def _windows(rng: np.random.Generator) -> list[tuple]:
    by_hand = (np.array([0, 3, 20]), np.array([4, 8, 20, 12]), 5)
    return [by_hand, *((rng.integers(0, 90, 8), rng.integers(0, 90, 12), length) for length in (6, 9, 4))]


LEAK_MISTAKES: Mistakes = [
    (
        lambda train, test, length: np.isin(test, train).astype(float),
        "only windows that start at the same place are found: others overlap too",
    ),
    (
        lambda train, test, length: _leak(train, test, length, lambda start: np.isin([start], train)),
        "only windows that start at the same place are found: others overlap too",
    ),
    (
        lambda train, test, length: _leak(train, test, length, over=np.any),
        "any overlap counts as a whole window: the fraction of its characters is asked for",
    ),
    (
        lambda train, test, length: np.array([_overlaps(train, start, length).max() for start in test]),
        "only the training window that overlaps most is counted: two may cover different characters",
    ),
    (
        lambda train, test, length: np.array([_overlaps(train, start, length).sum() for start in test]),
        "a character that two training windows hold is counted twice",
    ),
    (
        lambda train, test, length: _leak(train, test, length, over=np.sum),
        "these are numbers of characters: divide by the length of a window",
    ),
    (
        lambda train, test, length: 1 - _leak(train, test, length),
        "this is the fraction that training has not seen",
    ),
    (
        lambda train, test, length: _leak(test, train, length),
        "train and test have changed places: a number for each test window is asked for",
    ),
    (
        lambda train, test, length: _leak(train, test, length).mean(),
        "this is the mean over all test windows: a number for each is asked for",
    ),
    (
        lambda train, test, length: np.array(
            [np.isin(np.arange(start, start + length), train).mean() for start in test]
        ),
        "only the first character of each training window counts as seen: all of its characters were",
    ),
    (
        lambda train, test, length: np.array(
            [
                _leak(train[train <= start], np.array([start]), length)[0] if (train <= start).any() else 0.0
                for start in test
            ]
        ),
        "training windows that start after the test window are not counted: they may overlap its end",
    ),
]

# 12.4: an embedding used twice


def _add(V: int, *parts: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    dW = np.zeros((V, parts[0][1].shape[-1]))
    for tokens, g in parts:
        np.add.at(dW, tokens, g)
    return dW


def _used_twice(tokens: np.ndarray, dout: np.ndarray, V: int) -> np.ndarray:
    return _add(V, (tokens, dout), (tokens[:, :-1], dout[:, 1:]))


def _lost(tokens: np.ndarray, dout: np.ndarray, V: int) -> np.ndarray:
    dW = np.zeros((V, dout.shape[-1]))
    dW[tokens] += dout
    dW[tokens[:, :-1]] += dout[:, 1:]
    return dW


def _last_only(tokens: np.ndarray, dout: np.ndarray, V: int) -> np.ndarray:
    dW = np.zeros((V, dout.shape[-1]))
    dW[tokens] = dout
    dW[tokens[:, :-1]] += dout[:, 1:]
    return dW


def _lookups(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.integers(0, V - 1, (N, T)), rng.standard_normal((N, T, D)), V)
        for N, T, D, V in ((2, 6, 3, 4), (3, 7, 2, 6), (1, 9, 4, 3))
    ]


TWICE_MISTAKES: Mistakes = [
    (_lost, "repeated tokens are lost: with an array of indices += adds once for each different one; see np.add.at"),
    (_last_only, "repeated tokens are lost: an assignment keeps one of them only; see np.add.at"),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout)),
        "the token before plays no part: its row is in the output too",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens[:, :-1], dout[:, 1:])),
        "the token itself plays no part: only the one before it gets a gradient",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout), (np.roll(tokens, 1, axis=1), dout)),
        "the first step is given the last token of its row: it has none before it",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout), (tokens.ravel()[:-1], dout.reshape(-1, dout.shape[-1])[1:])),
        "the first step is given the last token of the row before: each row is a sequence of its own",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout), (np.roll(tokens, 1), dout)),
        "the first step is given the last token of the row before: each row is a sequence of its own",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout), (tokens[:, 1:], dout[:, :-1])),
        "the token after is taken for the one before",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout), (tokens, dout)),
        "the token itself is added twice: the second row is that of the token before",
    ),
    (
        lambda tokens, dout, V: _add(V, (tokens, dout), (tokens[:, :-1], dout[:, :-1])),
        "the token before gets the gradient of its own step: it is part of the output one step later",
    ),
    (
        lambda tokens, dout, V: _used_twice(tokens, dout, V) / tokens.size,
        "this is divided by the number of tokens: a gradient adds up",
    ),
    (
        lambda tokens, dout, V: _used_twice(tokens, dout, V) / len(tokens),
        "this is divided by N: a gradient adds up",
    ),
]

CHECKERS = {
    "12.1": _TopK(right=_top_k, problems=_logits, mistakes=TOP_K_MISTAKES, shape="(N, V)"),
    "12.2": PartsExercise(
        right=_of_mixture,
        problems=_two_models,
        parts=[("bits", "one number", BITS_MISTAKES), ("perplexity", "one number", PERPLEXITY_MISTAKES)],
    ),
    "12.3": FunctionExercise(right=_leak, problems=_windows, mistakes=LEAK_MISTAKES, shape="(m,)"),
    "12.4": FunctionExercise(right=_used_twice, problems=_lookups, mistakes=TWICE_MISTAKES, shape="(V, D)"),
}
