"""LSTM: the numbers of others, the start, one step, and each refusal. The contract is tested in test_layer.py."""

import numpy as np
import pytest
from reference import assert_close, stored

from rnnlib import LSTM, NotFinite

PYTORCH = {name: np.array(array) for name, array in stored("pytorch_gates.json")["lstm"].items()}
N, T, D, H = 2, 6, 3, 5


def pytorchs_layer(dtype=float):
    W_x, W_h, b = PYTORCH["weight_ih_l0"].T, PYTORCH["weight_hh_l0"].T, PYTORCH["bias_ih_l0"] + PYTORCH["bias_hh_l0"]
    return LSTM(*(array.astype(dtype) for array in (W_x, W_h, b)))


def test_pytorchs_states_and_gradients_of_a_whole_sequence():
    p, lstm = PYTORCH, pytorchs_layer()
    trace = lstm.run(p["x"], (p["h0"], p["c0"]))
    np.testing.assert_allclose(trace.out, p["h"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(trace.state, [p["h"][:, -1], p["c_last"]], rtol=0, atol=1e-14)
    found = lstm.back(trace, p["r"], (np.zeros((N, H)), p["s"]))
    right = {"W_x": p["dweight_ih_l0"].T, "W_h": p["dweight_hh_l0"].T, "b": p["dbias_ih_l0"], "x": p["dx"]}
    right |= {"h0": p["dh0"], "c0": p["dc0"]}
    h0, c0 = found.state
    assert_close({**found.params, "x": found.x, "h0": h0, "c0": c0}, right, rtol=0, atol=1e-14)


def test_float32_keeps_its_type_and_its_digits():
    p, lstm = {name: array.astype(np.float32) for name, array in PYTORCH.items()}, pytorchs_layer(np.float32)
    h = lstm.forward(p["x"], (p["h0"], p["c0"]))
    dx = lstm.backward(p["r"])
    assert h.dtype == dx.dtype == lstm.dh0.dtype == lstm.dc0.dtype == lstm.grads["W_h"].dtype == np.float32
    np.testing.assert_allclose(h, PYTORCH["h"], rtol=0, atol=1e-6)


def test_a_step_is_a_sequence_of_one():
    p, lstm = PYTORCH, pytorchs_layer()
    state = p["h0"], p["c0"]
    for t in range(T):
        state = lstm.step(p["x"][:, t], state)
        np.testing.assert_allclose(state[0], p["h"][:, t], rtol=0, atol=1e-14)
    np.testing.assert_allclose(state[1], p["c_last"], rtol=0, atol=1e-14)


def test_the_gradients_of_the_start_have_names():
    p, lstm = PYTORCH, pytorchs_layer()
    assert lstm.dh0 is None and lstm.dc0 is None
    lstm.forward(p["x"], (p["h0"], p["c0"]))
    lstm.backward(p["r"])
    assert lstm.dh0 is lstm.dstate[0] and lstm.dc0 is lstm.dstate[1] and lstm.da.shape == (N, T, 4 * H)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_create_draws_each_gate_on_its_own_and_sets_the_forget_bias(dtype):
    lstm = LSTM.create(H, H, rng=np.random.default_rng(0), init="orthogonal", forget_bias=3, dtype=dtype)
    assert {name: array.shape for name, array in lstm.params.items()} == {"W_x": (H, 20), "W_h": (H, 20), "b": (20,)}
    for name in ("W_x", "W_h"):
        gates = np.split(lstm.params[name], 4, axis=1)
        for gate in gates:
            np.testing.assert_allclose(gate.T @ gate, np.eye(H), atol=1e-6)
        assert not np.allclose(gates[0], gates[1])
    np.testing.assert_array_equal(lstm.params["b"], np.repeat([0, 3, 0, 0], H))
    assert lstm.dtype == dtype


def test_create_takes_a_forget_bias_for_each_node_and_none_without_bias():
    biases = np.arange(H) / 2
    lstm = LSTM.create(D, H, rng=np.random.default_rng(0), forget_bias=biases)
    np.testing.assert_array_equal(lstm.params["b"][H : 2 * H], biases)
    default = LSTM.create(D, H, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(default.params["b"], np.repeat([0, 1, 0, 0], H))
    assert "b" not in LSTM.create(D, H, rng=np.random.default_rng(0), bias=False).params


def test_extreme_inputs_saturate_the_gates_without_a_warning():
    lstm = LSTM(W_x=[[1.0, 1.0, 1.0, 1.0]], W_h=np.zeros((1, 4)))
    with np.errstate(all="raise"):
        h = lstm.forward([[[1000.0], [-1000.0]]])
        lstm.backward(np.ones((1, 2, 1)))
    np.testing.assert_allclose(h[0, :, 0], [np.tanh(1), 0], atol=1e-300)


def refusal(error, line):
    return pytest.raises(error, match=line)


def test_weights_that_do_not_fit_are_refused():
    for W_x, W_h, b, line in (
        (np.ones((D, 20)), np.ones((5, 15)), None, r"W_h: expected \(H, 4H\) with 4H = 20, got \(5, 15\)"),
        (np.ones((D, 15)), np.ones((5, 20)), None, r"W_x: expected \(D, 4H\) with 4H = 20, got \(3, 15\)"),
        (np.ones((D, 20)), np.ones((5, 20)), np.ones(5), r"b: expected \(4H,\) with 4H = 20, got \(5,\)"),
    ):
        with refusal(ValueError, line):
            LSTM(W_x, W_h, b)


def test_a_forget_bias_that_does_not_fit_is_refused():
    for bias, error in ((np.ones(3), ValueError), (np.nan, ValueError), ("one", TypeError), (None, TypeError)):
        with pytest.raises(error, match="forget_bias: expected"):
            LSTM.create(D, H, rng=np.random.default_rng(0), forget_bias=bias)


def test_a_state_that_is_no_pair_is_refused():
    lstm, x = pytorchs_layer(), PYTORCH["x"]
    for state in (PYTORCH["h0"], (PYTORCH["h0"],), PYTORCH["h0"].tolist() + [[0.0] * H], "hc"):
        with pytest.raises((TypeError, ValueError), match=r"state: expected the pair \(h0, c0\)|h0: expected"):
            lstm.forward(x, state)
    with refusal(ValueError, r"c0: expected \(N, H\) with N = 2, H = 5, got \(2, 4\)"):
        lstm.forward(x, (PYTORCH["h0"], np.zeros((2, 4))))
    with refusal(ValueError, r"c_prev: expected finite"):
        lstm.step(x[:, 0], (PYTORCH["h0"], np.full((N, H), np.inf)))


def test_a_state_that_leaves_the_numbers_is_named_with_its_step():
    lstm = LSTM(W_x=np.array([[1e200, 0.0, 0.0, 0.0]]), W_h=np.array([[-1e200, 0.0, 1.0, 0.0]]), b=[0, 0, 1.0, 0])
    x = np.full((1, 3, 1), 1e200)
    with refusal(NotFinite, "h is not finite from step 1 on"):
        lstm.forward(x, (np.full((1, 1), 1e200), np.zeros((1, 1))))


def test_the_repr_tells_kind_and_sizes():
    assert repr(pytorchs_layer()) == "LSTM(D=3, H=5)"
    assert repr(LSTM.create(2, 4, rng=np.random.default_rng(0), bias=False)) == "LSTM(D=2, H=4, no bias)"
