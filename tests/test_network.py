"""Network: the chain of its layers and its loss, states handed on, masks, a face in a caller's hands, refusals."""

import copy
import pickle
import re
import threading
from functools import partial

import numpy as np
import pytest
from layer_cases import LENGTHS, MASK, Cell, N, T, mapped
from reference import assert_close, assert_same, complex_step, rnn_states

from rnnlib import (
    Activation,
    Bidirectional,
    Dense,
    Embedding,
    Grads,
    Last,
    Layer,
    Loss,
    Network,
    NotFinite,
    Params,
    SimpleRNN,
    Trace,
    check_gradients,
    sigmoid,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
    squared_error,
)

D, H, K = 2, 5, 3


def draw(seed, *shape, dtype=np.float64):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype(dtype)


def rnn(n_in, n_out, seed=0, dtype=np.float64):
    return SimpleRNN(*(draw(seed, *shape, dtype=dtype) for shape in [(n_in, n_out), (n_out, n_out), (n_out,)]))


def dense(n_in, n_out, seed=1, dtype=np.float64):
    return Dense(draw(seed, n_in, n_out, dtype=dtype), draw(seed, n_out, dtype=dtype))


def cell(n_in, n_out):
    return Cell(draw(2, n_in + n_out, 3 * n_out))


X, TARGET = draw(3, N, T, D), np.random.default_rng(4).uniform(0, 1, (N, T, K))
TOKENS, LABELS = np.random.default_rng(5).integers(0, 4, (2, N, T)) % [[[4]], [[K]]]
NETWORKS = {
    "one layer": lambda: Network(rnn=rnn(D, H), readout=dense(H, K), loss=squared_error),
    "two layers": lambda: Network(
        low=rnn(D, 4),
        high=rnn(4, H, 6),
        hidden=dense(H, 4),
        bend=Activation("tanh"),
        readout=dense(4, K),
        loss=sigmoid_cross_entropy,
    ),
    "last": lambda: Network(rnn=rnn(D, H), last=Last(), readout=dense(H, K), loss=sigmoid_cross_entropy.reduced("sum")),
    "tokens": lambda: Network(
        words=Embedding(draw(7, 4, D)), rnn=rnn(D, H), readout=dense(H, K), loss=softmax_cross_entropy
    ),
    "cell": lambda: Network(
        cell=cell(D, H), rnn=rnn(H, 4), readout=dense(4, K), loss=softmax_cross_entropy.reduced("batch")
    ),
    "one cell": lambda: Network(cell=cell(D, H), readout=dense(H, K), loss=squared_error),
    "both ways": lambda: Network(
        both=Bidirectional(rnn(D, H), rnn(D, 4, 6)),
        rnn=rnn(9, 4),
        last=Last(),
        readout=dense(4, K),
        loss=softmax_cross_entropy,
    ),
    "output": lambda: Network(rnn=rnn(D, H), readout=dense(H, K), y=Activation("sigmoid"), loss=squared_error),
}
every = pytest.mark.parametrize("name", NETWORKS)
masks = pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])


def problem(name):
    """Return a network, and (x, target, state) for it."""
    net = NETWORKS[name]()
    x = TOKENS if name == "tokens" else X
    target = LABELS if repr(net.loss_function).startswith("softmax") else TARGET
    if "last" in net.layers:
        target = target[:, 0]
    state = mapped_state(lambda array: draw(8, *array.shape), net.run(x).state)
    return net, x, target, state


def mapped_state(function, state):
    if isinstance(state, dict):
        return {name: mapped(function, part) for name, part in state.items()}
    return mapped(function, state)


def flat(state):
    found = {}
    mapped_state(lambda array: found.update({f"state {len(found)}": array}), state)
    return found


def gradients(net):
    dx = net.backward()
    return dict(net.grads) | flat(net.dstate) | ({} if dx is None else {"x": dx})


# --- right ----------------------------------------------------------------------------------------------------


