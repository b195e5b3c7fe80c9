"""SimpleRNN and Dense: right against independent references, refusing what they must, sharing no memory."""

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
KERAS = json.loads((HERE.parent / "rnnlib" / "course" / "data" / "keras_rnn.json").read_text(encoding="utf-8"))

sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
activations = st.sampled_from(["tanh", "sigmoid", "relu", "identity"])
dtypes = st.sampled_from([np.float32, np.float64])


def problem(N, T, D, H, seed, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = {"x": (N, T, D), "h0": (N, H), "W_x": (D, H), "W_h": (H, H), "b": (H,)}
    return {name: (rng.standard_normal(shape) / 2).astype(dtype) for name, shape in shapes.items()}


def layer(p, activation="tanh"):
    return SimpleRNN(p["W_x"], p["W_h"], p["b"], activation)


# --- right ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SPRINT["cases"])
def test_the_sprints_states_to_15_digits(case):
    rnn = SimpleRNN(**SPRINT["inputs"])
    numbers = SPRINT["cases"][case]
    np.testing.assert_allclose(rnn.forward(numbers["x"], numbers["h0"]), numbers["h"], rtol=0, atol=1e-15)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_pytorchs_states(activation):
    p = {name: np.array(array) for name, array in PYTORCH[activation].items()}
    bias = p["bias_ih_l0"] + p["bias_hh_l0"]
    rnn = SimpleRNN(p["weight_ih_l0"].T, p["weight_hh_l0"].T, bias, activation)
    np.testing.assert_allclose(rnn.forward(p["x"], p["h0"]), p["h"], rtol=0, atol=1e-14)


def test_kerass_states():
    rnn = SimpleRNN(KERAS["kernel"], KERAS["recurrent_kernel"], KERAS["bias"])
    np.testing.assert_allclose(rnn.forward(KERAS["x"], KERAS["h0"]), KERAS["h"], rtol=0, atol=1e-6)


@given(sizes, sizes, sizes, sizes, seeds, activations, dtypes)
def test_forward_is_the_plain_loop(N, T, D, H, seed, activation, dtype):
    p = problem(N, T, D, H, seed, dtype)
    h = layer(p, activation).forward(p["x"], p["h0"])
    expected = plain_states(p["x"], p["h0"], p["W_x"], p["W_h"], p["b"], activation)
    assert h.dtype == dtype
    np.testing.assert_allclose(h, expected, rtol=1e-3 if dtype == np.float32 else 1e-11, atol=10 * np.finfo(dtype).eps)


@given(sizes, sizes, sizes, seeds, activations)
def test_step_is_one_step_of_the_plain_loop(N, D, H, seed, activation):
    p = problem(N, 1, D, H, seed)
    expected = plain_states(p["x"], p["h0"], p["W_x"], p["W_h"], p["b"], activation)[:, 0]
    np.testing.assert_allclose(layer(p, activation).step(p["x"][:, 0], p["h0"]), expected, rtol=1e-12, atol=1e-14)


def test_a_step_without_bias_and_one_in_float32():
    p = problem(2, 1, 3, 4, 0)
    expected = plain_states(p["x"], p["h0"], p["W_x"], p["W_h"], np.zeros(4), "tanh")[:, 0]
    bare = SimpleRNN(p["W_x"], p["W_h"])
    np.testing.assert_allclose(bare.step(p["x"][:, 0], p["h0"]), expected, rtol=1e-12)
    narrow = {name: array.astype(np.float32) for name, array in p.items()}
    assert layer(narrow).step(narrow["x"][:, 0], narrow["h0"]).dtype == np.float32


@given(sizes, sizes, sizes, sizes, seeds)
def test_without_bias_and_without_h0_both_are_zero(N, T, D, H, seed):
    p = problem(N, T, D, H, seed)
    bare = SimpleRNN(p["W_x"], p["W_h"])
    expected = plain_states(p["x"], np.zeros((N, H)), p["W_x"], p["W_h"], np.zeros(H), "tanh")
    assert set(bare.params) == {"W_x", "W_h"}
    np.testing.assert_allclose(bare.forward(p["x"]), expected, atol=1e-13)


@given(sizes, sizes, sizes, sizes, seeds)
def test_batch_items_are_independent(N, T, D, H, seed):
    p = problem(N, T, D, H, seed)
    rnn = layer(p)
    alone = [rnn.forward(p["x"][n : n + 1], p["h0"][n : n + 1])[0] for n in range(N)]
    np.testing.assert_allclose(rnn.forward(p["x"], p["h0"]), alone, atol=1e-13)


@given(sizes, st.integers(2, 7), sizes, sizes, seeds, st.data())
def test_a_sequence_cut_in_two_is_the_whole(N, T, D, H, seed, data):
    p = problem(N, T, D, H, seed)
    rnn, cut = layer(p), data.draw(st.integers(1, T - 1))
    first = rnn.forward(p["x"][:, :cut], p["h0"])
    second = rnn.forward(p["x"][:, cut:], first[:, -1])
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), rnn.forward(p["x"], p["h0"]), atol=1e-13)


