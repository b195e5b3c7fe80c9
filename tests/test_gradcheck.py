"""The gradient checker: it passes what is right, fails what is wrong, says where, and says what it cannot tell."""

import re
from dataclasses import astuple
from functools import partial
from html import unescape

import numpy as np
import pytest

from rnnlib import (
    Activation,
    Bidirectional,
    Dense,
    Embedding,
    GradientReport,
    GradientRow,
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
    compare_gradients,
    numerical_gradient,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    squared_error,
)

ACTIVATIONS = ["tanh", "sigmoid", "relu", "identity"]
N, T, D, H = 2, 3, 4, 5
MASK = np.array([[True, True, True], [True, True, False]])
CHECKS = ["arguments left alone", "a second call gives the same", "batch items independent"]
HANDED_ON = "gradient by the state handed on"


def problem(seed=0, N=N, T=T, D=D, H=H, scale=0.5):
    rng = np.random.default_rng(seed)
    shapes = {"x": (N, T, D), "h0": (N, H), "W_x": (D, H), "W_h": (H, H), "b": (H,), "dh": (N, T, H)}
    return {name: rng.standard_normal(shape) * scale for name, shape in shapes.items()}


def layer(p, activation="tanh", kind=SimpleRNN):
    return kind(p["W_x"], p["W_h"], p["b"], activation)


def check(kind=SimpleRNN, activation="tanh", p=None, mask=None, **options):
    p = p or problem()
    return check_gradients(layer(p, activation, kind), p["x"], p["dh"], p["h0"], mask, **options)


def network(loss=squared_error, kind=SimpleRNN, K=3, **between):
    return Network(rnn=layer(problem(), kind=kind), **between, readout=Dense(np.eye(H)[:, :K] + 0.1), loss=loss)


def failed(report):
    rows = {row.name for row in report.rows if not row.ok}
    return rows | {name for name, passed in report.checks.items() if passed is False}


def verdicts(report):
    return {row.verdict for row in report.rows}


def breaking(change, base=SimpleRNN):
    """Make a layer whose gradients are right but for one change, a function from Grads to Grads."""

    class Broken(base):
        def back(self, trace, dout, dstate=None):
            return change(super().back(trace, dout, dstate))

    return Broken


def put(name, where, value):
    """Make a layer with one wrong entry, or all of one gradient."""

    def change(grads):
        arrays = {**grads.params, "x": grads.x, "h0": grads.state}
        arrays[name] = arrays[name].copy()
        arrays[name][where] = value(arrays[name][where]) if callable(value) else value
        return Grads({key: arrays[key] for key in grads.params}, arrays["x"], arrays["h0"])

    return breaking(change)


def times(factor, base=SimpleRNN):
    """Make a layer whose gradients are all too large by a factor."""

    def change(grads):
        params = {name: factor * gradient for name, gradient in grads.params.items()}
        return Grads(params, factor * grads.x, None if grads.state is None else factor * grads.state)

    return breaking(change, base)


class TwoStates(Layer):
    """A layer whose state is a pair: c_t = c_{t-1} + x_t, and h, which stands still; it returns w c_t + h."""

    state_names = ("h0", "c0")

    def __init__(self, w):
        self.params, self.n_in = Params(w=np.array(w)), len(w)

    def run(self, x, state=None, mask=None):
        h, c = (np.zeros_like(x[:, 0]),) * 2 if state is None else state
        cs = c[:, np.newaxis] + x.cumsum(axis=1)
        return Trace(self.params["w"] * cs + h[:, np.newaxis], (h, cs[:, -1]), cs, mask)

    def back(self, trace, dout, dstate=None):
        dh, dc = (0.0, 0.0) if dstate is None else dstate
        dcs = self.params["w"] * dout
        dcs[:, -1] += dc
        dx = dcs[:, ::-1].cumsum(axis=1)[:, ::-1]
        return Grads({"w": (trace.saved * dout).sum(axis=(0, 1))}, dx, (dout.sum(axis=1) + dh, dx[:, 0]))


# --- numerical gradients ------------------------------------------------------------------------------------


def test_numerical_gradients_of_known_functions():
    x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]])
    kept = x.copy()
    for f, gradient in [
        (lambda u: (u**2).sum(), 2 * x),
        (lambda u: np.sin(u).sum(), np.cos(x)),
        (lambda u: u[0, 1] * u[1, 0], np.array([[0, 3, 0], [-2, 0, 0]])),
        (lambda u: 7, np.zeros((2, 3))),
    ]:
        np.testing.assert_allclose(numerical_gradient(f, x), gradient, atol=1e-9)
        np.testing.assert_array_equal(x, kept)
    assert numerical_gradient(lambda u: u**3, 2.0) == pytest.approx(12, abs=1e-8)
    assert numerical_gradient(lambda u: (u**3).sum(), [2]).shape == (1,)


def test_the_step_can_be_chosen_and_grows_beside_a_large_number():
    cube = lambda u: (u**3).sum()  # noqa: E731
    np.testing.assert_allclose(numerical_gradient(cube, [0.0], eps=0.1), 0.01, rtol=1e-12)  # 3x² + eps²
    np.testing.assert_allclose(numerical_gradient(cube, [1e9], eps=0.1), 3e18 + 1e16, rtol=1e-12)


def test_the_function_may_write_into_what_it_gets():
    def f(u):
        value = (u**2).sum()
        u[...] = np.nan
        return value

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(f, x), [2, 4], atol=1e-9)
    np.testing.assert_array_equal(x, [1, 2])
    assert compare_gradients(lambda u, v: f(u) * f(v), {"u": x, "v": [3.0]}, {"u": 18 * x, "v": [30.0]}).ok


