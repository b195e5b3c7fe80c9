"""The contract, for every layer: right against its formula, masks, pure halves, and a face in a caller's hands."""

import copy
import pickle
import re

import numpy as np
import pytest
from layer_cases import CAUSAL, LENGTHS, MASK, NAMES, STATELESS, N, T, case, flat, mapped
from reference import assert_close, assert_same, complex_step

from rnnlib import (
    GRU,
    LSTM,
    Activation,
    Bidirectional,
    Dense,
    Grads,
    Layer,
    MinimalGRU,
    Network,
    NotFinite,
    SimpleRNN,
    Trace,
    check_gradients,
    squared_error,
)

WITH_STATE = [name for name in NAMES if name not in STATELESS]
masks = pytest.mark.parametrize("mask", [None, MASK], ids=["no mask", "mask"])


def every(names):
    return pytest.mark.parametrize("name", names)


def upstream(trace, seed=1):
    """Return gradients by what a layer gave and by the state that it handed on, neither of them symmetric."""
    rng = np.random.default_rng(seed)
    draw = lambda array: rng.uniform(-1, 1, array.shape).astype(array.dtype)  # noqa: E731
    return draw(trace.out), mapped(draw, trace.state)


def results(grads):
    """Return all that a backward pass has found, by name."""
    found = dict(grads.params) | {f"state {i}": array for i, array in enumerate(flat(grads.state))}
    return found | {name: array for name, array in (("x", grads.x), ("a", grads.a)) if array is not None}


def face(layer):
    """Return all that the face shows after a backward."""
    return Grads(layer.grads, None, layer.dstate, layer.da)


def both(layer, x, state, mask, dout=None, dstate=None):
    """Run a layer's pure halves; return the trace and all gradients."""
    trace = layer.run(x, state, mask)
    drawn = upstream(trace)
    return trace, results(layer.back(trace, drawn[0] if dout is None else dout, drawn[1] if dstate is None else dstate))


# --- right ----------------------------------------------------------------------------------------------------


@masks
@every(NAMES)
@pytest.mark.parametrize(("dtype", "atol"), [(np.float64, 1e-14), (np.float32, 2e-6)])
def test_result_and_state_are_those_of_the_formula(name, mask, dtype, atol):
    layer, x, state, formula = case(name, dtype)
    trace = layer.run(x, state, mask)
    wide = mapped(lambda array: array.astype(float), state)
    expected = formula(
        x if name == "embedding" else x.astype(float),
        wide,
        [T] * N if mask is None else LENGTHS,
        **{key: array.astype(float) for key, array in layer.params.items()},
    )
    for given, right in zip([trace.out, *flat(trace.state)], [expected[0], *flat(expected[1])], strict=True):
        assert given.dtype == dtype
        np.testing.assert_allclose(given, right, rtol=0, atol=atol)
    np.testing.assert_array_equal(layer.forward(x, state, mask), trace.out)


@masks
@every(NAMES)
def test_gradients_are_those_of_the_formula_by_a_complex_step(name, mask):
    layer, x, state, formula = case(name)
    trace, found = both(layer, x, state, mask)
    dout, dstate = upstream(trace)

    def weighed(x, **arrays):
        given = [arrays.pop(f"state {i}") for i in range(len(flat(state)))]
        out, end = formula(x, mapped(lambda _: given.pop(0), state), [T] * N if mask is None else LENGTHS, **arrays)
        return sum((part * weight).sum() for part, weight in zip([out, *flat(end)], [dout, *flat(dstate)], strict=True))

    arrays = dict(layer.params) | {f"state {i}": array for i, array in enumerate(flat(state))}
    if name == "embedding":
        right = complex_step(lambda **moved: weighed(x, **moved), arrays)
    else:
        right = complex_step(weighed, arrays | {"x": x})
    found.pop("a", None)
    assert_close(found, right, rtol=0, atol=1e-13)


