"""The walk back by a scan is the walk back by the loop, for any T and activation, with h0."""

import numpy as np
import pytest

from rnnlib import SimpleRNN
from rnnlib.course.backward_by_scan import backward_by_scan


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "identity", "relu"])
@pytest.mark.parametrize(("T", "rounds"), [(1, 0), (2, 1), (3, 2), (6, 3), (8, 3), (33, 6)])
def test_the_scan_is_the_loop(T, rounds, activation):
    N, D, H = 2, 3, 5
    rng = np.random.default_rng(T)
    W_h = rng.standard_normal((H, H)) / 3
    rnn = SimpleRNN(rng.standard_normal((D, H)), W_h, rng.standard_normal(H), activation)
    x, h0, dh = (rng.standard_normal(shape) for shape in ((N, T, D), (N, H), (N, T, H)))
    given = dh.copy()
    rnn.forward(x, h0)
    rnn.backward(dh)
    found = backward_by_scan(rnn, x, dh, h0)
    np.testing.assert_allclose(found.da, rnn.da, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.dh0, rnn.dh0, rtol=0, atol=1e-12)
    assert found.rounds == rounds
    widths = [width for width in (1, 2, 4, 8, 16, 32) if width < T]
    assert found.products == N * sum((T - width) * (H**2 + H**3) for width in widths)
    np.testing.assert_array_equal(dh, given)


def test_what_does_not_fit_is_refused():
    rnn = SimpleRNN.create(2, 3, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"dh: expected \(N, T, H\) with N = 1, T = 4, H = 3, got \(1, 5, 3\)"):
        backward_by_scan(rnn, np.ones((1, 4, 2)), np.ones((1, 5, 3)))
