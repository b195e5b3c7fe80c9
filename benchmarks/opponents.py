"""What rnnlib is measured against: each function returns a call that does forward and backward once."""

from collections.abc import Callable

import numpy as np

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # x, dh, W_x, W_h, b


def pytorch() -> Callable[..., Callable[[], None]] | None:
    """Return the maker of calls to torch.nn.RNN, or None where PyTorch is not installed."""
    try:
        import torch
    except ModuleNotFoundError:
        return None
    torch.set_num_threads(1)

    def make(x: np.ndarray, dh: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> Callable[[], None]:
        rnn = torch.nn.RNN(*W_x.shape, batch_first=True)
        with torch.no_grad():
            for parameter, value in zip(rnn.parameters(), (W_x.T, W_h.T, b, np.zeros_like(b)), strict=True):
                parameter.copy_(torch.from_numpy(value.copy()))
        inputs, upstream = torch.from_numpy(x).requires_grad_(), torch.from_numpy(dh)

        def run() -> None:
            rnn.zero_grad()
            inputs.grad = None  # dx is asked for too, as rnnlib computes it
            h, _ = rnn(inputs)
            h.backward(upstream)

        return run

    return make


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