@every(NAMES)
def test_gradients_in_float32_are_those_of_float64(name):
    narrow, x, state, _ = case(name, np.float32)
    wide = case(name)[0]
    wide.params.update(narrow.params)
    dout, dstate = upstream(narrow.run(x, state))
    found = both(narrow, x, state, MASK, dout, dstate)[1]
    assert {array.dtype for array in found.values()} <= {np.dtype(np.float32)}
    widened = [mapped(lambda array: array.astype(float), part) for part in (state, dout, dstate)]
    right = both(wide, x if name == "embedding" else x.astype(float), widened[0], MASK, *widened[1:])[1]
    assert_close(found, right, rtol=0, atol=1e-5)


@every(WITH_STATE)
def test_without_a_state_the_start_is_zero(name):
    layer, x, state, _ = case(name)
    trace, found = both(layer, x, None, MASK)
    other, right = both(layer, x, mapped(np.zeros_like, state), MASK)
    np.testing.assert_array_equal(trace.out, other.out)
    assert_same(found, right)


@every([name for name in NAMES if name != "last"])
def test_batch_items_are_independent(name):
    layer, x, state, _ = case(name)
    out = layer.run(x, state).out
    for n in range(N):
        alone = layer.run(x[n : n + 1], mapped(lambda array, n=n: array[n : n + 1], state)).out[0]
        np.testing.assert_allclose(out[n], alone, rtol=0, atol=1e-14)


@every(CAUSAL)
def test_a_sequence_cut_in_two_is_the_whole_forwards_and_backwards(name):
    layer, x, state, _ = case(name)
    whole, right = both(layer, x, state, None)
    dout, dstate = upstream(whole)
    first = layer.run(x[:, :1], state)
    second = layer.run(x[:, 1:], first.state)
    later = layer.back(second, dout[:, 1:], dstate)
    earlier = layer.back(first, dout[:, :1], later.state)
    np.testing.assert_allclose(np.concatenate([first.out, second.out], axis=1), whole.out, rtol=0, atol=1e-14)
    for given, end in zip(flat(second.state), flat(whole.state), strict=True):
        np.testing.assert_allclose(given, end, rtol=0, atol=1e-14)
    sums = {key: earlier.params[key] + later.params[key] for key in layer.params}
    found = results(earlier) | sums | {"x": np.concatenate([earlier.x, later.x], axis=1)}
    found |= {} if later.a is None else {"a": np.concatenate([earlier.a, later.a], axis=1)}
    assert_close(found, right, rtol=0, atol=1e-13)


# --- masks ----------------------------------------------------------------------------------------------------


@every(NAMES)
def test_each_sequence_of_a_padded_batch_is_the_same_sequence_alone(name):
    layer, x, state, _ = case(name)
    trace = layer.run(x, state, MASK)
    dout, dstate = upstream(trace)
    if name != "last":
        dout *= MASK[:, :, np.newaxis]  # what is above a padded place counts for nothing
    found = results(layer.back(trace, dout, dstate))
    sums = dict.fromkeys(layer.params, 0)
    for n, length in enumerate(LENGTHS):
        item = slice(n, n + 1)
        above = dout[item] if name == "last" else dout[item, :length]
        start, end = (mapped(lambda array, item=item: array[item], part) for part in (state, dstate))
        alone, right = both(layer, x[item, :length], start, None, above, end)
        given = trace.out[item] if name == "last" else trace.out[item, :length]
        np.testing.assert_allclose(given, alone.out, rtol=0, atol=1e-12)
        for mine, its_own in zip(flat(trace.state), flat(alone.state), strict=True):
            np.testing.assert_allclose(mine[item], its_own, rtol=0, atol=1e-12)
        sums = {key: total + right.pop(key) for key, total in sums.items()}
        for key, gradient in right.items():
            mine = found[key][item]
            if key in ("x", "a"):
                assert not mine[:, length:].any()
                mine = mine[:, :length]
            np.testing.assert_allclose(mine, gradient, rtol=0, atol=1e-12, err_msg=key)
    assert_close({key: found[key] for key in sums}, sums, rtol=0, atol=1e-12)


