"""The gradient checker: it passes what is right, fails what is wrong, and says where and by how much."""

import re
from dataclasses import astuple
from fractions import Fraction
from functools import partial
from html.parser import HTMLParser

import numpy as np
import pytest

from rnnlib import (
    Dense,
    GradientReport,
    GradientRow,
    RecurrentNetwork,
    SimpleRNN,
    check_gradients,
    compare_gradients,
    numerical_gradient,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    squared_error,
)

ACTIVATIONS = ["tanh", "sigmoid", "relu", "identity"]
N, T, D, H = 2, 3, 4, 5


def problem(seed=0, N=N, T=T, D=D, H=H, scale=0.5):
    rng = np.random.default_rng(seed)
    shapes = {"x": (N, T, D), "h0": (N, H), "W_x": (D, H), "W_h": (H, H), "b": (H,), "dh": (N, T, H)}
    return {name: rng.standard_normal(shape) * scale for name, shape in shapes.items()}


def layer(p, activation="tanh", kind=SimpleRNN):
    return kind(p["W_x"], p["W_h"], p["b"], activation)


def check(kind, activation="tanh", p=None, **options):
    p = problem() if p is None else p
    return check_gradients(layer(p, activation, kind), p["x"], p["dh"], p["h0"], **options)


def copies(arrays):
    return {name: np.copy(array) for name, array in arrays.items()}


def failed(report):
    return {row.name for row in report.rows if not row.ok} | {habit for habit, ok in report.habits.items() if not ok}


# --- numerical gradients ------------------------------------------------------------------------------------


def test_numerical_gradients_of_known_functions():
    x = np.array([[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]])
    kept = x.copy()
    for f, gradient in [
        (lambda u: (u**2).sum(), 2 * x),
        (lambda u: np.sin(u).sum(), np.cos(x)),
        (lambda u: u[0, 1] * u[1, 0], np.array([[0, 3, 0], [-2, 0, 0]])),
        (lambda u: 7.0, np.zeros((2, 3))),
    ]:
        np.testing.assert_allclose(numerical_gradient(f, x), gradient, atol=1e-9)
        np.testing.assert_array_equal(x, kept)
    assert numerical_gradient(lambda u: float(u**3), 2.0) == pytest.approx(12, abs=1e-8)
    assert numerical_gradient(lambda u: (u**3).sum(), [2.0]).shape == (1,)


def test_the_step_can_be_chosen():
    slope = numerical_gradient(lambda u: (u**3).sum(), np.array([0.0]), eps=0.1)
    np.testing.assert_allclose(slope, 0.01, rtol=1e-12)  # 3x² + eps²


def test_the_function_may_scribble_over_what_it_gets():
    def f(u):
        value = (u**2).sum()
        u[...] = np.nan
        return value

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(f, x), [2, 4], atol=1e-9)
    np.testing.assert_array_equal(x, [1, 2])
    assert compare_gradients(lambda u, v: f(u) * f(v), {"u": x, "v": [3.0]}, {"u": 18 * x, "v": [30.0]}).ok


@pytest.mark.parametrize(
    ("x", "error", "message"),
    [
        (np.ones(2, np.float32), TypeError, "^x: a gradient check needs float64, got float32"),
        (np.ones(2, int), TypeError, "^x: a gradient check needs float64, got int64"),
        ([1.0, np.nan], ValueError, r"^x: expected finite numbers .* got nan at \(1,\)"),
        (None, TypeError, "^x: .* got None"),
    ],
)
def test_numerical_gradient_refuses(x, error, message):
    with pytest.raises(error, match=message):
        numerical_gradient(lambda u: u.sum(), x)
    with pytest.raises(error, match=message):
        compare_gradients(lambda x: x.sum(), {"x": x}, {"x": np.ones(2)})


def test_a_function_must_return_one_number():
    with pytest.raises(ValueError, match=r"^f: expected one number, got an array \(2,\)"):
        numerical_gradient(lambda u: u, np.ones(2))


@pytest.mark.parametrize("value", [None, "much", 1j])
def test_a_function_that_returns_something_else_is_named(value):
    # float() speaks of itself
    with pytest.raises((TypeError, ValueError), match="^f: expected one number, got "):
        numerical_gradient(lambda u: value, np.ones(2))


# --- what is right passes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("bias", [True, False])
def test_the_right_layer_passes(activation, bias):
    p = problem()
    rnn = SimpleRNN(p["W_x"], p["W_h"], p["b"] if bias else None, activation)
    for h0 in (p["h0"], None):
        report = check_gradients(rnn, p["x"], p["dh"], h0)
        assert report.ok, report
        assert [row.name for row in report.rows] == ["W_x", "W_h", *["b"] * bias, "x", "h0"]
        assert set(report.habits.values()) == {True}


