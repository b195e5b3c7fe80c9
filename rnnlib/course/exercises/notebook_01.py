"""Checkers of notebook 01: one-hot vectors, how long a pulse stays, counting parameters."""

import math

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise


def _one_hot(text: str, alphabet: str) -> np.ndarray:
    matrix = np.zeros((len(text), len(alphabet)))
    for t, character in enumerate(text):
        matrix[t, alphabet.index(character)] = 1
    return matrix


def _own_alphabet(text: str, alphabet: str) -> np.ndarray:
    return _one_hot(text, "".join(sorted(set(text))))


def _steps_below(weight: float, fraction: float) -> int:
    steps = 1
    while weight**steps >= fraction:
        steps += 1
    return steps


def _parameters(n_steps: int, n_features: int, n_nodes: int, n_outputs: int) -> int:
    recurrent = n_features * n_nodes + n_nodes * n_nodes + n_nodes
    return recurrent + n_nodes * n_outputs + n_outputs


GROWS = "this grows with n_steps: but every step uses the same weights"

CHECKERS = {
    "1.1": FunctionExercise(
        right=_one_hot,
        problems=lambda rng: [("abba", "badce"), ("noon tide", " deinoptw")],
        mistakes=[
            (lambda text, alphabet: _one_hot(text, alphabet).T, "time must come first: this is (D, T), not (T, D)"),
            (
                lambda text, alphabet: [alphabet.index(c) for c in text],
                "these are the places of the letters, (T,): each still has to become a vector with a single 1",
            ),
            (
                _own_alphabet,
                "the alphabet was made from the text itself: use the one that is given, or two texts get "
                "vectors that do not fit together",
            ),
            (
                lambda text, alphabet: _one_hot(text, "".join(sorted(alphabet))),
                "the alphabet was sorted anew: the columns must keep the order that is given",
            ),
            (
                lambda text, alphabet: _one_hot(text, alphabet).sum(axis=0),
                "all characters went into one vector, so their order is lost: a row for each character",
            ),
        ],
        shape="(T, D)",
    ),
    "1.2": FunctionExercise(
        right=_steps_below,
        problems=lambda rng: [(0.9, 0.01), (0.5, 0.25), (0.99, 0.05)],
        mistakes=[
            (
                lambda weight, fraction: _steps_below(weight, fraction * (1 + 1e-9)),
                "at exactly the fraction the pulse is not yet *below* it: go on while it is at least the fraction",
            ),
            (
                lambda weight, fraction: math.log(fraction) / math.log(weight),
                "this is where the curve crosses, between two steps: the first whole step after it is asked for",
            ),
            (
                lambda weight, fraction: 1,
                "1 would mean: below after one step. Does the loop run, and is its condition the right way round?",
            ),
            (
                lambda weight, fraction: _steps_below(weight, fraction) - 1,
                "one too few: there the pulse is not yet below the fraction",
            ),
            (
                lambda weight, fraction: _steps_below(weight, fraction) + 1,
                "one too many: the pulse was below the fraction one step before",
            ),
        ],
        shape="one number",
    ),
    "1.3": FunctionExercise(
        right=_parameters,
        problems=lambda rng: [(10, 3, 4, 2), (7, 5, 2, 3)],
        mistakes=[
            (
                lambda T, D, H, K: T * _parameters(T, D, H, K),
                GROWS,
            ),
            (lambda T, D, H, K: _parameters(T, D, H, K) + (T - 1) * (D * H + H * H + H), GROWS),
            (lambda T, D, H, K: _parameters(T, D, H, K) + (T - 1) * D * H, GROWS),
            (
                lambda T, D, H, K: _parameters(T, D, H, K) - H * H,
                "W_h is missing: the H × H weights on the previous state",
            ),
            (
                lambda T, D, H, K: D * H + H * H + H * K,
                "the biases are missing: H of them in the layer, K at the output",
            ),
            (lambda T, D, H, K: _parameters(T, D, H, K) - H * K - K, "the output is missing: W_out and its bias"),
            (lambda T, D, H, K: _parameters(T, D, H, K) - K, "the bias of the output is missing: K numbers"),
            (lambda T, D, H, K: _parameters(T, D, H, K) - H, "the bias of the recurrent layer is missing: H numbers"),
        ],
        shape="one number",
    ),
}