@every([name for name in NAMES if name not in STATELESS] + ["last"])
@pytest.mark.parametrize("junk", [9.0, -1e200])
def test_what_stands_at_padded_places_does_not_matter(name, junk):
    layer, x, state, _ = case(name)
    layer.forward(x, state, MASK)
    dout, _ = upstream(layer.trace)
    right = {"out": layer.trace.out, "x": layer.backward(dout)} | results(face(layer))
    layer.forward(np.where(MASK[:, :, np.newaxis], x, junk), state, MASK)
    assert_same({"out": layer.trace.out, "x": layer.backward(dout)} | results(face(layer)), right)


@every(NAMES)
def test_a_mask_that_is_true_everywhere_is_no_mask(name):
    layer, x, state, _ = case(name)
    trace, found = both(layer, x, state, None)
    masked, right = both(layer, x, state, np.ones((N, T), bool))
    np.testing.assert_array_equal(masked.out, trace.out)
    assert_same(found, right)


@every(NAMES)
def test_the_mask_is_handed_on_where_there_are_steps_to_mask(name):
    layer, x, state, _ = case(name)
    trace = layer.run(x, state, MASK.tolist())
    if name == "last":
        assert trace.mask is None
    else:
        np.testing.assert_array_equal(trace.mask, MASK)


# --- pure halves, and the face --------------------------------------------------------------------------------


@masks
@every(NAMES)
def test_run_and_back_change_nothing(name, mask):
    layer, x, state, _ = case(name)
    layer.forward(x, state, mask)
    layer.backward(upstream(layer.trace)[0])
    before = pickle.dumps((layer, x, state, mask))
    trace = layer.run(x, state, mask)
    dout, dstate = upstream(trace)
    kept = pickle.dumps((trace, dout, dstate))
    first = results(layer.back(trace, dout, dstate))
    assert pickle.dumps((layer, x, state, mask)) == before
    assert pickle.dumps((trace, dout, dstate)) == kept
    assert_same(results(layer.back(trace, dout, dstate)), first)


@masks
@every(NAMES)
def test_backward_uses_what_forward_saw_whatever_the_caller_does(name, mask):
    layer, x, state, _ = case(name)
    mask = None if mask is None else mask.copy()
    out = layer.forward(x, state, mask)
    dout, _ = upstream(layer.trace)
    right = copy.deepcopy({"x": layer.backward(dout)} | results(face(layer)))
    layer.forward(x, state, mask)
    for array in [x, out, *flat(state), *layer.params.values()]:
        array[...] = 1  # tokens among them
    if mask is not None:
        mask[...] = True
    above = dout.copy()
    found = {"x": layer.backward(above)} | results(face(layer))
    above[...] = np.nan
    assert_same(
        {key: array for key, array in found.items() if array is not None},
        {key: array for key, array in right.items() if array is not None},
    )


@every(NAMES)
def test_results_are_the_callers(name):
    layer, x, state, _ = case(name)
    out = layer.forward(x, state)
    right = out.copy()
    dout, _ = upstream(layer.trace)
    first = {"dx": layer.backward(dout)} | results(face(layer))
    first = {key: array for key, array in first.items() if array is not None}
    kept = copy.deepcopy(first)
    everything = [out, *first.values(), *layer.params.values(), x, *flat(state)]
    for i, array in enumerate(everything):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in everything[i + 1 :])
    for array in (out, *first.values()):
        array[...] = np.nan
    again = {"dx": layer.backward(dout)} | results(face(layer))
    assert_same({key: array for key, array in again.items() if array is not None}, kept)
    np.testing.assert_array_equal(layer.forward(x, state), right)


@every(NAMES)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copy_is_the_same_layer_and_another_one(name, copied):
    layer, x, state, _ = case(name)
    out = layer.forward(x, state)
    dout, _ = upstream(layer.trace)
    twin = copied(layer)
    for array in layer.params.values():
        array[...] = 9
    dx, twins = layer.backward(dout), twin.backward(dout)  # the pending backward is copied, too
    assert (dx is None and twins is None) or np.array_equal(dx, twins)
    np.testing.assert_array_equal(twin.forward(x, state), out)


