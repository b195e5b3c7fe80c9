"""Dense: sums over features by loops, float types, creation, and each refusal."""

import pickle

import numpy as np
import pytest

from rnnlib import Dense

LEADING = [(), (3,), (2, 3), (2, 1, 3)]


def problem(*leading, dtype=np.float64):
    rng = np.random.default_rng(len(leading))
    return [rng.standard_normal(shape).astype(dtype) for shape in [(4, 5), (5,), (*leading, 4), (*leading, 5)]]


@pytest.mark.parametrize("leading", LEADING)
@pytest.mark.parametrize("bias", [True, False])
def test_result_and_gradients_are_the_sums_over_everything_before_the_last_axis(leading, bias):
    W, b, x, dv = problem(*leading)
    v, dx, dW, db = np.zeros((*leading, 5)), np.zeros((*leading, 4)), np.zeros((4, 5)), np.zeros(5)
    for i in np.ndindex(leading):
        for k in range(5):
            v[i][k] += b[k] if bias else 0
            db[k] += dv[i][k]
            for d in range(4):
                v[i][k] += x[i][d] * W[d, k]
                dx[i][d] += dv[i][k] * W[d, k]
                dW[d, k] += x[i][d] * dv[i][k]
    dense = Dense(W, b if bias else None)
    np.testing.assert_allclose(dense.forward(x), v, rtol=0, atol=1e-14)
    np.testing.assert_allclose(dense.backward(dv), dx, rtol=0, atol=1e-14)
    np.testing.assert_allclose(dense.grads["W"], dW, rtol=0, atol=1e-14)
    assert dense.params.keys() == dense.grads.keys() == ({"W", "b"} if bias else {"W"})
    if bias:
        np.testing.assert_allclose(dense.grads["b"], db, rtol=0, atol=1e-14)


def test_it_works_in_float32_where_all_its_arrays_are():
    W, b, x, dv = problem(2, 3, dtype=np.float32)
    assert Dense(W.astype(float), b).dtype == Dense(W, b.astype(float)).dtype == np.float64
    dense = Dense(W, b)
    assert dense.forward(x).dtype == dense.forward(x.tolist()).dtype == np.float32
    assert dense.backward(dv.astype(np.float16)).dtype == np.float32
    assert dense.grads["W"].dtype == dense.grads["b"].dtype == np.float32
    for name, call, wide in [("x", dense.forward, x), ("dv", dense.backward, dv)]:
        with pytest.raises(TypeError, match=rf"^{name}: expected float32 .* got float64, which would lose digits$"):
            call(wide.astype(float))


def test_create():
    dense = Dense.create(4, 5, rng=np.random.default_rng(0), init="he", dtype=np.float32)
    drawn = np.random.default_rng(0).standard_normal((4, 5)) * np.sqrt(2 / 4)
    np.testing.assert_array_equal(dense.params["W"], drawn.astype(np.float32))
    assert not dense.params["b"].any() and dense.dtype == np.float32
    assert repr(dense) == "Dense(D=4, K=5)"
    assert repr(Dense.create(4, 5, rng=np.random.default_rng(0), bias=False)) == "Dense(D=4, K=5, no bias)"


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones((2, 3)), ValueError, r"^x: expected \(\.\.\., D\) with D = 4, got \(2, 3\)$"),
        (1.0, ValueError, r"^x: expected \(\.\.\., D\) with D = 4, got \(\)$"),
        (np.ones((2, 0, 4)), ValueError, r"^x: expected .* no axis empty, got \(2, 0, 4\)$"),
        ([[1, 2, np.nan, 4]], ValueError, r"^x: expected finite numbers .* got nan at \(0, 2\)$"),
        (np.ones((2, 4), complex), TypeError, "^x: expected real numbers .* got complex128"),
        (None, TypeError, r"^x: expected \(\.\.\., D\) with D = 4, got None$"),
    ],
)
def test_x_is_refused_by_name(x, error, message):
    with pytest.raises(error, match=message):
        Dense(*problem()[:2]).forward(x)


@pytest.mark.parametrize(
    ("dv", "error", "message"),
    [
        (np.ones((2, 3, 4)), ValueError, r"^dv: expected \(\.\.\., K\) with K = 5, got \(2, 3, 4\)$"),
        (np.ones((2, 2, 5)), ValueError, r"^dv: expected \(2, 3, 5\), got \(2, 2, 5\)$"),
        (np.ones((6, 5)), ValueError, r"^dv: expected \(2, 3, 5\), got \(6, 5\)$"),
        (np.full((2, 3, 5), np.inf), ValueError, r"^dv: expected finite numbers .* got inf at \(0, 0, 0\)$"),
        (np.ma.ones((2, 3, 5)), TypeError, "^dv: .* got a masked array"),
        (None, TypeError, "^dv: .* got None$"),
    ],
)
def test_dv_is_refused_by_name_and_nothing_is_changed(dv, error, message):
    W, b, x, right = problem(2, 3)
    dense = Dense(W, b)
    dense.forward(x)
    dense.backward(right)
    before = pickle.dumps(dense)
    with pytest.raises(error, match=message):
        dense.backward(dv)
    assert pickle.dumps(dense) == before


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Dense(np.ones(3)), ValueError, r"^W: expected \(D, K\), got \(3,\)$"),
        (lambda: Dense(np.ones((2, 3)), np.ones(2)), ValueError, r"^b: expected \(K,\) with K = 3, got \(2,\)$"),
        (lambda: Dense.create(0, 3, rng=np.random.default_rng()), ValueError, "^n_in: expected at least 1, got 0$"),
        (lambda: Dense.create(2, 3.0, rng=np.random.default_rng()), TypeError, "^n_out: .* whole number, got 3.0$"),
        (lambda: Dense.create(2, 3, rng=None), TypeError, "^rng: expected .*, got NoneType$"),
        (lambda: Dense.create(2, 3, rng=np.random.default_rng(), init="glorot"), ValueError, "^init: .* xavier"),
    ],
)
def test_a_layer_that_cannot_be_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
