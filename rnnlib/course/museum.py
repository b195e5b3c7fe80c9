"""The bug museum: recurrent layers whose backward pass is a plain function of your own."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnnlib import LSTM, Grads, SimpleRNN, Trace

Array = np.ndarray
# (dh, x, h0, h, W_x, W_h) → ({"W_x": …, "W_h": …, "b": …}, dx, dh0)
Backward = Callable[[Array, Array, Array, Array, Array, Array], tuple[dict[str, Array], Array, Array]]


class WithBackward(SimpleRNN):
    """A SimpleRNN with tanh that walks back by a function of yours."""

    def __init__(self, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike | None, backward: Backward) -> None:
        """Take the weights, and a function that returns the gradients by name, dx and dh0.

        Its arguments are dh, x, h0, h, W_x and W_h, in the shapes of `SimpleRNN.forward` and `backward`; dh is the
        caller's own array.
        """
        super().__init__(W_x, W_h, b)
        self.plain_backward = backward

    def back(self, trace: Trace, dout: ArrayLike, dstate: ArrayLike | None = None) -> Grads:
        """Call the function on what forward saw."""
        saved, dh = trace.saved, np.asarray(dout)
        if dstate is not None:  # the state that is handed on is the last one of `out`
            dh = dh.copy()
            dh[:, -1] += dstate
        x, h = saved.x.swapaxes(0, 1), saved.h[1:].swapaxes(0, 1)  # (N, T, D), (N, T, H)
        return Grads(*self.plain_backward(dh, x, saved.h[0], h, saved.W_x, saved.W_h))


# (dh, x, h, c, gates, W_x, W_h, dc_last) → ({"W_x": …, "W_h": …, "b": …}, dx, (dh0, dc0)); h and c are lists of the
# start and of all T states, gates a list of (i, f, g, o), each (N, H); dc_last is the gradient by c_T from outside
LSTMBackward = Callable[..., tuple[dict[str, Array], Array, tuple[Array, Array]]]


class LSTMWithBackward(LSTM):
    """An LSTM that walks back by a function of yours."""

    def __init__(self, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike | None, backward: LSTMBackward) -> None:
        """Take the weights, and a function that returns the gradients by name, dx, and the pair (dh0, dc0)."""
        super().__init__(W_x, W_h, b)
        self.plain_backward = backward

    def back(self, trace: Trace, dout: ArrayLike, dstate: Any = None) -> Grads:
        """Call the function on what forward saw."""
        saved, dh, dc_last = trace.saved, np.asarray(dout), 0
        if dstate is not None:  # the h that is handed on is the last one of `out`
            dh_last, dc_last = dstate
            dh = dh.copy()
            dh[:, -1] += dh_last
        x, h, c = saved.x.swapaxes(0, 1), list(saved.h), list(saved.c)
        gates = [tuple(saved.gates[:, t]) for t in range(len(saved.x))]
        return Grads(*self.plain_backward(dh, x, h, c, gates, saved.W_x, saved.W_h, dc_last))