@pytest.mark.parametrize("value", [None, "much", 1j, np.ones(2)])
def test_a_function_must_return_one_number(value):
    with pytest.raises((TypeError, ValueError), match="^f: expected one number, got "):
        numerical_gradient(lambda u: value, np.ones(2))


# --- what is right passes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("mask", [None, MASK])
def test_the_right_layer_passes(activation, mask):
    p = problem()
    for bias in (p["b"], None):
        rnn = SimpleRNN(p["W_x"], p["W_h"], bias, activation)
        for options in ({"state": p["h0"]}, {"h0": p["h0"]}, {}):
            report = check_gradients(rnn, p["x"], p["dh"], mask=mask, **options)
            assert report.ok and not report.notes, report
            assert [row.name for row in report.rows] == ["W_x", "W_h", *["b"] * (bias is not None), "x", "h0"]
            assert report.checks == dict.fromkeys([*CHECKS, HANDED_ON], True)


@pytest.mark.parametrize("shape", [(2, 3, 4), (4, 4), (1, 4), (4,)])
def test_right_layers_without_a_state_pass(shape):
    rng = np.random.default_rng(0)
    x = rng.standard_normal(shape)
    dense = Dense(rng.standard_normal((4, 3)), rng.standard_normal(3))
    for one in (dense, Activation("tanh"), *[Last()] * (len(shape) == 3)):
        report = check_gradients(one, x, rng.standard_normal(one.forward(x).shape))
        assert report.ok, report
        assert [row.name for row in report.rows] == [*one.params, "x"]
        assert list(report.checks) == CHECKS


def test_tokens_have_no_row():
    rng = np.random.default_rng(0)
    tokens, embedding = np.array([[2, 0, 2], [1, 1, 0]]), Embedding.create(3, D, rng=rng)
    for x in (tokens, tokens.tolist()):
        report = check_gradients(embedding, x, rng.standard_normal((2, 3, D)))
        assert report.ok and [row.name for row in report.rows] == ["W"], report
    net = Network(embedding=embedding, rnn=layer(problem()), last=Last(), loss=squared_error)
    report = check_gradients(net, tokens, rng.standard_normal((2, H)), mask=MASK)
    assert report.ok and "x" not in {row.name for row in report.rows} and report.checks[CHECKS[2]], report
    whole = problem() | {"x": np.arange(N * T * D).reshape(N, T, D) % 3}  # of these there is a gradient
    assert check(p=whole)["x"].ok
    assert failed(check(breaking(lambda grads: grads._replace(x=None)), p=whole)) == {"x"}


def test_every_array_of_every_state_has_a_row():
    p, rng = problem(), np.random.default_rng(1)
    both = Bidirectional(layer(p), layer(problem(1)))
    dh = rng.standard_normal((N, T, 2 * H))
    for state in (None, (p["h0"], None), (p["h0"], 2 * p["h0"])):
        report = check_gradients(both, p["x"], dh, state, MASK)
        assert report.ok and [row.name for row in report.rows][-2:] == ["forward.h0", "backward.h0"], report
    pair = TwoStates(rng.standard_normal(D))
    report = check_gradients(pair, p["x"], p["dh"][..., :D], (p["h0"][:, :D], p["h0"][:, :D]))
    assert report.ok and [row.name for row in report.rows] == ["w", "x", "h0", "c0"], report
    net = Network(pair=pair, rnn=layer(p), loss=squared_error)
    for state in (None, {"rnn": p["h0"]}):
        report = check_gradients(net, p["x"], p["dh"], state)
        assert report.ok and [row.name for row in report.rows][-3:] == ["pair.h0", "pair.c0", "rnn.h0"], report
    assert check_gradients(network(), p["x"], p["dh"][..., :3], {"rnn": p["h0"]})["h0"].ok


@pytest.mark.parametrize("between", [{}, {"last": Last()}])
@pytest.mark.parametrize("reduction", ["mean", "batch", "sum"])
@pytest.mark.parametrize("loss", [squared_error, sigmoid_cross_entropy, softmax_cross_entropy])
def test_the_right_network_passes(loss, reduction, between):
    p, rng = problem(), np.random.default_rng(1)
    shape = (N, 3) if between else (N, T, 3)
    target = rng.integers(0, 3, shape[:-1]) if loss is softmax_cross_entropy else rng.uniform(0, 1, shape)
    for mask in (None, MASK):
        report = check_gradients(network(loss.reduced(reduction), **between), p["x"], target, p["h0"], mask)
        assert report.ok, report


