"""The GRU: a recurrent layer whose state is a mixture of the one before and a candidate.

Letters: N sequences in a batch, T time steps, D features, H nodes. Row vectors throughout. The gates stand side by
side in the order r, z, n: each matrix holds three blocks of H columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rnnlib.activations import sigmoid
from rnnlib.initializers import find_initializer
from rnnlib.layers.gates import check_weights, drawn_gates, split_gates
from rnnlib.layers.layer import Array, Grads, Layer, Trace, rows, sum_of_rows
from rnnlib.params import Params
from rnnlib.validation import check_array, check_float_type, check_int, check_mask, insist_on_finite


class Saved(NamedTuple):
    """What `back` needs, time first: h[0] is h_0, h[t] the state after step t; `past_n`: what r_t multiplies."""

    x: Array  # (T, N, D)
    gates: Array  # (3, T, N, H): r, z, n
    h: Array  # (T + 1, N, H)
    past_n: Array  # (T, N, H): h_{t-1} W_hn + b_hn with the reset after the product, h_{t-1} with the reset before it
    stands: NDArray[np.bool_] | None  # (T, N, 1)
    W_x: Array
    W_h: Array

    def copy(self) -> Saved:
        """Return the same with copies of the weights; the rest nobody else can reach."""
        return self._replace(W_x=self.W_x.copy(), W_h=self.W_h.copy())


class GRU(Layer):
    """A gated recurrent unit: h_t = (1 - z_t) * n_t + z_t * h_{t-1}, with a candidate n_t and two gates r_t and z_t.

    The gates are r_t, z_t = σ(x_t W_x + h_{t-1} W_h + biases), each with its own block of columns. The candidate is
    n_t = tanh(x_t W_xn + b_xn + r_t * (h_{t-1} W_hn + b_hn)): the reset after the product, as in cuDNN, PyTorch and
    Keras. With reset_after=False it is tanh(x_t W_xn + (r_t * h_{t-1}) W_hn + b_n), as in Cho et al., Learning phrase
    representations, 2014. Where h_{t-1} is not 0 they are two different functions.

    `params` holds "W_x" (D, 3H) and "W_h" (H, 3H), the blocks in the order r, z, n, and, unless the layer has no bias,
    "b_x" and "b_h" (3H,), or with the reset before the product one "b" (3H,). After `backward`, `dh0` (N, H) is the
    gradient by h_0, and `da` (N, T, 3H) the one before the activations.

    >>> gru = GRU(W_x=[[0.0, 0.0, 1.0]], W_h=np.zeros((1, 3)))  # half of the state is new at every step
    >>> gru.forward([[[0.5], [0.0], [0.0]]])[0, :, 0].round(3)
    array([0.231, 0.116, 0.058])
    >>> dx = gru.backward([[[0], [0], [1]]])
    >>> dx[0, :, 0].round(3), gru.dh0
    (array([0.098, 0.25 , 0.5  ]), array([[0.125]]))
    """

    state_names = ("h0",)

    def __init__(
        self,
        W_x: ArrayLike,
        W_h: ArrayLike,
        b_x: ArrayLike | None = None,
        b_h: ArrayLike | None = None,
        *,
        b: ArrayLike | None = None,
        reset_after: bool = True,
    ) -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W_x: (D, 3H), the weights on the input, in the order r, z, n.
            W_h: (H, 3H), the weights on the previous state.
            b_x: (3H,), with the reset after the product; None for a layer without bias.
            b_h: (3H,), beside b_x.
            b: (3H,), with the reset before it; None for a layer without bias.
            reset_after: whether the reset gate acts after the product with W_hn, or before it.

        Raises:
            TypeError, ValueError: weights that do not fit.
        """
        arrays = check_weights(3, W_x, W_h, _biases_that_belong(reset_after, b_x, b_h, b))
        self.n_in, self.n_out = len(arrays["W_x"]), len(arrays["W_h"])
        self._reset_after = bool(reset_after)
        self.params = Params(arrays)

    @classmethod
    def create(
        cls,
        n_features: int,
        n_nodes: int,
        *,
        rng: np.random.Generator,
        init: str = "xavier",
        reset_after: bool = True,
        bias: bool = True,
        dtype: DTypeLike = float,
    ) -> Self:
        """Make a layer with random weights, each gate's drawn on its own, and zero biases.

        Args:
            n_features: D.
            n_nodes: H.
            rng: the source of randomness, a numpy.random.Generator.
            init: "normal", "lecun", "xavier", "he" or "orthogonal", for each block of W_x and of W_h.
            reset_after: whether the reset gate acts after the product with W_hn, or before it.
            bias: whether the layer has biases.
            dtype: float (64 bits) or numpy.float32.

        Raises:
            TypeError, ValueError: sizes that are not whole numbers of at least 1, unknown names.
        """
        D, H = check_int("n_features", n_features), check_int("n_nodes", n_nodes)
        draw, dtype = find_initializer(init), check_float_type(dtype)
        W_x, W_h = (drawn_gates(draw, 3, (size, H), rng).astype(dtype) for size in (D, H))
        names = () if not bias else ("b_x", "b_h") if reset_after else ("b",)
        return cls(W_x, W_h, **{name: np.zeros(3 * H, dtype) for name in names}, reset_after=reset_after)

    def run(self, x: ArrayLike, state: ArrayLike | None = None, mask: ArrayLike | None = None) -> Trace:
        """Compute every state.

        Args:
            x: (N, T, D), the input.
            state: (N, H), h_0; zeros where it is not given.
            mask: (N, T), True where a step counts; where it is False the state stands still.

        Returns:
            The trace, with `out` (N, T, H), and `state` (N, H), the last one.
        """
        W_x, W_h = self.params["W_x"], self.params["W_h"]
        D, H = len(W_x), len(W_h)
        x = check_array("x", x, "(N, T, D)", W_x.dtype, D=D)
        N, T, _ = x.shape
        mask = check_mask(mask, N, T)
        stands = None if mask is None else ~mask.T[:, :, np.newaxis]  # (T, N, 1)

        x = x.swapaxes(0, 1).copy()  # (T, N, D): time first, so that each step is one block of memory
        h, past_n = np.empty((T + 1, N, H), W_x.dtype), np.empty((T, N, H), W_x.dtype)
        h[0] = 0 if state is None else check_array("h0", state, "(N, H)", W_x.dtype, N=N, H=H)
        gates = np.matmul(rows(x), split_gates(W_x, 3))  # (3, T N, H): every x_t W_x …
        gates += self._bias_of_gates("b_x" if self.reset_after else "b")  # … + b
        gates = gates.reshape(3, T, N, H)
        r, z, n = gates
        W_h_of_gates, b_h = split_gates(W_h, 3), self._bias_of_gates("b_h")
        for t in range(T):
            if self.reset_after:
                past_r, past_z, past_n[t] = h[t] @ W_h_of_gates + b_h
            else:
                past_r, past_z = h[t] @ W_h_of_gates[:2]
                past_n[t] = h[t]
            r[t] = sigmoid(r[t] + past_r)
            z[t] = sigmoid(z[t] + past_z)
            reset = r[t] * past_n[t]
            n[t] = np.tanh(n[t] + (reset if self.reset_after else reset @ W_h_of_gates[2]))
            h[t + 1] = (1 - z[t]) * n[t] + z[t] * h[t]
            if stands is not None:
                np.copyto(h[t + 1], h[t], where=stands[t])

        out = h[1:].swapaxes(0, 1).copy()  # (N, T, H)
        insist_on_finite("h", out)
        return Trace(out, out[:, -1], Saved(x, gates, h, past_n, stands, W_x, W_h), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: ArrayLike | None = None) -> Grads:
        """Walk back through time.

        Args:
            trace: what `run` returned.
            dout: dh (N, T, H), the gradient of the loss by every state, as far as the layers above know it.
            dstate: (N, H), the same by the last state that was handed on; zeros where it is not given.
        """
        x, (r, z, n), h, past_n, stands, W_x, W_h = trace.saved
        T, N, H = n.shape
        dh = check_array("dh", dout, "(N, T, H)", h.dtype, N=N, T=T, H=H).swapaxes(0, 1)
        dh_t = np.zeros((N, H), h.dtype)
        if dstate is not None:
            dh_t += check_array("dstate", dstate, "(N, H)", h.dtype, N=N, H=H)

        da = np.empty((T, N, 3, H), h.dtype)
        da_r, da_z, da_n = da.transpose(2, 0, 1, 3)  # so far the slopes; the loop makes da_t of them
        da_r[:] = past_n * r * (1 - r)  # times ∂h_t / ∂reset_t, where reset_t = r_t * past_n
        da_z[:] = (h[:-1] - n) * z * (1 - z)  # ∂h_t / ∂a_z
        da_n[:] = (1 - z) * (1 - n * n)  # ∂h_t / ∂a_n
        keep = z  # ∂h_t / ∂h_{t-1} on the direct path
        if stands is not None:
            da *= ~stands[..., np.newaxis]
            keep = np.where(stands, 1, z)
        dpast = np.empty_like(da)  # the gradient by what the past puts into r, z and n
        for t in reversed(range(T)):
            dh_t += dh[t]
            da_n[t] *= dh_t
            da_z[t] *= dh_t
            dreset = da_n[t] if self.reset_after else da_n[t] @ W_h[:, 2 * H :].T
            da_r[t] *= dreset
            dpast[t] = da[t]
            dpast[t, :, 2] = dreset * r[t]
            dh_t *= keep[t]
            if self.reset_after:
                dh_t += dpast[t].reshape(N, 3 * H) @ W_h.T
            else:
                dh_t += dpast[t, :, :2].reshape(N, 2 * H) @ W_h[:, : 2 * H].T + dpast[t, :, 2]

        das, dpasts, h_prev = da.reshape(T * N, 3 * H), dpast.reshape(T * N, 3 * H), rows(h[:-1])
        grads = {"W_x": rows(x).T @ das, "W_h": h_prev.T @ dpasts}
        if not self.reset_after:
            grads["W_h"][:, 2 * H :] = rows(r * past_n).T @ das[:, 2 * H :]
        for name in ("b", "b_x", "b_h"):
            if name in self.params:
                grads[name] = sum_of_rows(dpasts if name == "b_h" else das)
        dx = das.dot(W_x.T).reshape(x.shape)
        return Grads(grads, dx.swapaxes(0, 1), state=dh_t, a=da.reshape(T, N, 3 * H).swapaxes(0, 1))

    def step(self, x_t: ArrayLike, h_prev: ArrayLike) -> Array:
        """Return the state after one time step, (N, H).

        Args:
            x_t: (N, D), the input of this step.
            h_prev: (N, H), the state before it.

        Raises:
            TypeError, ValueError: an argument that does not fit.
            NotFinite: the state leaves the finite numbers.
        """
        W_x, W_h = self.params["W_x"], self.params["W_h"]
        x_t = check_array("x_t", x_t, "(N, D)", W_x.dtype, D=len(W_x))
        h_prev = check_array("h_prev", h_prev, "(N, H)", W_x.dtype, N=len(x_t), H=len(W_h))
        b, b_h = (self.params.get(name, 0) for name in ("b_x" if self.reset_after else "b", "b_h"))
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            a_r, a_z, a_n = split_gates(x_t @ W_x + b, 3)
            past_r, past_z, past_n = split_gates(h_prev @ W_h + b_h, 3)
            r, z = sigmoid(a_r + past_r), sigmoid(a_z + past_z)
            n = np.tanh(a_n + (r * past_n if self.reset_after else (r * h_prev) @ split_gates(W_h, 3)[2]))
            h_t = (1 - z) * n + z * h_prev
        insist_on_finite("h_t", h_t)
        return h_t

    def _bias_of_gates(self, name: str) -> Array | int:
        """Return a bias as (3, 1, H), or 0 where the layer has none of that name."""
        return split_gates(self.params[name][np.newaxis], 3) if name in self.params else 0

    @property
    def reset_after(self) -> bool:
        """Whether the reset gate acts after the product with W_hn; the other kind needs another layer."""
        return self._reset_after

    @property
    def dh0(self) -> Any:
        """The gradient of the loss by h_0, (N, H), after `backward`."""
        return self.dstate

    def __repr__(self) -> str:
        bias = "" if {"b", "b_x"} & self.params.keys() else ", no bias"
        reset = "after" if self.reset_after else "before"
        return f"GRU(D={self.n_in}, H={self.n_out}, reset {reset} the product{bias})"


def _biases_that_belong(reset_after: bool, b_x: Any, b_h: Any, b: Any) -> dict[str, ArrayLike]:
    """Return the biases that are given, and refuse those of the other form."""
    needs, others = {"b_x": b_x, "b_h": b_h}, {"b": b}
    if not reset_after:
        needs, others = others, needs
    for name, bias in others.items():
        if bias is not None:
            raise TypeError(
                f"{name}: expected None with reset_after={bool(reset_after)}, which has {' and '.join(needs)}"
            )
    given = {name: bias for name, bias in needs.items() if bias is not None}
    if given and len(given) < len(needs):
        raise TypeError(f"{(needs.keys() - given.keys()).pop()}: expected (3H,) beside {next(iter(given))}, got None")
    return given
