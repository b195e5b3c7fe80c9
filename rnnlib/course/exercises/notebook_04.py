"""Checkers of notebook 04: backward of a dense layer and of one RNN step, one update."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, PartsExercise


def dense_backward(x: np.ndarray, W: np.ndarray, dv: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return dx (N, D), dW (D, K), db (K,) of v = x W + b."""
    return dv @ W.T, x.T @ dv, dv.sum(axis=0)


def step_backward(x_t, h_prev, h_t, W_x, W_h, dh_t):
    """Return dx_t, dh_prev, dW_x, dW_h, db of one step with tanh."""
    da = dh_t * (1 - h_t**2)
    return da @ W_x.T, da @ W_h.T, x_t.T @ da, h_prev.T @ da, da.sum(axis=0)


def _dense_problems(rng: np.random.Generator) -> list[tuple]:
    sizes = [(5, 3, 2), (4, 4, 4)]  # N, D, K; the second catches what fits only by chance
    return [tuple(rng.standard_normal(shape) for shape in [(N, D), (D, K), (N, K)]) for N, D, K in sizes]


def _step_problems(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for N, D, H in [(5, 3, 4), (3, 3, 3)]:
        x_t, h_prev, dh_t, W_x, W_h = (rng.standard_normal(s) for s in [(N, D), (N, H), (N, H), (D, H), (H, H)])
        problems.append((x_t, np.tanh(h_prev), np.tanh(x_t @ W_x + np.tanh(h_prev) @ W_h), W_x, W_h, dh_t))
    return problems


def _da(h_t, dh_t):
    return dh_t * (1 - h_t**2)


NO_SLOPE = "f' is missing: first da = dh_t * (1 - h_t**2), then everything else from da"
SLOPE_OF_H = "tanh' was taken at h_t: but h_t is tanh(a_t) already, so the slope is 1 - h_t**2"
MEAN = "this is the mean over the batch: the gradients of the rows add up"
WRONG_AXIS = "summed over the wrong axis: the batch goes, a number for each node stays"

CHECKERS = {
    "4.1": PartsExercise(
        right=dense_backward,
        problems=_dense_problems,
        parts=[
            (
                "dx",
                "(N, D)",
                [
                    (lambda x, W, dv: dv @ W, "W must be transposed here: from K numbers back to D"),
                    (lambda x, W, dv: dv, "this is dv itself: W is still missing"),
                    (lambda x, W, dv: x.T @ dv, "this is dW: the order is dx, dW, db"),
                    (lambda x, W, dv: dv @ W.T / len(x), "this is divided by the batch: every row keeps its own dx"),
                ],
            ),
            (
                "dW",
                "(D, K)",
                [
                    (lambda x, W, dv: dv.T @ x, "this is (K, D), transposed: the gradient has the shape of W"),
                    (lambda x, W, dv: x @ dv, "x must be transposed here: the sum runs over the batch"),
                    (lambda x, W, dv: x.T @ dv / len(x), MEAN),
                ],
            ),
            (
                "db",
                "(K,)",
                [
                    (lambda x, W, dv: dv.sum(axis=1), WRONG_AXIS),
                    (lambda x, W, dv: dv.mean(axis=0), MEAN),
                    (
                        lambda x, W, dv: dv,
                        "b was added to every row, so the rows of dv add up: a number for each output",
                    ),
                    (lambda x, W, dv: dv.sum(), "everything was added up: a number for each output should stay"),
                ],
            ),
        ],
    ),
    "4.2": PartsExercise(
        right=step_backward,
        problems=_step_problems,
        parts=[
            (
                "dx_t",
                "(N, D)",
                [
                    (lambda x, p, h, W_x, W_h, dh: dh @ W_x.T, NO_SLOPE),
                    (lambda x, p, h, W_x, W_h, dh: (dh * (1 - np.tanh(h) ** 2)) @ W_x.T, SLOPE_OF_H),
                    (
                        lambda x, p, h, W_x, W_h, dh: (dh * (1 - h)) @ W_x.T,
                        "the slope is 1 - h_t**2: the square is missing",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: _da(h, dh) @ W_x, "W_x must be transposed on the way back"),
                    (
                        lambda x, p, h, W_x, W_h, dh: (dh * h * (1 - h)) @ W_x.T,
                        "that is the sigmoid's slope: tanh has 1 - h_t**2",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: (1 - h**2) @ W_x.T, "dh_t is missing: da is dh_t times the slope"),
                    (
                        lambda x, p, h, W_x, W_h, dh: x.T @ _da(h, dh),
                        "this is dW_x: the order is dx_t, dh_prev, dW_x, dW_h, db",
                    ),
                ],
            ),
            (
                "dh_prev",
                "(N, H)",
                [
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(h, dh) @ W_h,
                        "W_h must be transposed on the way back (it is square, so no error warned you)",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: dh @ W_h.T, NO_SLOPE),
                    (lambda x, p, h, W_x, W_h, dh: _da(h, dh), "this is da: W_h^T is missing"),
                ],
            ),
            (
                "dW_x",
                "(D, H)",
                [
                    (lambda x, p, h, W_x, W_h, dh: x.T @ dh, NO_SLOPE),
                    (lambda x, p, h, W_x, W_h, dh: x.T @ _da(h, dh) / len(x), MEAN),
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(h, dh).T @ x,
                        "this is (H, D): the gradient has the shape of W_x",
                    ),
                ],
            ),
            (
                "dW_h",
                "(H, H)",
                [
                    (
                        lambda x, p, h, W_x, W_h, dh: h.T @ _da(h, dh),
                        "this uses h_t: W_h multiplied the state before, h_prev",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: x.T @ _da(h, dh), "this uses x_t: W_h multiplied h_prev"),
                    (
                        lambda x, p, h, W_x, W_h, dh: _da(h, dh).T @ p,
                        "this is transposed (it is square, so no error warned you)",
                    ),
                    (lambda x, p, h, W_x, W_h, dh: p.T @ dh, NO_SLOPE),
                    (lambda x, p, h, W_x, W_h, dh: p.T @ _da(h, dh) / len(x), MEAN),
                ],
            ),
            (
                "db",
                "(H,)",
                [
                    (lambda x, p, h, W_x, W_h, dh: dh.sum(axis=0), NO_SLOPE),
                    (lambda x, p, h, W_x, W_h, dh: _da(h, dh).sum(axis=1), WRONG_AXIS),
                    (lambda x, p, h, W_x, W_h, dh: _da(h, dh).mean(axis=0), MEAN),
                ],
            ),
        ],
    ),
    "4.3": FunctionExercise(
        right=lambda W, dW, lr: W - lr * dW,
        problems=lambda rng: [(rng.standard_normal((3, 2)), rng.standard_normal((3, 2)), lr) for lr in (0.1, 0.03)],
        mistakes=[
            (lambda W, dW, lr: W + lr * dW, "that goes uphill: the gradient points to where the loss grows"),
            (lambda W, dW, lr: W - dW, "the learning rate is missing"),
            (lambda W, dW, lr: W + dW, "that goes uphill, and the learning rate is missing"),
            (lambda W, dW, lr: W - dW / lr, "the step is lr *times* the gradient"),
            (lambda W, dW, lr: lr * dW - W, "the signs are turned round: W minus the step"),
            (lambda W, dW, lr: W - 0.1 * dW, "the learning rate is the argument lr, not always 0.1"),
            (lambda W, dW, lr: -lr * dW, "this is the step alone: it still has to be added to W"),
            (lambda W, dW, lr: (1 - lr) * W, "the gradient is missing: this only shrinks W"),
            (lambda W, dW, lr: W - lr * W * dW, "the step does not depend on W itself: it is lr times the gradient"),
        ],
        shape="the shape of W",
    ),
}