@pytest.mark.parametrize("leading", [(2, 3), (4,), (1,), ()])
def test_the_right_dense_layer_passes(leading):
    # for x of shape (D,) the check slices features as if they were a batch, and raises
    rng = np.random.default_rng(0)
    dense = Dense(rng.standard_normal((4, 3)), rng.standard_normal(3))
    report = check_gradients(dense, rng.standard_normal((*leading, 4)), rng.standard_normal((*leading, 3)))
    assert report.ok, report
    assert [row.name for row in report.rows] == ["W", "b", "x"]


@pytest.mark.parametrize("read", ["all", "last"])
@pytest.mark.parametrize("reduction", ["mean", "batch", "sum"])
@pytest.mark.parametrize("loss", [squared_error, sigmoid_cross_entropy, softmax_cross_entropy])
def test_the_right_network_passes(loss, reduction, read):
    p, rng = problem(), np.random.default_rng(1)
    net = RecurrentNetwork(layer(p), Dense(rng.standard_normal((H, 3))), partial(loss, reduction=reduction), read=read)
    shape = (N, T, 3) if read == "all" else (N, 3)
    target = rng.integers(0, 3, shape[:-1]) if loss is softmax_cross_entropy else rng.uniform(0, 1, shape)
    report = check_gradients(net, p["x"], target, p["h0"])
    assert report.ok, report


def test_300_right_layers_never_fail_at_1e_8():
    # with weights from N(0, 1) a chain of tanh bends so much that eps² shows: up to 1.3e-7
    rng, worst, wrong = np.random.default_rng(300), 0.0, []
    for number in range(300):
        sizes = dict(zip("NTDH", (int(size) for size in rng.integers(1, 7, size=4)), strict=True))
        activation = ACTIVATIONS[number % 4]
        dead = ("W_x", "W_h", "b", "x", "h0") if activation == "relu" or sizes["T"] == 1 else ()  # no node may be awake
        report = check(SimpleRNN, activation, problem(number, **sizes, scale=1), expect_zero=dead)
        worst = max(worst, report.worst.error)
        if not report.ok:
            wrong.append(f"{number} {activation} {sizes}\n{report}")
    print(f"largest error of 300 right layers: {worst:.1e}")  # pytest -s shows it
    assert not wrong, "\n".join(wrong)


def test_a_long_chain_with_large_weights_passes():
    #
    report = check(SimpleRNN, p=problem(900, N=6, T=6, D=5, H=6, scale=1))
    assert report.ok, report


def test_large_inputs_pass():
    # prices in yen: x + eps is rounded, and the loss is large, so 1e-8 is out of reach
    rng = np.random.default_rng(0)
    report = check_gradients(Dense(rng.standard_normal((3, 2))), 20000 + rng.standard_normal((4, 3)), np.ones((4, 2)))
    assert {row.verdict for row in report.rows} == {"ok"}, report


def test_a_loss_thousands_of_times_its_slope_passes():
    # a step of 1e-5 leaves 1e-7 of rounding in the slope, and only a larger step gets below 1e-8
    for seed in range(10):
        u = np.random.default_rng(seed).standard_normal(6)
        report = compare_gradients(lambda u: 3000 + np.sin(u).sum(), {"u": u}, {"u": np.cos(u)})
        assert report["u"].verdict == "ok", f"seed {seed}\n{report}"


# --- what is wrong is caught, one fault at a time -------------------------------------------------------------


def breaking(change):
    """Make a layer whose backward is right but for one change, a function of (layer, dx, dh) that returns dx."""

    class Broken(SimpleRNN):
        def backward(self, dh):
            return change(self, super().backward(dh), dh)

    return Broken


def put(name, where, value):
    def change(rnn, dx, dh):
        array = {"x": dx, "h0": rnn.dh0, **rnn.grads}[name]
        array[where] = value(array[where]) if callable(value) else value
        return dx

    return breaking(change)


def test_the_unbroken_one_passes():
    assert check(breaking(lambda rnn, dx, dh: dx)).ok


PLACES = [("W_x", (1, 2)), ("W_h", (4, 0)), ("b", (3,)), ("x", (1, 0, 3)), ("h0", (0, 2))]


@pytest.mark.parametrize(("name", "where"), PLACES)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_in_backward(name, where, value):
    report = check(put(name, where, value))
    assert failed(report) == {name}
    row = report[name]
    assert (row.verdict, row.where, row.error) == ("not finite", where, np.inf)
    np.testing.assert_equal(row.given, value)
    assert np.isfinite(row.numerical)
    assert report.worst is row


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_and_infinity_in_the_function(value):
    report = compare_gradients(lambda u: u[0] + (value if u[1] > 2 else 0), {"u": np.array([1.0, 2.0])}, {"u": [1, 0]})
    assert not report.ok
    assert (report["u"].verdict, report["u"].where) == ("not finite", (1,))
    report = compare_gradients(lambda u: value, {"u": np.array([1.0, 2.0])}, {"u": [0, 0]}, expect_zero=("u",))
    assert report["u"].verdict == "not finite"