@masks
@every
def test_it_is_the_chain_of_its_layers(name, mask):
    net, x, target, state = problem(name)
    value, grads, handed_on = net.loss_and_grads(x, target, state, mask)
    out, counts, traces, states, right = x, mask, {}, state, {}
    if not isinstance(state, dict):
        (stateful,) = (key for key, layer in net.layers.items() if layer.has_state)
        states = {stateful: state}
    for key, layer in net.layers.items():
        traces[key] = layer.run(out, states.get(key), counts)
        out, counts = traces[key].out, traces[key].mask
    expected, dx = net.loss_function(out, target, counts)
    for key, layer in reversed(net.layers.items()):
        of_layer = layer.back(traces[key], dx)
        right |= {f"{key}.{parameter}": gradient for parameter, gradient in of_layer.params.items()}
        dx = of_layer.x
    assert value == expected
    assert_same(dict(grads), right)
    ends = {key: trace.state for key, trace in traces.items() if trace.state is not None}
    assert_same(flat(handed_on), flat(ends if len(ends) > 1 else next(iter(ends.values()))))
    np.testing.assert_array_equal(net.predict(x, state, mask), net.loss_function.reading(out))


@masks
@every
def test_its_gradients_are_those_of_its_loss(name, mask):
    net, x, target, state = problem(name)
    net.loss(x, target, state, mask)
    found = gradients(net)

    def value(**moved):
        other = copy.deepcopy(net)
        other.params.update({key: moved[key] for key in other.params})
        parts = iter([moved[key] for key in flat(state)])
        return other.loss(moved.get("x", x), target, mapped_state(lambda _: next(parts), state), mask)

    arrays = dict(net.params) | flat(state) | ({} if name == "tokens" else {"x": x})
    for key, array in arrays.items():  # a few numbers of each array: their formulas are checked layer by layer
        for i in [(0,) * array.ndim, tuple(size - 1 for size in array.shape)]:
            up, down = ({**arrays, key: array.copy()} for _ in range(2))
            up[key][i] += 1e-5
            down[key][i] -= 1e-5
            slope = (value(**up) - value(**down)) / 2e-5
            np.testing.assert_allclose(found[key][i], slope, rtol=0, atol=1e-9, err_msg=key)
    assert found.keys() == arrays.keys()


def test_a_stack_of_two_is_the_plain_loop_through_both():
    net, x, target, state = problem("two layers")
    layers = {name: layer for name, layer in net.layers.items() if name != "bend"}
    net = Network(**layers, loss=squared_error.reduced("sum"))

    def value(x, **p):
        of = lambda part: {k.removeprefix(part): v for k, v in p.items() if k.startswith(part)}  # noqa: E731
        h = rnn_states(x, state["low"], **of("low."), lengths=LENGTHS)
        h = rnn_states(h, state["high"], **of("high."), lengths=LENGTHS)
        y = (h @ p["hidden.W"] + p["hidden.b"]) @ p["readout.W"] + p["readout.b"]
        return ((y - target) ** 2 / 2)[MASK].sum()

    arrays = dict(net.params) | {"x": x}
    np.testing.assert_allclose(net.loss(x, target, state, MASK), value(**arrays), rtol=1e-14)
    right = complex_step(value, arrays)
    found = gradients(net)
    assert_close({key: found[key] for key in right}, right, rtol=0, atol=1e-13)


def test_what_the_sources_did_no_biases_sigmoid_output_and_squared_error_summed_over_time():
    net = Network(
        rnn=SimpleRNN(draw(0, D, H), draw(1, H, H)),
        readout=Dense(draw(2, H, K)),
        y=Activation("sigmoid"),
        loss=squared_error.reduced("batch"),
    )
    y = net.predict(X)
    total = sum(((y[n, t] - TARGET[n, t]) ** 2).sum() / 2 for n in range(N) for t in range(T))
    np.testing.assert_allclose(net.loss(X, TARGET), total / N, rtol=1e-14)
    net.backward()
    assert net.params.keys() == net.grads.keys() == {"rnn.W_x", "rnn.W_h", "readout.W"}


@pytest.mark.parametrize(
    ("loss", "reading"),
    [
        (sigmoid_cross_entropy, sigmoid),
        (softmax_cross_entropy, softmax),
        (squared_error, lambda v: v),
        (Loss(len, np.cos), np.cos),
    ],
)
def test_predict_gives_the_losss_reading_whatever_its_reduction(loss, reading):
    for each in [loss, *([loss.reduced("batch")] if type(loss) is not Loss else [])]:
        net = Network(rnn=rnn(D, H), readout=dense(H, K), loss=each)
        np.testing.assert_array_equal(net.predict(X), reading(net.run(X).out))


