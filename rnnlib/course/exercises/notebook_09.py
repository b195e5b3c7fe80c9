"""Checkers of notebook 09: the exam's double loop, repaired, and an update in the report's letters."""

import numpy as np

from rnnlib import sigmoid
from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise


def double_loop(
    x, h0, h, do, W, U, V, *, at_start=True, at_recursion=True, first=None, back=None, late=0, dV_often=False,
    slope_of=lambda h: 1 - h**2,
):  # fmt: skip
    """Return dW, dU, dV of a tanh network in rows, by the exam's two loops; the options put faults in."""
    dW, dU, dV = np.zeros_like(W), np.zeros_like(U), np.zeros_like(V)
    slope = slope_of(h)
    before = np.concatenate([h0[np.newaxis] if first is None else first(h)[np.newaxis], h[:-1]])
    for t in range(len(x)):
        dV += np.outer(do[t], h[t]) * (t + 1 if dV_often else 1)
        delta = do[t] @ V * (slope[t] if at_start else 1)
        for s in range(t, -1, -1):
            dW += np.outer(delta, x[s])
            dU += np.outer(delta, before[s])
            delta = delta @ (U if back is None else back(U)) * (slope[s - 1 + late] if s and at_recursion else 1)
    return dW, dU, dV


def _problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for T, D, H, K in [(4, 2, 3, 5), (3, 3, 5, 2)]:
        W, U, V = (rng.standard_normal(shape) / 2 for shape in [(H, D), (H, H), (K, H)])
        x, h0, do = rng.standard_normal((T, D)), rng.standard_normal(H), rng.standard_normal((T, K))
        h, state = np.zeros((T, H)), h0
        for t in range(T):
            h[t] = state = np.tanh(x[t] @ W.T + state @ U.T)
        problems.append((x, h0, h, do, W, U, V))
    return problems


def _mistakes(part: int) -> Mistakes:
    faults = [
        ({"at_start": False, "at_recursion": False}, "the slope of tanh is nowhere: 1 − h² belongs to every step"),
        ({"at_start": False}, "the slope of tanh is missing where a walk starts, at do[t] @ V"),
        ({"at_recursion": False}, "the slope of tanh is missing in the walk: after delta @ U comes 1 − h[s-1]²"),
        ({"late": 1}, "in the walk the slope is taken one step too late: after delta @ U comes 1 − h[s-1]²"),
        (
            {"slope_of": lambda h: 1 - np.tanh(h) ** 2},
            "the slope is taken of tanh(h): h is tanh(a) already, so it is 1 − h²",
        ),
        ({"first": lambda h: h[-1]}, "at s = 0 the index s - 1 is −1, the last row of h: h0 belongs there"),
        ({"first": lambda h: np.zeros_like(h[0])}, "h_0 is not zero here: take h0 as the state before the first step"),
        ({"dV_often": True}, "each step adds to dV once: that line stands before the inner loop"),
        ({"back": lambda U: U.T}, "the walk back goes through U, not U.T: forward used Uᵀ"),
    ]
    return [(lambda *problem, fault=fault: double_loop(*problem, **fault)[part], text) for fault, text in faults]


def _updated_W(
    x, z_0, d, W_in, W, W_out, b, c, epsilon, *,
    sign=-1, first=True, second=True, walked=True, slope=lambda z: z * (1 - z), W_back=None, states=None,
):  # fmt: skip
    """Return W after one update on E^1 + E^2, with a sigmoid; the options put faults in."""
    z_1 = sigmoid(W_in @ x[0] + W @ z_0 + b)
    z_2 = sigmoid(W_in @ x[1] + W @ z_1 + b)
    delta_2 = slope(z_2) * (W_out.T @ (W_out @ z_2 + c - d[1]))
    own_1 = slope(z_1) * (W_out.T @ (W_out @ z_1 + c - d[0]))
    walked_1 = slope(z_1) * ((W.T if W_back is None else W_back(W)) @ delta_2)
    before_1, before_2 = (z_0, z_1) if states is None else states(z_0, z_1, z_2)
    gradient = second * np.outer(delta_2, before_2) + np.outer(walked * second * walked_1 + first * own_1, before_1)
    return W + sign * epsilon * gradient


def _two_step_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for D, H, K in [(2, 4, 3), (3, 5, 2)]:
        W_in, W, W_out = (rng.standard_normal(shape) for shape in [(H, D), (H, H), (K, H)])
        x, z_0, d = rng.standard_normal((2, D)), rng.standard_normal(H), rng.standard_normal((2, K))
        problems.append((x, z_0, d, W_in, W, W_out, rng.standard_normal(H), rng.standard_normal(K), 0.3))
    return problems


def _with(**fault):
    return lambda *problem: _updated_W(*problem, **fault)


CHECKERS = {
    "9.1": PartsExercise(
        right=double_loop,
        problems=_problems,
        parts=[("dW", "(H, D)", _mistakes(0)), ("dU", "(H, H)", _mistakes(1)), ("dV", "(K, H)", _mistakes(2))],
    ),
    "9.2": FunctionExercise(
        right=_updated_W,
        problems=_two_step_problems,
        mistakes=[
            (_with(sign=1), "this goes uphill: an update takes the gradient away"),
            (_with(first=False), "this is the update for E^2 alone: the loss of step 1 has a delta of its own"),
            (_with(second=False), "this is the update for E^1 alone: the loss of step 2 is missing"),
            (_with(walked=False), "the loss of step 2 is walked back no step: z^1 depends on W too"),
            (_with(slope=lambda z: 1 - z**2), "1 − z² is the slope of tanh; here f is the sigmoid"),
            (_with(slope=lambda z: sigmoid(z) * (1 - sigmoid(z))), "the slope is taken of z, where it is made from z"),
            (_with(slope=lambda z: 1.0), "the slope of the sigmoid is missing"),
            (_with(W_back=lambda W: W), "the walk back goes through Wᵀ"),
            (
                _with(states=lambda z_0, z_1, z_2: (z_1, z_2)),
                "the states are those after each step; W met those before",
            ),
            (lambda *problem: problem[4].copy(), "this is W as it was"),
            (
                lambda *problem: (problem[4] - _updated_W(*problem)) / problem[8],
                "this is the gradient: return the new W, W minus epsilon times it",
            ),
            (lambda *problem: _updated_W(*problem) - problem[4], "this is the move alone: return the new W"),
        ],
        shape="(H, H)",
    ),
}
