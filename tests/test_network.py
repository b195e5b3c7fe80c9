"""RecurrentNetwork: the chain of its parts, its liberties, its refusals."""

from functools import partial

import numpy as np
import pytest

from rnnlib import (
    Dense,
    RecurrentNetwork,
    SimpleRNN,
    check_gradients,
    sigmoid,
    sigmoid_cross_entropy,
    sigmoid_derivative,
    softmax,
    softmax_cross_entropy,
    squared_error,
)

N, T, D, H, K = 2, 3, 4, 5, 3


def parts(seed=0, dtype=np.float64, bias=True):
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.standard_normal(shape).astype(dtype)  # noqa: E731
    rnn = SimpleRNN(draw(D, H), draw(H, H) / 2, draw(H) if bias else None)
    return rnn, Dense(draw(H, K), draw(K) if bias else None)


def inputs(seed=1, read="all"):
    rng = np.random.default_rng(seed)
    y = (N, T, K) if read == "all" else (N, K)
    return {
        "x": rng.standard_normal((N, T, D)),
        "h0": rng.standard_normal((N, H)),
        "target": rng.uniform(0, 1, y),
        "labels": rng.integers(0, K, y[:-1]),
    }


def network(loss=squared_error, seed=0, **options):
    return RecurrentNetwork(*parts(seed), loss, **options)


def gradients(net):
    return {"x": net.backward(), "h0": net.rnn.dh0, **net.grads}


def copies(arrays):
    return {name: array.copy() for name, array in arrays.items()}


def same(one, other):
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


LOSSES = [
    (squared_error, "target", "identity", lambda v: v),
    (squared_error, "target", "sigmoid", sigmoid),
    (partial(squared_error, reduction="batch"), "target", "tanh", np.tanh),
    (sigmoid_cross_entropy, "target", "identity", sigmoid),
    (partial(softmax_cross_entropy, reduction="sum"), "labels", "identity", softmax),
]


# --- right ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", ["all", "last"])
@pytest.mark.parametrize(("loss", "target", "output", "reading"), LOSSES)
def test_it_is_the_chain_of_its_parts(loss, target, output, reading, read):
    p = inputs(read=read)
    net = network(loss, output=output, read=read)
    value = net.loss(p["x"], p[target], p["h0"])
    mine = gradients(net)

    rnn, readout = parts()
    h = rnn.forward(p["x"], p["h0"])
    v = readout.forward(h if read == "all" else h[:, -1])
    y = {"identity": v, "sigmoid": sigmoid(v), "tanh": np.tanh(v)}[output]
    right, dy = loss(y, p[target])
    slope = {"identity": 1, "sigmoid": y * (1 - y), "tanh": 1 - y**2}[output]
    above = readout.backward(dy * slope)
    dh = np.zeros((N, T, H))
    if read == "all":
        dh[...] = above
    else:
        dh[:, T - 1] = above
    dx = rnn.backward(dh)

    assert isinstance(value, float)
    assert value == right
    expected = {f"rnn.{name}": g for name, g in rnn.grads.items()}
    expected |= {f"readout.{name}": g for name, g in readout.grads.items()}
    same(mine, {"x": dx, "h0": rnn.dh0, **expected})
    np.testing.assert_allclose(net.predict(p["x"], p["h0"]), reading(v), atol=1e-15)
    assert net.predict(p["x"]).shape == ((N, T, K) if read == "all" else (N, K))


@pytest.mark.parametrize("read", ["all", "last"])
@pytest.mark.parametrize(("loss", "target", "output", "reading"), LOSSES)
def test_its_gradients_are_those_of_its_loss(loss, target, output, reading, read):
    p = inputs(read=read)
    report = check_gradients(network(loss, output=output, read=read), p["x"], p[target], p["h0"])
    assert report.ok, report
    names = {"rnn.W_x", "rnn.W_h", "rnn.b", "readout.W", "readout.b", "x", "h0"}
    assert {row.name for row in report.rows} == names


