"""Gradient checking: what a backward pass says against what small changes of each number do.

A passed check proves that backward belongs to forward. It does not prove that forward is right.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from rnnlib.arrays import as_function, as_named, as_positive, as_rectangle, said
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
    right, left, _ = _one_sided(as_function("f", f), x, as_positive("eps", eps))
    return right / 2 + left / 2


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
    f, tolerance = as_function("f", f), as_positive("tolerance", tolerance)
    arrays = {name: as_float64(name, array) for name, array in as_named("arrays", arrays).items()}
    expect_zero = _names(expect_zero)
    if not arrays:
        raise ValueError("arrays: expected at least one, got none")
    if arrays.keys() != as_named("gradients", gradients).keys():
        raise ValueError(f"gradients: expected {', '.join(arrays)}, got {', '.join(gradients) or 'none'}")
    rows = []
    for name, array in arrays.items():

        def f_of_one(changed: np.ndarray, name: str = name) -> float:
            return f(**{**{other: a.copy() for other, a in arrays.items()}, name: changed})

        rows.append(_compare(name, gradients[name], f_of_one, array, name in expect_zero, tolerance))
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
    tolerance, params = as_positive("tolerance", tolerance), getattr(model, "params", None)
    if not isinstance(params, dict):
        raise TypeError(f"model: expected a layer or a network, got {said(model)}")
    for name, parameter in params.items():
        as_float64(name, parameter)
    case = CheckedModel(model, as_float64("x", x), upstream, h0)
    gradients, habits = case.gradients_and_habits()
    rows, expect_zero = [], _names(expect_zero)
    for name, array in case.arrays().items():

        def f_of_one(changed: np.ndarray, name: str = name) -> float:
            return case.value(name, changed)

        rows.append(_compare(name, gradients.get(name), f_of_one, array, name in expect_zero, tolerance))
    return GradientReport(rows, tolerance, habits)


def _names(expect_zero: Iterable[str]) -> set[str]:
    return {expect_zero} if isinstance(expect_zero, str) else set(expect_zero)


def _one_sided(f: Callable[[np.ndarray], float], x: np.ndarray, eps: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the slopes to the right and to the left of every entry of x, and f(x)."""
    right, left = np.empty_like(x), np.empty_like(x)
    middle = _number(f(x.copy()))
    for i in np.ndindex(x.shape):
        right[i], left[i] = _slopes_at(f, x, i, eps, middle)
    return right, left, middle


def _slopes_at(f: Callable, x: np.ndarray, i: tuple[int, ...], eps: float, middle: float) -> tuple[float, float]:
    slopes = []
    eps = eps * max(1.0, abs(x[i]))  # a fixed step would be lost beside a large number
    for step in (eps, -eps):
        changed = x.copy()
        changed[i] += step
        step = changed[i] - x[i]  # what is left of the step after rounding
        slopes.append((_number(f(changed)) - middle) / step)
    return slopes[0], slopes[1]


def _number(value: Any) -> float:
    array = as_rectangle("f", value, "one number") if value is not None else np.asarray(value)
    if array.shape != ():
        raise ValueError(f"f: expected one number, got an array {array.shape}")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"f: expected one number, got {said(value)}")
    return float(value)


def _second_look(f: Callable, x: np.ndarray, i: tuple[int, ...], middle: float) -> tuple[float, bool]:
    """Return the slope from pairs of steps, whose errors of eps² cancel (Richardson), and whether there is a kink.

    The two one-sided slopes of a smooth function approach each other with eps; at a kink they do not. Of three
    pairs the one counts whose correction is smallest: large steps suit flat functions, small ones steep ones.
    """
    looks = []
    for scale in (10, 1, 0.1):
        eps = scale * EPS
        (right, left), (right_2, left_2) = (_slopes_at(f, x, i, e, middle) for e in (eps, eps / 2))
        gap, noise = abs(right_2 - left_2), 1e-15 * max(1.0, abs(middle)) / (eps * max(1.0, abs(x[i])))
        correction = ((right_2 + left_2) - (right + left)) / 6
        slope = (right_2 + left_2) / 2 + correction
        looks.append((abs(correction) + noise, slope, gap > 8 * noise and gap > 0.75 * abs(right - left)))
    _, slope, _ = min(looks)
    return slope, looks[0][2]


def _compare(name: str, given: Any, f: Callable, x: np.ndarray, may_be_zero: bool, tolerance: float) -> GradientRow:
    if given is None:
        return GradientRow(name, np.inf, (), np.nan, np.nan, "missing")
    given = as_rectangle(f"gradients: {name}", given, "real numbers")
    try:
        given = given.astype(float)
    except (TypeError, ValueError):
        raise TypeError(f"gradients: {name}: expected real numbers, got {given.dtype} {given.shape}") from None
    if given.shape != x.shape:
        return GradientRow(name, np.inf, (), np.nan, np.nan, f"shape {given.shape} instead of {x.shape}")
    right, left, middle = _one_sided(f, x, EPS)
    numerical = right / 2 + left / 2
    finite = np.isfinite(given) & np.isfinite(numerical)
    if not finite.all():
        where = tuple(int(i) for i in np.argwhere(~finite)[0])
        return GradientRow(name, np.inf, where, given[where], numerical[where], "not finite")

    size = max(1.0, np.abs(numerical).max())
    kink = np.zeros(x.shape, dtype=bool)
    for i in map(tuple, np.argwhere(np.abs(given - numerical) > tolerance * size)):
        numerical[i], kink[i] = _second_look(f, x, i, middle)
    differences = np.where(kink, 0, np.abs(given - numerical))  # at a kink there is no slope to compare with
    error = float(differences.max() / size)
    entries = differences if error > tolerance else np.where(kink, 0, np.abs(numerical))
    # the first of those that are equal but for rounding: the same one on every machine
    where = tuple(int(i) for i in np.argwhere(entries >= (1 - 1e-6) * entries.max())[0])
    verdict = "ok"
    if error > tolerance:
        verdict = "wrong"
    elif not given.any() and not may_be_zero and not kink.any():
        verdict = "zero everywhere"
    elif kink.any():
        verdict = f"ok, {kink.sum()} at a kink"
    return GradientRow(name, error, where, float(given[where]), float(numerical[where]), verdict)
