"""Converters: the states of others, there and back again, and each refusal."""

import numpy as np
import pytest
from reference import stored

from rnnlib import (
    GRU,
    LSTM,
    Dense,
    SimpleRNN,
    from_keras,
    from_pytorch,
    from_zerotsuku2,
    to_keras,
    to_pytorch,
    to_zerotsuku2,
)

N, T, D, H = 2, 6, 3, 5


def arrays_of(file, case=None):
    contents = stored(file) if case is None else stored(file)[case]
    return {name: np.array(array) for name, array in contents.items() if not isinstance(array, str | dict)}


def state_of(p, *names):
    state = tuple(p[name] for name in names if name in p)
    return state if len(state) == 2 else state[0]


@pytest.mark.parametrize(
    ("file", "case", "kind"),
    [
        ("pytorch_rnn.json", "tanh", SimpleRNN),
        ("pytorch_gates.json", "lstm", LSTM),
        ("pytorch_gates.json", "gru", GRU),
    ],
)
def test_pytorchs_weights_give_pytorchs_states(file, case, kind):
    p = arrays_of(file, case)
    layer = from_pytorch(p)
    assert type(layer) is kind
    np.testing.assert_allclose(layer.forward(p["x"], state_of(p, "h0", "c0")), p["h"], rtol=0, atol=1e-14)


def test_pytorchs_relu_and_other_layers_are_told():
    p = arrays_of("pytorch_rnn.json", "relu")
    named = {name.replace("_l0", "_l1_reverse"): array for name, array in p.items()}
    layer = from_pytorch(named, suffix="l1_reverse", activation="relu")
    np.testing.assert_allclose(layer.forward(p["x"], p["h0"]), p["h"], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("file", "case", "kind"),
    [
        ("keras_rnn.json", None, SimpleRNN),
        ("keras_gates.json", "lstm", LSTM),
        ("keras_gates.json", "gru", GRU),
        ("keras_gates.json", "gru, reset before", GRU),
    ],
)
def test_kerass_weights_give_kerass_states(file, case, kind):
    p = arrays_of(file, case)
    layer = from_keras([p["kernel"], p["recurrent_kernel"], p["bias"]])
    assert type(layer) is kind
    trace = layer.run(p["x"], state_of(p, "h0", "c0"))
    np.testing.assert_allclose(trace.out, p["h"], rtol=0, atol=1e-6)
    if "c_last" in p:
        np.testing.assert_allclose(trace.state[1], p["c_last"], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("file", "case", "kind"),
    [
        ("zerotsuku2_rnn.json", None, SimpleRNN),
        ("zerotsuku2_gates.json", "lstm", LSTM),
        ("zerotsuku2_gates.json", "gru", GRU),
    ],
)
def test_the_books_weights_give_the_books_states(file, case, kind):
    p = arrays_of(file, case)
    layer = from_zerotsuku2([p[name] for name in ("Wx", "Wh", "b") if name in p])
    assert type(layer) is kind
    trace = layer.run(p["xs"], state_of(p, "h", "c"))
    np.testing.assert_allclose(trace.out, p["hs"], rtol=0, atol=1e-7)
    if "c_last" in p:
        np.testing.assert_allclose(trace.state[1], p["c_last"], rtol=0, atol=1e-14)


def layers():
    rng = np.random.default_rng(0)
    draw = lambda *shape: rng.standard_normal(shape)  # noqa: E731
    return {
        "rnn": SimpleRNN(draw(D, H), draw(H, H), draw(H)),
        "rnn bare": SimpleRNN(draw(D, H), draw(H, H)),
        "lstm": LSTM(draw(D, 4 * H), draw(H, 4 * H), draw(4 * H)),
        "lstm bare": LSTM(draw(D, 4 * H), draw(H, 4 * H)),
        "gru": GRU(draw(D, 3 * H), draw(H, 3 * H), draw(3 * H), draw(3 * H)),
        "gru bare": GRU(draw(D, 3 * H), draw(H, 3 * H)),
        "gru before": GRU(draw(D, 3 * H), draw(H, 3 * H), b=draw(3 * H), reset_after=False),
        "gru before bare": GRU(draw(D, 3 * H), draw(H, 3 * H), reset_after=False),
    }


def assert_same(one, other):
    assert type(one) is type(other) and one.params.keys() == other.params.keys()
    assert getattr(one, "reset_after", None) is getattr(other, "reset_after", None)
    for name, array in one.params.items():
        np.testing.assert_array_equal(array, other.params[name])
        assert not np.shares_memory(array, other.params[name])


@pytest.mark.parametrize("name", ["rnn", "rnn bare", "lstm", "lstm bare", "gru", "gru bare"])
def test_to_pytorch_and_back(name):
    layer = layers()[name]
    weights = to_pytorch(layer, suffix="l3")
    bias = [] if "bare" in name else ["bias_ih_l3", "bias_hh_l3"]
    assert list(weights) == ["weight_ih_l3", "weight_hh_l3", *bias]
    assert all(array.flags.c_contiguous for array in weights.values())
    assert_same(from_pytorch(weights, suffix="l3"), layer)


