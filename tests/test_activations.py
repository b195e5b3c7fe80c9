"""Activations: hand-worked values, extreme arguments, derivatives by a complex step, float types, refusals."""

import numpy as np
import pytest
from reference import F, complex_step

import rnnlib
from rnnlib.activations import ACTIVATIONS, find_activation

A = np.array([[-3.0, -0.7, -0.1], [0.2, 1.0, 4.0]])
every = pytest.mark.parametrize("name", ACTIVATIONS)


def test_hand_worked_values():
    np.testing.assert_allclose(rnnlib.tanh(np.log(3.0)), 0.8, rtol=1e-15)
    np.testing.assert_allclose(rnnlib.sigmoid(np.log([3.0, 1 / 3])), [0.75, 0.25], rtol=1e-15)
    np.testing.assert_array_equal(rnnlib.relu(A), [[0, 0, 0], [0.2, 1, 4]])
    np.testing.assert_array_equal(rnnlib.identity(A), A)


@every
def test_the_public_pair_is_found_by_its_name(name):
    assert find_activation(name) == (getattr(rnnlib, name), getattr(rnnlib, f"{name}_derivative"))


@every
def test_derivative_from_the_output_is_the_slope(name):
    f, derivative = find_activation(name)
    slope = complex_step(lambda a: np.vectorize(F[name], otypes=[a.dtype])(a).sum(), {"a": A})["a"]
    np.testing.assert_allclose(derivative(f(A)), slope, rtol=1e-13)


def test_relu_has_slope_0_at_its_kink():
    assert rnnlib.relu_derivative(np.array([0.0])) == 0


@every
@pytest.mark.parametrize("a", [1e-310, 1e-160, 1e300])
def test_tiny_and_huge_numbers_where_every_float_error_raises(name, a, every_float_error_raises):
    f, derivative = find_activation(name)
    huge = a > 1
    right = {"tanh": [1, -1] if huge else [a, -a], "sigmoid": [1, 0] if huge else [0.5, 0.5]}
    right |= {"relu": [a, 0], "identity": [a, -a]}
    h = f([a, -a])
    np.testing.assert_array_equal(h, right[name])
    slope = {"tanh": 1 - huge, "sigmoid": 0 if huge else 0.25, "relu": [1, 0], "identity": 1}
    np.testing.assert_array_equal(derivative(h), np.broadcast_to(slope[name], 2))


def test_sigmoid_keeps_its_digits_far_out():
    np.testing.assert_allclose(rnnlib.sigmoid(-50.0), np.exp(-50.0), rtol=1e-15)
    np.testing.assert_array_equal(rnnlib.sigmoid([-1000.0, 1000.0]), [0, 1])


@every
def test_shape_and_float_type_stay_and_nothing_is_shared(name):
    f, derivative = find_activation(name)
    a = A.astype(np.float32)
    h = f(a)
    assert h.dtype == derivative(h).dtype == np.float32
    assert h.shape == derivative(h).shape == a.shape
    assert not np.shares_memory(h, a) and not np.shares_memory(derivative(h), h)
    assert f([1, 2]).dtype == derivative(np.array([True])).dtype == np.float64


@every
def test_the_result_is_written_where_it_is_wanted(name):
    f, _ = find_activation(name)
    right, elsewhere, a = f(A), np.full_like(A, np.nan), A.copy()
    assert f(A, out=elsewhere) is elsewhere
    np.testing.assert_array_equal(elsewhere, right)
    assert f(a, out=a) is a  # in place
    np.testing.assert_array_equal(a, right)


@pytest.mark.parametrize("f", [f for pair in ACTIVATIONS.values() for f in pair], ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    ("a", "message"),
    [
        (None, "expected real numbers, got None$"),
        ("a", r"expected real numbers, got <U1 \(\)$"),
        ([1j], r"expected real numbers, got complex128 \(1,\)$"),
        (np.ma.ones(2), r"expected real numbers, got a masked array \(2,\)$"),
    ],
)
def test_what_holds_no_real_numbers_is_refused(f, a, message):
    name = "h" if f.__name__.endswith("derivative") else "a"
    with pytest.raises(TypeError, match=f"^{name}: {message}"):
        f(a)


@pytest.mark.parametrize("name", ["tahn", None, 3, ["tanh"]])
def test_unknown_names_are_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="^activation: expected one of tanh, sigmoid, relu, identity, got "):
        find_activation(name)
