"""Gradient checking: what a backward pass says against what small changes of each number do.

A passed check proves that backward belongs to forward. It does not prove that forward is right.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from rnnlib.checked_model import CheckedModel, as_float64
from rnnlib.gradient_report import GradientReport, GradientRow

EPS = 1e-5  # near the best for central differences in float64, eps**(1/3): notebook 04 measures it
TOLERANCE = 1e-8


def numerical_gradient(f: Callable[[np.ndarray], float], x: Any, eps: float = EPS) -> np.ndarray:
    """Return the gradient of f at x by central differences, (f(x + eps) - f(x - eps)) / (2 eps) for each entry.

    Args:
        f: a function of one array that returns one number.
        x: the point, in float64; it is not changed.
        eps: the step.

    Raises:
        TypeError, ValueError: x is not float64, or f does not return one number.
    """
    x = as_float64("x", x)
    forward, backward = _one_sided(f, x, eps)
    return (forward + backward) / 2


def compare_gradients(
    f: Callable[..., float],
    arrays: dict[str, Any],
    gradients: dict[str, Any],
    *,
    expect_zero: Iterable[str] = (),
    tolerance: float = TOLERANCE,
) -> GradientReport:
    """Compare gradients with central differences of any function f(**arrays) that returns one number.

    Args:
        f: the function.
        arrays: its arguments by name, in float64.
        gradients: the gradient of f by each of them, under the same names.
        expect_zero: names whose gradient may be zero everywhere.
        tolerance: the largest max|Δ| / max(1, max|g|) that passes.

    Raises:
        TypeError, ValueError: arrays that are not float64, names that differ, f that does not return one number.
    """
    arrays = {name: as_float64(name, array) for name, array in arrays.items()}
    if arrays.keys() != gradients.keys():
        raise ValueError(f"gradients: expected {', '.join(arrays)}, got {', '.join(gradients) or 'none'}")
    rows = []
    for name, array in arrays.items():

        def f_of_one(changed: np.ndarray, name: str = name) -> float:
            return f(**{**{other: a.copy() for other, a in arrays.items()}, name: changed})

        rows.append(_compare(name, gradients[name], _one_sided(f_of_one, array, EPS), name in expect_zero, tolerance))
    return GradientReport(rows, tolerance)


def check_gradients(
    model: Any,
    x: Any,
    upstream: Any,
    h0: Any = None,
    *,
    expect_zero: Iterable[str] = (),
    tolerance: float = TOLERANCE,
) -> GradientReport:
    """Check the backward pass of a layer or a network: every parameter, x and h0.

    A layer is checked on the number Σ forward(x) · dh, whose gradient by the states is dh; a network on its
    loss. Besides the gradients, the report says whether the arguments were left alone, whether a second call gives
    the same, and whether the items of the batch are independent.

    Args:
        model: a SimpleRNN, a Dense, a RecurrentNetwork, or a subclass, with float64 parameters.
        x: (N, T, D), the input.
        upstream: dh (N, T, H) for a layer, the target for a network.
        h0: (N, H), zeros where it is not given; a Dense has none.
        expect_zero: names whose gradient may be zero everywhere, such as ("W_h",) for T = 1 and h0 = 0.
        tolerance: the largest max|Δ| / max(1, max|g|) that passes.

    Raises:
        TypeError, ValueError: parameters or arguments that are not float64; what the model refuses.
    """
    for name, parameter in model.params.items():
        as_float64(name, parameter)
    case = CheckedModel(model, as_float64("x", x), upstream, h0)
    gradients, habits = case.gradients_and_habits()
    rows = []
    for name, array in case.arrays().items():
        sides = _one_sided(lambda changed, name=name: case.value(name, changed), array, EPS)
        rows.append(_compare(name, gradients.get(name), sides, name in set(expect_zero), tolerance))
    return GradientReport(rows, tolerance, habits)


def _one_sided(f: Callable[[np.ndarray], float], x: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes to the right and to the left of every entry of x."""
    right, left = np.empty_like(x), np.empty_like(x)
    middle = _number(f(x.copy()))
    for i in np.ndindex(x.shape):
        changed = x.copy()
        changed[i] = x[i] + eps
        right[i] = (_number(f(changed.copy())) - middle) / eps
        changed[i] = x[i] - eps
        left[i] = (middle - _number(f(changed))) / eps
    return right, left


def _number(value: Any) -> float:
    if np.shape(value) != ():
        raise ValueError(f"f: expected one number, got an array {np.shape(value)}")
    return float(value)


def _compare(
    name: str, given: Any, sides: tuple[np.ndarray, np.ndarray], may_be_zero: bool, tolerance: float
) -> GradientRow:
    right, left = sides
    numerical = (right + left) / 2
    if given is None:
        return GradientRow(name, np.inf, (), np.nan, np.nan, "missing")
    given = np.asarray(given, dtype=float)
    if given.shape != numerical.shape:
        return GradientRow(name, np.inf, (), np.nan, np.nan, f"shape {given.shape} instead of {numerical.shape}")
    finite = np.isfinite(given) & np.isfinite(numerical)
    if not finite.all():
        where = tuple(int(i) for i in np.argwhere(~finite)[0])
        return GradientRow(name, np.inf, where, given[where], numerical[where], "not finite")

    size = max(1.0, np.abs(numerical).max())
    differences = np.abs(given - numerical)
    slack = 1e-3 * size
    kink = np.abs(right - left) > slack  # a smooth function's two slopes agree far better than that
    allowed = kink & (given >= np.minimum(left, right) - slack) & (given <= np.maximum(left, right) + slack)
    error = float(np.where(allowed, 0, differences).max() / size)
    worst = np.where(allowed, 0, differences) if error > tolerance else np.abs(numerical)
    where = tuple(int(i) for i in np.unravel_index(np.argmax(worst), worst.shape))
    verdict = "ok"
    if error > tolerance:
        verdict = "wrong"
    elif not given.any() and not may_be_zero:
        verdict = "zero everywhere"
    elif allowed.any():
        verdict = f"ok, {allowed.sum()} at a kink"
    return GradientRow(name, error, where, float(given[where]), float(numerical[where]), verdict)
