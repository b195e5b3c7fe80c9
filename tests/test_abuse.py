"""Abuse: whatever goes in, the answer is right, or one line refuses it by name, or NumPy announces an overflow.

Never a silent wrong number, a changed argument, or a bare NumPy error; and what is refused leaves everything as it was.
"""

import copy
import inspect
import pickle
import re
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain import F, plain_states

import rnnlib
from rnnlib import SGD, Adam, Dense, RecurrentNetwork, SimpleRNN, squared_error

N, T, D, H = 2, 3, 4, 5
SHAPES = {"x": (N, T, D), "h0": (N, H), "dh": (N, T, H), "W_x": (D, H), "W_h": (H, H), "b": (H,)}
DTYPES = ["f8", "f8", "f4", "f2", "g", "i1", "i8", "u1", "?", "c16", "O", "U4", "M8[s]", "m8[s]"]
SIZES = {"usual": 1, "tiny": 1e-320, "zero": 0, "huge": 1e307, "infinite": np.inf, "nan": np.nan}
LAYOUTS = {
    "C": lambda a: a,
    "Fortran": lambda a: np.array(a, order="F"),
    "strided": lambda a: np.stack([a, a], axis=-1)[..., 0],
    "backwards": lambda a: a.ravel()[::-1].copy()[::-1].reshape(a.shape),
    "swapped bytes": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": lambda a: np.broadcast_to(a, a.shape),
    "a list": lambda a: a.tolist(),
    "masked": lambda a: np.ma.array(a, mask=True),
    "ragged": lambda a: [a.tolist(), [[[1.0]]], 2],
}
OVERFLOW = "(overflow|invalid value|underflow|divide by zero) encountered"


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
    return st.builds(made, *parts, st.integers(0, 99))


def good(*shape):
    """Return a strategy for arrays of this shape with which nothing is wrong."""
    layouts = sorted(set(LAYOUTS) - {"masked", "ragged"})
    parts = map(st.sampled_from, ([shape], ["f8", "f4", "f2", "i1", "u1", "?"], ["usual", "tiny", "zero"], layouts))
    return st.builds(made, *parts, st.integers(0, 99))


@st.composite
def problems(draw):
    """Draw the arrays of a recurrent layer, of which at most two may be anything."""
    odd = draw(st.sets(st.sampled_from(sorted(SHAPES)), max_size=2))
    return {name: draw((anything if name in odd else good)(*shape)) for name, shape in SHAPES.items()}


def outcome(call, *owners, **arguments):
    """Return what the call gives, or None where the contract refuses it; arguments and, then, owners are unchanged."""
    given = {name: pickle.dumps(argument) for name, argument in arguments.items()}
    before = pickle.dumps(owners)
    try:
        result = call(**arguments)
        assert not any(map(np.ma.isMA, arguments.values())), "a mask is ignored"
        return result
    except RuntimeWarning as warning:  # an error here: see pyproject.toml
        assert re.match(OVERFLOW, str(warning)), repr(warning)
    except (TypeError, ValueError) as error:
        assert re.fullmatch(r"[\w:. ]+: .*(expected|needs) .+, got .+", str(error)), repr(error)
        assert pickle.dumps(owners) == before, "the call was refused, and has changed something"
    finally:
        assert {name: pickle.dumps(argument) for name, argument in arguments.items()} == given, "an argument changed"
    return None


def wide(array):
    return np.asarray(array).astype(float)


@settings(max_examples=400)
@given(st.sampled_from(sorted(F)), problems())
def test_the_recurrent_layer(activation, p):
    weights = {name: p.pop(name) for name in ("W_x", "W_h", "b")}
    rnn = outcome(SimpleRNN, **weights, activation=activation)
    if rnn is None:
        return
    assert not any(np.shares_memory(rnn.params[name], np.asarray(given)) for name, given in weights.items())
    dh = p.pop("dh")
    h = outcome(rnn.forward, rnn, **p)
    if h is None:
        return
    close = {"rtol": 1e-4, "atol": 1e-5} if h.dtype == np.float32 else {"rtol": 1e-9, "atol": 1e-12}
    if max(np.abs(wide(a)).max() for a in [*p.values(), *weights.values()]) < 100:
        np.testing.assert_allclose(h, plain_states(*map(wide, (*p.values(), *weights.values())), activation), **close)
        first = rnn.step(np.asarray(p["x"])[:, 0], p["h0"])
        np.testing.assert_allclose(first, h[:, 0], **close)
    if (dx := outcome(rnn.backward, rnn, dh=dh)) is not None:
        twin = SimpleRNN(*[wide(weights[name]) for name in ("W_x", "W_h", "b")], activation)
        if np.abs(h).max() < 100 and np.abs(dx).max() < 1000:
            twin.forward(wide(p["x"]), wide(p["h0"]))
            np.testing.assert_allclose(dx, twin.backward(wide(dh)), **close)
            for name, gradient in rnn.grads.items():
                np.testing.assert_allclose(gradient, twin.grads[name], **{**close, "atol": 100 * close["atol"]})