def test_what_the_sources_did_sigmoid_output_squared_error_summed_over_time_no_biases():
    p = inputs()
    net = RecurrentNetwork(*parts(bias=False), partial(squared_error, reduction="batch"), output="sigmoid")
    value = net.loss(p["x"], p["target"])
    y = net.predict(p["x"])
    total = sum(((y[n, t] - p["target"][n, t]) ** 2).sum() / 2 for n in range(N) for t in range(T))
    np.testing.assert_allclose(value, total / N, rtol=1e-14)
    assert net.params.keys() == {"rnn.W_x", "rnn.W_h", "readout.W"}
    assert check_gradients(net, p["x"], p["target"]).ok
    assert net.grads.keys() == net.params.keys()


@pytest.mark.parametrize("loss", [sigmoid_cross_entropy, partial(sigmoid_cross_entropy, reduction="sum")])
def test_predict_gives_probabilities(loss):
    p = inputs()
    y = network(loss).predict(p["x"])
    assert 0 < y.min() < y.max() < 1
    rows = network(partial(softmax_cross_entropy, reduction="batch")).predict(p["x"]).sum(axis=-1)
    np.testing.assert_allclose(rows, 1, atol=1e-15)


def test_a_float32_network_works_in_float32():
    p = inputs()
    for loss, target, output, _ in LOSSES:
        net = RecurrentNetwork(*parts(dtype=np.float32), loss, output=output)
        net.loss(p["x"].astype(np.float32), p[target])
        arrays = [*gradients(net).values(), net.predict(p["x"].astype(np.float32)), net.last_state]
        assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


# --- stateful use -------------------------------------------------------------------------------------------


def test_a_sequence_cut_in_pieces_is_the_whole():
    net, x = network(), np.random.default_rng(3).standard_normal((N, 7, D))
    whole = net.predict(x)
    state, end = None, net.last_state
    pieces = []
    for start, stop in [(0, 2), (2, 3), (3, 7)]:
        pieces.append(net.predict(x[:, start:stop], state))
        state = net.last_state
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, atol=1e-13)
    np.testing.assert_allclose(state, end, atol=1e-13)
    np.testing.assert_array_equal(net.predict(x), whole)  # not passed, it is reset


def test_last_state_is_that_of_the_latest_call_and_the_callers():
    p = inputs()
    net = network()
    assert net.last_state is None
    net.loss(p["x"], p["target"], p["h0"])
    np.testing.assert_array_equal(net.last_state, parts()[0].forward(p["x"], p["h0"])[:, -1])
    right = copies(gradients(net))
    net.last_state[...] = np.nan
    same(gradients(net), right)
    net.predict(p["x"])
    kept = net.last_state
    np.testing.assert_array_equal(kept, parts()[0].forward(p["x"])[:, -1])
    before = kept.copy()
    net.predict(p["x"] + 1)
    np.testing.assert_array_equal(kept, before)


# --- a pending backward -------------------------------------------------------------------------------------


def pending():
    """Return a network with a pending backward, and the gradients that it must give."""
    p = inputs()
    net = network(output="sigmoid")
    net.loss(p["x"], p["target"], p["h0"])
    right = copies(gradients(net))
    net.loss(p["x"], p["target"], p["h0"])
    return net, p, right


def test_predict_never_disturbs_a_pending_backward():
    net, p, right = pending()
    net.predict(p["x"][:1, :2] + 1)  # other sizes, too
    same(gradients(net), right)
    y = net.predict(p["x"], p["h0"])
    y[...] = np.nan
    same(gradients(net), right)


def test_the_layers_may_run_by_themselves_in_between():
    net, p, right = pending()
    net.rnn.forward(p["x"] * 2)
    net.readout.forward(np.ones(H))
    same(gradients(net), right)


def test_everything_may_be_scribbled_over_in_between():
    net, p, right = pending()
    for array in [*p.values(), net.last_state]:
        array[...] = 9
    for array in net.params.values():
        array += 1
    same(gradients(net), right)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": np.ones((N, T, K + 1))}, "^target: "),
        ({"target": np.ones((N, K))}, "^target: "),
        ({"target": np.full((N, T, K), np.nan)}, "^target: .* got nan"),
        ({"x": np.ones((N, T, D + 1))}, r"^x: expected \(N, T, D\) with D = 4"),
        ({"x": np.full((N, T, D), np.inf)}, "^x: .* got inf"),
        ({"h0": np.ones((N + 1, H))}, r"^h0: expected \(N, H\) with N = 2, H = 5"),
    ],
)
def test_a_refused_loss_leaves_everything_as_it_was(change, message):
    net, p, right = pending()
    state = net.last_state.copy()
    with pytest.raises(ValueError, match=message):
        net.loss(**{"x": p["x"] + 1, "target": p["target"], "h0": p["h0"]} | change)
    np.testing.assert_array_equal(net.last_state, state)
    same(gradients(net), right)
    if "target" not in change:
        with pytest.raises(ValueError, match=message):
            net.predict(**{name: p[name] for name in ("x", "h0")} | change)
        np.testing.assert_array_equal(net.last_state, state)
        same(gradients(net), right)


