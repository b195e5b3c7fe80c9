"""The LSTM: a recurrent layer with a cell, whose gates decide what it keeps, takes in and shows.

Letters: N sequences in a batch, T time steps, D features, H nodes. Row vectors throughout. The gates stand side by
side in the order i, f, g, o: each matrix holds four blocks of H columns.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rnnlib.activations import sigmoid
from rnnlib.initializers import find_initializer
from rnnlib.layers.gates import check_states, check_weights, drawn_gates, split_gates
from rnnlib.layers.layer import Array, Grads, Layer, Trace, rows, sum_of_rows
from rnnlib.params import Params
from rnnlib.validation import check_array, check_float_type, check_int, check_mask, insist_on_finite


class Saved(NamedTuple):
    """What `back` needs, time first: h[0] and c[0] are the start, h[t] and c[t] what step t makes of it."""

    x: Array  # (T, N, D)
    gates: Array  # (4, T, N, H): i, f, g, o
    h: Array  # (T + 1, N, H)
    c: Array  # (T + 1, N, H)
    tanh_c: Array  # (T, N, H)
    stands: NDArray[np.bool_] | None  # (T, N, 1)
    W_x: Array
    W_h: Array

    def copy(self) -> Saved:
        """Return the same with copies of the weights; the rest nobody else can reach."""
        return self._replace(W_x=self.W_x.copy(), W_h=self.W_h.copy())


class LSTM(Layer):
    """A long short-term memory: c_t = f_t * c_{t-1} + i_t * g_t, and h_t = o_t * tanh(c_t).

    Each of the three gates i, f, o is σ(x_t W_x + h_{t-1} W_h + b) with its own block of columns; the candidate g is
    the tanh of its own. `params` holds "W_x" (D, 4H), "W_h" (H, 4H) and, unless the layer has no bias, "b" (4H,), the
    blocks in PyTorch's order i, f, g, o. Its state is the pair (h, c). After `backward`, `dstate` is the pair of the
    gradients by h_0 and c_0, also called `dh0` and `dc0`, and `da` (N, T, 4H) the gradient before the activations.

    >>> lstm = LSTM(W_x=[[0.0, 0.0, 1.0, 0.0]], W_h=np.zeros((1, 4)), b=[9.0, 9.0, 0.0, 9.0])  # all gates open
    >>> h = lstm.forward([[[0.5], [0.0], [0.0]]])
    >>> h[0, :, 0].round(3)
    array([0.432, 0.432, 0.432])
    >>> dx = lstm.backward([[[0], [0], [1]]])
    >>> dx[0, :, 0].round(3), lstm.dc0.round(3)
    (array([0.64 , 0.813, 0.813]), array([[0.813]]))
    """

    state_names = ("h0", "c0")

    def __init__(self, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike | None = None) -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W_x: (D, 4H), the weights on the input, in the order i, f, g, o.
            W_h: (H, 4H), the weights on the previous h.
            b: (4H,), or None for a layer without bias.

        Raises:
            TypeError, ValueError: weights that do not fit.
        """
        arrays = check_weights(4, W_x, W_h, {} if b is None else {"b": b})
        self.n_in, self.n_out = len(arrays["W_x"]), len(arrays["W_h"])
        self.params = Params(arrays)

    @classmethod
    def create(
        cls,
        n_features: int,
        n_nodes: int,
        *,
        rng: np.random.Generator,
        init: str = "xavier",
        forget_bias: ArrayLike = 1.0,
        bias: bool = True,
        dtype: DTypeLike = float,
    ) -> Self:
        """Make a layer with random weights, each gate's drawn on its own, and biases of zero but for the forget gate's.

        Args:
            n_features: D.
            n_nodes: H.
            rng: the source of randomness, a numpy.random.Generator.
            init: "normal", "lecun", "xavier", "he" or "orthogonal", for each block of W_x and of W_h.
            forget_bias: a number or (H,): the start of the forget gate's bias, log(d) for a memory of about d steps
                (Tallec and Ollivier, Can recurrent neural networks warp time?, 2018).
            bias: whether the layer has a bias b; without one, `forget_bias` says nothing.
            dtype: float (64 bits) or numpy.float32.

        Raises:
            TypeError, ValueError: sizes that are not whole numbers of at least 1, unknown names.
        """
        D, H = check_int("n_features", n_features), check_int("n_nodes", n_nodes)
        draw, dtype = find_initializer(init), check_float_type(dtype)
        W_x, W_h = (drawn_gates(draw, 4, (size, H), rng).astype(dtype) for size in (D, H))
        if not bias:
            return cls(W_x, W_h)
        b = np.zeros(4 * H, dtype)
        of_each_node: Any = forget_bias if np.ndim(forget_bias) else [forget_bias] * H
        b[H : 2 * H] = check_array("forget_bias", of_each_node, "(H,)", float, H=H)
        return cls(W_x, W_h, b)

    def run(self, x: ArrayLike, state: Any = None, mask: ArrayLike | None = None) -> Trace:
        """Compute every state.

        Args:
            x: (N, T, D), the input.
            state: (h_0, c_0), a pair of (N, H); zeros where it is not given.
            mask: (N, T), True where a step counts; where it is False, h and c stand still.

        Returns:
            The trace, with `out` (N, T, H), every h_t, and `state`, the pair (h_T, c_T).
        """
        W_x, W_h = self.params["W_x"], self.params["W_h"]
        D, H = len(W_x), len(W_h)
        x = check_array("x", x, "(N, T, D)", W_x.dtype, D=D)
        N, T, _ = x.shape
        mask = check_mask(mask, N, T)
        stands = None if mask is None else ~mask.T[:, :, np.newaxis]  # (T, N, 1)

        x = x.swapaxes(0, 1).copy()  # (T, N, D): time first, so that each step is one block of memory
        h, c = np.empty((2, T + 1, N, H), W_x.dtype)
        h[0], c[0] = (0, 0) if state is None else check_states(state, self.state_names, W_x.dtype, N, H)
        tanh_c = np.empty((T, N, H), W_x.dtype)
        gates = np.matmul(rows(x), split_gates(W_x, 4))  # (4, T N, H): every x_t W_x …
        if "b" in self.params:
            gates += split_gates(self.params["b"][np.newaxis], 4)
        gates = gates.reshape(4, T, N, H)
        i, f, g, o = gates
        recurrent, W_h_of_gates = np.empty((4, N, H), W_x.dtype), split_gates(W_h, 4)
        for t in range(T):
            gates[:, t] += np.matmul(h[t], W_h_of_gates, out=recurrent)  # + h_{t-1} W_h
            sigmoid(i[t], out=i[t])
            sigmoid(f[t], out=f[t])
            np.tanh(g[t], out=g[t])
            sigmoid(o[t], out=o[t])
            c[t + 1] = f[t] * c[t] + i[t] * g[t]
            h[t + 1] = o[t] * np.tanh(c[t + 1], out=tanh_c[t])
            if stands is not None:
                np.copyto(h[t + 1], h[t], where=stands[t])
                np.copyto(c[t + 1], c[t], where=stands[t])

        out = h[1:].swapaxes(0, 1).copy()  # (N, T, H)
        insist_on_finite("h", out)
        return Trace(out, (out[:, -1], c[-1].copy()), Saved(x, gates, h, c, tanh_c, stands, W_x, W_h), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: Any = None) -> Grads:
        """Walk back through time.

        What comes back by h goes through the gate o and through c; what comes back by c_t goes on to c_{t-1} times f_t
        (Gers, Schmidhuber and Cummins, Learning to forget, 2000).

        Args:
            trace: what `run` returned.
            dout: dh (N, T, H), the gradient of the loss by every h_t, as far as the layers above know it.
            dstate: the gradients by the pair (h_T, c_T) that was handed on; zeros where they are not given.
        """
        x, gates, h, c, tanh_c, stands, W_x, W_h = trace.saved
        T, N, H = tanh_c.shape
        dh = check_array("dh", dout, "(N, T, H)", h.dtype, N=N, T=T, H=H).swapaxes(0, 1)
        dh_t, dc_t = np.zeros((2, N, H), h.dtype)
        if dstate is not None:
            dh_t[:], dc_t[:] = check_states(dstate, ("dh", "dc"), h.dtype, N, H)

        i, f, g, o = gates
        da = np.empty((T, N, 4, H), h.dtype)
        da_i, da_f, da_g, da_o = da.transpose(2, 0, 1, 3)  # so far the slopes; the loop makes da_t of them
        da_i[:] = g * i * (1 - i)  # ∂c_t / ∂a_i
        da_f[:] = c[:-1] * f * (1 - f)  # ∂c_t / ∂a_f
        da_g[:] = i * (1 - g * g)  # ∂c_t / ∂a_g
        da_o[:] = tanh_c * o * (1 - o)  # ∂h_t / ∂a_o
        through_o = o * (1 - tanh_c * tanh_c)  # ∂h_t / ∂c_t
        keep = f  # ∂c_t / ∂c_{t-1}
        if stands is not None:
            da *= ~stands[..., np.newaxis]
            through_o, keep = through_o * ~stands, np.where(stands, 1, f)
        W_h_T = W_h.T.copy()  # (4H, H), for a product at every step: in one block it is quicker
        for t in reversed(range(T)):
            dh_t += dh[t]
            dc_t += dh_t * through_o[t]
            da_i[t] *= dc_t
            da_f[t] *= dc_t
            da_g[t] *= dc_t
            da_o[t] *= dh_t
            dc_t *= keep[t]
            passed_on = None if stands is None else dh_t * stands[t]
            da[t].reshape(N, 4 * H).dot(W_h_T, out=dh_t)
            if passed_on is not None:
                dh_t += passed_on  # a state that stood still is the one before

        das = da.reshape(T * N, 4 * H)
        grads = {"W_x": rows(x).T @ das, "W_h": rows(h[:-1]).T @ das}  # h_{t-1} beside da_t
        if "b" in self.params:
            grads["b"] = sum_of_rows(das)
        dx = das.dot(W_x.T).reshape(x.shape)
        return Grads(grads, dx.swapaxes(0, 1), state=(dh_t, dc_t), a=da.reshape(T, N, 4 * H).swapaxes(0, 1))

    def step(self, x_t: ArrayLike, state: Any) -> tuple[Array, Array]:
        """Return the state after one time step, the pair (h_t, c_t) of (N, H).

        Args:
            x_t: (N, D), the input of this step.
            state: (h_{t-1}, c_{t-1}), the state before it.

        Raises:
            TypeError, ValueError: an argument that does not fit.
            NotFinite: the state leaves the finite numbers.
        """
        W_x, W_h, b = self.params["W_x"], self.params["W_h"], self.params.get("b", 0)
        (D, _), H = W_x.shape, len(W_h)
        x_t = check_array("x_t", x_t, "(N, D)", W_x.dtype, D=D)
        h_prev, c_prev = check_states(state, ("h_prev", "c_prev"), W_x.dtype, len(x_t), H)
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            a_i, a_f, a_g, a_o = split_gates(x_t @ W_x + h_prev @ W_h + b, 4)
            c_t = sigmoid(a_f) * c_prev + sigmoid(a_i) * np.tanh(a_g)
            h_t = sigmoid(a_o) * np.tanh(c_t)
        insist_on_finite("h_t", h_t)
        return h_t, c_t

    @property
    def dh0(self) -> Any:
        """The gradient of the loss by h_0, (N, H), after `backward`."""
        return None if self.dstate is None else self.dstate[0]

    @property
    def dc0(self) -> Any:
        """The gradient of the loss by c_0, (N, H), after `backward`."""
        return None if self.dstate is None else self.dstate[1]

    def __repr__(self) -> str:
        bias = "" if "b" in self.params else ", no bias"
        return f"LSTM(D={self.n_in}, H={self.n_out}{bias})"
