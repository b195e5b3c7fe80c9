"""A layer, a network and arguments for the tests of the gradient checker, and ways to break them."""

import numpy as np

from rnnlib import Dense, Grads, Layer, Network, Params, SimpleRNN, Trace, check_gradients, squared_error

ACTIVATIONS = ["tanh", "sigmoid", "relu", "identity"]
N, T, D, H = 2, 3, 4, 5
MASK = np.array([[True, True, True], [True, True, False]])
CHECKS = ["arguments left alone", "a second call gives the same", "batch items independent"]
MASKED = "steps that do not count change nothing"
STRETCHES = "two stretches give the same as one"
HANDED_ON = "gradient by the state handed on"


def problem(seed=0, N=N, T=T, D=D, H=H, scale=0.5):
    rng = np.random.default_rng(seed)
    shapes = {"x": (N, T, D), "h0": (N, H), "W_x": (D, H), "W_h": (H, H), "b": (H,), "dh": (N, T, H)}
    return {name: rng.standard_normal(shape) * scale for name, shape in shapes.items()}


def layer(p, activation="tanh", kind=SimpleRNN):
    return kind(p["W_x"], p["W_h"], p["b"], activation)


def check(kind=SimpleRNN, activation="tanh", p=None, mask=None, **options):
    p = p or problem()
    return check_gradients(layer(p, activation, kind), p["x"], p["dh"], p["h0"], mask, **options)


def network(loss=squared_error, kind=SimpleRNN, K=3, **between):
    return Network(rnn=layer(problem(), kind=kind), **between, readout=Dense(np.eye(H)[:, :K] + 0.1), loss=loss)


def failed(report):
    rows = {row.name for row in report.rows if not row.ok}
    return rows | {name for name, passed in report.checks.items() if passed is False}


def verdicts(report):
    return {row.verdict for row in report.rows}


def breaking(change, base=SimpleRNN):
    """Make a layer whose gradients are right but for one change, a function from Grads to Grads."""

    class Broken(base):
        def back(self, trace, dout, dstate=None):
            return change(super().back(trace, dout, dstate))

    return Broken


def put(name, where, value):
    """Make a layer with one wrong entry, or all of one gradient."""

    def change(grads):
        arrays = {**grads.params, "x": grads.x, "h0": grads.state}
        arrays[name] = arrays[name].copy()
        arrays[name][where] = value(arrays[name][where]) if callable(value) else value
        return Grads({key: arrays[key] for key in grads.params}, arrays["x"], arrays["h0"])

    return breaking(change)


def times(factor, base=SimpleRNN):
    """Make a layer whose gradients are all too large by a factor."""

    def change(grads):
        params = {name: factor * gradient for name, gradient in grads.params.items()}
        return Grads(params, factor * grads.x, None if grads.state is None else factor * grads.state)

    return breaking(change, base)


class TwoStates(Layer):
    """A layer whose state is a pair: c_t = c_{t-1} + x_t, and h, which stands still; it returns w c_t + h."""

    state_names = ("h0", "c0")

    def __init__(self, w):
        self.params, self.n_in = Params(w=np.array(w)), len(w)

    def run(self, x, state=None, mask=None):
        h, c = (np.zeros_like(x[:, 0]),) * 2 if state is None else state
        cs = c[:, np.newaxis] + x.cumsum(axis=1)
        return Trace(self.params["w"] * cs + h[:, np.newaxis], (h, cs[:, -1]), cs, mask)

    def back(self, trace, dout, dstate=None):
        dh, dc = (0.0, 0.0) if dstate is None else dstate
        dcs = self.params["w"] * dout
        dcs[:, -1] += dc
        dx = dcs[:, ::-1].cumsum(axis=1)[:, ::-1]
        return Grads({"w": (trace.saved * dout).sum(axis=(0, 1))}, dx, (dout.sum(axis=1) + dh, dx[:, 0]))


class Foreign:
    """What a library of tensors or tables gives: not an array, but NumPy can make one of it."""

    def __init__(self, array):
        self.array, self.dtype, self.shape = array, f"foreign.{array.dtype}", array.shape

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)
