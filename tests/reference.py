"""An independent reference: the course's formulas over single numbers, sharing no code with rnnlib.

Complex numbers pass through, so that a complex step gives a derivative to its last digit.
"""

import cmath
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parent
FOLDERS = (TESTS / "data", TESTS.parent / "rnnlib" / "course" / "data", TESTS.parent / "notebooks" / "data")

F = {
    "tanh": lambda a: cmath.tanh(a) if isinstance(a, complex) else math.tanh(a),
    "sigmoid": lambda a: 1 / (1 + (cmath.exp(-a) if isinstance(a, complex) else math.exp(-a))),
    "relu": lambda a: a if a.real > 0 else 0 * a,
    "identity": lambda a: a,
}


def stored(name: str) -> dict:
    """Return the stored numbers of somebody else: a JSON file by its name."""
    path = next(folder / name for folder in FOLDERS if (folder / name).exists())
    return json.loads(path.read_text(encoding="utf-8"))


def rnn_states(x, h0, W_x, W_h, b=None, activation="tanh", lengths=None):
    """Return every state (N, T, H) of a simple recurrent layer; after its length a sequence's state stands still."""
    (N, T, D), H = x.shape, len(W_h)
    b = np.zeros(H) if b is None else b
    h = np.empty((N, T, H), np.result_type(x, h0, W_x, W_h, b))
    for n in range(N):
        state = [h0[n, j].item() for j in range(H)]
        for t in range(T):
            if lengths is None or t < lengths[n]:
                total = [b[j].item() for j in range(H)]
                for j in range(H):
                    for d in range(D):
                        total[j] += x[n, t, d].item() * W_x[d, j].item()
                    for i in range(H):
                        total[j] += state[i] * W_h[i, j].item()
                state = [F[activation](a) for a in total]
            h[n, t] = state
    return h


def turned_round(x, lengths):
    """Return each sequence of x (N, T, ...) in reverse order, within its own length."""
    turned = x.copy()
    for n, length in enumerate(lengths):
        for t in range(length):
            turned[n, t] = x[n, length - 1 - t]
    return turned


def complex_step(f: Callable, arrays: dict) -> dict:
    """Return the gradient of the number f(**arrays) by each array: there is no difference that could cancel."""
    gradients = {}
    for name, array in arrays.items():
        gradients[name] = np.empty(array.shape)
        for i in np.ndindex(array.shape):
            moved = array.astype(complex)
            moved[i] += 1e-30j
            gradients[name][i] = f(**{**arrays, name: moved}).imag / 1e-30
    return gradients


def central_differences(f: Callable, v: np.ndarray, eps: float = 1e-5) -> np.ndarray:
    """Return the gradient of the number f(v), to about ten digits."""
    slopes = np.empty_like(v)
    for i in np.ndindex(v.shape):
        right, left = v.copy(), v.copy()
        right[i] += eps
        left[i] -= eps
        slopes[i] = (f(right) - f(left)) / (2 * eps)
    return slopes


def mask_of(lengths, T: int) -> np.ndarray:
    """Return the mask (N, T) of sequences of these lengths."""
    return np.arange(T) < np.array(lengths)[:, np.newaxis]


def assert_close(given: dict, right: dict, **tolerances: float) -> None:
    """Compare two dictionaries of arrays, each under its name."""
    assert given.keys() == right.keys()
    for name, array in right.items():
        np.testing.assert_allclose(given[name], array, err_msg=name, strict=False, **tolerances)


def assert_same(given: dict, right: dict) -> None:
    """Compare two dictionaries of arrays to the last bit but the sign of zero."""
    assert_close(given, right, rtol=0, atol=0)
