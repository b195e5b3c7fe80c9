"""Checkers of notebook 09: the exam's double loop, repaired, and the longest walk in a tree."""

import re

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise


def double_loop(
    x, h0, h, do, W, U, V, *, at_start=True, at_recursion=True, first=None, back=None, late=0, dV_often=False
):
    """Return dW, dU, dV of a tanh network in rows, by the exam's two loops; the options put faults in."""
    dW, dU, dV = np.zeros_like(W), np.zeros_like(U), np.zeros_like(V)
    slope = 1 - h**2
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
        ({"first": lambda h: h[-1]}, "at s = 0 the index s - 1 is −1, the last row of h: h0 belongs there"),
        ({"first": lambda h: np.zeros_like(h[0])}, "h_0 is not zero here: take h0 as the state before the first step"),
        ({"dV_often": True}, "each step adds to dV once: that line stands before the inner loop"),
        ({"back": lambda U: U.T}, "the walk back goes through U, not U.T: forward used Uᵀ"),
    ]
    return [(lambda *problem, fault=fault: double_loop(*problem, **fault)[part], text) for fault, text in faults]


def _longest_walk(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


CHECKERS = {
    "9.1": PartsExercise(
        right=double_loop,
        problems=_problems,
        parts=[("dW", "(H, D)", _mistakes(0)), ("dU", "(H, H)", _mistakes(1)), ("dV", "(K, H)", _mistakes(2))],
    ),
    "9.2": FunctionExercise(
        right=_longest_walk,
        problems=lambda rng: [("(((01)(10))(1(0(1(01)))))",), ("((01)1)",), ("(0((1(01))1))",), ("0",)],
        mistakes=[
            (lambda text: text.count("("), "this counts all brackets; asked for is the deepest place"),
            (len, "this is the length of the string: the walk of the recurrent network"),
            (lambda text: len(re.findall("[01]", text)), "this counts the leaves"),
            (lambda text: _longest_walk(text) + 1, "one too many: a leaf that stands alone is 0 steps from the root"),
            (
                lambda text: _longest_walk(text) - 1,
                "one too few: in (01) W is applied once between leaf and root",
            ),
            (lambda text: (re.match(r"\(*", text)[0]).count("("), "these are the brackets at the beginning only"),
        ],
        shape="one number",
    ),
}