@pytest.mark.parametrize(("name", "where"), PLACES)
def test_one_entry_off_by_a_thousandth(name, where):
    right = check(SimpleRNN)
    report = check(put(name, where, lambda g: g * 1.001))
    assert failed(report) == {name}
    row = report[name]
    assert (row.verdict, row.where) == ("wrong", where)
    assert row.given == pytest.approx(row.numerical * 1.001, rel=1e-7)
    assert 1e-5 < row.error < 1e-2
    assert report.worst is row
    assert right[name].ok


def test_a_drift_of_one_ten_thousandth():
    def drift(rnn, dx, dh):
        for array in (*rnn.grads.values(), rnn.dh0):
            array *= 1.0001
        return dx * 1.0001

    report = check(breaking(drift))
    assert failed(report) == {"W_x", "W_h", "b", "x", "h0"}
    assert all(row.given == pytest.approx(row.numerical * 1.0001, rel=1e-7) for row in report.rows)


@pytest.mark.parametrize("name", ["W_x", "W_h", "b", "x", "h0"])
def test_a_gradient_of_zeros(name):
    report = check(put(name, ..., 0))
    assert failed(report) == {name}
    assert report[name].verdict == "wrong"  # both numbers are shown: it is not only zero, it ought not to be
    assert failed(check(put(name, ..., 0), expect_zero=(name,))) == {name}  # expected or not, it is wrong


def test_zero_everywhere_and_rightly_so_must_be_expected():
    p = problem(T=1)
    for W_h_is in (("W_h",), ["W_h"], {"W_h", "b"}, iter(["W_h"])):
        # an iterator is used up by the first row
        assert check_gradients(layer(p), p["x"], p["dh"], expect_zero=W_h_is).ok
    report = check_gradients(layer(p), p["x"], p["dh"])
    assert failed(report) == {"W_h"}
    assert report["W_h"].verdict == "zero everywhere"
    one, zeros = {"u": np.ones(2), "v": np.ones(2)}, {"u": [0, 0], "v": [1, 1]}
    f = lambda u, v: v.sum()  # noqa: E731
    assert compare_gradients(f, one, zeros)["u"].verdict == "zero everywhere"
    assert compare_gradients(f, one, zeros, expect_zero=["u"]).ok


def test_one_name_given_as_text_is_that_name():
    # taken letter by letter by one function, as a substring by the other
    p = problem(T=1)
    assert check_gradients(layer(p), p["x"], p["dh"], expect_zero="W_h").ok
    f = lambda W, W_h: W_h.sum()  # noqa: E731
    report = compare_gradients(f, {"W": np.ones(1), "W_h": np.ones(1)}, {"W": [0], "W_h": [1]}, expect_zero="W_h")
    assert failed(report) == {"W"}


def test_a_transposed_gradient_of_W_h():
    def transpose(rnn, dx, dh):
        rnn.grads["W_h"] = rnn.grads["W_h"].T
        return dx

    assert failed(check(breaking(transpose))) == {"W_h"}


@pytest.mark.parametrize("t", range(T))
def test_dx_wrong_at_one_time_step(t):
    report = check(put("x", np.s_[:, t], lambda g: g * 1.01))
    assert failed(report) == {"x"}
    assert report["x"].where[1] == t


def test_dh0_not_filled():
    def leave(value):
        def change(rnn, dx, dh):
            rnn.dh0 = value
            return dx

        return breaking(change)

    report = check(leave(None))
    assert failed(report) == {"h0"}
    assert (report["h0"].verdict, report["h0"].error) == ("missing", np.inf)
    assert failed(check(leave(np.zeros((N, H))))) == {"h0"}
    assert check(leave(np.zeros(H)))["h0"].verdict == f"shape ({H},) instead of ({N}, {H})"


def test_dh0_left_over_from_an_earlier_backward_is_not_taken_for_an_answer():
    # the check never clears dh0
    p = problem()
    rnn = layer(p)
    rnn.forward(p["x"], p["h0"])
    rnn.backward(p["dh"])
    right = rnn.backward

    def forgets(dh):
        kept = rnn.dh0
        dx = right(dh)
        rnn.dh0 = kept
        return dx

    rnn.backward = forgets
    assert failed(check_gradients(rnn, p["x"], p["dh"], p["h0"])) == {"h0"}


def test_a_backward_that_returns_nothing_is_missing_dx():
    # np.array_equal(..., equal_nan=True) raises TypeError on None
    report = check(breaking(lambda rnn, dx, dh: None))
    assert failed(report) == {"x"}
    assert report["x"].verdict == "missing"


