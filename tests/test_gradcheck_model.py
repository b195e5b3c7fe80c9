"""A layer or a network as the checker sees it: every array has a row, and everything is put back."""

import numpy as np
import pytest
from gradcheck_cases import CHECKS, MASK, D, H, N, T, TwoStates, breaking, check, failed, layer, network, problem

from rnnlib import (
    Bidirectional,
    Embedding,
    Last,
    Layer,
    Loss,
    Network,
    NotFinite,
    Params,
    SimpleRNN,
    Trace,
    check_gradients,
    softmax_cross_entropy,
    squared_error,
)
from rnnlib.gradcheck.model import CheckedModel


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


def test_the_number_is_that_of_the_masked_model():
    p, target = problem(), np.ones((N, T, 3))
    rnn, net = layer(p), network()
    numbers = [
        (CheckedModel(rnn, p["x"], p["dh"], p["h0"], MASK), (rnn.forward(p["x"], p["h0"], MASK) * p["dh"]).sum()),
        (CheckedModel(net, p["x"], target, p["h0"], MASK), net.loss(p["x"], target, p["h0"], MASK)),
    ]
    for model, number in numbers:
        assert model.number(model.arguments) == number
        assert model.number(model.arguments._replace(mask=None)) != number


def test_the_only_state_of_a_network_may_come_under_its_name():
    p, target = problem(), np.ones((N, T, 3))
    for given, state in ((p["h0"], p["h0"]), ({"rnn": p["h0"]}, p["h0"]), ({}, 0 * p["h0"]), (None, 0 * p["h0"])):
        np.testing.assert_array_equal(CheckedModel(network(), p["x"], target, given, None).arguments.state, state)


def test_a_state_for_a_layer_that_has_none_is_refused():
    class Heedless(Layer):
        def run(self, x, state=None, mask=None):
            return Trace(2 * x, None, None, mask)

    x = problem()["x"]
    with pytest.raises(TypeError, match="^state: expected None, as Heedless has no state, got"):
        check_gradients(Heedless(), x, x, state=[1.0])


def test_what_cannot_be_read_is_refused_by_its_name():
    for mask, got in (([[True], [True, False]], "rows of different lengths"), (np.ma.array(MASK), r"a masked array")):
        with pytest.raises((TypeError, ValueError), match=rf"^mask: expected \(N, T\), got {got}"):
            check(mask=mask)
    net = network()
    net.rnn.params = dict(net.rnn.params)
    with pytest.raises(TypeError, match=r"^SimpleRNN\.params: expected Params"):
        check_gradients(net.rnn, problem()["x"], problem()["dh"])


def test_whole_numbers_as_x_are_taken_as_float64():
    p = problem()
    assert CheckedModel(layer(p), np.ones((N, T, D), int), p["dh"], None, None).arguments.x.dtype == np.float64


def test_a_number_beyond_float64_is_no_warning():
    big = np.full((1, 1, 2), 1e200)
    line = SimpleRNN(np.eye(2), np.eye(2), activation="identity")
    for dh, number in ((big, np.inf), (big * [1, -1], np.nan)):
        model = CheckedModel(line, big, dh, None, None)
        with np.errstate(all="raise"):
            np.testing.assert_equal(model.number(model.arguments), number)


def test_a_target_that_the_loss_writes_into_is_left_alone():
    def scribbles(y, target):
        labels = np.array(target["labels"])
        target["labels"][0][0] = 2
        return softmax_cross_entropy(y, labels)

    target = {"labels": [[0, 1, 2], [2, 1, 0]]}
    assert failed(check_gradients(network(Loss(scribbles)), problem()["x"], target)) <= set(CHECKS[:2])
    assert target == {"labels": [[0, 1, 2], [2, 1, 0]]}


@pytest.mark.parametrize("name", ["x", "h0"])
def test_a_parameter_that_is_called_as_an_input_is_refused(name):
    class Learned(SimpleRNN):
        def __init__(self, p):
            super().__init__(p["W_x"], p["W_h"])
            self.params = Params(**self.params, **{name: np.zeros(H)})

    p = problem()
    with pytest.raises(
        ValueError, match=f"^params: expected other names than those of x and of the state, got {name}$"
    ):
        check_gradients(Learned(p), p["x"], p["dh"])
