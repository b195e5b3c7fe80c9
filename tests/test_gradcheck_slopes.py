"""Slopes and their noise: rounding hides no error, makes none, and is spoken of."""

from functools import partial
from itertools import count

import numpy as np
import pytest
from gradcheck_cases import CHECKS, check, layer, problem, times, verdicts

from rnnlib import Loss, Network, SimpleRNN, check_gradients, compare_gradients, softmax_cross_entropy
from rnnlib.gradcheck.slopes import measure_slope


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
    for seed in range(40 if "in float32" not in name else 10):
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


def test_float32_may_be_off_by_the_tolerance_and_other_rounding_by_thirty_times_that():
    for seed in range(4):
        u = np.random.default_rng(seed).standard_normal(1)
        for tolerance, verdict in [(1e-5, "not checked: f is not in float64"), (1e-4, "ok")]:
            f = lambda u: np.float32(np.sin(u).sum())  # noqa: E731
            report = compare_gradients(f, {"u": u}, {"u": np.cos(u)}, tolerance=tolerance)
            assert report["u"].verdict == verdict, report
    assert sines(lambda f: 1e5 + f)(0, 1)["u"].verdict == "ok, as far as rounding (1e-07) lets us see"


def test_a_slope_says_whether_the_function_repeats_itself():
    def of_calls(value):
        calls = count()
        return lambda step: step + value(next(calls))

    for middle in (3, 10, 38):  # of seven values for each step, the one at the point itself
        assert not measure_slope(of_calls(lambda n, middle=middle: 1e-9 * (n == middle))).repeatable
    assert measure_slope(of_calls(lambda n: 1e-9 * (n == 4))).repeatable  # elsewhere nothing can be told
    assert measure_slope(np.sin).repeatable and measure_slope(lambda step: np.nan).repeatable


def test_the_values_lie_up_to_a_117th_of_the_unit_away():
    for units, reach in (((), 1), ((8.0,), 8)):
        places = []
        measure_slope(lambda step, places=places: places.append(step) or step, *units)
        assert max(map(abs, places)) == pytest.approx(reach / 117, rel=0.01)


def test_a_chaotic_layer_is_not_called_wrong():
    p = problem(N=2, T=40, D=1, H=16, scale=1)
    report = check(p=p)
    assert abs(report["x"].given) > 1e5  # a change of 1e-5 changes everything
    assert "wrong" not in verdicts(report) and "kink" not in str(report) and report.checks[CHECKS[2]], report


def test_a_step_that_a_finer_one_contradicts_does_not_count():
    for steepness in (1e5, 1e8, 1e10):
        slope = measure_slope(lambda step, k=steepness: np.sin(k * step))
        assert abs(slope.value - steepness) <= slope.error < steepness / 100, steepness
