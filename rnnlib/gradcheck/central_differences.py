"""The two formulas of a gradient check: central differences, and the error of a gradient beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import FLOAT64, as_ndarray, check_array, check_callable, check_positive, short_repr

Array = NDArray[np.float64]

EPS = 1e-5  # near the best for central differences in float64, eps**(1/3): notebook 04 measures it


def numerical_gradient(f: Callable[[Array], float], x: ArrayLike, eps: float = EPS) -> Array:
    """Return the gradient of f at x by central differences, in the shape of x.

    Args:
        f: a function of one array that returns one number.
        x: the point, in float64; it is not changed.
        eps: the step for entries up to 1; beside a larger one it is as many times larger.

    Raises:
        TypeError, ValueError: x is not float64, or f does not return one number.

    >>> numerical_gradient(lambda x: (x**2).sum(), [1.0, 2.0]).round(6)
    array([2., 4.])
    """
    f, x, eps = returning_one_number(f), check_float64("x", x), check_positive("eps", eps)
    gradient = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        step = _step(float(x[i]), eps)
        gradient[i] = (f(_moved(x, i, step)) - f(_moved(x, i, -step))) / (2 * step)
    return gradient


def gradient_error(given: Array, numerical: Array) -> float:
    """Return the error of a gradient, max|Δ| / max(1, max|g|).

    >>> gradient_error(np.array([1.0, 5.0]), np.array([1.0, 4.0]))
    0.25
    """
    return float(np.abs(given - numerical).max() / max(1.0, np.abs(numerical).max()))


def check_float64(name: str, value: ArrayLike) -> Array:
    """Return a copy of `value` as a finite float64 array; integers and lists are converted.

    Raises:
        TypeError: a narrower or wider float type, or what holds no real numbers.
        ValueError: an empty array, NaN or infinity.
    """
    array = as_ndarray(name, value, "(...)")
    if array.dtype.kind == "f" and array.dtype.newbyteorder("=") != FLOAT64:
        raise TypeError(f"{name}: a gradient check needs float64, got {array.dtype}: rounding hides errors in less")
    return check_array(name, array, "(...)", FLOAT64).astype(FLOAT64)


def returning_one_number(f: Callable[..., Any]) -> Callable[..., float]:
    """Return f with its result as a float, or refused where it is not one number."""
    check_callable("f", f)

    def one_number(*args: Any, **kwargs: Any) -> float:
        value = f(*args, **kwargs)
        if type(value) is float:
            return value
        array = as_ndarray("f", value, "one number")
        if array.shape != ():
            raise ValueError(f"f: expected one number, got an array {array.shape}")
        if array.dtype.kind not in "fiub":
            raise TypeError(f"f: expected one number, got {short_repr(value)}")
        return float(array)

    return one_number


def _step(entry: float, eps: float) -> float:
    """Return eps, or more beside a large entry, less what rounding would take away from entry + step."""
    return entry + eps * max(1.0, abs(entry)) - entry


def _moved(x: Array, i: tuple[int, ...], step: float) -> Array:
    """Return a copy of x with one entry changed by a step."""
    moved = x.copy()
    moved[i] += step
    return moved
