"""Abuse: whatever goes in, the answer is right, or one line refuses it by name, or says that it is not finite.

Never a silent wrong number, a changed argument, a warning or a bare NumPy error; and what is refused leaves everything
as it was.
"""

import pickle
import re
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import (
    activation_formula,
    bidirectional_formula,
    dense_formula,
    embedding_formula,
    flat,
    last_formula,
    mapped,
    rnn_formula,
)
from reference import F

import rnnlib
from rnnlib import Activation, Bidirectional, Dense, Embedding, Last, Network, NotFinite, SimpleRNN, squared_error

N, T, D, H, K, V = 2, 3, 4, 5, 2, 3
DTYPES = ["f8", "f8", "f4", "f2", "g", "i1", "i8", "u1", "?", "c16", "O", "U4", "M8[s]", "m8[s]"]
SIZES = {"usual": 1, "tiny": 1e-320, "zero": 0, "large": 1e160, "huge": 1e307, "infinite": np.inf, "nan": np.nan}
LAYOUTS = {
    "C": lambda a: a,
    "Fortran": lambda a: np.array(a, order="F"),
    "strided": lambda a: np.stack([a, a], axis=-1)[..., 0],
    "backwards": lambda a: a.ravel()[::-1].copy()[::-1].reshape(a.shape),
    "swapped bytes": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": lambda a: np.broadcast_to(a, a.shape),
    "a list": lambda a: a.tolist(),
    "masked": lambda a: np.ma.array(a, mask=True, fill_value=np.zeros((), a.dtype)),  # given, as a repr would set it
    "ragged": lambda a: [a.tolist(), [[[1.0]]], 2],
}
REFUSED = re.compile(r"[\w.]+: .*expected .+, (as .+, )?got .+")
NOT_FINITE = re.compile(r"[\w:. ]+ is not finite( from step \d+ on)?")


def made(shape, dtype, size, layout, seed):
    a = np.random.default_rng(seed).uniform(-1, 1, shape)
    dtype = np.dtype(dtype)
    if size != "usual" and a.size:
        a.flat[-1] = SIZES[size]
    if dtype.kind not in "fcOU":
        a = np.nan_to_num(3 * a, posinf=1, neginf=-1).clip(0 if dtype.kind in "u?" else -100, 100)
    with np.errstate(over="ignore", invalid="ignore"):
        return LAYOUTS[layout](a.astype("i8").astype(dtype) if dtype.kind in "Mm" else a.astype(dtype))


def anything(*shape):
    """Return a strategy for arrays that mostly have this shape, of any kind."""
    shapes = [shape] * 5 + [shape[1:], (1, *shape), (*shape, 7), (0, *shape[1:]), ()]
    parts = map(st.sampled_from, (shapes, DTYPES, sorted(SIZES), sorted(LAYOUTS)))
    return st.none() | st.builds(made, *parts, st.integers(0, 99))


def good(*shape):
    """Return a strategy for arrays of this shape with which nothing is wrong."""
    layouts = sorted(set(LAYOUTS) - {"masked", "ragged"})
    parts = map(st.sampled_from, ([shape], ["f8", "f4", "f2", "i1", "u1", "?"], ["usual", "tiny", "zero"], layouts))
    return st.builds(made, *parts, st.integers(0, 99))


def mostly_good(*shape):
    return st.one_of(good(*shape), good(*shape), good(*shape), anything(*shape))


lengths = st.lists(st.integers(1, T), min_size=N, max_size=N)
good_masks = lengths.map(lambda each: np.arange(T) < np.array(each)[:, np.newaxis])
masks = st.none() | good_masks | good_masks.map(np.ndarray.tolist) | anything(N, T)
tokens = st.builds(made, st.just((N, T)), st.sampled_from(["u1", "i8", "?", "f8"]), st.just("usual"),
                   st.sampled_from(sorted(LAYOUTS)), st.integers(0, 99)) | anything(N, T)  # fmt: skip