@masks
@every
def test_a_sequence_alone_is_the_same_as_in_a_padded_batch(name, mask):
    net, x, target, state = problem(name)
    total = net.loss_function.reduced("sum")
    net = Network(**net.layers, loss=total)
    value, grads, end = net.loss_and_grads(x, target, state, mask)
    sums, losses = dict.fromkeys(grads, 0), 0
    for n in range(N):
        length = T if mask is None else LENGTHS[n]
        own = target[n : n + 1] if "last" in net.layers else target[n : n + 1, :length]
        start = mapped_state(lambda array, n=n: array[n : n + 1], state)
        alone, its_own, its_end = net.loss_and_grads(x[n : n + 1, :length], own, start)
        losses += alone
        sums = {key: total + its_own[key] for key, total in sums.items()}
        assert_close(flat(mapped_state(lambda array, n=n: array[n : n + 1], end)), flat(its_end), rtol=0, atol=1e-12)
    np.testing.assert_allclose(value, losses, rtol=1e-13)
    assert_close(dict(grads), sums, rtol=0, atol=1e-12)


def test_a_float32_network_works_in_float32():
    parts = {"rnn": rnn(D, H, dtype=np.float32), "readout": dense(H, K, dtype=np.float32), "y": Activation("tanh")}
    net, wide = Network(**parts, loss=squared_error), NETWORKS["one layer"]()
    for x in (X.astype(np.float32), X.tolist(), (X * 9).astype(int)):
        value = net.loss(x, TARGET)  # a target in float64 is taken silently
        assert {array.dtype for array in [*gradients(net).values(), net.predict(x), net.last_state]} == {np.dtype("f4")}
        assert type(value) is float
    with pytest.raises(
        TypeError, match="^x: expected float32 .* got float64, which would lose digits\nin the layer rnn=SimpleRNN"
    ):
        net.loss(X, TARGET)
    assert wide.params.dtype == float and net.params.dtype == np.float32


# --- states ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["one layer", "two layers", "tokens", "cell", "one cell"])
def test_a_sequence_cut_in_pieces_is_the_whole(name):
    net, x, _, state = problem(name)
    whole = net.predict(x, state)
    end, pieces = net.last_state, []
    for piece in (x[:, :1], x[:, 1:3], x[:, 3:]):
        pieces.append(net.predict(piece, state))
        state = net.last_state
    np.testing.assert_allclose(np.concatenate(pieces, axis=1), whole, rtol=0, atol=1e-14)
    assert_close(flat(state), flat(end), rtol=0, atol=1e-14)


def test_a_states_shape_is_that_of_the_layers_that_have_one():
    net, x, target, state = problem("two layers")
    assert list(state) == ["low", "high"] == list(net.run(x).state)
    np.testing.assert_array_equal(
        net.predict(x, {"high": state["high"]}), net.predict(x, {**state, "low": 0 * state["low"]})
    )
    net, x, target, state = problem("one layer")
    np.testing.assert_array_equal(net.predict(x, {"rnn": state}), net.predict(x, state))
    assert net.last_state.shape == state.shape == (N, H)
    net, x, target, (h0, c0) = problem("one cell")
    net.loss(x, target, (h0, c0))
    net.backward()
    assert [part.shape for part in (*net.last_state, *net.dstate)] == [(N, H)] * 4
    bare = Network(readout=dense(D, K), loss=squared_error)
    bare.loss(X, TARGET)
    bare.backward()
    assert bare.last_state is bare.dstate is None


def test_back_takes_the_gradient_by_the_state_handed_on():
    net, x, _, state = problem("two layers")
    whole, first = net.run(x, state), net.run(x[:, :2], state)
    second = net.run(x[:, 2:], first.state)
    dout = draw(9, *whole.out.shape)
    right, later = net.back(whole, dout), net.back(second, dout[:, 2:])
    earlier = net.back(first, dout[:, :2], later.state)
    np.testing.assert_allclose(np.concatenate([earlier.x, later.x], axis=1), right.x, rtol=0, atol=1e-14)
    sums = {key: earlier.params[key] + later.params[key] for key in net.params}
    assert_close(sums, right.params, rtol=0, atol=1e-13)
    assert_close(earlier.state, right.state, rtol=0, atol=1e-14)


