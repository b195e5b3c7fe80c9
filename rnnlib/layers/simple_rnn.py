"""The simple recurrent layer.

Letters: N sequences in a batch, T time steps, D features, H nodes. Row vectors throughout.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from rnnlib.activations import find_activation
from rnnlib.initializers import find_initializer
from rnnlib.layers.layer import Array, Grads, Layer, Trace, rows, sum_of_rows
from rnnlib.params import Params
from rnnlib.validation import (
    check_array,
    check_float_type,
    check_int,
    check_mask,
    common_float_type,
    insist_on_finite,
)


class Saved(NamedTuple):
    """What `back` needs, time first: h[0] is h_0, h[t] the state after step t; `stands`: where it stands still."""

    x: Array  # (T, N, D)
    h: Array  # (T + 1, N, H)
    stands: NDArray[np.bool_] | None  # (T, N, 1)
    W_x: Array
    W_h: Array

    def copy(self) -> Saved:
        """Return the same with copies of the weights; the rest nobody else can reach."""
        return Saved(self.x, self.h, self.stands, self.W_x.copy(), self.W_h.copy())


class SimpleRNN(Layer):
    """A simple recurrent layer: h_t = f(a_t) with a_t = x_t W_x + h_{t-1} W_h + b.

    `params` holds "W_x" (D, H), "W_h" (H, H) and, unless the layer has no bias, "b" (H,). After `backward`,
    `grads` holds the gradients of the loss under the same names, `dh0` (N, H) and `da` (N, T, H) those by
    h_0 and by every a_t.

    >>> rnn = SimpleRNN(W_x=[[1.0]], W_h=[[0.5]], activation="identity")
    >>> rnn.forward([[[1], [0], [0]]])[0, :, 0]
    array([1.  , 0.5 , 0.25])
    >>> dx = rnn.backward([[[0], [0], [1]]])
    >>> dx[0, :, 0], rnn.grads["W_h"]
    (array([0.25, 0.5 , 1.  ]), array([[1.]]))
    """

    state_names = ("h0",)

    def __init__(self, W_x: ArrayLike, W_h: ArrayLike, b: ArrayLike | None = None, activation: str = "tanh") -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W_x: (D, H), the weights on the input.
            W_h: (H, H), the weights on the previous state.
            b: (H,), or None for a layer without bias.
            activation: "tanh", "sigmoid", "relu" or "identity".

        Raises:
            TypeError, ValueError: weights that do not fit, or an unknown activation.
        """
        dtype = common_float_type(W_x, W_h, b)
        arrays = {"W_x": check_array("W_x", W_x, "(D, H)", dtype)}
        self.n_in, self.n_out = D, H = arrays["W_x"].shape
        arrays["W_h"] = check_array("W_h", W_h, "(H, H)", dtype, H=H)
        if b is not None:
            arrays["b"] = check_array("b", b, "(H,)", dtype, H=H)
        self.f, self.f_derivative = find_activation(activation)
        self._activation = activation
        self.params = Params({name: array.copy() for name, array in arrays.items()})

    @classmethod
    def create(
        cls,
        n_features: int,
        n_nodes: int,
        *,
        rng: np.random.Generator,
        init: str = "xavier",
        activation: str = "tanh",
        bias: bool = True,
        dtype: DTypeLike = float,
    ) -> Self:
        """Make a layer with random weights and zero biases.

        Args:
            n_features: D.
            n_nodes: H.
            rng: the source of randomness, a numpy.random.Generator.
            init: "normal", "lecun", "xavier", "he" or "orthogonal", for W_x and for W_h.
            activation: "tanh", "sigmoid", "relu" or "identity".
            bias: whether the layer has a bias b.
            dtype: float (64 bits) or numpy.float32.

        Raises:
            TypeError, ValueError: sizes that are not whole numbers of at least 1, unknown names.
        """
        D, H = check_int("n_features", n_features), check_int("n_nodes", n_nodes)
        draw, dtype, _ = find_initializer(init), check_float_type(dtype), find_activation(activation)
        W_x, W_h = draw((D, H), rng).astype(dtype), draw((H, H), rng).astype(dtype)
        return cls(W_x, W_h, np.zeros(H, dtype) if bias else None, activation)

    def run(self, x: ArrayLike, state: ArrayLike | None = None, mask: ArrayLike | None = None) -> Trace:
        """Compute every state.

        Args:
            x: (N, T, D), the input.
            state: (N, H), h_0; zeros where it is not given.
            mask: (N, T), True where a step counts; where it is False the state stands still.

        Returns:
            The trace, with `out` (N, T, H), and `state` (N, H), the last one.
        """
        W_x, W_h, b = self.params["W_x"], self.params["W_h"], self.params.get("b", 0)
        D, H = W_x.shape
        x = check_array("x", x, "(N, T, D)", W_x.dtype, D=D)
        N, T, _ = x.shape
        mask = check_mask(mask, N, T)
        stands = None if mask is None else ~mask.T[:, :, np.newaxis]  # (T, N, 1)

        x = x.swapaxes(0, 1).copy()  # (T, N, D): time first, so that each step is one block of memory
        h = np.empty((T + 1, N, H), W_x.dtype)
        h[0] = 0 if state is None else check_array("h0", state, "(N, H)", W_x.dtype, N=N, H=H)
        a = rows(h[1:])  # (T N, H), the same memory: h_t will replace a_t
        rows(x).dot(W_x, out=a)  # every x_t W_x in one product
        a += b
        recurrent = np.empty((N, H), W_x.dtype)
        for t, (h_prev, h_t) in enumerate(pairwise(h)):  # h_t is so far x_t W_x + b …
            h_t += h_prev.dot(W_h, out=recurrent)  # … now a_t …
            self.f(h_t, out=h_t)  # … and now f(a_t)
            if stands is not None:
                np.copyto(h_t, h_prev, where=stands[t])

        out = h[1:].swapaxes(0, 1).copy()  # (N, T, H)
        insist_on_finite("h", out)
        return Trace(out, out[:, -1], Saved(x, h, stands, W_x, W_h), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: ArrayLike | None = None) -> Grads:
        """Walk back through time.

        The total derivative of the loss by a_t is da_t = (dh_t + da_{t+1} W_h^T) * f'(a_t); everything else
        follows from it (Werbos, Backpropagation through time, 1990).

        Args:
            trace: what `run` returned.
            dout: dh (N, T, H), the gradient of the loss by every state, as far as the layers above know it.
            dstate: (N, H), the same by the last state that was handed on; zeros where it is not given.
        """
        x, h, stands, W_x, W_h = trace.saved
        T, N, H = h[1:].shape
        dh = check_array("dh", dout, "(N, T, H)", h.dtype, N=N, T=T, H=H)
        dh_next = np.zeros((N, H), h.dtype)  # what comes back from the steps after
        if dstate is not None:
            dh_next += check_array("dstate", dstate, "(N, H)", h.dtype, N=N, H=H)

        da = dh.swapaxes(0, 1).copy()  # (T, N, H): so far dh_t; the loop makes da_t of it
        slope = self.f_derivative(h[1:])
        if stands is not None:
            slope *= ~stands
        W_h_T = W_h.T.copy()  # (H, H), for a product at every step: in one block it is quicker
        for t in reversed(range(T)):
            da_t = da[t]
            da_t += dh_next
            passed_on = None if stands is None else da_t * stands[t]
            da_t *= slope[t]
            da_t.dot(W_h_T, out=dh_next)
            if passed_on is not None:
                dh_next += passed_on  # a state that stood still is the one before

        das = rows(da)
        grads = {"W_x": rows(x).T @ das, "W_h": rows(h[:-1]).T @ das}  # h_{t-1} beside da_t
        if "b" in self.params:
            grads["b"] = sum_of_rows(das)
        dx = das.dot(W_x.T).reshape(x.shape)
        return Grads(grads, dx.swapaxes(0, 1), state=dh_next, a=da.swapaxes(0, 1))  # by h_0: what step 1 hands back

    def step(self, x_t: ArrayLike, h_prev: ArrayLike) -> Array:
        """Return the state after one time step, (N, H).

        Args:
            x_t: (N, D), the input of this step.
            h_prev: (N, H), the state before it.

        Raises:
            TypeError, ValueError: an argument that does not fit.
            NotFinite: the state leaves the finite numbers.
        """
        W_x, W_h, b = self.params["W_x"], self.params["W_h"], self.params.get("b", 0)
        D, H = W_x.shape
        x_t = check_array("x_t", x_t, "(N, D)", W_x.dtype, D=D)
        h_prev = check_array("h_prev", h_prev, "(N, H)", W_x.dtype, N=len(x_t), H=H)
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            h_t = self.f(x_t @ W_x + h_prev @ W_h + b)
        insist_on_finite("h_t", h_t)
        return h_t

    @property
    def activation(self) -> str:
        """The name of f; another f needs another layer."""
        return self._activation

    @property
    def dh0(self) -> Any:
        """The gradient of the loss by h_0, (N, H), after `backward`."""
        return self.dstate

    def __repr__(self) -> str:
        bias = "" if "b" in self.params else ", no bias"
        return f"SimpleRNN(D={self.n_in}, H={self.n_out}, {self.activation}{bias})"
