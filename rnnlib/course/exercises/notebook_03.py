"""Checkers of notebook 03: how far a starting state reaches, the sprint's class going on by itself, a test to write."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise
from rnnlib.course.exercises.notebook_02 import forward, look_back, sequences, step

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


def _near(guess: float, true: float, allowed: float) -> bool:
    return abs(guess - true) <= true * allowed


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
        return (
            "that has h_3 off as much as h_1 or more: but with these weights the difference shrinks step by step (3.6)"
        )
    if _near(first, true_first / 100, 1 / 3) and _near(last, true_last / 100, 1 / 2):
        return "these are fractions: multiply by 100 for per cent"
    if not _near(first, true_first, 1 / 3):
        return (
            f"for h_1 that is too {'much' if first > true_first else 'little'}. Node by node, the right h_1 is about "
            "tanh(1 - the sum of a column of W_h), and the wrong one about tanh(1)"
        )
    if not _near(last, true_last, 1 / 2) and last > true_last:
        return "h_1 is near enough, and h_3 is off by less: how many times did the error shrink in 3.6?"
    if not _near(last, true_last, 1 / 2):
        return (
            "h_1 is near enough, and h_3 is off by more: the difference shrinks, but it is not gone. How many times "
            "did the error shrink in 3.6?"
        )
    return None


# 3.2: the class of the sprint's first problem, which also goes on from its own last state


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


def _four_calls(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> tuple:
    """Return the states of forward(x, h), and before it of two calls without h, and of one more after it."""
    begun = forward(x, 0 * h, w_x, w_h, b)
    gone_on = forward(_backwards(x), begun[:, -1], w_x, w_h, b)
    told = forward(x, h, w_x, w_h, b)
    return told, begun, gone_on, forward(_backwards(x), told[:, -1], w_x, w_h, b)


def _others(w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the weights of a second object, so changed as no slip changes them."""
    return w_x / 2, w_h / 3, b - 1


def _backwards(x: np.ndarray) -> np.ndarray:
    return x[:, ::-1].copy()


