"""Checkers of notebook 04: a matrix used twice, a step with a skip connection, a training loop to be repaired."""

from itertools import product

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise


def twice_backward(x: np.ndarray, W: np.ndarray, dv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return dx (N, D) and dW (D, H) of v = (x W) Wᵀ."""
    return dv @ W @ W.T, x.T @ (dv @ W) + dv.T @ (x @ W)


def skip_backward(x_t, h_prev, h_t, W_x, W_h, dh_whole):
    """Return dx_t, dh_prev, dW_x, dW_h, db of the step h_t = h_prev + tanh(x_t W_x + h_prev W_h + b)."""
    da = dh_whole * (1 - (h_t - h_prev) ** 2)
    return da @ W_x.T, dh_whole + da @ W_h.T, x_t.T @ da, h_prev.T @ da, da.sum(axis=0)


def train(x, W, d, lr, n_updates, *, uphill=False, once=False, size=None):
    """Return W after some updates on the mean squared error of x W; mistakes can be put in."""
    divisor, first = d.size if size is None else size, x.T @ (x @ W - d)
    for _ in range(n_updates):
        gradient = (first if once else x.T @ (x @ W - d)) / divisor
        W = W + lr * gradient if uphill else W - lr * gradient
    return W


def _twice_problems(rng: np.random.Generator) -> list[tuple]:
    sizes = [(5, 3, 2), (2, 3, 4), (4, 4, 4)]  # N, D, H; the last catches what fits only by chance
    return [tuple(rng.standard_normal(shape) for shape in [(N, D), (D, H), (N, D)]) for N, D, H in sizes]


def _skip_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for N, D, H in [(5, 3, 4), (3, 3, 3)]:
        x_t, h_prev, dh_whole, W_x, W_h = (rng.standard_normal(s) for s in [(N, D), (N, H), (N, H), (D, H), (H, H)])
        b = rng.standard_normal(H)  # is not among the arguments: it stands in h_t only
        h_t = h_prev + np.tanh(x_t @ W_x + h_prev @ W_h + b)
        problems.append((x_t, h_prev, h_t, W_x, W_h, dh_whole))
    return problems


def _train_problems(rng: np.random.Generator) -> list[tuple]:
    sizes = [(5, 3, 2, 3), (4, 2, 3, 4)]  # N, D, K and the number of updates
    return [(*(rng.standard_normal(s) for s in [(N, D), (D, K), (N, K)]), 0.3, n) for N, D, K, n in sizes]


NO_SLOPE = "f' is missing: da, the gradient by what goes into tanh, is dh_whole times the slope"
SLOPE_OF_H = "tanh' was taken at h_t: but h_t is tanh(a_t) already, so the slope is 1 - h_t**2"
MEAN = "this is the mean over the batch: the gradients of the rows add up"
WRONG_AXIS = "summed over the wrong axis: the batch goes, a number for each node stays"
NOT_TRANSPOSED = "W_h must be transposed on the way back (it is square, so no error warned you)"
TRANSPOSED = "this is transposed (it is square, so no error warned you)"

# wrong slopes: (x_t, h_prev, h_t) → the factor in place of f', and the sentence about it
SLOPES = [
    (lambda p, h: 1 - h**2, "the slope was taken from h_t: but tanh's output is h_t - h_prev here"),
    (lambda p, h: np.ones_like(h), NO_SLOPE),
    (lambda p, h: 1 - np.tanh(h - p) ** 2, "tanh is taken twice: h_t - h_prev has been through tanh already"),
    (lambda p, h: 1 - np.tanh(h) ** 2, "the slope was taken of h_t: it is 1 - (h_t - h_prev)**2"),
    (lambda p, h: 1 - (h - p), "the slope is 1 - (h_t - h_prev)**2: the square is missing"),
    (lambda p, h: (h - p) * (1 - (h - p)), "that is the sigmoid's slope; tanh has 1 minus the square of its output"),
    (lambda p, h: 1 - p**2, "the slope was taken from h_prev: tanh's output is h_t - h_prev"),
    (lambda p, h: 1 - (h + p) ** 2, "tanh's output is h_t minus h_prev, not plus"),
]


def _with_slope(slope, i: int):
    def part(x, p, h, W_x, W_h, dh):
        da = dh * slope(p, h)
        return (da @ W_x.T, dh + da @ W_h.T, x.T @ da, p.T @ da, da.sum(axis=0))[i]

    return part


def _without_bias(i: int):
    def part(x, p, h, W_x, W_h, dh):
        h_without = p + np.tanh(x @ W_x + p @ W_h)
        return skip_backward(x, p, h_without, W_x, W_h, dh)[i]

    return part


def _slopes(i: int) -> Mistakes:
    computed_again = "tanh's output was computed again, without the bias b: it is h_t - h_prev, where b is in already"
    return [(_without_bias(i), computed_again), *((_with_slope(slope, i), sentence) for slope, sentence in SLOPES)]


def _in_place_of(name: str, i: int) -> tuple:
    return lambda *p: skip_backward(*p)[i], f"this is {name}: the order is dx_t, dh_prev, dW_x, dW_h, db"


def _da(p, h, dh):
    return dh * (1 - (h - p) ** 2)


ONCE = "the gradient is computed once: after an update W is another matrix, and so is dW"
UPHILL = "it goes uphill: the gradient points to where the loss grows"
# what the summed gradient is divided by, and the sentence about it
DIVISORS = [
    (lambda d: d.size, ""),
    (lambda d: 1, "this is the gradient of the summed loss: the mean divides it by the number of entries of d"),
    (lambda d: len(d), "divided by the rows only: the mean is over all entries of d, N times K of them"),
    (lambda d: d.shape[1], "divided by K only: the mean is over all entries of d, N times K of them"),
]


def _training_mistakes() -> Mistakes:
    """Return the function with each set of its mistakes, and a sentence about each; few mistakes come first."""
    mistakes = []
    for once, uphill, (divisor, undivided) in product([False, True], [False, True], DIVISORS):
        found = [sentence for sentence in (once and ONCE, uphill and UPHILL, undivided) if sentence]

        def wrong(x, W, d, lr, n, *, once=once, uphill=uphill, divisor=divisor):
            return train(x, W, d, lr, n, once=once, uphill=uphill, size=divisor(d))

        if found:
            mistakes.append((wrong, found))
    return [(wrong, "; and ".join(found)) for wrong, found in sorted(mistakes, key=lambda pair: len(pair[1]))]


CHECKERS = {
    "4.1": PartsExercise(
        right=twice_backward,
        problems=_twice_problems,
        parts=[
            (
                "dx",
                "(N, D)",
                [
                    (lambda x, W, dv: dv @ W, "this is du, (N, H): it must still go through the first product, by Wᵀ"),
                    (lambda x, W, dv: dv, "this is dv itself: the way to x leads through both products"),
                    (lambda x, W, dv: x @ W @ W.T, "this is v: dx is made from dv"),
                    (lambda x, W, dv: dv @ W.T @ W, "on the way back comes W first, then Wᵀ"),
                    (lambda x, W, dv: 2 * dv @ W @ W.T, "twice too much: only one path leads from x to v, through u"),
                    (lambda x, W, dv: x.T @ (dv @ W) + dv.T @ (x @ W), "this is dW: the order is dx, dW"),
                ],
            ),
            (
                "dW",
                "(D, H)",
                [
                    (
                        lambda x, W, dv: x.T @ (dv @ W),
                        "only the path through u is there: W also stands in the second product",
                    ),
                    (
                        lambda x, W, dv: dv.T @ (x @ W),
                        "only the path through the second product is there: W also makes u",
                    ),
                    (
                        lambda x, W, dv: (x @ W).T @ dv,
                        "only the second product is there, and transposed: this is the gradient by Wᵀ",
                    ),
                    (
                        lambda x, W, dv: (x.T @ (dv @ W) + dv.T @ (x @ W)).T,
                        "this is (H, D), transposed: the gradient has the shape of W",
                    ),
                    (
                        lambda x, W, dv: 2 * x.T @ (dv @ W),
                        "the two paths are different: this counts the one through u twice",
                    ),
                    (
                        lambda x, W, dv: 2 * dv.T @ (x @ W),
                        "the two paths are different: this counts the one through the second product twice",
                    ),
                    (
                        lambda x, W, dv: (x.T @ (dv @ W) + dv.T @ (x @ W)) / 2,
                        "this is the mean of the two paths: paths add up",
                    ),
                    (
                        lambda x, W, dv: x.T @ (dv @ W) - dv.T @ (x @ W),
                        "this is the difference of the two paths: paths add up",
                    ),
                    (lambda x, W, dv: (x.T @ (dv @ W) + dv.T @ (x @ W)) / len(x), MEAN),
                ],
            ),
        ],
    ),
    "4.2": PartsExercise(
        right=skip_backward,
        problems=_skip_problems,
        parts=[
            (
                "dx_t",
                "(N, D)",
                [
                    *_slopes(0),
                    (lambda x, p, h, W_x, W_h, dh: _da(p, h, dh) @ W_x, "W_x must be transposed on the way back"),
                    (
                        lambda x, p, h, W_x, W_h, dh: (1 - (h - p) ** 2) @ W_x.T,
                        "dh_whole is missing: da is dh_whole times the slope",
                    ),
                    _in_place_of("dh_prev", 1),
                    _in_place_of("dW_x", 2),
                    _in_place_of("dW_h", 3),
                    _in_place_of("db", 4),
                ],
            ),
            (
                "dh_prev",
                "(N, H)",
                [
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(p, h, dh) @ W_h.T,
                        "only the path through tanh is there: h_prev is also added to h_t directly",
                    ),
                    (
                        lambda x, p, h, W_x, W_h, dh: dh,
                        "only the skip connection is there: h_prev also reaches h_t through tanh",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: dh + _da(p, h, dh) @ W_h, NOT_TRANSPOSED),
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(p, h, dh) @ W_h,
                        "the skip connection is missing, and W_h must be transposed",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: dh + _da(p, h, dh), "on the path through tanh W_h^T is missing"),
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(p, h, dh) + _da(p, h, dh) @ W_h.T,
                        "the skip connection does not go through tanh: along it dh_whole arrives as it is",
                    ),
                    (
                        lambda x, p, h, W_x, W_h, dh: p + _da(p, h, dh) @ W_h.T,
                        "along the skip connection comes dh_whole, not h_prev itself",
                    ),
                    *_slopes(1),
                ],
            ),
            (
                "dW_x",
                "(D, H)",
                [
                    *_slopes(2),
                    (lambda x, p, h, W_x, W_h, dh: x.T @ _da(p, h, dh) / len(x), MEAN),
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(p, h, dh).T @ x,
                        "this is (H, D): the gradient has the shape of W_x",
                    ),
                    _in_place_of("dW_h", 3),
                    _in_place_of("db", 4),
                ],
            ),
            (
                "dW_h",
                "(H, H)",
                [
                    *_slopes(3),
                    (
                        lambda x, p, h, W_x, W_h, dh: h.T @ _da(p, h, dh),
                        "this uses h_t: W_h multiplied the state before, h_prev",
                    ),
                    (
                        lambda x, p, h, W_x, W_h, dh: (h - p).T @ _da(p, h, dh),
                        "this uses h_t - h_prev: W_h multiplied h_prev",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: x.T @ _da(p, h, dh), "this uses x_t: W_h multiplied h_prev"),
                    (lambda x, p, h, W_x, W_h, dh: _da(p, h, dh).T @ p, TRANSPOSED),
                    (lambda x, p, h, W_x, W_h, dh: p.T @ _da(p, h, dh) / len(x), MEAN),
                ],
            ),
            (
                "db",
                "(H,)",
                [
                    *_slopes(4),
                    (lambda x, p, h, W_x, W_h, dh: _da(p, h, dh).sum(axis=1), WRONG_AXIS),
                    (lambda x, p, h, W_x, W_h, dh: _da(p, h, dh).mean(axis=0), MEAN),
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(p, h, dh),
                        "b was added to every row, so the rows of da add up: a number for each node",
                    ),
                ],
            ),
        ],
    ),
    "4.3": FunctionExercise(
        right=lambda x, W, d, lr, n: train(x, W, d, lr, n),
        problems=_train_problems,
        mistakes=[
            *_training_mistakes(),
            (lambda x, W, d, lr, n: train(x, W, d, lr, 1), "this is one update: n_updates of them are asked for"),
            (lambda x, W, d, lr, n: train(x, W, d, lr, n + 1), "this is one update too many"),
            (lambda x, W, d, lr, n: train(x, W, d, lr, n - 1), "this is one update too few"),
            (lambda x, W, d, lr, n: train(x, W, d, 1, n), "the learning rate is missing"),
            (lambda x, W, d, lr, n: W, "W has not moved"),
            (
                lambda x, W, d, lr, n: train(x, W, d, 2 * lr, n),
                "twice too far: with (v - d)**2 / 2 the gradient by v is v - d",
            ),
        ],
        shape="the shape of W",
    ),
}
