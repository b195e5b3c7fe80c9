"""The walk back through time, right and in typical wrong ways, behind the exercises of notebook 05."""

import numpy as np

from rnnlib.course.exercises.checking import Mistakes
from rnnlib.course.exercises.notebook_02 import forward, sequences
from rnnlib.course.exercises.notebook_04 import NOT_TRANSPOSED, SLOPE_OF_H


def walk_back(dh: np.ndarray, h: np.ndarray, W_h: np.ndarray) -> np.ndarray:
    """Return da (N, T, H), the gradient of the loss by every a_t, for tanh."""
    da, dh_next = np.zeros_like(h), 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
        dh_next = da[:, t] @ W_h.T
    return da


def walked_problems(rng: np.random.Generator) -> list[tuple]:
    """Return (x, h0, h, W_x, W_h, dh) of several sizes, h from the forward pass."""
    problems = []
    for x, h0, W_x, W_h, b in sequences(rng):
        h = forward(x, h0, W_x, W_h, b)
        problems.append((x, h0, h, W_x, W_h, rng.standard_normal(h.shape)))
    return problems


def before(h0, h):
    """Return the state before every step, (N, T, H)."""
    return np.concatenate([h0[:, np.newaxis], h[:, :-1]], axis=1)


def with_walk(change):
    """Return the parts of a backward pass whose walk is changed."""
    return [lambda *p, i=i: collect(*p[:5], change(p[5], p[2], p[4]))[i] for i in range(5)]


def collect(x, h0, h, W_x, W_h, da):
    """Return dW_x, dW_h, db, dx, dh0: what follows from da."""
    dW_x, dW_h = np.einsum("ntd,nth->dh", x, da), np.einsum("nti,ntj->ij", before(h0, h), da)
    return dW_x, dW_h, da.sum(axis=(0, 1)), da @ W_x.T, da[:, 0] @ W_h.T


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
    (_not_transposed, NOT_TRANSPOSED),
    (_slope_of_h, SLOPE_OF_H),
    (_no_slope, "f' is missing in the loop: (dh_t + what comes back) * (1 - h_t**2)"),
    (_no_matrix, "da_{t+1} must go through W_h^T on its way to h_t"),
    (_forward_in_time, "the loop runs forward: the walk must start at the last step"),
    (_stops_early, "the walk must include the first step, index 0"),
    (_piles_up, "dh_next is replaced at every step, not added up"),
    (_slope_not_on_the_past, "f' must multiply what comes back too: (dh_t + what comes back) * (1 - h_t**2)"),
]


def walks(i: int) -> Mistakes:
    """Return gradient number i of each wrong walk, and its sentence."""
    return [(with_walk(change)[i], sentence) for change, sentence in WALKS if i == 0 or change is not _stops_early]