def outcome(call, *owners, **arguments):
    """Return what the call gives, or None where it is refused; arguments are unchanged and, if refused, owners too."""
    before, given = pickle.dumps(owners), {name: pickle.dumps(argument) for name, argument in arguments.items()}
    try:
        result = call(**arguments)
        assert not any(map(np.ma.isMA, arguments.values())), "the mask of a masked array is ignored"
        return result
    except NotFinite as error:
        assert NOT_FINITE.fullmatch(str(error)), repr(error)
    except (TypeError, ValueError) as error:
        assert REFUSED.fullmatch(str(error)), repr(error)
    finally:
        assert {name: pickle.dumps(argument) for name, argument in arguments.items()} == given, "an argument changed"
    assert pickle.dumps(owners) == before, "the call was refused, and has changed something"
    return None


def wide(array):
    return None if array is None else np.asarray(array).astype(float)


def small(*arrays):
    """Tell whether rounding leaves digits enough to compare."""
    return all(np.abs(wide(array)).max() < 100 for array in arrays if array is not None)


class Kind(NamedTuple):
    """How to make a layer from arrays, of which shapes, what it takes, and its formula."""

    make: type
    shapes: dict
    x: st.SearchStrategy
    state: st.SearchStrategy
    formula: object


def both(a, b, c, d):
    return Bidirectional(SimpleRNN(a, b), SimpleRNN(c, d, activation="sigmoid"))


h0 = st.none() | mostly_good(N, H)
rnn_shapes = {"W_x": (D, H), "W_h": (H, H), "b": (H,)}
KINDS = {f"rnn {f}": Kind(lambda W_x, W_h, b, f=f: SimpleRNN(W_x, W_h, b, f), rnn_shapes, mostly_good(N, T, D), h0,
                          rnn_formula(f)) for f in F}  # fmt: skip
KINDS |= {f"activation {f}": Kind(lambda f=f: Activation(f), {}, mostly_good(N, T, D), st.none(), activation_formula(f))
          for f in F}  # fmt: skip
KINDS |= {
    "dense": Kind(Dense, {"W": (D, K), "b": (K,)}, mostly_good(N, T, D), st.none(), dense_formula),
    "embedding": Kind(Embedding, {"W": (V, D)}, tokens, st.none(), embedding_formula),
    "last": Kind(Last, {}, mostly_good(N, T, H), st.none(), last_formula),
    "bidirectional": Kind(both, {"a": (D, H), "b": (H, H), "c": (D, K), "d": (K, K)}, mostly_good(N, T, D),
                          st.none() | st.tuples(h0, mostly_good(N, K)) | anything(2, N, H),
                          bidirectional_formula(rnn_formula("tanh"), rnn_formula("sigmoid"))),
}  # fmt: skip


@settings(max_examples=300)
@given(st.sampled_from(sorted(KINDS)), st.data())
def test_a_layer_is_right_or_refuses(name, data):
    kind = KINDS[name]
    weights = {key: data.draw(mostly_good(*shape), label=key) for key, shape in kind.shapes.items()}
    layer = outcome(kind.make, **weights)
    if layer is None:
        return
    given = [array for array in weights.values() if array is not None]
    assert not any(np.shares_memory(array, np.asarray(other)) for array in layer.params.values() for other in given)
    x, state, mask = (data.draw(strategy, label="argument") for strategy in (kind.x, kind.state, masks))
    out = outcome(layer.forward, layer, x=x, state=state, mask=mask)
    if out is None:
        return
    narrow, trace = out.dtype == np.float32, layer.trace
    if small(x, *layer.params.values(), *flat(mapped(np.asarray, state))):
        each = [T] * N if mask is None else np.sum(mask, axis=1)
        zeros = {"rnn": np.zeros((N, H)), "bidirectional": (np.zeros((N, H)), np.zeros((N, K)))}.get(name.split()[0])
        start = zeros if state is None else mapped(wide, state)
        if name == "bidirectional":
            start = tuple(zero if part is None else part for part, zero in zip(start, zeros, strict=True))
        expected, ends = kind.formula(np.asarray(x) if name == "embedding" else wide(x), start, each,
                                      **{key: wide(array) for key, array in layer.params.items()})  # fmt: skip
        close = {"rtol": 1e-4, "atol": 1e-4} if narrow else {"rtol": 1e-9, "atol": 1e-11}
        for found, right in zip([out, *flat(trace.state)], [expected, *flat(ends)], strict=True):
            np.testing.assert_allclose(found, right, **close)
    dout = data.draw(mostly_good(*out.shape), label="dout")
    dx = outcome(layer.backward, layer, dout=dout)
    if layer.grads and small(dout, out) and np.shape(dout) == out.shape and name != "embedding" and dx is not None:
        twin = kind.make(**{key: wide(array) for key, array in weights.items()})
        twin.forward(wide(x), mapped(wide, state), mask)
        expected = {"x": twin.backward(wide(dout))} | dict(twin.grads)
        if small(*expected.values()):
            for key, gradient in ({"x": dx} | dict(layer.grads)).items():
                close = {"rtol": 1e-3, "atol": 1e-2} if narrow else {"rtol": 1e-9, "atol": 1e-10}
                np.testing.assert_allclose(gradient, expected[key], err_msg=key, **close)


