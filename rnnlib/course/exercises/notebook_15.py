"""Checkers of notebook 15: another associative product, the minimal GRU of the paper, and what a scan costs."""

from collections.abc import Callable
from math import ceil, floor, log2
from typing import Any

import numpy as np

from rnnlib import linear_recurrence, sigmoid
from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise

# 15.1: two steps of h_t = max(h_{t-1} + a_t, b_t) are one


def _combined(a: np.ndarray, b: np.ndarray, a_next: np.ndarray, b_next: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return a + a_next, np.maximum(b + a_next, b_next)


def _two_steps(rng: np.random.Generator) -> list[tuple]:
    by_hand = tuple(np.array([value]) for value in (-2.0, 3.0, 1.0, 1.5))
    return [by_hand, *(tuple(rng.standard_normal((4, n))) for n in (6, 9, 12))]


FACTOR_MISTAKES: Mistakes = [
    (
        lambda a, b, c, d: a * c,
        "this is the product of a linear recurrence: here a is added to h",
    ),
    (lambda a, b, c, d: np.maximum(a, c), "this is the larger of the two: both a and a_next are added to h"),
    (lambda a, b, c, d: a, "this is a alone: the second step adds a_next as well"),
    (lambda a, b, c, d: c, "this is a_next alone: the first step has added a as well"),
    (lambda a, b, c, d: c - a, "this is a difference: both are added to h"),
    (lambda a, b, c, d: a - c, "this is a difference: both are added to h"),
    (lambda a, b, c, d: (a + c) / 2, "this is the mean of the two: their sum is what h gains"),
    (lambda a, b, c, d: np.maximum(b + c, d), "this is the new b: a comes first, and b second"),
    (lambda a, b, c, d: a + b + c, "b does not belong here: where h is large, it gains a + a_next and nothing more"),
]

ADDED_MISTAKES: Mistakes = [
    (lambda a, b, c, d: np.maximum(b, d), "b goes through the second step too: a_next is added to it"),
    (lambda a, b, c, d: b + c, "b_next is missing: the second step never falls below it"),
    (lambda a, b, c, d: d, "this is b_next alone: b, after the second step, may be larger"),
    (lambda a, b, c, d: c * b + d, "this is the b of a linear recurrence: multiplication and + are + and max here"),
    (
        lambda a, b, c, d: np.maximum(b, d + a),
        "the two steps have changed places: (a, b) is the first, (a_next, b_next) the second",
    ),
    (lambda a, b, c, d: np.maximum(b + a, d), "b gains the a of its own step: it gains that of the next one, a_next"),
    (lambda a, b, c, d: np.maximum(b, d) + c, "a_next is added to b_next too: it is added to what came before, to b"),
    (lambda a, b, c, d: np.maximum(b, c + d), "a_next is added to b_next: it is added to what came before, to b"),
    (lambda a, b, c, d: np.minimum(b + c, d), "this is the smaller of the two: the recurrence takes the larger one"),
    (lambda a, b, c, d: np.maximum(a + b + c, d), "a does not belong here: it is added to h, before b is compared"),
    (lambda a, b, c, d: b + d, "b_next is not added to b: the second step takes the larger of two"),
    (lambda a, b, c, d: np.maximum(b + c, b + d), "b_next is not added to b: the second step takes the larger of two"),
    (lambda a, b, c, d: b + c + d, "the two are added: the larger of them counts"),
    (lambda a, b, c, d: a + c, "this is the new a: it comes first, and b second"),
]

# 15.2: the minimal GRU as its paper writes it, by a scan


def _scan(a: Any, b: Any, h0: Any) -> np.ndarray:
    return linear_recurrence(a, b, h0).h


def _paper(logits: np.ndarray, n: np.ndarray, h0: np.ndarray, scan: Callable) -> np.ndarray:
    z = sigmoid(logits)
    return scan(1 - z, z * n, h0)


def _gates(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.standard_normal((N, T, H)), 1 + 2 * rng.standard_normal((N, T, H)), rng.standard_normal((N, H)), _scan)
        for N, T, H in ((2, 4, 3), (3, 6, 2), (1, 9, 4))
    ]


def _late_start(logits: np.ndarray, n: np.ndarray, h0: np.ndarray, scan: Callable) -> np.ndarray:
    z = sigmoid(logits)
    added = z * n
    added[:, 0] += h0
    return scan(1 - z, added, 0 * h0)


def _twice_started(logits: np.ndarray, n: np.ndarray, h0: np.ndarray, scan: Callable) -> np.ndarray:
    z = sigmoid(logits)
    added = z * n
    added[:, 0] += (1 - z[:, 0]) * h0
    return scan(1 - z, added, h0)


