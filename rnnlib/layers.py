"""The two layers of the course: a recurrent one and a fully connected one.

Letters: N sequences in a batch, T time steps, D features, H nodes, K outputs. Row vectors throughout.
"""

from typing import Any, Self

import numpy as np

from rnnlib.activations import find_activation
from rnnlib.arrays import as_array, as_float_type, as_size, float_type
from rnnlib.initializers import find_initializer


class SimpleRNN:
    """A simple recurrent layer: h_t = f(a_t) with a_t = x_t W_x + h_{t-1} W_h + b.

    `params` holds "W_x" (D, H), "W_h" (H, H) and, unless the layer has no bias, "b" (H,). They are
    live: change them in place, and the next forward uses the new values. After `backward`, `grads` holds
    the gradients of the loss under the same names, `dh0` (N, H) and `da` (N, T, H) those by h_0 and by every a_t.
    """

    def __init__(self, W_x: Any, W_h: Any, b: Any = None, activation: str = "tanh") -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W_x: (D, H), the weights on the input.
            W_h: (H, H), the weights on the previous state.
            b: (H,), or None for a layer without bias.
            activation: "tanh", "sigmoid", "relu" or "identity".

        Raises:
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses, or an unknown activation.
        """
        dtype = float_type(W_x, W_h, b)
        W_x = as_array("W_x", W_x, "(D, H)", dtype)
        H = W_x.shape[1]
        self.params = {"W_x": W_x, "W_h": as_array("W_h", W_h, "(H, H)", dtype, H=H)}
        if b is not None:
            self.params["b"] = as_array("b", b, "(H,)", dtype, H=H)
        self.f, self.f_derivative = find_activation(activation)
        self.grads: dict[str, np.ndarray] = {}
        self.dh0 = self.da = self.seen = None  # `seen`: what the last forward saw

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
        dtype: Any = float,
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
        D, H = as_size("n_features", n_features), as_size("n_nodes", n_nodes)
        draw, dtype, _ = find_initializer(init), as_float_type(dtype), find_activation(activation)
        W_x, W_h = draw((D, H), rng).astype(dtype), draw((H, H), rng).astype(dtype)
        return cls(W_x, W_h, np.zeros(H, dtype) if bias else None, activation)

    def forward(self, x: Any, h0: Any = None) -> np.ndarray:
        """Return the states of every time step, (N, T, H); the last state is `h[:, -1]`.

        Args:
            x: (N, T, D), the input.
            h0: (N, H), the state before the first step; zeros where it is not given.

        Raises:
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses.
        """
        W_x, W_h, b = self.params["W_x"], self.params["W_h"], self.params.get("b", 0)
        D, H = W_x.shape
        x = as_array("x", x, "(N, T, D)", W_x.dtype, D=D)
        N, T, _ = x.shape
        h0 = np.zeros((N, H), W_x.dtype) if h0 is None else as_array("h0", h0, "(N, H)", W_x.dtype, N=N, H=H)

        x = x.swapaxes(0, 1).copy()  # (T, N, D): time first, so that each step is one block of memory
        h = (x.reshape(T * N, D) @ W_x).reshape(T, N, H)  # every x_t W_x in one product
        h += b
        h_prev, from_before = h0, np.empty_like(h0)
        for h_t in h:  # (N, H): so far x_t W_x + b
            np.matmul(h_prev, W_h, out=from_before)
            h_t += from_before  # this is a_t …
            h_prev = self.f(h_t, out=h_t)  # … and this h_t
        h = h.swapaxes(0, 1)  # (N, T, H)
        self.seen = x.swapaxes(0, 1), h0, h, W_x.copy(), W_h.copy()
        return h.copy()

    def backward(self, dh: Any) -> np.ndarray:
        """Walk back through time; set `grads`, `dh0` and `da`, and return dx, (N, T, D).

        The total derivative of the loss by a_t is da_t = (dh_t + da_{t+1} W_h^T) * f'(a_t); everything else
        follows from it (Werbos, Backpropagation through time, 1990).

        Args:
            dh: (N, T, H), the gradient of the loss by every state, as far as the layers above know it.

        Raises:
            RuntimeError: there was no forward before.
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses.
        """
        x, h0, h, W_x, W_h = _last_forward(self.seen)
        N, T, H = h.shape
        D = W_x.shape[0]
        dh = as_array("dh", dh, "(N, T, H)", h.dtype, N=N, T=T, H=H)

        x, h, da = (array.swapaxes(0, 1) for array in (x, h, dh))  # time first, as in forward
        da = da.copy()  # (T, N, H): so far dh_t; the loop makes da_t of it
        slope = self.f_derivative(h)
        dh_next = np.zeros_like(h0)  # (N, H): what comes back from the step after; nothing, after the last one
        for da_t, slope_t in zip(da[::-1], slope[::-1], strict=True):
            da_t += dh_next
            da_t *= slope_t
            np.matmul(da_t, W_h.T, out=dh_next)

        rows = da.reshape(T * N, H)
        dW_h = h0.T @ da[0] + h[:-1].reshape(-1, H).T @ rows[N:]  # h_{t-1} beside every da_t
        self.grads = {"W_x": x.reshape(T * N, D).T @ rows, "W_h": dW_h}
        if "b" in self.params:
            self.grads["b"] = rows.sum(axis=0)
        self.dh0, self.da = dh_next, da.swapaxes(0, 1)
        return (rows @ W_x.T).reshape(T, N, D).swapaxes(0, 1)

    def step(self, x_t: Any, h_prev: Any) -> np.ndarray:
        """Return the state after one time step, (N, H).

        Args:
            x_t: (N, D), the input of this step.
            h_prev: (N, H), the state before it.

        Raises:
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses.
        """
        W_x, W_h, b = self.params["W_x"], self.params["W_h"], self.params.get("b", 0)
        D, H = W_x.shape
        x_t = as_array("x_t", x_t, "(N, D)", W_x.dtype, D=D)
        h_prev = as_array("h_prev", h_prev, "(N, H)", W_x.dtype, N=len(x_t), H=H)
        return self.f(x_t @ W_x + h_prev @ W_h + b)


class Dense:
    """A fully connected layer: v = x W + b, the same for every time step.

    `params` holds "W" (D, K) and, unless the layer has no bias, "b" (K,), both live; after `backward`,
    `grads` holds the gradients of the loss under the same names.
    """

    def __init__(self, W: Any, b: Any = None) -> None:
        """Make a layer from given weights, which are copied.

        Args:
            W: (D, K).
            b: (K,), or None for a layer without bias.

        Raises:
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses.
        """
        dtype = float_type(W, b)
        W = as_array("W", W, "(D, K)", dtype)
        self.params = {"W": W}
        if b is not None:
            self.params["b"] = as_array("b", b, "(K,)", dtype, K=W.shape[1])
        self.grads: dict[str, np.ndarray] = {}
        self.seen = None

    @classmethod
    def create(
        cls,
        n_in: int,
        n_out: int,
        *,
        rng: np.random.Generator,
        init: str = "xavier",
        bias: bool = True,
        dtype: Any = float,
    ) -> Self:
        """Make a layer with random weights (D = n_in, K = n_out) and zero biases.

        Args and errors are those of `SimpleRNN.create`.
        """
        D, K = as_size("n_in", n_in), as_size("n_out", n_out)
        draw, dtype = find_initializer(init), as_float_type(dtype)
        return cls(draw((D, K), rng).astype(dtype), np.zeros(K, dtype) if bias else None)

    def forward(self, x: Any) -> np.ndarray:
        """Return x W + b, (..., K), for x of shape (..., D).

        Raises:
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses.
        """
        W, b = self.params["W"], self.params.get("b", 0)
        x = as_array("x", x, "(..., D)", W.dtype, D=W.shape[0])
        self.seen = x, W.copy()
        return x @ W + b

    def backward(self, dv: Any) -> np.ndarray:
        """Set `grads` from the gradient of the loss by v, and return dx, (..., D).

        Args:
            dv: (..., K), in the shape that `forward` returned.

        Raises:
            RuntimeError: there was no forward before.
            TypeError, ValueError: what `rnnlib.arrays.as_array` refuses.
        """
        x, W = _last_forward(self.seen)
        dv = as_array("dv", dv, "(..., K)", W.dtype, K=W.shape[1])
        if dv.shape[:-1] != x.shape[:-1]:
            raise ValueError(f"dv: expected {(*x.shape[:-1], W.shape[1])}, got {dv.shape}")
        rows = dv.reshape(-1, W.shape[1])
        self.grads = {"W": x.reshape(-1, W.shape[0]).T @ rows}
        if "b" in self.params:
            self.grads["b"] = rows.sum(axis=0)
        return dv @ W.T


def _last_forward(seen: tuple | None) -> tuple:
    if seen is None:
        raise RuntimeError("backward needs a forward before it: call forward first")
    return seen
