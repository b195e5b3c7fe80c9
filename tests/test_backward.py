"""Backward: right against a complex step, differences, exact numbers and PyTorch; safe in a caller's hands."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain import plain_states

from rnnlib import Dense, SimpleRNN

HERE = Path(__file__).parent
SPRINT = json.loads((HERE.parent / "rnnlib" / "course" / "data" / "sprint.json").read_text(encoding="utf-8"))
PYTORCH = json.loads((HERE.parent / "rnnlib" / "course" / "data" / "pytorch_rnn.json").read_text(encoding="utf-8"))

ACTIVATIONS = ["tanh", "sigmoid", "relu", "identity"]
NAMES = ("x", "h0", "W_x", "W_h", "b")
sizes = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)


def problem(N, T, D, H, seed, activation="tanh"):
    """Arrays and dh; for ReLU, redrawn until every pre-activation is far from the kink."""
    rng = np.random.default_rng(seed)
    shapes = {"x": (N, T, D), "h0": (N, H), "W_x": (D, H), "W_h": (H, H), "b": (H,), "dh": (N, T, H)}
    while True:
        p = {name: rng.standard_normal(shape) * 0.7 for name, shape in shapes.items()}
        if activation != "relu" or np.abs(pre_activations(p, activation)).min() > 1e-3:
            return p


def pre_activations(p, activation):
    h = plain_states(*(p[name] for name in NAMES), activation)
    before = np.concatenate([p["h0"][:, np.newaxis], h[:, :-1]], axis=1)
    return p["x"] @ p["W_x"] + before @ p["W_h"] + p["b"]


def layer(p, activation="tanh"):
    return SimpleRNN(p["W_x"], p["W_h"], p.get("b"), activation)


def gradients(rnn, x, dh, h0=None):
    rnn.forward(x, h0)
    return {"x": rnn.backward(dh), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}


def by_complex_step(p, name, activation):
    """d/dp[name] of Σ h · dh through the plain loop: exact to rounding, there is no difference to cancel."""
    step, result = 1e-30, np.empty_like(p[name])
    for i in np.ndindex(p[name].shape):
        moved = p[name].astype(complex)
        moved[i] += 1j * step
        h = plain_states(*(moved if other == name else p[other] for other in NAMES), activation)
        result[i] = (h * p["dh"]).sum().imag / step
    return result


def error(given, right):
    assert given.shape == right.shape
    return np.abs(given - right).max() / max(1, np.abs(right).max())


# --- right ------------------------------------------------------------------------------------------------


def test_200_random_problems_agree_with_the_complex_step_to_1e_12():
    rng = np.random.default_rng(20240)
    worst = 0.0
    for number in range(200):
        activation = ACTIVATIONS[number % 4]
        N, T, D, H = (int(size) for size in rng.integers(1, 5, size=4))
        p = problem(N, T, D, H, number, activation)
        mine = gradients(layer(p, activation), p["x"], p["dh"], p["h0"])
        worst = max(worst, *(error(mine[name], by_complex_step(p, name, activation)) for name in NAMES))
    assert worst < 1e-12
    print(f"worst of 200: {worst:.1e}")  # pytest -s shows it


@given(sizes, sizes, sizes, sizes, seeds, st.sampled_from(ACTIVATIONS))
def test_gradients_are_the_central_differences_of_forward(N, T, D, H, seed, activation):
    p = problem(N, T, D, H, seed, activation)
    mine = gradients(layer(p, activation), p["x"], p["dh"], p["h0"])
    for name in NAMES:
        slopes = np.empty_like(p[name])
        for i in np.ndindex(p[name].shape):
            loss = []
            for step in (1e-5, -1e-5):
                moved = {**p, name: p[name].copy()}
                moved[name][i] += step
                loss.append((layer(moved, activation).forward(moved["x"], moved["h0"]) * p["dh"]).sum())
            slopes[i] = (loss[0] - loss[1]) / 2e-5
        assert error(mine[name], slopes) < 1e-8, name


@given(sizes, sizes, sizes, sizes, seeds, st.sampled_from(ACTIVATIONS))
def test_float32_agrees_with_float64_and_stays_float32(N, T, D, H, seed, activation):
    p = {name: array.astype(np.float32) for name, array in problem(N, T, D, H, seed, activation).items()}
    wide = {name: array.astype(np.float64) for name, array in p.items()}
    narrow = gradients(layer(p, activation), p["x"], p["dh"], p["h0"])
    right = gradients(layer(wide, activation), wide["x"], wide["dh"], wide["h0"])
    for name, gradient in narrow.items():
        assert gradient.dtype == np.float32, name
        assert right[name].dtype == np.float64, name
        assert error(gradient, right[name]) < 1e-4, name


@pytest.mark.parametrize("case", SPRINT["cases"])
@pytest.mark.parametrize("loss", ["sum(h3)", "0.5*sum(h3**2)"])
def test_the_sprints_gradients_to_15_digits(case, loss):
    numbers = SPRINT["cases"][case]
    rnn = SimpleRNN(**SPRINT["inputs"])
    h = rnn.forward(numbers["x"], numbers["h0"])
    dh = np.zeros_like(h)
    dh[:, -1] = 1 if loss == "sum(h3)" else h[:, -1]
    mine = {"x": rnn.backward(dh), "h0": rnn.dh0, **rnn.grads}
    right = numbers["losses"][loss]["grads"]
    assert mine.keys() == right.keys()
    for name, gradient in right.items():
        np.testing.assert_allclose(mine[name], gradient, rtol=0, atol=1e-15, err_msg=name)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_pytorchs_gradients_of_a_whole_sequence(activation):
    p = {name: np.array(array) for name, array in PYTORCH[activation].items()}
    bias = p["bias_ih_l0"] + p["bias_hh_l0"]
    mine = gradients(SimpleRNN(p["weight_ih_l0"].T, p["weight_hh_l0"].T, bias, activation), p["x"], p["r"], p["h0"])
    right = {"x": p["dx"], "h0": p["dh0"], "b": p["dbias_ih_l0"]}
    right |= {"W_x": p["dweight_ih_l0"].T, "W_h": p["dweight_hh_l0"].T}
    for name, gradient in right.items():
        np.testing.assert_allclose(mine[name], gradient, rtol=0, atol=1e-14, err_msg=name)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_da_adds_up_the_deltas_walked_back_from_every_step(activation):
    N, T, D, H = 2, 5, 3, 4
    p = problem(N, T, D, H, 7, activation)
    rnn = layer(p, activation)
    h = rnn.forward(p["x"], p["h0"])
    total = np.zeros((N, T, H))
    for t in range(T):  # δ^{t|t} = dh_t f'(a_t); δ^{s|t} = (δ^{s+1|t} W_h^T) f'(a_s)
        slope = {
            "tanh": 1 - h**2,
            "sigmoid": h * (1 - h),
            "relu": (pre_activations(p, "relu") > 0) * 1.0,
            "identity": np.ones_like(h),
        }[activation]
        delta = p["dh"][:, t] * slope[:, t]
        total[:, t] += delta
        for s in reversed(range(t)):
            delta = (delta @ p["W_h"].T) * slope[:, s]
            total[:, s] += delta
    rnn.backward(p["dh"])
    assert error(rnn.da, total) < 1e-14
    np.testing.assert_allclose(rnn.grads["b"], total.sum(axis=(0, 1)), atol=1e-13)


def test_without_bias_there_is_no_gradient_of_one_and_the_rest_is_that_of_zero_bias():
    p = problem(2, 3, 4, 5, 0)
    zero = gradients(layer({**p, "b": np.zeros(5)}), p["x"], p["dh"], p["h0"])
    bare = gradients(SimpleRNN(p["W_x"], p["W_h"]), p["x"], p["dh"], p["h0"])
    assert bare.keys() == zero.keys() - {"b"}
    for name, gradient in bare.items():
        np.testing.assert_array_equal(gradient, zero[name])


def test_without_h0_the_gradients_are_those_at_a_zero_start():
    p = problem(2, 3, 4, 5, 0)
    without = gradients(layer(p), p["x"], p["dh"])
    given_zeros = gradients(layer(p), p["x"], p["dh"], np.zeros((2, 5)))
    for name, gradient in given_zeros.items():
        np.testing.assert_array_equal(without[name], gradient)
    assert without["h0"].any()


def test_one_step_with_one_of_everything_by_hand():
    rnn = SimpleRNN([[2.0]], [[3.0]], [1.0], "sigmoid")
    h = rnn.forward([[[-0.5]]], [[0.0]])  # a = 0, h = 1/2, f' = 1/4
    assert h.item() == 0.5
    assert rnn.backward([[[8.0]]]).item() == 4.0  # da = 8/4 = 2, dx = 2 · 2
    assert {name: gradient.item() for name, gradient in rnn.grads.items()} == {"W_x": -1.0, "W_h": 0.0, "b": 2.0}
    assert rnn.dh0.item() == 6.0
    assert rnn.da.item() == 2.0


@pytest.mark.parametrize("leading", [(), (3,), (2, 3), (2, 1, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_dense_backward_is_the_sum_over_everything_before_the_last_axis(leading, bias):
    rng = np.random.default_rng(len(leading))
    W, b, x, dv = (rng.standard_normal(shape) for shape in [(4, 5), (5,), (*leading, 4), (*leading, 5)])
    dense = Dense(W, b if bias else None)
    dense.forward(x)
    dx = dense.backward(dv)
    assert dx.shape == x.shape
    dW, db = np.zeros((4, 5)), np.zeros(5)
    for i in np.ndindex(leading):
        for k in range(5):
            db[k] += dv[i][k]
            for d in range(4):
                dW[d, k] += x[i][d] * dv[i][k]
        np.testing.assert_allclose(dx[i], [sum(dv[i][k] * W[d, k] for k in range(5)) for d in range(4)], atol=1e-14)
    assert dense.grads.keys() == ({"W", "b"} if bias else {"W"})
    np.testing.assert_allclose(dense.grads["W"], dW, atol=1e-14)
    if bias:
        np.testing.assert_allclose(dense.grads["b"], db, atol=1e-14)


# --- liberties that a caller takes ----------------------------------------------------------------------------


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


def test_the_caller_scribbles_over_everything_between_forward_and_backward():
    p = problem(2, 3, 4, 5, 0)
    right = gradients(layer(p), p["x"], p["dh"], p["h0"])
    x, h0, dh = p["x"].copy(), p["h0"].copy(), p["dh"].copy()
    rnn = layer(p)
    h = rnn.forward(x, h0)
    for array in (x, h0, h):
        array[...] = np.nan
    dx = rnn.backward(dh)
    dh[...] = np.nan
    same({"x": dx, "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, right)
    same({"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, right)


def test_backward_uses_the_weights_that_forward_saw():
    p = problem(2, 3, 4, 5, 0)
    right = gradients(layer(p), p["x"], p["dh"], p["h0"])
    rnn = layer(p)
    rnn.forward(p["x"], p["h0"])
    for array in rnn.params.values():
        array += 1  # an optimiser's step
    same({"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, right)
    changed = layer({**p, **{name: p[name] + 1 for name in ("W_x", "W_h", "b")}})
    same(gradients(rnn, p["x"], p["dh"], p["h0"]), gradients(changed, p["x"], p["dh"], p["h0"]))


def test_denses_backward_uses_what_forward_saw():
    rng = np.random.default_rng(0)
    W, b, x, dv = (rng.standard_normal(shape) for shape in [(4, 5), (5,), (3, 4), (3, 5)])
    dense, mine = Dense(W, b), x.copy()
    v = dense.forward(mine)
    for array in (mine, v, *dense.params.values()):
        array[...] = 9
    np.testing.assert_allclose(dense.backward(dv), dv @ W.T, atol=1e-15)
    np.testing.assert_allclose(dense.grads["W"], x.T @ dv, atol=1e-14)


def test_dh_and_dv_are_never_written_to():
    p = problem(2, 3, 4, 5, 0)
    before = p["dh"].copy()
    right = gradients(layer(p), p["x"], p["dh"], p["h0"])
    np.testing.assert_array_equal(p["dh"], before)
    p["dh"].flags.writeable = False
    same(gradients(layer(p), p["x"], p["dh"], p["h0"]), right)
    for other in (np.asfortranarray(before), np.repeat(before, 2, axis=2)[..., ::2], before.tolist()):
        same(gradients(layer(p), p["x"], other, p["h0"]), right)
    dense, dv = Dense(np.ones((4, 5))), np.ones((2, 5))
    dv.flags.writeable = False
    dense.forward(np.ones((2, 4)))
    np.testing.assert_array_equal(dense.backward(dv), np.full((2, 4), 5))


def test_integers_and_one_broadcast_number_are_taken_as_dh():
    p = problem(2, 3, 4, 5, 0)
    ones = gradients(layer(p), p["x"], np.ones((2, 3, 5)), p["h0"])
    same(gradients(layer(p), p["x"], np.ones((2, 3, 5), int), p["h0"]), ones)
    same(gradients(layer(p), p["x"], np.broadcast_to(1.0, (2, 3, 5)), p["h0"]), ones)


def test_twice_the_same_and_overwritten_not_accumulated():
    p = problem(2, 3, 4, 5, 0)
    rnn = layer(p)
    first = gradients(rnn, p["x"], p["dh"], p["h0"])
    same({"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, first)
    same(gradients(rnn, p["x"], p["dh"], p["h0"]), first)
    rnn.backward(np.zeros((2, 3, 5)))
    assert not any(gradient.any() for gradient in [*rnn.grads.values(), rnn.dh0, rnn.da])
    dense = Dense(p["W_x"], p["b"])
    dense.forward(p["x"])
    dense.backward(p["dh"])
    kept = {name: gradient.copy() for name, gradient in dense.grads.items()}
    dense.backward(p["dh"])
    same(dense.grads, kept)


def test_the_results_are_the_callers_on_every_call():
    p = problem(2, 3, 4, 5, 0)
    rnn = layer(p)
    right = gradients(layer(p), p["x"], p["dh"], p["h0"])
    mine = gradients(rnn, p["x"], p["dh"], p["h0"])
    arrays = [*mine.values(), *rnn.params.values(), *p.values()]
    for i, array in enumerate(arrays):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays[i + 1 :])
    for array in mine.values():
        array[...] = np.nan  # scribbling over results disturbs no later call
    again = {"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}
    same(again, right)
    assert not any(np.shares_memory(again[name], mine[name]) for name in again)
    dense = Dense(p["W_x"], p["b"])
    dense.forward(p["x"])
    dx, grads = dense.backward(p["dh"]), dense.grads
    dx_again = dense.backward(p["dh"])
    assert not np.shares_memory(dx, dx_again)
    assert not any(np.shares_memory(grads[name], dense.grads[name]) for name in grads)


def test_step_does_not_disturb_a_pending_backward():
    p = problem(2, 3, 4, 5, 0)
    right = gradients(layer(p), p["x"], p["dh"], p["h0"])
    rnn = layer(p)
    rnn.forward(p["x"], p["h0"])
    rnn.step(p["x"][:, 0] + 1, p["h0"])
    same({"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, right)


# --- refusals -----------------------------------------------------------------------------------------------


def test_backward_needs_a_forward():
    for call in (SimpleRNN([[1.0]], [[1.0]]).backward, Dense([[1.0]]).backward):
        with pytest.raises(RuntimeError, match="call forward first"):
            call(np.ones((1, 1, 1)))


def with_one(value):
    array = np.ones((2, 3, 5))
    array[1, 0, 2] = value
    return array


SHAPE = r"\(N, T, H\) with N = 2, T = 3, H = 5"
REFUSED_DH = [
    (np.ones((2, 5)), ValueError, rf"^dh: expected {SHAPE}, got \(2, 5\)$"),
    (np.ones((2, 3, 4)), ValueError, rf"^dh: expected {SHAPE}, got \(2, 3, 4\)$"),
    (np.ones((2, 2, 5)), ValueError, rf"^dh: expected {SHAPE}, got \(2, 2, 5\)$"),
    (np.ones((1, 3, 5)), ValueError, rf"^dh: expected {SHAPE}, got \(1, 3, 5\)$"),
    (np.ones((3, 2, 5)), ValueError, rf"^dh: expected {SHAPE}, got \(3, 2, 5\)$"),
    (1.0, ValueError, r"^dh: .* got \(\)$"),
    (np.ones((0, 3, 5)), ValueError, r"^dh: .* got \(0, 3, 5\)$"),
    (with_one(np.nan), ValueError, r"^dh: expected finite numbers .* got nan at \(1, 0, 2\)$"),
    (with_one(-np.inf), ValueError, r"^dh: expected finite numbers .* got -inf at \(1, 0, 2\)$"),
    (np.ones((2, 3, 5), complex), TypeError, "^dh: expected real numbers .* got complex128"),
    (np.ones((2, 3, 5), object), TypeError, "^dh: expected real numbers .* got object"),
    (np.full((2, 3, 5), "a"), TypeError, "^dh: expected real numbers .* got <U1"),
    (np.ma.ones((2, 3, 5)), TypeError, "^dh: .* got a masked array"),
    ([[[1.0], [2.0, 3.0]]], ValueError, "^dh: .* got rows of different lengths"),
    (None, TypeError, "^dh: .* got None"),
]


@pytest.mark.parametrize(("dh", "kind", "message"), REFUSED_DH)
def test_a_refused_dh_changes_nothing(dh, kind, message):
    p = problem(2, 3, 4, 5, 0)
    rnn = layer(p)
    right = gradients(rnn, p["x"], p["dh"], p["h0"])
    kept = {name: array.copy() for name, array in right.items()}
    grads, dh0, da = rnn.grads, rnn.dh0, rnn.da
    with pytest.raises(kind, match=message) as caught:
        rnn.backward(dh)
    assert "\n" not in str(caught.value)
    assert rnn.grads is grads and rnn.dh0 is dh0 and rnn.da is da
    same({**rnn.grads, "h0": rnn.dh0, "a": rnn.da, "x": right["x"]}, kept)
    same({"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, kept)


def test_a_refused_forward_leaves_the_pending_backward_right():
    p = problem(2, 3, 4, 5, 0)
    right = gradients(layer(p), p["x"], p["dh"], p["h0"])
    rnn = layer(p)
    rnn.forward(p["x"], p["h0"])
    for x, h0 in [(np.ones((2, 3, 3)), None), (np.full((2, 3, 4), np.nan), None), (np.ones((3, 3, 4)), p["h0"])]:
        with pytest.raises(ValueError):
            rnn.forward(x, h0)
    same({"x": rnn.backward(p["dh"]), "h0": rnn.dh0, "a": rnn.da, **rnn.grads}, right)


@pytest.mark.parametrize(
    ("dv", "kind", "message"),
    [
        (np.ones((2, 3, 4)), ValueError, r"^dv: expected \(\.\.\., K\) with K = 5, got \(2, 3, 4\)$"),
        (np.ones((2, 2, 5)), ValueError, r"^dv: expected .*\(2, 3, 5\), got \(2, 2, 5\)$"),
        (np.ones((6, 5)), ValueError, r"^dv: expected .*\(2, 3, 5\), got \(6, 5\)$"),
        (np.ones(5), ValueError, r"^dv: expected .*\(2, 3, 5\), got \(5,\)$"),
        (1.0, ValueError, r"^dv: .* got \(\)$"),
        (with_one(np.nan), ValueError, r"^dv: .* got nan at \(1, 0, 2\)$"),
        (with_one(np.inf), ValueError, r"^dv: .* got inf at \(1, 0, 2\)$"),
        (np.ones((2, 3, 5), complex), TypeError, "^dv: .* got complex128"),
        (np.ma.ones((2, 3, 5)), TypeError, "^dv: .* got a masked array"),
        (None, TypeError, "^dv: .* got None"),
    ],
)
def test_a_refused_dv_changes_nothing(dv, kind, message):
    rng = np.random.default_rng(0)
    dense = Dense(rng.standard_normal((4, 5)), np.ones(5))
    dense.forward(rng.standard_normal((2, 3, 4)))
    right = dense.backward(np.ones((2, 3, 5)))
    grads = dense.grads
    kept = {name: gradient.copy() for name, gradient in grads.items()}
    with pytest.raises(kind, match=message) as caught:
        dense.backward(dv)
    assert "\n" not in str(caught.value)
    assert dense.grads is grads
    same(grads, kept)
    with pytest.raises(ValueError, match="^x: "):
        dense.forward(np.ones((2, 3)))
    np.testing.assert_array_equal(dense.backward(np.ones((2, 3, 5))), right)


def test_float64_into_a_float32_layer_is_refused_backwards_too():
    rnn = SimpleRNN(np.ones((1, 1), np.float32), np.ones((1, 1), np.float32))
    rnn.forward([[[1]]])
    with pytest.raises(TypeError, match=r"^dh: expected float32 .* got float64, which would lose digits"):
        rnn.backward(np.ones((1, 1, 1)))
    dense = Dense(np.ones((1, 1), np.float32))
    dense.forward([[1]])
    with pytest.raises(TypeError, match=r"^dv: expected float32 .* got float64, which would lose digits"):
        dense.backward(np.ones((1, 1)))
    assert dense.backward(np.ones((1, 1), np.float16)).dtype == np.float32
