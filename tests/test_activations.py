"""Activations: hand-worked values, extreme arguments, and derivatives against central differences."""

import numpy as np
import pytest

import rnnlib
from rnnlib.activations import ACTIVATIONS, find_activation

A = np.array([[-3.0, -0.7, -0.1], [0.2, 1.0, 4.0]])


def test_hand_worked_values():
    np.testing.assert_allclose(rnnlib.tanh(np.log(3.0)), 0.8, atol=1e-15)
    np.testing.assert_allclose(rnnlib.sigmoid(np.log([3.0, 1 / 3])), [0.75, 0.25], atol=1e-15)
    np.testing.assert_array_equal(rnnlib.relu(A), [[0, 0, 0], [0.2, 1, 4]])
    np.testing.assert_array_equal(rnnlib.identity(A), A)


def test_sigmoid_is_exact_and_silent_far_out():
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_array_equal(rnnlib.sigmoid(np.array([-1000.0, 1000.0])), [0, 1])
    np.testing.assert_allclose(rnnlib.sigmoid(-50.0), np.exp(-50.0), rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_from_the_output_is_the_slope(name):
    f, derivative = find_activation(name)
    slope = (f(A + 1e-5) - f(A - 1e-5)) / 2e-5
    np.testing.assert_allclose(derivative(f(A)), slope, atol=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_shape_and_dtype_stay_and_nothing_is_shared(name):
    f, derivative = find_activation(name)
    a = A.astype(np.float32)
    h = f(a)
    assert h.dtype == derivative(h).dtype == np.float32
    assert h.shape == derivative(h).shape == a.shape
    assert not np.shares_memory(h, a)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_result_is_written_where_it_is_wanted(name):
    f, _ = find_activation(name)
    right, elsewhere, a = f(A), np.full_like(A, np.nan), A.copy()
    assert f(A, out=elsewhere) is elsewhere
    np.testing.assert_array_equal(elsewhere, right)
    assert f(a, out=a) is a  # in place
    np.testing.assert_array_equal(a, right)


def test_relu_has_slope_0_at_its_kink():
    assert rnnlib.relu_derivative(np.array([0.0])) == 0


@pytest.mark.parametrize("name", ["tahn", None, 3, ["tanh"]])
def test_unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="expected one of tanh, sigmoid, relu, identity"):
        find_activation(name)
