"""The numbers of others, one of each kind: ONNX, Keras, cs231n, and whole models of PyTorch."""

import numpy as np
import pytest
from reference import assert_close, mask_of, stored

from rnnlib import (
    Bidirectional,
    Dense,
    Embedding,
    Last,
    Network,
    SimpleRNN,
    softmax_cross_entropy,
)

ONNX, PYTORCH = stored("onnx_rnn.json"), stored("pytorch_models.json")


def linspace(start, stop, *shape):
    return np.linspace(start, stop, int(np.prod(shape))).reshape(shape)


# --- ONNX: the test cases of its operator RNN ---------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ONNX if name != "made_by"])
def test_onnxs_last_states(name):
    case = {key: np.array(value, np.float32) if isinstance(value, list) else value for key, value in ONNX[name].items()}
    bias = case.get("B", np.zeros((len(case["W"]), 2 * case["hidden_size"]), np.float32))
    layers = [SimpleRNN(W.T, R.T, sum(np.split(B, 2))) for W, R, B in zip(case["W"], case["R"], bias, strict=True)]
    x = case["X"] if case["layout"] else case["X"].swapaxes(0, 1)
    if case.get("direction") == "reverse":
        x = x[:, ::-1]
    layer = layers[0] if len(layers) == 1 else Bidirectional(*layers)
    h = layer.forward(x)
    ends = layer.trace.state if len(layers) == 2 else (layer.trace.state,)
    Y_h = np.stack(ends, axis=case["layout"])  # (directions, N, H), or N first
    np.testing.assert_allclose(Y_h, case["Y_h"], rtol=1e-6)
    if "Y" in case:
        np.testing.assert_allclose(h, case["Y"][:, :, 0], rtol=1e-6)  # (N, T, directions, H)


# --- Keras: what keras/src/layers/rnn/simple_rnn_test.py and bidirectional_test.py print ----------------------


def keras_layer(units):
    return SimpleRNN(np.full((4, units), 0.01), np.full((units, units), 0.02), np.full(units, 0.03))


def test_kerass_states_of_one_call_and_of_the_next():
    x, rnn = np.arange(24).reshape(2, 3, 4), keras_layer(4)
    first = rnn.forward(x)[:, -1]
    np.testing.assert_allclose(first, [[0.405432] * 4, [0.73605347] * 4], rtol=1e-6)
    np.testing.assert_allclose(rnn.forward(x, first)[:, -1], [[0.40559256] * 4, [0.7361247] * 4], rtol=1e-6)


def test_kerass_bidirectional_layer():
    both = Bidirectional(keras_layer(2), keras_layer(2))
    both.forward(np.arange(24).reshape(2, 3, 4))
    expected = [[0.39687276, 0.39687276, 0.10004295, 0.10004295], [0.7237238, 0.7237238, 0.53391594, 0.53391594]]
    np.testing.assert_allclose(np.concatenate(both.trace.state, axis=1), expected, rtol=1e-6)


# --- cs231n: what assignment 3, RNN_Captioning.ipynb, expects ------------------------------------------------


def test_cs231ns_rnn_step_forward():
    N, D, H = 3, 10, 4
    rnn = SimpleRNN(linspace(-0.1, 0.9, D, H), linspace(-0.3, 0.7, H, H), linspace(-0.2, 0.4, H))
    expected = [
        [-0.58172089, -0.50182032, -0.41232771, -0.31410098],
        [0.66854692, 0.79562378, 0.87755553, 0.92795967],
        [0.97934501, 0.99144213, 0.99646691, 0.99854353],
    ]
    h_t = rnn.step(linspace(-0.4, 0.7, N, D), linspace(-0.2, 0.5, N, H))
    np.testing.assert_allclose(h_t, expected, rtol=0, atol=5e-9)


def test_cs231ns_rnn_forward():
    N, T, D, H = 2, 3, 4, 5
    rnn = SimpleRNN(linspace(-0.2, 0.4, D, H), linspace(-0.4, 0.1, H, H), linspace(-0.7, 0.1, H))
    expected = [
        [
            [-0.42070749, -0.27279261, -0.11074945, 0.05740409, 0.22236251],
            [-0.39525808, -0.22554661, -0.0409454, 0.14649412, 0.32397316],
            [-0.42305111, -0.24223728, -0.04287027, 0.15997045, 0.35014525],
        ],
        [
            [-0.55857474, -0.39065825, -0.19198182, 0.02378408, 0.23735671],
            [-0.27150199, -0.07088804, 0.13562939, 0.33099728, 0.50158768],
            [-0.51014825, -0.30524429, -0.06755202, 0.17806392, 0.40333043],
        ],
    ]
    h = rnn.forward(linspace(-0.1, 0.3, N, T, D), linspace(-0.3, 0.1, N, H))
    np.testing.assert_allclose(h, expected, rtol=0, atol=5e-9)