def test_the_copy_of_a_joined_layer_still_writes_through():
    for twin in (copy.deepcopy(case("bidirectional").layer), pickle.loads(pickle.dumps(case("bidirectional").layer))):
        twin.params["backward.W_h"] = np.eye(6)
        np.testing.assert_array_equal(twin.backward_layer.params["W_h"], np.eye(6))


@every(NAMES)
@pytest.mark.parametrize("scale", [1e-310, 1e-160, 30])
def test_no_layer_minds_that_every_float_error_raises(name, scale):
    layer, x, state, _ = case(name)
    x, state = x if name == "embedding" else x * scale, mapped(lambda array: array * scale, state)
    dout = upstream(layer.run(x, state, MASK))[0] * 1e-310
    with np.errstate(all="raise"):
        layer.forward(x, state, MASK)
        layer.backward(dout)


@every(NAMES)
def test_backward_needs_a_forward(name):
    layer = case(name).layer
    with pytest.raises(RuntimeError, match="call forward first"):
        layer.backward(np.ones((N, T, 5)))


@every([name for name in NAMES if "cell" not in name])
def test_what_is_refused_changes_nothing(name):
    layer, x, state, _ = case(name)
    layer.forward(x, state)
    dout, _ = upstream(layer.trace)
    layer.backward(dout)
    before = pickle.dumps(layer)
    bad = np.full(x.shape, np.nan)
    calls = [(layer.forward, bad), (layer.forward, x, np.ones((N, 9))), (layer.forward, x, state, MASK[:, 1:])]
    for call, *arguments in [*calls, (layer.backward, dout[1:]), (layer.backward, np.full(dout.shape, np.inf))]:
        with pytest.raises((TypeError, ValueError)) as refused:
            call(*arguments)
        assert "\n" not in str(refused.value)
        assert pickle.dumps(layer) == before


# --- masks that are none, and states that do not fit ----------------------------------------------------------


@every(NAMES[:4] + ["bidirectional", *STATELESS])
@pytest.mark.parametrize(
    ("mask", "error", "message"),
    [
        (np.ones((N, T)), TypeError, r"^mask: expected booleans \(N, T\), got float64 \(3, 4\)$"),
        (np.ones((T, N), bool), ValueError, r"^mask: expected \(N, T\) = \(3, 4\), got \(4, 3\)$"),
        (MASK[0], ValueError, r"^mask: expected \(N, T\) = \(3, 4\), got \(4,\)$"),
        (np.zeros((N, T), bool), ValueError, "^mask: expected at least one True, got none$"),
        (MASK[:, ::-1], ValueError, "^mask: expected True at the first step of each row, got False in row 0$"),
        (MASK & (np.arange(T) != 1), ValueError, r"^mask: expected no True after a False .*, got one at \(1, 1\)$"),
        ([[True], [True, False], [True]], ValueError, r"^mask: expected \(N, T\), got rows of different lengths$"),
    ],
)
def test_a_mask_is_true_from_the_start_and_false_from_an_end_on(name, mask, error, message):
    layer, x, state, _ = case(name)
    with pytest.raises(error, match=message):
        layer.forward(x, state, mask)


@every(STATELESS)
def test_a_state_for_a_layer_without_one_is_refused(name):
    layer, x, _, _ = case(name)
    assert not layer.has_state
    with pytest.raises(TypeError, match=rf"^state: expected None, as {type(layer).__name__} has no state, got "):
        layer.forward(x, np.ones((N, 5)))


@every([name for name in WITH_STATE if "cell" not in name])
def test_a_state_of_a_wider_type_is_refused(name):
    layer, x, *_ = case(name, np.float32)
    with pytest.raises(TypeError, match="^h0: expected float32 .* got float64, which would lose digits$"):
        layer.run(x, case(name).state)


