"""Checkers of notebook 01: one-hot vectors of unknown characters too, how long a pulse stays, counting parameters."""

import math

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise


def _one_hot(text: str, alphabet: str) -> np.ndarray:
    matrix = np.zeros((len(text), len(alphabet) + 1))
    for t, character in enumerate(text):
        matrix[t, alphabet.index(character) if character in alphabet else len(alphabet)] = 1
    return matrix


def _own_alphabet(text: str, alphabet: str) -> np.ndarray:
    return _one_hot(text, "".join(sorted(set(text))))


def _unknown_left_out(text: str, alphabet: str) -> np.ndarray:
    known = [t for t, character in enumerate(text) if character in alphabet]
    return _one_hot(text, alphabet)[known]


def _unknown_without_a_one(text: str, alphabet: str) -> np.ndarray:
    matrix = _one_hot(text, alphabet)
    matrix[:, -1] = 0
    return matrix


def _unknown_in_front(text: str, alphabet: str) -> np.ndarray:
    return np.roll(_one_hot(text, alphabet), 1, axis=1)


def _unknown_as_the_last_letter(text: str, alphabet: str) -> np.ndarray:
    matrix = _one_hot(text, alphabet)
    matrix[:, -2] += matrix[:, -1]
    matrix[:, -1] = 0
    return matrix


def _steps_below(weight: float, fraction: float) -> int:
    steps = 1
    while weight**steps >= fraction:
        steps += 1
    return steps


def _layer(n_features: int, n_nodes: int) -> int:
    return n_features * n_nodes + n_nodes * n_nodes + n_nodes


def _parameters(T: int, D: int, H: int, K: int) -> int:
    return _layer(D, H) + _layer(H, H) + H * K + K


GROWS = "this grows with n_steps: but every step uses the same weights"

CHECKERS = {
    "1.1": FunctionExercise(
        right=_one_hot,
        problems=lambda rng: [
            ("a bad cab?", "badce "),
            ("noon, tide!", " deinoptw"),
            ("abba", "ba"),
            ("Box xylem", "bxyl "),
        ],
        mistakes=[
            (lambda text, alphabet: _one_hot(text, alphabet).T, "time must come first: this is (D + 1, T)"),
            (
                lambda text, alphabet: _one_hot(text, alphabet)[:, :-1],
                "the column for unknown characters is missing: this is (T, D), and a character that "
                "is not in the alphabet has no 1 at all",
            ),
            (
                _unknown_without_a_one,
                "the last column stays empty: a character that is not in the alphabet needs its 1 there",
            ),
            (
                _unknown_as_the_last_letter,
                "an unknown character looks like the last letter of the alphabet: its place is the column behind",
            ),
            (_unknown_in_front, "the column for unknown characters stands in front: it should be the last one"),
            (
                _unknown_left_out,
                "characters that are not in the alphabet were left out: each needs a row too, or the steps no longer "
                "fit the text",
            ),
            (
                lambda text, alphabet: _one_hot(text, alphabet).argmax(axis=1),
                "these are the places of the characters, (T,): each still has to become a vector with a single 1",
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
        shape="(T, D + 1)",
    ),
    "1.2": FunctionExercise(
        right=_steps_below,
        problems=lambda rng: [(0.9, 0.01), (0.5, 0.25), (0.99, 0.05), (0.2, 0.5)],
        mistakes=[
            (
                lambda weight, fraction: _steps_below(weight, fraction * (1 + 1e-9)),
                "where the pulse is exactly the fraction, it is not yet *below* it: there it takes one more step",
            ),
            (
                lambda weight, fraction: math.log(fraction) / math.log(weight),
                "this is where the curve meets the fraction, often between two steps: the first whole step after it "
                "is asked for",
            ),
            (
                lambda weight, fraction: 1,
                "this says 1 whatever the arguments are. Does the loop run, or does it stop while the pulse is still "
                "too large?",
            ),
            (
                lambda weight, fraction: _steps_below(weight, fraction) - 1,
                "one too few: there the pulse is not yet below the fraction",
            ),
            (
                lambda weight, fraction: _steps_below(weight, fraction) + 1,
                "one too many: the pulse was below the fraction one step before",
            ),
            (
                lambda weight, fraction: weight ** _steps_below(weight, fraction),
                "this is the value of the pulse: return how many steps it took",
            ),
        ],
        shape="one number",
    ),
    "1.3": FunctionExercise(
        right=_parameters,
        problems=lambda rng: [(10, 3, 4, 2), (7, 5, 2, 3)],
        mistakes=[
            (lambda T, D, H, K: T * _parameters(T, D, H, K), GROWS),
            (lambda T, D, H, K: T * (_layer(D, H) + _layer(H, H)) + H * K + K, GROWS),
            (
                lambda T, D, H, K: 2 * _layer(D, H) + H * K + K,
                "the second layer does not read the D features: what comes to it are the H states of the first",
            ),
            (
                lambda T, D, H, K: _layer(D, H) + H * K + K,
                "only one recurrent layer is counted: the second has weights of its own",
            ),
            (
                lambda T, D, H, K: _layer(D, H) + H * H + H + H * K + K,
                "the second layer has one H × H matrix here: it needs two, for the states of the first and for its own",
            ),
            (
                lambda T, D, H, K: _parameters(T, D, H, K) - 2 * H * H,
                "the weights on the previous state are missing: an H × H matrix in each of the two layers",
            ),
            (
                lambda T, D, H, K: _parameters(T, D, H, K) - 2 * H - K,
                "the biases are missing: H of them in each recurrent layer, K at the output",
            ),
            (
                lambda T, D, H, K: _parameters(T, D, H, K) - H,
                "a bias is missing: both recurrent layers have one, H numbers each",
            ),
            (
                lambda T, D, H, K: _parameters(T, D, H, K) - 2 * H,
                "the biases of the recurrent layers are missing: H numbers each",
            ),
            (lambda T, D, H, K: _layer(D, H) + _layer(H, H), "the output is missing: W_out and its bias"),
            (lambda T, D, H, K: _parameters(T, D, H, K) - K, "the bias of the output is missing: K numbers"),
            (
                lambda T, D, H, K: _parameters(T, D, H, K) + H * K + K,
                "the output is counted twice: it is read from the second layer only",
            ),
        ],
        shape="one number",
    ),
}