@pytest.mark.parametrize("name", layers())
def test_to_keras_and_back(name):
    layer = layers()[name]
    assert_same(from_keras(to_keras(layer), reset_after="before" not in name), layer)


@pytest.mark.parametrize("name", ["rnn", "rnn bare", "lstm", "lstm bare", "gru before bare"])
def test_to_the_book_and_back(name):
    assert_same(from_zerotsuku2(to_zerotsuku2(layers()[name])), layers()[name])


def test_float32_stays_float32():
    layer = LSTM.create(D, H, rng=np.random.default_rng(0), dtype=np.float32)
    assert from_pytorch(to_pytorch(layer)).dtype == from_keras(to_keras(layer)).dtype == np.float32


def test_what_cannot_be_said_elsewhere_is_refused():
    made = layers()
    with pytest.raises(ValueError, match="PyTorch has no other"):
        to_pytorch(made["gru before"])
    for name in ("gru", "gru before"):
        with pytest.raises(ValueError, match="no bias, as the book's, got GRU"):
            to_zerotsuku2(made[name])
    with pytest.raises(ValueError, match="reset_after: expected True or False for a GRU without bias, got None"):
        from_keras(to_keras(made["gru bare"]))
    for convert in (to_pytorch, to_keras, to_zerotsuku2):
        with pytest.raises(TypeError, match="layer: expected a SimpleRNN, an LSTM or a GRU, got Dense"):
            convert(Dense(np.ones((2, 3))))


def test_weights_that_fit_no_layer_are_refused():
    with pytest.raises(ValueError, match=r"expected 1, 3 or 4 blocks of H beside H nodes, got \(5, 10\)"):
        from_keras([np.ones((3, 10)), np.ones((5, 10))])
    with pytest.raises(ValueError, match=r"expected 4 blocks of columns, got \(3, 21\)"):
        from_keras([np.ones((3, 21)), np.ones((5, 20))])
    with pytest.raises(TypeError, match="^weights: expected a list of Wx, Wh and b, got"):
        from_zerotsuku2({"Wx": 1})
    for weights in ("ab", [np.ones((3, 5))], [np.ones((3, 5))] * 4):
        with pytest.raises(TypeError, match="^weights: expected a list of kernel, recurrent_kernel and bias, got"):
            from_keras(weights)
    with pytest.raises(TypeError, match="^weights: expected kernel, recurrent_kernel and bias, got None$"):
        from_keras([None, np.ones((5, 5))])
    with pytest.raises(TypeError, match="^weights: expected"):
        from_pytorch([np.ones((5, 3))])
    with pytest.raises(TypeError, match="^weight_ih: expected an array, got None$"):
        from_pytorch({"weight_ih_l0": None, "weight_hh_l0": np.ones((5, 5))})
    with pytest.raises(KeyError, match="weight_hh_l0"):
        from_pytorch({"weight_ih_l0": np.ones((5, 3))})


def test_weights_that_would_lose_something_are_refused():
    W_x, W_h = np.ones((2, 9)), np.ones((3, 9))
    bias = {f"bias_{which}_l0": np.ones(9) for which in ("ih", "hh")}
    weights = {"weight_ih_l0": W_x.T, "weight_hh_l0": W_h.T}
    for extra, message in (
        ({"bias_ih_l0": np.ones(9)}, "^weights: expected bias_ih_l0 and bias_hh_l0 or neither, got one of them$"),
        (bias | {"weight_hr_l0": np.ones((2, 3))}, "^weights: expected a layer without projection, got one with"),
    ):
        with pytest.raises(ValueError, match=message):
            from_pytorch(weights | extra)
    with pytest.raises(ValueError, match=r"^bias: expected \(3H,\) or \(2, 3H\), got \(3, 9\)$"):
        from_keras([W_x, W_h, np.ones((3, 9))])
    for reset_after, shape in ((False, (2, 9)), (True, (9,))):
        with pytest.raises(ValueError, match=f"^reset_after: expected {not reset_after}, as the bias tells"):
            from_keras([W_x, W_h, np.ones(shape)], reset_after=reset_after)
    with pytest.raises(ValueError, match="^b: expected"):
        from_keras([np.ones((2, 12)), np.ones((3, 12)), np.ones((2, 12))])
    with pytest.raises(ValueError, match=r"^weights: expected 3 blocks of columns, got \(\)$"):
        from_keras([np.float64(1.0), W_h], reset_after=True)
    for activation, message in (("nonsense", "^activation: expected one of"), ("relu", "^activation: expected tanh")):
        with pytest.raises(ValueError, match=message):
            from_keras([W_x, W_h], activation, reset_after=True)
    with pytest.raises(ValueError, match="^layer: expected tanh or relu, as PyTorch has no other, got sigmoid$"):
        to_pytorch(SimpleRNN([[1.0]], [[1.0]], activation="sigmoid"))