@given(sizes, sizes, seeds, dtypes)
def test_dense_is_the_sum_over_features(D, K, seed, dtype):
    rng = np.random.default_rng(seed)
    W, b, x = (rng.standard_normal(shape).astype(dtype) for shape in [(D, K), (K,), (2, 3, D)])
    expected = [[[sum(row[d] * W[d, k] for d in range(D)) + b[k] for k in range(K)] for row in rows] for rows in x]
    v = Dense(W, b).forward(x)
    assert v.dtype == dtype
    np.testing.assert_allclose(v, expected, atol=1e-5 if dtype == np.float32 else 1e-13)
    np.testing.assert_allclose(Dense(W).forward(x), v - b, atol=1e-5 if dtype == np.float32 else 1e-13)
    np.testing.assert_allclose(Dense(W, b).forward(x[0, 0]), v[0, 0], atol=1e-5 if dtype == np.float32 else 1e-13)


# --- dtypes and memory --------------------------------------------------------------------------------------


def test_integer_parameters_become_float64():
    rnn = SimpleRNN([[1], [2]], [[3]], [1])
    assert {array.dtype for array in rnn.params.values()} == {np.dtype(np.float64)}


def test_only_a_layer_of_float32_arrays_works_in_float32():
    p = problem(2, 3, 4, 5, 0, np.float32)
    assert layer(p).forward(p["x"]).dtype == np.float32
    for name in ("W_x", "W_h", "b"):
        assert layer(p | {name: p[name].astype(np.float64)}).forward(p["x"]).dtype == np.float64
    assert layer(p).forward(np.ones((2, 3, 4), int)).dtype == np.float32
    assert Dense(p["W_x"], p["b"]).forward(p["x"]).dtype == np.float32
    assert Dense(p["W_x"], p["b"].astype(np.float64)).forward(p["x"]).dtype == np.float64


def test_arrays_are_never_shared_and_arguments_never_changed():
    p = problem(2, 3, 4, 5, 0)
    before = {name: array.copy() for name, array in p.items()}
    rnn = layer(p)
    h = rnn.forward(p["x"], p["h0"])
    for name, array in p.items():
        np.testing.assert_array_equal(array, before[name])
        array += 1  # the caller scribbles over everything
    h_again = rnn.forward(before["x"], before["h0"])
    np.testing.assert_array_equal(h_again, h)
    h += 1
    np.testing.assert_array_equal(rnn.forward(before["x"], before["h0"]), h_again)


def test_params_are_live():
    p = problem(2, 3, 4, 5, 0)
    rnn, other = layer(p), layer(p | {"W_h": -p["W_h"]})
    rnn.params["W_h"] *= -1
    np.testing.assert_array_equal(rnn.forward(p["x"], p["h0"]), other.forward(p["x"], p["h0"]))


def test_any_memory_layout_gives_the_same_states():
    p = problem(2, 3, 4, 5, 0)
    rnn = layer(p)
    strided = np.repeat(p["x"], 2, axis=1)[:, ::2]
    strided.flags.writeable = False
    for x in (np.asfortranarray(p["x"]), strided, p["x"].tolist()):
        np.testing.assert_array_equal(rnn.forward(x), rnn.forward(p["x"]))
    columns_first = layer({name: np.asfortranarray(array) for name, array in p.items()})
    assert all(array.flags.c_contiguous for array in columns_first.params.values())


