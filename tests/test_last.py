"""Last: each sequence's own last state, and its gradient put back where it stood."""

import numpy as np
import pytest

from rnnlib import Last

X = np.arange(24.0).reshape(2, 3, 4)


def test_without_a_mask_it_is_the_last_step():
    last = Last()
    np.testing.assert_array_equal(last.forward(X), X[:, 2])
    dx = last.backward([[1, 2, 3, 4], [5, 6, 7, 8]])
    np.testing.assert_array_equal(dx[:, 2], [[1, 2, 3, 4], [5, 6, 7, 8]])
    assert dx.shape == X.shape and not dx[:, :2].any()


def test_with_a_mask_it_is_each_sequences_own():
    last = Last()
    np.testing.assert_array_equal(last.forward(X, mask=[[True, False, False], [True, True, False]]), [X[0, 0], X[1, 1]])
    dx = last.backward([[1, 2, 3, 4], [5, 6, 7, 8]])
    right = np.zeros((2, 3, 4))
    right[0, 0], right[1, 1] = [1, 2, 3, 4], [5, 6, 7, 8]
    np.testing.assert_array_equal(dx, right)


def test_float32_stays():
    last = Last()
    assert last.forward(X.astype(np.float32)).dtype == np.float32
    assert last.backward(np.ones((2, 4), int)).dtype == np.float32
    with pytest.raises(TypeError, match="^dout: expected float32 .* got float64, which would lose digits$"):
        last.backward(np.ones((2, 4)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda last: last.forward(X[0]), r"^x: expected \(N, T, H\), got \(3, 4\)$"),
        (lambda last: last.forward(X * np.nan), r"^x: expected finite numbers \(N, T, H\), got nan at \(0, 0, 0\)$"),
        (lambda last: (last.forward(X), last.backward(X)), r"^dout: expected \(N, H\) with N = 2, H = 4, got"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, message):
    with pytest.raises(ValueError, match=message):
        call(Last())
