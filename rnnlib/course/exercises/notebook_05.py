"""Checkers of notebook 05: a loss at one step, two ways back, one start for all, and the sprint's class."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes
from rnnlib.course.exercises.notebook_04 import MEAN, NOT_TRANSPOSED, SLOPE_OF_H, TRANSPOSED
from rnnlib.course.exercises.sprint_class import sprint_class
from rnnlib.course.exercises.walks import WALKS, before, walk_back, walked_problems

__all__ = ["CHECKERS", "WALKS", "walk_back", "walked_problems"]

# 5.1: dW_h of a loss at one step only


def _one_loss(h0, h, W_h, dh_t, t, *, before=before, at_start=True, in_walk=True, late=False, slope=None, steps=None):
    """Return dW_h of the loss of step t; faults can be put in."""
    slopes = 1 - (np.tanh(h) if slope == "of h" else h) ** 2
    states, dW_h = before(h0, h), np.zeros_like(W_h)
    delta = dh_t * (slopes[:, t] if at_start else 1)
    for s in range(t, -1, -1):
        if steps is None or s in steps(t):
            dW_h += states[:, s].T @ delta
        delta = delta @ W_h.T
        if in_walk and s:
            delta = delta * slopes[:, s if late else s - 1]
    return dW_h


def _one_loss_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for _, h0, h, _, W_h, dh in walked_problems(rng):
        problems += [(h0, h, W_h, dh[:, t], t) for t in (2, h.shape[1] - 1, 0)]
    return problems


def _at_every_step(h0, h, W_h, dh_t, t):
    dh = np.zeros_like(h)
    dh[:, : t + 1] = dh_t[:, np.newaxis]
    return np.einsum("nti,ntj->ij", before(h0, h), walk_back(dh, h, W_h))


def _without_walking(h0, h, W_h, dh_t, t):
    da = dh_t[:, np.newaxis] * (1 - h[:, : t + 1] ** 2)
    return np.einsum("nti,ntj->ij", before(h0, h)[:, : t + 1], da)


ONE_LOSS: Mistakes = [
    (
        lambda *p: _one_loss(*p, steps=lambda t: [t]),
        "this is the immediate derivative, the part of step t alone: the states before it depend on W_h too",
    ),
    (lambda *p: _one_loss(*p, steps=range), "the part of step t itself is missing"),
    (
        lambda *p: _one_loss(*p, steps=lambda t: range(1, t + 1)),
        "the first step adds nothing here: there W_h multiplied h0, which is not zero",
    ),
    (
        lambda *p: _one_loss(*p, before=lambda h0, h: h),
        "this uses the state *of* each step: W_h multiplied the state before it",
    ),
    (
        lambda *p: _one_loss(*p, before=lambda h0, h: np.roll(h, 1, axis=1)),
        "at the first step the index s - 1 is -1, the *last* state: the state before the first step is h0",
    ),
    (
        lambda h0, h, W_h, dh_t, t: np.einsum("nti,ntj->ij", before(h0, h), walk_back(_only(dh_t, h, t), h, W_h.T)),
        NOT_TRANSPOSED,
    ),
    (
        lambda *p: _one_loss(*p, at_start=False, in_walk=False),
        "f' is missing: each δ is the gradient by h at that step times 1 - h**2",
    ),
    (lambda *p: _one_loss(*p, in_walk=False), "f' is there where the walk starts, but missing at every step back"),
    (lambda *p: _one_loss(*p, at_start=False), "f' is missing where the walk starts, at step t"),
    (lambda *p: _one_loss(*p, slope="of h"), SLOPE_OF_H),
    (
        lambda *p: _one_loss(*p, late=True),
        "after a step back the slope is taken at the step that was left: it belongs to the one that is reached",
    ),
    (_at_every_step, "this has a loss at every step up to t: only step t has one"),
    (_without_walking, "dh_t itself is used at every step: on the way to the step before it goes through W_h^T"),
    (
        lambda h0, h, W_h, dh_t, t: _one_loss(h0, h, W_h, dh_t, h.shape[1] - 1),
        "the walk starts at the last step of all: E looks at step t",
    ),
    (
        lambda h0, h, W_h, dh_t, t: _one_loss(h0, h, W_h, dh_t, t - 1),
        "the walk starts one step too early: t counts from 0, so E looks at h[:, t]",
    ),
    (lambda *p: _one_loss(*p).T, TRANSPOSED),
    (lambda h0, *p: _one_loss(h0, *p) / len(h0), MEAN),
]


def _only(dh_t, h, t):
    dh = np.zeros_like(h)
    dh[:, t] = dh_t
    return dh


# 5.2: da of a network whose steps look back twice


def _two_ways(dh, h, W_1, W_2, matrices=None, *, later=(1, 2), slopes=lambda h: 1 - h**2, on_way_back=True):
    """Return da (N, T, H), with ways back from the steps t + `later`; faults can be put in."""
    da, factor, T = np.zeros_like(h), slopes(h), h.shape[1]
    ways = list(zip(later, (W_1.T, W_2.T) if matrices is None else matrices, strict=True))
    for t in reversed(range(T)):
        back = sum(da[:, t + k] @ matrix for k, matrix in ways if t + k < T)
        da[:, t] = dh[:, t] * factor[:, t] + back * (factor[:, t] if on_way_back else 1)
    return da


def _without_step_before_last(dh, h, W_1, W_2):
    """Return da of a loop that lets something come back only where both later steps exist."""
    da, T = dh * (1 - h**2), h.shape[1]
    for t in range(T - 3, -1, -1):
        da[:, t] += (da[:, t + 1] @ W_1.T + da[:, t + 2] @ W_2.T) * (1 - h[:, t] ** 2)
    return da


def _two_ways_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for N, T, H in [(2, 5, 4), (3, 4, 5)]:
        dh, h = rng.standard_normal((N, T, H)), np.tanh(rng.standard_normal((N, T, H)))
        problems.append((dh, h, rng.standard_normal((H, H)) / 2, rng.standard_normal((H, H)) / 2))
    return problems


TWO_WAYS: Mistakes = [
    (lambda dh, h, W_1, W_2: dh * (1 - h**2), "nothing comes back from later steps: each step has its own loss only"),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, (W_1.T, 0 * W_2)),
        "the way back from step t + 2, through W_2, is missing",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, (0 * W_1, W_2.T)),
        "the way back from step t + 1, through W_1, is missing",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, (W_2.T, W_1.T)),
        "W_1 and W_2 have changed places: W_1 leads one step on, W_2 two",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, (W_1, W_2)),
        "both matrices must be transposed on the way back (they are square, so no error warned you)",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, (W_1, W_2.T)),
        "W_1 must be transposed on the way back (it is square, so no error warned you)",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, (W_1.T, W_2)),
        "W_2 must be transposed on the way back (it is square, so no error warned you)",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, later=(1, 1)),
        "both ways start at step t + 1: W_2 brings back da of step t + 2",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, later=(2, 2)),
        "both ways start at step t + 2: W_1 brings back da of step t + 1",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, later=(2, 1)),
        "the steps have changed places: W_1 brings back da of step t + 1, W_2 that of step t + 2",
    ),
    (
        _without_step_before_last,
        "the last step but one is wrong: step t + 1 exists there, though step t + 2 does not",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, slopes=np.ones_like),
        "f' is missing: da_t is the whole gradient by h_t times 1 - h_t**2",
    ),
    (lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, slopes=lambda h: 1 - np.tanh(h) ** 2), SLOPE_OF_H),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, slopes=lambda h: 1 - h),
        "the slope is 1 - h_t**2: the square is missing",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh, h, W_1, W_2, on_way_back=False),
        "f' must multiply what comes back too: the whole gradient by h_t times 1 - h_t**2",
    ),
    (
        lambda dh, h, W_1, W_2: _two_ways(dh[:, ::-1], h[:, ::-1], W_1, W_2)[:, ::-1],
        "the loop runs forward: the walk must start at the last step",
    ),
]


# 5.3: the gradient by a start that all sequences share, with ReLU


def _back_to_start(dh, h, W_h, *, slopes=lambda h: h > 0, back=None, walks=True):
    """Return the gradient by each sequence's start, (N, H); faults can be put in."""
    dh_next, factor = np.zeros_like(h[:, 0]), slopes(h)
    for t in reversed(range(h.shape[1])):
        da_t = (dh[:, t] + walks * dh_next) * factor[:, t]
        dh_next = da_t @ (W_h.T if back is None else back)
    return dh_next


