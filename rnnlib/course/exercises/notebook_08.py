"""Checkers of notebook 08: growth of a gradient, clipping, and truncation."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, PartsExercise


def _growth(W_h: np.ndarray, n_steps: int) -> tuple[float, float, float]:
    bound = np.linalg.norm(W_h, 2) ** n_steps
    long_run = np.abs(np.linalg.eigvals(W_h)).max() ** n_steps
    return bound, long_run, np.linalg.norm(np.linalg.matrix_power(W_h, n_steps), 2)


def _clip(g_1: np.ndarray, g_2: np.ndarray, max_norm: float) -> tuple[np.ndarray, np.ndarray]:
    factor = min(1.0, max_norm / np.sqrt((g_1**2).sum() + (g_2**2).sum()))
    return factor * g_1, factor * g_2


def _choose(rate: float, tolerance: float) -> int:
    k = 0
    while rate**k > tolerance:
        k += 1
    return k


def _alone(g: np.ndarray, max_norm: float) -> np.ndarray:
    return g * min(1.0, max_norm / np.linalg.norm(g))


def _always(g: np.ndarray, other: np.ndarray, max_norm: float) -> np.ndarray:
    return g * max_norm / np.sqrt((g**2).sum() + (other**2).sum())


EACH = "each array was clipped by its own length: the direction of the whole changes; take one factor for both"
ENTRIES = "each entry was cut off: the direction changes; take one factor for all"
ALWAYS = "a gradient that is short enough must stay as it is: the factor is never above 1"

CHECKERS = {
    "8.1": PartsExercise(
        right=_growth,
        problems=lambda rng: [(rng.standard_normal((3, 3)) / 2, 5), (np.array([[0.9, 2.0], [0.0, 0.8]]), 4)],
        parts=[
            (
                "bound",
                "one number",
                [
                    (lambda W, n: np.linalg.norm(W, 2), "this is σ for one step: n steps multiply it n times"),
                    (lambda W, n: np.linalg.norm(W) ** n, "this uses all singular values: norm(W, 2) is the largest"),
                    (lambda W, n: n * np.linalg.norm(W, 2), "the steps multiply, they do not add up: σ to the power n"),
                    (
                        lambda W, n: _growth(W, n)[1],
                        "this is made from the eigenvalues: the bound needs singular values",
                    ),
                ],
            ),
            (
                "long_run",
                "one number",
                [
                    (
                        lambda W, n: np.abs(np.linalg.eigvals(W)).max(),
                        "this is ρ for one step: n steps give ρ to the power n",
                    ),
                    (
                        lambda W, n: np.abs(np.linalg.eigvals(W)).min() ** n,
                        "this is the smallest eigenvalue: the largest one decides in the long run",
                    ),
                    (lambda W, n: _growth(W, n)[0], "this is made from singular values: ρ comes from the eigenvalues"),
                ],
            ),
            (
                "true",
                "one number",
                [
                    (
                        lambda W, n: np.linalg.norm(W**n, 2),
                        "** takes each entry to the power: matrix_power multiplies matrices",
                    ),
                    (
                        lambda W, n: np.abs(np.linalg.eigvals(np.linalg.matrix_power(W, n))).max(),
                        "eigenvalues again: the largest stretch is the largest singular value",
                    ),
                    (
                        lambda W, n: np.linalg.norm(np.linalg.matrix_power(W, n)),
                        "norm(…, 2) is the largest singular value",
                    ),
                ],
            ),
        ],
    ),
    "8.2": PartsExercise(
        right=_clip,
        problems=lambda rng: [
            (3 * rng.standard_normal((2, 3)), rng.standard_normal(4), 1.0),
            (rng.standard_normal((2, 3)), rng.standard_normal(4), 100.0),
        ],
        parts=[
            (
                "g_1",
                "the shape of g_1",
                [
                    (lambda g, other, limit: _alone(g, limit), EACH),
                    (lambda g, other, limit: np.clip(g, -limit, limit), ENTRIES),
                    (lambda g, other, limit: _always(g, other, limit), ALWAYS),
                    (
                        lambda g, other, limit: g * limit / ((g**2).sum() + (other**2).sum()),
                        "the length is the root of the sum of squares: the root is missing",
                    ),
                    (lambda g, other, limit: g, "nothing was clipped, though the length is above the limit"),
                ],
            ),
            (
                "g_2",
                "the shape of g_2",
                [
                    (lambda other, g, limit: _alone(g, limit), EACH),
                    (lambda other, g, limit: np.clip(g, -limit, limit), ENTRIES),
                    (lambda other, g, limit: g, "this array was not clipped: one factor for both"),
                ],
            ),
        ],
    ),
    "8.3": FunctionExercise(
        right=_choose,
        problems=lambda rng: [(0.9, 0.01), (0.5, 0.25), (0.99, 0.05), (0.5, 1.0)],
        mistakes=[
            (
                lambda rate, tolerance: _choose(rate, tolerance) - 1,
                "one too few: there the rest is still above the tolerance",
            ),
            (
                lambda rate, tolerance: _choose(rate, tolerance * (1 - 1e-9)),
                "exactly the tolerance is allowed: stop there",
            ),
            (
                lambda rate, tolerance: _choose(rate, tolerance) + 1,
                "one too many: the rest was small enough one step before",
            ),
            (
                lambda rate, tolerance: np.log(tolerance) / np.log(rate),
                "a whole number is asked for: the first one after it",
            ),
            (
                lambda rate, tolerance: _choose(rate, tolerance * (1 - rate)),
                "divide the rest by the whole sum: the factor 1 / (1 - rate) cancels",
            ),
        ],
        shape="one number",
    ),
}
