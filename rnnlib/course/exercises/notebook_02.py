"""Checkers of notebook 02: a step with a skip, a network that looks back two steps, a readout to be repaired."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes


def step(x_t: np.ndarray, h_prev: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return h_t, (N, H): the formula of one step, word for word."""
    return np.tanh(x_t @ W_x + h_prev @ W_h + b)


def forward(x: np.ndarray, h0: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return every state, (N, T, H), by the plain loop over time."""
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    h_prev = h0
    for t in range(x.shape[1]):
        h_prev = h[:, t] = step(x[:, t], h_prev, W_x, W_h, b)
    return h


def weights(rng: np.random.Generator, D: int, H: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return random W_x (D, H), W_h (H, H), b (H,)."""
    return rng.standard_normal((D, H)) / 2, rng.standard_normal((H, H)) / 2, rng.standard_normal(H) / 2


def sequences(rng: np.random.Generator) -> list[tuple]:
    """Return problems for `forward`: several sizes, all different, and states to start from."""
    return [
        (rng.standard_normal((N, T, D)), rng.standard_normal((N, H)), *weights(rng, D, H))
        for N, T, D, H in [(2, 5, 3, 4), (3, 4, 2, 5)]
    ]


# 2.1: one step, h_t = max(0, a_t) + x_t W_skip


def _relu(a: np.ndarray) -> np.ndarray:
    return np.maximum(0, a)


def _skip_step(
    x_t: np.ndarray, h_prev: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, W_skip: np.ndarray, b: np.ndarray
) -> np.ndarray:
    return _relu(x_t @ W_x + h_prev @ W_h + b) + x_t @ W_skip


def _skip_problems(rng: np.random.Generator) -> list[tuple]:
    return [
        (x[:, 0], h_prev, W_x, W_h, rng.standard_normal(W_x.shape) / 2, b) for x, h_prev, W_x, W_h, b in sequences(rng)
    ]


SKIP_MISTAKES: Mistakes = [
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x + b) + x_t @ W_skip,
        "h_t ignores h_prev: W_h never touches the previous state",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x + h_prev @ W_h) + x_t @ W_skip,
        "the bias b is missing",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x + h_prev @ W_h + b),
        "the skip is missing: x_t @ W_skip is to be added after the activation",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x + h_prev @ W_h + b + x_t @ W_skip),
        "the skip goes through ReLU too: add x_t @ W_skip after it",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: step(x_t, h_prev, W_x, W_h, b) + x_t @ W_skip,
        "the activation is tanh: ReLU is asked for",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: x_t @ W_x + h_prev @ W_h + b + x_t @ W_skip,
        "this is a_t and the skip: the activation ReLU is missing",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: -_relu(-(x_t @ W_x + h_prev @ W_h + b)) + x_t @ W_skip,
        "this keeps the negative sums and sets the positive ones to 0: ReLU is max(0, a), not min(0, a)",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _skip_step(x_t, h_prev, W_x, W_h.T, W_skip, b),
        "W_h is transposed: with row vectors it is h_prev @ W_h (it is square, so no error warned you)",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _skip_step(x_t, h_prev, W_skip, W_h, W_x, b),
        "W_x and W_skip have changed places: W_x is the one inside ReLU",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x) + _relu(h_prev @ W_h) + b + x_t @ W_skip,
        "ReLU is taken of each product: first add the two products and b, then take ReLU once",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x + b) + h_prev @ W_h + x_t @ W_skip,
        "the previous state is added after ReLU: it belongs inside",
    ),
    (
        lambda x_t, h_prev, W_x, W_h, W_skip, b: _relu(x_t @ W_x + h_prev @ W_h) + b + x_t @ W_skip,
        "the bias is added after ReLU: it belongs inside",
    ),
]


# 2.2: two steps back, a_t = x_t W_x + h_{t-1} W_1 + h_{t-2} W_2 + b


