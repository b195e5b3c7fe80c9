"""An activation function as a layer of its own."""

from __future__ import annotations

from typing import NamedTuple

from numpy.typing import ArrayLike

from rnnlib.activations import find_activation
from rnnlib.layers.layer import Array, Grads, Layer, State, Trace, check_mask_of, refuse_state
from rnnlib.validation import check_array, common_float_type


class Saved(NamedTuple):
    """What `back` needs."""

    y: Array


class Activation(Layer):
    """A function of every element, y = f(v), on top of a network whose loss does not contain it.

    >>> Activation("relu").forward([[-1.0, 2.0]])
    array([[0., 2.]])
    """

    def __init__(self, activation: str) -> None:
        """Choose f: "tanh", "sigmoid", "relu" or "identity".

        Raises:
            ValueError: an unknown activation.
        """
        self.f, self.f_derivative = find_activation(activation)
        self._activation = activation

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Compute f(x), in the shape of x (N, ...); a mask is passed on."""
        refuse_state(self, state)
        x = check_array("x", x, "(..., K)", common_float_type(x))
        mask = check_mask_of(x, mask)
        y = self.f(x)
        return Trace(y, None, Saved(y), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Compute dout * f'(x), in the shape of x."""
        (y,) = trace.saved
        dy = check_array("dout", dout, "(..., K)", y.dtype)
        if dy.shape != y.shape:
            raise ValueError(f"dout: expected {y.shape}, got {dy.shape}")
        return Grads({}, dy * self.f_derivative(y))

    @property
    def activation(self) -> str:
        """The name of f; another f needs another layer."""
        return self._activation

    def __repr__(self) -> str:
        return f"Activation({self.activation!r})"