def test_a_missing_gradient_and_one_of_another_shape():
    def lose(rnn, dx, dh):
        del rnn.grads["b"]
        return dx

    def spread(rnn, dx, dh):
        rnn.grads["b"] = rnn.da.sum(axis=1)
        return dx

    report = check(breaking(lose))
    assert failed(report) == {"b"}
    assert report["b"].verdict == "missing"
    report = check(breaking(spread))
    assert failed(report) == {"b"}
    assert report["b"].verdict == f"shape ({N}, {H}) instead of ({H},)"


def test_no_walk_through_time():
    class Short(SimpleRNN):
        def backward(self, dh):
            W_h = self.seen[4]
            kept = W_h.copy()
            W_h[...] = 0
            dx = super().backward(dh)
            W_h[...] = kept
            return dx

    assert {"W_x", "W_h", "b", "x", "h0"} <= failed(check(Short))


def test_upstream_overwritten_in_place():
    def scribble(rnn, dx, dh):
        dh[...] = rnn.da
        return dx

    report = check(breaking(scribble))
    assert "arguments left alone" in failed(report)
    assert report.habits["arguments left alone"] is False
    assert all(row.ok for row in report.rows)  # the first call's gradients are right


def test_x_overwritten_in_place():
    # the scribbled x is never restored during the differences: it doubles until it is refused
    class Scribbles(SimpleRNN):
        def forward(self, x, h0=None):
            h = super().forward(x, h0)
            x *= 2
            return h

    report = check(Scribbles)
    assert report.habits["arguments left alone"] is False
    assert all(row.ok for row in report.rows), report


def test_h0_overwritten_in_place():
    class Scribbles(SimpleRNN):
        def forward(self, x, h0=None):
            h = super().forward(x, h0)
            h0 *= 2
            return h

    assert failed(check(Scribbles)) == {"arguments left alone", "a second call gives the same"}


def test_gradients_that_pile_up():
    class Piles(SimpleRNN):
        def backward(self, dh):
            old = self.grads
            dx = super().backward(dh)
            self.grads = {name: g + old.get(name, 0) for name, g in self.grads.items()}
            return dx

    report = check(Piles)
    assert failed(report) == {"a second call gives the same"}
    assert not report.ok


def test_a_leak_between_the_items_of_a_batch():
    class Leaks(SimpleRNN):
        """x less its mean over the batch, forwards and backwards: the gradients are right, the layer is not."""

        def forward(self, x, h0=None):
            return super().forward(x - 0.1 * x.mean(axis=0), h0)

        def backward(self, dh):
            dx = super().backward(dh)
            return dx - 0.1 * dx.mean(axis=0)

    report = check(Leaks)
    assert failed(report) == {"batch items independent"}
    report = check(Leaks, p=problem(N=1))
    assert report.ok
    assert report.habits["batch items independent"] is None
    assert "○ batch items independent (not checked)" in str(report)
    rng = np.random.default_rng(0)
    net = RecurrentNetwork(layer(problem(), kind=Leaks), Dense(rng.standard_normal((H, 2))), squared_error)
    assert failed(check_gradients(net, problem()["x"], np.ones((N, T, 2)))) == {"batch items independent"}


def test_a_leak_through_h0():
    class Leaks(SimpleRNN):
        def forward(self, x, h0=None):
            return super().forward(x, None if h0 is None else h0 - 0.1 * h0.mean(axis=0))

        def backward(self, dh):
            dx = super().backward(dh)
            self.dh0 = self.dh0 - 0.1 * self.dh0.mean(axis=0)
            return dx

    p = problem()
    net = RecurrentNetwork(layer(p, kind=Leaks), Dense(np.eye(H)), squared_error)
    assert failed(check_gradients(net, p["x"], p["dh"], p["h0"])) == {"batch items independent"}


def test_a_leak_of_five_billionths():
    class Leaks(SimpleRNN):
        def forward(self, x, h0=None):
            return super().forward(x, h0) + 5e-9 * len(x)

    assert failed(check(Leaks)) == {"batch items independent"}


def test_a_network_whose_layers_are_broken():
    p, rng = problem(), np.random.default_rng(0)
    target = rng.uniform(0, 1, (N, T, 2))
    net = RecurrentNetwork(
        layer(p, kind=put("W_h", (0, 1), lambda g: g * 1.01)), Dense(rng.standard_normal((H, 2))), squared_error
    )
    assert failed(check_gradients(net, p["x"], target, p["h0"])) == {"rnn.W_h"}
    double = RecurrentNetwork(
        layer(p),
        Dense(rng.standard_normal((H, 2))),
        lambda y, target: (((y - target) ** 2).sum() / 2, 2 * (y - target)),
    )
    assert {"rnn.W_x", "rnn.W_h", "rnn.b", "readout.W", "x", "h0"} == failed(check_gradients(double, p["x"], target))