RECURRENT = [name for name in CAUSAL if name != "cell"]


def name_of_dstate(layer):
    """Return how the messages name the gradient by the first array of a state."""
    return "dh" if len(layer.state_names) == 2 else "dstate"


def in_state(state, array):
    """Return the state with another first array."""
    return (array, *state[1:]) if isinstance(state, tuple) else array


@every(RECURRENT)
def test_what_does_not_fit_a_recurrent_layer_is_named_with_what_it_needs_and_what_it_got(name):
    layer, x, state, _ = case(name)
    trace = layer.run(x, state)
    dout, first = np.ones_like(trace.out), flat(state)[0]
    dstate, sizes = name_of_dstate(layer), "N = 3, H = 5"
    for call, line in (
        (lambda: layer.run(x[..., :1], state), r"x: expected \(N, T, D\) with D = 2, got \(3, 4, 1\)"),
        (lambda: layer.run(x, in_state(state, first[:2])), rf"h0: expected \(N, H\) with {sizes}, got \(2, 5\)"),
        (lambda: layer.run(x, in_state(state, first[:, :4])), rf"h0: expected \(N, H\) with {sizes}, got \(3, 4\)"),
        *(
            (lambda cut=cut: layer.back(trace, dout[cut]), r"dh: expected \(N, T, H\) with N = 3, T = 4, H = 5, got")
            for cut in (np.s_[:2], np.s_[:, :3], np.s_[..., :4])
        ),
        *(
            (
                lambda cut=cut: layer.back(trace, dout, in_state(state, first[cut])),
                rf"{dstate}: expected \(N, H\) with {sizes}, got",
            )
            for cut in (np.s_[:2], np.s_[:, :4])
        ),
        (lambda: layer.step(x[:, 0, :1], state), r"x_t: expected \(N, D\) with D = 2, got \(3, 1\)"),
        (lambda: layer.step(x[:, 0], in_state(state, first[:, :4])), rf"h_prev: expected \(N, H\) with {sizes}, got"),
    ):
        with pytest.raises(ValueError, match=f"^{line}"):
            call()


@every(RECURRENT)
def test_nothing_wide_enters_a_narrow_layer(name):
    layer, x, state, _ = case(name, np.float32)
    trace, wide = layer.run(x, state), case(name)
    dout, dstate = np.ones_like(trace.out), mapped(np.ones_like, state)
    widened = in_state(dstate, flat(dstate)[0].astype(float))
    for call, argument in (
        (lambda: layer.run(wide.x, state), "x"),
        (lambda: layer.run(x, wide.state), "h0"),
        (lambda: layer.back(trace, dout.astype(float), dstate), "dh"),
        (lambda: layer.back(trace, dout, widened), name_of_dstate(layer)),
        (lambda: layer.step(wide.x[:, 0], state), "x_t"),
        (lambda: layer.step(x[:, 0], wide.state), "h_prev"),
    ):
        with pytest.raises(TypeError, match=f"^{argument}: expected float32 .* got float64, which would lose digits$"):
            call()


@every(RECURRENT)
def test_a_step_is_a_sequence_of_one_and_minds_no_float_error(name):
    layer, x, state, _ = case(name)
    for t in range(T):
        trace = layer.run(x[:, t : t + 1], state)
        with np.errstate(all="raise"):
            state = layer.step(x[:, t], state)
        for given, right in zip(flat(state), flat(trace.state), strict=True):
            np.testing.assert_allclose(given, right, rtol=0, atol=1e-14)
    with np.errstate(all="raise"):
        assert layer.step(1e-310 * np.sign(x[:, 0]), mapped(np.zeros_like, state)) is not None


