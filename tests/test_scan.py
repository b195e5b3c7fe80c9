"""The linear recurrence: the scan against the loop, hand-worked values, counts, and gradients by a complex step."""

import numpy as np
import pytest

from rnnlib import NotFinite, linear_recurrence, linear_recurrence_backward, parallel_scan


def problem(T, N=2, H=3, seed=0, dtype=float):
    rng = np.random.default_rng(seed)
    a = rng.uniform(-1, 1, (N, T, H))
    a[rng.random((N, T, H)) < 0.05] = 0  # everything before is forgotten
    a[rng.random((N, T, H)) < 0.3] = 1  # nothing is
    b, h0 = rng.standard_normal((N, T, H)), rng.standard_normal((N, H))
    return a.astype(dtype), b.astype(dtype), h0.astype(dtype)


def plain(a, b, h0):
    h = []
    for t in range(a.shape[1]):
        h0 = a[:, t] * h0 + b[:, t]
        h.append(h0)
    return np.stack(h, axis=1)


@pytest.mark.parametrize("T", [1, 2, 3, 4, 5, 7, 8, 9, 31, 100, 10_000])
def test_the_scan_is_the_loop_for_any_number_of_steps(T):
    a, b, h0 = problem(T)
    expected = plain(a, b, h0)
    np.testing.assert_allclose(linear_recurrence(a, b, h0).h, expected, rtol=0, atol=0)
    np.testing.assert_allclose(parallel_scan(a, b, h0).h, expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(parallel_scan(a, b).h, plain(a, b, 0 * h0), rtol=0, atol=1e-12)


def test_by_hand():
    a, b = [[[2.0], [0.0], [-1.0], [0.5]]], [[[1.0], [1.0], [2.0], [0.0]]]
    for compute in (linear_recurrence, parallel_scan):
        assert compute(a, b, [[3.0]]).h[0, :, 0].tolist() == [7, 1, 1, 0.5]


@pytest.mark.parametrize(("T", "rounds"), [(1, 0), (2, 1), (3, 2), (8, 3), (9, 4), (8192, 13)])
def test_rounds_and_products_are_counted(T, rounds):
    N, H = 2, 3
    a, b, h0 = problem(T, N, H)
    found = parallel_scan(a, b, h0)
    assert found.rounds == rounds
    assert found.products == N * H * (1 + sum(2 * (T - 2**i) for i in range(rounds)))
    assert (linear_recurrence(a, b, h0).rounds, linear_recurrence(a, b, h0).products) == (T, N * T * H)


@pytest.mark.parametrize("by_scan", [True, False])
@pytest.mark.parametrize("T", [1, 2, 6, 11])
def test_gradients_are_those_by_a_complex_step(T, by_scan):
    a, b, h0 = problem(T, seed=3)
    r = np.random.default_rng(1).standard_normal(b.shape)
    found = linear_recurrence_backward(r, a, plain(a, b, h0), h0, by_scan=by_scan)
    for name, array in (("a", a), ("b", b), ("h0", h0)):
        for place in np.ndindex(array.shape):
            nudged = {"a": a + 0j, "b": b + 0j, "h0": h0 + 0j}
            nudged[name][place] += 1e-30j
            right = np.sum(plain(**nudged) * r).imag / 1e-30
            np.testing.assert_allclose(getattr(found, name)[place], right, rtol=0, atol=1e-12)


def test_nothing_that_is_given_is_changed_and_float32_stays():
    given = problem(9, dtype=np.float32)
    copies = [array.copy() for array in given]
    for compute in (linear_recurrence, parallel_scan):
        h = compute(*given).h
        assert h.dtype == np.float32
        assert linear_recurrence_backward(h, given[0], h, given[2]).a.dtype == np.float32
    for array, copy in zip(given, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_the_widest_type_is_that_of_the_result():
    wide, narrow = problem(5), problem(5, dtype=np.float32)
    for place in range(3):
        given = [*narrow]
        given[place] = wide[place]
        for compute in (linear_recurrence, parallel_scan):
            assert compute(*given).h.dtype == float
            expected = plain(*(array.astype(float) for array in given))
            np.testing.assert_allclose(compute(*given).h, expected, rtol=0, atol=1e-14)
    for compute in (linear_recurrence, parallel_scan):
        assert compute(*narrow[:2]).h.dtype == np.float32


def test_what_does_not_fit_is_refused():
    a, b, h0 = problem(4)
    with pytest.raises(ValueError, match=r"^a: expected \(N, T, H\), got \(2, 4\)$"):
        linear_recurrence(a[..., 0], b)
    for h in (b[:1], b[..., :2]):
        with pytest.raises(ValueError, match=r"^h: expected \(N, T, H\) with N = 2, T = 4, H = 3, got"):
            linear_recurrence_backward(b, a, h, h0)
    for compute in (linear_recurrence, parallel_scan):
        with pytest.raises(ValueError, match=r"b: expected \(N, T, H\) with N = 2, T = 4, H = 3, got \(2, 3, 3\)"):
            compute(a, b[:, :3], h0)
        with pytest.raises(ValueError, match=r"h0: expected \(N, H\) with N = 2, H = 3, got \(3, 3\)"):
            compute(a, b, np.zeros((3, 3)))
        with pytest.raises(NotFinite, match="h is not finite from step 2 on"):
            compute(np.full((1, 3, 1), 1e200), np.full((1, 3, 1), 1e200))
    with pytest.raises(ValueError, match=r"dh: expected \(N, T, H\)"):
        linear_recurrence_backward(b[:, :3], a, b, h0)
    with pytest.raises(ValueError, match=r"h: expected \(N, T, H\)"):
        linear_recurrence_backward(b, a, b[:, :3], h0)


@pytest.mark.parametrize("by_scan", [True, False])
def test_a_gradient_that_leaves_the_finite_numbers_is_named(by_scan):
    big, half = np.full((1, 1, 1), 1e200), np.full((1, 1, 1), 0.5)
    with np.errstate(all="raise"):
        with pytest.raises(NotFinite, match="^the gradient of a is not finite"):
            linear_recurrence_backward(big, half, big, big[0], by_scan=by_scan)
        tiny = np.full((1, 3, 1), 1e-200)
        assert (parallel_scan(tiny, tiny, tiny[:, 0]).h == 1e-200).all()  # 1e-400 is 0
        linear_recurrence_backward(tiny, tiny, tiny, by_scan=by_scan)