def _from(state: Callable) -> Callable:
    """Return the states of a call without h that starts from `state` of (told, begun, gone_on, after)."""

    def states(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
        start = state(*_four_calls(x, h, w_x, w_h, b))
        return forward(_backwards(x), start + 0 * h, w_x, w_h, b)

    return states


def _remembering(x: np.ndarray, h: np.ndarray, w_x: np.ndarray, w_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    return forward(x, _four_calls(x, h, w_x, w_h, b)[2][:, -1], w_x, w_h, b)


ONCE: Mistakes = [
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
    (
        lambda x, h, *weights: forward(x, h, *_others(*weights)),
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
]
REMEMBERING = "it goes on from where its last call ended: where h is given, start from that"
FROM_ZEROS = "it starts from zeros again: it should go on from the last state of the call before it"
GONE_ON: Mistakes = [
    (_from(lambda told, begun, gone_on, after: 0), FROM_ZEROS),
    (
        _from(lambda told, begun, gone_on, after: begun[:, 0]),
        "it goes on from the first state of the call before it, not from the last",
    ),
    (
        _from(lambda told, begun, gone_on, after: begun[-1, -1]),
        "every sequence goes on from the last state of the last sequence: each has its own, [:, -1]",
    ),
    (
        lambda x, h, *weights: forward(_backwards(x), forward(x, h, *_others(*weights))[:, -1], *weights),
        "it goes on from where another object of the class ended: keep the last state in self",
    ),
]
AFTER: Mistakes = [
    (_from(lambda told, begun, gone_on, after: 0), FROM_ZEROS),
    (
        _from(lambda told, begun, gone_on, after: gone_on[:, -1]),
        "it goes on from an earlier call: the last state of a call with h must be kept too",
    ),
    (
        lambda x, h, w_x, w_h, b: forward(_backwards(x), h, w_x, w_h, b),
        "it starts from the h that the call before it was given, not from where that call ended",
    ),
]
SHAPE = "(batch_size, n_sequences, n_nodes)"
ONE_CALL = FunctionExercise(right=forward, problems=_problems, mistakes=ONCE, shape=SHAPE)
FOUR_CALLS = PartsExercise(
    right=_four_calls,
    problems=_problems,
    parts=[
        ("forward(x, h) after other calls", SHAPE, [(_remembering, REMEMBERING)]),
        ("the first forward(x)", SHAPE, []),
        ("a forward(x) after forward(x)", SHAPE, GONE_ON),
        ("a forward(x) after forward(x, h)", SHAPE, AFTER),
    ],
)


def check_class(answer: Any) -> str | None:
    """Return what is wrong with the class SimpleRNN(w_x, w_h, b), whose forward(x, h=None) gives every state."""
    if not isinstance(answer, type):
        return f"this is {answer!r}; the check needs the class itself, without brackets"

    def two_objects(*weights: np.ndarray) -> tuple:
        return answer(*weights), answer(*_others(*weights))  # neither may disturb the other

    def one_call(x: np.ndarray, h: np.ndarray, *weights: np.ndarray) -> Any:
        return two_objects(*weights)[0].forward(x, h)

    def four_calls(x: np.ndarray, h: np.ndarray, *weights: np.ndarray) -> tuple | None:
        rnn, other = two_objects(*weights)
        begun = rnn.forward(x)
        other.forward(x, h)
        results = [begun, rnn.forward(_backwards(x)), rnn.forward(x, h), rnn.forward(_backwards(x))]
        if any(result is None for result in results):
            return None
        begun, gone_on, told, after = results
        return told, begun, gone_on, after

    fault = ONE_CALL(one_call) or FOUR_CALLS(four_calls)
    if fault and fault.startswith("it raises") and _keeps_a_sequence(answer):
        return "it keeps states[-1], and that is the last sequence: the last state of each sequence is states[:, -1]"
    return fault


def _keeps_a_sequence(answer: type) -> bool:
    """Tell whether an object of the class holds the states of its last sequence after a call."""
    x, h, *weights = _problems(np.random.default_rng(22))[0]
    try:
        rnn = answer(*weights)
        states = np.asarray(rnn.forward(x, h))
    except Exception:  # the learner's code may raise anything
        return False
    return any(isinstance(kept, np.ndarray) and np.array_equal(kept, states[-1]) for kept in vars(rnn).values())


# 3.3: a test for the network of exercise 2.2


def _by_list(
    x: np.ndarray, start: np.ndarray, W_x: np.ndarray, W_1: np.ndarray, W_2: np.ndarray, b: np.ndarray
) -> np.ndarray:
    states = [start[:, 0], start[:, 1]]
    for t in range(x.shape[1]):
        states.append(np.tanh(b + states[-2] @ W_2 + (states[-1] @ W_1 + x[:, t] @ W_x)))
    return np.stack(states[2:], axis=1)


def _one_after_the_other(
    x: np.ndarray, start: np.ndarray, W_x: np.ndarray, W_1: np.ndarray, W_2: np.ndarray, b: np.ndarray
) -> np.ndarray:
    states, first = [], start[:1]
    for sequence in x:
        states.append(look_back(sequence[np.newaxis], first, W_x, W_1, W_2, b)[0])
        first = np.concatenate([first[0], states[-1]])[np.newaxis, -2:]
    return np.stack(states)


def _as_many_steps_as_sequences(x: np.ndarray, *rest: np.ndarray) -> np.ndarray:
    longer = np.concatenate([x] * len(x), axis=1)  # enough steps, whatever N and T are
    return look_back(longer[:, : len(x)], *rest)


def _nodes_from_features(x: np.ndarray, *rest: np.ndarray) -> np.ndarray:
    h = np.zeros(x.shape)
    h[...] = look_back(x, *rest)
    return h


def _without(*steps: int) -> Callable:
    """Return a forward pass that returns zeros for these steps."""

    def forward_pass(x: np.ndarray, *rest: np.ndarray) -> np.ndarray:
        h = look_back(x, *rest)
        h[:, [t for t in steps if -h.shape[1] <= t < h.shape[1]]] = 0
        return h

    return forward_pass


WRONG_FORWARDS: list[tuple[Callable, str]] = [
    (lambda x, start, *rest: look_back(x, 0 * start, *rest), "starts from zeros, whatever start is"),
    (
        lambda x, start, *rest: look_back(x, start * [[[0.0], [1.0]]], *rest),
        "takes zeros for the earlier of the two states in start",
    ),
    (lambda x, start, *rest: look_back(x, start[:, ::-1], *rest), "reads start the other way round"),
    (lambda x, start, *rest: look_back(x, start[:1] + 0 * start, *rest), "gives every sequence the first start"),
    (lambda x, *rest: look_back(x[:1] + 0 * x, *rest), "reads the first sequence for all of them"),
    (_one_after_the_other, "goes on from one sequence to the next"),
    (lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_2, W_1, b), "exchanges W_1 and W_2"),
    (lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_1.T, W_2, b), "transposes W_1"),
    (lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_1, W_2.T, b), "transposes W_2"),
    (lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_1, W_2, 0 * b), "leaves the bias out"),
    (lambda *arguments: look_back(*arguments, moves=False), "looks back to the earlier state of start at every step"),
    (_without(0), "returns zeros for h_1"),
    (_without(-1), "returns zeros for the last state"),
    (_as_many_steps_as_sequences, "does as many steps as there are sequences"),
    (_nodes_from_features, "makes as many nodes as there are features"),
    (lambda *arguments: look_back(*arguments) + 1e-3, "returns states that are off by 0.001"),
]


def check_test(answer: Any) -> str | None:
    """Return what is wrong with a function that rejects wrong forward passes, or None."""
    if not callable(answer):
        return f"this is {answer!r}; the check needs the function itself, without brackets"
    for right in (look_back, _by_list):
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
        except Exception:  # an error counts as rejected
            rejected = True
        if not isinstance(rejected, bool | np.bool_):
            return f"it should return True or False, and returns {type(rejected).__name__} for one that {what}"
        if not rejected:
            return f"it accepts a forward pass that {what}"
    return None


CHECKERS: dict[str, Callable[[Any], str | None]] = {"3.1": check_prediction, "3.2": check_class, "3.3": check_test}
