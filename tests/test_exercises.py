"""The exercise checkers: right answers pass, and each typical wrong answer gets a sentence of its own."""

import math
import re

import numpy as np
import pytest

from rnnlib import softmax
from rnnlib.course import exercises
from rnnlib.course.exercises.checking import is_untouched


def loop(x, h0, W_x, W_h, b, f=np.tanh):
    states, state = [], h0
    for t in range(x.shape[1]):
        state = f(x[:, t] @ W_x + state @ W_h + b)
        states.append(state)
    return np.stack(states, axis=1)


def step_back(x, p, W_x, W_h, da):
    return da @ W_x.T, da @ W_h.T, x.T @ da, p.T @ da, da.sum(axis=0)


def twice(x, W, dv):
    M, dM = W @ W.T, x.T @ dv  # v = x M
    return dv @ M, (dM + dM.T) @ W


def shortcut(x, p, h, W_x, W_h, dh, slope=lambda before, h: 1 - (h - before) ** 2, along=1):
    dx, dp, *rest = step_back(x, p, W_x, W_h, dh * slope(p, h))
    return dx, along * dh + dp, *rest


def without_bias(x, p, h, W_x, W_h, dh):
    return shortcut(x, p, p + np.tanh(x @ W_x + p @ W_h), W_x, W_h, dh)


def replaced(parts, i, part):
    return *parts[:i], part, *parts[i + 1 :]


def descend(x, W, d, lr, n, sign=-1, once=False, size=None):
    start = W
    for _ in range(n):
        off = x @ (start if once else W) - d
        W = W + sign * lr * np.einsum("nd,nk->dk", x, off) / (d.size if size is None else size)
    return W


def descend_in_place(x, W, d, lr, n):
    W += descend(x, W, d, lr, n) - W
    return W


def one_walk(h0, h, W, dh, t, add=lambda s, t: True, states=None, way=np.transpose, slope=lambda h: 1 - h * h):
    """Return dW_h of a loss at step t, from the closed form of each δ; faults can be put in."""
    before = states(h0, h) if states else np.concatenate([h0[:, None], h], axis=1)
    total = np.zeros_like(W)
    for s in (s for s in range(t + 1) if add(s, t)):
        delta = dh * slope(h[:, t])
        for r in range(t - 1, s - 1, -1):
            delta = (delta @ way(W)) * slope(h[:, r])
        total += np.einsum("ni,nj->ij", before[:, s], delta)
    return total


def two_ways(dh, h, W_1, W_2, first=1, second=2, slope=lambda h: 1 - h * h):
    """Return da where h_t enters steps t + 1 and t + 2: each da is passed on to both, in its turn."""
    whole, da = dh + 0, np.zeros_like(dh)
    for t in range(h.shape[1] - 1, -1, -1):
        da[:, t] = whole[:, t] * slope(h[:, t])
        for k, W in ((first, W_1), (second, W_2)):
            if t - k >= 0:
                whole[:, t - k] += np.einsum("nj,ij->ni", da[:, t], W)
    return da


def to_start(dh, h, W, slope=lambda h: h > 0):
    """Return the gradient by each sequence's start: what each step's loss leaves of itself there, added up."""
    total = np.zeros_like(h[:, 0])
    for t in range(h.shape[1]):
        walked = dh[:, t]
        for s in range(t, -1, -1):
            walked = np.einsum("nj,ij->ni", walked * slope(h[:, s]), W)
        total += walked
    return total


class Sheet:
    """The sprint's class, in pieces that can be exchanged one by one."""

    def __init__(self, w_x, w_h, b):
        self.w_x, self.w_h, self.b = self.start(w_x), self.start(w_h), self.start(b)
        self.dw_x = self.dw_h = self.db = 0

    def start(self, array):
        return np.array(array, dtype=float)

    def forward(self, x, h):
        self.x, self.h0, self.h = x, h, loop(x, h, self.w_x, self.w_h, self.b)
        return self.h + 0

    def before(self):
        return np.concatenate([self.h0[:, None], self.h[:, :-1]], axis=1)

    def slope(self, h):
        return 1 - h * h

    def way_back(self, da):
        return da @ self.w_h.T

    def keep(self, old, new):
        return new

    def arrives(self, dh, later):
        """Return dh as it meets the last state, and what comes back to it."""
        return dh, later

    def backward(self, dh, later):
        da = np.zeros_like(self.h)
        dh, back = self.arrives(dh, later)
        for t in range(self.h.shape[1] - 1, -1, -1):
            da[:, t] = (dh[:, t] + back) * self.slope(self.h[:, t])
            back = self.way_back(da[:, t])
        self.dw_x = self.keep(self.dw_x, np.tensordot(self.x, da, ([0, 1], [0, 1])))
        self.dw_h = self.keep(self.dw_h, np.tensordot(self.before(), da, ([0, 1], [0, 1])))
        self.db = self.keep(self.db, da.sum(axis=(0, 1)))
        return da @ self.w_x.T, back

    def update(self, lr):
        for name in ("w_x", "w_h", "b"):
            parameter = getattr(self, name)
            parameter -= lr * getattr(self, f"d{name}")


def sheet_class(**pieces):
    return type("MyRNN", (Sheet,), pieces)


def halved(result, array):
    array /= 2
    return result


def all_back(x, h0, h, W_x, W_h, dh, next_=True, slope=lambda h: 1 - h * h, before=None, da_only=False):
    da, dh_next = np.zeros_like(h), np.zeros_like(h0)
    for t in range(h.shape[1] - 1, -1, -1):
        da[:, t] = (dh[:, t] + next_ * dh_next) * slope(h[:, t])
        dh_next = da[:, t] @ W_h.T
    if da_only:
        return da
    states = before(h0, h) if before else np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dW_x, dW_h = np.tensordot(x, da, ([0, 1], [0, 1])), np.tensordot(states, da, ([0, 1], [0, 1]))
    return dW_x, dW_h, da.sum(axis=(0, 1)), da @ W_x.T, dh_next


def sigma(W):
    return np.linalg.svd(W)[1][0]


def rho(W):
    return max(abs(np.linalg.eig(W)[0]))


def power(W, n):
    return W if n == 1 else W @ power(W, n - 1)


def updated_W(
    x, z_0, d, W_in, W, W_out, b, c, epsilon, losses=(1, 2), f_slope=None, way_back=np.transpose, after=False
):
    """Exercise 9.2, with a loop over the losses; the options put faults in."""
    z = [z_0]
    for x_t in x:
        z.append(1 / (1 + np.exp(-(W_in @ x_t + W @ z[-1] + b))))
    f_slope = f_slope or (lambda z: z - z * z)
    total = np.zeros_like(W)
    for t in losses:
        dz = (W_out @ z[t] + c - d[t - 1]) @ W_out
        for s in range(t, 0, -1):
            du = dz * f_slope(z[s])
            total += du[:, np.newaxis] * z[s if after else s - 1]
            dz = way_back(W) @ du
    return W - epsilon * total


def growth_back(W, h, at=0, count=1, order=-1, slope=lambda h: h * (1 - h), largest=sigma, steepest=np.max):
    slopes = slope(h[at : len(h) - count + at])[::order]
    walked = np.eye(len(W))
    for one in slopes:
        walked = np.einsum("ij,kj->ik", walked, W) * one
    bound = math.prod(largest(W) * steepest(one) for one in slopes)
    return bound, rho(W) ** (len(h) - 1), sigma(walked)


def length(*arrays):
    return math.sqrt(sum(np.sum(a * a) for a in arrays))


def along(one, other):
    return np.dot(one.ravel(), other.ravel()) / length(one) / length(other)


def clipped(g, k, factor):
    return g * factor, k * factor


def entries(g, k, m):
    return np.where(abs(g) > m, m * np.sign(g), g), np.where(abs(k) > m, m * np.sign(k), k)


def kept(parts, is_good, lengths=False):
    """Return the first k for which (what is cut off, what is kept) is good; in sums, or in sums of lengths."""
    parts = np.array([[length(part)] for part in parts]) if lengths else parts
    for k in range(1, len(parts) + 1):
        if is_good(parts[: len(parts) - k].sum(axis=0), parts[len(parts) - k :].sum(axis=0)):
            return k
    return len(parts)


def two_loops(x, h0, h, do, W, U, V, start=True, walk=True, first="h0", late=False):
    """Return the exam's gradients for tanh, by einsum over explicit walks; faults can be put in."""
    slope, H = 1 - h * h, len(h0)
    before = [{"h0": h0, "last": h[-1], "zero": 0 * h0}[first], *h[:-1]]
    dW, dU = 0, 0
    for t in range(len(x)):
        row = (do[t] @ V) * (slope[t] if start else np.ones(H))
        for s in reversed(range(t + 1)):
            dW, dU = dW + np.einsum("i,j->ij", row, x[s]), dU + np.einsum("i,j->ij", row, before[s])
            row = (row @ U) * (slope[s - (not late)] if walk else 1)
    return dW, dU, np.einsum("tk,th->kh", do, h)


def answer_of_9_2(text):
    """Return how deep the deepest digit of an expression stands."""
    return max(text[:i].count("(") - text[:i].count(")") for i in range(len(text)) if text[i].isdigit())


def value(bits):
    return int(sum(2 ** int(t) for t in np.flatnonzero(bits)))


def less(x, sign=1, keep=False):
    """Return the bits of p - sign * q and the carries, by whole numbers; faults can be put in."""
    carries, enters = [], 0
    for p, q in x.tolist():
        if sign == -1:
            enters = int(p + q + enters > 1)
        else:
            enters = int(p < q + enters * abs(sign) or (keep and enters))
        carries.append(enters)
    before = sign * np.append(0, carries[:-1])
    return (x[:, 0] + x[:, 1] + before) % 2, np.array(carries)


def flipped(exploded, rule=lambda e, other: e & ~other):
    return np.array(
        [rule(exploded, exploded[::-1]), rule(exploded, exploded[:, ::-1]), rule(exploded, exploded[..., ::-1])]
    )


def as_found(dh, h, W):
    da = dh * (1 - h * h)
    for t in range(h.shape[1] - 2, -1, -1):
        da[:, t] = da[:, t] + da[:, t + 1] @ W.T
    return da


def with_dh0(da, W):
    return da, da[:, 0] @ W.T


def mended(dh, h, W, **other):
    return with_dh0(all_back(h, 0 * h[:, 0], h, W, W, dh, da_only=True, **{"slope": lambda h: h - h * h, **other}), W)


def chained(x, h0, *p):
    rows, state = [], h0[0]
    for row in x:
        rows.append(loop(row[None], state[None], *p)[0])
        state = rows[-1][-1]
    return np.array(rows)


def mixed(x, h0, *p):
    rows, state = [], h0
    for t in range(x.shape[1]):
        rows.append(loop(x[:, t : t + 1], state, *p)[:, 0])
        state = np.tile(rows[-1][:1], (len(x), 1))
    return np.stack(rows, axis=1)


def skip(x, h, W_x, W_h, W_s, b, f=lambda a: a * (a > 0)):
    return f(b + h @ W_h + x @ W_x) + x @ W_s


def two_back(x, start, W_x, W_1, W_2, b, f=np.tanh, order="right"):
    two, one = start[:, 0], start[:, 1]
    rows = []
    for t in range(x.shape[1]):
        rows.append(f(x[:, t] @ W_x + one @ W_1 + two @ W_2 + b))
        if order == "frozen":
            continue
        two, one = {"right": one, "lost": rows[-1], "stays": two}[order], rows[-1]
    return np.stack(rows, axis=1)


def start_taken_twice(x, start, W_x, W_1, W_2, b):
    h = np.zeros((*x.shape[:2], len(b)))
    for t in range(x.shape[1]):
        two = h[:, t - 2] if t > 1 else start[:, 0]
        h[:, t] = np.tanh(x[:, t] @ W_x + (h[:, t - 1] if t else start[:, 1]) @ W_1 + two @ W_2 + b)
    return h


def sigma_of(v):
    return 1 / (1 + np.exp(-v))


def of_the_sprint(forward, begin=lambda x, b: np.zeros((len(x), len(b))), keep=lambda h, states: states[:, -1]):
    """Return a class as exercise 3.2 asks for it, whose loop, start and last state are the ones given."""

    class SimpleRNN:
        last = None

        def __init__(self, w_x, w_h, b):
            self.weights = w_x, w_h, b

        def forward(self, x, h=None):
            if h is None:
                h = begin(x, self.weights[2]) if self.last is None else self.last
            states = forward(x, h, *self.weights)
            self.last = keep(h, states)
            return states

    return SimpleRNN


class Remembers(of_the_sprint(loop)):
    def forward(self, x, h=None):
        return super().forward(x, h if self.last is None else self.last)


class OneForAll(of_the_sprint(loop)):
    def __init__(self, *weights):
        OneForAll.weights = weights


class OneLast(of_the_sprint(loop)):
    ends = {}  # by the size of the batch

    def forward(self, x, h=None):
        if self.last is None and h is None:
            self.ends.clear()
        states = loop(x, self.ends.get(len(x), 0 * x[:, 0] @ self.weights[0]) if h is None else h, *self.weights)
        self.last = self.ends[len(x)] = states[:, -1]
        return states


class OnlyUntold(of_the_sprint(loop)):
    def forward(self, x, h=None):
        before = self.last
        states = super().forward(x, h)
        self.last = self.last if h is None else before
        return states


class NeedsH(of_the_sprint(loop)):
    def forward(self, x, h):
        return super().forward(x, h)


def best_k(v, k, tau, divide=True, allowed=lambda row, k: row >= sorted(row)[-k]):
    """Return the probabilities row by row; faults can be put in."""
    rows = []
    for row in v:
        weights = np.exp(row / tau - max(row / tau)) * allowed(row, k)
        rows.append(weights / (weights.sum() if divide else np.exp(row / tau - max(row / tau)).sum()))
    return np.array(rows)


def in_bits(p, base=2.0):
    return float(np.mean(-np.log(p)) / np.log(base))


def blend(p, q, w):
    return p * w + q - q * w


def known_part(train, test, length, known=None, reach=None, count=lambda hits: sum(hits) / len(hits)):
    """Return for each test window which part of it is known, place by place; faults can be put in."""
    known = {start + i for start in train for i in range(reach or length)} if known is None else known
    return np.array([count([start + i in known for i in range(length)]) for start in test], float)


def summed_rows(tokens, dout, V, own=1, before=1, at=0, wrap=False):
    """Return dW of an embedding used twice, place by place; faults can be put in."""
    dW = np.zeros((V, dout.shape[2]))
    for n, t in np.ndindex(tokens.shape):
        dW[tokens[n, t]] += own * dout[n, t]
        if t > 0 or wrap:
            dW[tokens[n, t - 1]] += before * dout[n, t - at]
    return dW


def lost_rows(tokens, dout, V, start=True):
    """Return dW with repeats lost: a sum is read before it is written."""
    dW = np.zeros((V, dout.shape[2]))
    if start:
        dW[tokens] += dout
    else:
        dW[tokens] = dout
    dW[tokens[:, :-1]] += dout[:, 1:]
    return dW


def accepted(forward, N=3, T=5, D=2, H=4, start=(1, 1), bias=1, change=lambda p: p, look=np.s_[:], atol=1e-8):
    """Return whether a test with these sizes, looking at this part of the states, accepts a forward pass of 2.2."""
    rng = np.random.default_rng(5)
    x, states_0, *rest, b = (
        rng.standard_normal(shape) / 2 for shape in [(N, T, D), (N, 2, H), (D, H), (H, H), (H, H), (H,)]
    )
    arguments = change([x, states_0 * np.array(start)[:, None], *rest, bias * b])
    right, states = two_back(*arguments)[look], forward(*arguments)
    return states.ndim == 3 and states[look].shape == right.shape and np.abs(states[look] - right).max() <= atol


def with_one_W(arguments):
    x, start, W_x, W_1, W_2, b = arguments
    return x, start, W_x, W_1, W_1, b


def with_symmetric(i):
    """Return a change that makes W_1 (3) or W_2 (4) symmetric."""
    return lambda p: [*p[:i], p[i] + p[i].T, *p[i + 1 :]]


def one_start(arguments):
    x, start, *rest = arguments
    return x, start[:, [0, 0]], *rest


N, T = 3, 4  # as in the notebook, where they do not fit the exercise's arrays


def wrong_last(h):
    return h[-1]


def strangers_last(text, alphabet):
    """Return one-hot rows with a last column for what the alphabet lacks."""
    return np.array([[*(c == a for a in alphabet), c not in alphabet] for c in text], float)


def phrase(
    x,
    z,
    W,
    b,
    d_inner,
    d_root,
    back=np.transpose,
    both=1,
    own=1,
    slopes=(1, 1),
    keep=(1, 1, 1, 1),
    turn=1,
    turns=None,
    late=0,
):
    """Return dx, dz, dW of ((x z) x) with two losses, block by block: W is a half for each child."""
    H = len(b)
    inner = np.tanh(x @ W[:H] + z @ W[H:] + b)
    root = np.tanh(inner @ W[:H] + x @ W[H:] + b)
    top = d_root * (1 - slopes[0] * root * root)
    M = back(W)  # (H, 2H)
    at_root, at_inner = ((M[:, :H], M[:, H:])[::way] for way in (turns or (turn, turn)))
    left, right = at_inner
    low = (own * d_inner + both * (top @ at_root[0])) * (1 - slopes[1] * inner * inner)
    low = low + late * d_inner * inner * inner
    dW = np.vstack([keep[2] * np.outer(inner, top), keep[2] * np.outer(x, top)])
    dW = dW + keep[3] * np.vstack([np.outer(x, low), np.outer(z, low)])
    return keep[0] * (top @ at_root[1]) + keep[1] * (low @ left), low @ right, dW


def of_three(children, W, b, dh, goes=None, slope=1, back=np.transpose, into=None):
    """Return dchildren, dW of a node that takes the largest of each entry, entry by entry."""
    taken = np.array([max(column) for column in children.T]) if into is None else into(children)
    a = np.array([max(column) for column in children.T]) @ W + b
    da = dh * (1 - slope * np.tanh(a) ** 2)
    dtaken, dchildren = da @ back(W), np.zeros_like(children)
    for j, column in enumerate(children.T):
        dchildren[np.argmax(column), j] = dtaken[j]
    return dchildren if goes is None else goes(children) * dtaken, taken[:, None] * da[None]


def coupled(x, h, c, W_x, W_h, b, order="gof", new=lambda f: 1 - f, shown=np.tanh, squash=np.tanh, old=lambda f: f):
    """Return h_t and c_t of a cell whose new part counts 1 - f; faults can be put in."""
    a = dict(zip(order, np.split(x @ W_x + h @ W_h + b, 3, axis=1), strict=True))
    g, o, f = squash(a["g"]), 1 / (1 + np.exp(-a["o"])), 1 / (1 + np.exp(-a["f"]))
    c_t = old(f) * c + new(f) * g
    return o * shown(c_t), c_t