def test_wrong_dense_layers():
    class NoBatch(Dense):
        def backward(self, dv):
            dx = super().backward(dv)
            self.grads["W"] = self.grads["W"] / len(dv)
            return dx

    rng = np.random.default_rng(0)
    dense = NoBatch(rng.standard_normal((4, 3)), rng.standard_normal(3))
    assert failed(check_gradients(dense, rng.standard_normal((2, 4)), rng.standard_normal((2, 3)))) == {"W"}


def test_the_tolerance_can_be_chosen():
    broken = put("W_x", (1, 2), lambda g: g + 1e-4)
    assert not check(broken).ok
    assert check(broken, tolerance=1e-3).ok
    assert not check(put("W_x", (1, 2), lambda g: g + 1e-7)).ok


# --- learners' own code: compare_gradients --------------------------------------------------------------------


def test_compare_gradients_on_any_function():
    rng = np.random.default_rng(0)
    A, u = rng.standard_normal((3, 3)), rng.standard_normal(3)
    f = lambda A, u: float(u @ A @ u)  # noqa: E731
    right = {"A": np.outer(u, u), "u": (A + A.T) @ u}
    arrays = {"A": A, "u": u}
    kept = copies(arrays)
    report = compare_gradients(f, arrays, right)
    assert report.ok
    assert report.habits == {}
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, kept[name])
    assert failed(compare_gradients(f, arrays, right | {"u": 2 * A @ u})) == {"u"}
    assert compare_gradients(f, arrays, right | {"u": None})["u"].verdict == "missing"
    assert compare_gradients(f, arrays, right | {"u": A})["u"].verdict == "shape (3, 3) instead of (3,)"
    # one column where the gradient is one row must not be broadcast into agreement
    assert not compare_gradients(f, arrays, right | {"u": right["u"][:, np.newaxis]}).ok


@pytest.mark.parametrize(("given", "verdict"), [(None, "missing"), ([1.0, 2.0], "shape (2,) instead of (1,)")])
def test_a_row_without_a_comparison_has_no_place_and_no_numbers(given, verdict):
    row = compare_gradients(lambda u: u.sum(), {"u": np.ones(1)}, {"u": given})["u"]
    np.testing.assert_equal(astuple(row), ("u", np.inf, (), np.nan, np.nan, verdict))


@pytest.mark.parametrize(
    ("slope", "given", "error"), [(0.5, 0.6, 0.1), (-0.5, 0.5, 1.0), (4.0, 5.0, 0.25), (0.0, 3.0, 3.0)]
)
def test_the_error_is_relative_to_the_largest_entry_but_never_to_less_than_1(slope, given, error):
    row = compare_gradients(lambda u: slope * u[0], {"u": np.ones(2)}, {"u": [given, 0]})["u"]
    assert row.error == pytest.approx(error, rel=1e-6)
    assert row.where == (0,)


def test_an_error_of_just_the_tolerance_passes():
    row = compare_gradients(lambda u: 0.0, {"u": np.zeros(2)}, {"u": [0, 1e-8]})["u"]
    assert (row.verdict, row.error) == ("ok", 1e-8)
    assert row.where == (0,)  # of a right gradient the largest entry of the numerical one, here the first of equals


def test_gradients_may_be_numbers_of_any_kind():
    assert compare_gradients(lambda u: u.sum() / 3, {"u": np.ones(2)}, {"u": [Fraction(1, 3)] * 2}).ok


@pytest.mark.parametrize(
    ("gradients", "message"),
    [
        ({}, "^gradients: expected A, u, got none$"),
        ({"A": 1}, "^gradients: expected A, u, got A$"),
        ({"A": 1, "w": 2}, "^gradients: expected A, u, got A, w$"),
    ],
)
def test_compare_gradients_wants_the_same_names(gradients, message):
    with pytest.raises(ValueError, match=message):
        compare_gradients(lambda A, u: 0.0, {"A": np.ones(1), "u": np.ones(1)}, gradients)


# --- kinks ----------------------------------------------------------------------------------------------------


def at_the_kink(seed=0):
    """Node 2 of item 0 stands at a pre-activation of exactly 0 at t = 0, everything else is far from it."""
    p = problem(seed)
    p["x"][0, 0], p["h0"][0] = 0, 0
    p["b"][...] = [0.5, -0.4, 0, 0.7, -0.6]
    return p


def test_a_kink_is_told_from_an_error():
    p = at_the_kink()
    report = check(SimpleRNN, "relu", p)
    assert report.ok, report
    assert report["b"].verdict == "ok, 1 at a kink"
    assert "at a kink" in str(report)
    assert report["W_x"].verdict == "ok"  # x is 0 there: no weight moves a


