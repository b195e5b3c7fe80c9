"""What rnnlib is measured against: each function returns a call that does the work once, and nothing is checked."""

from collections.abc import Callable, Sequence

import numpy as np

from rnnlib import GRU, LSTM, SimpleRNN, to_pytorch

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # x, dh, W_x, W_h, b


def pytorch(layer: SimpleRNN | LSTM | GRU, x: np.ndarray, dh: np.ndarray) -> Callable[[], None] | None:
    """Return a call of PyTorch's layer of the same name with the same weights, or None where PyTorch is missing."""
    try:
        import torch
    except ModuleNotFoundError:
        return None
    torch.set_num_threads(1)
    kind = {"SimpleRNN": torch.nn.RNN, "LSTM": torch.nn.LSTM, "GRU": torch.nn.GRU}[type(layer).__name__]
    theirs = kind(layer.n_in, layer.n_out, batch_first=True)
    theirs.load_state_dict({name: torch.from_numpy(array) for name, array in to_pytorch(layer).items()})
    inputs, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dh)

    def run() -> None:
        theirs.zero_grad()
        inputs.grad = None  # dx is asked for too, as rnnlib computes it
        h, _ = theirs(inputs)
        h.backward(upstream)

    run()
    layer.forward(x)
    theirs_dx = inputs.grad.numpy()
    np.testing.assert_allclose(layer.backward(dh), theirs_dx, rtol=0, atol=1e-5 * np.abs(theirs_dx).max())
    return run


def plain_loop(x: np.ndarray, dh: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> Callable[[], None]:
    """Return a call of the plain loop: every step as the formula says, nothing checked, nothing shared."""
    N, T, _ = x.shape
    H = len(b)

    def run() -> None:
        h, h_prev = np.zeros((N, T, H), x.dtype), np.zeros((N, H), x.dtype)
        for t in range(T):
            h[:, t] = h_prev = np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)
        dx, dh_next = np.zeros_like(x), np.zeros_like(h_prev)
        dW_x, dW_h, db = np.zeros_like(W_x), np.zeros_like(W_h), np.zeros_like(b)
        for t in reversed(range(T)):
            da = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
            dx[:, t] = da @ W_x.T
            dh_next = da @ W_h.T
            dW_x += x[:, t].T @ da
            dW_h += (h[:, t - 1] if t else np.zeros_like(h_prev)).T @ da
            db += da.sum(axis=0)

    return run


def bare_products(x: np.ndarray, dh: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> Callable[[], None]:
    """Return a call of the matrix products alone, on ready arrays: no tanh, no sums, no checks, nothing allocated."""
    N, T, D = x.shape
    H = len(b)
    x, rows, result = x.reshape(N * T, D), dh.reshape(N * T, H), np.empty((T, N, H), x.dtype)
    dx, dW_x, dW_h = np.empty_like(x), np.empty_like(W_x), np.empty_like(W_h)
    steps = list(zip(rows.reshape(T, N, H), result, strict=True))

    def run() -> None:
        np.matmul(x, W_x, out=result.reshape(N * T, H))
        for step, result_t in steps:
            np.matmul(step, W_h, out=result_t)
        for step, result_t in steps:
            np.matmul(step, W_h.T, out=result_t)
        np.matmul(x.T, rows, out=dW_x)
        np.matmul(rows.T, rows, out=dW_h)
        np.matmul(rows, W_x.T, out=dx)

    return run


class PlainTraining:
    """The training of notebook 7.3 as a loop: a simple RNN, a readout at each step, cross-entropy, Adam.

    Every step is done as the formula says, forward and backward. `readout_at_once` takes what does not need the loop
    over time out of it: the readout, and the gradients of its parameters.
    """

    def __init__(self, params: dict[str, np.ndarray], lr: float, readout_at_once: bool = False) -> None:
        """Take the parameters, W_x, W_h, b, W and c in this order, which are changed in place."""
        self.params, self.lr, self.t = params, lr, 0
        self.m = {name: np.zeros_like(p) for name, p in params.items()}
        self.v = {name: np.zeros_like(p) for name, p in params.items()}
        self.gradients = self.with_readout_at_once if readout_at_once else self.step_by_step

    def train(self, batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
        """Do one update for each batch."""
        for x, target in batches:
            _, grads = self.gradients(x, target)
            self.adam(dict(zip(self.params, grads, strict=True)))

    def step_by_step(self, x: np.ndarray, target: np.ndarray) -> tuple[float, list[np.ndarray]]:
        """Return the loss and the gradients by all parameters."""
        W_x, W_h, b, W, c = self.params.values()
        N, T, _ = x.shape
        H = len(b)
        h, h_prev, y = np.zeros((N, T, H)), np.zeros((N, H)), np.zeros_like(target)
        for t in range(T):
            h[:, t] = h_prev = np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)
            y[:, t] = 1 / (1 + np.exp(-(h_prev @ W + c)))
        loss = -np.mean(target * np.log(y) + (1 - target) * np.log(1 - y))
        dv = (y - target) / y.size
        dW_x, dW_h, db, dW, dc, dh_next = (np.zeros_like(a) for a in (W_x, W_h, b, W, c, h_prev))
        for t in reversed(range(T)):
            da = (dv[:, t] @ W.T + dh_next) * (1 - h[:, t] ** 2)
            dh_next = da @ W_h.T
            dW += h[:, t].T @ dv[:, t]
            dc += dv[:, t].sum(axis=0)
            dW_x += x[:, t].T @ da
            dW_h += (h[:, t - 1] if t else np.zeros_like(h_prev)).T @ da
            db += da.sum(axis=0)
        return loss, [dW_x, dW_h, db, dW, dc]

    def with_readout_at_once(self, x: np.ndarray, target: np.ndarray) -> tuple[float, list[np.ndarray]]:
        """Return the loss and the gradients by all parameters."""
        W_x, W_h, b, W, c = self.params.values()
        N, T, _ = x.shape
        H = len(b)
        h, h_prev = np.zeros((N, T, H)), np.zeros((N, H))
        for t in range(T):
            h[:, t] = h_prev = np.tanh(x[:, t] @ W_x + h_prev @ W_h + b)
        y = 1 / (1 + np.exp(-(h @ W + c)))
        loss = -np.mean(target * np.log(y) + (1 - target) * np.log(1 - y))
        dv = (y - target) / y.size
        dh, dW, dc = dv @ W.T, h.reshape(-1, H).T @ dv.reshape(-1, 1), dv.sum(axis=(0, 1))
        dW_x, dW_h, db, dh_next = (np.zeros_like(a) for a in (W_x, W_h, b, h_prev))
        for t in reversed(range(T)):
            da = (dh[:, t] + dh_next) * (1 - h[:, t] ** 2)
            dh_next = da @ W_h.T
            dW_x += x[:, t].T @ da
            dW_h += (h[:, t - 1] if t else np.zeros_like(h_prev)).T @ da
            db += da.sum(axis=0)
        return loss, [dW_x, dW_h, db, dW, dc]

    def adam(self, grads: dict[str, np.ndarray], beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        """Make a step of Adam."""
        self.t += 1
        for name, p in self.params.items():
            self.m[name] = beta1 * self.m[name] + (1 - beta1) * grads[name]
            self.v[name] = beta2 * self.v[name] + (1 - beta2) * grads[name] ** 2
            m_hat = self.m[name] / (1 - beta1**self.t)
            v_hat = self.v[name] / (1 - beta2**self.t)
            p -= self.lr * m_hat / (np.sqrt(v_hat) + eps)