def test_cs231ns_captioning_loss_where_null_does_not_count():
    N, D, W, H, T, V = 10, 20, 30, 40, 13, 3
    weights = lambda *shape: linspace(-1.4, 1.3, *shape)  # noqa: E731
    net = Network(
        words=Embedding(weights(V, W)),
        rnn=SimpleRNN(weights(W, H), weights(H, H), weights(H)),
        readout=Dense(weights(H, V), weights(V)),
        loss=softmax_cross_entropy.reduced("batch"),
    )
    h0 = Dense(weights(D, H), weights(H)).forward(linspace(-1.5, 0.3, N, D))
    captions = np.arange(N * T).reshape(N, T) % V
    scores, labels = net.run(captions[:, :-1], h0).out, captions[:, 1:]
    loss, _ = net.loss_function(scores, labels, labels != 0)  # <NULL> is 0, and stands between the words
    np.testing.assert_allclose(loss, 9.83235591003, rtol=0, atol=5e-12)


@pytest.mark.parametrize(
    ("shape", "share", "loss"), [((100, 1, 10), 1.0, 2.3), ((100, 10, 10), 1.0, 23), ((5000, 10, 10), 0.1, 2.3)]
)
def test_cs231ns_temporal_softmax_loss_is_about_that(shape, share, loss):
    rng = np.random.default_rng(0)
    v, labels = 0.001 * rng.standard_normal(shape), rng.integers(0, shape[-1], shape[:2])
    found, _ = softmax_cross_entropy.reduced("batch")(v, labels, rng.random(shape[:2]) <= share)
    np.testing.assert_allclose(found, loss, rtol=0.02)


# --- PyTorch: loss and all gradients of models over pack_padded_sequence ---------------------------------------


def pytorch(name):
    case = {key: np.array(value) for key, value in PYTORCH[name].items()}
    T = (case["x"] if "x" in case else case["tokens"]).shape[1]
    return case, mask_of(case["lengths"], T)


def pytorch_rnn(case, suffix):
    bias = case[f"bias_ih_{suffix}"] + case[f"bias_hh_{suffix}"]
    return SimpleRNN(case[f"weight_ih_{suffix}"].T, case[f"weight_hh_{suffix}"].T, bias)


def pytorch_gradients(case, suffix, ours):
    """Return the gradients of PyTorch's layer under our names, those of both of its biases being one."""
    np.testing.assert_allclose(case[f"dbias_ih_{suffix}"], case[f"dbias_hh_{suffix}"], rtol=0, atol=1e-15)
    theirs = {"W_x": case[f"dweight_ih_{suffix}"].T, "W_h": case[f"dweight_hh_{suffix}"].T}
    return {f"{ours}.{name}": gradient for name, gradient in (theirs | {"b": case[f"dbias_ih_{suffix}"]}).items()}


def readout(case):
    return Dense(case["weight"].T, case["bias"]), {"readout.W": case["dweight"].T, "readout.b": case["dbias"]}


def test_pytorchs_sequence_to_class_model():
    case, mask = pytorch("sequence to class")
    dense, right = readout(case)
    net = Network(rnn=pytorch_rnn(case, "l0"), last=Last(), readout=dense, loss=softmax_cross_entropy)
    loss = net.loss(case["x"], case["labels"], case["h0"], mask)
    np.testing.assert_allclose(loss, case["loss"], rtol=1e-14)
    dx = net.backward()
    right |= pytorch_gradients(case, "l0", "rnn") | {"x": case["dx"], "h0": case["dh0"]}
    assert_close(dict(net.grads) | {"x": dx, "h0": net.dstate}, right, rtol=0, atol=1e-14)


def test_pytorchs_tagger_of_repeated_tokens_through_two_bidirectional_layers():
    case, mask = pytorch("tagging")
    dense, right = readout(case)
    ways = ["l0", "l0_reverse", "l1", "l1_reverse"]
    low, low_back, high, high_back = (pytorch_rnn(case, suffix) for suffix in ways)
    net = Network(
        words=Embedding(case["embedding"]),
        low=Bidirectional(low, low_back),
        high=Bidirectional(high, high_back),
        readout=dense,
        loss=softmax_cross_entropy,
    )
    h0 = case["h0"]
    loss = net.loss(case["tokens"], case["labels"], {"low": (h0[0], h0[1]), "high": (h0[2], h0[3])}, mask)
    np.testing.assert_allclose(loss, case["loss"], rtol=1e-14)
    assert net.backward() is None
    right |= {"words.W": case["dembedding"]}
    for suffix, ours in zip(ways, ["low.forward", "low.backward", "high.forward", "high.backward"], strict=True):
        right |= pytorch_gradients(case, suffix, ours)
    assert_close(dict(net.grads), right, rtol=0, atol=1e-14)
    np.testing.assert_allclose(np.stack([*net.dstate["low"], *net.dstate["high"]]), case["dh0"], rtol=0, atol=1e-14)