@every(["rnn identity", "rnn relu", "minimal_gru loop", "lstm", "gru", "gru before"])
def test_a_state_that_leaves_the_finite_numbers_is_named(name):
    layer, x, state, _ = case(name)
    layer.params.update(
        {key: np.full_like(array, -1e308 if key == "W_h" else 1e308) for key, array in layer.params.items()}
    )
    x, state = np.full_like(x, 1e10), mapped(lambda array: np.full_like(array, 1e10), state)  # infinity minus infinity
    with np.errstate(all="ignore"), pytest.raises(NotFinite, match="^h is not finite from step 1 on$"):
        layer.run(x, state)
    with pytest.raises(NotFinite, match="^h_t is not finite$"):
        layer.step(x[:, 0], state)


@pytest.mark.parametrize("kind", [SimpleRNN, LSTM, GRU, MinimalGRU])
def test_sizes_and_types_of_a_layer_that_is_made(kind):
    rng = np.random.default_rng(0)
    for sizes, line in (((0, 3), "n_features: expected"), ((2, 1.5), "n_nodes: expected")):
        with pytest.raises((TypeError, ValueError), match=f"^{line}"):
            kind.create(*sizes, rng=rng)
    for dtype in (np.float32, np.float64):
        made = kind.create(2, 3, rng=rng, dtype=dtype)
        assert {array.dtype for array in made.params.values()} == {np.dtype(dtype)}


@pytest.mark.parametrize("kind", [LSTM, GRU, MinimalGRU])
def test_wide_weights_are_not_made_narrow_by_a_narrow_bias(kind):
    made = kind.create(2, 3, rng=np.random.default_rng(0))
    for wide in made.params:
        arrays = {name: array.astype(np.float32) for name, array in made.params.items()}
        arrays[wide] = made.params[wide]
        other = kind(**arrays)
        assert {array.dtype for array in other.params.values()} == {np.dtype(float)}
        np.testing.assert_array_equal(other.params[wide], made.params[wide])


def test_h0_is_another_name_for_state():
    layer, x, h0, _ = case("rnn tanh")
    np.testing.assert_array_equal(layer.forward(x, h0=h0), layer.forward(x, state=h0))
    with pytest.raises(TypeError, match="^h0: expected either state or h0, got both$"):
        layer.forward(x, h0, h0=h0)


@every(["dense", "activation tanh"])
def test_a_mask_needs_steps(name):
    with pytest.raises(ValueError, match=r"^mask: expected None, as x has no time steps, got one for x \(3, 2\)$"):
        case(name).layer.forward(np.ones((3, 2)), mask=MASK)


# --- numbers that leave the finite ones -----------------------------------------------------------------------


EXPLODING = SimpleRNN([[1.0]], [[1e200]], activation="relu")


QUIET = SimpleRNN([[1.0]], [[1.0]])


@pytest.mark.parametrize(
    ("layer", "of"),
    [
        (EXPLODING, ""),
        (Bidirectional(EXPLODING, QUIET), "forward layer: "),
        (Bidirectional(QUIET, EXPLODING), "backward layer, from the end: "),
    ],
    ids=["alone", "forward", "backward"],
)
def test_a_state_that_leaves_the_finite_numbers_is_named_with_its_step(layer, of):
    x = np.array([[[0.0]], [[1.0]]]) * np.ones((2, 3, 1))
    layer.forward(x[:, :2])
    before = pickle.dumps(layer)
    with pytest.raises(NotFinite, match=f"^{of}h is not finite from step 3 on$"):
        layer.forward(x)
    assert pickle.dumps(layer) == before


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_so_is_the_result_of_a_dense_layer(dtype):
    dense = Dense(np.full((2, 1), np.finfo(dtype).max))
    with pytest.raises(NotFinite, match="^v is not finite from step 2 on$"):
        dense.forward(np.array([[[0, 1], [1, 1]]], dtype))
    with pytest.raises(NotFinite, match="^v is not finite$"):
        dense.forward(np.ones((3, 2), dtype))