def test_an_error_beside_a_kink_is_still_caught():
    p = at_the_kink()
    report = check(put("b", (3,), lambda g: g * 1.001), "relu", p)
    assert failed(report) == {"b"}
    assert report["b"].where == (3,)
    assert failed(check(put("W_h", (1, 3), lambda g: g + 0.001), "relu", p)) == {"W_h"}


def test_nan_at_the_kink_itself_is_caught():
    report = check(put("b", (2,), np.nan), "relu", at_the_kink())
    assert failed(report) == {"b"}
    assert (report["b"].verdict, report["b"].where) == ("not finite", (2,))


def test_no_kink_is_seen_in_smooth_layers():
    for activation in ("tanh", "sigmoid", "identity"):
        assert "kink" not in str(check(SimpleRNN, activation, at_the_kink()))


def test_a_small_kink_is_a_kink():
    # slopes that differ by less than 1e-3 · max(1, max|g|) count as no kink
    p = at_the_kink()
    p["dh"] *= 1e-3
    report = check(SimpleRNN, "relu", p)
    assert report.ok, report
    assert report["b"].verdict == "ok, 1 at a kink"


def test_a_smooth_bend_is_no_kink():
    # f'' = 2000 makes the slopes differ by 0.02, and any number between them passes
    f = lambda u: float(1000 * (u**2).sum())  # noqa: E731
    assert compare_gradients(f, {"u": np.zeros(1)}, {"u": [0.0]}, expect_zero=["u"])["u"].verdict == "ok"
    assert not compare_gradients(f, {"u": np.zeros(1)}, {"u": [0.005]}).ok


def test_a_kink_half_a_step_away_is_a_kink():
    u = np.array([0.0])
    for side in (np.add, np.subtract):  # to the right, and to the left
        report = compare_gradients(lambda u, side=side: np.maximum(5e-6, side(0, u)).sum(), {"u": u}, {"u": [0.0]})
        assert report["u"].verdict == "ok, 1 at a kink"


def test_either_slope_will_do_at_a_kink():
    for given in (-1.0, 3.0):
        report = compare_gradients(lambda u: np.maximum(-u, 3 * u).sum(), {"u": np.zeros(1)}, {"u": [given]})
        assert report["u"].verdict == "ok, 1 at a kink"


def test_the_place_shown_is_never_a_kink():
    f = lambda u: 8 * max(u[0], 0) + u[1] / 2  # noqa: E731
    row = compare_gradients(f, {"u": np.zeros(2)}, {"u": [0, 0.5]})["u"]
    assert (row.verdict, row.where, row.given) == ("ok, 1 at a kink", (1,), 0.5)


def test_a_kink_below_the_tolerance_is_not_worth_a_word():
    f = lambda u: 1000 * u[0] + 1e-7 * max(u[1], 0)  # noqa: E731
    assert compare_gradients(f, {"u": np.zeros(2)}, {"u": [1000, 0]})["u"].verdict == "ok"


def test_several_nodes_at_their_kinks_at_once():
    # x_1 = 0, b = 0, no h0, as in binary addition: backward's 0 need not lie between the two slopes
    for seed in range(10):
        p = problem(seed, N=1)
        p["x"][:, 0], p["b"][...] = 0, 0
        report = check_gradients(layer(p, "relu"), p["x"], p["dh"])
        assert report.ok, f"seed {seed}\n{report}"


# --- the report -------------------------------------------------------------------------------------------------


def test_the_table_of_a_right_layer_has_no_noise_in_it():
    report = check(SimpleRNN)
    text = str(report)
    lines = text.splitlines()
    assert re.split(r"  +", lines[0]) == ["gradient by", "worst error", "at", "backward", "numerical", "verdict"]
    for line, name in zip(lines[1:6], ["W_x", "W_h", "b", "x", "h0"], strict=True):
        cells = re.split(r"  +", line)
        assert (cells[0], cells[1], cells[5]) == (name, "< 1e-08", "✓ ok")
        assert cells[3] == cells[4]
        assert float(cells[3]) == pytest.approx(report[name].numerical, rel=1e-3)
    assert lines[6:] == ["✓ arguments left alone", "✓ a second call gives the same", "✓ batch items independent"]
    assert not re.search(r"e-(09|1\d|2\d)", text)
    assert repr(report) == text


def test_the_table_of_a_wrong_layer_shows_both_numbers():
    report = check(put("W_h", (4, 0), 0.125))
    row = report["W_h"]
    line = next(line for line in str(report).splitlines() if line.startswith("W_h"))
    name, error, where, given, numerical, verdict = re.split(r"  +", line)
    assert (name, error, where, given, verdict) == ("W_h", f"{row.error:.2g}", "[4, 0]", "0.125", "✗ wrong")
    assert float(numerical) == pytest.approx(row.numerical, rel=1e-3)
    assert (row.where, row.given) == ((4, 0), 0.125)
    assert "✗" in str(check(breaking(lambda rnn, dx, dh: dx * np.nan)))