def test_last_state_is_that_of_the_latest_call_and_the_callers():
    net, x, target, state = problem("one layer")
    assert net.last_state is None
    net.loss(x, target, state)
    np.testing.assert_array_equal(net.last_state, net.rnn.run(x, state).state)
    right = gradients(net)
    net.last_state[...] = np.nan
    assert_same(gradients(net), right)
    net.predict(x)
    kept, before = net.last_state, net.last_state.copy()
    np.testing.assert_array_equal(kept, net.rnn.run(x).state)
    net.predict(x + 1)
    np.testing.assert_array_equal(kept, before)
    own = Network(rnn=net.rnn, loss=Loss(len, reading=lambda h: h))
    own.predict(x)[...] = np.nan
    np.testing.assert_array_equal(own.last_state, before)
    own = Network(low=rnn(D, 4), high=rnn(4, H), loss=Loss(len, reading=lambda h: h))
    own.predict(x)[...] = np.nan
    assert np.isfinite(own.last_state["high"]).all()


# --- a pending backward, in a caller's hands ------------------------------------------------------------------


def pending(name="two layers", mask=MASK):
    """Return a network with a pending backward, what it was given, and the gradients that it must give."""
    net, x, target, state = problem(name)
    x, target, mask = x.copy(), target.copy(), mask.copy()
    net.loss(x, target, state, mask)
    right = copy.deepcopy(gradients(net))
    net.loss(x, target, state, mask)
    return net, (x, target, state, mask), right


@every
def test_run_and_back_change_nothing(name):
    net, (x, target, state, mask), right = pending(name)
    before = pickle.dumps((net, x, state, mask))
    trace = net.run(x, state, mask)
    dout = net.loss_function(trace.out, target, trace.mask)[1]
    grads = net.back(trace, dout)
    net.loss_and_grads(x, target, state, mask)
    assert pickle.dumps((net, x, state, mask)) == before
    assert_same(dict(grads.params), {key: right[key] for key in net.params})


@every
def test_neither_predict_nor_the_layers_by_themselves_disturb_it(name):
    net, (x, target, state, _), right = pending(name)
    net.predict(x[:1, :2])[...] = 9
    for layer in net.layers.values():
        if layer.n_in is not None:
            layer.forward(np.ones((1, 3, layer.n_in)))
    Network(**net.layers, loss=net.loss_function).loss(x[:, :1], target if "last" in net.layers else target[:, :1])
    assert_same(gradients(net), right)


@every
def test_everything_may_be_scribbled_over_in_between(name):
    net, (x, target, state, mask), right = pending(name)
    for array in [x, target, mask, *flat(state).values(), *flat(net.last_state).values(), *net.params.values()]:
        array[...] = 1
    assert_same(gradients(net), right)


def test_so_may_what_a_loss_of_ones_own_returned():
    weights = draw(3, N, T, K)
    net = Network(rnn=rnn(D, H), readout=dense(H, K), loss=Loss(lambda y, weights: ((weights * y).sum(), weights)))
    net.loss(X, weights)
    right = copy.deepcopy(gradients(net))
    net.loss(X, weights)
    weights[...] = 0
    assert_same(gradients(net), right)


def test_a_loss_that_writes_into_what_it_gets_disturbs_no_gradient():
    def careless(y, target):
        y -= target
        return (y**2).sum() / 2, y

    parts = {"rnn": rnn(D, H), "readout": dense(H, K), "y": Activation("sigmoid")}
    right, found = (Network(**parts, loss=loss) for loss in (squared_error.reduced("sum"), Loss(careless)))
    assert right.loss(X, TARGET) == pytest.approx(found.loss(X, TARGET), rel=1e-14)
    assert_close(gradients(found), gradients(right), rtol=0, atol=1e-15)