@pytest.mark.parametrize("error", ["warn", "raise"])
def test_so_is_a_gradient(error):
    rnn = SimpleRNN([[1.0]], [[1e200]], activation="identity")  # every state is 0, and every gradient explodes
    rnn.forward(np.zeros((1, 3, 1)))
    with np.errstate(all=error), pytest.raises(NotFinite, match="^the gradient of .* is not finite"):
        rnn.backward(np.ones((1, 3, 1)))
    assert rnn.dh0 is None and not rnn.grads


@pytest.mark.parametrize(
    ("layer", "name"),
    [
        (Dense([[1e200]]), "x"),
        (SimpleRNN([[1.0]], [[1e200]], activation="identity"), "the starting state"),
        (Bidirectional(SimpleRNN([[1.0]], [[1.0]]), SimpleRNN([[1.0]], [[1e200]])), "the starting state"),
        (SimpleRNN([[1.0]], [[1.0]], [0.0], activation="identity"), "b"),
    ],
)
def test_the_gradient_that_is_not_finite_is_named(layer, name):
    out = layer.forward(np.zeros((2, 1, 1)))
    with pytest.raises(NotFinite, match=f"^the gradient of {name} is not finite$"):
        layer.backward(np.full(out.shape, 1e308 if name == "b" else 1e200))


# --- a layer of one's own -------------------------------------------------------------------------------------


def test_a_layer_needs_run_and_back_alone():
    class Twice(Layer):
        def run(self, x, state=None, mask=None):
            return Trace(2 * x, None, (), mask)

        def back(self, trace, dout, dstate=None):
            return Grads({}, 2 * dout)

    twice = Twice()
    np.testing.assert_array_equal(twice.forward(np.ones((2, 3, 4))), np.full((2, 3, 4), 2))
    np.testing.assert_array_equal(twice.backward(np.ones((2, 3, 4))), np.full((2, 3, 4), 2))
    assert not twice.has_state and not twice.params and twice.dtype == float
    for half in (Layer().run, lambda x: Layer().back(Trace(x, None, ()), x)):
        with pytest.raises(NotImplementedError):
            half(np.ones((2, 3, 4)))


def with_changed_results(trace=lambda trace: trace, grads=lambda grads: grads):
    class Own(SimpleRNN):
        def run(self, x, state=None, mask=None):
            return trace(super().run(x, state, mask))

        def back(self, trace, dout, dstate=None):
            return grads(super().back(trace, dout, dstate))

    return Own([[0.5]], [[0.5]])


def by_its_face(layer, x):
    layer.forward(x)
    layer.backward(x)


def in_both_directions(layer, other, x):
    both = Bidirectional(layer, other)
    both.back(both.run(x), np.ones((1, 3, 2)))


OTHER = SimpleRNN([[1.0]], [[1.0]])
CALLS = {
    "face": by_its_face,
    "forward layer": lambda layer, x: in_both_directions(layer, OTHER, x),
    "backward layer": lambda layer, x: in_both_directions(OTHER, layer, x),
    "network": lambda layer, x: Network(layer=layer, loss=squared_error).loss_and_grads(x, x),
    "checker": lambda layer, x: check_gradients(layer, x, x),
    "checker of a network": lambda layer, x: check_gradients(Network(layer=layer, loss=squared_error), x, x),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("half", "change", "message"),
    [
        ("trace", lambda trace: trace.out, r"^Own\.run: expected a Trace, got array\("),
        ("trace", lambda trace: tuple(trace), r"^Own\.run: expected a Trace, got \(array\("),
        ("trace", lambda trace: None, r"^Own\.run: expected a Trace, got None$"),
        ("trace", lambda trace: trace._replace(out=[1.0]), r"^Own\.run: expected an array as out, got \[1\.0\]$"),
        ("grads", lambda grads: tuple(grads), r"^Own\.back: expected Grads, got \("),
        ("grads", lambda grads: None, r"^Own\.back: expected Grads, got None$"),
        ("grads", lambda grads: grads._replace(params=[2]), r"^Own\.back: .* by name, got \[2\] as Grads\.params$"),
        (
            "grads",
            lambda grads: grads._replace(params={**grads.params, "W_h": None}),
            r"^Own\.back: expected the gradient of W_h, got None$",
        ),
    ],
)
def test_what_run_and_back_return_is_refused_by_the_name_of_the_class(half, change, message, call):
    with pytest.raises(TypeError) as refused:
        call(with_changed_results(**{half: change}), np.ones((1, 3, 1)))
    assert re.search(message, str(refused.value)) and "\n" not in str(refused.value)