# --- create -------------------------------------------------------------------------------------------------


def test_create_gives_the_sizes_names_and_dtype_asked_for():
    rnn = SimpleRNN.create(3, 5, rng=np.random.default_rng(0), activation="relu", dtype=np.float32)
    assert {name: array.shape for name, array in rnn.params.items()} == {"W_x": (3, 5), "W_h": (5, 5), "b": (5,)}
    assert rnn.params["W_h"].dtype == np.float32
    assert not rnn.params["b"].any()
    assert rnn.forward(-np.ones((1, 1, 3), int)).min() >= 0
    assert "b" not in SimpleRNN.create(3, 5, rng=np.random.default_rng(0), bias=False).params
    dense = Dense.create(3, 5, rng=np.random.default_rng(0), dtype=np.float32)
    assert dense.params["W"].shape == (3, 5)
    assert {array.dtype for array in dense.params.values()} == {np.dtype(np.float32)}
    assert not dense.params["b"].any()
    assert "b" not in Dense.create(3, 5, rng=np.random.default_rng(0), bias=False).params


def test_create_draws_with_the_initialiser_named():
    W_h = SimpleRNN.create(3, 5, rng=np.random.default_rng(0), init="orthogonal").params["W_h"]
    np.testing.assert_allclose(W_h @ W_h.T, np.eye(5), atol=1e-12)
    first, second = (Dense.create(3, 5, rng=np.random.default_rng(s), init="he").params["W"] for s in (0, 1))
    assert not np.array_equal(first, second)


# --- refusals -----------------------------------------------------------------------------------------------

NAN, INF = np.array([[[1, 2], [np.nan, 4.0]]]), np.array([[[1, 2], [3, -np.inf]]])
REFUSED_X = [
    (np.ones((1, 3, 5)), ValueError, r"x: expected \(N, T, D\) with D = 2, got \(1, 3, 5\)"),
    (np.ones((3, 2)), ValueError, r"x: expected \(N, T, D\) with D = 2, got \(3, 2\)"),
    (np.float64(1), ValueError, r"x: .* got \(\)"),
    (np.ones((0, 3, 2)), ValueError, r"x: .* no axis empty, got \(0, 3, 2\)"),
    (np.ones((1, 0, 2)), ValueError, r"x: .* no axis empty, got \(1, 0, 2\)"),
    (NAN, ValueError, r"x: expected finite numbers .* got nan at \(0, 1, 0\)"),
    (INF, ValueError, r"x: expected finite numbers .* got -inf at \(0, 1, 1\)"),
    (np.ones((1, 3, 2), complex), TypeError, "x: expected real numbers .* got complex128"),
    (np.ones((1, 3, 2), object), TypeError, "x: expected real numbers .* got object"),
    ([[["a", "b"]]], TypeError, "x: expected real numbers .* got <U1"),
    (np.ma.ones((1, 3, 2)), TypeError, r"^x: expected \(N, T, D\) with D = 2, got a masked array"),
    ([[[1, 2], [3]]], ValueError, r"^x: expected \(N, T, D\) with D = 2, got rows of different lengths$"),
    (None, TypeError, r"^x: expected \(N, T, D\) with D = 2, got None$"),
]


