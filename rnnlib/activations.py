"""Activation functions f, each beside its derivative.

The derivative is written with the output h = f(a): the forward pass has h at hand already, and
tanh'(a) = 1 - h² and sigmoid'(a) = h (1 - h) need nothing else. As in NumPy, `out` is an array to
write the result into; it may be `a` itself. It is for inner loops: with it, nothing is checked.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import check_choice, check_real

Array = NDArray[np.floating]


def tanh(a: ArrayLike, out: Array | None = None) -> Array:
    """Return the hyperbolic tangent of every element, between -1 and 1, in the shape of `a`."""
    return np.tanh(check_real("a", a) if out is None else a, out=out)


def tanh_derivative(h: ArrayLike) -> Array:
    """Return tanh'(a) from h = tanh(a), in the shape of `h`: 1 - h²."""
    h = check_real("h", h)
    with np.errstate(under="ignore"):
        return 1 - h * h


def sigmoid(a: ArrayLike, out: Array | None = None) -> Array:
    """Return 1 / (1 + exp(-a)) of every element, in the shape of `a`, without overflow for any `a`."""
    a = check_real("a", a) if out is None else a
    with np.errstate(over="ignore", under="ignore"):  # exp(-a) may overflow: 1 / infinity is the right limit
        z = np.exp(np.negative(a, out=out), out=out)
        return np.reciprocal(np.add(z, 1, out=out), out=out)


def sigmoid_derivative(h: ArrayLike) -> Array:
    """Return sigmoid'(a) from h = sigmoid(a), in the shape of `h`: h (1 - h)."""
    h = check_real("h", h)
    return h * (1 - h)


def relu(a: ArrayLike, out: Array | None = None) -> Array:
    """Return max(0, a) of every element, in the shape of `a`."""
    return np.maximum(check_real("a", a) if out is None else a, 0, out=out)


def relu_derivative(h: ArrayLike) -> Array:
    """Return relu'(a) from h = relu(a), in the shape of `h`: 1 where h > 0, else 0 (at the kink too)."""
    return np.heaviside(check_real("h", h), 0)


def identity(a: ArrayLike, out: Array | None = None) -> Array:
    """Return a copy of `a`: no activation at all."""
    return np.positive(check_real("a", a) if out is None else a, out=out)


def identity_derivative(h: ArrayLike) -> Array:
    """Return ones in the shape of `h`: the slope of a straight line."""
    return np.ones_like(check_real("h", h))


ACTIVATIONS: dict[str, tuple[Callable, Callable]] = {
    "tanh": (tanh, tanh_derivative),
    "sigmoid": (sigmoid, sigmoid_derivative),
    "relu": (relu, relu_derivative),
    "identity": (identity, identity_derivative),
}


def find_activation(name: str) -> tuple[Callable, Callable]:
    """Return the activation of that name and its derivative.

    Raises:
        ValueError: no activation has that name; the message lists the known ones.
    """
    return check_choice("activation", name, ACTIVATIONS)