def look_back(
    x: np.ndarray,
    start: np.ndarray,
    W_x: np.ndarray,
    W_1: np.ndarray,
    W_2: np.ndarray,
    b: np.ndarray,
    *,
    moves: bool = True,
    f: Callable = np.tanh,
    hand_on: Callable | None = None,
) -> np.ndarray:
    """Return (N, T, H); where `moves` is False, h_{t-2} is always the first of the two states in `start`."""
    h = np.zeros((x.shape[0], x.shape[1], len(b)))
    before_last, last = start[:, 0], start[:, 1]
    for t in range(x.shape[1]):
        a_t = x[:, t] @ W_x + last @ W_1 + before_last @ W_2 + b
        h[:, t] = f(a_t)
        before_last, last = (last if moves else before_last), (hand_on(a_t) if hand_on else h[:, t])
    return h


def _the_same_state_twice(
    x: np.ndarray, start: np.ndarray, W_x: np.ndarray, W_1: np.ndarray, W_2: np.ndarray, b: np.ndarray
) -> np.ndarray:
    first = look_back(x[:, :1], start, W_x, W_1, W_2, b)
    return np.concatenate([first, forward(x[:, 1:], first[:, 0], W_x, W_1 + W_2, b)], axis=1)


def _start_taken_twice(
    x: np.ndarray, start: np.ndarray, W_x: np.ndarray, W_1: np.ndarray, W_2: np.ndarray, b: np.ndarray
) -> np.ndarray:
    """Return (N, T, H); at the second step too, h_{t-2} is the first of the two states in `start`."""
    first = look_back(x[:, :1], start, W_x, W_1, W_2, b)
    second = look_back(x[:, 1:2], np.stack([start[:, 0], first[:, 0]], axis=1), W_x, W_1, W_2, b)
    begun = np.concatenate([first, second], axis=1)
    return np.concatenate([begun, look_back(x[:, 2:], begun, W_x, W_1, W_2, b)], axis=1)


def _look_back_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for x, h0, W_x, W_1, b in sequences(rng):
        start = np.stack([rng.standard_normal(h0.shape), h0], axis=1)
        problems.append((x, start, W_x, W_1, rng.standard_normal(W_1.shape) / 2, b))
    return problems


LOOK_BACK_MISTAKES: Mistakes = [
    (
        lambda x, start, *rest: look_back(x, 0 * start, *rest),
        "h_1 and h_2 ignore start: begin with the two states that are given, not with zeros",
    ),
    (
        lambda x, start, *rest: look_back(x, start[:, ::-1], *rest),
        "start is read the other way round: start[:, 0] is h_{-1}, the earlier one, and start[:, 1] is h_0",
    ),
    (
        lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_2, W_1, b),
        "W_1 and W_2 have changed places: W_1 is for the last state, W_2 for the one before it",
    ),
    (
        lambda *arguments: look_back(*arguments, moves=False),
        "the state before the last one never moves on: every step sees start[:, 0] in its place",
    ),
    (_start_taken_twice, "at the second step the state two back is start[:, 1], not start[:, 0]"),
    (
        _the_same_state_twice,
        "from the second step on W_1 and W_2 see the same state: move both variables at once, so that none is lost",
    ),
    (
        lambda x, start, W_x, W_1, W_2, b: np.tanh(
            x @ W_x + (start[:, 1] @ W_1 + start[:, 0] @ W_2)[:, np.newaxis] + b
        ),
        "every step starts from start: no state is ever handed on to the next step",
    ),
    (
        lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_1, 0 * W_2, b),
        "h_{t-2} plays no part: W_2 never touches a state",
    ),
    (
        lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, 0 * W_1, W_2, b),
        "h_{t-1} plays no part: W_1 never touches a state",
    ),
    (
        lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_1.T, W_2.T, b),
        "W_1 and W_2 are transposed: with row vectors they stand behind the state (they are square, so no error came)",
    ),
    (lambda x, start, W_x, W_1, W_2, b: look_back(x, start, W_x, W_1, W_2, 0 * b), "the bias b is missing"),
    (
        lambda *arguments: look_back(*arguments, hand_on=lambda a_t: a_t),
        "the state that is handed on is a_t: hand on h_t, after tanh",
    ),
    (lambda *arguments: look_back(*arguments, f=lambda a: a), "this is without tanh: h_t is tanh(a_t)"),
    (
        lambda *arguments: look_back(*arguments)[:, -1],
        "only the last state comes back, (N, H): every state is asked for, (N, T, H)",
    ),
    (
        lambda *arguments: look_back(*arguments).transpose(1, 0, 2),
        "the axes are (T, N, H): here the batch comes first, (N, T, H)",
    ),
    (
        lambda x, *rest: look_back(x[:, ::-1], *rest)[:, ::-1],
        "the loop runs backwards in time",
    ),
    (
        lambda x, start, *rest: np.concatenate([start, look_back(x, start, *rest)], axis=1),
        "the two states of start are in the result: only the T new ones are asked for",
    ),
    (
        lambda x, start, *rest: np.concatenate([start[:, 1:], look_back(x, start, *rest)[:, :-1]], axis=1),
        "every state stands one place too late: h[:, 0] is h_1",
    ),
    (
        lambda *arguments: np.concatenate(
            [look_back(*arguments)[:, :1], 0 * look_back(*arguments)[:, 1:]],
            axis=1,
        ),
        "only the first state is filled: does a return inside the loop end it too early?",
    ),
]