def test_300_right_layers_never_fail_at_1e_8():
    rng, wrong = np.random.default_rng(300), []
    for number in range(300):
        sizes = dict(zip("NTDH", (int(size) for size in rng.integers(1, 7, size=4)), strict=True))
        activation = ACTIVATIONS[number % 4]
        dead = ("W_x", "W_h", "b", "x", "h0") if activation == "relu" or sizes["T"] == 1 else ()  # no node may be awake
        report = check(activation=activation, p=problem(number, **sizes, scale=1), expect_zero=dead)
        if not report.ok or "rounding" in str(report):
            wrong.append(f"{number} {activation} {sizes}\n{report}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("k", [100, 3000, 20_000])
def test_a_steep_function_is_no_error_and_an_error_in_it_is_found(k):
    q = np.array([0.1, 0.2])
    steep, slope = lambda q: np.sin(k * q).sum(), k * np.cos(k * q)
    assert compare_gradients(steep, {"q": q}, {"q": slope})["q"].verdict == "ok"
    assert compare_gradients(steep, {"q": q}, {"q": slope * (1 + 1e-7)})["q"].verdict == "wrong"


def test_large_inputs_and_large_weights_pass():
    rng = np.random.default_rng(0)
    dense = Dense(rng.standard_normal((3, 2)))
    assert verdicts(check_gradients(dense, 20000 + rng.standard_normal((4, 3)), np.ones((4, 2)))) == {"ok"}
    assert verdicts(check(p=problem(900, N=6, T=6, D=5, H=6, scale=1))) == {"ok"}


def test_where_f_has_no_value_a_little_further_away_it_is_checked_nearer():
    def refuses(u):
        if u.min() < 0:
            raise ValueError("u: expected numbers above 0")
        return 1000 * np.sqrt(u).sum()

    u, slope = np.array([1e-3]), [500 / np.sqrt(1e-3)]
    for f in (refuses, lambda u: 1000 * np.sqrt(u).sum()):
        assert compare_gradients(f, {"u": u}, {"u": slope})["u"].verdict == "ok"


# --- what is wrong is caught, one fault at a time -------------------------------------------------------------


PLACES = [("W_x", (1, 2)), ("W_h", (4, 0)), ("b", (3,)), ("x", (1, 0, 3)), ("h0", (0, 2))]


@pytest.mark.parametrize(("name", "where"), PLACES)
def test_one_entry_off_by_a_thousandth(name, where):
    report = check(put(name, where, lambda g: g * 1.001))
    assert failed(report) == {name}
    row = report[name]
    assert (row.verdict, row.where) == ("wrong", where) and report.worst is row
    assert row.given == pytest.approx(row.numerical * 1.001, rel=1e-7)
    assert 1e-5 < row.error < 1e-2


def test_a_drift_of_one_ten_thousandth():
    report = check(times(1.0001))
    assert failed(report) == {"W_x", "W_h", "b", "x", "h0"}
    for line in str(report).splitlines()[1:6]:
        assert len(set(re.split(r"  +", line)[3:5])) == 2, line  # the two numbers look different


@pytest.mark.parametrize(("name", "_"), PLACES)
def test_a_gradient_of_zeros(name, _):
    for expect_zero in ((), name):
        report = check(put(name, ..., 0), expect_zero=expect_zero)
        assert failed(report) == {name} and report[name].verdict == "wrong"


def test_zero_everywhere_and_rightly_so_must_be_expected():
    p = problem(T=1)
    for W_h_is in ("W_h", ("W_h",), {"W_h", "b"}, iter(["W_h"])):
        assert check_gradients(layer(p), p["x"], p["dh"], expect_zero=W_h_is).ok
    for others in ((), "W", "W_hh"):
        report = check_gradients(layer(p), p["x"], p["dh"], expect_zero=others)
        assert failed(report) == {"W_h"} and report["W_h"].verdict == "zero everywhere" and report.worst.name == "W_h"


def test_an_error_of_just_the_tolerance_passes():
    row = compare_gradients(lambda u: 0.0, {"u": np.zeros(2)}, {"u": [0, 1e-8]})["u"]
    assert (row.verdict, row.error, row.where) == ("ok", 1e-8, (0,))
    assert not check(put("W_x", (1, 2), lambda g: g + 1e-7)).ok
    assert check(put("W_x", (1, 2), lambda g: g + 1e-4), tolerance=1e-3).ok


@pytest.mark.parametrize(
    ("slope", "given", "error"), [(0.5, 0.6, 0.1), (-0.5, 0.5, 1.0), (4.0, 5.0, 0.25), (0.0, 3.0, 3.0)]
)
def test_the_error_is_relative_to_the_largest_entry_but_never_to_less_than_1(slope, given, error):
    row = compare_gradients(lambda u: slope * u[0], {"u": np.ones(2)}, {"u": [given, 0]})["u"]
    assert (row.verdict, row.where) == ("wrong", (0,)) and row.error == pytest.approx(error, rel=1e-6)


def test_gradients_that_lack_or_have_another_shape():
    report = check(breaking(lambda grads: Grads({"b": grads.params["b"]}, None, None)))
    assert [row.verdict for row in report.rows] == ["missing", "missing", "ok", "missing", "missing"]
    np.testing.assert_equal(astuple(report["x"]), ("x", np.inf, (), np.nan, np.nan, "missing"))
    report = check(breaking(lambda grads: grads._replace(state=grads.state[0], params={"b": np.ones((1, H))})))
    assert report["h0"].verdict == f"shape ({H},) instead of ({N}, {H})"
    assert report["b"].verdict == f"shape (1, {H}) instead of ({H},)"  # and is not broadcast into agreement
    assert compare_gradients(np.sum, {"a": np.ones(2)}, {"a": None})["a"].verdict == "missing"


def test_what_an_earlier_backward_left_is_no_answer():
    class Forgets(SimpleRNN):
        def backward(self, dh):
            kept = self.dstate
            dx = super().backward(dh)
            self.dstate = kept
            return dx

    p = problem()
    rnn = layer(p, kind=Forgets)
    SimpleRNN.forward(rnn, p["x"], p["h0"])
    SimpleRNN.backward(rnn, p["dh"])
    assert failed(check_gradients(rnn, p["x"], p["dh"], p["h0"])) == {"h0"}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_fails(value):
    f = lambda u: u[0] + (value if u[1] > 2 else 0)  # noqa: E731
    report = compare_gradients(f, {"u": np.array([1.0, 2.0])}, {"u": [1, 0]})
    assert (report["u"].verdict, report["u"].where, report["u"].error) == ("not finite", (1,), np.inf)
    report = compare_gradients(lambda u: value, {"u": np.ones(2)}, {"u": [0, 0]}, expect_zero=("u",))
    assert report["u"].verdict == "not finite"
    report = compare_gradients(lambda u: u.sum(), {"u": np.ones(2)}, {"u": [1, value]})
    assert (report["u"].verdict, report["u"].where, report["u"].numerical) == ("not finite", (1,), pytest.approx(1))
    with pytest.raises(NotFinite, match="W_h is not finite"):
        check(put("W_h", (0, 0), value))


def test_a_half_that_is_broken_by_a_method_is_seen():
    class Face(SimpleRNN):
        def forward(self, x, state=None, mask=None):
            return 2 * super().forward(x, state, mask)

    class Run(SimpleRNN):
        def run(self, x, state=None, mask=None):
            return super().run(2 * x, state, mask)

    assert failed(check(Face)) == {"W_x", "W_h", "b", "x", "h0"}
    assert "x" in failed(check(Run))
    assert "rnn.b" not in failed(check_gradients(network(kind=Run), problem()["x"], np.ones((N, T, 3))))


def test_faults_in_a_network_have_the_name_of_their_layer():
    x, target = problem()["x"], np.random.default_rng(0).uniform(0, 1, (N, T, 3))
    net = network(kind=put("W_h", (0, 1), lambda g: g * 1.01))
    assert failed(check_gradients(net, x, target)) == {"rnn.W_h"}
    double = network(Loss(lambda y, target: (((y - target) ** 2).sum() / 2, 2 * (y - target))))
    rows = {"rnn.W_x", "rnn.W_h", "rnn.b", "readout.W", "x", "h0"}
    assert failed(check_gradients(double, x, target)) == rows


# --- what a comparison of numbers cannot see ------------------------------------------------------------------


@pytest.mark.parametrize("written", ["x", "state", "dh", "trace"])
def test_what_is_not_the_layers_own_is_written_into(written):
    class Scribbles(SimpleRNN):
        def run(self, x, state=None, mask=None):
            trace = super().run(x, state, mask)
            if written in ("x", "state") and state is not None:
                {"x": x, "state": state}[written][...] *= 2
            return trace

        def back(self, trace, dout, dstate=None):
            grads = super().back(trace, dout, dstate)
            if written in ("dh", "trace"):
                {"dh": dout, "trace": trace.saved.h}[written][...] *= 2
            return grads

    report = check(Scribbles)
    assert failed(report) == {*CHECKS[written == "trace" : 2]} and report.checks[HANDED_ON] is None, report


def test_a_target_that_is_written_into():
    def loss(y, target):
        value = squared_error(y, target["d"])
        target["d"] += 1
        return value

    report = check_gradients(network(Loss(loss)), problem()["x"], {"d": np.zeros((N, T, 3))})
    assert CHECKS[0] in failed(report)


def test_gradients_that_pile_up():
    total = [0]

    def pile(grads):
        total.append(total[-1] + grads.params["b"])
        return grads._replace(params={**grads.params, "b": total[-1]})

    assert failed(check(breaking(pile))) == {CHECKS[1]}


def less_mean(array):
    return array - 0.1 * array.mean(axis=0)


@pytest.mark.parametrize("part", ["x", "state"])
def test_a_leak_between_the_items_of_a_batch(part):
    class Leaks(SimpleRNN):
        """The gradients are right, the layer is not."""

        def run(self, x, state, mask=None):
            return super().run(*((less_mean(x), state) if part == "x" else (x, less_mean(state))), mask)

        def back(self, trace, dout, dstate=None):
            grads = super().back(trace, dout, dstate)
            return grads._replace(**{part: less_mean(getattr(grads, part))})

    p = problem()
    assert failed(check(Leaks, mask=MASK)) == {CHECKS[2]}
    assert failed(check_gradients(network(kind=Leaks), p["x"], np.ones((N, T, 3)), p["h0"])) == {CHECKS[2]}
    report = check(Leaks, p=problem(N=1))
    assert report.ok and "○ batch items independent (not checked)" in str(report)


def test_the_gradient_by_the_state_handed_on():
    class Deaf(SimpleRNN):
        def back(self, trace, dout, dstate=None):
            return super().back(trace, dout)

    class Short(SimpleRNN):
        def back(self, trace, dout):
            return super().back(trace, dout)

    class Half(TwoStates):
        def back(self, trace, dout, dstate=None):
            return super().back(trace, dout, None if dstate is None else (dstate[0], 0 * dstate[1]))

    p = problem()
    assert failed(check(Deaf)) == {HANDED_ON}
    assert failed(check_gradients(network(kind=Deaf), p["x"], np.ones((N, T, 3)))) == {HANDED_ON}
    assert failed(check_gradients(Half(np.ones(D)), p["x"], p["dh"][..., :D])) == {HANDED_ON}
    assert check(Deaf).rows == check().rows
    assert check(Short).ok and f"○ {HANDED_ON} (not checked)" in str(check(Short))
    assert check(put("b", (0,), 9)).checks[HANDED_ON] is None  # wrong gradients come first


# --- kinks ----------------------------------------------------------------------------------------------------


def at_the_kink(seed=0):
    """Node 2 of item 0 stands at a pre-activation of exactly 0 at t = 0, everything else is far from it."""
    p = problem(seed)
    p["x"][0, 0], p["h0"][0] = 0, 0
    p["b"][...] = [0.5, -0.4, 0, 0.7, -0.6]
    return p


@pytest.mark.parametrize("scale", [1, 1e-3])
def test_a_kink_is_told_from_an_error(scale):
    p = at_the_kink()
    p["dh"] *= scale
    report = check(activation="relu", p=p)
    assert report.ok, report
    assert (report["b"].verdict, report["W_x"].verdict) == ("ok, 1 at a kink", "ok")  # x is 0: no weight moves a
    for activation in ("tanh", "sigmoid", "identity"):
        assert "kink" not in str(check(activation=activation, p=p))


def test_an_error_beside_a_kink_is_still_caught():
    report = check(put("b", (3,), lambda g: g * 1.001), "relu", at_the_kink())
    assert failed(report) == {"b"} and report["b"].where == (3,)


def test_several_nodes_at_their_kinks_at_once():
    for seed in range(10):
        p = problem(seed, N=1)
        p["x"][:, 0], p["b"][...] = 0, 0
        report = check_gradients(layer(p, "relu"), p["x"], p["dh"])
        assert report["x"].verdict == f"ok, {D} at a kink" and report["W_x"].verdict == "ok", report
        assert report["b"].verdict == report["h0"].verdict == "not checked: a kink at every entry", report


def test_where_every_entry_is_at_a_kink_nothing_is_checked():
    f = lambda u: np.maximum(-u, 3 * u).sum()  # noqa: E731
    report = compare_gradients(f, {"u": np.zeros(2)}, {"u": [-1.0, 3.0]})
    assert report["u"].verdict == "not checked: a kink at every entry"
    assert not report.ok and "< 1e-08" not in str(report) and "○ not checked" in str(report)
    report = compare_gradients(lambda u: np.abs(u).sum(), {"u": np.zeros(2)}, {"u": [0, 0]}, expect_zero="u")
    assert report["u"].verdict == "not checked: f is not smooth"


def test_the_place_shown_is_never_a_kink():
    f = lambda u: 8 * max(u[0], 0) + u[1] / 2  # noqa: E731
    row = compare_gradients(f, {"u": np.zeros(2)}, {"u": [0, 0.5]})["u"]
    assert (row.verdict, row.where, row.given) == ("ok, 1 at a kink", (1,), 0.5)


def test_a_kink_half_a_step_away_is_a_kink_and_a_smooth_bend_is_none():
    for side in (np.add, np.subtract):
        f = lambda u, side=side: max(5e-6, side(0, u[0])) + u[1]  # noqa: E731
        assert compare_gradients(f, {"u": np.zeros(2)}, {"u": [0.0, 1.0]})["u"].verdict == "ok, 1 at a kink"
    bend = lambda u: 1000 * (u**2).sum()  # noqa: E731
    for given, verdict in [(0.0, "ok"), (0.005, "wrong")]:
        assert compare_gradients(bend, {"u": [0.0]}, {"u": [given]}, expect_zero="u")["u"].verdict == verdict


# --- noise ----------------------------------------------------------------------------------------------------


def float32_loss(seed, factor):
    p = problem(seed, 1, 1, 1, 1, scale=1)
    loss = Loss(lambda y, target: (np.float32(((y - target) ** 2).sum()), 2 * (y - target)))
    return check_gradients(Network(rnn=layer(p, kind=times(factor)), loss=loss), p["x"], p["dh"], p["h0"])


def float32_layer(seed, factor, activation="tanh"):
    class Narrow(times(factor)):
        def run(self, x, state=None, mask=None):
            weights = [array.astype(np.float32) for array in self.params.values()]
            out = SimpleRNN(*weights, activation).run(np.float32(x), np.float32(state)).out
            return super().run(x, state, mask)._replace(out=out.astype(float))

    return check(Narrow, activation, problem(seed, 1, 1, 1, 1, scale=1))


def float32_logits(seed, factor):
    rng = np.random.default_rng(seed)
    v, labels = rng.standard_normal((3, 4)), rng.integers(0, 4, 3)
    dv = factor * softmax_cross_entropy(v, labels)[1]
    return compare_gradients(lambda v: softmax_cross_entropy(np.float32(v), labels)[0], {"v": v}, {"v": dv})


def sines(change):
    """Compare the gradient of a changed sum of sines."""

    def compare(seed, factor):
        u = np.random.default_rng(seed).standard_normal(4)
        return compare_gradients(lambda u: change(np.sin(u).sum()), {"u": u}, {"u": factor * np.cos(u)})

    return compare


COARSE = {
    "a loss in float32": float32_loss,
    "a layer in float32": float32_layer,
    "a relu in float32": partial(float32_layer, activation="relu"),
    "logits in float32": float32_logits,
    "a sum in float32": sines(np.float32),
    "10 digits": sines(lambda f: round(f, 10)),
    "7 digits": sines(lambda f: round(f, 7)),
    "3 digits": sines(lambda f: round(f, 3)),
    "beside 1e5": sines(lambda f: 1e5 + f),
    "beside 1e8": sines(lambda f: 1e8 + f),
}


@pytest.mark.parametrize("name", COARSE)
def test_rounding_hides_no_error_and_makes_none(name):
    for seed in range(60 if "in float32" not in name else 20):
        wrong, right = COARSE[name](seed, 2), COARSE[name](seed, 1)
        assert not wrong.ok and not any(row.ok and abs(row.numerical) > 1e-3 for row in wrong.rows), wrong
        assert "wrong" not in verdicts(right), right
        assert "wrong" in verdicts(wrong) or name in ("3 digits", "a relu in float32"), wrong


def test_what_rounding_hides_is_said():
    def verdict(name):
        return COARSE[name](0, 1).rows[0].verdict

    assert verdict("a loss in float32") == verdict("a sum in float32") == "not checked: f is not in float64"
    assert verdict("beside 1e5") == "ok, as far as rounding (1e-07) lets us see"
    assert verdict("beside 1e8") == "not checked: noise (0.0001) hides the slope"
    assert verdict("7 digits") == "not checked: noise (0.001) hides the slope"
    assert verdict("3 digits") == "not checked: f is not smooth"
    report = COARSE["beside 1e5"](0, 1)
    assert report.ok and " < 1e-07 " in str(report) and "1e-08" not in str(report)
    assert COARSE["7 digits"](0, 1).rows[0].error > 1e-6


def test_a_gradient_of_zero_beside_a_large_number_is_not_checked():
    f = lambda u, offset: offset + 1e-7 * u.sum()  # noqa: E731
    for offset, verdict in [(1e8, "not checked: noise (0.0001) hides the slope"), (1.0, "wrong")]:
        arrays, gradients = {"u": np.ones(3), "offset": offset}, {"u": np.zeros(3), "offset": 1}
        assert compare_gradients(f, arrays, gradients, expect_zero="u")["u"].verdict == verdict
    assert compare_gradients(lambda u: 0 * u.sum() + 7, {"u": np.ones(3)}, {"u": np.zeros(3)}, expect_zero="u").ok


def test_large_sums_are_no_noise():
    rng = np.random.default_rng(0)
    v, labels = rng.standard_normal((12_000, 4)), rng.integers(0, 4, 12_000)
    loss = softmax_cross_entropy.reduced("sum")
    db = loss(v, labels)[1].sum(axis=0)
    for factor, verdict in [(1, "ok"), (1 + 1e-6, "wrong")]:
        report = compare_gradients(lambda b: loss(v + b, labels)[0], {"b": np.zeros(4)}, {"b": factor * db})
        assert report["b"].verdict == verdict
    for seed in range(10):
        assert sines(lambda f: 3000 + f)(seed, 1)["u"].verdict == "ok"


@pytest.mark.parametrize("size", [1, 3])
def test_a_fresh_mask_of_dropout_at_each_call(size):
    class Dropout(Layer):
        def __init__(self, rng):
            self.rng = rng

        def run(self, x, state=None, mask=None):
            kept = self.rng.random(x.shape) < 0.5
            return Trace(2 * x * kept, None, kept, mask)

        def back(self, trace, dout, dstate=None):
            return Grads({}, 4 * dout * trace.saved)

    for seed in range(100):
        p = problem(seed, *[size] * 4)
        net = Network(rnn=layer(p), dropout=Dropout(np.random.default_rng(seed)), loss=squared_error)
        report = check_gradients(net, p["x"], p["dh"], expect_zero=["rnn.W_h"])
        assert verdicts(report) == {"not checked: f is not deterministic"} and not report.ok, report


# --- where in time --------------------------------------------------------------------------------------------


class NoWalk(SimpleRNN):
    """Its da_t hears nothing of the steps after t."""

    def back(self, trace, dout, dstate=None):
        da = dout * self.f_derivative(trace.out)
        zeros = {name: np.zeros_like(parameter) for name, parameter in self.params.items()}
        return Grads(zeros, da @ self.params["W_x"].T, np.zeros_like(da[:, 0]))


def notes(kind, mask=None, p=None):
    p = p or problem(T=6)
    if mask is not None:
        p["dh"][~mask] = 0
    return check(kind, p=p, mask=mask).notes


def test_where_in_time_dx_is_wrong():
    lengths = np.arange(6) < np.array([[6], [4]])
    assert notes(NoWalk) == ["x: right at the last step, wrong before: look at the walk back"]
    assert notes(NoWalk, lengths) == ["x: right at each sequence's own last step, wrong before: look at the walk back"]
    for mask in (None, lengths):
        assert notes(times(1.1), mask) == ["x: wrong at every step: look at the slope"]
        assert notes(put("x", np.s_[:, [0, 2]], 9), mask) == ["x: wrong at t = 0, 2 (t counts from 0)"]
        assert notes(put("x", ..., 9), mask) == ["x: wrong at every step: look at dx itself, as the rest is right"]
        assert notes(SimpleRNN, mask) == notes(put("b", (0,), 9), mask) == []
    report = check_gradients(network(kind=times(1.1)), problem()["x"], np.ones((N, T, 3)))
    assert report.notes == ["x: wrong at every step: look at the slope or at the loss"]
    assert report.notes[0] in str(report).splitlines()
    p = problem(T=6)
    both = Bidirectional(layer(p, kind=NoWalk), layer(p))
    assert "the walk" not in check_gradients(both, p["x"], np.ones((N, 6, 2 * H))).notes[0]
    p["dh"][:, 3:] = 0  # steps without a gradient tell nothing of the walk
    assert notes(NoWalk, p=p) == ["x: wrong at t = 0, 1 (t counts from 0)"]


def test_a_short_sequence_is_warned_of():
    p = problem(T=2)
    report = check(p=p)
    assert report.ok and report.notes == ["○ T = 2 hides mistakes of the walk back: use T ≥ 3, better 6"]
    assert "wrong" not in str(report)
    one = np.array([[True, False, False]] * 2)
    assert check(mask=one, expect_zero="W_h").notes[0].startswith("○ T = 1 hides")
    tokens = Network(embedding=Embedding(np.ones((3, D))), rnn=layer(p), loss=squared_error)
    assert check_gradients(tokens, [[0, 1]], np.zeros((1, 2, H))).notes
    assert check_gradients(Dense(np.ones((D, 2))), p["x"], np.ones((N, 2, 2))).notes == []


# --- the report -----------------------------------------------------------------------------------------------


def test_the_table_of_a_right_layer_has_no_noise_in_it():
    report = check()
    lines = str(report).splitlines()
    assert re.split(r"  +", lines[0]) == ["gradient by", "worst error", "at", "backward", "numerical", "verdict"]
    for line, name in zip(lines[1:6], ["W_x", "W_h", "b", "x", "h0"], strict=True):
        cells = re.split(r"  +", line)
        assert (cells[0], cells[1], cells[5]) == (name, "< 1e-08", "✓ ok") and cells[3] == cells[4]
        assert float(cells[3]) == pytest.approx(report[name].numerical, rel=1e-3)
    assert lines[6:] == [f"✓ {name}" for name in [*CHECKS, HANDED_ON]]
    assert repr(report) == str(report)


def test_the_table_to_the_letter():
    rows = [
        GradientRow("W", 1e-8, (1, 0), 1 / 3, 1 / 3, "ok"),
        GradientRow("long_name", 0.25, (), 2 / 3, -1e-8, "wrong"),
        GradientRow("b", np.inf, (), np.nan, np.nan, "not checked: for a reason"),
    ]
    report = GradientReport(rows, 1e-8, ["a note"], {"a check": False, "another": True, "a third": None})
    assert str(report).splitlines() == [
        "gradient by  worst error  at      backward    numerical  verdict",
        "W            < 1e-08      [1, 0]  0.3333      0.3333     ✓ ok",
        "long_name    0.25         []      0.66666667  0          ✗ wrong",
        "b            inf          []      nan         nan        ○ not checked: for a reason",
        "a note",
        "✗ a check",
        "✓ another",
        "○ a third (not checked)",
    ]
    assert report["W"] is rows[0] and report.worst is rows[2] and not report.ok
    assert GradientReport(rows[:1], 1e-8, checks={"a check": None}).ok
    assert not GradientReport(rows[:1], 1e-8, checks={"a check": False}).ok
    with pytest.raises(KeyError, match="W_y"):
        report["W_y"]


def test_the_html_shows_what_the_text_shows_and_nothing_else():
    row = GradientRow("<b>", 0.25, (1,), 1.0, 2.0, "wrong")
    report = GradientReport([row, *check().rows], 1e-8, ["x: a < b"], {"a & b": True})
    head, *lines = str(report).splitlines()
    shown = [("th", cell) for cell in re.split(r"  +", head)]
    shown += [("td", cell) for line in lines[:6] for cell in re.split(r"  +", line)]
    shown += [("div", line) for line in lines[6:]]
    html = report._repr_html_()
    pieces = re.findall(r"<(th|td|div)(?: style='text-align:left')?>([^<]*)</\1>", html)
    assert [(tag, unescape(text)) for tag, text in pieces] == shown
    assert html.count("<") == 2 * (len(shown) + 1 + 7)  # cells, the table, its rows


def test_the_place_shown_does_not_hang_on_rounding():
    rng = np.random.default_rng(0)
    for _ in range(10):
        u = rng.standard_normal(6)
        f = lambda u: np.tanh(u).sum() * 0 + (3 * u).sum()  # noqa: E731
        for factor in (1, 2):
            assert compare_gradients(f, {"u": u}, {"u": np.full(6, 3.0 * factor)})["u"].where == (0,)


# --- arguments --------------------------------------------------------------------------------------------------


def test_targets_reach_the_loss_as_they_are():
    labels, weights = np.array([[0, 1, 2], [2, 1, 0]]), np.array([[0.5, 1.0, 2.0], [1.0, 1.0, 0.0]])

    def weighted(y, target):
        labels, weights = (target[name] for name in ("labels", "weights")) if isinstance(target, dict) else target
        assert labels.dtype == int and weights.dtype in (float, bool)
        dv = [[softmax_cross_entropy.reduced("sum")(y[n, t], labels[n, t]) for t in range(T)] for n in range(N)]
        losses, gradients = np.array([[d[0] for d in row] for row in dv]), np.array([[d[1] for d in row] for row in dv])
        return (losses * weights).sum(), gradients * weights[:, :, np.newaxis]

    x = problem()["x"]
    for target in ((labels, weights), (labels, MASK), {"labels": labels, "weights": weights}):
        assert check_gradients(network(Loss(weighted)), x, target).ok
    for target in (labels, labels.tolist(), tuple(map(tuple, labels))):
        assert check_gradients(network(softmax_cross_entropy), x, target).ok
    with pytest.raises(TypeError, match="^labels: .* masked array"):
        check_gradients(network(softmax_cross_entropy), x, np.ma.array(labels))


class Foreign:
    """What a library of tensors or tables gives: not an array, but NumPy can make one of it."""

    def __init__(self, array):
        self.array, self.dtype, self.shape = array, f"foreign.{array.dtype}", array.shape

    def __array__(self, dtype=None, copy=None):
        return self.array if dtype is None else self.array.astype(dtype)


def test_whatever_numpy_reads_as_float64_is_taken():
    p = problem()
    for form in (Foreign, np.ndarray.tolist):
        q = {name: form(array) for name, array in p.items()}
        assert str(check_gradients(layer(q), q["x"], q["dh"], q["h0"])) == str(check())
    assert compare_gradients(lambda u: (u**2).sum(), {"u": Foreign(np.ones(2))}, {"u": Foreign(np.full(2, 2.0))}).ok
    assert numerical_gradient(np.sum, Foreign(np.arange(3))) == pytest.approx(np.ones(3))


@pytest.mark.parametrize("form", [np.asarray, Foreign])
def test_narrower_types_are_refused_everywhere(form):
    p = problem()
    q = {name: form(array.astype(np.float32)) for name, array in p.items()}
    calls = {
        "W_x": lambda: check_gradients(layer(q), q["x"], q["dh"]),
        "x": lambda: check(p=p | {"x": q["x"]}),
        "dh": lambda: check(p=p | {"dh": q["dh"]}),
        "h0": lambda: check(p=p | {"h0": q["h0"]}),
        "u": lambda: compare_gradients(np.sum, {"u": q["x"]}, {"u": 1}),
    }
    for name, call in [*calls.items(), ("x", lambda: numerical_gradient(np.sum, q["x"]))]:
        with pytest.raises(TypeError, match=f"^{name}: a gradient check needs float64, got float32"):
            call()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.ones((N, T, D + 1))}, ValueError, r"^x: expected \(N, T, D\) with D = 4"),
        ({"x": [[[1.0, np.nan, 1, 1]]]}, ValueError, r"^x: expected finite numbers .* got nan at \(0, 0, 1\)"),
        ({"x": np.ma.ones((N, T, D))}, TypeError, "^x: .* got a masked array"),
        ({"x": None}, TypeError, "^x: .* got None"),
        ({"dh": np.ones((T, H))}, ValueError, r"^dh: expected \(N, T, H\) = \(2, 3, 5\), got \(3, 5\)$"),
        ({"dh": None}, TypeError, "^dh: .* got None"),
        ({"h0": np.ones((N, H + 1))}, ValueError, r"^h0: expected \(N, H\)"),
    ],
)
def test_what_the_model_refuses_is_refused(change, error, message):
    with pytest.raises(error, match=message):
        check(p=problem() | change)