@settings(max_examples=400)
@given(anything(D, H), anything(H), anything(N, T, D), anything(N, T, H))
def test_the_dense_layer(W, b, x, dv):
    dense = outcome(Dense, W=W, b=b)
    v = None if dense is None else outcome(dense.forward, dense, x=x)
    if v is None:
        return
    if max(np.abs(wide(a)).max() for a in (W, b, x)) < 100:
        close = {"rtol": 1e-4, "atol": 1e-5} if v.dtype == np.float32 else {"rtol": 1e-12, "atol": 1e-12}
        np.testing.assert_allclose(v, np.einsum("...d,dk->...k", wide(x), wide(W)) + wide(b), **close)
    if (dx := outcome(dense.backward, dense, dv=dv)) is not None and np.abs(wide(dv)).max() < 100 > np.abs(x).max():
        np.testing.assert_allclose(dx, np.einsum("...k,dk->...d", wide(dv), wide(W)), rtol=1e-4, atol=1e-5)


@settings(max_examples=400)
@given(st.sampled_from(sorted(F)), st.booleans(), anything(2, 3))
def test_activations_and_their_derivatives(name, derivative, a):
    f = getattr(rnnlib, f"{name}_derivative" if derivative else name)
    result = outcome(f, **{"h" if derivative else "a": a})
    if result is None or derivative:
        assert result is None or np.shape(result) == np.shape(a)
        return
    flat = [(float(number), float(got)) for number, got in zip(np.ravel(a), np.ravel(result), strict=True)]
    finite = [(number, got) for number, got in flat if np.isfinite(number)]
    expected = [F[name](max(number, -700) if name == "sigmoid" else number) for number, _ in finite]
    np.testing.assert_allclose([got for _, got in finite], expected, rtol=2e-3, atol=1e-7)


@settings(max_examples=400)
@given(anything(2, 3))
def test_softmax(v):
    result = outcome(rnnlib.softmax, v=v)
    if result is not None:
        z = np.exp(np.longdouble(wide(v)) - wide(v).max(axis=-1, keepdims=True))
        np.testing.assert_allclose(result, (z / z.sum(axis=-1, keepdims=True)).astype(float), rtol=1e-5, atol=1e-7)


@settings(max_examples=400)
@given(st.sampled_from(["mean", "batch", "sum"]), anything(2, 3), anything(2, 3), st.lists(st.integers(-1, 4)))
def test_losses(reduction, y, target, labels):
    share = {"mean": 6, "batch": 2, "sum": 1}[reduction]
    if (result := outcome(squared_error, y=y, target=target, reduction=reduction)) is not None:
        if np.shape(y) == (2, 3) and np.abs(wide(y)).max() < 100 > np.abs(wide(target)).max():
            np.testing.assert_allclose(
                result[0], ((wide(y) - wide(target)) ** 2).sum() / 2 / share, rtol=1e-4, atol=1e-7
            )
            np.testing.assert_allclose(result[1], (wide(y) - wide(target)) / share, rtol=1e-4, atol=1e-6)
    for loss, right in ((rnnlib.sigmoid_cross_entropy, target), (rnnlib.softmax_cross_entropy, labels)):
        result = outcome(loss, v=y, **{"target" if right is target else "labels": right}, reduction=reduction)
        assert result is None or (result[0] >= 0 and np.isfinite(result[1]).all() and result[1].shape == np.shape(y))


@settings(max_examples=400)
@given(st.sampled_from([SGD(50.0), Adam(50.0)]), anything(2, 3), anything(2, 3))
def test_optimizers_change_all_or_nothing(optimizer, parameter, gradient):
    optimizer, params = copy.deepcopy(optimizer), {"W": parameter}
    before = copy.deepcopy(parameter)
    try:
        optimizer.step(params, {"W": gradient})
    except (TypeError, ValueError) as error:
        assert re.fullmatch(r"[\w: ]+: .*expected .+, got .+", str(error)), repr(error)
        assert pickle.dumps(parameter) == pickle.dumps(before)
    else:
        sizes = np.abs(wide(gradient)) + 1e-8 if isinstance(optimizer, Adam) else 1
        np.testing.assert_allclose(parameter, wide(before) - 50 * (wide(gradient) / sizes), rtol=1e-4, atol=1e-4)
        assert not np.ma.isMA(parameter) and not np.ma.isMA(gradient)


@settings(max_examples=400)
@given(anything(2, 3), st.sampled_from([1e-3, 1.0, 1e300, 0.0, np.nan, -1, None, "1"]))
def test_clipping(gradient, max_norm):
    before, grads = copy.deepcopy(gradient), {"W": gradient}
    try:
        norm = rnnlib.clip_by_global_norm(grads, max_norm)
    except (TypeError, ValueError) as error:
        assert re.fullmatch(r"[\w: ]+: .*expected .+, got .+", str(error)), repr(error)
        assert pickle.dumps(gradient) == pickle.dumps(before)
    else:
        exact = np.sqrt((np.longdouble(wide(before)) ** 2).sum())
        np.testing.assert_allclose(norm, float(exact), rtol=1e-6, atol=1e-300)
        right = wide(before) * float(min(1, max_norm / exact) if exact else 1)
        np.testing.assert_allclose(gradient, right, rtol=1e-5, atol=1e-30)