# 2.3: the probability of "yes" from the last state, the states being (T, N, H)


def _probability(
    h: np.ndarray,
    W_out: np.ndarray,
    c: np.ndarray,
    read: Callable = lambda h: h[-1],
    sign: int = -1,
    column: Callable = lambda p: p[:, 0],
) -> np.ndarray:
    return column(1 / (1 + np.exp(sign * (read(h) @ W_out + c))))


def _probability_problems(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.standard_normal((T, N, H)), rng.standard_normal((H, 1)), rng.standard_normal(1))
        for T, N, H in [(5, 3, 4), (2, 6, 3)]
    ]


READ = [
    (lambda h: h[-1], ""),
    (lambda h: h[:, -1], "h[:, -1] is the last sequence here, at every step: in (T, N, H) time is the first axis"),
    (lambda h: h[0], "this reads the first state, h[0]"),
]
SIGN = [(-1, ""), (1, "for a large logit this is near 0, not near 1: look at the sign of the exponent")]
COLUMN = [(lambda p: p[:, 0], ""), (lambda p: p, "the result is a column, with one axis too many: take p[:, 0]")]


def _left_as_they_were() -> Mistakes:
    """Return every way to leave one, two or three of the mistakes in, each with all of their sentences."""
    return [
        (
            lambda h, W_out, c, read=read, sign=sign, column=column: _probability(h, W_out, c, read, sign, column),
            "; and ".join(filter(None, sentences)),
        )
        for (read, *one), (sign, *other), (column, *third) in product(READ, SIGN, COLUMN)
        if any(sentences := (*one, *other, *third))
    ]


PROBABILITY_MISTAKES: Mistakes = [
    *_left_as_they_were(),
    (lambda h, W_out, c: (h[-1] @ W_out + c)[:, 0], "this is the logit v_T: the sigmoid is missing"),
    (lambda h, W_out, c: _probability(h, W_out, 0 * c), "the bias c is missing"),
    (
        lambda h, W_out, c: _probability(h, W_out, c, read=lambda h: h.mean(axis=0)),
        "this reads the mean over time: only the last step is asked for",
    ),
    (
        lambda h, W_out, c: _probability(h, W_out, c, read=lambda h: h, column=lambda p: p[..., 0]),
        "this is an answer at every step, (T, N): only the last step is asked for",
    ),
]

CHECKERS: dict[str, Callable[[Any], str | None]] = {
    "2.1": FunctionExercise(right=_skip_step, problems=_skip_problems, mistakes=SKIP_MISTAKES, shape="(N, H)"),
    "2.2": FunctionExercise(
        right=look_back, problems=_look_back_problems, mistakes=LOOK_BACK_MISTAKES, shape="(N, T, H)"
    ),
    "2.3": FunctionExercise(
        right=_probability, problems=_probability_problems, mistakes=PROBABILITY_MISTAKES, shape="(N,)"
    ),
}
