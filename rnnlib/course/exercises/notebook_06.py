"""Checkers of notebook 06: three sealed exhibits to diagnose from the checker's table, and one repair."""

from typing import Any

import numpy as np

from rnnlib import SimpleRNN
from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.exercises.notebook_05 import WALKS, walk_back, walked_problems

# exhibit → what its table shows
FINGERPRINTS = {
    "MissingNext": "all five gradients off for many steps, and none for a single one",
    "IndexMinusOne": "only W_h off, by its numbers and not by its shape",
    "NoSlope": "all five gradients off, for a single step too",
    "SlopeOnlyOnDh": "all five gradients off for many steps, and none for a single one",
    "NotTransposed": "all five gradients off for many steps, and h0 alone for a single one",
    "InputForState": "only W_h off, and with the shape (2, 4) here, since D is not H",
    "SlopeOfH": "all five gradients off, for a single step too",
    "SlopeOfTheStepBefore": "all five gradients off, for a single step too",
    "WrongBiasAxis": "only b off, by its shape",
    "InPlace": "right gradients, but arguments not left alone and a second call that differs",
    "AddedUp": "right gradients, but a second call that differs",
    "Leak": "right gradients, but batch items that depend on each other",
}


class _Sealed1(SimpleRNN):
    def back(self, trace, dout, dstate=None):
        grads = super().back(trace, dout, dstate)
        dW_h = np.einsum("nti,ntj->ij", np.roll(trace.out, 1, axis=1), grads.a)
        return grads._replace(params={**grads.params, "W_h": dW_h})


class _Sealed2(SimpleRNN):
    def run(self, x, state=None, mask=None):
        x = np.asarray(x, dtype=float)
        return super().run(x - x.mean(axis=0), state, mask)

    def back(self, trace, dout, dstate=None):
        grads = super().back(trace, dout, dstate)
        return grads._replace(x=grads.x - grads.x.mean(axis=0))


class _Sealed3(SimpleRNN):
    def back(self, trace, dout, dstate=None):
        transposed = trace.saved._replace(W_h=trace.saved.W_h.T)
        return super().back(trace._replace(saved=transposed), dout, dstate)


SEALED = {1: (_Sealed1, "IndexMinusOne"), 2: (_Sealed2, "Leak"), 3: (_Sealed3, "NotTransposed")}


def sealed(number: int, W_x: Any, W_h: Any, b: Any) -> SimpleRNN:
    """Return the layer of sealed exhibit 1, 2 or 3: one of the museum's bugs, with the given weights.

    Raises:
        ValueError: another number.
    """
    if number not in SEALED:
        raise ValueError(f"number: expected 1, 2 or 3, got {number!r}")
    return SEALED[number][0](W_x, W_h, b)


def _diagnosis(number: int):
    true = SEALED[number][1]

    def check(answer: Any) -> str | None:
        names = {name.lower(): name for name in FINGERPRINTS}
        name = names.get(answer.strip().lower()) if isinstance(answer, str) else None
        if name == true:
            return None
        if name is None:
            return f"the answer is one of these names, as text: {', '.join(FINGERPRINTS)}"
        return f"{name} would show {FINGERPRINTS[name]}: compare with your tables, with T = 5 and with T = 1"

    return check


CHECKERS = {
    "6.1": _diagnosis(1),
    "6.2": _diagnosis(2),
    "6.3": _diagnosis(3),
    "6.4": FunctionExercise(
        right=walk_back,
        problems=lambda rng: [(dh, h, W_h) for x, h0, h, W_x, W_h, dh in walked_problems(rng)],
        mistakes=[
            (
                lambda dh, h, W_h: _as_found(dh, h, W_h),
                "this is still as it was found: what comes back from the next step never meets f'",
            ),
            (
                lambda dh, h, W_h: _twice(dh, h, W_h),
                "dh meets the slope twice: in the first line, and again in the loop",
            ),
            *WALKS[:-1],
            (
                lambda dh, h, W_h: dh + 0 * h,
                "this is dh: the slope and the walk are both missing",
            ),
        ],
        shape="(N, T, H)",
    ),
}


def _as_found(dh, h, W_h):
    da = dh * (1 - h**2)
    for t in reversed(range(h.shape[1] - 1)):
        da[:, t] += da[:, t + 1] @ W_h.T
    return da


def _twice(dh, h, W_h):
    da = dh * (1 - h**2)
    for t in reversed(range(h.shape[1] - 1)):
        da[:, t] = (da[:, t] + da[:, t + 1] @ W_h.T) * (1 - h[:, t] ** 2)
    return da
