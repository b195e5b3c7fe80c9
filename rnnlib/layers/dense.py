"""The fully connected layer."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from rnnlib.initializers import find_initializer
from rnnlib.layers.layer import Array, Grads, Layer, State, Trace, check_mask_of, refuse_state, rows, sum_of_rows
from rnnlib.params import Params
from rnnlib.validation import (
    check_array,
    check_float_type,
    check_int,
    common_float_type,
    insist_on_finite,
)


class Saved(NamedTuple):
    """What `back` needs."""

    x: Array  # (..., D)
    W: Array


class Dense(Layer):
    """A fully connected layer: v = x W + b, the same for every time step.

    `params` holds "W" (D, K) and, unless the layer has no bias, "b" (K,).

    >>> dense = Dense(W=[[1.0, 0.0], [2.0, -1.0]], b=[0.0, 10.0])
    >>> dense.forward([[1, 1]])
    array([[3., 9.]])
    >>> dense.backward([[1, 1]])
    array([[1., 1.]])
    """

    def __init__(self, W: ArrayLike, b: ArrayLike | None = None) -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W: (D, K).
            b: (K,), or None for a layer without bias.

        Raises:
            TypeError, ValueError: weights that do not fit.
        """
        dtype = common_float_type(W, b)
        arrays = {"W": check_array("W", W, "(D, K)", dtype)}
        self.n_in, self.n_out = _, K = arrays["W"].shape
        if b is not None:
            arrays["b"] = check_array("b", b, "(K,)", dtype, K=K)
        self.params = Params({name: array.copy() for name, array in arrays.items()})

    @classmethod
    def create(
        cls,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        init: str = "xavier",
        bias: bool = True,
        dtype: DTypeLike = float,
    ) -> Self:
        """Make a layer with random weights (D = n_in, K = n_out) and zero biases.

        Args:
            n_in: D.
            n_out: K.
            rng: the source of randomness, a numpy.random.Generator.
            init: "normal", "lecun", "xavier", "he" or "orthogonal".
            bias: whether the layer has a bias b.
            dtype: float (64 bits) or numpy.float32.

        Raises:
            TypeError, ValueError: sizes that are not whole numbers of at least 1, unknown names.
        """
        D, K = check_int("n_in", n_in), check_int("n_out", n_out)
        draw, dtype = find_initializer(init), check_float_type(dtype)
        return cls(draw((D, K), rng).astype(dtype), np.zeros(K, dtype) if bias else None)

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Compute x W + b, (..., K), for x of shape (..., D); a mask is passed on."""
        refuse_state(self, state)
        W, b = self.params["W"], self.params.get("b", 0)
        x = check_array("x", x, "(..., D)", W.dtype, D=W.shape[0])
        mask = check_mask_of(x, mask)
        v = x @ W + b
        insist_on_finite("v", v)
        return Trace(v, None, Saved(x, W), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Compute the gradients from dv, (..., K), that by v."""
        x, W = trace.saved
        dv = check_array("dv", dout, "(..., K)", W.dtype, K=W.shape[1])
        if dv.shape != trace.out.shape:
            raise ValueError(f"dv: expected {trace.out.shape}, got {dv.shape}")
        dvs = rows(dv)
        grads = {"W": rows(x).T @ dvs}
        if "b" in self.params:
            grads["b"] = sum_of_rows(dvs)
        return Grads(grads, dvs.dot(W.T).reshape(x.shape))

    def __repr__(self) -> str:
        bias = "" if "b" in self.params else ", no bias"
        return f"Dense(D={self.n_in}, K={self.n_out}{bias})"