def _other_gates(kept: Callable, new: Callable) -> Callable:
    def states(logits: np.ndarray, n: np.ndarray, h0: np.ndarray, scan: Callable) -> np.ndarray:
        z = sigmoid(logits)
        return scan(kept(z), new(z, n), h0)

    return states


PAPER_MISTAKES: Mistakes = [
    (
        _other_gates(lambda z: z, lambda z, n: (1 - z) * n),
        "this is the layer of this course: in the paper z is how much is new, and 1 - z how much is kept",
    ),
    (_other_gates(lambda z: z, lambda z, n: z * n), "z stands on both: what is kept of the old state is 1 - z"),
    (_other_gates(lambda z: 1 - z, lambda z, n: (1 - z) * n), "1 - z stands on both: the candidate is multiplied by z"),
    (_other_gates(lambda z: 1 - z, lambda z, n: n), "the candidate is added whole: multiply it by z"),
    (_other_gates(lambda z: z, lambda z, n: n), "the candidate is added whole, and z is how much is new, not kept"),
    (
        _other_gates(lambda z: 1 - z, lambda z, n: z * np.tanh(n)),
        "a tanh is put on the candidate: the minimal GRU has none",
    ),
    (
        lambda logits, n, h0, scan: scan(1 - logits, logits * n, h0),
        "the gate is not between 0 and 1: take the sigmoid of its logits",
    ),
    (lambda logits, n, h0, scan: _paper(logits, n, 0 * h0, scan), "h0 plays no part: the scan takes it as its third"),
    (_late_start, "h0 is added to the first state: the first step keeps 1 - z of it"),
    (_twice_started, "h0 is counted twice: once in what is added, and once by the scan"),
    (
        lambda logits, n, h0, scan: _paper(logits, n, h0, scan)[:, -1],
        "this is the last state: all are asked for",
    ),
    (
        lambda logits, n, h0, scan: sigmoid(logits) * n,
        "nothing of the old state is kept: there is no recurrence in this",
    ),
    (
        _other_gates(lambda z: z, lambda z, n: z),
        "the candidate plays no part: z times n is what is added",
    ),
    (
        lambda logits, n, h0, scan: scan(sigmoid(logits) * n, 1 - sigmoid(logits), h0),
        "the first two arguments of the scan have changed places: first the factors, then what is added",
    ),
]


class ScanExercise(FunctionExercise):
    """A function that must take its states from the scan that it is given."""

    def _fault(self, answer: Callable, result: Any, arguments: tuple) -> str | None:
        if fault := super()._fault(answer, result, arguments):
            return fault
        calls = []

        def counted(*given: Any, **named: Any) -> np.ndarray:
            calls.append(given)
            return _scan(*given, **named)

        answer(*arguments[:-1], counted)
        if calls:
            return None
        return "the states are the right ones, but `scan` was not called: all of them can be had from one call of it"


# 15.3: what a scan costs


def _widths(T: int) -> list[int]:
    return [2**r for r in range((T - 1).bit_length())]


def _parallel_steps(T: int, processors: int, over: Callable = ceil) -> int:
    return sum(over(2 * (T - width) / processors) for width in _widths(T))


def _least(T: int, wins: Callable) -> int:
    return next(processors for processors in range(1, 4 * T + 8) if wins(processors))


def _products(T: int) -> int:
    return sum(2 * (T - width) for width in _widths(T))


def _cost(T: int) -> tuple[int, int, int]:
    return len(_widths(T)), _products(T), _least(T, lambda P: _parallel_steps(T, P) < T)


def _lengths(rng: np.random.Generator) -> list[tuple]:
    # From T = 7 on the scan wins even where a by a and a by b are done in turn: a search that counts so has an end.
    return [(8,), (9,), (100,), (1000,), (12,), (8192,), (7,)]