@pytest.mark.parametrize("params", [{"W_x": np.ones((1, 1))}, [np.ones((1, 1))], None])
def test_parameters_that_are_no_params_are_refused_where_the_layer_becomes_a_part(params):
    layer = with_changed_results()
    layer.params = params
    refused = {
        "layer": lambda: Network(layer=layer, loss=squared_error),
        "forward_layer": lambda: Bidirectional(layer, OTHER),
        "backward_layer": lambda: Bidirectional(OTHER, layer),
        "Own": lambda: check_gradients(layer, np.ones((1, 3, 1)), np.ones((1, 3, 1))),
    }
    for name, call in refused.items():
        with pytest.raises(TypeError, match=rf"^{name}\.params: expected Params\(…\), .*, got .") as error:
            call()
        assert "\n" not in str(error.value)


@every(WITH_STATE)
def test_a_layer_names_the_arrays_of_its_state(name):
    layer, _, state, _ = case(name)
    expected = {
        **dict.fromkeys(["cell", "lstm", "lstm bare"], ("h0", "c0")),
        "bidirectional": ("forward.h0", "backward.h0"),
        "bidirectional cell": ("forward.h0", "forward.c0", "backward.h0"),
    }
    assert layer.state_names == expected.get(name, ("h0",))
    assert len(layer.state_names) == len(flat(state)) and layer.has_state


@every(NAMES)
def test_gradients_come_in_the_order_of_the_parameters(name):
    layer, x, state, _ = case(name)
    layer.backward(np.ones_like(layer.forward(x, state)))
    assert list(layer.grads) == list(layer.params)


@pytest.mark.parametrize("container", [lambda x: {"x": x}, lambda x: [x], lambda x: ({"x": [x]},)])
def test_whatever_holds_what_is_saved_it_is_the_layers_own(container):
    class Square(Layer):
        def run(self, x, state=None, mask=None):
            return Trace(x**2, None, container(x), mask)

        def back(self, trace, dout, dstate=None):
            x = trace.saved
            while not isinstance(x, np.ndarray):
                (x,) = x.values() if isinstance(x, dict) else x
            return Grads({}, 2 * x * dout)

    layer, x = Square(), np.full((1, 2, 1), 3.0)
    layer.forward(x)
    x[...] = 0
    np.testing.assert_array_equal(layer.backward(np.ones((1, 2, 1))), np.full((1, 2, 1), 6.0))


def test_a_trace_of_ones_own_kind_stays_one():
    class Doubled(Trace):
        def half(self):
            return self.saved / 2

    class Half(Layer):
        def run(self, x, state=None, mask=None):
            return Doubled(x**2, None, 2 * x, mask)

        def back(self, trace, dout, dstate=None):
            return Grads({}, 2 * trace.half() * dout)

    layer, x = Half(), np.full((1, 2, 1), 3.0)
    layer.forward(x)
    np.testing.assert_array_equal(layer.backward(np.ones((1, 2, 1))), 2 * x)


@pytest.mark.parametrize(
    ("layer", "name", "value"),
    [
        (SimpleRNN(np.ones((2, 3)), np.ones((3, 3))), "activation", "relu"),
        (Activation("tanh"), "activation", "relu"),
        (GRU(np.ones((2, 9)), np.ones((3, 9))), "reset_after", False),
    ],
)
def test_what_a_layer_is_made_for_cannot_be_exchanged(layer, name, value):
    before = repr(layer)
    with pytest.raises(AttributeError, match=name):
        setattr(layer, name, value)
    assert repr(layer) == before and getattr(layer, name) != value
