"""The walk back of a SimpleRNN in log2 T rounds: it is linear, and each step of it is a map with a matrix."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib import SimpleRNN

Array = NDArray[np.floating]


class WalkBack(NamedTuple):
    """What a walk back found, the rounds it took, one after the other, and the products in them."""

    da: Array  # (N, T, H)
    dh0: Array  # (N, H)
    rounds: int
    products: int  # of two numbers, in putting maps together


def backward_by_scan(rnn: SimpleRNN, x: ArrayLike, dh: ArrayLike, h0: ArrayLike | None = None) -> WalkBack:
    """Return da and dh0 as `rnn.backward(dh)` finds them after `rnn.forward(x, h0)`, by a parallel scan.

    The whole gradient by h_t is g_t = dh_t + g_{t+1} M_{t+1} with M_t = diag(f'(a_t)) W_h^T, a linear recurrence
    whose factors are matrices (H, H). Two such maps one after the other are one again: g M + d, then g M' + d', is
    g M M' + d M' + d'.

    Args:
        rnn: the layer.
        x: (N, T, D), the input.
        dh: (N, T, H), the gradient of the loss by every state, as far as it comes from above.
        h0: (N, H), the start; zeros where it is not given.

    Raises:
        TypeError, ValueError: arguments that do not fit.

    >>> rnn = SimpleRNN.create(2, 3, rng=np.random.default_rng(0))
    >>> x, dh = np.ones((1, 5, 2)), np.ones((1, 5, 3))
    >>> h, dx = rnn.forward(x), rnn.backward(dh)
    >>> found = backward_by_scan(rnn, x, dh)
    >>> bool(np.allclose(found.da, rnn.da)), found.rounds, found.products
    (True, 3, 288)
    """
    trace = rnn.run(x, h0)
    rnn.back(trace, dh)  # refuses what does not fit
    slope = rnn.f_derivative(trace.out)  # (N, T, H)
    M = slope[..., np.newaxis] * rnn.params["W_h"].T  # (N, T, H, H): of the step from h_t to h_{t-1}
    M = np.concatenate([np.zeros_like(M[:, :1]), M[:, :0:-1]], axis=1)  # M_{T+1} = 0, M_T, …, M_2
    g = np.array(dh, trace.out.dtype)[:, ::-1, np.newaxis]  # (N, T, 1, H), the last step first
    (_, T, _, H), width, rounds, products = g.shape, 1, 0, 0
    while width < T:
        later, earlier = slice(width, None), slice(None, -width)
        g[:, later] += g[:, earlier] @ M[:, later]  # the product is a new array: all steps see the round before
        M[:, later] = M[:, earlier] @ M[:, later]
        products += H * (g[:, later].size + M[:, later].size)  # a row with a matrix, a matrix with a matrix
        width, rounds = 2 * width, rounds + 1
    da = g[:, ::-1, 0] * slope
    return WalkBack(da, da[:, 0] @ rnn.params["W_h"].T, rounds, products)