def test_the_table_to_the_letter():
    rows = [
        GradientRow("W", 1e-8, (1, 0), 1 / 3, 1 / 3, "ok"),  # an error of just the tolerance passes
        GradientRow("long_name", 0.25, (), 2 / 3, -1e-8, "wrong"),  # a number of just the tolerance is 0
    ]
    report = GradientReport(rows, 1e-8, {"a habit": False, "another": True, "a third": None})
    assert str(report).splitlines() == [
        "gradient by  worst error  at      backward    numerical  verdict",
        "W            < 1e-08      [1, 0]  0.3333      0.3333     ✓ ok",
        "long_name    0.25         []      0.66666667  0          ✗ wrong",
        "✗ a habit",
        "✓ another",
        "○ a third (not checked)",
    ]


class Cells(HTMLParser):
    """Everything that a browser would show, piece by piece, and whether every tag is closed by its own."""

    def __init__(self, html):
        super().__init__()
        self.open, self.pieces = [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.pieces.append((self.open[-1] if self.open else None, data))


def test_the_html_shows_what_the_text_shows_and_nothing_else():
    report = check(put("W_h", (4, 0), 0.125))
    head, *lines = str(report).splitlines()
    shown = [("th", cell) for cell in re.split(r"  +", head)]
    shown += [("td", cell) for line in lines[:5] for cell in re.split(r"  +", line)]
    shown += [("div", line) for line in lines[5:]]
    assert Cells(report._repr_html_()).pieces == shown


def test_the_html_table_says_the_same():
    report = check(put("W_h", (4, 0), np.nan))
    html = report._repr_html_()
    assert html.count("<tr>") == html.count("</tr>") == 6
    for cell in ("W_h", "[4, 0]", "nan", "✗ not finite", "&lt; 1e-08", "✓ ok", "numerical"):
        assert f">{cell}</t" in html, cell
    assert "✓ batch items independent" in html
    assert "< 1e-08" not in html
    bold = compare_gradients(lambda **kw: kw["<b>"].sum(), {"<b>": np.ones(1)}, {"<b>": [1]})
    assert "&lt;b&gt;" in bold._repr_html_() and "<b>" not in bold._repr_html_()


def test_rows_by_name_and_the_worst():
    report = check(put("x", (0, 1, 2), lambda g: g + 0.1))
    assert isinstance(report, GradientReport)
    assert report["x"].name == "x"
    assert report.worst is report["x"]
    assert not report.ok and not report["x"].ok and report["W_x"].ok
    p = problem(T=1)
    zero = check_gradients(layer(p), p["x"], p["dh"])
    assert zero.worst.name == "W_h"  # its error is 0, yet it failed
    right = check(SimpleRNN)
    assert right.worst.error == max(row.error for row in right.rows)


def test_a_name_that_is_not_there_is_a_key_error():
    # StopIteration, which ends loops in silence
    with pytest.raises(KeyError, match="W_y"):
        check(SimpleRNN)["W_y"]


def test_the_place_shown_does_not_hang_on_rounding():
    # of equal entries the one with the luckiest noise is shown, another on another machine
    rng = np.random.default_rng(0)
    for _ in range(10):
        u = rng.standard_normal(6)
        report = compare_gradients(
            lambda u: float(np.tanh(u).sum() * 0 + (3 * u).sum()), {"u": u}, {"u": np.full(6, 3.0)}
        )
        assert report["u"].where == (0,)


def test_numbers_that_differ_look_different():
    # .4g shows a drift of 1e-4 as two equal numbers
    for seed in range(10):
        report = check(breaking(lambda rnn, dx, dh: dx * 1.0001), p=problem(seed))
        cells = re.split(r"  +", next(line for line in str(report).splitlines() if line.startswith("x ")))
        assert cells[3] != cells[4]


def test_rounding_noise_around_zero_is_not_printed():
    # both numbers are 0 up to rounding, and 1e-12 is printed
    rng = np.random.default_rng(0)
    u, w = rng.standard_normal((2, 5))
    f = lambda u: float((np.sin(u + 1) @ w) - (w @ np.sin(1 + u)) + np.cos(u).sum() - np.cos(u[::-1]).sum())  # noqa: E731
    report = compare_gradients(f, {"u": u}, {"u": np.full(5, 1e-17)})
    assert report.ok
    assert not re.search(r"e-(09|1\d|2\d)", str(report)), report


# --- the check leaves things as they were -----------------------------------------------------------------------


def test_parameters_and_arguments_are_as_before_to_the_last_bit():
    p = problem()
    rnn, readout = layer(p), Dense(np.random.default_rng(0).standard_normal((H, 2)))
    target = np.ones((N, T, 2))
    net = RecurrentNetwork(rnn, readout, squared_error)
    arrays = dict(net.params)
    kept, arguments = copies(arrays), {"x": p["x"], "h0": p["h0"], "dh": p["dh"], "target": target}
    before = copies(arguments)
    check_gradients(net, p["x"], target, p["h0"])
    check_gradients(rnn, p["x"], p["dh"], p["h0"])
    for name, array in net.params.items():
        assert array is arrays[name]
        np.testing.assert_array_equal(array, kept[name])
    for name, array in arguments.items():
        np.testing.assert_array_equal(array, before[name])
    for array in arguments.values():
        array.flags.writeable = False
    assert check_gradients(rnn, p["x"], p["dh"], p["h0"]).ok
    assert check_gradients(net, p["x"], target, p["h0"]).ok


@pytest.mark.parametrize("calls", [3, 10, 30, 60])
def test_parameters_are_restored_when_the_model_raises(calls):
    class Tires(SimpleRNN):
        left = calls

        def forward(self, x, h0=None):
            self.left -= 1
            if self.left == 0:
                raise ZeroDivisionError("tired")
            return super().forward(x, h0)

    p = problem()
    rnn = layer(p, kind=Tires)
    kept = copies(rnn.params)
    with pytest.raises(ZeroDivisionError, match="tired"):
        check_gradients(rnn, p["x"], p["dh"], p["h0"])
    for name, array in rnn.params.items():
        np.testing.assert_array_equal(array, kept[name])


# --- refusals ---------------------------------------------------------------------------------------------------


def test_float32_is_refused_everywhere():
    p = problem()
    narrow = {name: array.astype(np.float32) for name, array in p.items()}
    rnn = layer(p)
    for call, name in [
        (lambda: check_gradients(layer(narrow), narrow["x"], narrow["dh"]), "W_x"),
        (lambda: check_gradients(rnn, narrow["x"], p["dh"]), "x"),
        (lambda: check_gradients(rnn, p["x"], narrow["dh"]), "dh"),
        (lambda: check_gradients(rnn, p["x"], p["dh"], narrow["h0"]), "h0"),
    ]:
        with pytest.raises(TypeError, match=f"^{name}: a gradient check needs float64, got float32"):
            call()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.ones((N, T, D + 1))}, ValueError, r"^x: expected \(N, T, D\) with D = 4"),
        # the product with forward comes before backward's door
        ({"dh": np.ones((N, T, H + 1))}, ValueError, r"^dh: expected \(N, T, H\)"),
        ({"dh": np.ones((T, H))}, ValueError, r"^dh: expected \(N, T, H\)"),
        ({"dh": None}, TypeError, "^dh: .* got None"),
        ({"h0": np.ones((N, H + 1))}, ValueError, r"^h0: expected \(N, H\)"),
        ({"x": np.full((N, T, D), np.nan)}, ValueError, "^x: expected finite numbers"),
        ({"x": np.ma.ones((N, T, D))}, TypeError, "^x: .* got a masked array"),
    ],
)
def test_what_the_model_refuses_is_refused(change, error, message):
    p = problem()
    rnn = layer(p)
    kept = copies(rnn.params)
    p |= change
    with pytest.raises(error, match=message):
        check_gradients(rnn, p["x"], p["dh"], p["h0"])
    for name, array in rnn.params.items():
        np.testing.assert_array_equal(array, kept[name])


