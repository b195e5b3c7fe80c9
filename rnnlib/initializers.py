"""Random starting values for weight matrices of shape (n_in, n_out).

Each function returns float64. Randomness comes only from the Generator that is passed in.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.validation import check_choice, check_generator, check_int, check_number, short_repr


def normal(shape: tuple[int, int], rng: np.random.Generator, std: float = 1.0) -> np.ndarray:
    """Return independent draws from the normal distribution N(0, std²).

    Args:
        shape: (n_in, n_out).
        rng: the source of randomness.
        std: the standard deviation, at least 0.

    Raises:
        TypeError: `rng` is no Generator, or a size is no whole number.
        ValueError: a size below 1, or a negative or infinite `std`.
    """
    check_generator(rng)
    std = check_number("std", std, "a finite number of at least 0", lambda number: 0 <= number < 1e307)
    return std * rng.standard_normal(_as_shape(shape))


def lecun(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return normal draws with std 1/√n_in (LeCun and others, Efficient BackProp, 1998)."""
    return normal(shape, rng) / np.sqrt(_as_shape(shape)[0])


def xavier(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return normal draws with std √(2/(n_in + n_out)) (Glorot and Bengio, 2010)."""
    return normal(shape, rng) * np.sqrt(2 / sum(_as_shape(shape)))


def he(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return normal draws with std √(2/n_in), meant for ReLU (He and others, 2015)."""
    return normal(shape, rng) * np.sqrt(2 / _as_shape(shape)[0])


def orthogonal(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return a random matrix with orthonormal columns, or rows where it is wider than tall.

    The QR decomposition of a normal matrix, its signs fixed so that no direction is preferred
    (Saxe and others, Exact solutions to the nonlinear dynamics of learning, 2014).
    """
    draws = normal(shape, rng)
    n_in, n_out = draws.shape
    q, r = np.linalg.qr(draws if n_in >= n_out else draws.T)
    q = q * np.sign(np.diag(r))
    return q if n_in >= n_out else q.T


def _as_shape(shape: Any) -> tuple[int, int]:
    if not isinstance(shape, tuple | list) or len(shape) != 2:
        raise TypeError(f"shape: expected (n_in, n_out), got {short_repr(shape)}")
    return check_int("n_in", shape[0]), check_int("n_out", shape[1])


INITIALIZERS: dict[str, Callable] = {
    "normal": normal,
    "lecun": lecun,
    "xavier": xavier,
    "he": he,
    "orthogonal": orthogonal,
}


def find_initializer(name: str) -> Callable:
    """Return the initialiser of that name.

    Raises:
        ValueError: no initialiser has that name; the message lists the known ones.
    """
    return check_choice("init", name, INITIALIZERS)
