"""Checkers of notebook 08: growth of a gradient, clipping by value, and truncation."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, PartsExercise


def _s_max(W: np.ndarray) -> float:
    return float(np.linalg.norm(W, 2))


def _rho(W: np.ndarray) -> float:
    return float(np.abs(np.linalg.eigvals(W)).max())


def _slope(h: np.ndarray) -> np.ndarray:
    return h * (1 - h)


def _walk(W: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """Return the matrix of the walk back that arrives, one after another, where these slopes are, last step first."""
    walked = np.eye(len(W))
    for slope in slopes[::-1]:
        walked = (walked @ W.T) * slope
    return walked


def _bound(W: np.ndarray, slopes: np.ndarray, *, of: Callable = _s_max, steepest: Callable = np.max) -> float:
    return float(np.prod([of(W) * steepest(slope) for slope in slopes]))


def _growth(W: np.ndarray, h: np.ndarray) -> tuple[float, float, float]:
    slopes = _slope(h[:-1])
    return _bound(W, slopes), _rho(W) ** (len(h) - 1), _s_max(_walk(W, slopes))


def _spinning(rng: np.random.Generator) -> np.ndarray:
    """Return a (3, 3) matrix whose largest eigenvalue is complex."""
    W = np.array([[0.2, 2.5, 0.3], [-2.0, 0.4, 0.5], [0.1, -0.2, 0.6]])
    return W + 0.1 * rng.standard_normal((3, 3))


def _joined(g_1: np.ndarray, g_2: np.ndarray) -> np.ndarray:
    return np.concatenate([g_1, g_2], axis=None)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def _clip(g_1: np.ndarray, g_2: np.ndarray, limit: float) -> tuple[np.ndarray, np.ndarray, float]:
    new_1, new_2 = np.clip(g_1, -limit, limit), np.clip(g_2, -limit, limit)
    return new_1, new_2, _cosine(_joined(g_1, g_2), _joined(new_1, new_2))


def _scaled(g: np.ndarray, length: float, limit: float) -> np.ndarray:
    return g * min(1.0, limit / length)


def _first(parts: np.ndarray, is_good: Callable[[int], bool]) -> int:
    return next((k for k in range(1, len(parts) + 1) if is_good(k)), len(parts))


def _off(parts: np.ndarray, k: int) -> float:
    return float(np.linalg.norm(parts[: len(parts) - k].sum(axis=0)))


def _whole(parts: np.ndarray) -> float:
    return float(np.linalg.norm(parts.sum(axis=0)))


def _choose(parts: np.ndarray, tolerance: float) -> int:
    return _first(parts, lambda k: _off(parts, k) <= tolerance * _whole(parts))


def _from_above(parts: np.ndarray, tolerance: float) -> int:
    """Return the smallest k from which on every larger one is good too."""
    bad = [k for k in range(1, len(parts) + 1) if _off(parts, k) > tolerance * _whole(parts)]
    return max(bad, default=0) + 1


def _lengths(parts: np.ndarray) -> float:
    return float(np.linalg.norm(parts, axis=1).sum())


def _by_lengths(parts: np.ndarray, tolerance: float) -> int:
    sizes = np.linalg.norm(parts, axis=1)
    return _first(parts, lambda k: bool(sizes[: len(parts) - k].sum() <= tolerance * sizes.sum()))


def _fading(rng: np.random.Generator) -> np.ndarray:
    return 0.8 ** np.arange(20)[::-1, np.newaxis] * rng.standard_normal((20, 6))


CUT_BY_ONE_FACTOR = "this is one factor for all entries: here each entry is cut off by itself"
CUT_BY_ITS_FACTOR = "this is one factor for all entries of this array: here each entry is cut off by itself"
ORDER = "return bound, long_run, true in this order"
ONLY_ABOVE = "only large positive entries were cut: large negative ones stop at -limit"

GROWTH = PartsExercise(
    right=_growth,
    problems=lambda rng: [
        (_spinning(rng), rng.uniform(0.1, 0.9, (5, 3))),
        (np.array([[0.9, 4.0], [0.0, 2.0]]), rng.uniform(0.1, 0.9, (4, 2))),
    ],
    parts=[
        (
            "bound",
            "one number",
            [
                (lambda W, h: _growth(W, h)[1], f"this is long_run: {ORDER}"),
                (lambda W, h: _growth(W, h)[2], f"this is true, the largest stretch: {ORDER}"),
                (
                    lambda W, h: _bound(W, _slope(h[1:])),
                    "these are the slopes of steps T … 2: a step back needs the slope where it arrives, T - 1 … 1",
                ),
                (lambda W, h: _bound(W, _slope(h)), "these are T factors: from a_T to a_1 there are T - 1 steps"),
                (
                    lambda W, h: _bound(W, 1 - h[:-1] ** 2),
                    "1 - h² is the slope of tanh: the sigmoid's is h (1 - h)",
                ),
                (lambda W, h: _s_max(W) ** (len(h) - 1), "the slopes are missing: this is the bound without f'"),
                (
                    lambda W, h: (_s_max(W) / 4) ** (len(h) - 1),
                    "1/4 bounds every slope, but the steepest one of each step may be smaller: take that",
                ),
                (
                    lambda W, h: _bound(W, _slope(h[:-1]), of=np.linalg.norm),
                    "norm(W) without a 2 uses all singular values: norm(W, 2) is the largest",
                ),
                (
                    lambda W, h: _bound(W, _slope(h[:-1]), of=_rho),
                    "this is made from the eigenvalues: the bound needs the largest singular value",
                ),
                (
                    lambda W, h: _bound(W, _slope(h[:-1]), steepest=np.mean),
                    "a mean of slopes is no bound: take the steepest of each step",
                ),
            ],
        ),
        (
            "long_run",
            "one number",
            [
                (lambda W, h: _growth(W, h)[2], f"this is true, the largest stretch: {ORDER}"),
                (lambda W, h: _rho(W), "this is ρ for one step: T - 1 steps give ρ to the power T - 1"),
                (lambda W, h: _rho(W) ** len(h), "this is one factor too many: there are T - 1 steps"),
                (
                    lambda W, h: np.linalg.eigvals(W).real.max() ** (len(h) - 1),
                    "this is the largest real part: the size of a complex eigenvalue is np.abs of it",
                ),
                (
                    lambda W, h: np.abs(np.linalg.eigvals(W).real).max() ** (len(h) - 1),
                    "this drops the imaginary part: the size of a complex eigenvalue is np.abs of it",
                ),
                (
                    lambda W, h: np.abs(np.linalg.eigvals(W)).min() ** (len(h) - 1),
                    "this is the smallest eigenvalue: the largest one decides in the long run",
                ),
                (
                    lambda W, h: _s_max(W) ** (len(h) - 1),
                    "this is made from singular values: ρ comes from the eigenvalues",
                ),
            ],
        ),
        (
            "true",
            "one number",
            [
                (
                    lambda W, h: _s_max(_walk(W.T, _slope(h[:-1]))),
                    "the walk back goes through W_h transposed: this one does not",
                ),
                (
                    lambda W, h: _s_max(_walk(W, _slope(h[1:]))),
                    "these are the slopes of steps T … 2: the walk arrives at T - 1 … 1",
                ),
                (
                    lambda W, h: _s_max(_walk(W, _slope(h))),
                    "this walk has T steps: from a_T to a_1 there are T - 1",
                ),
                (
                    lambda W, h: _s_max(_walk(W, _slope(h[-2::-1]))),
                    "the slopes come in the wrong order: the walk meets those of step T - 1 first",
                ),
                (lambda W, h: _s_max(_walk(W, 1 - h[:-1] ** 2)), "1 - h² is the slope of tanh"),
                (
                    lambda W, h: _s_max(np.linalg.matrix_power(W, len(h) - 1)),
                    "the slopes are missing: this is the stretch without an activation",
                ),
                (
                    lambda W, h: np.linalg.norm(_walk(W, _slope(h[:-1]))),
                    "norm(…) without a 2 uses all singular values: norm(…, 2) is the largest",
                ),
                (
                    lambda W, h: _rho(_walk(W, _slope(h[:-1]))),
                    "this is an eigenvalue: the largest stretch is the largest singular value",
                ),
                (lambda W, h: _growth(W, h)[0], "this is the bound again: the true stretch may be smaller"),
            ],
        ),
    ],
)


def _check_growth(answer: Any) -> str | None:
    """Return what is wrong with an answer to 8.1, and why a long_run that is complex is."""
    fault = GROWTH(answer)
    if fault and fault.startswith("long_run: the result is not made of numbers, but of complex"):
        return "long_run: the eigenvalues are complex here: ρ is the largest |λ|, so take np.abs before the maximum"
    return fault


CHECKERS: dict[str, Callable[[Any], str | None]] = {
    "8.1": _check_growth,
    "8.2": PartsExercise(
        right=_clip,
        problems=lambda rng: [
            (3 * rng.standard_normal((2, 3)), 3 * rng.standard_normal(4), 1.0),
            (rng.standard_normal((3, 2)), 5 * rng.standard_normal(3), 0.5),
            (rng.standard_normal((2, 3)), rng.standard_normal(4), 100.0),
        ],
        parts=[
            (
                "new_1",
                "the shape of g_1",
                [
                    (lambda g, k, limit: _scaled(g, float(np.linalg.norm(_joined(g, k))), limit), CUT_BY_ONE_FACTOR),
                    (lambda g, k, limit: _scaled(g, float(np.linalg.norm(g)), limit), CUT_BY_ITS_FACTOR),
                    (lambda g, k, limit: _scaled(g, float(np.abs(g).max()), limit), CUT_BY_ITS_FACTOR),
                    (lambda g, k, limit: np.minimum(g, limit), ONLY_ABOVE),
                    (lambda g, k, limit: np.minimum(np.abs(g), limit), "the signs are lost"),
                    (lambda g, k, limit: np.where(np.abs(g) > limit, 0, g), "a large entry becomes ±limit, not 0"),
                    (lambda g, k, limit: g, "nothing was clipped"),
                ],
            ),
            (
                "new_2",
                "the shape of g_2",
                [
                    (lambda k, g, limit: _scaled(g, float(np.linalg.norm(_joined(g, k))), limit), CUT_BY_ONE_FACTOR),
                    (lambda k, g, limit: _scaled(g, float(np.linalg.norm(g)), limit), CUT_BY_ITS_FACTOR),
                    (lambda k, g, limit: _scaled(g, float(np.abs(g).max()), limit), CUT_BY_ITS_FACTOR),
                    (lambda k, g, limit: np.minimum(g, limit), ONLY_ABOVE),
                    (lambda k, g, limit: g, "this array was not clipped"),
                ],
            ),
            (
                "cosine",
                "one number",
                [
                    (lambda g, k, limit: 1.0, "1 is right for one factor for all: cut entries can turn a gradient"),
                    (
                        lambda g, k, limit: _cosine(g.ravel(), np.clip(g, -limit, limit).ravel()),
                        "this is the cosine of the first array alone: lay both out in one row",
                    ),
                    (
                        lambda g, k, limit: _cosine(k.ravel(), np.clip(k, -limit, limit).ravel()),
                        "this is the cosine of the second array alone: lay both out in one row",
                    ),
                    (
                        lambda g, k, limit: np.mean(
                            [_cosine(p.ravel(), np.clip(p, -limit, limit).ravel()) for p in (g, k)]
                        ),
                        "this is the mean of two cosines: lay both arrays out in one row",
                    ),
                    (
                        lambda g, k, limit: _joined(g, k) @ np.clip(_joined(g, k), -limit, limit),
                        "this is the inner product: divide it by both lengths",
                    ),
                    (
                        lambda g, k, limit: np.arccos(np.clip(_clip(g, k, limit)[2], -1, 1)),
                        "this is the angle: its cosine is asked for",
                    ),
                    (lambda g, k, limit: 1 - _clip(g, k, limit)[2], "this is 1 minus the cosine"),
                ],
            ),
        ],
    ),
    "8.3": FunctionExercise(
        right=_choose,
        problems=lambda rng: [
            (_fading(rng), 0.1),
            (_fading(rng), 0.01),
            (np.array([[1.0, 0.0], [5.0, 1.0], [-5.0, 2.0], [0.0, 3.0]]), 0.6),
            (np.array([[0.5, 0.0], [0.0, 0.0], [0.0, 0.0], [0.5, 0.0]]), 0.5),
            (np.array([[-1.0, 0.0], [2.0, 0.0]]), 0.6),
            (np.array([[0.5, 0.5], [0.5, -0.5]]), 0.6),
            (np.array([[1.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), 1.5),
        ],
        mistakes=[
            (_from_above, "from this k on *all* are good enough: the smallest good one is asked for"),
            (_by_lengths, "parts may cancel: add them first, and take the length of the sum"),
            (
                lambda parts, tolerance: _first(
                    parts, lambda k: _lengths(parts[: len(parts) - k]) <= tolerance * _whole(parts)
                ),
                "lengths are added here: parts may cancel, so add what is cut off, and take the length of that sum",
            ),
            (
                lambda parts, tolerance: 0 if tolerance >= 1 else _choose(parts, tolerance),
                "the search begins with k = 0: k is at least 1",
            ),
            (
                lambda parts, tolerance: _choose(parts[::-1], tolerance),
                "this keeps the first k steps: the truncated walk has the last k",
            ),
            (
                lambda parts, tolerance: _choose(parts, tolerance / _whole(parts)),
                "the tolerance is relative: compare with tolerance times the length of the whole",
            ),
            (
                lambda parts, tolerance: _first(parts, lambda k: _off(parts, k) < tolerance * _whole(parts)),
                "exactly the tolerance is allowed: stop there",
            ),
            (
                lambda parts, tolerance: _choose(parts, tolerance) - 1,
                "one too few: there the gradient is still off by more than the tolerance",
            ),
            (lambda parts, tolerance: _choose(parts, tolerance) + 1, "one too many: the k before it was good enough"),
            (
                lambda parts, tolerance: len(parts) - _choose(parts, tolerance),
                "this counts the steps that are cut off: k are those that are kept",
            ),
            (
                lambda parts, tolerance: _first(
                    parts, lambda k: _cosine(parts[-k:].sum(axis=0), parts.sum(axis=0)) >= 1 - tolerance
                ),
                "this looks at the direction only: the length of the difference is asked for",
            ),
        ],
        shape="one number",
    ),
}
