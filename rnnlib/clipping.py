"""Clipping: gradients that are too large are made smaller, in place."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import (
    FLOAT64,
    NotFinite,
    check_finite,
    check_in_place,
    check_mapping,
    check_positive,
    check_real,
)

Array = NDArray[np.floating]


def clip_by_global_norm(grads: Mapping[str, Array], max_norm: float) -> float:
    """Shrink all gradients in place by one common factor, so that their joint norm is at most `max_norm`.

    One factor for all arrays keeps the direction (Pascanu and others, On the difficulty of training recurrent
    neural networks, 2013).

    >>> grads = {"W": np.array([[3.0, 0.0]]), "b": np.array([4.0])}
    >>> clip_by_global_norm(grads, max_norm=1.0)
    5.0
    >>> grads["W"], grads["b"]
    (array([[0.6, 0. ]]), array([0.8]))

    Args:
        grads: the gradients, of any shapes.
        max_norm: the largest norm to allow, above 0.

    Returns:
        The norm before clipping.

    Raises:
        TypeError, ValueError: arguments that do not fit, or a gradient that is not finite; nothing is changed.
        NotFinite: the norm is beyond float64; nothing is changed.
    """
    max_norm = check_positive("max_norm", max_norm)
    _check_in_place(grads)
    norm = global_norm(grads)
    if norm > max_norm:
        with np.errstate(under="ignore"):  # an entry too small for its type is 0, and right
            for g in grads.values():
                g *= np.float64(max_norm / norm)
    return norm


def clip_by_value(grads: Mapping[str, Array], max_value: float) -> int:
    """Move every entry of the gradients in place into the range from `-max_value` to `max_value`.

    Every entry is clipped by itself, so that the direction may change.

    >>> grads = {"W": np.array([[3.0, -0.5]]), "b": np.array([-4.0])}
    >>> clip_by_value(grads, max_value=1.0)
    2
    >>> grads["W"], grads["b"]
    (array([[ 1. , -0.5]]), array([-1.]))

    Args:
        grads: the gradients, of any shapes.
        max_value: the largest size of an entry to allow, above 0.

    Returns:
        How many entries were outside the range.

    Raises:
        TypeError, ValueError: arguments that do not fit, or a gradient that is not finite; nothing is changed.
    """
    max_value = check_positive("max_value", max_value)
    _check_in_place(grads)
    for name, g in grads.items():
        check_finite(f"grads: {name}", g)
    n_outside = 0
    with np.errstate(over="ignore"):  # a limit beyond float32 limits nothing there
        for g in grads.values():
            n_outside += int(np.count_nonzero(np.abs(g) > max_value))
            np.clip(g, -max_value, max_value, out=g)
    return n_outside


def global_norm(grads: Mapping[str, ArrayLike]) -> float:
    """Return the joint norm of all gradients, √(Σ g²) over all entries of all arrays.

    >>> global_norm({"W": [[3.0, 0.0]], "b": [4.0]})
    5.0

    Raises:
        TypeError, ValueError: a gradient that is not made of finite numbers.
        NotFinite: the norm is beyond float64.
    """
    arrays = dict(check_mapping("grads", grads))
    for name, array in arrays.items():
        if type(array) is not np.ndarray or array.dtype != FLOAT64:
            arrays[name] = check_real(f"grads: {name}", array)
    g = np.concatenate([np.zeros(0), *arrays.values()], axis=None, dtype=FLOAT64)
    sum_of_squares = float(np.vdot(g, g))
    if _is_exact(sum_of_squares):
        return math.sqrt(sum_of_squares)
    for name, array in arrays.items():
        check_finite(f"grads: {name}", array)
    return _scaled_norm(g)


def _is_exact(sum_of_squares: float) -> bool:
    """Tell whether no square can have been too large for float64, or so small that it lost digits."""
    return sys.float_info.min / sys.float_info.epsilon**2 < sum_of_squares < math.inf


def _scaled_norm(g: Array) -> float:
    """Return √(Σ g²) of finite numbers by way of their shares in the largest, of which no square overflows."""
    largest = float(np.abs(g).max(initial=0))
    if largest == 0:
        return 0.0
    with np.errstate(under="ignore"):
        norm = largest * math.sqrt(float(((g / largest) ** 2).sum()))
    if not math.isfinite(norm):
        raise NotFinite("the norm of the gradients is not finite")
    return norm


def _check_in_place(grads: Mapping[str, Array]) -> None:
    for name, g in check_mapping("grads", grads).items():
        check_in_place(f"grads: {name}", g)