@settings(max_examples=300)
@given(st.sampled_from(sorted(F)), st.booleans(), anything(2, 3))
def test_activations_and_their_derivatives(name, derivative, a):
    f = getattr(rnnlib, f"{name}_derivative" if derivative else name)
    with np.errstate(over="ignore", invalid="ignore"):  # NumPy announces what becomes infinite
        result = outcome(f, **{"h" if derivative else "a": a})
    if result is None or derivative:
        assert result is None or np.shape(result) == np.shape(a)
        return
    flat = [(float(number), float(got)) for number, got in zip(np.ravel(a), np.ravel(result), strict=True)]
    finite = [(number, got) for number, got in flat if np.isfinite(number)]
    expected = [F[name](max(number, -700) if name == "sigmoid" else number) for number, _ in finite]
    np.testing.assert_allclose([got for _, got in finite], expected, rtol=2e-3, atol=1e-7)


@settings(max_examples=300)
@given(anything(2, 3))
def test_softmax(v):
    result = outcome(rnnlib.softmax, v=v)
    if result is not None:
        z = np.exp(np.longdouble(wide(v)) - wide(v).max(axis=-1, keepdims=True))
        np.testing.assert_allclose(result, (z / z.sum(axis=-1, keepdims=True)).astype(float), rtol=1e-5, atol=1e-7)


@settings(max_examples=300)
@given(st.sampled_from(["mean", "batch", "sum"]), mostly_good(N, T, K), mostly_good(N, T, K), tokens, masks)
def test_losses(reduction, y, target, labels, mask):
    losses = (rnnlib.squared_error, rnnlib.sigmoid_cross_entropy, rnnlib.softmax_cross_entropy)
    for loss, right in zip(losses, (target, target, labels), strict=True):
        result = outcome(loss.reduced(reduction), y=y, target=right, mask=mask)
        if result is None:
            continue
        value, dy = result
        assert value >= 0 and np.isfinite(value) and np.isfinite(dy).all() and dy.shape == np.shape(y)
        if loss is rnnlib.squared_error and small(y, target):
            counts = np.ones(np.shape(y))
            if mask is not None:
                counts[~np.array(mask)] = 0
            share = {"mean": counts.sum(), "batch": len(y), "sum": 1}[reduction]
            difference = (wide(y) - wide(target)) * counts
            np.testing.assert_allclose(value, (difference**2).sum() / 2 / share, rtol=1e-5, atol=1e-12)
            np.testing.assert_allclose(dy, difference / share, rtol=1e-5, atol=1e-7)


@settings(max_examples=300)
@given(st.sampled_from(["f4", "f8"]), anything(2, 3), anything(3))
def test_params_change_as_a_whole_or_not_at_all(dtype, W, b):
    params = rnnlib.Params(W=np.zeros((2, 3), dtype), b=np.zeros(3, dtype))
    arrays = dict(params)
    if outcome(lambda W, b: params.update(W=W, b=b) or True, params, W=W, b=b):
        for name, value in (("W", W), ("b", b)):
            assert params[name] is arrays[name]
            with np.errstate(over="ignore", under="ignore"):
                np.testing.assert_array_equal(params[name], wide(value).astype(dtype))


