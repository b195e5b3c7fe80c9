"""Checkers of notebook 03: how far a starting state reaches, the sprint's class, and a test that catches wrong ones."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.exercises.notebook_02 import forward, sequences, step

SPRINT_W_X = np.array([[1, 3, 5, 7], [3, 5, 7, 8]]) / 100
SPRINT_W_H = np.array([[1, 3, 5, 7], [2, 4, 6, 8], [3, 5, 7, 8], [4, 6, 8, 10]]) / 100
SPRINT_B = np.array([1, 1, 1, 1])
SPRINT_X = np.array([[[1, 2], [2, 3], [3, 4]]]) / 100


# 3.1: how far off h_1 and h_3 are when h_0 = −1 is ignored


def _effects() -> np.ndarray:
    """Return by how many per cent h_1, h_2 and h_3 of the sprint are off when h_0 = −1 is ignored."""
    right = forward(SPRINT_X, -np.ones((1, 4)), SPRINT_W_X, SPRINT_W_H, SPRINT_B)
    ignored = forward(SPRINT_X, np.zeros((1, 4)), SPRINT_W_X, SPRINT_W_H, SPRINT_B)
    return 100 * np.linalg.norm(ignored - right, axis=2)[0] / np.linalg.norm(right, axis=2)[0]


def _near(guess: float, true: float) -> bool:
    return abs(guess - true) <= true / 3


def check_prediction(answer: Any) -> str | None:
    """Return what is wrong with two predicted percentages, (for h_1, for h_3), or None."""
    try:
        numbers = np.asarray(answer)
    except ValueError:  # a pair of lists of different lengths
        numbers = np.empty(0)
    if numbers.shape != (2,) or numbers.dtype.kind not in "fiu" or not np.all(np.isfinite(numbers)):
        return "a pair of numbers is asked for, in per cent: (at_h_1, at_h_3)"
    first, last = map(float, numbers)
    if min(first, last) < 0:
        return "how far off is asked for, without a sign"
    true_first, _, true_last = _effects()
    if first <= last:
        return "that has h_3 off as much as h_1 or more: but h_3 hears of h_0 only through h_1 and h_2"
    if _near(first, true_first / 100) and _near(last, true_last / 100):
        return "these are fractions: multiply by 100 for per cent"
    if not _near(first, true_first):
        return f"for h_1 that is too {'much' if first > true_first else 'little'}: it is off by {true_first:.0f} %"
    if not _near(last, true_last) and last > true_last:
        return f"h_3 is off by less: {true_last:.2f} %, for the difference shrinks at every step"
    if not _near(last, true_last):
        return f"h_3 is off by more: {true_last:.2f} %; the difference shrinks, but it is not gone"
    return None


# 3.2: the class of the sprint's first problem


def _problems(rng: np.random.Generator) -> list[tuple]:
    other = (rng.standard_normal((2, 3, 2)), rng.standard_normal((2, 4)), 2 * SPRINT_W_X, SPRINT_W_H, np.ones(4))
    return [other, *sequences(rng), (SPRINT_X, np.zeros((1, 4)), SPRINT_W_X, SPRINT_W_H, SPRINT_B)]


def _with_the_global(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    states = np.zeros((x.shape[0], x.shape[1], len(b)))
    for t in range(x.shape[1]):
        h = states[:, t] = step(x[:, t], h, w_x if t == 0 else SPRINT_W_X, w_h, b)
    return states


def _leaking(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    states = np.zeros((x.shape[0], x.shape[1], len(b)))
    for t in range(x.shape[1]):
        states[:, t] = step(x[:, t], h, w_x, w_h, b)
        h = states[:1, t]
    return states


def going_on(x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the states of a loop in which every sequence goes on from where the one before it ended."""
    states, h_prev = [], h0[:1]
    for sequence in x:
        states.append(forward(sequence[np.newaxis], h_prev, W_x, W_h, b)[0])
        h_prev = states[-1][-1:]
    return np.stack(states)


