"""Checkers of notebook 03: how far a starting state reaches, and the repaired forward pass."""

from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.exercises.notebook_02 import (
    GOES_ON,
    IGNORES_H0,
    LEAKS,
    TRANSPOSED,
    forward,
    going_on,
    leaking,
    sequences,
    step,
    transposed,
    without_h0,
)

SPRINT_W_X = np.array([[1, 3, 5, 7], [3, 5, 7, 8]]) / 100
SPRINT_W_H = np.array([[1, 3, 5, 7], [2, 4, 6, 8], [3, 5, 7, 8], [4, 6, 8, 10]]) / 100


def _effects() -> np.ndarray:
    """Return by how many per cent h_1, h_2 and h_3 of the sprint are off when h0 = −1 is ignored."""
    x = np.array([[[1, 2], [2, 3], [3, 4]]]) / 100
    right = forward(x, -np.ones((1, 4)), SPRINT_W_X, SPRINT_W_H, np.ones(4))
    ignored = forward(x, np.zeros((1, 4)), SPRINT_W_X, SPRINT_W_H, np.ones(4))
    return 100 * np.linalg.norm(ignored - right, axis=2)[0] / np.linalg.norm(right, axis=2)[0]


def _near(guess: float, true: float) -> bool:
    return true / 1.4 <= guess <= 1.4 * true


def check_prediction(answer: Any) -> str | None:
    """Return what is wrong with two predicted percentages, (for h_1, for h_3), or None."""
    if np.shape(answer) != (2,) or np.asarray(answer).dtype.kind not in "fiu":
        return "a pair of numbers is asked for, in per cent: (at_h_1, at_h_3)"
    first, last = (float(number) for number in answer)
    if min(first, last) < 0:
        return "how far off is asked for, without a sign"
    true_first, _, true_last = _effects()
    if first <= last:
        return "that has h_3 off as much as h_1 or more: but h_3 hears of h0 only through h_1 and h_2"
    if _near(first, true_first / 100) and _near(last, true_last / 100):
        return "these are fractions: multiply by 100 for per cent"
    if not _near(first, true_first):
        return f"for h_1 that is too {'much' if first > true_first else 'little'}: it is off by {true_first:.0f} %"
    if last > 1.4 * true_last:
        return f"h_3 is off by less: {true_last:.2f} %, for the difference shrinks at every step"
    if last < true_last / 1.4:
        return f"h_3 is off by more: {true_last:.2f} %; the difference shrinks, but it is not gone"
    return None


def _problems(rng: np.random.Generator) -> list[tuple]:
    other = (rng.standard_normal((2, 3, 2)), rng.standard_normal((2, 4)), 2 * SPRINT_W_X, SPRINT_W_H, np.ones(4))
    return [other, *sequences(rng)]


def _with_the_global(x, h0, W_x, W_h, b):
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    h_prev = h0
    for t in range(x.shape[1]):
        h_prev = h[:, t] = step(x[:, t], h_prev, W_x if t == 0 else SPRINT_W_X, W_h, b)
    return h


CHECKERS = {
    "3.1": check_prediction,
    "3.2": FunctionExercise(
        right=forward,
        problems=_problems,
        mistakes=[
            (_with_the_global, "from the second step on it reads the sprint's own matrix instead of its parameter W_x"),
            (
                lambda x, h0, W_x, W_h, b: forward(x, h0, SPRINT_W_X, W_h, b),
                "it reads the sprint's own matrix at every step instead of its parameter W_x",
            ),
            (without_h0, IGNORES_H0),
            (leaking, LEAKS),
            (going_on, GOES_ON),
            (transposed, TRANSPOSED),
            (
                lambda x, *rest: forward(x, *rest)[0],
                "the batch axis is missing: only the states of the first sequence come back",
            ),
            (
                lambda x, *rest: forward(x, *rest)[:, -1],
                "only the last state comes back: every state is asked for, (N, T, H)",
            ),
        ],
        shape="(N, T, H)",
    ),
}