def network():
    rng = np.random.default_rng(0)
    rnn, readout = SimpleRNN.create(D, H, rng=rng), Dense.create(H, K, rng=rng)
    net = Network(rnn=rnn, readout=readout, loss=squared_error)
    net.loss(np.ones((N, T, D)), np.ones((N, T, K)))
    return net


@settings(max_examples=150)
@given(mostly_good(N, T, D), mostly_good(N, T, K), st.none() | mostly_good(N, H), masks)
def test_a_refused_loss_leaves_the_network_as_it_was(x, target, state, mask):
    net, twin = network(), network()
    value = outcome(net.loss, net, x=x, target=target, state=state, mask=mask)
    if value is None:
        np.testing.assert_array_equal(net.backward(), twin.backward())
    elif small(x, target, state):
        assert net.backward().shape == (N, T, D)
        out = twin.rnn.forward(wide(x), wide(state), mask)
        right, _ = squared_error(twin.readout.forward(out), wide(target), mask)
        np.testing.assert_allclose(value, right, rtol=1e-12)


@settings(max_examples=60)
@given(anything(N, 4), anything(N, 4, 2), anything(3))
def test_bits(rows, x, numbers):
    for call, arguments in [
        (rnnlib.decode, {"bits": rows}),
        (rnnlib.carries, {"x": x}),
        (rnnlib.carry_chain, {"x": x}),
        (rnnlib.encode, {"numbers": numbers, "bits": 70}),
    ]:
        result = outcome(call, **arguments)
        if call is rnnlib.encode and result is not None:
            assert rnnlib.decode(result) == [int(number) for number in numbers]


JUNK = [None, "a\nb", 1j, -1, 0, 2.5, np.nan, np.inf, True, np.timedelta64(1), [1], -(10**5000), object()]
NAMED = {
    "n_features": lambda junk: SimpleRNN.create(junk, 2, rng=np.random.default_rng(0)),
    "n_nodes": lambda junk: SimpleRNN.create(2, junk, rng=np.random.default_rng(0)),
    "n_in": lambda junk: Dense.create(junk, 2, rng=np.random.default_rng(0)),
    "n_tokens": lambda junk: Embedding.create(junk, 2, rng=np.random.default_rng(0)),
    "bits": lambda junk: rnnlib.binary_addition(np.random.default_rng(0), 2, junk),
    "n": lambda junk: rnnlib.remember_first(np.random.default_rng(0), junk, 3),
    "activation": lambda junk: SimpleRNN([[1]], [[1]], activation=junk),
    "init": lambda junk: Dense.create(2, 2, rng=np.random.default_rng(0), init=junk),
    "dtype": lambda junk: Dense.create(2, 2, rng=np.random.default_rng(0), dtype=float if junk is None else junk),
    "rng": lambda junk: rnnlib.normal((2, 2), junk),
    "shape": lambda junk: rnnlib.xavier(junk, np.random.default_rng(0)),
    "reduction": lambda junk: squared_error.reduced(junk),
    "function": lambda junk: rnnlib.Loss(junk),
    "loss": lambda junk: Network(rnn=SimpleRNN([[1]], [[1]]), loss=junk),
    "rnn": lambda junk: Network(rnn=junk, loss=squared_error),
    "forward_layer": lambda junk: Bidirectional(junk, SimpleRNN([[1]], [[1]])),
    "tokens": lambda junk: Embedding([[1.0]]).forward(junk),
    "mask": lambda junk: Last().forward(np.ones((1, 2, 3)), mask=False if junk is None else junk),
}


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: type(junk).__name__)
@pytest.mark.parametrize("name", NAMED)
def test_what_is_no_array_is_refused_by_name(name, junk):
    if name == "dtype" and junk is None:
        return  # NumPy's own name for float
    with pytest.raises((TypeError, ValueError)) as refused:
        NAMED[name](junk)
    assert re.match(rf"{name}: .*expected .*, got ", str(refused.value)), refused.value
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 200
