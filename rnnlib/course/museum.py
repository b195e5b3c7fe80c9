"""The bug museum: a recurrent layer whose backward pass is a plain function of your own."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from rnnlib import Grads, SimpleRNN, Trace

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