@every
def test_results_are_the_callers_and_twice_the_same(name):
    net, _, right = pending(name)
    first = gradients(net)
    arrays = [*first.values(), *net.params.values()]
    for i, array in enumerate(arrays):
        assert not any(np.shares_memory(array, other) for other in arrays[i + 1 :])
    for array in first.values():
        array[...] = np.nan
    assert_same(gradients(net), right)


def test_another_thread_may_predict_meanwhile():
    net, x, target, state = problem("cell")
    right, done = net.loss_and_grads(x, target, state), threading.Event()

    def disturb():
        while not done.is_set():
            net.predict(x * 2)
            net.loss(x * 3, target)

    thread = threading.Thread(target=disturb)
    thread.start()
    found = [net.loss_and_grads(x, target, state) for _ in range(200)]
    done.set()
    thread.join()
    for value, grads, _ in found:
        assert value == right[0]
        assert_same(dict(grads), dict(right[1]))


@every
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_is_the_same_network_and_another_one(name, copied):
    net, (x, target, state, mask), right = pending(name)
    twin = copied(net)
    for array in net.params.values():
        array[...] = 0
    assert_same(gradients(twin), right)
    assert twin.loss(x, target, state, mask) != net.loss(x, target, state, mask)
    for key, array in twin.params.items():
        layer, _, parameter = key.partition(".")
        assert array is twin.layers[layer].params[parameter]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": np.ones((N, T, K + 1))}, r"^target: expected the shape of y, \(3, 4, 3\), got \(3, 4, 4\)$"),
        ({"target": np.full((N, T, K), np.nan)}, "^target: .* got nan"),
        ({"x": np.ones((N, T, D + 1))}, r"^x: expected \(N, T, D\) with D = 2, got \(3, 4, 3\)$"),
        ({"x": np.full((N, T, D), np.inf)}, "^x: .* got inf"),
        ({"state": {"low": np.ones((N + 1, 4))}}, r"^h0: expected \(N, H\) with N = 3, H = 4, got \(4, 4\)$"),
        ({"state": {"readout": np.ones((N, K))}}, "^state: expected states of low, high, got 'readout'$"),
        ({"mask": MASK[:, ::-1]}, "^mask: expected True at the first step"),
    ],
)
def test_a_refused_call_leaves_everything_as_it_was(change, message):
    net, (x, target, state, mask), right = pending()
    before = pickle.dumps(net)
    arguments = {"x": x + 1, "target": target, "state": state, "mask": mask} | change
    calls = [partial(net.loss, **arguments)]
    if "target" not in change:
        del arguments["target"]
        calls.append(partial(net.predict, **arguments))
    for call in calls:
        with pytest.raises(ValueError) as refused:
            call()
        assert re.search(message, str(refused.value))
    assert pickle.dumps(net) == before
    assert_same(gradients(net), right)


# --- numbers that leave the finite ones -----------------------------------------------------------------------


@pytest.mark.parametrize("errors", ["warn", "raise"])
def test_an_explosion_inside_is_named_with_its_layer_and_step(errors):
    net = Network(
        rnn=SimpleRNN.create(2, 64, rng=np.random.default_rng(0), init="normal", activation="relu"),
        readout=dense(64, 1),
        loss=squared_error,
    )
    x = np.random.default_rng(1).standard_normal((3, 500, 2))
    finite = x[:, :20]
    value = net.loss(finite, np.zeros((3, 20, 1)))
    before = pickle.dumps(net)
    with np.errstate(all=errors):
        for call in (lambda: net.predict(x), lambda: net.loss(x, np.zeros((3, 500, 1)))):
            with pytest.raises(NotFinite, match=r"^rnn: h is not finite from step \d\d\d on$"):
                call()
        assert pickle.dumps(net) == before
        assert net.loss(finite, np.zeros((3, 20, 1))) == value


def test_so_is_a_loss_and_a_gradient():
    net = Network(rnn=SimpleRNN([[1.0]], [[1e200]], activation="identity"), readout=Dense([[1.0]]), loss=squared_error)
    with pytest.raises(NotFinite, match="^the loss is not finite$"):
        net.loss([[[1e160]]], [[[0.0]]])
    net.loss(np.zeros((1, 3, 1)), np.ones((1, 3, 1)))  # every state is 0, and every gradient explodes
    for call in (net.backward, lambda: net.loss_and_grads(np.zeros((1, 3, 1)), np.ones((1, 3, 1)))):
        with pytest.raises(NotFinite, match="^the gradient of .* is not finite$"):
            call()
    assert not net.grads