def test_a_target_may_be_any_sequence():
    net = RecurrentNetwork(layer(problem()), Dense(np.eye(H)[:, :2]), softmax_cross_entropy)
    assert check_gradients(net, problem()["x"], ((0, 1, 0), (1, 1, 0)), expect_zero=["W_h"]).ok


def test_a_dh_that_does_not_fit_a_dense_layer_is_refused():
    with pytest.raises(ValueError, match=r"^dh: expected \(2, 3\), got \(2, 4\)$"):
        check_gradients(Dense(np.ones((5, 3))), np.ones((2, 5)), np.ones((2, 4)))


def test_a_masked_target_is_refused():
    # np.array drops the mask before the loss can see it
    net = RecurrentNetwork(layer(problem()), Dense(np.ones((H, 2))), squared_error)
    with pytest.raises(TypeError, match="^target: .* masked array"):
        check_gradients(net, problem()["x"], np.ma.ones((N, T, 2)))


@pytest.mark.parametrize("k", [3000, 20_000])
def test_a_steep_function_is_no_error_and_an_error_in_it_is_found(k):
    q = np.array([0.1, 0.2])
    steep, slope = lambda q: np.sin(k * q).sum(), k * np.cos(k * q)
    assert compare_gradients(steep, {"q": q}, {"q": slope}).ok
    assert not compare_gradients(steep, {"q": q}, {"q": slope * (1 + 1e-4)}).ok
