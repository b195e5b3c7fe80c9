"""An independent reference: the formulas of the course as a loop over single numbers, sharing no code with rnnlib."""

import cmath
import math

import numpy as np

F = {
    "tanh": lambda a: cmath.tanh(a) if isinstance(a, complex) else math.tanh(a),
    "sigmoid": lambda a: 1 / (1 + (cmath.exp(-a) if isinstance(a, complex) else math.exp(-a))),
    "relu": lambda a: a if a.real > 0 else 0 * a,
    "identity": lambda a: a,
}


def plain_states(x, h0, W_x, W_h, b, activation):
    """Return every state (N, T, H), one number at a time; complex numbers pass through."""
    N, T, D = x.shape
    H = W_h.shape[0]
    h = np.zeros((N, T, H), dtype=np.result_type(x, h0, W_x, W_h, b))
    for n in range(N):
        state = [h0[n, j].item() for j in range(H)]
        for t in range(T):
            new = []
            for j in range(H):
                a = b[j].item()
                for d in range(D):
                    a += x[n, t, d].item() * W_x[d, j].item()
                for i in range(H):
                    a += state[i] * W_h[i, j].item()
                new.append(F[activation](a))
            state = new
            h[n, t] = state
    return h