@every
def test_no_network_minds_that_every_float_error_raises(name, every_float_error_raises):
    net, (x, target, state, mask), right = pending(name)
    for array in net.params.values():
        array *= 2.0**-500  # products of two of them are 0
    net.loss(x, target, state, mask)
    net.backward()
    net.predict(x, state, mask)


# --- its parts ------------------------------------------------------------------------------------------------


def test_it_is_told_by_its_layers():
    net = NETWORKS["last"]()
    assert repr(net).splitlines() == [
        "Network(",
        "    rnn=SimpleRNN(D=2, H=5, tanh),",
        "    last=Last(),",
        "    readout=Dense(D=5, K=3),",
        "    loss=sigmoid_cross_entropy.reduced('sum'),",
        ")",
    ]
    assert list(net.params) == ["rnn.W_x", "rnn.W_h", "rnn.b", "readout.W", "readout.b"]
    assert net.readout is net.layers["readout"] and not net.looks_ahead and NETWORKS["both ways"]().looks_ahead
    with pytest.raises(AttributeError, match="^Network has neither an attribute nor a layer named 'lstm'$"):
        _ = net.lstm


def test_backward_needs_a_loss():
    net, x, *_ = problem("one layer")
    net.predict(x)
    with pytest.raises(RuntimeError, match="^backward needs a loss before it: call loss first$"):
        net.backward()
    with pytest.raises(ValueError):
        net.loss(x, np.ones(1))
    with pytest.raises(RuntimeError):
        net.backward()


def test_a_layer_of_ones_own_goes_through():
    class Twice(Layer):
        def run(self, x, state=None, mask=None):
            return Trace(2 * x, None, (), mask)

        def back(self, trace, dout, dstate=None):
            return Grads({}, 2 * dout)

    net, right = Network(twice=Twice(), rnn=rnn(D, H), loss=squared_error), Network(rnn=rnn(D, H), loss=squared_error)
    target = draw(5, N, T, H)
    assert net.loss(X, target) == right.loss(2 * X, target)
    np.testing.assert_array_equal(net.backward(), 2 * right.backward())


class OwnFace(SimpleRNN):
    def forward(self, x, state=None, mask=None, *, h0=None):
        return super().forward(x, state, mask, h0=h0)