def coupled_back(
    dh, dc, c, c_t, g, o, f, W_h, of_f=lambda c, g: c - g, slopes=(None, None, None), order="gof", back=np.transpose
):
    """Return da_t, and what goes back to the h and the c before; faults can be put in."""
    whole = dc + dh * o * (1 - np.tanh(c_t) ** 2)
    slope_g, slope_o, slope_f = slopes
    da = {
        "g": whole * (1 - f) * (1 - g**2 if slope_g is None else slope_g),
        "o": dh * np.tanh(c_t) * (o * (1 - o) if slope_o is None else slope_o),
        "f": whole * of_f(c, g) * (f * (1 - f) if slope_f is None else slope_f),
    }
    da = np.concatenate([da[gate] for gate in order], axis=1)
    return da, da @ back(W_h), whole * f


def four_blocks(matrix, order, ours="ifgo"):
    blocks = np.split(matrix.T, 4, axis=1)
    return np.concatenate([blocks[order.index(gate)] for gate in ours], axis=1)


def run_gru(logits, n, h0, kept=lambda z: 1 - z, new=lambda z, n: z * n, gate=lambda v: 1 / (1 + np.exp(-v)), start=1):
    """Return the states of h_t = kept(z_t) h_{t-1} + new(z_t, n_t), step by step; faults can be put in."""
    states, h = [], start * h0
    for t in range(n.shape[1]):
        z = gate(logits[:, t])
        h = kept(z) * h + new(z, n[:, t])
        states.append(h)
    return np.stack(states, axis=1)


def scan_rounds(T, each=lambda T, width: 2 * (T - width)):
    """Return the products of each round; faults can be put in."""
    return [each(T, 1 << r) for r in range(40) if 1 << r < T]


