"""The verdicts: one fault at a time is caught, and what cannot be compared is never "ok"."""

import re
from dataclasses import astuple
from itertools import count

import numpy as np
import pytest
from gradcheck_cases import H, N, breaking, check, failed, layer, problem, put, times, verdicts

from rnnlib import Grads, Layer, Network, NotFinite, Trace, check_gradients, compare_gradients, squared_error

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
    report = check_gradients(layer(p), p["x"], p["dh"])
    assert failed(report) == {"W_h"} and report["W_h"].verdict == "zero everywhere" and report.worst.name == "W_h"
    for others in ("W", ["W_h", "W_hh"]):
        with pytest.raises(ValueError, match=r"^expect_zero: expected names among W_x, W_h, b, x, h0, got \S+"):
            check_gradients(layer(p), p["x"], p["dh"], expect_zero=others)


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


def test_a_gradient_of_zero_beside_a_large_number_is_not_checked():
    f = lambda u, offset: offset + 1e-7 * u.sum()  # noqa: E731
    for offset, verdict in [(1e8, "not checked: noise (0.0001) hides the slope"), (1.0, "wrong")]:
        arrays, gradients = {"u": np.ones(3), "offset": offset}, {"u": np.zeros(3), "offset": 1}
        assert compare_gradients(f, arrays, gradients, expect_zero="u")["u"].verdict == verdict
    assert compare_gradients(lambda u: 0 * u.sum() + 7, {"u": np.ones(3)}, {"u": np.zeros(3)}, expect_zero="u").ok


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


@pytest.mark.parametrize("differs", [0, 1, 4 + 3, 4 + 7 * 5 + 3, 4 + 7 * 10])
def test_one_call_that_differs_at_the_same_point_is_enough(differs):
    calls = count()  # two at the point, two beside it, and, as the gradient is wrong, seven for each of ten steps
    f = lambda u: u.sum() + 1e-9 * (next(calls) == differs)  # noqa: E731
    report = compare_gradients(f, {"u": np.zeros(1)}, {"u": [2.0]})
    assert verdicts(report) == {"not checked: f is not deterministic"} and not report.ok, report
    assert report.rows[0].name == "u"
    assert next(calls) > differs  # it has been called that often


def test_calls_that_differ_between_two_arrays_are_seen():
    calls = count()
    f = lambda u, v: u.sum() + v.sum() + 1e-9 * (next(calls) < 2)  # noqa: E731
    report = compare_gradients(f, {"u": np.zeros(1), "v": np.zeros(1)}, {"u": [1.0], "v": [1.0]})
    assert verdicts(report) == {"not checked: f is not deterministic"}


def test_gradients_whose_difference_is_beyond_float64_are_no_warning():
    with np.errstate(all="raise"):
        row = compare_gradients(lambda u: -1e308 * u.sum(), {"u": np.zeros(1)}, {"u": [1e308]})["u"]
    assert (row.verdict, row.given) == ("wrong", 1e308)


def test_what_is_not_finite_is_shown_as_it_is():
    row = compare_gradients(lambda u: u.sum(), {"u": np.ones(2)}, {"u": [1, np.inf]})["u"]
    assert (row.verdict, row.given, row.where) == ("not finite", np.inf, (1,))
