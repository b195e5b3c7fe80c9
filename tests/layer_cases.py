"""Every layer beside an independent formula of it: the tests of the contract run over all of them.

All sizes differ, no matrix is symmetric, and the start is not zero.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from reference import F, mask_of, rnn_states, turned_round

from rnnlib import (
    GRU,
    LSTM,
    Activation,
    Bidirectional,
    Dense,
    Embedding,
    Grads,
    Last,
    Layer,
    MinimalGRU,
    Params,
    SimpleRNN,
    Trace,
    sigmoid,
)

N, T, D, H, K, V = 3, 4, 2, 5, 6, 7
LENGTHS = [2, 4, 1]
MASK = mask_of(LENGTHS, T)


class Cell(Layer):
    """A layer of somebody else, whose state is a pair: c_t = f c + (1 - f) g, h_t = o tanh(c_t), gates of [x, h] W."""

    state_names = ("h0", "c0")

    class Saved(NamedTuple):
        steps: tuple
        W: np.ndarray

    def __init__(self, W):
        self.params = Params(W=np.array(W))
        self.n_out = self.params["W"].shape[1] // 3
        self.n_in = len(self.params["W"]) - self.n_out

    def run(self, x, state=None, mask=None):
        W, x = self.params["W"], np.asarray(x)
        h, c = np.zeros((2, len(x), self.n_out), W.dtype) if state is None else state
        states, steps = [], []
        for t in range(x.shape[1]):
            xh = np.concatenate([x[:, t], h], axis=1)
            f, g, o = np.split(xh @ W, 3, axis=1)
            f, g, o = sigmoid(f), np.tanh(g), sigmoid(o)
            c_t = f * c + (1 - f) * g
            counts = np.True_ if mask is None else np.asarray(mask)[:, t, np.newaxis]
            steps.append((xh, f, g, o, c, c_t, counts))
            h, c = np.where(counts, o * np.tanh(c_t), h), np.where(counts, c_t, c)
            states.append(h)
        return Trace(np.stack(states, axis=1), (h, c), self.Saved(tuple(steps), W), mask)

    def back(self, trace, dout, dstate=None):
        steps, W = trace.saved
        dh, dc = np.zeros((2, *trace.out[:, 0].shape), W.dtype) if dstate is None else dstate
        dW, dx = np.zeros_like(W), []
        for t, (xh, f, g, o, c, c_t, counts) in reversed(list(enumerate(steps))):
            dh = dh + dout[:, t]
            dc_t = dc + dh * o * (1 - np.tanh(c_t) ** 2)
            gates = [dc_t * (c - g) * f * (1 - f), dc_t * (1 - f) * (1 - g**2), dh * np.tanh(c_t) * o * (1 - o)]
            da = np.concatenate(gates, axis=1) * counts
            dW += xh.T @ da
            dxh = da @ W.T
            dx.append(dxh[:, : self.n_in])
            dh, dc = np.where(counts, dxh[:, self.n_in :], dh), np.where(counts, dc_t * f, dc)
        return Grads({"W": dW}, np.stack(dx[::-1], axis=1), (dh, dc))


class Case(NamedTuple):
    """A layer, arguments for it, and its formula: (x, state, lengths, **params) gives the result and the last state."""

    layer: Layer
    x: np.ndarray
    state: Any
    formula: Callable


def rnn_formula(activation):
    def formula(x, h0, lengths, W_x, W_h, b=None):
        h = rnn_states(x, h0, W_x, W_h, b, activation, lengths)
        return h, h[:, -1]

    return formula


def cell_formula(x, state, lengths, W):
    size, dtype = W.shape[1] // 3, np.result_type(x, *state, W)
    h, c = (np.array(array, dtype) for array in state)
    out = np.empty((*x.shape[:2], size), dtype)
    for n in range(len(x)):
        for t in range(x.shape[1]):
            if t < lengths[n]:
                values = [*x[n, t], *h[n]]
                a = [sum(value * W[i, j] for i, value in enumerate(values)) for j in range(3 * size)]
                for j in range(size):
                    f, g, o = F["sigmoid"](a[j]), F["tanh"](a[size + j]), F["sigmoid"](a[2 * size + j])
                    c[n, j] = f * c[n, j] + (1 - f) * g
                    h[n, j] = o * F["tanh"](c[n, j])
            out[n, t] = h[n]
    return out, (h, c)


def lstm_formula(x, state, lengths, W_x, W_h, b=None):
    size, dtype = len(W_h), np.result_type(x, *state, W_x, W_h, 0 if b is None else b)
    h, c = (np.array(array, dtype) for array in state)
    out = np.empty((*x.shape[:2], size), dtype)
    for n, t in np.ndindex(*x.shape[:2]):
        if t < lengths[n]:
            a = x[n, t] @ W_x + h[n] @ W_h + (0 if b is None else b)
            for j in range(size):
                i, f, o = (F["sigmoid"](a[gate * size + j]) for gate in (0, 1, 3))
                c[n, j] = f * c[n, j] + i * F["tanh"](a[2 * size + j])
                h[n, j] = o * F["tanh"](c[n, j])
        out[n, t] = h[n]
    return out, (h, c)


def gru_formula(reset_after):
    def formula(x, h0, lengths, W_x, W_h, b_x=None, b_h=None, b=None):
        size, zeros = len(W_h), np.zeros(3 * len(W_h), W_h.dtype)
        b_x, b_h = (b_x, b_h) if b is None else (b, zeros)
        b_x, b_h = zeros if b_x is None else b_x, zeros if b_h is None else b_h
        dtype = np.result_type(x, h0, W_x, W_h, b_x, b_h)
        h, out = np.array(h0, dtype), np.empty((*x.shape[:2], size), dtype)
        for n, t in np.ndindex(*x.shape[:2]):
            if t < lengths[n]:
                a, u, before = x[n, t] @ W_x + b_x, h[n] @ W_h + b_h, h[n].copy()
                r = np.array([F["sigmoid"](a[j] + u[j]) for j in range(size)])
                reset_product = (r * before) @ W_h[:, 2 * size :]
                for j in range(size):
                    z = F["sigmoid"](a[size + j] + u[size + j])
                    past = r[j] * u[2 * size + j] if reset_after else reset_product[j]
                    h[n, j] = (1 - z) * F["tanh"](a[2 * size + j] + past) + z * before[j]
            out[n, t] = h[n]
        return out, h

    return formula


def minimal_gru_formula(x, h0, lengths, W_x, b=None):
    size, dtype = W_x.shape[1] // 2, np.result_type(x, h0, W_x, 0 if b is None else b)
    h, out = np.array(h0, dtype), np.empty((*x.shape[:2], W_x.shape[1] // 2), dtype)
    for n, t in np.ndindex(*x.shape[:2]):
        if t < lengths[n]:
            a = x[n, t] @ W_x + (0 if b is None else b)
            for j in range(size):
                z = F["sigmoid"](a[j])
                h[n, j] = z * h[n, j] + (1 - z) * a[size + j]
        out[n, t] = h[n]
    return out, h


def bidirectional_formula(forward, backward):
    def formula(x, states, lengths, **params):
        one, other = (
            {name.removeprefix(part): array for name, array in params.items() if name.startswith(part)}
            for part in ("forward.", "backward.")
        )
        there, there_end = forward(x, states[0], lengths, **one)
        back, back_end = backward(turned_round(x, lengths), states[1], lengths, **other)
        return np.concatenate([there, turned_round(back, lengths)], axis=2), (there_end, back_end)

    return formula


def dense_formula(x, state, lengths, W, b=None):
    return np.einsum("ntd,dk->ntk", x, W) + (0 if b is None else b), None


def embedding_formula(x, state, lengths, W):
    return np.einsum("ntv,vd->ntd", np.eye(len(W))[x], W), None


def last_formula(x, state, lengths):
    return np.stack([x[n, length - 1] for n, length in enumerate(lengths)]), None


def activation_formula(activation):
    return lambda x, state, lengths: (np.vectorize(F[activation], otypes=[x.dtype])(x), None)


def case(name: str, dtype=np.float64) -> Case:
    """Return a fresh case of this name."""
    rng = np.random.default_rng(7)
    draw = lambda *shape: rng.uniform(-1, 1, shape).astype(dtype)  # noqa: E731
    rnn = lambda size, activation="tanh": SimpleRNN(draw(D, size), draw(size, size), draw(size), activation)  # noqa: E731
    tokens = np.array([[3, 3, 0, 6], [1, 5, 1, 1], [2, 0, 4, 4]])
    match name.split():
        case ["rnn", "bare"]:
            return Case(SimpleRNN(draw(D, H), draw(H, H)), draw(N, T, D), draw(N, H), rnn_formula("tanh"))
        case ["rnn", activation]:
            return Case(rnn(H, activation), draw(N, T, D), draw(N, H), rnn_formula(activation))
        case ["dense"]:
            return Case(Dense(draw(D, K), draw(K)), draw(N, T, D), None, dense_formula)
        case ["dense", "bare"]:
            return Case(Dense(draw(D, K)), draw(N, T, D), None, dense_formula)
        case ["embedding"]:
            return Case(Embedding(draw(V, D)), tokens, None, embedding_formula)
        case ["last"]:
            return Case(Last(), draw(N, T, H), None, last_formula)
        case ["activation", activation]:
            return Case(Activation(activation), draw(N, T, H), None, activation_formula(activation))
        case ["cell"]:
            return Case(Cell(draw(D + H, 3 * H)), draw(N, T, D), (draw(N, H), draw(N, H)), cell_formula)
        case ["lstm"]:
            layer = LSTM(draw(D, 4 * H), draw(H, 4 * H), draw(4 * H))
            return Case(layer, draw(N, T, D), (draw(N, H), draw(N, H)), lstm_formula)
        case ["lstm", "bare"]:
            layer = LSTM(draw(D, 4 * H), draw(H, 4 * H))
            return Case(layer, draw(N, T, D), (draw(N, H), draw(N, H)), lstm_formula)
        case ["gru"]:
            layer = GRU(draw(D, 3 * H), draw(H, 3 * H), draw(3 * H), draw(3 * H))
            return Case(layer, draw(N, T, D), draw(N, H), gru_formula(True))
        case ["gru", "before"]:
            layer = GRU(draw(D, 3 * H), draw(H, 3 * H), b=draw(3 * H), reset_after=False)
            return Case(layer, draw(N, T, D), draw(N, H), gru_formula(False))
        case ["gru", "bare"]:
            layer = GRU(draw(D, 3 * H), draw(H, 3 * H), reset_after=False)
            return Case(layer, draw(N, T, D), draw(N, H), gru_formula(False))
        case ["minimal_gru", way]:
            layer = MinimalGRU(draw(D, 2 * H), draw(2 * H) if way == "loop" else None, by_scan=way == "scan")
            return Case(layer, draw(N, T, D), draw(N, H), minimal_gru_formula)
        case ["bidirectional"]:
            formula = bidirectional_formula(rnn_formula("tanh"), rnn_formula("sigmoid"))
            layer = Bidirectional(rnn(H), rnn(K, "sigmoid"))
            return Case(layer, draw(N, T, D), (draw(N, H), draw(N, K)), formula)
        case ["bidirectional", "cell"]:
            layer = Bidirectional(Cell(draw(D + K, 3 * K)), rnn(H))
            states = ((draw(N, K), draw(N, K)), draw(N, H))
            return Case(layer, draw(N, T, D), states, bidirectional_formula(cell_formula, rnn_formula("tanh")))
    raise ValueError(name)


STATELESS = ["dense", "dense bare", "embedding", "last", *(f"activation {name}" for name in F)]
CAUSAL = [
    *(f"rnn {name}" for name in F),
    "rnn bare",
    "cell",
    "lstm",
    "lstm bare",
    "gru",
    "gru before",
    "gru bare",
    "minimal_gru loop",
    "minimal_gru scan",
]
NAMES = [*CAUSAL, "bidirectional", "bidirectional cell", *STATELESS]


def flat(state: Any) -> list[np.ndarray]:
    """Return the arrays of a state in a row."""
    if state is None:
        return []
    return [array for part in state for array in flat(part)] if isinstance(state, tuple) else [state]


def mapped(function: Callable, state: Any) -> Any:
    """Return the state with the function of each of its arrays."""
    if state is None:
        return None
    return tuple(mapped(function, part) for part in state) if isinstance(state, tuple) else function(state)
