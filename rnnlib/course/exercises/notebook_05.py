"""Checkers of notebook 05: the pieces of backpropagation through time, then the whole."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, PartsExercise
from rnnlib.course.exercises.notebook_02 import forward, sequences
from rnnlib.course.exercises.notebook_04 import MEAN, SLOPE_OF_H


def walk_back(dh: np.ndarray, h: np.ndarray, W_h: np.ndarray) -> np.ndarray:
    """Return da (N, T, H), the total derivative of the loss by every a_t, for tanh."""
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        dh_next = da[:, t] @ W_h.T
    return da


def backward(x, h0, h, W_x, W_h, dh):
    """Return dW_x, dW_h, db, dx, dh0: backpropagation through time with tanh."""
    return _collect(x, h0, h, W_x, W_h, walk_back(dh, h, W_h))


def _before(h0, h):
    return np.concatenate([h0[:, np.newaxis], h[:, :-1]], axis=1)


def _collect(x, h0, h, W_x, W_h, da):
    dW_x, dW_h = np.einsum("ntd,nth->dh", x, da), np.einsum("nti,ntj->ij", _before(h0, h), da)
    return dW_x, dW_h, da.sum(axis=(0, 1)), da @ W_x.T, da[:, 0] @ W_h.T


def walked_problems(rng: np.random.Generator) -> list[tuple]:
    """Return (x, h0, h, W_x, W_h, dh) of several sizes, h from the forward pass."""
    problems = []
    for x, h0, W_x, W_h, b in sequences(rng):
        h = forward(x, h0, W_x, W_h, b)
        problems.append((x, h0, h, W_x, W_h, rng.standard_normal(h.shape)))
    return problems


def _one_step(rng: np.random.Generator) -> list[tuple]:
    """Return (x_t, h_prev, h_t, da_t) of several sizes."""
    return [(x[:, 2], h[:, 1], h[:, 2], walk_back(dh, h, W_h)[:, 2]) for x, h0, h, W_x, W_h, dh in walked_problems(rng)]


def _links(rng: np.random.Generator) -> list[tuple]:
    """Return (dh_t, da_next, h_t, W_h) of several sizes."""
    return [(dh[:, 1], walk_back(dh, h, W_h)[:, 2], h[:, 1], W_h) for x, h0, h, W_x, W_h, dh in walked_problems(rng)]


def _with(change):
    """Return the parts of a backward pass whose walk is changed."""
    return [lambda *p, i=i: _collect(*p[:5], change(p[5], p[2], p[4]))[i] for i in range(5)]


def _steps_alone(dh, h, W_h):
    return dh * (1 - h**2)


def _not_transposed(dh, h, W_h):
    return walk_back(dh, h, W_h.T)


def _slope_of_h(dh, h, W_h):
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = (dh[:, t] + dh_next) * (1 - np.tanh(h[:, t]) ** 2)
        dh_next = da[:, t] @ W_h.T
    return da


def _no_slope(dh, h, W_h):
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = dh[:, t] + dh_next
        dh_next = da[:, t] @ W_h.T
    return da


def _no_matrix(dh, h, W_h):
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        dh_next = da[:, t]
    return da


def _forward_in_time(dh, h, W_h):
    return walk_back(dh[:, ::-1], h[:, ::-1], W_h)[:, ::-1]


def _stops_early(dh, h, W_h):
    da = walk_back(dh, h, W_h)
    da[:, 0] = 0
    return da


def _piles_up(dh, h, W_h):
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        dh_next = dh_next + da[:, t] @ W_h.T
    return da


def _slope_not_on_the_past(dh, h, W_h):
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = dh[:, t] * (1 - h[:, t] ** 2) + dh_next
        dh_next = da[:, t] @ W_h.T
    return da


WALKS = [
    (_steps_alone, "nothing comes back from the step after: da_t needs dh_t + da_{t+1} W_h^T"),
    (_not_transposed, "W_h must be transposed on the way back (it is square, so no error warned you)"),
    (_slope_of_h, SLOPE_OF_H),
    (_no_slope, "f' is missing in the loop: (dh_t + what comes back) * (1 - h_t**2)"),
    (_no_matrix, "da_{t+1} must go through W_h^T on its way to h_t"),
    (_forward_in_time, "the loop runs forward: the walk must start at the last step"),
    (_stops_early, "the walk must include the first step, index 0"),
    (_piles_up, "dh_next is replaced at every step, not added up"),
    (_slope_not_on_the_past, "f' must multiply what comes back too: (dh_t + what comes back) * (1 - h_t**2)"),
]


def _walks(i):
    return [(_with(change)[i], sentence) for change, sentence in WALKS]


CHECKERS = {
    "5.1": FunctionExercise(
        right=lambda x_t, h_prev, h_t, da_t: h_prev.T @ da_t,
        problems=_one_step,
        mistakes=[
            (lambda x_t, h_prev, h_t, da_t: h_t.T @ da_t, "this uses h_t: W_h multiplied the state before, h_prev"),
            (lambda x_t, h_prev, h_t, da_t: x_t.T @ da_t, "this uses x_t: W_h multiplied h_prev"),
            (
                lambda x_t, h_prev, h_t, da_t: da_t.T @ h_prev,
                "this is transposed (it is square, so no error warned you)",
            ),
            (lambda x_t, h_prev, h_t, da_t: da_t.T @ h_t, "this is transposed, and it uses h_t instead of h_prev"),
            (lambda x_t, h_prev, h_t, da_t: h_prev.T @ da_t / len(da_t), MEAN),
            (
                lambda x_t, h_prev, h_t, da_t: h_prev.T @ (da_t * (1 - h_t**2)),
                "f' is in da_t already: it must not come in twice",
            ),
        ],
        shape="(H, H)",
    ),
    "5.2": FunctionExercise(
        right=lambda dh_t, da_next, h_t, W_h: (dh_t + da_next @ W_h.T) * (1 - h_t**2),
        problems=_links,
        mistakes=[
            (lambda dh_t, da_next, h_t, W_h: dh_t * (1 - h_t**2), "nothing comes back from step t + 1"),
            (
                lambda dh_t, da_next, h_t, W_h: (da_next @ W_h.T) * (1 - h_t**2),
                "dh_t is missing: step t has a loss of its own",
            ),
            (lambda dh_t, da_next, h_t, W_h: (dh_t + da_next @ W_h) * (1 - h_t**2), WALKS[1][1]),
            (
                lambda dh_t, da_next, h_t, W_h: (dh_t + da_next @ W_h.T) * (1 - np.tanh(h_t) ** 2),
                SLOPE_OF_H,
            ),
            (
                lambda dh_t, da_next, h_t, W_h: dh_t + da_next @ W_h.T,
                "f' is missing: this is still the gradient by h_t",
            ),
            (lambda dh_t, da_next, h_t, W_h: dh_t * (1 - h_t**2) + da_next @ W_h.T, WALKS[-1][1]),
            (
                lambda dh_t, da_next, h_t, W_h: dh_t + (da_next @ W_h.T) * (1 - h_t**2),
                "both parts go through tanh: put brackets round the sum",
            ),
            (
                lambda dh_t, da_next, h_t, W_h: (dh_t + da_next @ W_h.T) * (1 - h_t),
                "the slope is 1 - h_t**2: the square is missing",
            ),
            (
                lambda dh_t, da_next, h_t, W_h: (dh_t + da_next) * (1 - h_t**2),
                "da_next is the gradient by a_{t+1}: W_h^T brings it back to h_t",
            ),
        ],
        shape="(N, H)",
    ),
    "5.3": FunctionExercise(
        right=lambda da, W_h: da[:, 0] @ W_h.T,
        problems=lambda rng: [(walk_back(dh, h, W_h), W_h) for x, h0, h, W_x, W_h, dh in walked_problems(rng)],
        mistakes=[
            (lambda da, W_h: da[:, 0] @ W_h, WALKS[1][1]),
            (lambda da, W_h: da[:, 0], "this is the gradient by a_1: W_h^T brings it back to h_0"),
            (lambda da, W_h: da[:, -1] @ W_h.T, "h_0 went into step 1, not into the last step"),
            (
                lambda da, W_h: da.sum(axis=1) @ W_h.T,
                "h_0 went into step 1 alone; da_1 holds all that comes back from later",
            ),
            (lambda da, W_h: da[:, 1] @ W_h.T, "da[:, 1] is da_2: step 1 has the index 0"),
            (lambda da, W_h: da[0] @ W_h.T, "da[0] is the first sequence of the batch: the first step is da[:, 0]"),
        ],
        shape="(N, H)",
    ),
    "5.4": PartsExercise(
        right=backward,
        problems=walked_problems,
        parts=[
            (
                "dW_x",
                "(D, H)",
                [
                    *_walks(0),
                    (
                        lambda x, h0, h, W_x, W_h, dh: x[:, 0].T @ walk_back(dh, h, W_h)[:, 0],
                        "only one step's part is there: add the parts of all steps",
                    ),
                    (lambda x, *p: backward(x, *p)[0] / len(x), MEAN),
                ],
            ),
            (
                "dW_h",
                "(H, H)",
                [
                    *_walks(1),
                    (lambda *p: backward(*p)[1].T, "this is transposed (it is square, so no error warned you)"),
                    (
                        lambda x, h0, h, W_x, W_h, dh: np.einsum("nti,ntj->ij", h, walk_back(dh, h, W_h)),
                        "every a_t needs the state *before* it: h_{t-1}, not h_t",
                    ),
                    (
                        lambda x, h0, h, W_x, W_h, dh: np.einsum(
                            "nti,ntj->ij", _before(0 * h0, h), walk_back(dh, h, W_h)
                        ),
                        "the first step is left out: the state before it is h0",
                    ),
                    (
                        lambda x, h0, h, W_x, W_h, dh: np.einsum(
                            "nti,ntj->ij", np.roll(h, 1, axis=1), walk_back(dh, h, W_h)
                        ),
                        "at t = 0 the index t - 1 is -1, the *last* state: the state before the first step is h0",
                    ),
                ],
            ),
            (
                "db",
                "(H,)",
                [
                    *_walks(2),
                    (
                        lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h).sum(axis=1),
                        "the batch must be added up as well as the steps: (H,)",
                    ),
                    (
                        lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h).sum(axis=0),
                        "the steps must be added up too: (H,)",
                    ),
                ],
            ),
            (
                "dx",
                "(N, T, D)",
                [*_walks(3), (lambda x, h0, h, W_x, W_h, dh: dh @ W_x.T, "this is made from dh: it needs da")],
            ),
            (
                "dh0",
                "(N, H)",
                [
                    *_walks(4),
                    (lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h)[:, 0], "this is da_1: W_h^T is missing"),
                    (lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h)[:, 0] @ W_h, WALKS[1][1]),
                ],
            ),
        ],
    ),
}
