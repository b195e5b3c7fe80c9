"""The comparison of gradients with central differences: from the numbers to a verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnlib.gradcheck.central_differences import gradient_error, numerical_gradient
from rnnlib.gradcheck.closer_look import LIMIT, CloserLook, first_of_largest
from rnnlib.gradcheck.report import GradientRow
from rnnlib.validation import check_real, short_repr

Array = NDArray[np.float64]


class Comparison(NamedTuple):
    """The row of one gradient, and the numbers behind it, None where they cannot be compared."""

    row: GradientRow
    look: CloserLook | None = None


def compare_all(
    f: Callable[[str, Array], float],
    arrays: Mapping[str, Array],
    gradients: Mapping[str, Any],
    expect_zero: Iterable[str],
    tolerance: float,
) -> dict[str, Comparison]:
    """Compare the gradient by each array with central differences.

    Args:
        f: a function of (name, changed), which returns the number with one of the arrays exchanged.
        arrays: the point, by name.
        gradients: what is to be compared, by name; a name may lack.
        expect_zero: names whose gradient may be zero everywhere.
        tolerance: the largest error that passes.
    """
    may_be_zero = {expect_zero} if isinstance(expect_zero, str) else set(expect_zero)
    if not may_be_zero <= arrays.keys():
        raise ValueError(f"expect_zero: expected names among {', '.join(arrays)}, got {short_repr(expect_zero)}")
    comparisons: dict[str, Comparison] = {}
    values: list[float] = []  # all at the same point
    for name, array in arrays.items():
        values += [f(name, array.copy()), f(name, array.copy())]
        if _differ(values):
            break

        def f_of_one(changed: Array, name: str = name) -> float:
            return f(name, changed)

        comparisons[name] = _compare(name, f_of_one, array, gradients.get(name), name in may_be_zero, tolerance)
    values += [f(name, array.copy()) for name, array in arrays.items()]
    looks = [comparison.look for comparison in comparisons.values() if comparison.look is not None]
    if _differ(values) or not all(look.repeatable for look in looks):
        return {name: Comparison(_empty_row(name, "not checked: f is not deterministic")) for name in arrays}
    return comparisons


def _differ(values: list[float]) -> bool:
    return not np.array_equal(values, values[:1] * len(values), equal_nan=True)


def _empty_row(name: str, verdict: str) -> GradientRow:
    return GradientRow(name, np.inf, (), np.nan, np.nan, verdict)


def _compare(
    name: str, f: Callable[[Array], float], x: Array, gradient: Any, may_be_zero: bool, tolerance: float
) -> Comparison:
    """Compare one gradient of f at x with central differences, and look closer where both disagree."""
    if gradient is None:
        return Comparison(_empty_row(name, "missing"))
    given = check_real(f"gradients: {name}", gradient).astype(np.float64)
    if given.shape != x.shape:
        return Comparison(_empty_row(name, f"shape {given.shape} instead of {x.shape}"))
    numerical = numerical_gradient(f, x)
    finite = np.isfinite(given) & np.isfinite(numerical)
    if not finite.all():
        where = first_of_largest(~finite)
        return Comparison(GradientRow(name, np.inf, where, given[where], numerical[where], "not finite"))

    look = CloserLook(f, x, given, numerical)
    with np.errstate(over="ignore"):
        wrong_at = look.worst(tolerance)
        seen = max(np.abs(given).max(), np.abs(look.numerical).max())
        if seen <= tolerance and (given.any() or may_be_zero):
            look.look_along_all(tolerance)
        error, verdict = _judge(look, wrong_at is not None, may_be_zero, tolerance)
    if verdict.startswith("ok"):
        where = first_of_largest(np.where(look.kink, 0, np.abs(look.numerical)))
    else:
        where = wrong_at or first_of_largest(look.differences)
    return Comparison(GradientRow(name, error, where, float(given[where]), float(look.numerical[where]), verdict), look)


def _judge(look: CloserLook, is_wrong: bool, may_be_zero: bool, tolerance: float) -> tuple[float, str]:
    """Return the error of one gradient, and the verdict."""
    counts, n_kinks = ~look.kink, look.kink.sum()
    if not counts.any():
        return np.inf, "not checked: a kink at every entry"
    error, noise = gradient_error(look.given[counts], look.numerical[counts]), float(look.noise.max()) / look.size
    if is_wrong:
        return error, "wrong"
    if noise > (tolerance if look.narrow else LIMIT * tolerance):
        return max(error, noise), f"not checked: {_why_not(look, noise)}"
    if not look.given.any() and not may_be_zero and not n_kinks:
        return error, "zero everywhere"
    verdict = f"ok, {n_kinks} at a kink" if n_kinks else "ok"
    if noise > tolerance:
        return _power_of_ten(noise), f"{verdict}, as far as rounding ({_power_of_ten(noise):g}) lets us see"
    return error, verdict


def _why_not(look: CloserLook, noise: float) -> str:
    if look.narrow:
        return "f is not in float64"
    return "f is not smooth" if noise > 1 else f"noise ({_power_of_ten(noise):g}) hides the slope"


def _power_of_ten(noise: float) -> float:
    """Return the next power of ten above: the same on every machine, as noise itself is not."""
    return float(10.0 ** np.ceil(np.log10(noise)))