def network():
    rng = np.random.default_rng(0)
    net = RecurrentNetwork(SimpleRNN.create(D, H, rng=rng), Dense.create(H, 2, rng=rng), squared_error)
    net.loss(np.ones((N, T, D)), np.ones((N, T, 2)))
    return net


@settings(max_examples=60)
@given(anything(N, T, D), anything(N, T, 2), anything(N, H))
def test_a_refused_loss_leaves_the_pending_backward(x, target, h0):
    net, twin = network(), network()
    if outcome(net.loss, x=x, target=target, h0=h0) is None:
        np.testing.assert_array_equal(net.backward(), twin.backward())


@settings(max_examples=60)
@given(anything(N, T, D), anything(N, T, 2))
def test_fit_does_one_update_or_none(x, target):
    net = network()
    before = pickle.dumps(net.params)
    try:
        rnnlib.fit(net, [(x, target)], SGD(0.1), steps=1, progress=False)
    except (TypeError, ValueError, FloatingPointError) as error:
        assert pickle.dumps(net.params) == before, repr(error)
        assert "\n" not in str(error)
    else:
        assert all(np.isfinite(array).all() for array in net.params.values())


@settings(max_examples=40)
@given(anything(N, T, D), anything(N, T, H), anything(N, H))
def test_a_check_of_right_gradients_passes_or_is_refused(x, dh, h0):
    rnn = SimpleRNN.create(D, H, rng=np.random.default_rng(0))
    report = outcome(partial(rnnlib.check_gradients, rnn), rnn.params, x=x, upstream=dh, h0=h0)
    if report is not None and max(np.abs(wide(a)).max() for a in (x, dh, h0)) < 10 and wide(dh).any():
        assert report["x"].ok and report["W_x"].verdict in ("ok", "zero everywhere"), report


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


NUMBERS = [None, "a\nb", 1j, -1, 0, 2.5, np.nan, np.inf, True, np.timedelta64(1), [1], -(10**5000), object()]
SIZED = {
    "n_features": lambda junk: SimpleRNN.create(junk, 2, rng=np.random.default_rng(0)),
    "n_nodes": lambda junk: SimpleRNN.create(2, junk, rng=np.random.default_rng(0)),
    "n_in": lambda junk: Dense.create(junk, 2, rng=np.random.default_rng(0)),
    "bits": lambda junk: rnnlib.binary_addition(np.random.default_rng(0), 2, junk),
    "n": lambda junk: rnnlib.remember_first(np.random.default_rng(0), junk, 3),
    "steps": lambda junk: rnnlib.fit(network(), [], SGD(0.1), steps=junk),
}
NAMED = {
    "activation": lambda junk: SimpleRNN([[1]], [[1]], activation=junk),
    "init": lambda junk: Dense.create(2, 2, rng=np.random.default_rng(0), init=junk),
    "dtype": lambda junk: Dense.create(2, 2, rng=np.random.default_rng(0), dtype=junk),
    "rng": lambda junk: rnnlib.normal((2, 2), junk),
    "shape": lambda junk: rnnlib.xavier(junk, np.random.default_rng(0)),
    "reduction": lambda junk: squared_error([1.0], [1.0], reduction=junk),
    "lr": lambda junk: SGD([junk] if junk == 2.5 else junk),
    "net": lambda junk: rnnlib.fit(junk, [], SGD(0.1), steps=1),
    "batches": lambda junk: rnnlib.fit(network(), junk, SGD(0.1), steps=1, progress=False),
    "f": lambda junk: rnnlib.numerical_gradient(junk, np.ones(2)),
}


@pytest.mark.parametrize("junk", NUMBERS, ids=lambda junk: type(junk).__name__)
@pytest.mark.parametrize("name", [*SIZED, *NAMED])
def test_what_is_no_array_is_refused_by_name(name, junk):
    call = (SIZED | NAMED)[name]
    if name == "dtype" and junk is None:
        return  # NumPy's own name for float
    with pytest.raises((TypeError, ValueError)) as refused:
        call(junk)
    assert re.match(rf"{name}: .*expected .*, got ", str(refused.value)), refused.value
    assert "\n" not in str(refused.value) and len(str(refused.value)) < 200


def test_everything_public_is_abused():
    text = inspect.getsource(inspect.getmodule(network))
    left_out = {"GradientReport", "GradientRow", "History", "all_additions", "compare_gradients"}
    left_out |= {"he", "lecun", "orthogonal"} | {
        name for name in rnnlib.__all__ if name.removesuffix("_derivative") in F
    }
    assert not [name for name in set(rnnlib.__all__) - left_out if name not in text]
