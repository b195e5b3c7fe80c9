"""The gradient checks as a whole: what is right passes, whatever its kind, and what does not fit is refused."""

import numpy as np
import pytest
from gradcheck_cases import (
    ACTIVATIONS,
    CHECKS,
    HANDED_ON,
    MASK,
    MASKED,
    STRETCHES,
    D,
    H,
    N,
    T,
    check,
    failed,
    layer,
    network,
    problem,
    put,
    verdicts,
)

from rnnlib import (
    Activation,
    Dense,
    Last,
    Loss,
    SimpleRNN,
    check_gradients,
    compare_gradients,
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    squared_error,
)


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
            assert report.checks == dict.fromkeys([*CHECKS, *[MASKED] * (mask is not None), STRETCHES, HANDED_ON], True)


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


def test_150_right_layers_never_fail_at_1e_8():
    rng, wrong = np.random.default_rng(150), []
    for number in range(150):
        sizes = dict(zip("NTDH", (int(size) for size in rng.integers(1, 7, size=4)), strict=True))
        activation = ACTIVATIONS[number % 4]
        dead = ("W_x", "W_h", "b", "x", "h0") if activation == "relu" or sizes["T"] == 1 else ()  # no node may be awake
        report = check(activation=activation, p=problem(number, **sizes, scale=1), expect_zero=dead)
        if not report.ok or "rounding" in str(report):
            wrong.append(f"{number} {activation} {sizes}\n{report}")
    assert not wrong, "\n".join(wrong)


def test_large_inputs_and_large_weights_pass():
    rng = np.random.default_rng(0)
    dense = Dense(rng.standard_normal((3, 2)))
    assert verdicts(check_gradients(dense, 20000 + rng.standard_normal((4, 3)), np.ones((4, 2)))) == {"ok"}
    assert verdicts(check(p=problem(900, N=6, T=6, D=5, H=6, scale=1))) == {"ok"}


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
        (lambda: check_gradients(layer(p), p["x"], p["dh"], h0=np.ones((N, H + 1))), r"^h0: expected \(N, H\)"),
        (lambda: compare_gradients(np.sum, {"u": 1}, {"u": 1}, tolerance=-1), "^tolerance: .* above 0, got -1$"),
        (lambda: compare_gradients(np.sum, None, {}), "^arrays: expected a dictionary with names as keys, got None$"),
        (lambda: compare_gradients(np.sum, {"u": 1}, 1), "^gradients: expected a dictionary .*, got 1$"),
        (lambda: compare_gradients(np.sum, {}, {}), "^arrays: expected at least one, got none$"),
        (lambda: compare_gradients(np.sum, {"A": 1, "u": 1}, {}), "^gradients: expected A, u, got none$"),
        (lambda: compare_gradients(np.sum, {"A": 1, "u": 1}, {"A": 1, "w": 2}), "^gradients: .* A, u, got A, w$"),
        (lambda: compare_gradients(lambda u: 1, {"u": 1}, {"u": "steep"}), "^gradients: u: expected real numbers, got"),
    ]
    for call, message in refused:
        with pytest.raises((TypeError, ValueError), match=message):
            call()
