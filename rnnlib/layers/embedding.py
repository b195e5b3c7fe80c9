"""The embedding: a row of numbers for every token."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rnnlib.initializers import normal
from rnnlib.layers.layer import Grads, Layer, State, Trace, refuse_state
from rnnlib.params import Params
from rnnlib.validation import (
    check_array,
    check_float_type,
    check_int,
    check_mask,
    check_whole_numbers,
    common_float_type,
    insist_on_finite,
)


class Saved(NamedTuple):
    """What `back` needs."""

    tokens: NDArray[np.integer]  # (N, T)


class Embedding(Layer):
    """An embedding: each token, a whole number, becomes the row of W with that number.

    It is the product of one-hot vectors with W, without the product. `params` holds "W" (V, D), a row for each of
    the V tokens. There is no gradient by tokens, so `backward` returns None.

    >>> embedding = Embedding([[0.0, 0.5], [1.0, 1.5], [2.0, 2.5]])
    >>> embedding.forward([[2, 0]])
    array([[[2. , 2.5],
            [0. , 0.5]]])
    """

    def __init__(self, W: ArrayLike) -> None:
        """Make a layer from given rows, W (V, D), which are copied.

        Raises:
            TypeError, ValueError: a W that does not fit.
        """
        W = check_array("W", W, "(V, D)", common_float_type(W))
        self.n_out = W.shape[1]
        self.params = Params(W=W.copy())

    @classmethod
    def create(
        cls, n_tokens: int, n_features: int, *, rng: np.random.Generator, std: float = 1.0, dtype: DTypeLike = float
    ) -> Self:
        """Make a layer with normal draws.

        Args:
            n_tokens: V.
            n_features: D.
            rng: the source of randomness, a numpy.random.Generator.
            std: the standard deviation of the draws.
            dtype: float (64 bits) or numpy.float32.

        Raises:
            TypeError, ValueError: sizes that are not whole numbers of at least 1, a negative `std`.
        """
        V, D = check_int("n_tokens", n_tokens), check_int("n_features", n_features)
        return cls(normal((V, D), rng, std).astype(check_float_type(dtype)))

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Look up the rows of tokens (N, T), whole numbers below V: (N, T, D); a mask is passed on."""
        refuse_state(self, state)
        W = self.params["W"]
        tokens = check_whole_numbers("tokens", x, "(N, T)", below=len(W))
        mask = check_mask(mask, *tokens.shape)
        out = W[tokens]
        insist_on_finite("the rows of W", out)
        return Trace(out, None, Saved(tokens), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Add up dout (N, T, D) over all places of the same token."""
        (tokens,) = trace.saved
        W = self.params["W"]
        N, T, D = trace.out.shape
        dout = check_array("dout", dout, "(N, T, D)", W.dtype, N=N, T=T, D=D)
        dW = np.zeros_like(W)
        np.add.at(dW, tokens, dout)  # `dW[tokens] += dout` would lose repeated tokens
        return Grads({"W": dW}, None)

    def __repr__(self) -> str:
        V, D = self.params["W"].shape
        return f"Embedding(V={V}, D={D})"
