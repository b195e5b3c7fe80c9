"""Checkers of notebook 02: one step, the whole forward pass, the last state."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise


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


def _steps(rng: np.random.Generator) -> list[tuple]:
    return [(x[:, 0], *rest) for x, *rest in sequences(rng)]


def _frozen(x, h0, W_x, W_h, b):
    return np.stack([step(x[:, t], h0, W_x, W_h, b) for t in range(x.shape[1])], axis=1)


def _state_before_tanh(x, h0, W_x, W_h, b):
    h, a = np.zeros((x.shape[0], x.shape[1], len(b))), h0
    for t in range(x.shape[1]):
        a = x[:, t] @ W_x + a @ W_h + b
        h[:, t] = np.tanh(a)
    return h


def leaking(x, h0, W_x, W_h, b):
    """Return the states of a loop in which every sequence goes on from the state of the first one."""
    h, h_prev = np.zeros((x.shape[0], x.shape[1], len(b))), h0
    for t in range(x.shape[1]):
        h[:, t] = step(x[:, t], h_prev, W_x, W_h, b)
        h_prev = h[:1, t]
    return h


def without_h0(x, h0, W_x, W_h, b):
    """Return the states of a loop that starts from zeros whatever h0 is."""
    return forward(x, 0 * h0, W_x, W_h, b)


def going_on(x, h0, W_x, W_h, b):
    """Return the states of a loop in which every sequence goes on from where the one before it ended."""
    states, h_prev = [], h0[:1]
    for sequence in x:
        states.append(forward(sequence[np.newaxis], h_prev, W_x, W_h, b)[0])
        h_prev = states[-1][-1:]
    return np.stack(states)


def transposed(x, h0, W_x, W_h, b):
    """Return the states of a loop with W_h transposed."""
    return forward(x, h0, W_x, W_h.T, b)


def _starts_late(x, h0, W_x, W_h, b):
    h = forward(x[:, 1:], h0, W_x, W_h, b)
    return np.concatenate([0 * h[:, :1], h], axis=1)


GOES_ON = "a sequence goes on from where the one before it ended: each must start from its own row of h0"
TRANSPOSED = "W_h is transposed: with row vectors it is h_prev @ W_h (it is square, so no error warned you)"
IGNORES_H0 = "h_1 ignores h0: the first step must start from the state that is given"
LEAKS = "the sequences of the batch are mixed: every one goes on from the state of the first"

CHECKERS = {
    "2.1": FunctionExercise(
        right=step,
        problems=_steps,
        mistakes=[
            (
                lambda x_t, h_prev, W_x, W_h, b: np.tanh(x_t @ W_x + b),
                "h_t ignores h_prev: W_h never touches the previous state",
            ),
            (lambda x_t, h_prev, W_x, W_h, b: np.tanh(x_t @ W_x + h_prev @ W_h), "the bias b is missing"),
            (
                lambda x_t, h_prev, W_x, W_h, b: x_t @ W_x + h_prev @ W_h + b,
                "this is a_t: the activation tanh is missing",
            ),
            (
                lambda x_t, h_prev, W_x, W_h, b: np.tanh(x_t @ W_x + h_prev @ W_h.T + b),
                TRANSPOSED,
            ),
            (
                lambda x_t, h_prev, W_x, W_h, b: np.tanh(x_t @ W_x) + np.tanh(h_prev @ W_h) + b,
                "tanh is taken of each part: first add the three parts, then take tanh once",
            ),
            (
                lambda x_t, h_prev, W_x, W_h, b: np.tanh(x_t @ W_x + b) + h_prev @ W_h,
                "the previous state is added after tanh: it belongs inside",
            ),
            (
                lambda x_t, h_prev, W_x, W_h, b: np.tanh(x_t @ W_x + h_prev @ W_h) + b,
                "the bias is added after tanh: it belongs inside",
            ),
            (
                lambda x_t, h_prev, W_x, W_h, b: 1 / (1 + np.exp(-(x_t @ W_x + h_prev @ W_h + b))),
                "this is the sigmoid: tanh is asked for",
            ),
        ],
        shape="(N, H)",
    ),
    "2.2": FunctionExercise(
        right=forward,
        problems=sequences,
        mistakes=[
            (without_h0, IGNORES_H0),
            (_frozen, "every step starts from h0: the state is never handed on to the next step"),
            (
                lambda x, *rest: forward(x, *rest)[:, -1],
                "only the last state comes back, (N, H): every state is asked for, (N, T, H)",
            ),
            (
                lambda x, *rest: forward(x, *rest).transpose(1, 0, 2),
                "the axes are (T, N, H): here the batch comes first, (N, T, H)",
            ),
            (lambda x, *rest: forward(x[:, ::-1], *rest)[:, ::-1], "the loop runs backwards in time"),
            (_state_before_tanh, "the state that is handed on is a_t: hand on h_t, after tanh"),
            (leaking, LEAKS),
            (going_on, GOES_ON),
            (transposed, TRANSPOSED),
            (lambda x, h0, W_x, W_h, b: forward(x, h0, W_x, W_h, 0 * b), "the bias b is missing"),
            (
                lambda x, *rest: np.concatenate([forward(x, *rest)[:, :1], 0 * forward(x, *rest)[:, 1:]], axis=1),
                "only the first state is filled: does a return inside the loop end it too early?",
            ),
            (_starts_late, "the first step is left out: the loop must begin with x[:, 0]"),
            (
                lambda x, h0, *rest: np.concatenate([h0[:, np.newaxis], forward(x, h0, *rest)[:, :-1]], axis=1),
                "every state sits one place too late: h[:, 0] is h_1, and h0 is not part of the result",
            ),
        ],
        shape="(N, T, H)",
    ),
    "2.3": FunctionExercise(
        right=lambda h: h[:, -1],
        problems=lambda rng: [(rng.standard_normal((3, 5, 4)),), (rng.standard_normal((4, 4, 4)),)],
        mistakes=[
            (
                lambda h: h[-1],
                "h[-1] is the last sequence of the batch, with all its steps: the time axis is the second",
            ),
            (lambda h: h[:, 0], "this is the first state, h_1"),
            (lambda h: h[:, :, -1], "this is the last node at every step: the time axis is the second"),
            (lambda h: h.mean(axis=1), "this is the mean over time: only the last step is asked for"),
            (lambda h: h[:, -1:], "this keeps the time axis, (N, 1, H): use -1, not -1:"),
        ],
        shape="(N, H)",
    ),
}
