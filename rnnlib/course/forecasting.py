"""Forecasts of a series, and what they are compared with: the rivals of the networks of notebook 13.

Letters: n windows, L values in a window, M steps ahead that are forecast (the horizon).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import check_array, check_callable, check_int

Array = NDArray[np.floating]


class Windows(NamedTuple):
    """Stretches of a series, and what came after each."""

    past: Array  # (n, L)
    future: Array  # (n, M)


def split_in_time(series: ArrayLike, n_past: int) -> tuple[Array, Array]:
    """Return the first `n_past` values of a series (S,), and the rest, in order and uncopied.

    Raises:
        TypeError, ValueError: a series that does not fit or holds NaN, or a cut that leaves one of the two empty.

    >>> split_in_time([1, 2, 3, 4], n_past=3)
    (array([1., 2., 3.]), array([4.]))
    """
    series = _check_series(series)
    if len(series) < 2:
        raise ValueError(f"series: expected at least 2 values, one for each part, got {len(series)}")
    cut = check_int("n_past", n_past, most=len(series) - 1)
    return series[:cut], series[cut:]


def windows(series: ArrayLike, length: int, horizon: int = 1, *, first_target: int | None = None) -> Windows:
    """Return every stretch of `length` values that has `horizon` values after it, in order.

    Args:
        series: (S,).
        length: L.
        horizon: M.
        first_target: the place in the series of the first value that may be a target; L where it is not given. With the
            place where the test part begins, the past of the first windows reaches back into the training part, as a
            forecaster's would, and all targets lie in the test part.

    Returns:
        past (n, L) and future (n, M), copies.

    Raises:
        TypeError, ValueError: a series that does not fit or holds NaN, sizes below 1, windows longer than the series.

    >>> windows([1, 2, 3, 4, 5], length=2, horizon=2)
    Windows(past=array([[1., 2.],
           [2., 3.]]), future=array([[3., 4.],
           [4., 5.]]))
    """
    series = _check_series(series)
    L, M = check_int("length", length), check_int("horizon", horizon)
    if L + M > len(series):
        raise ValueError(f"series: expected at least L + M = {L} + {M} values, got {len(series)}")
    first = L if first_target is None else check_int("first_target", first_target, least=L, most=len(series) - M)
    stretches = np.lib.stride_tricks.sliding_window_view(series[first - L :], L + M)  # (n, L + M)
    return Windows(stretches[:, :L].copy(), stretches[:, L:].copy())


class Scaler(NamedTuple):
    """Takes away a mean, and divides by a spread, that were learned on the past."""

    mean: float
    spread: float

    @classmethod
    def learned_on(cls, past: ArrayLike) -> Self:
        """Return the scaler with the mean and the standard deviation of a series (S,).

        Raises:
            TypeError, ValueError: a series that does not fit, holds NaN, or whose values are all the same.
        """
        past = _check_series(past, "past")
        if past.min() == past.max():
            raise ValueError(f"past: expected values that differ, got {past[0]:g} only")
        return cls(float(past.mean()), float(past.std()))

    def scaled(self, values: ArrayLike) -> Array:
        """Return (values - mean) / spread, in the shape of `values`."""
        return (np.asarray(values, float) - self.mean) / self.spread

    def unscaled(self, values: ArrayLike) -> Array:
        """Return what `scaled` was given."""
        return np.asarray(values, float) * self.spread + self.mean


def persistence(past: ArrayLike, horizon: int) -> Array:
    """Return the last value of each window (n, L), `horizon` times: (n, M).

    >>> persistence([[1, 2, 3]], horizon=2)
    array([[3., 3.]])
    """
    past = _check_past(past)
    return np.repeat(past[:, -1:], check_int("horizon", horizon), axis=1)


def seasonal_naive(past: ArrayLike, horizon: int, period: int) -> Array:
    """Return the last `period` values of each window (n, L), again and again up to the horizon: (n, M).

    Raises:
        TypeError, ValueError: numbers that do not fit, a period longer than the window.

    >>> seasonal_naive([[1, 2, 3]], horizon=3, period=2)
    array([[2., 3., 2.]])
    """
    past = _check_past(past)
    period = check_int("period", period, most=past.shape[1])
    return past[:, past.shape[1] - period + np.arange(check_int("horizon", horizon)) % period]


class LeastSquares:
    """A linear forecast: each target is a weighted sum of the values of its window, plus a constant.

    The weights are those with the least sum of squared errors on the windows that it was fitted on. With one target it
    is what statistics calls an autoregression AR(L).

    >>> model = LeastSquares(*windows([1, 2, 4, 8, 16, 32], length=1))
    >>> model([[64]]).round(6)
    array([[128.]])
    """

    def __init__(self, past: ArrayLike, future: ArrayLike) -> None:
        """Fit to windows past (n, L) and future (n, M).

        Raises:
            TypeError, ValueError: windows that do not fit, fewer of them than weights: L + 1.
        """
        past = _check_past(past)
        future = check_array("future", future, "(n, M)", float, n=len(past))
        n, L = past.shape
        if n < L + 1:
            raise ValueError(f"past: expected at least L + 1 = {L + 1} windows, one for each weight, got {n}")
        self.weights, *_ = np.linalg.lstsq(_with_ones(past), future, rcond=None)  # (L + 1, M)

    def __call__(self, past: ArrayLike) -> Array:
        """Return the forecast for windows (n, L): (n, M)."""
        past = check_array("past", past, "(n, L)", float, L=len(self.weights) - 1)
        return _with_ones(past) @ self.weights


def fed_back(one_step: Callable[[Array], ArrayLike], past: ArrayLike, horizon: int) -> Array:
    """Forecast `horizon` steps by a model of one step, whose forecasts become its input: (n, M).

    Args:
        one_step: gives for windows (n, L) the next value of each, (n, 1).
        past: (n, L).
        horizon: M.

    Raises:
        TypeError, ValueError: numbers that do not fit, a forecast that is not (n, 1) or not finite.

    >>> fed_back(lambda past: past[:, -1:] + past[:, -2:-1], [[1, 1]], horizon=5)
    array([[ 2.,  3.,  5.,  8., 13.]])
    """
    past, one_step = _check_past(past).copy(), check_callable("one_step", one_step)
    forecasts = []
    for _ in range(check_int("horizon", horizon)):
        following = check_array("one_step(past)", one_step(past), "(n, M)", float, n=len(past), M=1)
        forecasts.append(following)
        past = np.concatenate([past[:, 1:], following], axis=1)
    return np.concatenate(forecasts, axis=1)


def errors_by_horizon(forecast: ArrayLike, future: ArrayLike) -> Array:
    """Return the root of the mean squared error over all windows, for each step ahead: (M,).

    Raises:
        TypeError, ValueError: arrays that are not (n, M) both.

    >>> errors_by_horizon([[1, 2], [1, 2]], [[1, 5], [1, -2]]).round(3)
    array([0.   , 3.536])
    """
    forecast = check_array("forecast", forecast, "(n, M)", float)
    n, M = forecast.shape
    return np.sqrt(np.mean((forecast - check_array("future", future, "(n, M)", float, n=n, M=M)) ** 2, axis=0))


def _check_series(series: ArrayLike, name: str = "series") -> Array:
    return check_array(name, series, "(S,)", float)


def _check_past(past: ArrayLike) -> Array:
    return check_array("past", past, "(n, L)", float)


def _with_ones(past: Array) -> Array:
    return np.concatenate([past, np.ones((len(past), 1))], axis=1)