ONE = rnn(H, H)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"loss": len, "rnn": ONE},
            TypeError,
            r"^loss: expected a Loss, got .*: write Loss\(your_function, reading=…\)$",
        ),
        ({"loss": "mse", "rnn": ONE}, TypeError, "^loss: expected a Loss, got 'mse'"),
        ({}, ValueError, r"^layers: expected at least one, as in Network\(rnn=…, readout=…, loss=…\), got none$"),
        ({"rnn": SimpleRNN}, TypeError, "^rnn: expected a layer, got <class"),
        ({"rnn": ONE, "again": ONE}, ValueError, "^again: expected a layer of its own, got the same one as rnn$"),
        (
            {"rnn": ONE, "both": Bidirectional(rnn(5, 4), ONE)},
            ValueError,
            "^both: expected a layer of its own, got the",
        ),
        ({"predict": ONE}, ValueError, "^predict: expected a name that Network does not use itself$"),
        ({"grads": ONE}, ValueError, "^grads: expected a name that Network does not use itself$"),
        ({"layers": ONE}, ValueError, "^layers: expected a name that Network does not use itself$"),
        ({"loss_function": ONE}, ValueError, "^loss_function: expected a name that Network does not use itself$"),
        (
            {"rnn": ONE, "readout": dense(4, K)},
            ValueError,
            r"^readout: expected a layer that takes 5 features, got Dense",
        ),
        ({"rnn": ONE, "last": Last(), "top": rnn(4, 3)}, ValueError, "^top: expected a layer that takes 5 features"),
        ({"rnn": ONE, "readout": dense(H, K, dtype="f4")}, TypeError, "^readout: expected float64, .*, got float32$"),
        (
            {"rnn": OwnFace(np.eye(2), np.eye(2))},
            TypeError,
            "^rnn: a network calls run and back, but OwnFace overrides its face$",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        Network(**{"loss": squared_error} | arguments)


@pytest.mark.parametrize("loss", [sigmoid_cross_entropy, softmax_cross_entropy.reduced("sum"), Loss(len, sigmoid)])
def test_a_double_sigmoid_is_refused(loss):
    for after in ({}, {"last": Last()}):
        with pytest.raises(
            ValueError, match="^loss: .* contains its own activation, so expected no Activation at the end$"
        ):
            Network(rnn=rnn(D, H), y=Activation("sigmoid"), **after, loss=loss)
    Network(y=Activation("sigmoid"), rnn=rnn(D, H), loss=loss)


@pytest.mark.parametrize(
    ("name", "state", "error", "message"),
    [
        (
            "two layers",
            np.ones((N, H)),
            TypeError,
            r"^state: expected a dictionary with states of low, high, got array",
        ),
        ("one layer", {"readout": 1}, ValueError, "^state: expected states of rnn, got 'readout'$"),
        ("one cell", {"rnn": 1}, ValueError, "^state: expected states of cell, got 'rnn'$"),
    ],
)
def test_a_state_that_belongs_to_no_layer_is_refused(name, state, error, message):
    net, x, *_ = problem(name)
    with pytest.raises(error, match=message):
        net.predict(x, state)
    trace = net.run(x)
    with pytest.raises(error, match=message.replace("^state", "^dstate")):
        net.back(trace, trace.out, state)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist])
def test_a_mask_in_the_place_of_the_state_is_told_its_own_place(name, form):
    net, x = NETWORKS[name](), TOKENS if "tokens" in name else X
    for call in (net.predict, net.run, lambda x, mask: net.loss(x, 1, mask)):
        with pytest.raises(TypeError, match=r"^state: .*, got booleans \(N, T\): write mask=… to give a mask$"):
            call(x, form(MASK))


def test_what_numpy_cannot_read_is_refused_as_what_it_is():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("not today")

    net = NETWORKS["one layer"]()
    with pytest.raises(TypeError, match="^h0: .* got a Broken: not today\nin the layer rnn=SimpleRNN"):
        net.predict(X, Broken())
    with pytest.raises(ValueError, match="^h0: .* got rows of different lengths\nin the layer rnn=SimpleRNN"):
        net.predict(X, [[1, 2], [3]])


def test_a_state_of_booleans_is_no_mask():
    net = NETWORKS["one layer"]()
    np.testing.assert_array_equal(net.predict(X, np.ones((N, H), bool)), net.predict(X, np.ones((N, H))))


@pytest.mark.parametrize("first", [Activation("tanh"), Last(), None])
@pytest.mark.parametrize("x", [X, np.round(4 * X).astype(int)])
def test_lists_have_no_type_whatever_the_first_layer(first, x):
    layers = {"first": first} if first else {}
    net = Network(**layers, hidden=dense(D, H, dtype=np.float32), bend=Activation("tanh"), loss=squared_error)
    out = net.predict(x.tolist())
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, net.predict(x.astype(np.float32)), rtol=0, atol=1e-6)
    grads = net.loss_and_grads(x.tolist(), np.zeros(out.shape))[1]
    assert {gradient.dtype for gradient in grads.values()} == {np.dtype(np.float32)}
    if x is X:
        with pytest.raises(TypeError, match="which would lose digits\nin the layer hidden=Dense"):
            net.predict(x)


def test_a_network_without_states_takes_none():
    with pytest.raises(TypeError, match="^state: expected None, as no layer has a state, got 1$"):
        Network(readout=dense(D, K), loss=squared_error).predict(X, 1)


def test_params_are_updated_and_never_replaced():
    net = Network(readout=Dense([[1.0]]), loss=squared_error)
    with pytest.raises(AttributeError):
        net.params = {"readout.W": np.zeros((1, 1))}
    assert net.params["readout.W"] is net.readout.params["W"]