def test_other_arguments_that_are_refused():
    p, dense = problem(), Dense(np.ones((D, 2)))
    refused = [
        (lambda: check_gradients(layer(p), p["x"], p["dh"], p["h0"], h0=p["h0"]), "^h0: expected either state or h0"),
        (lambda: check_gradients(dense, p["x"], np.ones((N, T, 2)), p["h0"]), "^state: expected None, as Dense has no"),
        (lambda: check_gradients(dense, p["x"], np.ones((N, T, 3))), r"^dh: expected \(2, 3, 2\), got \(2, 3, 3\)$"),
        (lambda: check_gradients(np.ones, p["x"], p["dh"]), "^layer_or_net: expected a layer or a network, got <"),
        (lambda: check(mask=~MASK), "^mask: expected True at the first step"),
        (lambda: check(tolerance=0), "^tolerance: expected a finite number above 0, got 0$"),
        (lambda: compare_gradients(np.sum, {}, {}), "^arrays: expected at least one, got none$"),
        (lambda: compare_gradients(np.sum, {"A": 1, "u": 1}, {}), "^gradients: expected A, u, got none$"),
        (lambda: compare_gradients(np.sum, {"A": 1, "u": 1}, {"A": 1, "w": 2}), "^gradients: .* A, u, got A, w$"),
        (lambda: compare_gradients(lambda u: 1, {"u": 1}, {"u": "steep"}), "^gradients: u: expected real numbers, got"),
    ]
    for call, message in refused:
        with pytest.raises((TypeError, ValueError), match=message):
            call()


