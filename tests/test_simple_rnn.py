"""SimpleRNN: the numbers of others, random problems, hand-worked values, and each refusal."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import F, assert_close, complex_step, mask_of, rnn_states, stored

from rnnlib import NotFinite, SimpleRNN

SPRINT, PYTORCH, KERAS = stored("sprint.json"), stored("pytorch_rnn.json"), stored("keras_rnn.json")
N, T, D, H = 2, 3, 4, 5


def problem(dtype=np.float64, seed=0, sizes=(N, T, D, H)):
    n, t, d, h = sizes
    rng = np.random.default_rng(seed)
    shapes = {"x": (n, t, d), "h0": (n, h), "W_x": (d, h), "W_h": (h, h), "b": (h,), "dh": (n, t, h)}
    return {name: (rng.standard_normal(shape) * 0.7).astype(dtype) for name, shape in shapes.items()}


def layer(p, activation="tanh"):
    return SimpleRNN(p["W_x"], p["W_h"], p["b"], activation)


def gradients(rnn, x, dh, h0=None, mask=None):
    rnn.forward(x, h0, mask)
    return {"x": rnn.backward(dh), "h0": rnn.dh0, **rnn.grads}


# --- the numbers of others ------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SPRINT["cases"])
def test_the_sprints_states_and_gradients_to_15_digits(case):
    numbers = SPRINT["cases"][case]
    rnn = SimpleRNN(**SPRINT["inputs"])
    h = rnn.forward(numbers["x"], numbers["h0"])
    np.testing.assert_allclose(h, numbers["h"], rtol=0, atol=1e-15)
    for loss, right in numbers["losses"].items():
        dh = np.zeros_like(h)
        dh[:, -1] = {"sum(h3)": 1, "0.5*sum(h3**2)": h[:, -1]}[loss]
        assert_close(gradients(rnn, numbers["x"], dh, numbers["h0"]), right["grads"], rtol=0, atol=1e-15)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_pytorchs_states_and_gradients_of_a_whole_sequence(activation):
    p = {name: np.array(array) for name, array in PYTORCH[activation].items()}
    rnn = SimpleRNN(p["weight_ih_l0"].T, p["weight_hh_l0"].T, p["bias_ih_l0"] + p["bias_hh_l0"], activation)
    np.testing.assert_allclose(rnn.forward(p["x"], p["h0"]), p["h"], rtol=0, atol=1e-14)
    right = {"x": p["dx"], "h0": p["dh0"], "b": p["dbias_ih_l0"]}
    right |= {"W_x": p["dweight_ih_l0"].T, "W_h": p["dweight_hh_l0"].T}
    assert_close(gradients(rnn, p["x"], p["r"], p["h0"]), right, rtol=0, atol=1e-14)


def test_kerass_states():
    rnn = SimpleRNN(KERAS["kernel"], KERAS["recurrent_kernel"], KERAS["bias"])
    np.testing.assert_allclose(rnn.forward(KERAS["x"], KERAS["h0"]), KERAS["h"], rtol=0, atol=1e-6)


# --- random problems ------------------------------------------------------------------------------------------

sizes = st.tuples(*[st.integers(1, 4)] * 4)


@settings(max_examples=60)
@given(sizes, st.integers(0, 2**32 - 1), st.sampled_from(sorted(F)), st.booleans(), st.data())
def test_states_and_gradients_are_those_of_the_plain_loop(sizes, seed, activation, masked, data):
    p = problem(np.float64, seed, sizes)
    n, t, *_ = sizes
    lengths = data.draw(st.lists(st.integers(1, t), min_size=n, max_size=n)) if masked else [t] * n
    dh, rnn, mask = p.pop("dh"), layer(p, activation), mask_of(lengths, t) if masked else None
    h = rnn_states(**p, activation=activation, lengths=lengths)
    np.testing.assert_allclose(rnn.forward(p["x"], p["h0"], mask), h, rtol=0, atol=1e-12)
    right = complex_step(lambda **arrays: (rnn_states(**arrays, activation=activation, lengths=lengths) * dh).sum(), p)
    for name, gradient in gradients(rnn, p["x"], dh, p["h0"], mask).items():
        np.testing.assert_allclose(gradient, right[name], rtol=1e-12, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("activation", F)
def test_da_adds_up_the_deltas_walked_back_from_every_step(activation):
    p = problem()
    rnn = layer(p, activation)
    h = rnn.forward(p["x"], p["h0"])
    slope = {"tanh": 1 - h**2, "sigmoid": h * (1 - h), "relu": h > 0, "identity": np.ones_like(h)}[activation]
    total = np.zeros_like(h)
    for t in range(T):  # δ^{t|t} = dh_t f'(a_t); δ^{s|t} = (δ^{s+1|t} W_h^T) f'(a_s)
        delta = p["dh"][:, t] * slope[:, t]
        total[:, t] += delta
        for s in reversed(range(t)):
            delta = (delta @ p["W_h"].T) * slope[:, s]
            total[:, s] += delta
    rnn.backward(p["dh"])
    np.testing.assert_allclose(rnn.da, total, rtol=0, atol=1e-14)
    np.testing.assert_allclose(rnn.grads["b"], total.sum(axis=(0, 1)), rtol=0, atol=1e-13)


def test_one_step_with_one_of_everything_by_hand():
    rnn = SimpleRNN([[2.0]], [[3.0]], [1.0], "sigmoid")
    assert rnn.forward([[[-0.5]]], [[0.0]]).item() == 0.5  # a = 0, f' = 1/4
    assert rnn.backward([[[8.0]]]).item() == 4.0  # da = 8/4 = 2, dx = 2 · 2
    assert {name: gradient.item() for name, gradient in rnn.grads.items()} == {"W_x": -1.0, "W_h": 0.0, "b": 2.0}
    assert (rnn.dh0.item(), rnn.da.item()) == (6.0, 2.0)


def test_at_its_kink_relu_hands_nothing_back():
    rnn = SimpleRNN([[1.0]], [[1.0]], activation="relu")
    rnn.forward([[[0.0]]])
    assert rnn.backward([[[1.0]]]) == 0


def test_without_bias_there_is_neither_a_parameter_nor_a_gradient_of_one():
    p = problem()
    rnn = SimpleRNN(p["W_x"], p["W_h"])
    rnn.forward(p["x"])
    rnn.backward(p["dh"])
    assert set(rnn.params) == set(rnn.grads) == {"W_x", "W_h"}
    assert "no bias" in repr(rnn)


# --- one step -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", F)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_step_is_one_step_of_forward_and_disturbs_no_backward(activation, dtype):
    p = problem(dtype)
    rnn = layer(p, activation)
    right = gradients(rnn, p["x"], p["dh"], p["h0"])
    h_1 = rnn.step(p["x"][:, 0], p["h0"])
    assert h_1.dtype == dtype
    np.testing.assert_allclose(h_1, rnn.forward(p["x"], p["h0"])[:, 0], rtol=0, atol=4 * np.finfo(dtype).eps)
    rnn.step(p["x"][:, 1], h_1)
    np.testing.assert_array_equal(rnn.backward(p["dh"]), right["x"])


def test_a_step_without_bias():
    p = problem()
    h = rnn_states(p["x"], p["h0"], p["W_x"], p["W_h"])
    np.testing.assert_allclose(SimpleRNN(p["W_x"], p["W_h"]).step(p["x"][:, 0], p["h0"]), h[:, 0], rtol=0, atol=1e-15)


@pytest.mark.parametrize("errors", ["warn", "raise"])
def test_a_step_that_leaves_the_finite_numbers_is_named(errors):
    with np.errstate(all=errors), pytest.raises(NotFinite, match="^h_t is not finite$"):
        SimpleRNN([[1e200]], [[1.0]], activation="relu").step([[1e200]], [[0.0]])


# --- float types and memory -----------------------------------------------------------------------------------


def test_integer_parameters_become_float64():
    assert SimpleRNN([[1], [2]], [[3]], [1]).dtype == np.float64


def test_only_a_layer_of_float32_arrays_works_in_float32():
    p = problem(np.float32)
    for name in ("W_x", "W_h", "b"):
        assert layer(p | {name: p[name].astype(float)}).dtype == np.float64
    assert SimpleRNN(p["W_x"], p["W_h"], [0] * H).dtype == np.float32  # a list has no type
    rnn = layer(p)
    for x in (p["x"], p["x"].tolist(), np.ones((N, T, D), int), p["x"].astype(np.float16)):
        assert rnn.forward(x, p["h0"].tolist()).dtype == np.float32
        assert rnn.backward(p["dh"].tolist()).dtype == rnn.dh0.dtype == rnn.da.dtype == np.float32


def test_float64_into_a_float32_layer_is_refused():
    p, wide = problem(np.float32), problem()
    rnn = layer(p)
    rnn.forward(p["x"])
    calls = {
        "x": lambda: rnn.forward(wide["x"]),
        "h0": lambda: rnn.forward(p["x"], wide["h0"]),
        "dh": lambda: rnn.backward(wide["dh"]),
        "dstate": lambda: rnn.back(rnn.trace, p["dh"], wide["h0"]),
        "W_x": lambda: rnn.params.update(W_x=wide["W_x"]),
        "x_t": lambda: rnn.step(wide["x"][:, 0], p["h0"]),
    }
    for name, call in calls.items():
        with pytest.raises(TypeError, match=rf"^{name}: expected float32 .* got float64, which would lose digits$"):
            call()


def test_any_memory_layout_gives_the_same_numbers():
    p = problem()
    right = pickle.dumps(gradients(layer(p), p["x"], p["dh"], p["h0"]))
    strided = lambda a: np.repeat(a, 2, axis=-1)[..., ::2]  # noqa: E731
    swapped = lambda a: a.astype(a.dtype.newbyteorder())  # noqa: E731
    for laid_out in (np.asfortranarray, strided, swapped, np.ndarray.tolist, lambda a: np.broadcast_to(a, a.shape)):
        q = {name: laid_out(array) for name, array in p.items()}
        rnn = layer(q)
        assert all(array.flags.c_contiguous for array in rnn.params.values())
        assert pickle.dumps(gradients(rnn, q["x"], q["dh"], q["h0"])) == right


def test_weights_are_copied():
    p = problem()
    rnn = layer(p)
    assert not any(np.shares_memory(array, p[name]) for name, array in rnn.params.items())


# --- create ---------------------------------------------------------------------------------------------------


def test_create_gives_the_sizes_names_and_type_asked_for():
    rnn = SimpleRNN.create(D, H, rng=np.random.default_rng(0), activation="relu", dtype=np.float32)
    assert {name: array.shape for name, array in rnn.params.items()} == {"W_x": (D, H), "W_h": (H, H), "b": (H,)}
    assert {array.dtype for array in rnn.params.values()} == {np.dtype(np.float32)}
    assert not rnn.params["b"].any()
    assert repr(rnn) == "SimpleRNN(D=4, H=5, relu)"
    assert "b" not in SimpleRNN.create(D, H, rng=np.random.default_rng(0), bias=False).params


def test_create_draws_with_the_initialiser_named():
    W_h = SimpleRNN.create(D, H, rng=np.random.default_rng(0), init="orthogonal").params["W_h"]
    np.testing.assert_allclose(W_h @ W_h.T, np.eye(H), rtol=0, atol=1e-14)
    W_x = SimpleRNN.create(D, H, rng=np.random.default_rng(0), init="lecun").params["W_x"]
    np.testing.assert_array_equal(W_x, np.random.default_rng(0).standard_normal((D, H)) / 2)  # 1/√4


# --- refusals -------------------------------------------------------------------------------------------------


def with_one(shape, value):
    array = np.ones(shape)
    array.flat[1] = value
    return array


def refused(name, letters, shape, sizes):
    """Return what an argument of this shape may not be, with the error that says so."""
    wanted = rf"^{name}: expected \({letters}\)" + (f" with {sizes}" if sizes else "")
    last = ", ".join("0" * (len(shape) - 1) + "1")
    return [
        (np.ones((*shape[:-1], 9)), ValueError, rf"{wanted}, got .*9\)$"),
        (np.ones((7, *shape)), ValueError, rf"{wanted}, got \(7, .*\)$"),
        (1.0, ValueError, rf"{wanted}, got \(\)$"),
        (np.ones((*shape[:-1], 0)), ValueError, rf"^{name}: expected \({letters}\)"),
        (with_one(shape, np.nan), ValueError, rf"^{name}: expected finite numbers .*, got nan at \({last}\)$"),
        (with_one(shape, -np.inf), ValueError, rf"^{name}: expected finite numbers .*, got -inf at \({last}\)$"),
        (np.ones(shape, complex), TypeError, rf"^{name}: expected real numbers .* got complex128"),
        (np.ones(shape, object), TypeError, rf"^{name}: expected real numbers .* got object"),
        (np.full(shape, "a"), TypeError, rf"^{name}: expected real numbers .* got <U1"),
        (np.ma.ones(shape), TypeError, rf"{wanted}, got a masked array"),
        ([[[1.0, 2.0], [3.0]]], ValueError, rf"{wanted}, got rows of different lengths$"),
        (None, TypeError, rf"{wanted}, got None$"),
    ]


@pytest.mark.parametrize(
    ("call", "argument", "cases"),
    [
        ("forward", "x", refused("x", "N, T, D", (N, T, D), "D = 4")),
        ("forward", "h0", refused("h0", "N, H", (N, H), "N = 2, H = 5")[:-1]),
        ("backward", "dh", refused("dh", "N, T, H", (N, T, H), "N = 2, T = 3, H = 5")),
        ("step", "x_t", refused("x_t", "N, D", (N, D), "D = 4")),
        ("step", "h_prev", refused("h_prev", "N, H", (N, H), "N = 2, H = 5")),
    ],
)
def test_an_argument_that_does_not_fit_is_named_with_what_it_needs_and_what_it_got(call, argument, cases):
    p = problem()
    rnn = layer(p)
    rnn.forward(p["x"], p["h0"])
    rnn.backward(p["dh"])
    before = pickle.dumps(rnn)
    arguments = {"forward": ("x", "h0"), "backward": ("dh",), "step": ("x_t", "h_prev")}[call]
    good = p | {"x_t": p["x"][:, 0], "h_prev": p["h0"]}
    for bad, error, message in cases:
        with pytest.raises(error, match=message) as caught:
            getattr(rnn, call)(*[bad if name == argument else good[name] for name in arguments])
        assert "\n" not in str(caught.value)
        assert pickle.dumps(rnn) == before


def test_the_gradient_by_the_state_handed_on_is_checked_too():
    p = problem()
    rnn = layer(p)
    with pytest.raises(ValueError, match=r"^dstate: expected \(N, H\) with N = 2, H = 5, got \(5,\)$"):
        rnn.back(rnn.run(p["x"]), p["dh"], np.ones(H))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"W_x": np.ones(3)}, ValueError, r"^W_x: expected \(D, H\), got \(3,\)$"),
        ({"W_x": np.ones((0, H))}, ValueError, r"^W_x: expected \(D, H\), no axis empty, got \(0, 5\)$"),
        ({"W_h": np.ones((H, 3))}, ValueError, r"^W_h: expected \(H, H\) with H = 5, got \(5, 3\)$"),
        ({"W_h": np.ones((3, 3))}, ValueError, r"^W_h: expected \(H, H\) with H = 5, got \(3, 3\)$"),
        ({"b": np.ones((H, 1))}, ValueError, r"^b: expected \(H,\) with H = 5, got \(5, 1\)$"),
        ({"b": [1, 1, np.nan, 1, 1]}, ValueError, r"^b: expected finite numbers .*, got nan at \(2,\)$"),
        ({"W_h": None}, TypeError, r"^W_h: expected \(H, H\) with H = 5, got None$"),
        ({"activation": "tahn"}, ValueError, "^activation: expected one of tanh, sigmoid, relu, identity, got 'tahn'$"),
    ],
)
def test_weights_that_do_not_fit_are_refused(change, error, message):
    p = problem()
    with pytest.raises(error, match=message):
        SimpleRNN(**{"W_x": p["W_x"], "W_h": p["W_h"], "b": p["b"]} | change)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_features": 0}, ValueError, "^n_features: expected at least 1, got 0$"),
        ({"n_nodes": 3.0}, TypeError, "^n_nodes: expected a whole number, got 3.0$"),
        ({"rng": 7}, TypeError, r"^rng: expected numpy.random.default_rng\(seed\), got int$"),
        ({"init": "glorot"}, ValueError, "^init: expected one of normal, lecun, xavier, he, orthogonal, got 'glorot'$"),
        ({"activation": None}, ValueError, "^activation: expected one of tanh, sigmoid, relu, identity, got None$"),
        ({"dtype": int}, TypeError, "^dtype: expected float or numpy.float32, got <class 'int'>$"),
    ],
)
def test_create_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        SimpleRNN.create(**{"n_features": 2, "n_nodes": 3, "rng": np.random.default_rng()} | arguments)