def test_a_network_keeps_its_layers():
    net, x, target, *_ = problem("one layer")
    before = net.loss(x, target)
    with pytest.raises(AttributeError, match="^rnn: a network keeps its layers: make a new one"):
        net.rnn = rnn(D, H)
    with pytest.raises(TypeError, match="does not support item assignment"):
        net.layers["rnn"] = rnn(D, H)
    assert list(net.layers) == ["rnn", "readout"] and net.loss(x, target) == before


def test_a_layer_that_loses_the_mask_is_refused():
    class Loses(Activation):
        def run(self, x, state=None, mask=None):
            return super().run(x, state, mask)._replace(mask=None)

    net = Network(rnn=rnn(D, H), bend=Loses("tanh"), readout=dense(H, K), loss=squared_error)
    net.predict(X)  # without a mask there is none to lose
    for mask in (MASK, MASK.tolist()):
        with pytest.raises(
            TypeError, match=r"^bend: expected the mask in the Trace, as \(3, 4, 5\) has steps, got None$"
        ):
            net.predict(X, mask=mask)
    end = Network(rnn=rnn(D, H), last=Last(), bend=Loses("tanh"), loss=squared_error)
    assert end.predict(X, mask=MASK).shape == (N, H)  # after Last there are no steps


def test_an_array_of_another_kind_is_shown_by_its_shape():
    net = NETWORKS["two layers"]()
    with pytest.raises(TypeError, match=r"of low, high, got an array float64 \(3, 40\)$"):
        net.predict(X, state=np.ones((N, 40)))


@pytest.mark.parametrize("name", ["words.W", "rnn.W_h"])
def test_a_parameter_that_is_not_finite_is_named(name):
    net = NETWORKS["tokens"]()
    net.params[name][0, 1] = np.nan
    layer, _, parameter = name.partition(".")
    with pytest.raises(NotFinite, match=f"^{layer}: {parameter} is not finite$"):
        net.predict(np.zeros_like(TOKENS))
    if layer == "rnn":
        with pytest.raises(NotFinite, match=f"^{parameter} is not finite$"):
            net.rnn.forward(np.ones((1, 2, net.rnn.n_in)))


def test_loss_and_grads_is_made_of_run_and_back():
    class Tenfold(Network):
        def run(self, *arguments):
            trace = super().run(*arguments)
            return trace._replace(out=10 * trace.out)

        def back(self, trace, dout, dstate=None):
            return super().back(trace, 10 * np.asarray(dout), dstate)

    net = Tenfold(rnn=rnn(D, H), readout=dense(H, K), loss=squared_error)
    value, grads, _ = net.loss_and_grads(X, TARGET)
    assert value == net.loss(X, TARGET)
    net.backward()
    assert_same(dict(grads), dict(net.grads))
    assert check_gradients(net, X, TARGET).ok


@pytest.mark.parametrize("name", ["a b", "a.b", "", "1x", "class", "_x", "_params"])
def test_a_layers_name_can_be_written(name):
    with pytest.raises(ValueError, match="^'.*': expected a name that can be written as net.name$"):
        Network(**{name: rnn(D, H)}, loss=squared_error)


def test_parameters_that_the_network_does_not_know_are_refused():
    net = NETWORKS["one layer"]()
    net.rnn.params = Params({name: array.copy() for name, array in net.rnn.params.items()})
    with pytest.raises(ValueError, match=r"^rnn\.params: expected those that the network was made of, got others"):
        net.predict(X)


def test_a_check_leaves_a_pending_backward_as_it_was():
    net, (x, target, state, mask), right = pending()
    kept = net.last_state
    check_gradients(net, 2 * x, target, state, mask)
    assert_same(gradients(net), right)
    assert net.last_state is kept
    layer, x, dh = rnn(D, H), X, draw(3, N, T, H)
    layer.forward(x)
    check_gradients(layer, 2 * x, dh)
    assert layer.da is None and not layer.grads
    dx = layer.backward(dh)
    layer.forward(x)
    np.testing.assert_array_equal(dx, layer.backward(dh))


def test_a_network_of_nothing_but_last():
    net = Network(last=Last(), loss=squared_error)
    np.testing.assert_array_equal(net.predict(X), X[:, -1])
