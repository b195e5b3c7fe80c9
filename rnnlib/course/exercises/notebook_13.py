"""Checkers of notebook 13: a seasonal naive with drift, an expanding past, and a test for what looks ahead."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes

# 13.1: a seasonal naive with drift


def _drift(
    past: np.ndarray,
    horizon: int,
    period: int,
    *,
    change: Callable | None = None,
    start: int = 0,
    times: Callable = lambda step, period: step // period + 1,
) -> np.ndarray:
    """Repeat the last period, and add `times` a change to it; `start` moves the period that is repeated."""
    L = past.shape[1]
    steps = np.arange(horizon)
    repeated = past[:, L - period - start + steps % period]
    changed = past[:, -1] - past[:, -1 - period] if change is None else change(past, period)
    return repeated + times(steps, period) * changed[:, np.newaxis]


def _own_changes(past: np.ndarray, horizon: int, period: int) -> np.ndarray:
    """Repeat the last period; each place has its own change over the period before it."""
    steps = np.arange(horizon)
    place = past.shape[1] - period + steps % period
    return past[:, place] + (steps // period + 1) * (past[:, place] - past[:, place - period])


def _windows(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.standard_normal((n, L)).cumsum(axis=1), M, period)
        for n, L, M, period in ((2, 9, 7, 3), (3, 12, 11, 4), (4, 11, 6, 5))
    ]


DRIFT_MISTAKES: Mistakes = [
    (
        lambda past, horizon, period: _drift(past, horizon, period, times=lambda step, period: 0 * step),
        "no drift is added: this is the seasonal naive",
    ),
    (
        lambda past, horizon, period: _drift(past, horizon, period, times=lambda step, period: 0 * step + 1),
        "the change is added once only: a second period has changed twice",
    ),
    (
        lambda past, horizon, period: _drift(past, horizon, period, times=lambda step, period: step // period),
        "in the first period nothing is added: it lies one period after the one that is repeated, so add one change",
    ),
    (
        lambda past, horizon, period: _drift(past, horizon, period, times=lambda step, period: step + 1),
        "the change of a whole period is added at each step: add it once a period",
    ),
    (
        lambda past, horizon, period: _drift(past, horizon, period, times=lambda step, period: (step + 1) / period),
        "the change is spread over the steps of a period: within a period it is the same for each step",
    ),
    (
        lambda past, horizon, period: _drift(
            past, horizon, period, change=lambda past, period: past[:, -1] - past[:, -period]
        ),
        "the two values are period - 1 steps apart: one period before the last one stands at -1 - period",
    ),
    (
        lambda past, horizon, period: _drift(
            past, horizon, period, change=lambda past, period: past[:, -1] - past[:, -2]
        ),
        "this is the change over one step: that over a whole period is asked for",
    ),
    (
        lambda past, horizon, period: _drift(
            past, horizon, period, change=lambda past, period: past[:, -1 - period] - past[:, -1]
        ),
        "the sign of the change is the wrong one: the last value minus the one a period before",
    ),
    (
        lambda past, horizon, period: _drift(
            past, horizon, period, change=lambda past, period: (past[:, -1] - past[:, 0]) / (past.shape[1] - 1) * period
        ),
        "this is the mean change over the whole window: that over the last period is asked for",
    ),
    (
        lambda past, horizon, period: _drift(
            past, horizon, period, change=lambda past, period: past[:, -1] - past[:, 0]
        ),
        "this is the change over the whole window: only the last period counts",
    ),
    (
        lambda past, horizon, period: (
            past[:, np.arange(horizon) % period]
            - past[:, past.shape[1] - period + np.arange(horizon) % period]
            + _drift(past, horizon, period)
        ),
        "the first period of the window is repeated: take the last",
    ),
    (
        lambda past, horizon, period: _drift(past, horizon, period, start=1),
        "the period that is repeated begins one step too early: it is the last `period` values of the window",
    ),
    (
        lambda past, horizon, period: (
            np.repeat(past[:, -1:], horizon, axis=1)
            + (past[:, -1] - past[:, -1 - period])[:, np.newaxis] * (np.arange(horizon) // period + 1)
        ),
        "this goes on from the last value: there is no season in it",
    ),
    (
        lambda past, horizon, period: _drift(
            past,
            horizon,
            period,
            change=lambda past, period: np.full(len(past), (past[:, -1] - past[:, -1 - period]).mean()),
        ),
        "all windows are given one mean change: each has its own",
    ),
    (_own_changes, "each place is given its own change: take that of the last value for all"),
]

# 13.2: an expanding past


def _rolling(
    series: np.ndarray,
    first: int,
    horizon: int,
    forecast: Callable,
    *,
    known: Callable = lambda series, origin: series[:origin],
    shift: int = 0,
    short: int = 0,
    error: Callable = lambda forecast, truth: np.abs(forecast - truth),
) -> np.ndarray:
    """Return for each origin the error; the truth is shifted, and the last `short` origins are left out."""
    origins = range(first, len(series) - horizon + 1 - short)
    rows = []
    for origin in origins:
        truth = series[origin + shift : origin + shift + horizon]
        rows.append(error(forecast(known(series, origin).copy(), horizon), truth))
    return np.array(rows)


def _insist_on_values(past: np.ndarray) -> None:
    if len(past) == 0:
        raise ValueError("forecast was given no values: the past is series[:origin]")


def _mean_of(past: np.ndarray, horizon: int) -> np.ndarray:
    _insist_on_values(past)
    return np.full(horizon, past.mean())


def _last_of(past: np.ndarray, horizon: int) -> np.ndarray:
    _insist_on_values(past)
    return np.full(horizon, past[-1])


def _line_of(past: np.ndarray, horizon: int) -> np.ndarray:
    _insist_on_values(past)
    return past[-1] + (past[-1] - past[0]) / (len(past) - 1) * np.arange(1, horizon + 1)


def _series(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.standard_normal(S).cumsum(), first, horizon, forecast)
        for S, first, horizon, forecast in ((12, 6, 3, _last_of), (15, 5, 4, _mean_of), (14, 8, 2, _line_of))
    ]


ROLLING_MISTAKES: Mistakes = [
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, known=lambda series, origin: series[: origin + 1]
        ),
        "the forecaster is shown the first value that it must forecast: the past ends before the origin",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, known=lambda series, origin: series
        ),
        "the forecaster is shown the whole series: it may see only what lies before the origin",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, known=lambda series, origin: series[:first]
        ),
        "every forecast is made from the first past: from origin to origin there is one value more to know",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, known=lambda series, origin: series[origin - first : origin]
        ),
        "the past has always the same length here: it should begin with the first value of the series",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, known=lambda series, origin: series[: origin - 1]
        ),
        "the last value before the origin is held back: it is known",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first, horizon, forecast, short=1),
        "the last origin is missing: the last value of the series is a target too",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first, horizon, forecast, short=horizon - 1),
        "the last origins are missing: the last value of the series is a target too",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first + 1, horizon, forecast),
        "the first origin is missing: series[first] is the first target",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, error=lambda forecast, truth: forecast - truth
        ),
        "these are errors with a sign: their absolute values are asked for",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, error=lambda forecast, truth: truth - forecast
        ),
        "these are errors with a sign: their absolute values are asked for",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, error=lambda forecast, truth: (forecast - truth) ** 2
        ),
        "these are squared errors: their absolute values are asked for",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first, horizon, forecast).mean(axis=0),
        "this is the mean over the origins: a row for each is asked for",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(
            series, first, horizon, forecast, error=lambda forecast, truth: forecast
        ),
        "these are the forecasts: their distance from the truth is asked for",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first, horizon, forecast, short=1, shift=1),
        "each forecast is compared with values one step too late: the first target is series[origin]",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first, horizon, forecast).T,
        "rows and columns have changed places: a row for each origin, a column for each step ahead",
    ),
    (
        lambda series, first, horizon, forecast: _rolling(series, first, horizon, forecast)[::horizon],
        "from origin to origin it jumps by the horizon: the origin moves on by one",
    ),
]

# 13.3: does it look ahead?

LARGE = 1e3


def _looks_ahead(transform: Callable, series: np.ndarray, t: int, change: Callable | None = None) -> bool:
    """Tell whether what stands before t is another after `change`, or a large random one, of the rest."""
    before = transform(series.copy())[:t]
    for seed in range(5):
        other = series.copy()
        if change is None:
            other[t:] += LARGE * np.random.default_rng(seed).standard_normal(len(series) - t)
        else:
            change(other, t)
        if not np.allclose(before, transform(other)[:t]):
            return True
    return False


def _standardised(series: np.ndarray) -> np.ndarray:
    return (series - series.mean()) / series.std()


def _by_largest(series: np.ndarray) -> np.ndarray:
    return series / np.abs(series).max()


def _by_maximum(series: np.ndarray) -> np.ndarray:
    return series / series.max()


def _from_minimum(series: np.ndarray) -> np.ndarray:
    return series - series.min()


def _so_far(series: np.ndarray) -> np.ndarray:
    return series.cumsum() / np.arange(1, len(series) + 1)


def _centred(series: np.ndarray) -> np.ndarray:
    return np.convolve(series, np.ones(3) / 3, mode="same")


def _trailing(series: np.ndarray) -> np.ndarray:
    return np.convolve(series, np.ones(3) / 3)[: len(series)]


def _from_last_increment(series: np.ndarray) -> np.ndarray:
    return series - (series[-1] - series[-2])


def _from_last(series: np.ndarray) -> np.ndarray:
    return series - series[-1]


def _two_ahead(series: np.ndarray) -> np.ndarray:
    return series[np.minimum(np.arange(len(series)) + 2, len(series) - 1)]


def _less_mean(series: np.ndarray) -> np.ndarray:
    return series - series.mean()


def _alternating(series: np.ndarray) -> np.ndarray:
    return series + (-1.0) ** np.arange(len(series)) * series[-1]


def _sum_by_matrix(series: np.ndarray) -> np.ndarray:
    return np.tri(len(series)) @ series


def _less_size(series: np.ndarray) -> np.ndarray:
    return series - np.abs(series).max()


def _last_for_first(series: np.ndarray) -> np.ndarray:
    return np.append(series[-1], series[1:])


def _every_other(series: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(series)) % 2 == 0, _two_ahead(series), series)


def _towards_last(series: np.ndarray) -> np.ndarray:
    return series + np.linspace(0, 1, len(series)) * series[-1]


def _in_pairs(series: np.ndarray) -> np.ndarray:
    return np.repeat(series.reshape(-1, 2).mean(axis=1), 2)


def _by_length(series: np.ndarray) -> np.ndarray:
    return series / len(series)


def _ranks(series: np.ndarray) -> np.ndarray:
    return np.argsort(np.argsort(series)).astype(float)


def _before(series: np.ndarray) -> np.ndarray:
    return np.diff(series, prepend=series[0])


# what each does to a value, the function, and a t at which it matters where one compares
TRANSFORMS: list[tuple[str, Callable, int]] = [
    ("each value less the mean of all, divided by their spread", _standardised, 7),
    ("the mean of all values so far", _so_far, 7),
    ("each value divided by the largest size", _by_largest, 7),
    ("each value divided by the largest", _by_maximum, 7),
    ("each value less the smallest", _from_minimum, 7),
    ("the mean of three values around each", _centred, 7),
    ("the mean of the last three values", _trailing, 7),
    ("each value less the last increment of all", _from_last_increment, 7),
    ("each value less the last of all", _from_last, 7),
    ("the value two steps later", _two_ahead, 7),
    ("at every other place the value two steps later", _every_other, 6),
    ("at every other place the value two steps later", _every_other, 7),
    ("each value less the mean of all", _less_mean, 6),
    ("the first value replaced by the last of all", _last_for_first, 7),
    ("the mean of each pair", _in_pairs, 7),
    ("each value divided by the length of the series", _by_length, 7),
    ("each value and a part of the last", _towards_last, 7),
    ("each value less the one before", _before, 7),
    ("the rank of each value among all", _ranks, 7),
    ("NumPy's gradient", np.gradient, 7),
    ("each value and the last, plus and minus in turn", _alternating, 6),
    ("the sum of all values so far, by a matrix", _sum_by_matrix, 7),
    ("each value less the largest size", _less_size, 7),
]


def _transforms(rng: np.random.Generator) -> list[tuple]:
    tries = []
    for _, transform, t in TRANSFORMS:
        series = rng.permutation(12).astype(float)  # whole numbers: their differences are exact
        series[2], series[4] = 20, -20  # the largest and the smallest lie in the past
        tries.append((transform, series, t))
    return tries


def _noise(series: np.ndarray, t: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(len(series) - t)


def _set(change: Callable) -> Callable:
    """Return a function that puts change(series, t) in the place of the values from t on."""

    def put(series: np.ndarray, t: int) -> None:
        series[t:] = change(series, t)

    return put


def _added(amount: float, first: int = 0, last: int | None = None) -> Callable:
    """Return a function that adds an amount to the values from t + first on, up to t + last."""

    def add(series: np.ndarray, t: int) -> None:
        series[t + first : None if last is None else t + last] += amount

    return add


def _to_last(amount: float) -> Callable:
    def add(series: np.ndarray, t: int) -> None:
        series[-1] += amount

    return add


def _after_next(spread: float) -> Callable:
    def add(series: np.ndarray, t: int) -> None:
        series[t + 1 :] += spread * _noise(series, t + 1)

    return add


def _changed(transform: Callable, series: np.ndarray, t: int) -> np.ndarray:
    """Tell for each place whether it is another after a large change of the values from t on."""
    other = series.copy()
    other[t:] += LARGE * _noise(series, t)
    return ~np.isclose(transform(series.copy()), transform(other))


def _wrong(change: Callable) -> Callable:
    return lambda transform, series, t: _looks_ahead(transform, series, t, change)


ONLY_LAST = "only the last value is changed: a result may depend on another one of the future"
ONLY_FIRST = "only the value at t is changed: a result may depend on a later one"
NOT_AT_T = "the value at t itself is not changed: it belongs to the future"
REORDERED = "the future is only put into another order: its mean, its spread and its maximum stay the same"
TOO_LITTLE = (
    "the future is changed too little: where the largest value lies in the past, only a much larger one shows that it "
    "is looked at"
)

AHEAD_MISTAKES: Mistakes = [
    (
        lambda transform, series, t: not _looks_ahead(transform, series, t),
        "this is the opposite: True is asked for where it looks ahead",
    ),
    (
        lambda transform, series, t: True,
        "this says True to every function, also where nothing but the past is used: change nothing before t, and "
        "compare what stands before t only",
    ),
    (
        _wrong(_set(lambda series, t: np.nan)),
        "the future is replaced by NaN: 0 times NaN is NaN, and a function may leave NaN out: put in large numbers",
    ),
    (_wrong(_to_last(LARGE)), ONLY_LAST),
    (_wrong(_to_last(-LARGE)), ONLY_LAST),
    (_wrong(_to_last(1.0)), ONLY_LAST),
    (_wrong(lambda series, t: series.__setitem__(-1, 12.5)), ONLY_LAST),
    (_wrong(_added(LARGE, last=1)), ONLY_FIRST),
    (_wrong(_added(-LARGE, last=1)), ONLY_FIRST),
    (_wrong(_added(1.0, last=1)), ONLY_FIRST),
    (_wrong(_after_next(LARGE)), NOT_AT_T),
    (_wrong(_after_next(1.0)), NOT_AT_T),
    (
        _wrong(_added(1e-3)),
        "the future is changed too little: a largest value or a rank may notice large changes only",
    ),
    (
        _wrong(_added(LARGE)),
        "all values of the future are changed by the same amount: a difference between two of them does not notice",
    ),
    (
        _wrong(_added(1.0)),
        "all values of the future are changed by the same small amount: neither a largest value in the past nor a "
        "difference between two of them notices that",
    ),
    (
        _wrong(_set(lambda series, t: series[t:] + LARGE * np.abs(_noise(series, t)))),
        "the future is only made larger: a smaller value there would change a smallest one",
    ),
    (
        _wrong(_set(lambda series, t: series[t:] - LARGE * np.abs(_noise(series, t)))),
        "the future is only made smaller: a larger value there would change a largest one",
    ),
    (
        lambda transform, series, t: _looks_ahead(transform, series, t + 1),
        "the border is one place off: change the values from t on, and compare those before t",
    ),
    (
        lambda transform, series, t: _changed(transform, series, t)[: t - 1].any(),
        "the place just before t is left out: compare [:t]",
    ),
    (
        lambda transform, series, t: _changed(transform, series, t)[t - 1],
        "only the place just before t is compared: an earlier one may look ahead",
    ),
    (
        lambda transform, series, t: _changed(transform, series, t)[:t].all(),
        "this says True only where every place before t changes: one is enough (any, not all)",
    ),
    (
        lambda transform, series, t: _changed(transform, series, t)[0],
        "only the first place is compared: a later one may look ahead",
    ),
    (_wrong(_set(lambda series, t: 0)), TOO_LITTLE),
    (_wrong(_set(_noise)), TOO_LITTLE),
    (_wrong(_set(lambda series, t: np.random.default_rng(0).permutation(series[t:]))), REORDERED),
    (_wrong(_set(lambda series, t: series[t:][::-1].copy())), REORDERED),
    (
        lambda transform, series, t: not np.allclose(transform(series[:t]), transform(series)[:t]),
        "a shorter series is transformed: where the largest value lies in the past, that hides what a larger one later "
        "would do; change the future instead, and by a lot",
    ),
    (lambda transform, series, t: False, "this says False to every function: some look ahead"),
]


class AheadExercise(FunctionExercise):
    """A function that says True or False of a function: which it says of which helps more than two numbers."""

    def _fault(self, answer: Callable, result: Any, arguments: tuple) -> str | None:
        fault = super()._fault(answer, result, arguments)
        if fault is None or not fault.startswith("the numbers differ") or result not in (0, 1):
            return fault
        name = next(name for name, transform, _ in TRANSFORMS if transform is arguments[0])
        if result:
            return f"it says True of a function that does not look ahead, {name}: change and compare the right places"
        return (
            f"it says False of a function that looks ahead, {name}: change all values from t on, each by another large "
            "amount, up or down; compare all places before t, one by one; a difference may have either sign"
        )


CHECKERS = {
    "13.1": FunctionExercise(right=_drift, problems=_windows, mistakes=DRIFT_MISTAKES, shape="(n, M)"),
    "13.2": FunctionExercise(right=_rolling, problems=_series, mistakes=ROLLING_MISTAKES, shape="(origins, M)"),
    "13.3": AheadExercise(right=_looks_ahead, problems=_transforms, mistakes=AHEAD_MISTAKES, shape="one True or False"),
}