ROUNDS_MISTAKES: Mistakes = [
    (lambda T: floor(log2(T)), "this is rounded down: at T = 5 the widths 1, 2 and 4 are needed"),
    (lambda T: T.bit_length(), "this is one too many where T is a power of two: at T = 8 the widths are 1, 2 and 4"),
    (lambda T: ceil(log2(T)) + 1, "this is one too many: the round whose width is T or more is not needed"),
    (lambda T: ceil(log2(T)) - 1, "this is one too few: the last round is the one whose width is below T"),
    (lambda T: T, "these are the steps of the loop"),
    (lambda T: T - 1, "the reach of a map doubles with each round: it does not grow by one"),
    (lambda T: ceil(T / 2), "the reach of a map doubles with each round: T is halved until one is left"),
    (lambda T: T // 2, "the reach of a map doubles with each round: T is halved until one is left"),
    (lambda T: ceil(np.log(T)), "this is the natural logarithm: a reach that doubles needs the one to base 2"),
    (_products, "these are the products: the rounds come first"),
]

PRODUCTS_MISTAKES: Mistakes = [
    (
        lambda T: sum(T - width for width in _widths(T)),
        "this is one product for each place: a round multiplies a by a, and a by b",
    ),
    (
        lambda T: 2 * T * len(_widths(T)),
        "this counts every place in every round: the first `width` places of a round have nobody to combine with",
    ),
    (
        lambda T: T * len(_widths(T)),
        "this is one product for every place in every round: count two, and T - width places",
    ),
    (
        lambda T: 2 * (T - 1) * len(_widths(T)),
        "this takes T - 1 places in every round: with the width w there are T - w",
    ),
    (lambda T: sum(2 * width for width in _widths(T)), "these are the places that do nothing: T - width of them work"),
    (
        lambda T: sum(2 * (T - width + 1) for width in _widths(T)),
        "this is one place too many in every round: T - width of them have a partner",
    ),
    (
        lambda T: sum(2 * (T - width - 1) for width in _widths(T)),
        "this is one place too few in every round: T - width of them have a partner",
    ),
    (lambda T: T, "these are the products of the loop"),
    (lambda T: 2 * (T - 1), "this is the first round alone"),
    (
        lambda T: _products(T) - (T - _widths(T)[-1]),
        "in the last round a by a is left out: here it is counted as well",
    ),
    (lambda T: _products(T) + 1, "a_1 h_0 is counted as well: the start is 0 here"),
]

PROCESSORS_MISTAKES: Mistakes = [
    (
        lambda T: _least(T, lambda P: _parallel_steps(T, P) <= T),
        "with that many it may be a draw: fewer steps than T are asked for",
    ),
    (
        lambda T: _least(T, lambda P: _products(T) / P < T),
        "a round must end before the next begins: round up in every round, not once for all products",
    ),
    (
        lambda T: _least(T, lambda P: ceil(_products(T) / P) < T),
        "a round must end before the next begins: round up in every round, not once for all products",
    ),
    (
        lambda T: ceil(_products(T) / T),
        "a round must end before the next begins: round up in every round, and find fewer steps than T, not T",
    ),
    (
        lambda T: _least(T, lambda P: _parallel_steps(T, P, floor) < T),
        "a product that is left over takes a step of its own: round up",
    ),
    (lambda T: 2 * (T - 1), "that many do a whole round at once: from T = 4 on fewer are enough to beat the loop"),
    (lambda T: T, "this is one for each place: try 1, 2, 3, … and stop at the first that wins"),
    (lambda T: len(_widths(T)), "these are the rounds"),
    (lambda T: 2 * len(_widths(T)), "this is twice the rounds, an estimate: count the steps of each round"),
    (
        lambda T: _least(T, lambda P: sum(2 * ceil((T - width) / P) for width in _widths(T)) < T),
        "the products of a by a and those of a by b are done in turn: both kinds can share a step",
    ),
    (
        lambda T: _least(T, lambda P: sum(ceil((T - width) / P) for width in _widths(T)) < T),
        "this is one product for each place: a round multiplies a by a, and a by b",
    ),
    (
        lambda T: _least(T, lambda P: _parallel_steps(T, P) < T) - 1,
        "this is one too few: with that many the scan is not yet ahead",
    ),
    (
        lambda T: _parallel_steps(T, _least(T, lambda P: _parallel_steps(T, P) < T)),
        "this is the number of steps that they take: the number of processors is asked for",
    ),
]


class NumbersExercise(PartsExercise):
    """Several numbers, which may stand in one array."""

    def _fault(self, answer: Callable, result: Any, arguments: tuple) -> str | None:
        if isinstance(result, np.ndarray) and result.ndim == 1:
            result = list(result)
        return super()._fault(answer, result, arguments)


CHECKERS = {
    "15.1": PartsExercise(
        right=_combined,
        problems=_two_steps,
        parts=[("a", "(n,)", FACTOR_MISTAKES), ("b", "(n,)", ADDED_MISTAKES)],
    ),
    "15.2": ScanExercise(right=_paper, problems=_gates, mistakes=PAPER_MISTAKES, shape="(N, T, H)"),
    "15.3": NumbersExercise(
        right=_cost,
        problems=_lengths,
        parts=[
            ("rounds", "one number", ROUNDS_MISTAKES),
            ("products", "one number", PRODUCTS_MISTAKES),
            ("processors", "one number", PROCESSORS_MISTAKES),
        ],
    ),
}
