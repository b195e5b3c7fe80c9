"""Forecasts: hand-worked windows and rivals, what reaches over the cut, and each refusal."""

import numpy as np
import pytest

from rnnlib.course.forecasting import (
    LeastSquares,
    Scaler,
    errors_by_horizon,
    fed_back,
    persistence,
    seasonal_naive,
    split_in_time,
    windows,
)

SERIES = np.arange(10.0) ** 2


def test_a_series_is_cut_in_time():
    past, future = split_in_time(SERIES, 7)
    assert past.tolist() == [0, 1, 4, 9, 16, 25, 36] and future.tolist() == [49, 64, 81]
    with pytest.raises(ValueError, match="n_past: expected a whole number from 1 to 9, got 10"):
        split_in_time(SERIES, 10)
    with pytest.raises(ValueError, match="n_past: expected a whole number from 1 to 9, got 0"):
        split_in_time(SERIES, 0)
    with pytest.raises(ValueError, match="series: expected at least 2 values"):
        split_in_time([1.0], 1)
    with pytest.raises(ValueError, match=r"series: expected finite numbers \(S,\), got nan at \(2,\)"):
        split_in_time([1.0, 2.0, np.nan], 1)


def test_windows_stand_in_order_with_what_came_after():
    past, future = windows(SERIES, 3, 2)
    assert past.shape == (6, 3) and future.shape == (6, 2)
    assert past[0].tolist() == [0, 1, 4] and future[0].tolist() == [9, 16]
    assert past[-1].tolist() == [25, 36, 49] and future[-1].tolist() == [64, 81]
    past[0, 0] = future[0, 0] = 7  # copies
    assert SERIES[0] == 0 and SERIES[3] == 9


def test_the_first_target_may_be_chosen_and_the_past_reaches_back():
    past, future = windows(SERIES, 3, 2, first_target=7)
    assert past.tolist() == [[16, 25, 36], [25, 36, 49]] and future.tolist() == [[49, 64], [64, 81]]
    np.testing.assert_array_equal(windows(SERIES, 3, 2, first_target=3).past, windows(SERIES, 3, 2).past)
    with pytest.raises(ValueError, match="first_target: expected a whole number from 3 to 8, got 2"):
        windows(SERIES, 3, 2, first_target=2)
    with pytest.raises(ValueError, match="first_target: expected a whole number from 3 to 8, got 9"):
        windows(SERIES, 3, 2, first_target=9)


def test_a_window_longer_than_the_series_is_refused():
    assert len(windows(SERIES, 8, 2).past) == 1
    with pytest.raises(ValueError, match=r"series: expected at least L \+ M = 8 \+ 3 values, got 10"):
        windows(SERIES, 8, 3)
    with pytest.raises(ValueError, match=r"series: expected finite numbers \(S,\), got nan at \(1,\)"):
        windows([1, np.nan, 2], 1)
    with pytest.raises(ValueError, match="horizon: expected at least 1"):
        windows(SERIES, 3, 0)


def test_a_scaler_knows_the_past_only():
    scaler = Scaler.learned_on([1.0, 3.0])
    assert scaler == (2, 1)
    np.testing.assert_array_equal(scaler.scaled([[5.0, 2.0]]), [[3, 0]])
    np.testing.assert_allclose(scaler.unscaled(scaler.scaled(SERIES)), SERIES, atol=1e-12)
    with pytest.raises(ValueError, match="past: expected values that differ, got 4 only"):
        Scaler.learned_on([4, 4])
    with pytest.raises(ValueError, match="past: expected"):
        Scaler.learned_on([])


def test_the_naive_forecasts_by_hand():
    past = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])
    assert persistence(past, 3).tolist() == [[4, 4, 4], [8, 8, 8]]
    assert seasonal_naive(past, 5, period=3).tolist() == [[2, 3, 4, 2, 3], [6, 7, 8, 6, 7]]
    np.testing.assert_array_equal(seasonal_naive(past, 3, period=1), persistence(past, 3))
    with pytest.raises(ValueError, match="period: expected a whole number from 1 to 4, got 5"):
        seasonal_naive(past, 2, period=5)


def test_least_squares_finds_a_linear_rule_and_its_error_is_orthogonal_to_what_it_saw():
    rng = np.random.default_rng(0)
    past = rng.standard_normal((40, 3))
    rule = past @ [[0.5, 1], [-1, 2], [2, 0]] + [3, -4]
    np.testing.assert_allclose(LeastSquares(past, rule)(past[:5]), rule[:5], atol=1e-12)
    noisy = rule + rng.standard_normal((40, 2))
    residual = noisy - LeastSquares(past, noisy)(past)
    np.testing.assert_allclose(np.column_stack([past, np.ones(40)]).T @ residual, 0, atol=1e-12)


def test_least_squares_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match=r"past: expected at least L \+ 1 = 4 windows, one for each weight, got 3"):
        LeastSquares(np.eye(3), np.ones((3, 1)))
    with pytest.raises(ValueError, match=r"future: expected \(n, M\) with n = 4, got \(3, 1\)"):
        LeastSquares(np.ones((4, 3)), np.ones((3, 1)))
    model = LeastSquares(np.random.default_rng(0).random((5, 3)), np.ones((5, 1)))
    with pytest.raises(ValueError, match=r"past: expected \(n, L\) with L = 3, got \(2, 4\)"):
        model(np.ones((2, 4)))


def test_a_forecast_is_fed_back_and_nothing_else():
    seen = []

    def double_the_first(past):
        seen.append(past.tolist())
        return 2 * past[:, :1]

    given = np.array([[1.0, 5], [2, 7]])
    assert fed_back(double_the_first, given, 3).tolist() == [[2, 10, 4], [4, 14, 8]]
    assert seen == [[[1, 5], [2, 7]], [[5, 2], [7, 4]], [[2, 10], [4, 14]]]
    assert given.tolist() == [[1, 5], [2, 7]]
    with pytest.raises(ValueError, match=r"one_step\(past\): expected \(n, M\) with n = 2, M = 1, got \(2,\)"):
        fed_back(lambda past: past[:, 0], given, 3)
    with pytest.raises(ValueError, match="expected finite numbers"):
        fed_back(lambda past: np.full((2, 1), np.nan), given, 3)


def test_errors_by_horizon_are_means_over_the_windows():
    found = errors_by_horizon([[1, 2], [3, 4], [5, 6]], [[1, 2], [3, 1], [2, 10]])
    np.testing.assert_allclose(found, [np.sqrt(9 / 3), np.sqrt((9 + 16) / 3)])
    with pytest.raises(ValueError, match=r"future: expected \(n, M\) with n = 2, M = 1, got \(2, 2\)"):
        errors_by_horizon([[1], [2]], [[1, 2], [3, 4]])