def processors(
    T, each=lambda T, width: 2 * (T - width), wins=lambda steps, T: steps < T, steps=lambda m, n: -(-m // n)
):
    n = 1
    while not wins(sum(steps(m, n) for m in scan_rounds(T)), T):
        n += 1
    return n


def scan_cost(T, rounds=None, products=None, workers=None):
    """Return the three numbers of 15.3, of which some may be replaced by what a function returns."""
    right = len(scan_rounds(T)), sum(scan_rounds(T)), processors(T)
    return tuple(old if new is None else new(T) for old, new in zip(right, (rounds, products, workers), strict=True))


def up_to_end(rows, end, count=lambda before, is_end: before == 0):
    mask = np.zeros(rows.shape, bool)
    for n, row in enumerate(rows):
        before = 0
        for t, token in enumerate(row):
            mask[n, t] = count(before, token == end)
            before += token == end
    return mask


def absolute(y, d, lengths, longer=0, over=None, of=abs):
    cells = [(n, t) for n in range(len(y)) for t in range(min(lengths[n] + longer, y.shape[1]))]
    n = len(cells) if over is None else over
    dy = np.zeros_like(y)
    for cell in cells:
        dy[cell] = np.sign(y[cell] - d[cell]) / n
    return sum(of(y[cell] - d[cell]) for cell in cells) / n, dy


def reversed_rows(x, lengths, start=0):
    return np.array(
        [np.concatenate([row[:start], row[start:n][::-1], row[n:]]) for row, n in zip(x, lengths, strict=True)]
    )


def two_ends(f, b, f_at, b_at):
    return np.array([np.append(f[n, f_at[n]], b[n, b_at[n]]) for n in range(len(f))])


SPRINT_W_X = np.array([[0.01, 0.03, 0.05, 0.07], [0.03, 0.05, 0.07, 0.08]])


# number → [(a wrong answer, words of its sentence)], written independently of the checkers
def with_drift(
    past, horizon, period, added=lambda k: k + 1, change=lambda past, p: past[:, -1] - past[:, -1 - p], back=0
):
    """Go step by step: the value a period (or more) before, and `added` times the change of each window."""
    columns = []
    for step in range(horizon):
        k, place = divmod(step, period)
        columns.append(past[:, past.shape[1] - period + place - back] + added(k) * change(past, period))
    return np.stack(columns, axis=1)


def at_each_origin(series, first, horizon, forecast, known=lambda s, o: s[:o], error=np.abs, last=0, shift=0):
    """Return a row of errors for each origin, the last `last` left out."""
    rows = []
    for o in range(first, len(series) + 1 - horizon - last):
        rows.append(error(np.asarray(forecast(known(series, o), horizon)) - series[o + shift : o + shift + horizon]))
    return np.stack(rows)


def notices(transform, series, t, change, until=None):
    """Tell whether the places before `until` notice a change of a copy."""
    other = series.copy()
    change(other, t)
    until = t if until is None else until
    return bool(np.max(np.abs(transform(series)[:until] - transform(other)[:until])) > 1e-9)


SIGNS = np.resize([1, -1], 12)
SIZES = np.abs(np.random.default_rng(8).standard_normal(12))


def draw(other, t, start=0, scale=1e4):
    other[t + start :] = scale * np.random.default_rng(7).standard_normal(len(other) - t - start)


WRONG = {
    "0.1": [
        (lambda x: x * x, "squared"),
        (lambda x: 2 + x, "plus 2"),
        (lambda x: x, "itself"),
        (lambda x: x[:1] * 2, "has shape"),
        (lambda x: 3 * x, "numbers differ"),
        (lambda x: -2 * x, "numbers differ"),
        (lambda x: 2 * x + 1, "numbers differ"),
        (lambda x: abs(2 * x), "numbers differ"),
        (lambda x: np.round(2 * x), "numbers differ"),
        (lambda x: 2**x, "numbers differ"),
        (lambda x: 2 * x[::-1], "numbers differ"),
        (lambda x: 0 * x, "numbers differ"),
        (lambda x: x / 0.4, "numbers differ"),
        (lambda x: 2 * x.sum(), "has shape"),
        (lambda x: np.concatenate([x, x]), "has shape"),
        (lambda x: 2 * x.T, "has shape"),
        (lambda x: [str(number) for number in 2 * x], "not made of numbers"),
    ],
    "1.1": [
        (lambda text, alphabet: strangers_last(text, alphabet).T, "time must come first"),
        (
            lambda text, alphabet: np.array([[c == a for a in alphabet] for c in text]),
            "for unknown characters is missing",
        ),
        (lambda text, alphabet: np.array([[c == a for a in alphabet + "#"] for c in text]), "stays empty"),
        (lambda text, alphabet: np.eye(len(alphabet) + 1)[[alphabet.find(c) + 1 for c in text]], "in front"),
        (lambda text, alphabet: strangers_last("".join(c for c in text if c in alphabet), alphabet), "were left out"),
        (lambda text, alphabet: [(alphabet + c).index(c) for c in text], "places of the characters"),
        (lambda text, alphabet: strangers_last(text, sorted(set(text))), "from the text itself"),
        (lambda text, alphabet: strangers_last(text, sorted(alphabet)), "sorted anew"),
        (lambda text, alphabet: strangers_last(text, alphabet).sum(0), "order is lost"),
        (
            lambda text, alphabet: np.eye(len(alphabet) + 1)[[alphabet.find(c) % len(alphabet) for c in text]],
            "like the last letter",
        ),
        (lambda text, alphabet: [[1], [1, 0]], "different lengths"),
        (lambda text, alphabet: [[str(int(c == a)) for a in [*alphabet, c]] for c in text], "not made of numbers"),
        (lambda text, alphabet: np.full((len(text), len(alphabet) + 1), np.nan), "NaN or infinity"),
        # No mistake of the list: the place is named.
        (lambda text, alphabet: 1 - strangers_last(text, alphabet), r"numbers differ at \(0, 0\): 1 instead of 0"),
        (lambda text, alphabet: 2 * strangers_last(text, alphabet), "numbers differ"),
        (lambda text, alphabet: strangers_last(text[::-1], alphabet), "numbers differ"),
        (lambda text, alphabet: strangers_last(text, alphabet[::-1]), "numbers differ"),
        (lambda text, alphabet: strangers_last(text.upper(), alphabet), "numbers differ"),
        (lambda text, alphabet: np.cumsum(strangers_last(text, alphabet), axis=1), "numbers differ"),
        (lambda text, alphabet: strangers_last(text, alphabet)[:, ::-1], "numbers differ"),
        (lambda text, alphabet: strangers_last(text, alphabet)[1:], "has shape"),
        (lambda text, alphabet: strangers_last(text, alphabet)[:, :, None], "has shape"),
        (lambda text, alphabet: strangers_last(text, alphabet).mean(), "has shape"),
        (lambda text, alphabet: strangers_last(text, alphabet).ravel(), "has shape"),
        (lambda text, alphabet: np.eye(len(alphabet))[[alphabet.index(c) for c in text]], "raises ValueError"),
    ],
    "1.2": [
        (lambda w, f: math.log(f) / math.log(w), "between two steps"),
        (lambda w, f: 0 if w < f else math.ceil(math.log(f, w) + 1e-9) - 1, "one too few"),
        (lambda w, f: next(k for k in range(1, 999) if w**k < f) + 1, "one too many"),
        (lambda w, f: 1, "whatever the arguments"),
        (lambda w, f: next(k for k in range(1, 999) if w**k <= f), "not yet"),
        (lambda w, f: math.ceil(math.log(f, w)), "not yet"),
        (lambda w, f: w ** next(k for k in range(1, 999) if w**k < f), "value of the pulse"),
        (lambda w, f: next((k for k in range(1, 20) if w**k < f), None), "nothing for"),
        # No mistake of the list: the numbers are named.
        (lambda w, f: round(math.log(f, w)), "numbers differ: 2 instead of 3 for"),
        (lambda w, f: math.ceil(math.log(f, w)) + 1, "numbers differ: 45 instead of 44"),
        (lambda w, f: math.floor(math.log(f, w)), "one too few"),
        (lambda w, f: 44, "numbers differ: 44 instead of 3"),
        (lambda w, f: math.ceil(math.log(f) / -w), "numbers differ"),
        (lambda w, f: next(k for k in range(1, 999) if 1 - k * (1 - w) < f), "numbers differ"),
        (lambda w, f: next(k for k in range(1, 999) if w * k > 1 / f), "numbers differ"),
        (lambda w, f: math.ceil(1 / f), "numbers differ"),
        (lambda w, f: 2 * next(k for k in range(1, 999) if w**k < f), "numbers differ"),
        (lambda w, f: next(k for k in range(1, 999) if w ** (2 * k) < f), "numbers differ"),
        (lambda w, f: -math.ceil(math.log(f, w)), "numbers differ"),
        (lambda w, f: [w**k for k in range(1, 99)], "has shape"),
    ],
    "1.3": [
        (lambda T, D, H, K: T * (D * H + 3 * H * H + 2 * H + H * K + K), "same weights"),
        (lambda T, D, H, K: T * (D * H + 3 * H * H + 2 * H) + H * K + K, "same weights"),
        (lambda T, D, H, K: 2 * (D * H + H * H + H) + H * K + K, "not read the D features"),
        (lambda T, D, H, K: D * H + H * H + H + H * K + K, "only one recurrent layer"),
        (lambda T, D, H, K: D * H + 2 * H * H + 2 * H + H * K + K, "needs two"),
        (lambda T, D, H, K: D * H + H + H * H + H + H * K + K, "previous state are missing"),
        (lambda T, D, H, K: D * H + 3 * H * H + H * K, "biases are missing"),
        (lambda T, D, H, K: D * H + 3 * H * H + H + H * K + K, "a bias is missing"),
        (lambda T, D, H, K: D * H + 3 * H * H + H * K + K, "biases of the recurrent layers"),
        (lambda T, D, H, K: D * H + 3 * H**2 + 2 * H, "output is missing"),
        (lambda T, D, H, K: D * H + 3 * H**2 + 2 * H + H * K, "bias of the output"),
        (lambda T, D, H, K: D * H + 3 * H * H + 2 * H + 2 * (H * K + K), "counted twice"),
        # No mistake of the list: the numbers are named.
        (lambda T, D, H, K: D * H + H * H + H * H + H * K, "numbers differ"),
        (lambda T, D, H, K: (D + 1) * H + (H + 1) * K, "numbers differ"),
        (lambda T, D, H, K: (D + H) * (H + K), "numbers differ"),
        (lambda T, D, H, K: D * H * K, "numbers differ"),
        (lambda T, D, H, K: (D * H) ** 2, "numbers differ"),
        (lambda T, D, H, K: D * H + 3 * H * H + 2 * H + K * K + K, "numbers differ"),
        (lambda T, D, H, K: D * H + 3 * H * H + 2 * D + H * K + K, "numbers differ"),
        (lambda T, D, H, K: D + H + K, "numbers differ"),
        (lambda T, D, H, K: D * H + 3 * H * H + 4 * H + H * K + K, "numbers differ"),
        (lambda T, D, H, K: D * H + 3 * H * H + 2 * H + D * K + K, "numbers differ"),
        (lambda T, D, H, K: {"W_x": D * H}, "not made of numbers"),
    ],
    "2.1": [
        (lambda x, h, W_x, W_h, W_s, b: skip(x, 0 * h, W_x, W_h, W_s, b), "ignores h_prev"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, W_h, W_s, 0), "bias b is missing"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, W_h, 0 * W_s, b), "skip is missing"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x + W_s, W_h, 0 * W_s, b), "goes through ReLU too"),
        (lambda *p: skip(*p, f=np.tanh), "activation is tanh"),
        (lambda *p: skip(*p, f=lambda a: a), "ReLU is missing"),
        (lambda *p: skip(*p, f=lambda a: a * (a < 0)), "not min"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, W_h.T, W_s, b), "W_h is transposed"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_s, W_h, W_x, b), "changed places"),
        (lambda x, h, A, B, S, b: skip(x, h, A, 0 * B, S, 0) + (h @ B) * (h @ B > 0) + b, "of each product"),
        (lambda x, h, A, B, S, b: skip(x, 0 * h, A, B, S, b) + h @ B, "state is added after ReLU"),
        (lambda x, h, A, B, S, b: skip(x, h, A, B, S, 0) + b, "bias is added after ReLU"),
        # not known to the checker
        (lambda x, h, W_x, W_h, W_s, b: np.tanh(x @ W_h), "raises ValueError"),
        (lambda *p: skip(*p).T, "has shape"),
        (lambda *p: skip(*p)[:1], "has shape"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, W_h, -W_s, b), "numbers differ"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, -W_h, W_s, b), "numbers differ"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, W_h, 2 * W_s, b), "numbers differ"),
        (lambda *p: skip(*p, f=lambda a: 1 / (1 + np.exp(-a))), "numbers differ"),
        (lambda *p: skip(*p, f=np.abs), "numbers differ"),
        (lambda *p: skip(*p, f=lambda a: np.clip(a, 0, 1)), "numbers differ"),
        (lambda *p: skip(*p, f=lambda a: np.where(a > 0, a, 0.01 * a)), "numbers differ"),
        (lambda x, h, W_x, W_h, W_s, b: skip(x, h, W_x, W_h, W_x, b), "numbers differ"),
        (lambda *p: skip(*p) + p[1], "numbers differ"),
        (lambda *p: np.maximum(0, skip(*p)), "numbers differ"),
        (lambda x, h, *p: skip(x, np.tile(h[:1], (len(h), 1)), *p), "numbers differ"),
        (lambda *p: skip(*p) * np.nan, "NaN or infinity"),
    ],
    "2.2": [
        (lambda x, s, *p: two_back(x, 0 * s, *p), "ignore start"),
        (lambda x, s, *p: two_back(x, np.flip(s, 1), *p), "other way round"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, C, B, b), "W_1 and W_2 have changed places"),
        (lambda *p: two_back(*p, order="stays"), "never moves on"),
        (lambda *p: two_back(*p, order="lost"), "see the same state"),
        (start_taken_twice, r"at the second step the state two back is start\[:, 1\], not start\[:, 0\]"),
        (lambda *p: two_back(*p, order="frozen"), "ever handed on"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, B, 0 * C, b), "W_2 never touches"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, 0 * B, C, b), "W_1 never touches"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, B.T, C.T, b), "are transposed"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, B, C, 0), "bias b is missing"),
        (lambda *p: np.tanh(two_back(*p, f=lambda a: a)), "hand on h_t, after tanh"),
        (lambda *p: two_back(*p, f=lambda a: a), "without tanh"),
        (lambda *p: two_back(*p)[:, -1], "only the last state"),
        (lambda *p: np.moveaxis(two_back(*p), 1, 0), r"\(T, N, H\)"),
        (lambda x, *p: np.flip(two_back(np.flip(x, 1), *p), 1), "backwards"),
        (lambda x, s, *p: np.hstack([s, two_back(x, s, *p)]), "in the result"),
        (lambda x, s, *p: np.hstack([s[:, -1:], two_back(x, s, *p)[:, :-1]]), "one place too late"),
        (lambda *p: two_back(*p) * (np.arange(p[0].shape[1]) < 1)[:, None], "only the first state is filled"),
        # not known to the checker
        (lambda *p: np.zeros((N, T, 4)) + two_back(*p), "from the notebook"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, B.T, C, b), "numbers differ"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, B, C.T, b), "numbers differ"),
        (lambda x, s, A, B, C, b: two_back(x, s, A, B, -C, b), "numbers differ"),
        (lambda x, s, A, B, C, b: two_back(x, s, 0 * A, B, C, b), "numbers differ"),
        (lambda *p: two_back(*p, f=lambda a: a * (a > 0)), "numbers differ"),
        (lambda x, s, *p: two_back(x, np.repeat(s[:, 1:], 2, axis=1), *p), "numbers differ"),
        (lambda x, s, *p: two_back(x, np.repeat(s[:1], len(s), axis=0), *p), "numbers differ"),
        (lambda x, s, *p: two_back(x[:, [0, *range(x.shape[1] - 1)]], s, *p), "numbers differ"),
        (lambda *p: two_back(*p) * (np.arange(p[0].shape[1]) < 2)[:, None], "numbers differ"),
        (lambda *p: two_back(*p)[:, 1:], "has shape"),
        (lambda *p: two_back(*p)[0], "has shape"),
        (lambda x, s, *p: loop(x, s, *p), "raises "),
    ],
    "2.3": [
        (lambda h, W, c: sigma_of(-(h[:, -1] @ W + c)), "last sequence here.*sign of the exponent.*one axis too many"),
        (lambda h, W, c: sigma_of(h[:, -1] @ W + c), "last sequence here.*one axis too many"),
        (lambda h, W, c: sigma_of(-(h[:, -1] @ W + c)).ravel(), "last sequence here.*sign of the exponent"),
        (lambda h, W, c: sigma_of(-(h[-1] @ W + c)), "^✗ 2.3: for a large logit.*one axis too many"),
        (lambda h, W, c: sigma_of(h[:, -1] @ W + c).ravel(), "last sequence here"),
        (lambda h, W, c: sigma_of(-(h[-1] @ W + c)).ravel(), "^✗ 2.3: for a large logit"),
        (lambda h, W, c: sigma_of(h[-1] @ W + c), "^✗ 2.3: the result is a column"),
        (lambda h, W, c: sigma_of(h[0] @ W + c).ravel(), "first state"),
        (lambda h, W, c: (h[-1] @ W + c).ravel(), "sigmoid is missing"),
        (lambda h, W, c: sigma_of(h[-1] @ W).ravel(), "bias c is missing"),
        (lambda h, W, c: sigma_of(np.mean(h, axis=0) @ W + c).ravel(), "mean over time"),
        (lambda h, W, c: sigma_of((h @ W + c)[:, :, 0]), "at every step"),
        # not known to the checker
        (lambda h, W, c: sigma_of(h[:, :, -1] @ W + c), "raises ValueError"),
        (lambda h, W, c: np.tanh(h[-1] @ W + c).ravel(), "numbers differ"),
        (lambda h, W, c: sigma_of(h[-1] @ W - c).ravel(), "numbers differ"),
        (lambda h, W, c: sigma_of(h[-2] @ W + c).ravel(), "numbers differ"),
        (lambda h, W, c: sigma_of(h[-1] @ W + c).ravel()[::-1], "numbers differ"),
        (lambda h, W, c: (sigma_of(h[-1] @ W + c) > 0.5).ravel(), "numbers differ"),
        (lambda h, W, c: sigma_of(sigma_of(h[-1] @ W + c)).ravel(), "numbers differ"),
        (lambda h, W, c: sigma_of(h.max(axis=0) @ W + c).ravel(), "numbers differ"),
        (lambda h, W, c: np.exp(h[-1] @ W + c).ravel() / np.exp(h[-1] @ W + c).sum(), "numbers differ"),
        (lambda h, W, c: sigma_of(2 * (h[-1] @ W + c)).ravel(), "numbers differ"),
        (lambda h, W, c: sigma_of(h[-1, -1] @ W + c), "has shape"),
        (lambda h, W, c: sigma_of(h[-1] @ W + c).T, "has shape"),
    ],
    "3.1": [
        ((9.5, 9.5), "shrinks step by step"),
        ((0.07, 18), "shrinks step by step"),
        ((0.19, 0.0007), "fractions"),
        ((9.5, 0.05), "too little"),
        ((200, 0.07), "too much"),
        ((20, 5), "off by less"),
        ((18.4, 0.036 * 0.99), "off by more"),
        ((18.4, 0.12), "off by less"),
        ((30, 0.07), "tanh.1 - the sum"),
        ((20, 0), "not gone"),
        ((-20, -1), "without a sign"),
        (20, "pair of numbers"),
        (("20", "1"), "pair of numbers"),
        ((float("nan"), 1), "pair of numbers"),
        (([1, 2], 1), "pair of numbers"),
    ],
    "3.2": [
        (of_the_sprint(lambda x, h, *p: loop(x, 0 * h, *p)), "h_1 ignores h"),
        (of_the_sprint(lambda x, h, *p: loop(x, h, *p)[0]), "batch axis is missing"),
        (of_the_sprint(lambda x, h, W_x, *p: loop(x, h, SPRINT_W_X, *p)), "at every step"),
        (
            of_the_sprint(
                lambda x, h, W_x, *p: np.hstack(
                    [(first := loop(x[:, :1], h, W_x, *p)), loop(x[:, 1:], first[:, 0], SPRINT_W_X, *p)]
                )
            ),
            "from the second step on",
        ),
        (Remembers, "where its last call ended"),
        (OneForAll, "overwritten the weights"),
        (of_the_sprint(chained), "one before it ended"),
        (of_the_sprint(mixed), "every one goes on from the state of the first"),
        (of_the_sprint(lambda x, h, A, B, b: loop(x, h, A, B.T, b)), "w_h is transposed"),
        (of_the_sprint(lambda x, h, A, B, b: loop(x, h, A, B, 0)), "bias b is missing"),
        (of_the_sprint(lambda *p: np.arctanh(loop(*p))), "sums a_t"),
        (of_the_sprint(lambda *p: np.tanh(loop(*p, f=lambda a: a))), "hand on h_t, after tanh"),
        (of_the_sprint(lambda *p: loop(*p)[:, -1]), "only the last state"),
        (of_the_sprint(lambda *p: np.swapaxes(loop(*p), 0, 1)), "first two axes"),
        # not known to the checker
        (of_the_sprint(lambda x, h, *p: np.stack([loop(x, h, *p)[n] for n in (0, 0)])), "numbers differ"),
        (of_the_sprint(lambda x, h, A, B, b: loop(x, h, A, -B, b)), "numbers differ"),
        (of_the_sprint(lambda x, h, A, B, b: loop(x, -h, A, B, b)), "numbers differ"),
        (of_the_sprint(lambda *p: loop(*p, f=lambda a: a * (a > 0))), "numbers differ"),
        (of_the_sprint(lambda *p: loop(*p, f=lambda a: np.tanh(-a))), "numbers differ"),
        (of_the_sprint(lambda x, h, A, B, b: loop(x, h, A, B, b / 2)), "numbers differ"),
        (of_the_sprint(lambda *p: loop(*p, f=lambda a: 1 / (1 + np.exp(-a)))), "numbers differ"),
        (of_the_sprint(lambda x, *p: np.flip(loop(np.flip(x, 1), *p), 1)), "numbers differ"),
        (of_the_sprint(lambda x, h, *p: loop(x, np.tile(h[:1], (len(h), 1)), *p)), "numbers differ"),
        (of_the_sprint(lambda *p: np.round(loop(*p), 3)), "numbers differ"),
        (of_the_sprint(lambda *p: loop(*p)[:, 1:]), "has shape"),
        (of_the_sprint(lambda *p: loop(*p)[:, None]), "has shape"),
        (of_the_sprint(loop, keep=lambda h, states: None), r"after forward\(x\): it starts from zeros again"),
        (of_the_sprint(loop, keep=lambda h, states: h), r"after forward\(x\): it starts from zeros again"),
        (of_the_sprint(loop, keep=lambda h, states: states[:, 0]), "from the first state of the call"),
        (of_the_sprint(loop, keep=lambda h, states: 0 * h + states[-1, -1]), "last state of the last sequence"),
        (of_the_sprint(loop, keep=lambda h, states: states[-1]), "it keeps states.-1., and that is the last sequence"),
        (of_the_sprint(loop, keep=lambda h, states: states[-1].T), "it raises ValueError"),
        (OneLast, "another object of the class ended"),
        (OnlyUntold, r"after forward\(x, h\): it goes on from an earlier call"),
        (of_the_sprint(loop, begin=lambda x, b: np.ones((len(x), len(b)))), r"the first forward\(x\): the numbers"),
        (of_the_sprint(loop, begin=lambda x, b: b + np.zeros((len(x), 1))), r"the first forward\(x\): the numbers"),
        (of_the_sprint(loop, keep=lambda h, states: states[:, -2]), r"after forward\(x\): the numbers differ"),
        (of_the_sprint(loop, keep=lambda h, states: states.mean(axis=1)), r"after forward\(x\): the numbers differ"),
        (of_the_sprint(loop, keep=lambda h, states: states[::-1, -1]), r"after forward\(x\): the numbers differ"),
        (of_the_sprint(loop, keep=lambda h, states: np.arctanh(states[:, -1])), r"forward\(x\): the numbers differ"),
        (NeedsH, "raises TypeError"),
        (of_the_sprint(lambda x, *p: None, keep=lambda h, states: h), "returns nothing"),
        (of_the_sprint(lambda *p: 1 / 0), "raises ZeroDivisionError"),
        (type("Empty", (), {"__init__": lambda self, n_nodes: print(n_nodes)}), "raises TypeError"),
        (loop, "the class itself"),
    ],
    "3.3": [
        (lambda forward: True, "rejects a right"),
        (lambda forward: False, "accepts a forward pass that starts from zeros"),
        (lambda forward: 0, "True or False"),
        (lambda forward: print(end=""), "returns nothing"),
        (lambda forward: accepted(forward), "rejects a right"),
        (lambda forward: not accepted(forward, N=1), "gives every sequence the first start"),
        (lambda forward: not accepted(forward, start=(0, 0)), "starts from zeros"),
        (lambda forward: not accepted(forward, start=(0, 1)), "zeros for the earlier"),
        (lambda forward: not accepted(forward, change=one_start), "reads start the other way round"),
        (lambda forward: not accepted(forward, change=with_one_W), "exchanges W_1 and W_2"),
        (lambda forward: not accepted(forward, change=with_symmetric(3)), "transposes W_1"),
        (lambda forward: not accepted(forward, change=with_symmetric(4)), "transposes W_2"),
        (lambda forward: not accepted(forward, bias=0), "leaves the bias out"),
        (lambda forward: not accepted(forward, D=4), "as many nodes as there are features"),
        (lambda forward: not accepted(forward, N=5), "as many steps as there are sequences"),
        (lambda forward: not accepted(forward, T=1), "looks back to the earlier state"),
        (lambda forward: not accepted(forward, look=np.s_[:, -1]), "zeros for h_1"),
        (lambda forward: not accepted(forward, look=np.s_[:, 1:]), "zeros for h_1"),
        (lambda forward: not accepted(forward, look=np.s_[:, :-1]), "zeros for the last state"),
        (lambda forward: not accepted(forward, look=np.s_[:1]), "gives every sequence the first start"),
        (lambda forward: not accepted(forward, atol=-1), "rejects a right"),
        (lambda forward: not accepted(forward, atol=0), "rejects a right"),
        (lambda forward: not accepted(forward, atol=1), "accepts a forward pass that"),
        (lambda forward: not accepted(forward, atol=0.01), "accepts a forward pass that returns states that are off"),
        (lambda forward: accepted(forward, atol=1), "rejects a right"),
        (lambda forward: forward(1, 2), "raises TypeError"),
        (lambda forward: 1 / 0, "on a right forward pass it raises ZeroDivisionError"),
    ],
    "4.1": [
        (lambda x, W, dv: (dv @ W, twice(x, W, dv)[1]), "dx: this is du"),
        (lambda x, W, dv: (dv, twice(x, W, dv)[1]), "dv itself"),
        (lambda x, W, dv: (x @ W @ W.T, twice(x, W, dv)[1]), "dx: this is v"),
        (lambda x, W, dv: (dv @ W @ W.T, x.T @ dv @ W), "dW: only the path through u"),
        (lambda x, W, dv: (dv @ W @ W.T, dv.T @ x @ W), "dW: only the path through the second product"),
        (lambda x, W, dv: (dv @ W @ W.T, (x @ W).T @ dv), "the gradient by Wᵀ"),
        (lambda x, W, dv: (dv @ W @ W.T, x.T @ dv @ W + (dv.T @ x).T @ W), "counts the one through u twice"),
        (lambda x, W, dv: (dv @ W @ W.T, twice(x, W, dv)[1].T), "this is .H, D., transposed"),
        (lambda x, W, dv: (dv @ W @ W.T, twice(x, W, dv)[1] / 2), "mean of the two paths"),
        (lambda x, W, dv: (dv @ W @ W.T, twice(x, W, dv)[1] / len(x)), "mean over the batch"),
        (lambda x, W, dv: twice(x, W, dv)[::-1], "this is dW: the order is dx, dW"),
        (lambda x, W, dv: (dv @ W @ W.T,), "should return 2 results, separated by commas: return dx, dW"),
        (lambda x, W, dv: (dv @ W @ W.T, 2 * twice(x, W, dv)[1]), "dW: the numbers differ at"),
        (lambda x, W, dv: (dv @ W @ W.T, -twice(x, W, dv)[1]), "dW: the numbers differ at"),
        (lambda x, W, dv: (dv @ W @ W.T, x.T @ x @ W + dv.T @ x @ W), "dW: the numbers differ at"),
        (lambda x, W, dv: (dv @ W @ W.T, W), "dW: the numbers differ at"),
        (lambda x, W, dv: (dv @ W @ W.T + dv, twice(x, W, dv)[1]), "dx: the numbers differ at"),
        (lambda x, W, dv: (dv @ W @ W.T / 2, twice(x, W, dv)[1]), "dx: the numbers differ at"),
    ],
    "4.2": [
        (lambda *p: shortcut(*p, slope=lambda before, h: 1), "f' is missing"),
        (lambda *p: shortcut(*p, slope=lambda before, h: 1 - h * h), "the slope was taken from h_t"),
        (lambda *p: shortcut(*p, slope=lambda before, h: 1 - before**2), "the slope was taken from h_prev"),
        (lambda *p: shortcut(*p, slope=lambda before, h: 1 - np.tanh(h - before) ** 2), "tanh is taken twice"),
        (lambda *p: shortcut(*p, slope=lambda before, h: 1 + before - h), "the square is missing"),
        (lambda *p: shortcut(*p, slope=lambda before, h: (h - before) * (1 - h + before)), "sigmoid's slope"),
        (lambda *p: shortcut(*p, along=0), "dh_prev: only the path through tanh"),
        (lambda *p: replaced(shortcut(*p), 1, p[5]), "dh_prev: only the skip connection"),
        (lambda x, p, h, W_x, W_h, dh: shortcut(x, p, h, W_x, W_h.T, dh), "dh_prev: W_h must be transposed"),
        (lambda *p: replaced(shortcut(*p), 3, p[2].T @ (p[5] * (1 - (p[2] - p[1]) ** 2))), "dW_h: this uses h_t:"),
        (lambda *p: replaced(shortcut(*p), 3, shortcut(*p)[3].T), "dW_h: this is transposed"),
        (lambda *p: replaced(shortcut(*p), 4, shortcut(*p)[4] / len(p[0])), "db: this is the mean"),
        (without_bias, "dx_t: tanh's output was computed again, without the bias"),
        (lambda *p: replaced(shortcut(*p), 3, without_bias(*p)[3]), "dW_h: tanh's output was computed again"),
        (lambda *p: shortcut(*p)[::-1], "dx_t: this is db: the order is"),
        (lambda *p: [shortcut(*p)[i] for i in (1, 0, 2, 3, 4)], "dx_t: this is dh_prev: the order is"),
        (lambda *p: [shortcut(*p)[i] for i in (0, 1, 3, 2, 4)], "dW_x: this is dW_h: the order is"),
        (lambda *p: shortcut(*p, along=2), "dh_prev: the numbers differ at"),
        (lambda *p: shortcut(*p[:5], 2 * p[5]), "dx_t: the numbers differ at"),
        (lambda *p: shortcut(*p, slope=lambda before, h: 1 + (h - before) ** 2), "dx_t: the numbers differ at"),
        (lambda *p: shortcut(*p, slope=lambda before, h: 1 - before + h), "dx_t: the numbers differ at"),
        (lambda *p: replaced(shortcut(*p), 3, shortcut(*p)[3] + shortcut(*p)[3].T), "dW_h: the numbers differ at"),
        (lambda *p: replaced(shortcut(*p), 4, 2 * shortcut(*p)[4]), "db: the numbers differ at"),
    ],
    "4.3": [
        (lambda *p: descend(*p, sign=1, once=True, size=1), "computed once: .* uphill: .* summed loss"),
        (lambda *p: descend(*p, once=True), "^✗ 4.3: the gradient is computed once: [^;]*$"),
        (lambda *p: descend(*p, sign=1), "^✗ 4.3: it goes uphill: [^;]*$"),
        (lambda *p: descend(*p, size=1), "^✗ 4.3: this is the gradient of the summed loss: [^;]*$"),
        (lambda *p: descend(*p, size=len(p[0])), "^✗ 4.3: divided by the rows only[^;]*$"),
        (lambda *p: descend(*p, once=True, size=len(p[0])), "computed once: .*; and divided by the rows only"),
        (lambda *p: descend(*p, sign=1, size=p[2].shape[1]), "uphill: .*; and divided by K only"),
        (lambda *p: descend(*p[:4], 1), "this is one update"),
        (lambda *p: descend(*p[:4], p[4] + 1), "one update too many"),
        (descend_in_place, "changes an array"),
        (lambda *p: p[1], "has not moved"),
        (lambda *p: descend(*p, size=p[1].size), "the numbers differ at"),
        (lambda *p: descend(*p, size=p[0].size), "the numbers differ at"),
        (lambda *p: (1 - p[3]) ** p[4] * p[1], "the numbers differ at"),
        (lambda x, W, d, lr, n: np.linalg.lstsq(x, d, rcond=None)[0], "the numbers differ at"),
        (lambda *p: descend(*p[:3], p[3] / 2, 2 * p[4]), "the numbers differ at"),
    ],
    "5.1": [
        (lambda *p: one_walk(*p, add=lambda s, t: s == t), "immediate derivative"),
        (lambda *p: one_walk(*p, add=lambda s, t: s < t), "part of step t itself"),
        (lambda *p: one_walk(*p, add=lambda s, t: s > 0), "the first step adds nothing"),
        (lambda h0, h, W, dh, t: one_walk(0 * h0, h, W, dh, t), "the first step adds nothing"),
        (lambda *p: one_walk(*p, states=lambda h0, h: h), "state .of. each step"),
        (lambda *p: one_walk(*p, states=lambda h0, h: h[:, np.arange(-1, h.shape[1] - 1)]), "the .last. state"),
        (lambda *p: one_walk(*p, way=lambda W: W), "must be transposed"),
        (lambda *p: one_walk(*p, slope=lambda h: h**0), "f' is missing"),
        (lambda *p: one_walk(*p, slope=lambda h: 1 - np.tanh(h) ** 2), "h_t is tanh"),
        (lambda h0, h, W, dh, t: one_walk(h0, h, W, dh, t - 1), "one step too early: t counts from 0"),
        (lambda *p: one_walk(*p).T, "transposed"),
        (lambda h0, *p: one_walk(h0, *p) / len(h0), "mean over the batch"),
        (lambda h0, h, W, dh, t: one_walk(h0, h, W, dh, h.shape[1] - 1), "at the last step of all"),
        (lambda *p: 2 * one_walk(*p), "the numbers differ at"),
        (lambda *p: one_walk(*p, add=lambda s, t: s > 1), "the numbers differ at"),
        (lambda *p: one_walk(*p, way=lambda W: np.eye(len(W))), "the numbers differ at"),
        (lambda *p: one_walk(*p, way=np.linalg.inv), "the numbers differ at"),
        (lambda *p: one_walk(*p, slope=lambda h: 1 + h * h), "the numbers differ at"),
        (lambda *p: one_walk(*p, states=lambda h0, h: 0 * h + h0[:, None]), "the numbers differ at"),
        (lambda *p: one_walk(*p)[0], "has shape"),
    ],
    "5.2": [
        (lambda dh, h, W_1, W_2: dh * (1 - h * h), "nothing comes back"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1, 0 * W_2), "through W_2, is missing"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, 0 * W_1, W_2), "through W_1, is missing"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_2, W_1), "have changed places: W_1 leads"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1.T, W_2.T), "both matrices must be transposed"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1.T, W_2), "^✗ 5.2: W_1 must be transposed"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1, W_2.T), "^✗ 5.2: W_2 must be transposed"),
        (lambda *p: two_ways(*p, second=1), "both ways start at step t . 1"),
        (lambda *p: two_ways(*p, first=2), "both ways start at step t . 2"),
        (lambda *p: two_ways(*p, slope=lambda h: 1), "f' is missing"),
        (lambda *p: two_ways(*p, slope=lambda h: 1 - np.tanh(h) ** 2), "h_t is tanh"),
        (lambda *p: two_ways(*p, slope=lambda h: 1 - h), "the square is missing"),
        (lambda *p: two_ways(*p, second=3), "the numbers differ at"),
        (lambda dh, h, W_1, W_2: two_ways(2 * dh, h, W_1, W_2), "the numbers differ at"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1, W_1 @ W_1), "the numbers differ at"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1 + W_2, W_2), "the numbers differ at"),
        (lambda dh, h, W_1, W_2: two_ways(dh, h, W_1, -W_2), "the numbers differ at"),
        (lambda *p: two_ways(*p, slope=lambda h: 1 + h * h), "the numbers differ at"),
        (lambda *p: two_ways(*p) / (1 - p[1] ** 2), "the numbers differ at"),
        (lambda *p: two_ways(*p).swapaxes(0, 1), "has shape"),
    ],
    "5.3": [
        (lambda *p: to_start(*p), "a row for each sequence"),
        (lambda *p: to_start(*p).mean(0), "mean over the sequences"),
        (lambda *p: to_start(*p)[0], "first sequence alone"),
        (lambda *p: to_start(*p).sum(1), "wrong axis"),
        (lambda *p: to_start(*p, slope=lambda h: 1 - h * h).sum(0), "slope of tanh"),
        (lambda *p: to_start(*p, slope=lambda h: 1).sum(0), "lets everything through"),
        (lambda *p: to_start(*p, slope=lambda h: h >= 0).sum(0), "h > 0 .not h >= 0"),
        (lambda *p: to_start(*p, slope=lambda h: h).sum(0), "multiplies by h itself"),
        (lambda dh, h, W: to_start(dh, h, W.T).sum(0), "must be transposed"),
        (lambda dh, h, W: ((dh[:, 0] * (h[:, 0] > 0)) @ W.T).sum(0), "loss of step 1 alone"),
        (lambda *p: to_start(*p).max(0), "the numbers differ at"),
        (lambda *p: to_start(*p, slope=lambda h: h <= 0).sum(0), "the numbers differ at"),
        (lambda *p: to_start(*p, slope=lambda h: np.where(h > 0, 1, 0.1)).sum(0), "the numbers differ at"),
        (lambda *p: 2 * to_start(*p).sum(0), "the numbers differ at"),
        (lambda dh, h, W: (dh @ W.T).sum((0, 1)), "the numbers differ at"),
        (lambda *p: to_start(*p).sum(0, keepdims=True), "has shape"),
        (lambda *p: to_start(*p).sum(), "has shape"),
    ],
    "5.4": [
        (sheet_class(forward=lambda self, x, h: Sheet.forward(self, x, 0 * h)), "forward: the starting state h"),
        (sheet_class(forward=lambda self, x, h: Sheet.forward(self, x, h)[:, -1]), "forward: this is the last state"),
        (sheet_class(forward=lambda self, x, h: Sheet.forward(self, x, h / 2)), "forward: the numbers differ at"),
        (sheet_class(forward=lambda self, x, h: None), "forward: it returns nothing"),
        (sheet_class(backward=lambda self, dh, later: None), "backward: it returns nothing"),
        (
            sheet_class(backward=lambda self, *given: Sheet.backward(self, *given)[0]),
            "backward: it should return 2 arrays",
        ),
        (
            sheet_class(backward=lambda self, *given: Sheet.backward(self, *given)[::-1]),
            "backward: dx: the result has shape",
        ),
        (sheet_class(slope=lambda self, h: 1), "backward: dw_x: f' is missing"),
        (sheet_class(slope=lambda self, h: 1 - np.tanh(h) ** 2), "backward: dw_x: .* h_t is tanh"),
        (sheet_class(way_back=lambda self, da: da @ self.w_h), "backward: dw_x: W_h must be transposed"),
        (sheet_class(way_back=lambda self, da: 0), "backward: dw_x: nothing comes back"),
        (sheet_class(way_back=lambda self, da: da / 2), "backward: dw_x: the numbers differ at"),
        (sheet_class(before=lambda self: self.h), "backward: dw_h: every a_t needs the state"),
        (sheet_class(before=lambda self: np.roll(self.h, 1, axis=1)), "backward: dw_h: .* the .last. state"),
        (
            sheet_class(before=lambda self: np.concatenate([0 * self.h0[:, None], self.h[:, :-1]], axis=1)),
            "backward: dw_h: the first step adds nothing",
        ),
        (sheet_class(keep=lambda self, old, new: old + new), "called twice: dw_x: the second gradients were added"),
        (
            sheet_class(keep=lambda self, old, new: new if np.ndim(old) == 0 else 3 * new),
            "called twice: dw_x: the numbers differ at",
        ),
        (sheet_class(keep=lambda self, old, new: 3 * new), "backward: dw_x: the numbers differ at"),
        (
            sheet_class(backward=lambda self, dh, later: halved(Sheet.backward(self, dh, later), dh)),
            "backward: it changes an array",
        ),
        (
            sheet_class(backward=lambda self, dh, later: halved(Sheet.backward(self, dh, later), later)),
            "backward: it changes an array",
        ),
        (sheet_class(backward=lambda self, dh: Sheet.backward(self, dh, 0)), "backward: it raises TypeError"),
        (sheet_class(arrives=lambda self, dh, later: (dh, 0)), "backward: dw_x: dh_later plays no part"),
        (sheet_class(arrives=lambda self, dh, later: (dh + later[:, None], 0)), "dw_x: .* not at every one"),
        (sheet_class(arrives=lambda self, dh, later: (dh, self.way_back(later))), "dw_x: .* come through w_h"),
        (sheet_class(arrives=lambda self, dh, later: (dh, later - dh[:, -1])), "dw_x: at the last state dh is lost"),
        (
            sheet_class(arrives=lambda self, dh, later: (dh, later / self.slope(self.h[:, -1]))),
            "dw_x: dh_later must meet the slope",
        ),
        (
            sheet_class(arrives=lambda self, dh, later: (dh + np.eye(dh.shape[1])[0][:, None] * later[:, None], 0)),
            "dw_x: .* not at the first",
        ),
        (sheet_class(arrives=lambda self, dh, later: (dh, -later)), "dw_x: the numbers differ at"),
        (sheet_class(arrives=lambda self, dh, later: (dh, 2 * later)), "dw_x: dh_later is added twice"),
        (sheet_class(arrives=lambda self, dh, later: (dh, 3 * later)), "dw_x: the numbers differ at"),
        (sheet_class(arrives=lambda self, dh, later: (0 * dh, later)), "dw_x: the numbers differ at"),
        (sheet_class(arrives=lambda self, dh, later: (dh, later.mean(axis=0))), "dw_x: the numbers differ at"),
        (sheet_class(update=lambda self, lr: Sheet.update(self, -lr)), "update: self.w_x: it goes uphill"),
        (sheet_class(update=lambda self, lr: Sheet.update(self, 1)), "update: self.w_x: the learning rate is missing"),
        (sheet_class(update=lambda self, lr: Sheet.update(self, 2 * lr)), "update: self.w_x: the numbers differ at"),
        (sheet_class(update=lambda self, lr: None), "update: self.w_x: it has not moved"),
        (sheet_class(start=lambda self, array: array), "update: it (changes an array|raises .*Cannot cast)"),
        (sheet_class(update=lambda self, lr: halved(Sheet.update(self, lr), self.b)), "update: self.b: the numbers"),
        (sheet_class(update=None), "no method update"),
        (sheet_class()(np.eye(2), np.eye(2), np.ones(2)), "the class itself"),
    ],
    "6.1": [
        ("InputForState", "InputForState would show a wrong shape here"),
        ("MissingNext", "would show W_x, W_h, b, x and h0 wrong with six steps; this table shows only W_h wrong"),
        ("NoSlope", "would show W_x, W_h, b, x and h0 wrong with six steps; this table shows only W_h wrong"),
        ("AllAtOnce", "this table shows only W_h wrong"),
        ("nottransposed", "NotTransposed would show W_x"),
        (" WrongBiasAxis ", "would show only b wrong with six steps; this table shows only W_h wrong"),
        ("InPlace", "InPlace would show no wrong row with six steps"),
        ("AddedUp", "AddedUp would show no wrong row"),
        ("Leak", "Leak would show no wrong row"),
        ("W_h", "the answer is one of these names, as text: MissingNext, "),
        ("don't know", "one of these names"),
        (["IndexMinusOne"], "one of these names"),
        (2, "one of these names"),
    ],
    "6.2": [
        ("InPlace", 'would fail "arguments left alone" and "a second call gives the same"; here "batch items'),
        ("AddedUp", 'would fail "a second call gives the same"; here "batch items independent" fails'),
        ("IndexMinusOne", "would show only W_h wrong with six steps; this table shows no wrong row"),
        ("MissingNext", "this table shows no wrong row"),
        ("SlopeOfH", "SlopeOfH would show W_x, W_h, b, x and h0 wrong"),
        ("SlopeOnlyOnDh", "this table shows no wrong row"),
        ("SlopeOfTheStepBefore", "this table shows no wrong row"),
        ("NotTransposed", "this table shows no wrong row"),
        ("InputForState", "would show only W_h wrong with six steps; this table shows no wrong row"),
        ("WrongBiasAxis", "would show only b wrong with six steps; this table shows no wrong row"),
        ("batch items independent", "one of these names"),
    ],
    "6.3": [
        ("MissingNext", "looks the same; with a single step it would show no wrong row: make that table"),
        ("SlopeOnlyOnDh", "looks the same; with a single step it would show no wrong row: make that table"),
        ("AllAtOnce", "the line about x would be: wrong at t = 0, 1, 2, 3; here it is: right at the last step, wrong"),
        ("NoSlope", "the line about x would be: wrong at every step; here it is: right at the last step, wrong before"),
        ("SlopeOfH", "the line about x would be: wrong at every step"),
        ("SlopeOfTheStepBefore", "the line about x would be: wrong at every step"),
        ("IndexMinusOne", "only W_h wrong with six steps; this table shows W_x, W_h, b, x and h0 wrong"),
        ("InputForState", "only W_h wrong with six steps; this table shows W_x"),
        ("WrongBiasAxis", "only b wrong with six steps; this table shows W_x"),
        ("InPlace", "no wrong row with six steps; this table shows W_x"),
        ("Leak", "no wrong row with six steps; this table shows W_x"),
        ("Transposed", "one of these names"),
    ],
    "6.4": [
        (lambda *p: with_dh0(as_found(*p), p[2]), "da: this is still as it was found"),
        (lambda *p: mended(*p, slope=lambda h: 1 - h * h), "da: 1 − h² is the slope of tanh"),
        (lambda *p: mended(*p, next_=False), "da: nothing comes back"),
        (lambda dh, h, W: mended(dh, h, W.T), "da: W_h must be transposed"),
        (lambda *p: mended(*p, slope=lambda h: 1), "da: f' is missing"),
        (lambda *p: mended(*p, slope=lambda h: sigma_of(h) * sigma_of(-h)), "da: h is the sigmoid's output already"),
        (lambda dh, h, W: mended(dh * h * (1 - h), h, W), "da: dh meets the slope twice"),
        (lambda dh, h, W: with_dh0(+dh, W), "da: this is dh"),
        (lambda dh, h, W: (mended(dh, h, W)[0], mended(dh, h, W)[0][:, 0]), "dh0: this is da_1"),
        (lambda dh, h, W: (mended(dh, h, W)[0], mended(dh, h, W)[0][:, 0] @ W), "dh0: W_h must be transposed"),
        (lambda dh, h, W: (mended(dh, h, W)[0], mended(dh, h, W)[0][:, -1] @ W.T), "dh0: h_0 went into the first"),
        (lambda dh, h, W: mended(dh, h, W)[0], "should return 2 results, separated by commas: return da, dh0"),
        (lambda *p: mended(*p)[::-1], "da: the result has shape"),
        (lambda *p: mended(*p, slope=lambda h: h * (1 + h)), "da: the numbers differ at"),
        (lambda *p: mended(*p, slope=lambda h: h - 1), "da: the numbers differ at"),
        (lambda *p: mended(*p, slope=lambda h: (1 - h) ** 2), "da: the numbers differ at"),
        (lambda *p: mended(*p, slope=lambda h: np.sqrt(h * (1 - h))), "da: the numbers differ at"),
        (lambda *p: mended(*p, slope=lambda h: -h * (1 - h)), "da: the numbers differ at"),
        (lambda dh, h, W: mended(2 * dh, h, W), "da: the numbers differ at"),
        (lambda dh, h, W: mended(dh, h, W + W.T), "da: the numbers differ at"),
        (lambda dh, h, W: mended(dh, h, 0.5 * W), "da: the numbers differ at"),
        (lambda dh, h, W: with_dh0(mended(dh[:, ::-1], h[:, ::-1], W)[0][:, ::-1], W), "da: the numbers differ at"),
        (lambda dh, h, W: mended(dh, np.roll(h, 1, axis=1), W), "da: the numbers differ at"),
        (lambda dh, h, W: (mended(dh, h, W)[0], 2 * mended(dh, h, W)[1]), "dh0: the numbers differ at"),
        (lambda dh, h, W: (mended(dh, h, W)[0], mended(dh, h, W)[0][:, 1] @ W.T), "dh0: the numbers differ at"),
        (lambda dh, h, W: (mended(dh, h, W)[0], mended(dh, h, W)[0].sum(axis=1) @ W.T), "dh0: the numbers differ at"),
    ],
    "6.5": [
        ((1, 3), "a reach of 1 would leave, of six steps, x wrong at t = 0, 1, 2, 3; compare"),
        ((0, 2), "a reach of 0 would leave, of six steps, x wrong at t = 0, 1, 2, 3, 4; compare"),
        ((3, 4), "a reach of 3 would leave, of six steps, x wrong at t = 0, 1; compare"),
        ((4, 6), "a reach of 4 would leave, of six steps, x wrong at t = 0; compare"),
        ((5, 4), "no step at which x is wrong"),
        ((9, 4), "no step at which x is wrong"),
        ((2, 3), "T: with T = 3 the check passes"),
        ([2, 1], "T: with T = 1 the check passes"),
        ((2, 0), "at least one step"),
        ((2, 5), "T: with T = 5 the check fails, but so it does with 4"),
        ((2, 6), "T: with T = 6 the check fails, but so it does with 5"),
        ((4, 2), "a reach of 4"),
        (2, "pair of whole numbers"),
        ((2.0, 4), "pair of whole numbers"),
        ((2, 4, 6), "pair of whole numbers"),
        ((-1, 4), "pair of whole numbers"),
        ("2, 4", "pair of whole numbers"),
    ],
    "8.1": [
        (
            lambda W, h: [growth_back(W, h)[i] for i in (1, 0, 2)],
            "bound: this is long_run: return bound, long_run, true",
        ),
        (lambda W, h: growth_back(W, h)[::-1], "bound: this is true, the largest stretch: return bound, long_run"),
        (lambda W, h: [growth_back(W, h)[i] for i in (0, 2, 1)], "long_run: this is true, the largest stretch"),
        (lambda W, h: growth_back(W, h, at=1), "bound: these are the slopes of steps T"),
        (lambda W, h: growth_back(W, h, count=0), "bound: these are T factors"),
        (lambda W, h: growth_back(W, h, slope=lambda h: 1 - h * h), "bound: 1 - h² is the slope of tanh"),
        (lambda W, h: growth_back(W, h, slope=np.ones_like), "bound: the slopes are missing"),
        (lambda W, h: growth_back(W, h, largest=rho), "bound: this is made from the eigenvalues"),
        (lambda W, h: growth_back(W, h, largest=np.linalg.norm), "bound: norm.W. without a 2"),
        (lambda W, h: growth_back(W, h, steepest=np.mean), "bound: a mean"),
        (lambda W, h: growth_back(W, h, steepest=np.min), "bound: the numbers differ"),
        (lambda W, h: growth_back(W, h, largest=lambda W: np.abs(W).sum()), "bound: the numbers differ"),
        (lambda W, h: replaced(growth_back(W, h), 1, max(np.linalg.eigvals(W).real) ** (len(h) - 1)), "real part"),
        (
            lambda W, h: replaced(growth_back(W, h), 1, np.linalg.eigvals(W).max() ** (len(h) - 1)),
            r"long_run: the eigenvalues are complex here: .* np\.abs before the maximum",
        ),
        (lambda W, h: replaced(growth_back(W, h), 1, rho(W)), "long_run: this is ρ for one step"),
        (lambda W, h: replaced(growth_back(W, h), 1, rho(W) ** len(h)), "long_run: this is one factor too many"),
        (lambda W, h: replaced(growth_back(W, h), 1, (len(h) - 1) * rho(W)), "long_run: the numbers differ"),
        (lambda W, h: replaced(growth_back(W, h), 1, rho(W) ** (len(h) - 2)), "long_run: the numbers differ"),
        (lambda W, h: replaced(growth_back(W, h), 2, growth_back(W.T, h)[2]), "true: the walk back goes through W_h"),
        (lambda W, h: replaced(growth_back(W, h), 2, growth_back(W, h)[0]), "true: this is the bound again"),
        (lambda W, h: replaced(growth_back(W, h), 2, growth_back(W, h, at=1)[2]), "true: these are the slopes of"),
        (lambda W, h: replaced(growth_back(W, h), 2, growth_back(W, h, order=1)[2]), "true: the slopes come in the"),
        (lambda W, h: replaced(growth_back(W, h), 2, sigma(power(W, len(h) - 1))), "true: the slopes are missing"),
        (lambda W, h: replaced(growth_back(W, h), 2, sigma(W)), "true: the numbers differ"),
        (lambda W, h: growth_back(W, h)[0], "should return 3 results"),
    ],
    "8.2": [
        (lambda g, k, m: (*clipped(g, k, min(1, m / length(g, k))), 1.0), "new_1: this is one factor for all entries:"),
        (
            lambda g, k, m: (g * min(1, m / length(g)), k * min(1, m / length(k)), 1.0),
            "new_1: this is one factor for all entries of this array",
        ),
        (
            lambda g, k, m: (np.clip(g, -m, m), k * min(1, m / abs(k).max()), 1.0),
            "new_2: this is one factor for all entries of this array",
        ),
        (lambda g, k, m: (np.minimum(g, m), np.minimum(k, m), 1.0), "new_1: only large positive"),
        (lambda g, k, m: (np.minimum(abs(g), m), np.minimum(abs(k), m), 1.0), "new_1: the signs are lost"),
        (lambda g, k, m: (np.clip(g, 0, m), np.clip(k, 0, m), 1.0), "new_1: the numbers differ"),
        (lambda g, k, m: (np.tanh(g / m) * m, np.tanh(k / m) * m, 1.0), "new_1: the numbers differ"),
        (lambda g, k, m: (np.clip(g, -m, m), k, 1.0), "new_2: this array was not clipped"),
        (lambda g, k, m: (np.clip(g, -m, m), np.clip(k, -m / 2, m / 2), 1.0), "new_2: the numbers differ"),
        (lambda g, k, m: (np.clip(g, -m, m), np.clip(k, -m, m), 1.0), "cosine: 1 is right for one factor"),
        (lambda g, k, m: (*entries(g, k, m), along(g, np.clip(g, -m, m))), "cosine: this is the cosine of the first"),
        (lambda g, k, m: (*entries(g, k, m), along(g, np.clip(g, -m, m)) * length(g)), "cosine: the numbers differ"),
        (lambda g, k, m: (*entries(g, k, m), along(g, k[:1])), "raises ValueError"),
        (lambda g, k, m: (*entries(g, k, m), length(*entries(g, k, m)) / length(g, k)), "cosine: the numbers differ"),
        (lambda g, k, m: (*entries(g, k, m), 0.0), "cosine: the numbers differ"),
        (lambda g, k, m: entries(g, k, m), "should return 3 results"),
    ],
    "8.3": [
        (
            lambda p, tol: kept(p, lambda far, near: far.sum() <= tol * length(p.sum(0)), lengths=True),
            "lengths are added here",
        ),
        (
            lambda p, tol: next(
                k for k in range(len(p) + 1) if length(p[: len(p) - k].sum(0)) <= tol * length(p.sum(0))
            ),
            "begins with k = 0",
        ),
        (lambda p, tol: kept(p, lambda far, near: far.sum() <= tol * (far.sum() + near.sum()), lengths=True), "cancel"),
        (lambda p, tol: kept(p[::-1], lambda far, near: length(far) <= tol * length(far + near)), "the first k steps"),
        (lambda p, tol: kept(p, lambda far, near: length(far) <= tol), "tolerance is relative"),
        (lambda p, tol: kept(p, lambda far, near: length(far) < tol * length(far + near)), "exactly the tolerance"),
        (lambda p, tol: kept(p, lambda far, near: length(far) <= tol * length(near)), "the numbers differ"),
        (lambda p, tol: kept(p, lambda far, near: along(near, far + near) >= 1 - tol), "direction only"),
        (lambda p, tol: kept(p, lambda far, near: length(far) <= tol * length(far + near)) + 1, "one too many"),
        (lambda p, tol: kept(p, lambda far, near: length(far) <= tol * length(far + near)) - 1, "one too few"),
        (
            lambda p, tol: len(p) - kept(p, lambda far, near: length(far) <= tol * length(far + near)),
            "counts the steps that are cut off",
        ),
        (lambda p, tol: len(p), "the numbers differ"),
        (lambda p, tol: kept(p, lambda far, near: abs(far).max() <= tol * abs(far + near).max()), "the numbers differ"),
    ],
    "7.1": [
        (lambda x: less(x)[::-1], "bits: these are the borrows"),
        (lambda x: less(x, sign=-1), "bits: this adds"),
        (lambda x: (np.bitwise_xor(*x.T), less(x)[1]), "bits: no borrow enters"),
        (lambda x: less(np.fliplr(x)), "bits: p and q have changed places"),
        (lambda x: [part[::-1] for part in less(np.flipud(x))], "bits: it starts at the wrong end"),
        (lambda x: [part[::-1] for part in less(x)], "bits: the right bits in the wrong order"),
        (lambda x: (less(x)[0] - 2 * less(x)[1], less(x)[1]), "bits: a digit below 0"),
        (lambda x: (less(x)[0] - less(x)[1], less(x)[1]), "bits: a borrowed 1 is worth 2"),
        (lambda x: less(x, sign=0), "bits: no borrow enters"),
        (lambda x: less(x, keep=True), "bits: a borrow never ends"),
        (lambda x: less(x if value(x[:, 0]) >= value(x[:, 1]) else np.fliplr(x)), "bits: where p is less than q"),
        (lambda x: (less(x)[0], np.roll(less(x)[1], 1) * (np.arange(len(x)) > 0)), "borrow: .* that enter each place"),
        (lambda x: (less(x)[0], x[:, 1] > x[:, 0]), "borrow: the borrow that enters plays no part"),
        (lambda x: (less(x)[0], less(np.fliplr(x))[1]), "borrow: p and q have changed places"),
        (lambda x: (less(x)[0], less(x)[1][::-1]), "borrow: the right borrows in the wrong order"),
        (lambda x: (less(x)[0], 1 - less(x)[1]), "borrow: the numbers differ"),
        (lambda x: (less(x)[0], less(x)[1][-1]), "borrow: .* has shape"),
        (lambda x: (1 - less(x)[0], less(x)[1]), "bits: the numbers differ"),
        (lambda x: less(x)[0], "should return 2 results"),
    ],
    "7.2": [
        (value, "counts as positive"),
        (lambda bits: value(bits) - 2 ** len(bits) * bits[0], "the numbers differ"),
        (lambda bits: value(np.flip(bits)) - 2 ** len(bits) * bits[0], "turned round: the first bit"),
        (lambda bits: int("".join(map(str, bits)), 2), "turned round, and the last bit"),
        (lambda bits: value(bits[:-1]) * (-1) ** bits[-1], "no minus sign"),
        (lambda bits: value(bits) - bits[-1] * 2 ** (len(bits) - 1), "left out"),
        (lambda bits: value(bits) - bits[-1] * (2 ** len(bits) - 1), "one too much"),
        (lambda bits: value(bits) - 256 * bits[-1], "8 places"),
        (lambda bits: -value(bits) + 2 ** len(bits) * bits[-1], "sign is the wrong one"),
        (lambda bits: 2 * value(bits) - 2 ** (len(bits) + 1) * bits[-1], "twice too much"),
        (lambda bits: sum(bits), "the numbers differ"),
        (lambda bits: value(bits) - 2 ** len(bits), "the numbers differ"),
        (lambda bits: bits[1:] - bits[:-1], "has shape"),
    ],
    "7.3": [
        ((20, 20, 10), "no 1 has come yet, but the sum is 10 "),
        ((20, 20, 0), "no 1 has come yet, but the sum is 0 and the state 0.50, at step 1"),
        ((20, 20, -4), "no 1 has come yet, but the sum is -4"),
        ((20, 2000, -5), "no 1 has come yet, but .* at step 2"),
        ((5, 20, -10), "a 1 comes, but the sum is -5 and the state 0.01, at step 1"),
        ((14, 20, -10), "a 1 comes, but the sum is 4 "),
        ((-20, 20, -10), "a 1 comes, but the sum is -30"),
        ((20, 5, -10), "a 1 came 1 steps before, but"),
        ((20, 0, -10), "a 1 came 1 steps before, but the sum is -10"),
        ((20, 14.5, -10), "a 1 came 1 steps before, but"),
        ((20, -20, -10), "a 1 came 1 steps before, but the sum is -30"),
        (20, "three finite numbers"),
        ((20, 20), "three finite numbers"),
        ((20, 20, float("nan")), "three finite numbers"),
        ("latch", "three finite numbers"),
    ],
    "7.4": [
        (lambda e: flipped(e, lambda e, other: ~other), "cannot be stopped"),
        (lambda e: flipped(e, lambda e, other: e & other), "do not stop it"),
        (lambda e: flipped(e, lambda e, other: other & ~e), "explode after the change"),
        (lambda e: np.stack(3 * [e & ~e[::-1, ::-1, ::-1]]), "all three conditions"),
        (lambda e: flipped(e[::-1, ::-1, ::-1], lambda e, other: ~other & e[::-1, ::-1, ::-1]), "two other conditions"),
        (lambda e: np.stack([e & ~e[:1], e & ~e[:, :1], e & ~e[..., :1]]), "set to 0"),
        (lambda e: np.stack([e & ~e[1:], e & ~e[:, 1:], e & ~e[..., 1:]]), "set to 1"),
        (lambda e: np.stack(3 * [e & (not e[0, 0, 0])]), r"run \(0, 0, 0\)"),
        (lambda e: flipped(e)[::-1], "wrong order"),
        (lambda e: np.stack([e & ~e[::-1], e & ~e[::-1, ::-1], e & ~e[::-1, ::-1, ::-1]]), "added to the one before"),
        (lambda e: flipped(e, lambda e, other: e != other), "the numbers differ"),
        (lambda e: flipped(e, lambda e, other: e | other), "the numbers differ"),
        (lambda e: np.moveaxis(flipped(e), 0, -1), r"has shape .2, 2, 2, 3.; it should be .3, 2, 2, 2.$"),
        (lambda e: flipped(e).any(axis=0), "has shape"),
        (lambda e: np.stack(3 * [e]), "the numbers differ"),
        (lambda e: [e & ~np.swapaxes(e, k, k - 1) for k in range(3)], "the numbers differ"),
    ],
    "9.1": [
        (lambda *p: two_loops(*p, start=False, walk=False), "dW: the slope of tanh is nowhere"),
        (lambda *p: two_loops(*p, start=False), "where a walk starts"),
        (lambda *p: two_loops(*p, walk=False), "missing in the walk"),
        (lambda *p: two_loops(*p, late=True), "one step too late"),
        (lambda x, h0, h, *p: two_loops(x, h0, np.tanh(h), *p), "dW: the slope is taken of"),
        (
            lambda x, h0, h, do, *p: (*two_loops(x, h0, h, do, *p)[:2], np.outer(do[-1], h[-1])),
            "dV: the numbers differ",
        ),
        (
            lambda x, h0, h, do, *p: (*two_loops(x, h0, h, do, *p)[:2], (do.T * np.arange(1, len(h) + 1)) @ h),
            "dV: each step adds to dV once",
        ),
        (lambda *p: two_loops(*p, first="last"), "dU: at s = 0 the index"),
        (lambda *p: two_loops(*p, first="zero"), "h_0 is not zero here"),
        (lambda x, h0, h, do, W, U, V: two_loops(x, h0, h, do, W, U.T, V), "dW: the walk back goes through U"),
        (lambda *p: two_loops(*p)[:2], "should return 3 results"),
    ],
    "9.2": [
        (lambda *p: updated_W(*p, losses=(2,)), r"for E\^2 alone"),
        (lambda *p: updated_W(*p, losses=(1,)), r"for E\^1 alone"),
        (lambda *p: 2 * p[4] - updated_W(*p), "goes uphill"),
        (lambda *p: updated_W(*p, f_slope=lambda z: 1 - z * z), "slope of tanh"),
        (lambda *p: updated_W(*p, f_slope=np.ones_like), "slope of the sigmoid is missing"),
        (lambda *p: updated_W(*p, way_back=lambda W: W), "goes through Wᵀ"),
        (lambda *p: updated_W(*p, way_back=lambda W: 0 * W), "walked back no step"),
        (lambda *p: updated_W(*p, after=True), "states are those after each step"),
        (lambda *p: p[4] + 0, "W as it was"),
        (lambda *p: (p[4] - updated_W(*p)) / p[8], "this is the gradient"),
        (lambda *p: updated_W(*p) - p[4], "this is the move alone"),
        # none of these is in the list: no cause is named
        (lambda *p: p[4] + 2 * (updated_W(*p) - p[4]), "the numbers differ"),
        (lambda *p: p[4] + (updated_W(*p) - p[4]) / 2, "the numbers differ"),
        (lambda *p: updated_W(*p).T, "the numbers differ"),
        (lambda *p: updated_W(*p[:8], 1.0), "the numbers differ"),
        (lambda x, z_0, *p: updated_W(x, 0 * z_0, *p), "the numbers differ"),
        (lambda x, z_0, d, *p: updated_W(x, z_0, d[::-1], *p), "the numbers differ"),
        (lambda x, z_0, d, *p: updated_W(x[::-1], z_0, d, *p), "the numbers differ"),
        (lambda *p: updated_W(*p[:6], 0 * p[6], *p[7:]), "the numbers differ"),
        (lambda *p: updated_W(*p[:7], 0 * p[7], p[8]), "the numbers differ"),
        (lambda *p: updated_W(*p)[:, 0], "the result has shape"),
    ],
    "10.1": [
        (lambda W_x, W_h, b: np.vstack([W_h, W_x, b]).T, "the state stands second"),
        (lambda W_x, W_h, b: np.vstack([b, W_x, W_h]).T, "the last column of W, not the first"),
        (lambda W_x, W_h, b: np.vstack([W_x, W_h, b]), "columns need its transpose"),
        (lambda W_x, W_h, b: np.hstack([W_x.T, W_h.T]), "b is missing"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h, b]), "W_h is not transposed"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h.T, 0 * b]), "the last column is 0"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h.T, b**0]), "the last column is 1"),
        # none of these is in the list: no cause is named
        (lambda W_x, W_h, b: np.column_stack([W_h.T, W_x.T, 0 * b]), "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([0 * W_x.T, W_h.T, b]), "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, 0 * W_h.T, b]), "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h.T, -b]), "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h.T, b])[::-1], "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h.T, b])[:, ::-1], "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([b, W_h.T, W_x.T]), "the numbers differ"),
        (lambda W_x, W_h, b: 2 * np.column_stack([W_x.T, W_h.T, b]), "the numbers differ"),
        (lambda W_x, W_h, b: np.column_stack([W_h, W_x.T, b]), "the numbers differ"),
        (lambda W_x, W_h, b: np.vstack([W_x, W_h, b]).reshape(len(b), -1), "the numbers differ"),
        (lambda W_x, W_h, b: W_x.T + b[:, None], "has shape"),
        (lambda W_x, W_h, b: W_x @ W_h, "has shape"),
        (lambda W_x, W_h, b: np.vstack([W_x, W_h]), "has shape"),
        (lambda W_x, W_h, b: np.hstack([W_x, W_h, b]), "raises ValueError"),
        (lambda W_x, W_h, b: np.column_stack([W_x.T, W_h.T, b]).ravel(), "has shape"),
    ],
    "10.2": [
        (lambda *p: phrase(*p, keep=(0, 1, 1, 1)), "dx: this is x in the inner node only"),
        (lambda *p: phrase(*p, keep=(1, 0, 1, 1)), "dx: this is x as a child of the root only"),
        (lambda *p: phrase(*p, both=0), "dx: nothing comes to the inner node from the root"),
        (lambda *p: phrase(*p, own=0), "dx: the inner node's own readout"),
        (lambda *p: phrase(*p, slopes=(0, 0)), "dx: the slope .* at both nodes"),
        (lambda *p: phrase(*p, slopes=(0, 1)), "dx: the slope .* at the root"),
        (lambda *p: phrase(*p, slopes=(1, 0)), "dx: the slope .* at the inner node"),
        (lambda *p: phrase(*p, turn=-1), "dx: the halves have changed places"),
        (lambda *p: phrase(*p, turns=(-1, 1)), "dx: the halves of the root"),
        (lambda *p: phrase(*p, turns=(1, -1)), "dx: the halves of the inner node"),
        (lambda *p: replaced(phrase(*p), 1, phrase(*p, turns=(1, -1))[1]), "dz: the halves of the inner node"),
        (lambda *p: phrase(*p, late=1), "dx: d_inner is added after the slope"),
        (lambda *p: phrase(*p, keep=(1, 1, 0, 1)), "dW: the part of the root is missing"),
        (lambda *p: phrase(*p, keep=(1, 1, 1, 0)), "dW: the part of the inner node is missing"),
        (lambda *p: replaced(phrase(*p), 1, phrase(*p, both=0)[1]), "dz: nothing comes to the inner node"),
        (lambda *p: replaced(phrase(*p), 1, phrase(*p, own=0)[1]), "dz: the inner node's own"),
        # none of these is in the list: no cause is named
        (lambda *p: replaced(phrase(*p), 1, phrase(*p)[0]), "dz: the numbers differ"),
        (lambda *p: replaced(phrase(*p), 2, -phrase(*p)[2]), "dW: the numbers differ"),
        (lambda *p: replaced(phrase(*p), 2, phrase(*p)[2] / 2), "dW: the numbers differ"),
        (lambda *p: replaced(phrase(*p), 2, phrase(*p)[2].T), "dW: .* has shape"),
        (lambda *p: replaced(phrase(*p), 2, np.roll(phrase(*p)[2], len(p[3]), axis=0)), "dW: the numbers differ"),
        (lambda *p: replaced(phrase(*p), 0, phrase(*p)[0] / 2), "dx: the numbers differ"),
        (lambda x, z, *p: phrase(z, x, *p), "dx: the numbers differ"),
        (lambda x, z, W, b, d, e: phrase(x, z, W, b, e, d), "dx: the numbers differ"),
        (lambda x, z, W, b, *p: phrase(x, z, W, 0 * b, *p), "dx: the numbers differ"),
        (lambda *p: phrase(*p, back=lambda W: W), "raises ValueError"),
        (lambda *p: phrase(*p)[:2], "should return 3 results"),
        (lambda *p: (phrase(*p)[1], phrase(*p)[0], phrase(*p)[2]), "dx: the numbers differ"),
    ],
    "10.3": [
        (lambda *p: of_three(*p, goes=np.ones_like), "dchildren: every child gets the whole"),
        (lambda *p: of_three(*p, goes=lambda c: np.ones_like(c) / 3), "dchildren: each child gets a third"),
        (lambda *p: of_three(*p, goes=lambda c: c == c.min(0)), "dchildren: this goes to the smallest"),
        (lambda *p: of_three(*p, goes=lambda c: c == c.max(1)[:, None]), "dchildren: .* entry by entry"),
        (lambda *p: of_three(*p, goes=lambda c: (c == c.max(0)) * c), "dchildren: this is multiplied"),
        (lambda *p: of_three(*p, goes=lambda c: (c == c.max()).any(1)[:, None]), "dchildren: one child gets the whole"),
        (
            lambda *p: of_three(*p, goes=lambda c: (c.sum(1) == c.sum(1).max())[:, None]),
            "dchildren: one child gets the whole",
        ),
        (lambda *p: of_three(*p, slope=0), "dchildren: the slope of tanh"),
        (lambda *p: of_three(*p, back=lambda W: W), "dchildren: the way back goes through W transposed"),
        (lambda *p: (of_three(*p)[0], of_three(*p, slope=0)[1]), "dW: the slope of tanh"),
        (lambda *p: (of_three(*p)[0], of_three(*p)[1].T), "dW: this is dW transposed"),
        (lambda *p: of_three(*p, into=lambda c: c.sum(0) / 3), "dW: .* the mean of the children"),
        (lambda *p: of_three(*p, into=lambda c: c[0] + c[1] + c[2]), "dW: .* the sum of the children"),
        (lambda *p: of_three(*p, into=lambda c: c[0]), "dW: .* the first child alone"),
        # none of these is in the list: no cause is named
        (lambda *p: of_three(*p, goes=lambda c: c == np.sort(c, 0)[1]), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, goes=lambda c: c > c.mean(0)), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, goes=lambda c: c > 0), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, goes=lambda c: abs(c) == abs(c).max(0)), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, into=lambda c: np.tanh(c.max(0))), "dW: the numbers differ"),
        (lambda *p: of_three(*p, goes=lambda c: np.exp(c) / np.exp(c).sum(0)), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, goes=lambda c: -1.0 * (c == c.max(0))), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, slope=0.5), "dchildren: the numbers differ"),
        (lambda *p: of_three(*p, into=lambda c: c[2]), "dW: the numbers differ"),
        (lambda *p: of_three(*p, into=lambda c: c.min(0)), "dW: the numbers differ"),
        (lambda c, W, b, dh: of_three(c, W, 0 * b, dh), "dchildren: the numbers differ"),
        (lambda *p: (of_three(*p)[0].sum(0), of_three(*p)[1]), "dchildren: .* has shape"),
        (lambda *p: (of_three(*p)[0], 3 * of_three(*p)[1]), "dW: the numbers differ"),
        (lambda *p: of_three(*p)[0], "should return 2 results"),
        (lambda *p: of_three(*p)[::-1], "dchildren: .* has shape"),
    ],
    "11.1": [
        (lambda *p: coupled(*p, order="fgo"), "h_t: the blocks stand in the order g, o, f"),
        (lambda *p: coupled(*p, order="gfo"), "h_t: the blocks stand in the order g, o, f"),
        (lambda *p: coupled(*p, new=lambda f: 1), "h_t: what is new counts 1 - f_t"),
        (lambda *p: coupled(*p, new=lambda f: f), "h_t: what is new counts 1 - f_t"),
        (lambda *p: coupled(*p, shown=lambda c: c), "h_t: h_t shows the tanh of the cell"),
        (lambda *p: coupled(*p, squash=lambda a: 1 / (1 + np.exp(-a))), "h_t: the candidate g goes through tanh, not"),
        (lambda *p: coupled(*p, squash=lambda a: a), "h_t: the candidate g goes through tanh"),
        (lambda *p: coupled(*p)[::-1], "h_t: this is c_t: return h_t first"),
        (lambda *p: (np.tanh(coupled(*p)[1]), coupled(*p)[1]), "h_t: the output gate o_t is missing"),
        (lambda *p: (coupled(*p)[0], coupled(*p)[0]), "c_t: this is h_t again"),
        (lambda *p: (coupled(*p)[0], np.tanh(coupled(*p)[1])), "c_t: the cell itself is handed on"),
        (lambda *p: coupled(*p)[0], "should return 2 results"),
        # none of these is in the list: no cause is named
        (lambda *p: coupled(*p, old=lambda f: 1 - f, new=lambda f: f), "h_t: f_t and 1 - f_t are exchanged"),
        (lambda *p: coupled(*p, old=lambda f: 1), "h_t: the numbers differ"),
        (lambda *p: coupled(*p, order="ogf"), "h_t: the numbers differ"),
        (lambda *p: coupled(*p, new=lambda f: 1 + f), "h_t: the numbers differ"),
        (lambda *p: coupled(*p, new=lambda f: -f), "h_t: the numbers differ"),
        (lambda *p: coupled(*p, shown=np.sin), "h_t: the numbers differ"),
        (lambda x, h, c, W_x, W_h, b: coupled(x, h, c, W_x, W_h, 0 * b), "h_t: the numbers differ"),
        (lambda x, h, c, W_x, W_h, b: coupled(x, 0 * h, c, W_x, W_h, b), "h_t: the numbers differ"),
        (lambda x, h, c, W_x, W_h, b: coupled(x, h, 0 * c, W_x, W_h, b), "h_t: the numbers differ"),
        (lambda x, h, c, W_x, W_h, b: coupled(x, h, h, W_x, W_h, b), "h_t: the numbers differ"),
        (lambda *p: (coupled(*p)[0], coupled(*p)[1] - p[2]), "c_t: the numbers differ"),
    ],
    "11.2": [
        (lambda *p: coupled_back(*p, of_f=lambda c, g: c), "da_t: f_t is used twice"),
        (lambda *p: coupled_back(*p, of_f=lambda c, g: c + g), "da_t: .* has a minus sign"),
        (lambda dh, dc, *p: coupled_back(dh, 0 * dc, *p), "da_t: dc_next is missing"),
        (lambda *p: coupled_back(*p, slopes=(1 - np.tanh(p[4]) ** 2, None, None)), "da_t: g is the tanh already"),
        (lambda *p: coupled_back(*p, slopes=(p[4] * (1 - p[4]), None, None)), "da_t: g comes from a tanh"),
        (lambda *p: coupled_back(*p, order="fgo"), "da_t: the blocks of da_t stand in the order"),
        (
            lambda *p: (coupled_back(*p)[0], coupled_back(*p)[1] + p[0], coupled_back(*p)[2]),
            "dh_whole itself does not pass",
        ),
        (
            lambda *p: replaced(coupled_back(*p), 2, coupled_back(p[0], 0 * p[1], *p[2:])[2]),
            "c_.t-1.: dc_next is missing",
        ),
        (lambda *p: replaced(coupled_back(*p), 2, p[1] * p[6]), "only dc_next passes here"),
        (lambda *p: replaced(coupled_back(*p), 2, coupled_back(*p)[2] / p[6]), "this is dc_t"),
        (
            lambda *p: coupled_back(p[0], p[1] + p[0] * (1 - p[5]) * (1 - np.tanh(p[3]) ** 2), *p[2:]),
            "da_t: h_t shows o_t times the tanh",
        ),
        (lambda *p: replaced(coupled_back(*p), 1, coupled_back(*p)[2]), "it comes last"),
        # none of these is in the list: no cause is named
        (lambda *p: coupled_back(*p, slopes=(0.5, None, None)), "da_t: the numbers differ"),
        (lambda *p: coupled_back(*p, slopes=(None, 0.5, None)), "da_t: the numbers differ"),
        (lambda *p: coupled_back(*p, slopes=(None, None, 0.5)), "da_t: the numbers differ"),
        (lambda *p: coupled_back(*p, of_f=lambda c, g: g - c), "da_t: the sign of f's block is turned"),
        (lambda *p: coupled_back(*p, of_f=lambda c, g: -g), "da_t: the numbers differ"),
        (lambda *p: coupled_back(*p, of_f=lambda c, g: g), "da_t: the numbers differ"),
        (lambda *p: replaced(coupled_back(*p), 1, p[0]), "h_.t-1.: the numbers differ"),
        (lambda *p: replaced(coupled_back(*p), 2, coupled_back(*p)[2] + p[1]), "c_.t-1.: the numbers differ"),
        (lambda *p: coupled_back(*p, order="ogf"), "da_t: the numbers differ"),
        (lambda dh, *p: coupled_back(0 * dh, *p), "da_t: the numbers differ"),
        (lambda dh, dc, c, c_t, *p: coupled_back(dh, dc, c, c, *p), "da_t: the numbers differ"),
        (lambda dh, dc, *p: coupled_back(dc, dh, *p), "da_t: the numbers differ"),
        (lambda *p: replaced(coupled_back(*p), 1, -coupled_back(*p)[1]), "h_.t-1.: the numbers differ"),
        (lambda *p: replaced(coupled_back(*p), 2, p[1]), "c_.t-1.: the numbers differ"),
        (lambda *p: coupled_back(*p)[:2], "should return 3 results"),
    ],
    "11.3": [
        (lambda lag, part: np.log(lag), "log of the lag leaves about a third"),
        (lambda lag, part: part ** (1 / lag), "this is the gate"),
        (lambda lag, part: np.log(part / (1 - part)), "this keeps `part` at every step"),
        (lambda lag, part: -np.log(part ** (1 / lag) / (1 - part ** (1 / lag))), "the sign is turned"),
        (lambda lag, part: np.log(part) / lag, "this is the log of the gate"),
        (lambda lag, part: np.log(part / lag / (1 - part / lag)), "the steps multiply"),
        # none of these is in the list: no cause is named
        (lambda lag, part: np.log(lag / part), "the numbers differ"),
        (lambda lag, part: np.exp(-1 / lag), "the numbers differ"),
        (lambda lag, part: lag * part, "the numbers differ"),
        (lambda lag, part: np.log(part / (1 - part)) / lag, "the numbers differ"),
        (lambda lag, part: -np.log(1 - part ** (1 / lag)), "the numbers differ"),
        (lambda lag, part: np.log(lag) - np.log(-np.log(part)), "near for a large b:"),
        (lambda lag, part: np.arctanh(part ** (1 / lag)), "the numbers differ"),
        (lambda lag, part: 1 - part ** (1 / lag), "the numbers differ"),
        (lambda lag, part: np.log2(part ** (1 / lag) / (1 - part ** (1 / lag))), "the numbers differ"),
        (lambda lag, part: 1.0, "the numbers differ"),
        (lambda lag, part: part**lag, "the numbers differ"),
        (lambda lag, part: np.log(part ** (1 / (lag + 1)) / (1 - part ** (1 / (lag + 1)))), "the numbers differ"),
    ],
    "11.4": [
        (lambda matrix, order: matrix.T, "the matrix is turned, but its blocks"),
        (lambda matrix, order: matrix, "nothing has changed"),
        (
            lambda matrix, order: np.concatenate([np.split(matrix, 4)[order.index(g)] for g in "ifgo"], axis=1),
            "each of them is still for columns",
        ),
        (lambda matrix, order: four_blocks(matrix, order).T, "the matrix is not transposed"),
        (lambda matrix, order: four_blocks(matrix, "ifgo", order), "the way from our order to the other"),
        (lambda matrix, order: four_blocks(matrix, order, "ifog"), "the last two blocks are exchanged"),
        # none of these is in the list: no cause is named
        (lambda matrix, order: four_blocks(matrix, order, "figo"), "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order, "ogfi"), "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order, "gifo"), "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order, "igfo"), "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order, "".join(sorted(order))), "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order[::-1]), "the numbers differ"),
        (lambda matrix, order: -four_blocks(matrix, order), "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order)[::-1], "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order)[:, ::-1], "the numbers differ"),
        (lambda matrix, order: four_blocks(matrix, order)[:, :-1], "has shape"),
        (lambda matrix, order: matrix.reshape(len(matrix) // 4, -1), "the numbers differ"),
        (lambda matrix, order: np.split(matrix.T, 4, axis=1), "has shape"),
    ],
    "12.1": [
        (lambda v, k, t: softmax(np.where(best_k(v, k, 1.0) > 0, v / t, -np.inf)), "takes finite numbers only"),
        (lambda v, k, t: softmax(v * np.nan), "raises NotFinite|raises ValueError"),
        (lambda v, k, t: best_k(v, k, t, divide=False), "do not add up to 1"),
        (lambda v, k, t: best_k(v, k, 1.0), "temperature plays no part"),
        (lambda v, k, t: best_k(v, k, 1 / t), "turned round"),
        (lambda v, k, t: best_k(v, v.shape[1], t), "all characters are left"),
        (lambda v, k, t: best_k(v, k, t, allowed=lambda row, k: row <= sorted(row)[k - 1]), "k least likely"),
        (lambda v, k, t: best_k(np.where(best_k(v, k, 1.0) > 0, v, 0), v.shape[1], t), "logit 0"),
        (lambda v, k, t: best_k(v, k - 1, t), "one too few"),
        (lambda v, k, t: best_k(v, k + 1 if k < v.shape[1] else k, t), "one too many"),
        (lambda v, k, t: (best_k(v, k, t) > 0) / k, "equally likely"),
        (lambda v, k, t: best_k(best_k(v, v.shape[1], 1.0), v.shape[1], t), "a softmax of them"),
        (
            lambda v, k, t: best_k(v, k, t, allowed=lambda row, k: row >= np.sort(v.ravel())[-k * len(v)]),
            "in all rows together",
        ),
        # none of these is in the list: no cause is named
        (lambda v, k, t: best_k(v, k, 2 * t), "the numbers differ"),
        (lambda v, k, t: best_k(v, k, t * t), "the numbers differ"),
        (lambda v, k, t: best_k(-v, k, t), "the numbers differ"),
        (lambda v, k, t: best_k(v, k, t)[::-1], "the numbers differ"),
        (lambda v, k, t: best_k(v, 1, t), "the numbers differ|one too few"),
        (lambda v, k, t: best_k(v.T, min(k, len(v)), t).T, "the numbers differ"),
        (lambda v, k, t: np.log(best_k(v, k, t)), "divide by zero|NaN or infinity"),
        (lambda v, k, t: best_k(v, k, t) / len(v), "the numbers differ"),
        (lambda v, k, t: np.abs(v) / np.abs(v).sum(axis=1, keepdims=True), "the numbers differ"),
        (lambda v, k, t: best_k(v, k, t)[0], "has shape"),
        (lambda v, k, t: best_k(v, k, t).argmax(axis=1), "has shape"),
    ],
    "12.2": [
        (lambda p, q, w: (2 ** in_bits(blend(p, q, w)), in_bits(blend(p, q, w))), "bits: this is the perplexity"),
        (lambda p, q, w: (in_bits(p) * w + in_bits(q) * (1 - w), 1.0), "bits: this mixes the bits"),
        (lambda p, q, w: (in_bits(p**w * q ** (1 - w)), 1.0), "bits: this mixes the bits"),
        (lambda p, q, w: (in_bits(blend(q, p, w)), 1.0), "bits: the weight belongs to p"),
        (lambda p, q, w: (in_bits((p + q) / 2), 1.0), "bits: the weight plays no part"),
        (lambda p, q, w: (in_bits(blend(p, q, w), np.e), 1.0), "bits: these are nats"),
        (lambda p, q, w: (in_bits(blend(p, q, w)) * p.size, 1.0), "bits: this is the sum"),
        (lambda p, q, w: (-in_bits(blend(p, q, w)), 1.0), "bits: the sign"),
        (lambda p, q, w: (np.log2(1 / np.mean(blend(p, q, w))), 1.0), "bits: this is the logarithm of the mean"),
        (lambda p, q, w: (in_bits(p), 1.0), "bits: these are the bits of p"),
        (lambda p, q, w: (in_bits(q), 1.0), "bits: these are the bits of q"),
        (lambda p, q, w: (in_bits(blend(p, q, w)), np.exp(in_bits(blend(p, q, w)))), "perplexity: bits go with"),
        (lambda p, q, w: (in_bits(blend(p, q, w)), sum(1 / blend(p, q, w)) / len(p)), "perplexity: .* arithmetic"),
        (lambda p, q, w: (in_bits(blend(p, q, w)), 0.5 ** in_bits(blend(p, q, w))), "perplexity: .* reciprocal"),
        (
            lambda p, q, w: (in_bits(blend(p, q, w)), blend(2 ** in_bits(p), 2 ** in_bits(q), w)),
            "perplexity: this mixes the two perplexities",
        ),
        (lambda p, q, w: (in_bits(blend(p, q, w)), 1 / np.mean(blend(p, q, w))), "perplexity: this is 1 over the mean"),
        # none of these is in the list: no cause is named
        (lambda p, q, w: (in_bits(blend(p, q, w), 10), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (in_bits(p + q), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (in_bits(np.maximum(p, q)), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (in_bits(p * q), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (in_bits(w * p + q), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (float(np.median(-np.log2(blend(p, q, w)))), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (1 - blend(p, q, w).mean(), 1.0), "bits: the numbers differ"),
        (lambda p, q, w: (in_bits(blend(p, q, w)), in_bits(blend(p, q, w)) ** 2), "perplexity: the numbers differ"),
        (lambda p, q, w: (in_bits(blend(p, q, w)), 2 * in_bits(blend(p, q, w))), "perplexity: the numbers differ"),
        (lambda p, q, w: (in_bits(blend(p, q, w)), 2 ** in_bits(p)), "perplexity: the numbers differ"),
        (lambda p, q, w: (-np.log2(blend(p, q, w)), 1.0), "bits: the result has shape"),
        (lambda p, q, w: in_bits(blend(p, q, w)), "should return 2 results"),
    ],
    "12.3": [
        (lambda a, b, n: np.array([float(start in a) for start in b]), "start at the same place"),
        (lambda a, b, n: known_part(a, b, n, count=any), "any overlap counts"),
        (
            lambda a, b, n: np.array([max(len({*range(s, s + n)} & {*range(t, t + n)}) for t in a) / n for s in b]),
            "overlaps most",
        ),
        (
            lambda a, b, n: np.array([sum(len({*range(s, s + n)} & {*range(t, t + n)}) for t in a) / n for s in b]),
            "counted twice",
        ),
        (lambda a, b, n: known_part(a, b, n, count=sum), "divide by the length"),
        (lambda a, b, n: known_part(a, b, n, count=lambda hits: 1 - np.mean(hits)), "has not seen"),
        (lambda a, b, n: known_part(b, a, n), "changed places"),
        (lambda a, b, n: np.mean(known_part(a, b, n)), "a number for each is asked for"),
        (lambda a, b, n: known_part(a, b, n, reach=1), "only the first character"),
        (
            lambda a, b, n: np.concatenate([known_part(a[a <= start], [start], n) for start in b]),
            "start after the test window",
        ),
        # none of these is in the list: no cause is named
        (lambda a, b, n: known_part(a, b, n, reach=n + 1), "the numbers differ"),
        (lambda a, b, n: known_part(a, b, n, reach=n - 1), "the numbers differ"),
        (lambda a, b, n: known_part(a + 1, b, n), "the numbers differ"),
        (lambda a, b, n: known_part(a, b, n + 1), "the numbers differ"),
        (lambda a, b, n: known_part(a, b, n, known=set(range(min(a), max(a) + n))), "the numbers differ"),
        (lambda a, b, n: known_part(a, b, n, count=all), "the numbers differ"),
        (lambda a, b, n: known_part(a, b, n) / n, "the numbers differ"),
        (lambda a, b, n: 100 * known_part(a, b, n), "the numbers differ"),
        (lambda a, b, n: known_part(a, b, n)[::-1], "the numbers differ"),
        (lambda a, b, n: 0 * known_part(a, b, n), "the numbers differ"),
        (lambda a, b, n: known_part(a[1:], b, n), "the numbers differ"),
        (lambda a, b, n: known_part(a, b[1:], n), "has shape"),
    ],
    "12.4": [
        (
            lambda x, g, V: np.array([g[x == k][-1] if (x == k).any() else 0 * g[0, 0] for k in range(V)]),
            "the numbers differ",
        ),
        (lambda x, g, V: lost_rows(x, g, V), "repeated tokens are lost: with"),
        (lambda x, g, V: lost_rows(x, g, V, start=False), "repeated tokens are lost: an assignment|with"),
        (lambda x, g, V: summed_rows(x, g, V, before=0), "the token before plays no part"),
        (lambda x, g, V: summed_rows(x, g, V, own=0), "the token itself plays no part"),
        (lambda x, g, V: summed_rows(x, g, V, wrap=True), "given the last token of its row"),
        (
            lambda x, g, V: summed_rows(x.reshape(1, -1), g.reshape(1, x.size, -1), V),
            "the last token of the row before",
        ),
        (
            lambda x, g, V: summed_rows(x.reshape(1, -1), g.reshape(1, x.size, -1), V, wrap=True),
            "the last token of the row before|of its row",
        ),
        (lambda x, g, V: summed_rows(x[:, ::-1], g[:, ::-1], V), "the token after is taken"),
        (lambda x, g, V: 2 * summed_rows(x, g, V, before=0), "added twice"),
        (lambda x, g, V: summed_rows(x, g, V, at=1), "the gradient of its own step"),
        (lambda x, g, V: summed_rows(x, g / x.size, V), "divided by the number of tokens"),
        (lambda x, g, V: summed_rows(x, g, V) / np.shape(x)[0], "divided by N"),
        # none of these is in the list: no cause is named
        (lambda x, g, V: summed_rows(x, g, V, before=-1), "the numbers differ"),
        (lambda x, g, V: summed_rows(x, g, V) / 2, "the numbers differ|divided by N"),
        (lambda x, g, V: summed_rows(x, g, V) / x.shape[1], "the numbers differ|number of tokens"),
        (lambda x, g, V: summed_rows(x, g[::-1, ::-1], V), "the numbers differ"),
        (lambda x, g, V: summed_rows(x, g, V)[::-1], "the numbers differ"),
        (lambda x, g, V: -summed_rows(x, g, V), "the numbers differ"),
        (lambda x, g, V: summed_rows(x, g, V, before=2), "the numbers differ"),
        (lambda x, g, V: summed_rows(x[:, :-1], g[:, :-1], V), "the numbers differ"),
        (lambda x, g, V: summed_rows(x, np.abs(g), V), "the numbers differ"),
        (lambda x, g, V: summed_rows(x, g, V).cumsum(axis=0), "the numbers differ"),
        (lambda x, g, V: summed_rows(x, g, V).T, "has shape"),
        (lambda x, g, V: summed_rows(x, g, V + 1), "has shape"),
    ],
    "13.1": [
        (lambda x, M, p: with_drift(x, M, p, added=lambda k: 0), "no drift is added"),
        (lambda x, M, p: with_drift(x, M, p, added=lambda k: 1), "added once only"),
        (lambda x, M, p: with_drift(x, M, p, added=lambda k: k), "in the first period nothing is added"),
        (lambda x, M, p: with_drift(x, M, p, change=lambda x, p: x[:, -1] - x[:, -p]), "period - 1 steps apart"),
        (lambda x, M, p: with_drift(x, M, p, change=lambda x, p: x[:, -1] - x[:, -2]), "over one step"),
        (lambda x, M, p: with_drift(x, M, p, added=lambda k: -1 - k), "the sign of the change"),
        (lambda x, M, p: with_drift(x, M, p, back=1), "one step too early"),
        (lambda x, M, p: x[:, -1:] + with_drift(0 * x + x, M, p) - with_drift(x, M, p, lambda k: 0), "no season in it"),
        (lambda x, M, p: with_drift(x, M, p, change=lambda x, p: (x[:, -1] - x[:, -1 - p]).mean()), "one mean change"),
        (
            lambda x, M, p: with_drift(x, M, p, lambda k: 0) + np.arange(1, M + 1) * (x[:, [-1]] - x[:, [-1 - p]]),
            "of a whole period is added at each step",
        ),
        (
            lambda x, M, p: (
                np.array([[2 * row[-p:][k] - row[-2 * p :][k] for k in range(p)] * 9 for row in x])[:, :M]
                + np.repeat(np.arange(9), p)[:M] * np.tile((x[:, -p:] - x[:, -2 * p : -p]), 9)[:, :M]
            ),
            "its own change",
        ),
        # none of these is in the list: no cause is named
        (lambda x, M, p: with_drift(x, M, p, added=lambda k: k + 2), "the numbers differ"),
        (lambda x, M, p: with_drift(x, M, p, added=lambda k: 2**k), "the numbers differ"),
        (lambda x, M, p: with_drift(x, M, p, change=lambda x, p: x[:, -2] - x[:, -2 - p]), "the numbers differ"),
        (lambda x, M, p: with_drift(x, M, p, change=lambda x, p: x[:, -1] - x[:, 0]), "over the whole window"),
        (lambda x, M, p: with_drift(x, M, p)[:, ::-1], "the numbers differ"),
        (lambda x, M, p: with_drift(x, M, p)[::-1], "the numbers differ"),
        (lambda x, M, p: with_drift(x[:, ::-1], M, p), "the numbers differ"),
        (lambda x, M, p: np.repeat(x.mean(axis=1, keepdims=True), M, axis=1), "the numbers differ"),
        (lambda x, M, p: with_drift(x, p, p), "has shape"),
        (lambda x, M, p: with_drift(x, M, p)[0], "has shape"),
    ],
    "13.2": [
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[: o + 1]), "the first value that it must"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s), "the whole series"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[:a]), "from the first past"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[: o - a]), "forecast was given no values"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[o - a : o]), "always the same length"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[: o - 1]), "is held back"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, last=1), "the last origin is missing"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f)[1:], "the first origin is missing"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, error=lambda e: e), "errors with a sign"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, error=lambda e: -e), "errors with a sign"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, error=np.square), "squared errors"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f).mean(axis=0), "the mean over the origins"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f)[::M], "it jumps by the horizon"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, last=1, shift=1), "one step too late"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f).swapaxes(0, 1), "have changed places"),
        # none of these is in the list: no cause is named
        (lambda s, a, M, f: at_each_origin(s, a, M, f)[::-1], "the numbers differ"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f)[:, ::-1], "the numbers differ"),
        (lambda s, a, M, f: 2 * at_each_origin(s, a, M, f), "the numbers differ"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, shift=-1), "the numbers differ"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[1:o]), "the numbers differ"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, known=lambda s, o: s[:o][::-1]), "the numbers differ"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, error=np.sqrt), "invalid value|NaN or infinity"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f).mean(axis=1), "has shape"),
        (lambda s, a, M, f: at_each_origin(s, a, M, f, last=2), "has shape|origins are missing"),
        (lambda s, a, M, f: f(s, M, 1), "raises TypeError"),
    ],
    "13.3": [
        (lambda f, s, t: not notices(f, s, t, draw), "this is the opposite"),
        (lambda f, s, t: notices(f, s, t, draw, until=len(s)), "True to every function"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: draw(o, 0)), "True to every function"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: draw(o, len(s) - 1 - t, t)), "only the last value"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(t, 1e4)), "only the value at t"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: draw(o, t, 1)), "the value at t itself is not changed"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:] + 500)), "the same amount"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:] + 1e-4)), "too little"),
        (lambda f, s, t: np.any(np.abs(f(s[:t]) - f(s)[:t]) > 1e-9), "a shorter series is transformed"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), 0)), "changed too little: where"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: draw(o, t, scale=0.5)), "changed too little: where"),
        (lambda f, s, t: 0.0, "False to every function"),
        # none of these is in the list: no cause is named
        (lambda f, s, t: 0.5, "the numbers differ"),
        (lambda f, s, t: 2 * notices(f, s, t, draw), "the numbers differ"),
        (lambda f, s, t: -1.0 * notices(f, s, t, draw), "the numbers differ"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:] + 2)), "small amount"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: draw(o, t, 1), until=t + 1), "one place off"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: draw(o, t, -1), until=t - 1), "one place off"),
        (lambda f, s, t: notices(f, s, t, draw, until=1), "only the first place"),
        (
            lambda f, s, t: np.all(np.abs(f(s)[:t] - f(np.append(s[:t], 1e4 * SIGNS[t:] * SIZES[t:]))[:t]) > 1e-9),
            r"any, not all",
        ),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__([t, -1], [1e6, -1e6])), "at every other place"),
        (
            lambda f, s, t: abs(np.sum(f(s)[:t] - f(np.append(s[:t], 1e4 * SIGNS[t:] * SIZES[t:]))[:t])) > 1e-9,
            "in turn",
        ),
        (
            lambda f, s, t: not np.array_equal(f(s)[:t], f(np.append(s[:t], [np.nan] * (12 - t)))[:t], equal_nan=True),
            "the future is replaced by NaN",
        ),
        (
            lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:] + 1e5 * SIGNS[: 12 - t])),
            "each value less the mean of all",
        ),
        (lambda f, s, t: notices(f, s, t, draw, until=t - 1), "just before t is left out"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(-1, o[-1] + 1)), "only the last value"),
        (lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(t, o[t] + 1)), "only the value at t"),
        (
            lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:] + 9e3 * SIZES[: 12 - t])),
            "larger",
        ),
        (
            lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:] - 9e3 * SIZES[: 12 - t])),
            "smaller",
        ),
        (lambda f, s, t: notices(lambda x: f(x)[t - 1 : t], s, t, draw, until=1), "only the place just before t"),
        # no cause is known: which function was misjudged is told
        (lambda f, s, t: notices(f, s, t, draw, until=3), "says False of a function that looks ahead, .* lar"),
        (lambda f, s, t: np.any(np.isnan(f(np.append(s[:t], [np.nan] * (12 - t)))[:t])), "says False of .*, "),
        (
            lambda f, s, t: notices(f, s, t, draw) or f(s)[0] == 0,
            "says True of a function that does not look ahead, each value less the one before",
        ),
        (lambda f, s, t: f(s)[:t], "has shape"),
        (lambda f, s, t: [notices(f, s, t, draw)], "has shape"),
        (lambda f, s, t: "True", "is not made of numbers"),
        (lambda f, s, t: f(t), "raises"),
        (
            lambda f, s, t: notices(f, s, t, lambda o, t: o.__setitem__(slice(t, None), o[t:][::-1])),
            "only put into another order",
        ),
    ],
    "14.1": [
        (lambda x, end: up_to_end(x, end, lambda before, is_end: before == 0 and not is_end), "end token itself"),
        (lambda x, end: up_to_end(x, end, lambda before, is_end: not is_end), "judged alone"),
        (lambda x, end: up_to_end(x[:, ::-1], end, lambda before, is_end: before + is_end > 0)[:, ::-1], "the numbers"),
        (
            lambda x, end: np.where(
                (x == end).any(axis=1, keepdims=True),
                up_to_end(x[:, ::-1], end, lambda before, is_end: before + is_end > 0)[:, ::-1],
                True,
            ),
            "last end token",
        ),
        (
            lambda x, end: up_to_end(x, end) & ((x == end).any(axis=1)[:, None] | (np.arange(x.shape[1]) == 0)),
            "at its first step only",
        ),
        (
            lambda x, end: (
                up_to_end(x, end, lambda before, is_end: before + is_end == 0) & (x == end).any(axis=1, keepdims=True)
            ),
            "does not count at all",
        ),
        (lambda x, end: x == end, "at the end tokens only"),
        (lambda x, end: up_to_end(x, end, lambda n, is_end: n == 0 and is_end), "at the first end token only"),
        (lambda x, end: up_to_end(x, end).astype(int), "a mask is an array of booleans"),
        (lambda x, end: up_to_end(x, end) * 1.0, "a mask is an array of booleans"),
        (lambda x, end: up_to_end(x, end).tolist(), "a mask is an array of booleans"),
        (lambda x, end: up_to_end(x, end).astype(int).tolist(), "a mask is an array of booleans"),
        (lambda x, end: np.logical_not(up_to_end(x, end)), "True where the step does not count"),
        (lambda x, end: up_to_end(x, 0), "taken to be 0"),
        (lambda x, end: up_to_end(x, end).sum(axis=1), "these are the lengths"),
        (lambda x, end: up_to_end(x.reshape(1, -1), end, lambda n, e: n + e == 0).reshape(x.shape), "rows below it"),
        (lambda x, end: up_to_end(x.T, end, lambda n, is_end: n + is_end == 0).T, "down the columns"),
        (lambda x, end: up_to_end(x, end, lambda n, is_end: n + is_end <= 1), "goes on after the first end token"),
        (lambda x, end: up_to_end(x.T, end).T, "down the columns"),
        (lambda x, end: up_to_end(x, end, lambda n, is_end: n - is_end == 0), "is subtracted twice"),
        (
            lambda x, end: up_to_end(x, end) | np.roll(up_to_end(x, end), 1, axis=1) & (np.arange(x.shape[1]) > 0),
            "one step too many",
        ),
        # none of these is in the list: no cause is named
        (lambda x, end: up_to_end(x, end + 1), "the numbers differ"),
        (lambda x, end: up_to_end(x, end)[::-1], "the numbers differ"),
        (lambda x, end: up_to_end(x, end)[:, ::-1], "the numbers differ"),
        (lambda x, end: up_to_end(x, end, lambda n, is_end: n <= 1), "the numbers differ"),
        (lambda x, end: up_to_end(x, end, lambda n, is_end: n == 0 or is_end), "the numbers differ"),
        (lambda x, end: up_to_end(x, end) & np.any(x == end, axis=1)[:, None], "without an end token does not count"),
        (lambda x, end: np.ones(x.shape, bool), "the numbers differ"),
        (lambda x, end: up_to_end(x, end) * 2, "the numbers differ"),
        (lambda x, end: up_to_end(x, end).cumsum(axis=1), "the numbers differ"),
        (lambda x, end: up_to_end(x, x.max()), "the numbers differ"),
        (lambda x, end: up_to_end(x, end)[..., None], "has shape"),
        (lambda x, end: up_to_end(x, end)[:, 1:], "has shape"),
    ],
    "14.2": [
        (lambda y, d, n: (np.mean(abs(y - d)), 0 * y), "E: the padded steps count"),
        (lambda y, d, n: (absolute(y, d, n, over=y.size)[0], 0 * y), "E: .* still N·T"),
        (lambda y, d, n: (absolute(y, d, n, over=len(n))[0], 0 * y), "E: this is divided by N"),
        (lambda y, d, n: (absolute(y, d, n, over=1)[0], 0 * y), "E: this is the sum"),
        (
            lambda y, d, n: (np.mean([abs(y[i, :k] - d[i, :k]).mean() for i, k in enumerate(n)]), 0 * y),
            "E: .* a step of a short sequence",
        ),
        (lambda y, d, n: (absolute(y, d, n, of=np.square)[0], 0 * y), "E: this is the squared"),
        (lambda y, d, n: (absolute(y, d, n, of=lambda off: off**2 / 2)[0], 0 * y), "E: this is half the squared"),
        (lambda y, d, n: (absolute(y, d, n, of=float)[0], 0 * y), "E: differences of both signs"),
        (lambda y, d, n: (absolute(y, d, n)[0], np.sign(y - d) / y.size), "dy: the padded .* and the divisor"),
        (lambda y, d, n: (absolute(y, d, n)[0], np.sign(y - d) / sum(n)), "dy: the padded steps have"),
        (
            lambda y, d, n: (absolute(y, d, n)[0], 2 * (y - d) * (absolute(y, d, n)[1] != 0) / sum(n)),
            "dy: .* of the squared",
        ),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, over=y.size)[1]), "dy: the divisor is N·T"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, over=1)[1]), "dy: it is not divided"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(d, y, n)[1]), "dy: the sign"),
        (
            lambda y, d, n: (absolute(y, d, n)[0], abs(absolute(y, d, n)[1]) * (y - d)),
            "dy: this is the gradient of half the squared",
        ),
        (
            lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, over=1)[1] / n[:, None] / len(n)),
            "dy: .* mean of means",
        ),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, over=len(n))[1]), "dy: this is divided by N"),
        (lambda y, d, n: absolute(y, d, n, longer=1), "E: one step too many counts"),
        (lambda y, d, n: absolute(y, d, n, longer=1, over=n.sum()), "E: one step too many counts"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, longer=1)[1]), "dy: one step too many counts"),
        (
            lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, longer=1, over=n.sum())[1]),
            "dy: one step too many counts",
        ),
        (lambda y, d, n: (absolute(y, d, n)[0], abs(absolute(y, d, n)[1])), "dy has no sign"),
        # none of these is in the list: no cause is named
        (lambda y, d, n: absolute(y, d, n, longer=2), "E: the numbers differ|one step too many"),
        (lambda y, d, n: absolute(y, d, n, over=n.max()), "E: the numbers differ"),
        (lambda y, d, n: absolute(y, d, n, over=2 * n.sum()), "E: the numbers differ"),
        (lambda y, d, n: absolute(y[::-1], d, n), "E: the numbers differ"),
        (lambda y, d, n: absolute(y, -d, n), "E: the numbers differ"),
        (lambda y, d, n: absolute(y, d, n, of=lambda u: max(u, 0)), "E: the numbers differ"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n)[1] / 2), "dy: the numbers differ"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, longer=-1)[1]), "dy: the numbers differ"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n, over=n.max())[1]), "dy: the numbers differ"),
        (lambda y, d, n: (absolute(y, d, n)[0], absolute(y, d, n)[1].sum()), "dy: the result has shape"),
        (lambda y, d, n: absolute(y, d, n)[0], "should return 2 results"),
    ],
    "14.3": [
        (lambda x, n: np.flip(x, 1), "turned as a whole"),
        (lambda x, n: x.copy(), "nothing is turned"),
        (lambda x, n: np.flip(x, 0), "order of the sequences"),
        (lambda x, n: np.flip(x, 2), "features are turned"),
        (lambda x, n: reversed_rows(x, np.minimum(n + 1, x.shape[1])), "one step too many"),
        (lambda x, n: reversed_rows(x, np.maximum(n - 1, 0)), "stays behind"),
        (lambda x, n: reversed_rows(np.roll(x, -1, axis=1), n)[:, : x.shape[1]], "the numbers differ"),
        (
            lambda x, n: np.array([[*np.flip(row[:k]), *row[k:]] for row, k in zip(x, n, strict=True)]),
            "the features are turned as well",
        ),
        (
            lambda x, n: np.array(
                [[*row[:k][::-1][: k // 2], *row[k // 2 : k], *row[k:]] for row, k in zip(x, n, strict=True)]
            ),
            "overwritten before they are read",
        ),
        (
            lambda x, n: np.array([[*row[:-k], *row[-k:][::-1]] for row, k in zip(x, n, strict=True)]),
            "the last columns are turned",
        ),
        (
            lambda x, n: np.array([[*row[k:0:-1], *row[k:]] for row, k in zip(x, n, strict=True)]),
            "begins with a padded step",
        ),
        (lambda x, n: reversed_rows(x, [max(n)] * len(n)), "within the longest"),
        (lambda x, n: reversed_rows(x, [min(n)] * len(n)), "within the shortest"),
        (lambda x, n: reversed_rows(x, [n[0]] * len(n)), "of the first one"),
        (lambda x, n: np.array([[*row[:k][::-1], *row[k:][::-1]] for row, k in zip(x, n, strict=True)]), "as it is"),
        (
            lambda x, n: np.array([[*row[:k][::-1], *(0 * row[k:])] for row, k in zip(x, n, strict=True)]),
            "padding is set to 0",
        ),
        (
            lambda x, n: (
                np.array([[*row[k:], *row[:k][::-1]] for row, k in zip(0 * x, n, strict=True)])
                + np.array([[*(0 * row[k:]), *row[:k][::-1]] for row, k in zip(x, n, strict=True)])
            ),
            "behind the padding",
        ),
        (
            lambda x, n: np.array([[*row[: len(row) - k], *row[:k][::-1]] for row, k in zip(x, n, strict=True)]),
            "behind the padding",
        ),
        # none of these is in the list: no cause is named
        (lambda x, n: np.array([[*row[k:], *row[:k]] for row, k in zip(x, n, strict=True)]), "the numbers differ"),
        (lambda x, n: reversed_rows(x, n, start=1), "the numbers differ"),
        (lambda x, n: reversed_rows(x, n[::-1]), "the numbers differ|first one"),
        (lambda x, n: reversed_rows(x, n)[::-1], "the numbers differ"),
        (lambda x, n: -reversed_rows(x, n), "the numbers differ"),
        (lambda x, n: 0 * x, "the numbers differ"),
        (lambda x, n: reversed_rows(reversed_rows(x, n), np.maximum(n - 1, 1)), "the numbers differ"),
        (lambda x, n: np.roll(x, 1, axis=1), "the numbers differ"),
        (lambda x, n: np.sort(x, axis=1), "the numbers differ"),
        (lambda x, n: reversed_rows(x, n)[:, :, ::-1], "the numbers differ"),
        (lambda x, n: np.cumsum(x, axis=1), "the numbers differ"),
        (lambda x, n: reversed_rows(x, n)[:, : max(n) - 1], "has shape"),
        (lambda x, n: reversed_rows(x, n)[0], "has shape"),
    ],
    "14.4": [
        (lambda f, b, n: np.hstack([f[:, -1], b[:, -1]]), r"\[-1\] of both"),
        (lambda f, b, n: np.hstack([f[:, -1], b[:, 0]]), "taken after the end"),
        (lambda f, b, n: two_ends(f, b, n - 1, n - 1), "backward half is taken at the last real step"),
        (lambda f, b, n: two_ends(f, b, 0 * n, 0 * n), "forward half is taken at the first"),
        (lambda f, b, n: two_ends(f, b, 0 * n, n - 1), "exchange the places"),
        (lambda f, b, n: two_ends(f, b, 0 * n, 0 * n - 1), "backward half in the padding"),
        (lambda f, b, n: two_ends(f, b, n, 0 * n), "one step after the end"),
        (lambda f, b, n: two_ends(b, f, 0 * n, n - 1), "the forward half comes first"),
        (lambda f, b, n: two_ends(f, b, n - 1, 0 * n - 1), "in the last column"),
        (lambda f, b, n: sum(np.hsplit(two_ends(f, b, n - 1, 0 * n), 2)), "added up"),
        (lambda f, b, n: two_ends(b, f, n - 1, 0 * n), "have changed places"),
        (lambda f, b, n: np.vstack(np.hsplit(two_ends(f, b, n - 1, 0 * n), 2)), "one under the other"),
        (lambda f, b, n: two_ends(f, b[:, ::-1], n - 1, n - 1), "in the order of the steps already"),
        (lambda f, b, n: two_ends(f, b, n - 1, 0 * n).reshape(len(n), 2, -1), "in an axis of their own"),
        (lambda f, b, n: np.concatenate([f[:, n - 1], b[:, 0]], axis=1), r"dimension.*see Hint 2"),
        (lambda f, b, n: np.concatenate([f[:, n - 1], b[:, 0 * n]], axis=1), r"has shape.*see Hint 2"),
        (lambda f, b, n: np.concatenate([f[:, n - 1], b[:, 0 * n]], axis=-1), r"has shape.*see Hint 2"),
        # none of these is in the list: no cause is named
        (lambda f, b, n: two_ends(f, b[:, ::-1], 0 * n, n - 1), "the numbers differ"),
        (lambda f, b, n: two_ends(f, b, n - 2, 0 * n), "one step before the last"),
        (lambda f, b, n: two_ends(f, b, n - 1, 0 * n + 1), "the numbers differ"),
        (lambda f, b, n: two_ends(f, b, 0 * n + n.max() - 1, 0 * n), "one place for all rows"),
        (lambda f, b, n: two_ends(f, b, 0 * n + n.min() - 1, 0 * n), "the numbers differ"),
        (lambda f, b, n: two_ends(f, b, n[::-1] - 1, 0 * n), "the numbers differ"),
        (lambda f, b, n: two_ends(f, f, n - 1, 0 * n), "the numbers differ"),
        (lambda f, b, n: two_ends(b, b, n - 1, 0 * n), "the numbers differ"),
        (lambda f, b, n: two_ends(f, b, n - 1, 0 * n)[::-1], "the numbers differ"),
        (lambda f, b, n: np.hstack([f.mean(axis=1), b.mean(axis=1)]), "the numbers differ"),
        (lambda f, b, n: np.hstack([f.max(axis=1), b.max(axis=1)]), "the numbers differ"),
        (lambda f, b, n: two_ends(f, b, n - 1, 0 * n) / 2, "the numbers differ"),
        (lambda f, b, n: f[np.arange(len(n)), n - 1], "has shape"),
        (lambda f, b, n: np.concatenate([f, b], axis=2), "has shape .* Take one place from each row"),
    ],
    "15.1": [
        (lambda a, b, c, d: (a + c, max(b + c, d)), r"raises ValueError.*for arrays take np\.maximum"),
        (lambda a, b, c, d: (a * c, np.maximum(b + c, d)), "a: this is the product of a linear"),
        (lambda a, b, c, d: (np.where(a > c, a, c), b), "a: this is the larger of the two"),
        (lambda a, b, c, d: (a, b), "a: this is a alone"),
        (lambda a, b, c, d: (c, d), "a: this is a_next alone"),
        (lambda a, b, c, d: (a - c, b), "a: this is a difference"),
        (lambda a, b, c, d: ((a + c) / 2, b), "a: this is the mean"),
        (lambda a, b, c, d: (np.maximum(b + c, d), a + c), "a: this is the new b"),
        (lambda a, b, c, d: (a + b + c, b), "a: b does not belong here"),
        (lambda a, b, c, d: (a + c, np.where(b > d, b, d)), "b: b goes through the second step"),
        (lambda a, b, c, d: (a + c, c + b), "b: b_next is missing"),
        (lambda a, b, c, d: (a + c, d), "b: this is b_next alone"),
        (lambda a, b, c, d: (a + c, c * b + d), "b: this is the b of a linear"),
        (lambda a, b, c, d: (a + c, np.maximum(d + a, b)), "b: the two steps have changed places"),
        (lambda a, b, c, d: (a + c, np.maximum(a + b, d)), "b: b gains the a of its own step"),
        (lambda a, b, c, d: (a + c, np.maximum(b + c, d + c)), "b: a_next is added to b_next too"),
        (lambda a, b, c, d: (a + c, np.maximum(b, d + c)), "b: a_next is added to b_next:"),
        (lambda a, b, c, d: (a + c, np.minimum(b + c, d)), "b: this is the smaller"),
        (lambda a, b, c, d: (a + c, np.maximum(a + c + b, d)), "b: a does not belong here"),
        (lambda a, b, c, d: (a + c, b + c + d), "b: the two are added"),
        # none of these is in the list: no cause is named
        (lambda a, b, c, d: (np.abs(a) + np.abs(c), b), "a: the numbers differ"),
        (lambda a, b, c, d: (np.minimum(a, c), b), "a: the numbers differ"),
        (lambda a, b, c, d: (2 * (a + c), b), "a: the numbers differ"),
        (lambda a, b, c, d: (a + c + 1, b), "a: the numbers differ"),
        (lambda a, b, c, d: (-(a + c), b), "a: the numbers differ"),
        (lambda a, b, c, d: (a + d, b), "a: the numbers differ"),
        (lambda a, b, c, d: (a + c, np.maximum(b + c, d) + 1), "b: the numbers differ"),
        (lambda a, b, c, d: (a + c, -np.maximum(b + c, d)), "b: the numbers differ"),
        (lambda a, b, c, d: (a + c, np.maximum(b - c, d)), "b: the numbers differ"),
        (lambda a, b, c, d: (a + c, np.maximum(b * c, d)), "b: the numbers differ"),
        (lambda a, b, c, d: (a + c, np.maximum(np.maximum(b + c, d), 0)), "b: the numbers differ"),
        (lambda a, b, c, d: (a + c, np.maximum(b + c, d).max()), "b: the result has shape"),
        (lambda a, b, c, d: np.maximum(b + c, d), "should return 2 results"),
    ],
    "15.2": [
        (lambda v, n, h0, scan: run_gru(v, n, h0, lambda z: z, lambda z, n: (1 - z) * n), "layer of this course"),
        (lambda v, n, h0, scan: run_gru(-v, n, h0), "layer of this course"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, lambda z: z), "z stands on both"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, new=lambda z, n: n - z * n), "1 - z stands on both"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, new=lambda z, n: n), "the candidate is added whole: multiply"),
        (lambda v, n, h0, scan: run_gru(-v, n, h0, new=lambda z, n: n), "added whole, and z is how much is new"),
        (lambda v, n, h0, scan: run_gru(v, np.tanh(n), h0), "a tanh is put on the candidate"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, gate=lambda v: v), "not between 0 and 1"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, start=0), "h0 plays no part"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, start=2), "h0 is counted twice"),
        (lambda v, n, h0, scan: run_gru(v, n, h0)[:, -1], "this is the last state"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, lambda z: 0), "nothing of the old state is kept"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, lambda z: z, lambda z, n: z), "the candidate plays no part"),
        (lambda v, n, h0, scan: run_gru(v, n, h0), "`scan` was not called"),
        # none of these is in the list: no cause is named
        (lambda v, n, h0, scan: run_gru(v, n, h0, lambda z: 1), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, -n, h0), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, n, -h0), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(2 * v, n, h0), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, n, h0, gate=np.tanh), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, np.maximum(n, 0), h0), "the numbers differ"),
        (lambda v, n, h0, scan: np.tanh(run_gru(v, n, h0)), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v[:, ::-1], n[:, ::-1], h0), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, n, h0)[:, ::-1], "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, n, h0).cumsum(axis=1), "the numbers differ"),
        (lambda v, n, h0, scan: run_gru(v, n, h0).swapaxes(1, 2), "has shape"),
        (lambda v, n, h0, scan: scan(v, n, h0[:, 0]), "raises ValueError"),
    ],
    "15.3": [
        (lambda T: scan_cost(T, lambda T: int(np.log2(T))), "rounds: this is rounded down"),
        (lambda T: scan_cost(T, lambda T: len(bin(T)) - 2), "rounds: this is one too many where T is a power"),
        (lambda T: scan_cost(T, lambda T: len(scan_rounds(T)) + 1), "rounds: this is one too many: the round"),
        (lambda T: scan_cost(T, lambda T: len(scan_rounds(T)) - 1), "rounds: this is one too few"),
        (lambda T: scan_cost(T, lambda T: T), "rounds: these are the steps of the loop"),
        (lambda T: scan_cost(T, lambda T: T - 1), "rounds: the reach of a map doubles"),
        (lambda T: scan_cost(T, lambda T: math.ceil(math.log(T))), "rounds: this is the natural logarithm"),
        (lambda T: scan_cost(T)[1::-1] + (1,), "rounds: these are the products"),
        (lambda T: scan_cost(T, None, lambda T: sum(scan_rounds(T)) // 2), "products: this is one product for each"),
        (lambda T: scan_cost(T, None, lambda T: 2 * T * len(scan_rounds(T))), "products: this counts every place"),
        (lambda T: scan_cost(T, None, lambda T: T * len(scan_rounds(T))), "products: this is one product for every"),
        (lambda T: scan_cost(T, None, lambda T: (2 * T - 2) * len(scan_rounds(T))), "products: this takes T - 1"),
        (
            lambda T: scan_cost(T, None, lambda T: sum(scan_rounds(T, lambda T, width: 2 * width))),
            "products: these are the places that do nothing",
        ),
        (lambda T: scan_cost(T, None, lambda T: T), "products: these are the products of the loop"),
        (lambda T: scan_cost(T, None, lambda T: 2 * T - 2), "products: this is the first round"),
        (lambda T: scan_cost(T, None, lambda T: sum(scan_rounds(T)) + 1), "products: a_1 h_0"),
        (
            lambda T: scan_cost(T, None, None, lambda T: processors(T, wins=lambda steps, T: steps <= T)),
            "processors: with that many it may be a draw",
        ),
        (
            lambda T: scan_cost(T, None, None, lambda T: sum(scan_rounds(T)) // T + 1),
            "processors: a round must end",
        ),
        (
            lambda T: scan_cost(T, None, None, lambda T: processors(T, steps=lambda m, n: m // n)),
            "processors: a product that is left over",
        ),
        (lambda T: scan_cost(T, None, None, lambda T: 2 * T - 2), "processors: that many do a whole round"),
        (lambda T: scan_cost(T, None, None, lambda T: T), "processors: this is one for each place"),
        (lambda T: scan_cost(T, None, None, lambda T: len(scan_rounds(T))), "processors: these are the rounds"),
        (lambda T: scan_cost(T, None, None, lambda T: processors(T) - 1), "processors: this is one too few"),
        # none of these is in the list: no cause is named
        (lambda T: scan_cost(T, lambda T: 3), "rounds: the numbers differ"),
        (lambda T: scan_cost(T, lambda T: T * T), "rounds: the numbers differ"),
        (lambda T: scan_cost(T, lambda T: 2 * len(scan_rounds(T))), "rounds: the numbers differ"),
        (lambda T: scan_cost(T, lambda T: len(scan_rounds(T)) + 0.5), "rounds: the numbers differ"),
        (lambda T: scan_cost(T, None, lambda T: T * T), "products: the numbers differ"),
        (lambda T: scan_cost(T, None, lambda T: 2 * sum(scan_rounds(T))), "products: the numbers differ"),
        (lambda T: scan_cost(T, None, lambda T: sum(scan_rounds(T)) - 2), "products: the numbers differ"),
        (lambda T: scan_cost(T, None, None, lambda T: processors(T) + 1), "processors: the numbers differ"),
        (lambda T: scan_cost(T, None, None, lambda T: T * T), "processors: the numbers differ"),
        (lambda T: scan_cost(T, None, None, lambda T: 25), "processors: the numbers differ"),
        (lambda T: scan_cost(T, None, None, lambda T: 2), "processors: the numbers differ"),
        (lambda T: scan_cost(T)[:2], "should return 3 results"),
    ],
}
CASES = [(number, answer, words) for number, wrong in WRONG.items() for answer, words in wrong]


def answer_of(number):
    return WRONG[number][0][0]


def verdict(capsys, number, answer):
    exercises.check(number, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize(("number", "answer", "words"), CASES, ids=[f"{n} {w}" for n, _, w in CASES])
def test_each_wrong_answer_gets_its_own_sentence(number, answer, words, capsys):
    said = verdict(capsys, number, answer)
    assert said.startswith(f"✗ {number}: ")
    assert re.search(words, said)
    assert said.count("\n") == 1


def test_every_exercise_has_at_least_three_wrong_answers_with_different_sentences(capsys):
    assert set(WRONG) == set(exercises.CHECKERS)
    for number, wrong in WRONG.items():
        assert len({verdict(capsys, number, answer) for answer, _ in wrong}) >= 3


@pytest.mark.parametrize("number", exercises.CHECKERS)
def test_the_stub_is_not_attempted_and_other_nothings_are_told_apart(number, capsys):
    def stub(*arguments): ...

    def forgets_return(*arguments):
        unused = len(arguments)  # noqa: F841

    def changes(first, *rest):
        if isinstance(first, np.ndarray):
            first += 1
        return first

    assert verdict(capsys, number, stub) == verdict(capsys, number, ...) == f"○ {number} not attempted yet\n"
    if callable(answer_of(number)) and not isinstance(answer_of(number), type):
        assert "returns nothing" in verdict(capsys, number, forgets_return)
        assert "the function itself" in verdict(capsys, number, 3)
        assert "✗" in verdict(capsys, number, changes)


def test_what_follows_from_the_recurrence_is_right_in_11_2(capsys):
    def by_the_relation(dh, dc, c, c_t, g, o, f, W_h):
        """With c_t - g = f (c - g), the slope of f's sum has no f of its own; and c_t needs not be read at all."""
        c_t = f * c + (1 - f) * g
        whole = dc + dh * o * (1 - np.tanh(c_t) ** 2)
        of_g, of_o = whole * (1 - f) * (1 - g**2), dh * np.tanh(c_t) * o * (1 - o)
        da = np.concatenate([of_g, of_o, whole * (c_t - g) * (1 - f)], axis=1)
        return da, da @ W_h.T, whole * f

    assert verdict(capsys, "11.2", by_the_relation).startswith("✓ 11.2")


def test_the_scan_of_15_2_takes_its_arguments_by_name_too(capsys):
    def by_name(logits, n, h0, scan):
        z = 1 / (1 + np.exp(-logits))
        return scan(a=1 - z, b=z * n, h0=h0)

    assert verdict(capsys, "15.2", by_name).startswith("✓ 15.2")


def test_the_three_numbers_of_15_3_may_stand_in_an_array(capsys):
    right = lambda T: np.array(scan_cost(T))  # noqa: E731
    assert verdict(capsys, "15.3", right).startswith("✓ 15.3")
    assert "should return 3 results" in verdict(capsys, "15.3", lambda T: right(T)[:2])


def test_a_changed_argument_is_told():
    def doubles_in_place(x):
        x *= 2
        return x

    assert "changes an array" in exercises.CHECKERS["0.1"](doubles_in_place)


def test_what_counts_as_untouched():
    def documented(x):
        """Do this later."""
        ...

    def commented(x, start=1, *rest, key=(2, 3)):
        # your code here
        ...

    def passes(x):
        pass

    def returns_none(x):
        return None

    def returns_dots(x):
        return ...

    class Stubs:
        """Do this later."""

        def __init__(self, x):
            # your code here
            ...

        def step(self): ...

    for stub in (..., documented, commented, passes, returns_none, returns_dots, lambda x: ..., Stubs):
        assert is_untouched(stub)


def test_what_counts_as_touched():
    def small(x):
        return 5

    def large(x):
        return 5000

    def documented(x):
        """Do this now."""
        return 5

    def assigned(x):
        y = x  # noqa: F841

    def called(x):
        print(x)

    class Begun:
        def __init__(self, x):
            self.x = x

        def step(self): ...

    answers = (small, large, documented, assigned, called, lambda x: x, lambda x: True, lambda x: "", np.tanh, 3, Begun)
    for answer in answers:
        assert not is_untouched(answer)


def test_a_function_is_untouched_wherever_its_source_is():
    made = {}
    exec("def stub(x): ...\ndef answer(x): return x + 1", made)
    assert is_untouched(made["stub"])
    assert not is_untouched(made["answer"])


def test_an_unknown_number_lists_the_known_ones():
    with pytest.raises(ValueError, match="expected one of 0.1, 1.1, .*, got '9.9'"):
        exercises.check("9.9", len)
