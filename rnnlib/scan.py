"""A linear recurrence, h_t = a_t h_{t-1} + b_t, as a loop over the steps and as a parallel scan.

Each step is the map h → a h + b, and two such maps one after the other are one again: first (a, b), then (a', b') is
(a' a, a' b + b'). That product is associative, so the maps of all steps from the start can be had in log2 T rounds,
each of which treats all steps at once (Hillis and Steele, Data parallel algorithms, 1986): fewer rounds, more products.

Letters: N sequences in a batch, T time steps, H nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import check_array, common_float_type, insist_on_finite

Array = NDArray[np.floating]


class Recurrence(NamedTuple):
    """The states of a linear recurrence, and what they cost: rounds one after the other, and products in all.

    >>> h, rounds, products = parallel_scan(np.ones((1, 8, 2)), np.ones((1, 8, 2)))
    >>> h[0, -1], rounds, products
    (array([8., 8.]), 3, 70)
    """

    h: Array  # (N, T, H)
    rounds: int
    products: int


class RecurrenceGrads(NamedTuple):
    """The gradients of the loss by the factors, by what is added, and by the starting state.

    >>> ones = np.ones((1, 2, 1))
    >>> linear_recurrence_backward(ones, a=ones, h=ones).b[0, :, 0]
    array([2., 1.])
    """

    a: Array  # (N, T, H)
    b: Array  # (N, T, H)
    h0: Array  # (N, H)


def linear_recurrence(a: ArrayLike, b: ArrayLike, h0: ArrayLike | None = None) -> Recurrence:
    """Compute h_t = a_t h_{t-1} + b_t step by step.

    Args:
        a: (N, T, H), the factors.
        b: (N, T, H), what is added.
        h0: (N, H), the start; zeros where it is not given.

    Raises:
        TypeError, ValueError: arguments that do not fit.
        NotFinite: a state leaves the finite numbers.

    >>> linear_recurrence([[[0.5], [0.5], [0.5]]], [[[4.0], [0.0], [0.0]]]).h[0, :, 0]
    array([4., 2., 1.])
    """
    a, b, h0 = _checked(a, b, h0)
    h, h_t = np.empty_like(b), h0
    with np.errstate(all="ignore"):  # a state that leaves the finite numbers is refused by name
        for t in range(h.shape[1]):
            h[:, t] = h_t = a[:, t] * h_t + b[:, t]
    insist_on_finite("h", h)
    return Recurrence(h, rounds=h.shape[1], products=h.size)


def parallel_scan(a: ArrayLike, b: ArrayLike, h0: ArrayLike | None = None) -> Recurrence:
    """Compute h_t = a_t h_{t-1} + b_t in ⌈log2 T⌉ rounds.

    After a round of the width w, the map that stands at step t goes over the last 2 w steps up to t. The loop is the
    one to take where products of many factors above 1 are too large for a float, and where large factors come after
    small ones: what a product too small for a float has multiplied is lost.

    Args:
        a: (N, T, H), the factors.
        b: (N, T, H), what is added.
        h0: (N, H), the start; zeros where it is not given.

    Raises:
        TypeError, ValueError: arguments that do not fit.
        NotFinite: a product or a state leaves the finite numbers.

    >>> found = parallel_scan([[[0.5], [0.5], [0.5]]], [[[4.0], [0.0], [0.0]]])
    >>> found.h[0, :, 0], found.rounds
    (array([4., 2., 1.]), 2)
    """
    a, b, h0 = _checked(a, b, h0)
    a, b = a.copy(), b.copy()
    T, width, rounds, products = a.shape[1], 1, 0, h0.size
    with np.errstate(all="ignore"):  # what leaves the finite numbers is refused by name
        b[:, 0] += a[:, 0] * h0
        while width < T:
            later, earlier = slice(width, None), slice(None, -width)
            b[:, later] += a[:, later] * b[:, earlier]  # the products are new arrays: all steps see the round before
            a[:, later] *= a[:, earlier].copy()
            rounds, products = rounds + 1, products + 2 * a[:, later].size
            width *= 2
    insist_on_finite("h", b)
    return Recurrence(b, rounds, products)


def linear_recurrence_backward(
    dh: ArrayLike, a: ArrayLike, h: ArrayLike, h0: ArrayLike | None = None, *, by_scan: bool = True
) -> RecurrenceGrads:
    """Walk back: db_t = dh_t + a_{t+1} db_{t+1} is such a recurrence too, from the last step to the first.

    Args:
        dh: (N, T, H), the gradient of the loss by every state, as far as it comes from above.
        a: (N, T, H), the factors.
        h: (N, T, H), the states.
        h0: (N, H), the start; zeros where it is not given.
        by_scan: whether by `parallel_scan` or by `linear_recurrence`.

    Raises:
        TypeError, ValueError: arguments that do not fit.
        NotFinite: a gradient leaves the finite numbers.

    >>> grads = linear_recurrence_backward([[[0.0], [1.0]]], a=[[[0.5], [0.5]]], h=[[[4.0], [2.0]]])
    >>> grads.b[0, :, 0], grads.a[0, :, 0]
    (array([0.5, 1. ]), array([0., 4.]))
    """
    a, dh, h0 = _checked(a, dh, h0, "dh")
    h = check_array("h", h, "(N, T, H)", a.dtype, N=a.shape[0], T=a.shape[1], H=a.shape[2])
    one_later = np.concatenate([np.zeros_like(a[:, :1]), a[:, :0:-1]], axis=1)  # a_{T+1} = 0, a_T, …, a_2
    db = (parallel_scan if by_scan else linear_recurrence)(one_later, dh[:, ::-1]).h[:, ::-1]
    h_prev = np.concatenate([h0[:, np.newaxis], h[:, :-1]], axis=1)
    with np.errstate(all="ignore"):  # a gradient that leaves the finite numbers is refused by name
        grads = RecurrenceGrads(a=db * h_prev, b=db, h0=a[:, 0] * db[:, 0])
    for name, gradient in grads._asdict().items():
        insist_on_finite(f"the gradient of {name}", gradient)
    return grads


def _checked(a: ArrayLike, b: ArrayLike, h0: ArrayLike | None, name: str = "b") -> tuple[Array, Array, Array]:
    dtype = common_float_type(a, b, h0)
    a = check_array("a", a, "(N, T, H)", dtype)
    N, T, H = a.shape
    b = check_array(name, b, "(N, T, H)", dtype, N=N, T=T, H=H)
    h0 = np.zeros((N, H), dtype) if h0 is None else check_array("h0", h0, "(N, H)", dtype, N=N, H=H)
    return a, b, h0
