"""The minimal GRU: gates that look at the input only, so that its recurrence is linear in the state.

Letters: N sequences in a batch, T time steps, D features, H nodes. Row vectors throughout. The gates stand side by
side in the order z, n: W_x holds two blocks of H columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rnnlib.activations import sigmoid
from rnnlib.initializers import find_initializer
from rnnlib.layers.gates import drawn_gates
from rnnlib.layers.layer import Array, Grads, Layer, Trace, rows, sum_of_rows
from rnnlib.params import Params
from rnnlib.scan import linear_recurrence, linear_recurrence_backward, parallel_scan
from rnnlib.validation import (
    check_array,
    check_float_type,
    check_int,
    check_mask,
    common_float_type,
    insist_on_finite,
)


class Saved(NamedTuple):
    """What `back` needs; where the state stands still, z is 1 and what is added 0."""

    x: Array  # (N, T, D)
    z: Array  # (N, T, H)
    n: Array  # (N, T, H)
    h: Array  # (N, T, H)
    h0: Array  # (N, H)
    counts: NDArray[np.bool_] | None  # (N, T, 1)
    W_x: Array


class MinimalGRU(Layer):
    """A gated unit without W_h: h_t = z_t * h_{t-1} + (1 - z_t) * n_t (Feng et al., Were RNNs all we needed?, 2024).

    The gate z_t = σ(x_t W_xz + b_z) and the candidate n_t = x_t W_xn + b_n look at the input only. So h_t is linear in
    h_{t-1}, and all states can be had by a scan (`rnnlib.scan`) in place of the loop over time: `by_scan` chooses, and
    the numbers are the same. The paper has 1 - z for our z. `params` holds "W_x" (D, 2H) and, unless the layer has no
    bias, "b" (2H,), the blocks in the order z, n. After `backward`, `dh0` (N, H) is the gradient by h_0, and `da`
    (N, T, 2H) the one by x_t W_x + b.

    >>> layer = MinimalGRU(W_x=[[0.0, 1.0]])  # half of the state is new at every step
    >>> layer.forward([[[4.0], [0.0], [0.0]]])[0, :, 0]
    array([2. , 1. , 0.5])
    >>> dx = layer.backward([[[0.0], [0.0], [1.0]]])
    >>> dx[0, :, 0], layer.dh0
    (array([0.125, 0.25 , 0.5  ]), array([[0.125]]))
    """

    state_names = ("h0",)

    def __init__(self, W_x: ArrayLike, b: ArrayLike | None = None, *, by_scan: bool = False) -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W_x: (D, 2H), the weights on the input, in the order z, n.
            b: (2H,), or None for a layer without bias.
            by_scan: whether the states are computed by a parallel scan, or by a loop over the steps.

        Raises:
            TypeError, ValueError: weights that do not fit.
        """
        dtype = common_float_type(W_x, b)
        arrays = {"W_x": check_array("W_x", W_x, "(D, 2H)", dtype)}
        D, columns = arrays["W_x"].shape
        if columns % 2:
            raise ValueError(f"W_x: expected (D, 2H), two blocks of columns, got {arrays['W_x'].shape}")
        if b is not None:
            arrays["b"] = check_array("b", b, "(2H,)", dtype, **{"2H": columns})
        self.n_in, self.n_out, self.by_scan = D, columns // 2, bool(by_scan)
        self.params = Params({name: array.copy() for name, array in arrays.items()})

    @classmethod
    def create(
        cls,
        n_features: int,
        n_nodes: int,
        *,
        rng: np.random.Generator,
        init: str = "xavier",
        bias: bool = True,
        by_scan: bool = False,
        dtype: DTypeLike = float,
    ) -> Self:
        """Make a layer with random weights, both blocks drawn on their own, and zero biases.

        Args:
            n_features: D.
            n_nodes: H.
            rng: the source of randomness, a numpy.random.Generator.
            init: "normal", "lecun", "xavier", "he" or "orthogonal", for each block of W_x.
            bias: whether the layer has a bias b.
            by_scan: whether the states are computed by a parallel scan, or by a loop over the steps.
            dtype: float (64 bits) or numpy.float32.

        Raises:
            TypeError, ValueError: sizes that are not whole numbers of at least 1, unknown names.
        """
        D, H = check_int("n_features", n_features), check_int("n_nodes", n_nodes)
        dtype = check_float_type(dtype)
        W_x = drawn_gates(find_initializer(init), 2, (D, H), rng).astype(dtype)
        return cls(W_x, np.zeros(2 * H, dtype) if bias else None, by_scan=by_scan)

    def run(self, x: ArrayLike, state: ArrayLike | None = None, mask: ArrayLike | None = None) -> Trace:
        """Compute every state.

        Args:
            x: (N, T, D), the input.
            state: (N, H), h_0; zeros where it is not given.
            mask: (N, T), True where a step counts; where it is False the state stands still.

        Returns:
            The trace, with `out` (N, T, H), and `state` (N, H), the last one.
        """
        W_x = self.params["W_x"]
        D, H = len(W_x), W_x.shape[1] // 2
        x = check_array("x", x, "(N, T, D)", W_x.dtype, D=D)
        N, T, _ = x.shape
        mask = check_mask(mask, N, T)
        h0 = np.zeros((N, H), W_x.dtype) if state is None else check_array("h0", state, "(N, H)", W_x.dtype, N=N, H=H)

        z, n = self._gate_and_candidate(x)
        added, counts = (1 - z) * n, None
        if mask is not None:
            counts = mask[:, :, np.newaxis]
            z, added = np.where(counts, z, 1), np.where(counts, added, 0)
        insist_on_finite("h", added)
        h = (parallel_scan if self.by_scan else linear_recurrence)(z, added, h0).h
        return Trace(h, h[:, -1], Saved(x, z, n, h, h0, counts, W_x), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: ArrayLike | None = None) -> Grads:
        """Walk back through time, by the scan or the loop.

        Args:
            trace: what `run` returned.
            dout: dh (N, T, H), the gradient of the loss by every state, as far as the layers above know it.
            dstate: (N, H), the same by the last state that was handed on; zeros where it is not given.
        """
        x, z, n, h, h0, counts, W_x = trace.saved
        N, T, H = h.shape
        dh = check_array("dh", dout, "(N, T, H)", h.dtype, N=N, T=T, H=H)
        if dstate is not None:
            dh = dh.copy()
            dh[:, -1] += check_array("dstate", dstate, "(N, H)", h.dtype, N=N, H=H)

        dz, dadded, dh0 = linear_recurrence_backward(dh, z, h, h0, by_scan=self.by_scan)  # h_t = z_t h_{t-1} + added_t
        da_z = (dz - dadded * n) * z * (1 - z)  # added_t = (1 - z_t) n_t
        da_n = dadded * (1 - z)
        da = np.concatenate([da_z, da_n], axis=2)  # (N, T, 2H)
        if counts is not None:
            da *= counts
        das = rows(da)
        grads = {"W_x": rows(x).T @ das}
        if "b" in self.params:
            grads["b"] = sum_of_rows(das)
        return Grads(grads, da @ W_x.T, state=dh0, a=da)

    def step(self, x_t: ArrayLike, h_prev: ArrayLike) -> Array:
        """Return the state after one time step, (N, H).

        Args:
            x_t: (N, D), the input of this step.
            h_prev: (N, H), the state before it.

        Raises:
            TypeError, ValueError: an argument that does not fit.
            NotFinite: the state leaves the finite numbers.
        """
        W_x = self.params["W_x"]
        x_t = check_array("x_t", x_t, "(N, D)", W_x.dtype, D=len(W_x))
        h_prev = check_array("h_prev", h_prev, "(N, H)", W_x.dtype, N=len(x_t), H=W_x.shape[1] // 2)
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            z, n = self._gate_and_candidate(x_t)
            h_t = z * h_prev + (1 - z) * n
        insist_on_finite("h_t", h_t)
        return h_t

    def _gate_and_candidate(self, x: Array) -> tuple[Array, Array]:
        """Return z and n (..., H) of x (..., D)."""
        a = x @ self.params["W_x"] + self.params.get("b", 0)  # (..., 2H)
        H = a.shape[-1] // 2
        return sigmoid(a[..., :H]), a[..., H:]

    @property
    def dh0(self) -> Any:
        """The gradient of the loss by h_0, (N, H), after `backward`."""
        return self.dstate

    def __repr__(self) -> str:
        bias = "" if "b" in self.params else ", no bias"
        return f"MinimalGRU(D={self.n_in}, H={self.n_out}, by {'scan' if self.by_scan else 'loop'}{bias})"