def _before_tanh(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    states = forward(x, h, w_x, w_h, b)
    return x @ w_x + np.concatenate([h[:, np.newaxis], states[:, :-1]], axis=1) @ w_h + b


def _sum_handed_on(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    states = np.zeros((x.shape[0], x.shape[1], len(b)))
    for t in range(x.shape[1]):
        h = x[:, t] @ w_x + h @ w_h + b
        states[:, t] = np.tanh(h)
    return states


def _call_before(x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what the object is called with first, in order that a state it keeps shows."""
    return x[:, ::-1], -h


def _remembering(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    return forward(x, forward(*_call_before(x, h), w_x, w_h, b)[:, -1], w_x, w_h, b)


CLASS = FunctionExercise(
    right=forward,
    problems=_problems,
    mistakes=[
        (
            _with_the_global,
            "from the second step on it reads the sheet's own matrix instead of the w_x that it was given",
        ),
        (
            lambda x, h, w_x, w_h, b: forward(x, h, SPRINT_W_X, w_h, b),
            "it reads the sheet's own matrix at every step instead of the w_x that it was given",
        ),
        (
            lambda x, h, w_x, w_h, b: forward(x, 0 * h, w_x, w_h, b),
            "h_1 ignores h: the first step must start from the state that is given",
        ),
        (_remembering, "it goes on from where its last call ended: forward must start from the h that it is given"),
        (
            lambda x, h, w_x, w_h, b: forward(x, h, -w_x, -w_h, -b),
            "a second object of the class has overwritten the weights of the first: keep them in self",
        ),
        (_leaking, "the sequences of the batch are mixed: every one goes on from the state of the first"),
        (
            going_on,
            "a sequence goes on from where the one before it ended: each must start from its own row of h",
        ),
        (
            lambda x, h, w_x, w_h, b: forward(x, h, w_x, w_h.T, b),
            "w_h is transposed: with row vectors it is h @ w_h (it is square, so no error warned you)",
        ),
        (lambda x, h, w_x, w_h, b: forward(x, h, w_x, w_h, 0 * b), "the bias b is missing"),
        (_before_tanh, "these are the sums a_t: the states are tanh of them"),
        (_sum_handed_on, "the state that is handed on is a_t: hand on h_t, after tanh"),
        (
            lambda x, *rest: forward(x, *rest)[0],
            "the batch axis is missing: only the states of the first sequence come back",
        ),
        (
            lambda x, *rest: forward(x, *rest)[:, -1],
            "only the last state comes back: every state is asked for, (batch_size, n_sequences, n_nodes)",
        ),
        (
            lambda x, *rest: forward(x, *rest).transpose(1, 0, 2),
            "the first two axes have changed places: (batch_size, n_sequences, n_nodes) is asked for",
        ),
    ],
    shape="(batch_size, n_sequences, n_nodes)",
)


def check_class(answer: Any) -> str | None:
    """Return what is wrong with the sprint's class SimpleRNN(w_x, w_h, b), whose forward(x, h) gives every state."""
    if not isinstance(answer, type):
        return f"this is {answer!r}; the check needs the class itself, without brackets"

    def states(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
        rnn = answer(w_x, w_h, b)
        answer(-w_x, -w_h, -b)  # another object, and an earlier call: neither may disturb
        rnn.forward(*_call_before(x, h))
        return rnn.forward(x, h)

    return CLASS(states)


# 3.3: a test for forward passes


def _by_list(x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    states = [np.tanh(b + h0 @ W_h + x[:, 0] @ W_x)]
    for t in range(1, x.shape[1]):
        states.append(np.tanh(b + states[-1] @ W_h + x[:, t] @ W_x))
    return np.stack(states, axis=1)


def _as_many_steps_as_sequences(
    x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray
) -> np.ndarray:
    h = np.zeros((len(x), len(x), len(b)))
    for t in range(len(x)):
        h0 = h[:, t] = step(x[:, t], h0, W_x, W_h, b)
    return h


def _nodes_from_features(x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    h = np.zeros(x.shape)
    h[...] = forward(x, h0, W_x, W_h, b)
    return h


def _only_the_last(x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    h = forward(x, h0, W_x, W_h, b)
    h[:, :-1] = 0
    return h


def _stops_early(x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    h = forward(x, h0, W_x, W_h, b)
    h[:, -1] = h[:, -2] if x.shape[1] > 1 else 0
    return h


WRONG_FORWARDS: list[tuple[Callable, str]] = [
    (lambda x, h0, W_x, W_h, b: forward(x, h0, SPRINT_W_X, W_h, b), "uses the sheet's W_x, whatever it is given"),
    (lambda x, h0, W_x, W_h, b: forward(x, 0 * h0, W_x, W_h, b), "ignores h0"),
    (lambda x, h0, W_x, W_h, b: forward(x, h0[:1] + 0 * h0, W_x, W_h, b), "starts every sequence from the first h0"),
    (lambda x, h0, W_x, W_h, b: forward(x[:1] + 0 * x, h0, W_x, W_h, b), "reads the first sequence for all of them"),
    (going_on, "goes on from one sequence to the next"),
    (lambda x, h0, W_x, W_h, b: forward(x, h0, W_x, W_h.T, b), "transposes W_h"),
    (lambda x, h0, W_x, W_h, b: forward(x, h0, W_x, W_h, 0 * b), "leaves the bias out"),
    (_only_the_last, "computes the last state rightly and fills in zeros before it"),
    (_stops_early, "stops one step too early"),
    (_as_many_steps_as_sequences, "does as many steps as there are sequences"),
    (_nodes_from_features, "makes as many nodes as there are features"),
]


def check_test(answer: Any) -> str | None:
    """Return what is wrong with a function that rejects wrong forward passes, or None."""
    if not callable(answer):
        return f"this is {answer!r}; the check needs the function itself, without brackets"
    for right in (forward, _by_list):
        try:
            rejected = answer(right)
        except Exception as error:  # whatever the learner's code raises is what we report
            return f"on a right forward pass it raises {type(error).__name__}: {error}"
        if rejected is None:
            return "it returns nothing: a return is missing, or was not reached"
        if not isinstance(rejected, bool | np.bool_):
            return f"it should return True or False, and returns {type(rejected).__name__}"
        if rejected:
            return "it rejects a right forward pass (one whose last digits may be rounded differently)"
    for wrong, what in WRONG_FORWARDS:
        try:
            rejected = answer(wrong)
        except Exception:  # a crash is a fine way to be caught
            rejected = True
        if not isinstance(rejected, bool | np.bool_):
            return f"it should return True or False, and returns {type(rejected).__name__} for one that {what}"
        if not rejected:
            return f"it accepts a forward pass that {what}"
    return None


CHECKERS: dict[str, Callable[[Any], str | None]] = {"3.1": check_prediction, "3.2": check_class, "3.3": check_test}
