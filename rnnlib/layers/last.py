"""From a result for every step to one for the whole sequence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.layers.layer import Grads, Layer, State, Trace, refuse_state
from rnnlib.validation import check_array, check_mask, common_float_type


class Saved(NamedTuple):
    """What `back` needs."""

    shape: tuple[int, ...]  # (N, T, H)
    last: NDArray[np.integer]  # (N,)


class Last(Layer):
    """The last state of each sequence: (N, T, H) becomes (N, H); with a mask, each sequence's own last.

    >>> Last().forward([[[1.0], [2.0], [3.0]]])
    array([[3.]])
    >>> Last().forward([[[1.0], [2.0], [3.0]]], mask=[[True, True, False]])
    array([[2.]])
    """

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Pick the last state, (N, H). No mask is passed on: what is left counts."""
        refuse_state(self, state)
        x = check_array("x", x, "(N, T, H)", common_float_type(x))
        N, T, _ = x.shape
        mask = check_mask(mask, N, T)
        last = np.full(N, T - 1) if mask is None else mask.sum(axis=1) - 1  # (N,)
        return Trace(x[np.arange(N), last], None, Saved(x.shape, last))

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Put dout (N, H) where the last states stood, and zeros elsewhere: (N, T, H)."""
        (N, T, H), last = trace.saved
        dtype = trace.out.dtype
        dx = np.zeros((N, T, H), dtype)
        dx[np.arange(N), last] = check_array("dout", dout, "(N, H)", dtype, N=N, H=H)
        return Grads({}, dx)

    def __repr__(self) -> str:
        return "Last()"