def test_parameters_and_arguments_are_as_before_to_the_last_bit():
    p, net, target = problem(), network(), np.ones((N, T, 3))
    arrays, given = dict(net.params), {"x": p["x"], "h0": p["h0"], "dh": p["dh"], "target": target}
    kept = {name: array.copy() for name, array in (arrays | given).items()}
    for _ in range(2):
        check_gradients(net, p["x"], target, p["h0"])
        check_gradients(net.rnn, p["x"], p["dh"], p["h0"])
        for name, array in (arrays | given).items():
            np.testing.assert_array_equal(array, kept[name])
        for array in given.values():
            array.flags.writeable = False
    assert all(net.params[name] is array for name, array in arrays.items())


@pytest.mark.parametrize("calls", [3, 10, 30, 60])
def test_parameters_are_put_back_when_the_model_raises(calls):
    class Tires(SimpleRNN):
        left = calls

        def run(self, x, state=None, mask=None):
            self.left -= 1
            if self.left == 0:
                raise ZeroDivisionError("tired")
            return super().run(x, state, mask)

    p = problem()
    rnn = layer(p, kind=Tires)
    with pytest.raises(ZeroDivisionError, match="tired"):
        check_gradients(rnn, p["x"], p["dh"], p["h0"])
    for name, array in rnn.params.items():
        np.testing.assert_array_equal(array, p[name])


def test_a_state_that_leaves_the_numbers_is_named_as_by_the_model():
    p = problem(T=400)
    p["W_h"] *= 100
    for one in (layer(p, "relu"), Network(rnn=layer(p, "relu"), loss=squared_error)):
        with pytest.raises(NotFinite, match="h is not finite from step"):
            check_gradients(one, p["x"], p["dh"])
