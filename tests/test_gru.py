"""GRU: the numbers of others, its two forms, one step, and each refusal. The contract is tested in test_layer.py."""

import numpy as np
import pytest
from reference import assert_close, stored

from rnnlib import GRU

PYTORCH = {name: np.array(array) for name, array in stored("pytorch_gates.json")["gru"].items()}
N, T, D, H = 2, 6, 3, 5


def pytorchs_layer(dtype=float):
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    return GRU(*(PYTORCH[name].T.astype(dtype) for name in names))


def before(seed=0):
    rng = np.random.default_rng(seed)
    return GRU(
        *(rng.standard_normal((size, 3 * H)) for size in (D, H)), b=rng.standard_normal(3 * H), reset_after=False
    )


def test_pytorchs_states_and_gradients_of_a_whole_sequence():
    p, gru = PYTORCH, pytorchs_layer()
    np.testing.assert_allclose(gru.forward(p["x"], p["h0"]), p["h"], rtol=0, atol=1e-14)
    found = {"x": gru.backward(p["r"]), "h0": gru.dh0, **gru.grads}
    right = {"W_x": p["dweight_ih_l0"].T, "W_h": p["dweight_hh_l0"].T, "x": p["dx"], "h0": p["dh0"]}
    right |= {"b_x": p["dbias_ih_l0"], "b_h": p["dbias_hh_l0"]}
    assert_close(found, right, rtol=0, atol=1e-14)
    assert gru.da.shape == (N, T, 3 * H)


def test_float32_keeps_its_type_and_its_digits():
    p, gru = {name: array.astype(np.float32) for name, array in PYTORCH.items()}, pytorchs_layer(np.float32)
    h = gru.forward(p["x"], p["h0"])
    assert h.dtype == gru.backward(p["r"]).dtype == gru.grads["b_h"].dtype == np.float32
    np.testing.assert_allclose(h, PYTORCH["h"], rtol=0, atol=1e-6)


@pytest.mark.parametrize("gru", [pytorchs_layer(), before()], ids=["after", "before"])
def test_a_step_is_a_sequence_of_one(gru):
    h = gru.forward(PYTORCH["x"], PYTORCH["h0"])
    h_t = PYTORCH["h0"]
    for t in range(T):
        h_t = gru.step(PYTORCH["x"][:, t], h_t)
        np.testing.assert_allclose(h_t, h[:, t], rtol=0, atol=1e-15)


def test_both_forms_are_one_function_for_one_step_from_zero_only():
    form = before()
    W_x, W_h, b = (form.params[name] for name in ("W_x", "W_h", "b"))
    after = GRU(W_x, W_h, b, np.zeros(3 * H))
    one, other = after.forward(PYTORCH["x"]), form.forward(PYTORCH["x"])
    np.testing.assert_array_equal(one[:, 0], other[:, 0])
    assert np.abs(one[:, 1:] - other[:, 1:]).max(axis=(0, 2)).min() > 1e-3


@pytest.mark.parametrize("reset_after", [True, False])
def test_create_draws_each_gate_on_its_own(reset_after):
    gru = GRU.create(H, H, rng=np.random.default_rng(0), init="orthogonal", reset_after=reset_after)
    biases = {"b_x", "b_h"} if reset_after else {"b"}
    assert gru.params.keys() == {"W_x", "W_h"} | biases and gru.reset_after is reset_after
    assert all(not gru.params[name].any() and gru.params[name].shape == (3 * H,) for name in biases)
    for gate in np.split(gru.params["W_h"], 3, axis=1):
        np.testing.assert_allclose(gate.T @ gate, np.eye(H), atol=1e-12)
    bare = GRU.create(D, H, rng=np.random.default_rng(0), bias=False, reset_after=reset_after, dtype=np.float32)
    assert bare.params.keys() == {"W_x", "W_h"} and bare.dtype == np.float32


def test_biases_of_the_other_form_are_refused():
    W_x, W_h, b = np.ones((D, 3 * H)), np.ones((H, 3 * H)), np.ones(3 * H)
    for arguments, line in (
        ({"b": b}, "b: expected None with reset_after=True, which has b_x and b_h"),
        ({"b_x": b, "reset_after": False}, "b_x: expected None with reset_after=False, which has b"),
        ({"b_x": b}, r"b_h: expected \(3H,\) beside b_x, got None"),
        ({"b_h": b}, r"b_x: expected \(3H,\) beside b_h, got None"),
    ):
        with pytest.raises(TypeError, match=line):
            GRU(W_x, W_h, **arguments)


def test_weights_and_states_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"W_h: expected \(H, 3H\) with 3H = 15, got \(5, 20\)"):
        GRU(np.ones((D, 15)), np.ones((5, 20)))
    with pytest.raises(ValueError, match=r"W_x: expected \(D, 3H\) with 3H = 15, got \(3, 20\)"):
        GRU(np.ones((D, 20)), np.ones((5, 15)))
    with pytest.raises(ValueError, match=r"h0: expected \(N, H\) with N = 2, H = 5, got \(2, 4\)"):
        pytorchs_layer().forward(PYTORCH["x"], np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"h_prev: expected \(N, H\) with N = 2, H = 5, got \(3, 5\)"):
        pytorchs_layer().step(PYTORCH["x"][:, 0], np.zeros((3, 5)))


def test_the_repr_tells_kind_form_and_sizes():
    assert repr(pytorchs_layer()) == "GRU(D=3, H=5, reset after the product)"
    bare = GRU.create(2, 4, rng=np.random.default_rng(0), bias=False, reset_after=False)
    assert repr(bare) == "GRU(D=2, H=4, reset before the product, no bias)"