def test_twice_the_same_and_results_fresh():
    net, p, right = pending()
    first = gradients(net)
    for array in first.values():
        array[...] = np.nan
    same(gradients(net), right)
    net.loss(p["x"], net.predict(p["x"], p["h0"]), p["h0"])
    assert not any(gradient.any() for gradient in gradients(net).values())  # overwritten, not added to


# --- parameters, and what is exchanged by hand ----------------------------------------------------------------


def test_params_are_live_and_named():
    p = inputs()
    rnn, readout = parts()
    net = RecurrentNetwork(rnn, readout, squared_error)
    assert list(net.params) == ["rnn.W_x", "rnn.W_h", "rnn.b", "readout.W", "readout.b"]
    assert net.grads == {}
    for name, array in net.params.items():
        layer, own = (rnn, name[4:]) if name.startswith("rnn.") else (readout, name[8:])
        assert array is layer.params[own]
        before = net.predict(p["x"])
        array += 0.1
        assert not np.array_equal(net.predict(p["x"]), before), name


def test_a_wrong_derivative_put_in_by_hand_is_used_and_caught():
    p = inputs()
    net = network(output="sigmoid")
    assert check_gradients(net, p["x"], p["target"]).ok
    net.g_derivative = lambda y: sigmoid_derivative(sigmoid(y))  # taken of y as if it were v
    report = check_gradients(net, p["x"], p["target"])
    assert not report.ok
    assert not report["readout.W"].ok
    net = network(output="sigmoid")
    net.rnn.f_derivative = lambda h: 1 - np.tanh(h) ** 2
    report = check_gradients(net, p["x"], p["target"])
    assert not report.ok
    assert not report["rnn.W_h"].ok
    assert report["readout.W"].ok  # it lies before the error


def test_any_function_can_be_the_loss():
    p = inputs()
    weights = np.arange(T, dtype=float)[:, np.newaxis]
    net = network(lambda y, target: (float((weights * (y - target) ** 4).sum()), 4 * weights * (y - target) ** 3))
    assert check_gradients(net, p["x"] / 4, p["target"]).ok


# --- refusals -----------------------------------------------------------------------------------------------


def test_backward_needs_a_loss():
    net = network()
    net.predict(inputs()["x"])
    with pytest.raises(RuntimeError, match="backward needs a loss before it"):
        net.backward()
    with pytest.raises(ValueError):
        net.loss(inputs()["x"], np.ones(1))
    with pytest.raises(RuntimeError, match="backward needs a loss before it"):
        net.backward()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"read": "first"}, r"^read: expected one of all, last, got 'first'$"),
        ({"read": None}, r"^read: "),
        ({"loss": sigmoid_cross_entropy, "output": "sigmoid"}, "^output: sigmoid_cross_entropy takes logits"),
        ({"loss": partial(softmax_cross_entropy, reduction="sum"), "output": "tanh"}, "^output: softmax_cross_entropy"),
        ({"readout": Dense(np.ones((4, 3)))}, r"^readout: expected W \(H, K\) with H = 5, got \(4, 3\)$"),
        # the message names an argument that is not there
        ({"output": "softmax"}, r"^output: expected one of tanh, sigmoid, relu, identity, got 'softmax'$"),
        # float32 beside float64 passes here, and fails in backward under the name of dh
        ({"readout": Dense(np.ones((5, 3), np.float32))}, r"^readout: .*float64.* got float32"),
    ],
)
def test_parts_that_do_not_fit_are_refused(options, message):
    rnn, readout = parts()
    arguments = {"rnn": rnn, "readout": readout, "loss": squared_error} | options
    with pytest.raises((ValueError, TypeError), match=message):
        RecurrentNetwork(**arguments)