@pytest.mark.parametrize(("x", "error", "message"), REFUSED_X)
def test_forward_refuses_in_one_line_and_stays_right(x, error, message):
    p = problem(2, 3, 2, 4, 0)
    rnn = layer(p)
    right = rnn.forward(p["x"], p["h0"])
    with pytest.raises(error, match=message) as caught:
        rnn.forward(x)
    assert "\n" not in str(caught.value)
    np.testing.assert_array_equal(rnn.forward(p["x"], p["h0"]), right)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_x": np.ones(3)}, r"W_x: expected \(D, H\), got \(3,\)"),
        ({"W_h": np.ones((4, 3))}, r"W_h: expected \(H, H\) with H = 4, got \(4, 3\)"),
        ({"W_h": np.ones((3, 3))}, r"W_h: expected \(H, H\) with H = 4, got \(3, 3\)"),
        ({"b": np.ones(3)}, r"b: expected \(H,\) with H = 4, got \(3,\)"),
        ({"b": np.ones((1, 4))}, r"b: expected \(H,\) with H = 4, got \(1, 4\)"),
        ({"b": np.ones((4, 1))}, r"b: expected \(H,\) with H = 4, got \(4, 1\)"),
        ({"b": [1, np.nan, 1, 1]}, "b: expected finite numbers"),
        ({"W_x": np.ones((0, 4))}, "W_x: .* no axis empty"),
        ({"activation": "tahn"}, "activation: expected one of tanh, sigmoid, relu, identity, got 'tahn'"),
    ],
)
def test_wrong_parameters_are_refused(change, message):
    p = problem(2, 3, 2, 4, 0)
    arguments = {name: p[name] for name in ("W_x", "W_h", "b")} | change
    with pytest.raises(ValueError, match=message):
        SimpleRNN(**arguments)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda r: r.forward(np.ones((2, 3, 2)), np.ones((1, 4))),
            ValueError,
            r"h0: expected \(N, H\) with N = 2, H = 4",
        ),
        (lambda r: r.forward(np.ones((2, 3, 2)), [[1, 2, 3, 1j]] * 2), TypeError, "h0: expected real numbers"),
        (lambda r: r.step(np.ones((2, 3)), np.ones((2, 4))), ValueError, r"x_t: expected \(N, D\) with D = 2"),
        (lambda r: r.step(np.ones((2, 2)), np.ones((3, 4))), ValueError, "h_prev: .* N = 2, H = 4"),
        (lambda r: r.step(np.ones((2, 2)), None), TypeError, "h_prev: .* got None"),
        (lambda r: Dense(np.ones((2, 3)), np.ones(2)), ValueError, r"b: expected \(K,\) with K = 3, got \(2,\)"),
        (lambda r: Dense(np.ones(3)), ValueError, r"W: expected \(D, K\), got \(3,\)"),
        (lambda r: Dense(np.ones((2, 3))).forward(np.ones((2, 3))), ValueError, r"x: expected \(..., D\) with D = 2"),
        (lambda r: Dense(np.ones((2, 3))).forward(1.0), ValueError, r"x: expected \(..., D\) with D = 2, got \(\)"),
        (lambda r: SimpleRNN.create(0, 3, rng=np.random.default_rng()), ValueError, "n_features: .* at least 1, got 0"),
        (
            lambda r: SimpleRNN.create(2, 3.0, rng=np.random.default_rng()),
            TypeError,
            "n_nodes: .* whole number, got 3.0",
        ),
        (lambda r: SimpleRNN.create(2, 3, rng=7), TypeError, r"rng: expected .*default_rng\(seed\), got int"),
        (lambda r: Dense.create(2, 3, rng=np.random.default_rng(), init="glorot"), ValueError, "init: .* xavier"),
        (lambda r: Dense.create(0, 3, rng=np.random.default_rng()), ValueError, "^n_in: .* at least 1, got 0"),
        (lambda r: Dense.create(2, 3.0, rng=np.random.default_rng()), TypeError, "^n_out: .* whole number, got 3.0"),
    ],
)
def test_other_refusals_name_the_argument(call, error, message):
    with pytest.raises(error, match=message):
        call(layer(problem(2, 3, 2, 4, 0)))


def test_float64_into_a_float32_layer_is_refused_but_narrower_is_not():
    p = problem(2, 3, 2, 4, 0, np.float32)
    rnn = layer(p)
    for call in (lambda: rnn.forward(np.ones((2, 3, 2))), lambda: rnn.forward(p["x"], np.ones((2, 4)))):
        with pytest.raises(TypeError, match=": expected float32 .* got float64, which would lose digits"):
            call()
    narrow = p["x"].astype(np.float16)
    np.testing.assert_array_equal(rnn.forward(narrow), rnn.forward(narrow.astype(np.float32)))