def _relu_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for N, T, H in [(2, 5, 4), (3, 4, 5)]:
        W_h, u = rng.standard_normal((H, H)) / 2, rng.standard_normal((N, T, H))
        h, state = np.zeros((N, T, H)), np.broadcast_to(rng.standard_normal(H), (N, H))
        for t in range(T):
            state = h[:, t] = np.maximum(0, u[:, t] + 0.5 + state @ W_h)
        problems.append((rng.standard_normal((N, T, H)), h, W_h))
    return problems


def _da_1(dh, h, W_h):
    da = np.zeros_like(h)
    dh_next = 0
    for t in reversed(range(h.shape[1])):
        da[:, t] = (dh[:, t] + dh_next) * (h[:, t] > 0)
        dh_next = da[:, t] @ W_h.T
    return da


START: Mistakes = [
    (_back_to_start, "this has a row for each sequence, (N, H): one start moves them all, so the rows add up"),
    (lambda *p: _back_to_start(*p).mean(axis=0), "this is the mean over the sequences: their gradients add up"),
    (lambda *p: _back_to_start(*p)[0], "this is the gradient of the first sequence alone: all of them have this start"),
    (
        lambda *p: _back_to_start(*p).sum(axis=1),
        "summed over the wrong axis: the batch goes, a number for each node stays",
    ),
    (
        lambda *p: _back_to_start(*p, slopes=lambda h: 1 - h**2).sum(axis=0),
        "1 - h**2 is the slope of tanh: that of ReLU is 1 where h is above 0, and 0 elsewhere",
    ),
    (
        lambda *p: _back_to_start(*p, slopes=np.ones_like).sum(axis=0),
        "this lets everything through: the slope of ReLU is 1 where h > 0 (not h >= 0, which holds everywhere), "
        "and 0 where h is 0",
    ),
    (
        lambda *p: _back_to_start(*p, slopes=lambda h: h).sum(axis=0),
        "this multiplies by h itself: the slope of ReLU is 1 where h is above 0, and 0 elsewhere",
    ),
    (
        lambda *p: _back_to_start(*p, slopes=lambda h: h * (1 - h)).sum(axis=0),
        "that is the sigmoid's slope: that of ReLU is 1 where h is above 0, and 0 elsewhere",
    ),
    (lambda dh, h, W_h: _back_to_start(dh, h, W_h, back=W_h).sum(axis=0), NOT_TRANSPOSED),
    (
        lambda *p: _back_to_start(*p, walks=False).sum(axis=0),
        "this has the loss of step 1 alone: what comes back from the later steps is missing",
    ),
    (
        lambda dh, h, W_h: _back_to_start(dh * (np.arange(h.shape[1]) == h.shape[1] - 1)[:, np.newaxis], h, W_h).sum(0),
        "this has the loss of the last step alone: dh tells of a loss at every step",
    ),
    (
        lambda dh, h, W_h: _da_1(dh, h, W_h)[:, 0].sum(axis=0),
        "this is the gradient by a_1: W_h^T brings it back to the start",
    ),
    (
        lambda dh, h, W_h: (_da_1(dh, h, W_h) @ W_h.T).sum(axis=(0, 1)),
        "the start went into step 1 alone; da_1 holds all that comes back from later",
    ),
    (
        lambda dh, h, W_h: (_da_1(dh, h, W_h)[:, -1] @ W_h.T).sum(axis=0),
        "the start went into step 1, not into the last step",
    ),
    (
        lambda dh, h, W_h: _back_to_start(dh[:, ::-1], h[:, ::-1], W_h).sum(axis=0),
        "the loop runs forward: the walk must start at the last step",
    ),
]


CHECKERS = {
    "5.1": FunctionExercise(right=_one_loss, problems=_one_loss_problems, mistakes=ONE_LOSS, shape="(H, H)"),
    "5.2": FunctionExercise(right=_two_ways, problems=_two_ways_problems, mistakes=TWO_WAYS, shape="(N, T, H)"),
    "5.3": FunctionExercise(
        right=lambda *p: _back_to_start(*p).sum(axis=0), problems=_relu_problems, mistakes=START, shape="(H,)"
    ),
    "5.4": sprint_class,
}
