"""Central differences: numerical gradients, and what they take."""

import numpy as np
import pytest
from gradcheck_cases import Foreign, check, layer, problem

from rnnlib import check_gradients, compare_gradients, numerical_gradient


def test_numerical_gradients_of_known_functions():
    x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]])
    kept = x.copy()
    for f, gradient in [
        (lambda u: (u**2).sum(), 2 * x),
        (lambda u: np.sin(u).sum(), np.cos(x)),
        (lambda u: u[0, 1] * u[1, 0], np.array([[0, 3, 0], [-2, 0, 0]])),
        (lambda u: 7, np.zeros((2, 3))),
    ]:
        np.testing.assert_allclose(numerical_gradient(f, x), gradient, atol=1e-9)
        np.testing.assert_array_equal(x, kept)
    assert numerical_gradient(lambda u: u**3, 2.0) == pytest.approx(12, abs=1e-8)
    assert numerical_gradient(lambda u: (u**3).sum(), [2]).shape == (1,)


def test_the_step_can_be_chosen_and_grows_beside_a_large_number():
    cube = lambda u: (u**3).sum()  # noqa: E731
    np.testing.assert_allclose(numerical_gradient(cube, [0.0], eps=0.1), 0.01, rtol=1e-12)  # 3x² + eps²
    np.testing.assert_allclose(numerical_gradient(cube, [1e9], eps=0.1), 3e18 + 1e16, rtol=1e-12)


def test_a_step_that_cannot_be_is_refused_by_name():
    with pytest.raises(ValueError, match="^eps: expected a finite number above 0, got 0$"):
        numerical_gradient(np.sum, [1.0], eps=0)


def test_the_function_may_write_into_what_it_gets():
    def f(u):
        value = (u**2).sum()
        u[...] = np.nan
        return value

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(f, x), [2, 4], atol=1e-9)
    np.testing.assert_array_equal(x, [1, 2])
    assert compare_gradients(lambda u, v: f(u) * f(v), {"u": x, "v": [3.0]}, {"u": 18 * x, "v": [30.0]}).ok


@pytest.mark.parametrize("value", [None, "much", 1j, np.ones(2)])
def test_a_function_must_return_one_number(value):
    with pytest.raises((TypeError, ValueError), match="^f: expected one number, got "):
        numerical_gradient(lambda u: value, np.ones(2))


def test_whatever_numpy_reads_as_float64_is_taken():
    p = problem()
    for form in (Foreign, np.ndarray.tolist):
        q = {name: form(array) for name, array in p.items()}
        assert str(check_gradients(layer(q), q["x"], q["dh"], q["h0"])) == str(check())
    assert compare_gradients(lambda u: (u**2).sum(), {"u": Foreign(np.ones(2))}, {"u": Foreign(np.full(2, 2.0))}).ok
    assert numerical_gradient(np.sum, Foreign(np.arange(3))) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("form", [np.asarray, Foreign])
def test_narrower_types_are_refused_everywhere(form):
    p = problem()
    q = {name: form(array.astype(np.float32)) for name, array in p.items()}
    calls = {
        "W_x": lambda: check_gradients(layer(q), q["x"], q["dh"]),
        "x": lambda: check(p=p | {"x": q["x"]}),
        "dh": lambda: check(p=p | {"dh": q["dh"]}),
        "h0": lambda: check(p=p | {"h0": q["h0"]}),
        "u": lambda: compare_gradients(np.sum, {"u": q["x"]}, {"u": 1}),
    }
    for name, call in [*calls.items(), ("x", lambda: numerical_gradient(np.sum, q["x"]))]:
        with pytest.raises(TypeError, match=f"^{name}: a gradient check needs float64, got float32"):
            call()


def test_what_is_no_point_or_no_function_is_refused_by_name():
    with pytest.raises(TypeError, match=r"^x: expected \(\.\.\.\), got None$"):
        numerical_gradient(np.sum, None)
    with pytest.raises(TypeError, match=r"^f: expected a function, got 3$"):
        numerical_gradient(3, [1.0])
