"""MinimalGRU: loop and scan, the start, one step, and each refusal. The contract is tested in test_layer.py."""

import numpy as np
import pytest
from reference import mask_of

from rnnlib import MinimalGRU

N, T, D, H = 2, 6, 3, 5


def layer(by_scan=False, seed=0):
    rng = np.random.default_rng(seed)
    return MinimalGRU(rng.standard_normal((D, 2 * H)), rng.standard_normal(2 * H), by_scan=by_scan)


def test_by_loop_and_by_scan_all_numbers_are_the_same():
    rng = np.random.default_rng(1)
    x, dh, h0 = rng.standard_normal((N, T, D)), rng.standard_normal((N, T, H)), rng.standard_normal((N, H))
    for mask in (None, mask_of([2, 6], T)):
        found = []
        for by_scan in (False, True):
            one = layer(by_scan)
            h = one.forward(x, h0, mask)
            found.append([h, one.backward(dh), one.dh0, one.da, *one.grads.values()])
        for by_loop, by_scan in zip(*found, strict=True):
            np.testing.assert_allclose(by_scan, by_loop, rtol=0, atol=1e-14)


@pytest.mark.parametrize("by_scan", [False, True])
def test_a_step_is_a_sequence_of_one(by_scan):
    x = np.random.default_rng(2).standard_normal((N, T, D))
    one = layer(by_scan)
    h_t = np.ones((N, H))
    h = one.forward(x, h_t)
    for t in range(T):
        h_t = one.step(x[:, t], h_t)
        np.testing.assert_allclose(h_t, h[:, t], rtol=0, atol=1e-14)


def test_create():
    made = MinimalGRU.create(D, H, rng=np.random.default_rng(0), by_scan=True, dtype=np.float32)
    assert {name: array.shape for name, array in made.params.items()} == {"W_x": (D, 2 * H), "b": (2 * H,)}
    assert made.dtype == np.float32 and made.by_scan and not made.params["b"].any()
    assert made.forward(np.ones((N, T, D), np.float32)).dtype == np.float32
    assert "b" not in MinimalGRU.create(D, H, rng=np.random.default_rng(0), bias=False).params


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match=r"W_x: expected \(D, 2H\), two blocks of columns, got \(3, 5\)"):
        MinimalGRU(np.ones((3, 5)))
    with pytest.raises(ValueError, match=r"^W_x: expected \(D, 2H\), got \(4,\)$"):
        MinimalGRU(np.ones(4))
    with pytest.raises(ValueError, match=r"b: expected \(2H,\) with 2H = 10, got \(5,\)"):
        MinimalGRU(np.ones((3, 10)), np.ones(5))
    with pytest.raises(ValueError, match=r"h0: expected \(N, H\) with N = 2, H = 5, got \(2, 4\)"):
        layer().forward(np.ones((N, T, D)), np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"h_prev: expected \(N, H\) with N = 2, H = 5, got \(1, 5\)"):
        layer().step(np.ones((N, D)), np.ones((1, 5)))


def test_the_repr_tells_kind_and_sizes():
    assert repr(layer()) == "MinimalGRU(D=3, H=5, by loop)"
    assert repr(MinimalGRU(np.ones((3, 10)), by_scan=True)) == "MinimalGRU(D=3, H=5, by scan, no bias)"
