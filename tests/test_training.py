"""Training: the loop against a loop written by hand, its ends, and what it leaves when something goes wrong."""

import re
import warnings
from itertools import repeat

import numpy as np
import pytest

from rnnlib import (
    SGD,
    Adam,
    Dense,
    History,
    RecurrentNetwork,
    SimpleRNN,
    binary_addition,
    clip_by_global_norm,
    fit,
    sigmoid_cross_entropy,
    squared_error,
)


def network(activation="tanh", loss=sigmoid_cross_entropy, seed=1):
    rng = np.random.default_rng(seed)
    rnn = SimpleRNN.create(2, 3, rng=rng, activation=activation)
    return RecurrentNetwork(rnn, Dense.create(3, 1, rng=rng), loss)


def batches(count, seed=0, n=4):
    rng = np.random.default_rng(seed)
    return [binary_addition(rng, n, 6) for _ in range(count)]


def copies(net):
    return {name: array.copy() for name, array in net.params.items()}


def assert_same(params, expected, atol=1e-15):
    assert params.keys() == expected.keys()
    for name in params:
        np.testing.assert_allclose(params[name], expected[name], rtol=0, atol=atol, err_msg=name)


def by_hand(net, pairs, optimizer, clip=None, carry=False):
    """Update for each pair, written out; the losses and norms."""
    losses, norms, h0 = [], [], None
    for x, target in pairs:
        losses.append(net.loss(x, target, h0))
        net.backward()
        grads = net.grads
        norms.append(np.sqrt(sum((g**2).sum() for g in grads.values())))
        if clip is not None:
            clip_by_global_norm(grads, clip)
        optimizer.step(net.params, grads)
        if carry:
            h0 = net.last_state
    return losses, norms


# --- the loop ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: SGD(0.5), lambda: Adam(0.05)])
@pytest.mark.parametrize("clip", [None, 0.1])
@pytest.mark.parametrize("carry", [False, True])
def test_fit_is_the_loop_by_hand(make, clip, carry):
    pairs, ours, theirs = batches(12), network(), network()
    start = copies(ours)
    history = fit(ours, pairs, make(), steps=12, clip=clip, carry_state=carry, progress=False)
    losses, norms = by_hand(theirs, pairs, make(), clip, carry)
    assert_same(ours.params, theirs.params)
    assert all((ours.params[name] != start[name]).any() for name in start)
    np.testing.assert_allclose(history.loss, losses, rtol=0, atol=1e-15)
    np.testing.assert_allclose(history.norm, norms, rtol=1e-12)
    assert history.steps == 12 and history.metric == []
    assert all(type(loss) is float for loss in history.loss + history.norm)


def test_the_norm_is_that_before_clipping_and_clipping_bounds_the_step():
    pairs, probe = batches(8), network()
    _, norms = by_hand(probe, pairs, SGD(1e-12))
    clip = float(np.median(norms))  # the parameters hardly move: half of the steps are clipped
    net, before = network(), copies(network())
    history = fit(net, pairs, SGD(1e-12), steps=8, clip=clip, progress=False)
    assert history.clipped == [norm > clip for norm in norms]
    assert 0 < sum(history.clipped) < 8
    np.testing.assert_allclose(history.norm, norms, rtol=1e-6)
    assert all(type(clipped) is bool for clipped in history.clipped)
    net = network()
    fit(net, pairs, SGD(1.0), steps=1, clip=0.01, progress=False)
    moved = np.sqrt(sum(((net.params[name] - before[name]) ** 2).sum() for name in before))
    assert moved == pytest.approx(0.01)


def test_a_norm_of_exactly_clip_is_not_clipped():
    norm = fit(network(), batches(1), SGD(0.1), steps=1, progress=False).norm[0]
    free, bounded = network(), network()
    fit(free, batches(1), SGD(0.1), steps=1, progress=False)
    assert fit(bounded, batches(1), SGD(0.1), steps=1, clip=norm, progress=False).clipped == [False]
    assert_same(bounded.params, free.params, atol=0)


def test_without_clip_nothing_is_clipped():
    history = fit(network(), batches(3), SGD(0.1), steps=3, progress=False)
    assert history.clipped == [False] * 3


def test_carried_state_differs_from_a_reset_one():
    pairs, carried, reset = batches(5), network(), network()
    fit(carried, pairs, SGD(0.5), steps=5, carry_state=True, progress=False)
    fit(reset, pairs, SGD(0.5), steps=5, progress=False)
    assert np.abs(carried.params["rnn.W_h"] - reset.params["rnn.W_h"]).max() > 1e-6


def test_what_until_predicts_does_not_become_the_carried_state():
    pairs, ours, theirs = batches(5), network(), network()
    other = batches(1, seed=9, n=7)[0][0]  # another batch size as well

    def until(net):
        net.predict(other)
        return 0

    fit(ours, pairs, SGD(0.5), steps=5, carry_state=True, until=until, every=1, progress=False)
    by_hand(theirs, pairs, SGD(0.5), carry=True)
    assert_same(ours.params, theirs.params)


def test_a_network_learns():
    rng = np.random.default_rng(0)
    stream = iter(lambda: binary_addition(rng, 32, 6), None)  # without end
    history = fit(network(), stream, Adam(0.03), steps=400, clip=1.0, progress=False)
    assert history.steps == 400
    assert np.mean(history.loss[-20:]) < np.mean(history.loss[:20]) / 2


# --- the end ----------------------------------------------------------------------------------------------


def test_no_more_batches_than_steps_are_taken():
    stream = iter(batches(10))
    assert fit(network(), stream, SGD(0.1), steps=3, progress=False).steps == 3
    assert len(list(stream)) == 7


def test_training_ends_with_the_batches():
    history = fit(network(), batches(5), SGD(0.1), steps=50, until=lambda net: 0.5, every=2, progress=False)
    assert history.steps == 5
    assert history.metric == [(2, 0.5), (4, 0.5), (5, 0.5)]


@pytest.mark.parametrize("steps, every, taken", [(6, 3, [3, 6]), (7, 3, [3, 6, 7]), (2, 100, [2]), (2, 1, [1, 2])])
def test_until_is_asked_after_every_and_after_the_last(steps, every, taken):
    net = network()
    asked = []

    def until(given):
        assert given is net
        asked.append(copies(net))
        return len(asked) / 100

    history = fit(net, batches(9), SGD(0.1), steps=steps, until=until, every=every, progress=False)
    assert [step for step, _ in history.metric] == taken
    assert [value for _, value in history.metric] == [(i + 1) / 100 for i in range(len(taken))]
    assert_same(asked[-1], net.params, atol=0)


def test_until_is_asked_after_every_100_updates_unless_told_otherwise():
    history = fit(network(), repeat(batches(1)[0]), SGD(0.1), steps=201, until=lambda net: 0, progress=False)
    assert [step for step, _ in history.metric] == [100, 200, 201]


@pytest.mark.parametrize("reached", [1, 1.0, True, np.float64(1), np.bool_(True)])
def test_training_ends_when_until_reaches_one(reached):
    values = iter([0, 0.999, reached, 0, 0])
    history = fit(
        network(), repeat(batches(1)[0]), SGD(0.1), steps=50, until=lambda net: next(values), every=4, progress=False
    )
    assert history.steps == 12
    assert history.metric == [(4, 0), (8, 0.999), (12, 1)]


@pytest.mark.parametrize("where", ["batches", "until", "the optimizer", "the loss"])
def test_the_stop_button_leaves_a_history_and_a_usable_network(where):
    net, calls = network(), []

    def at(place, count):
        calls.append(place)
        if place == where and calls.count(place) == count:
            raise KeyboardInterrupt

    class Interrupted(SGD):
        def step(self, params, grads):
            params["rnn.W_x"] += 1  # half done
            at("the optimizer", 4)
            params["rnn.W_x"] -= 1
            super().step(params, grads)

    def loss(v, target):
        at("the loss", 4)
        return sigmoid_cross_entropy(v, target)

    def stream():
        for pair in batches(9):
            at("batches", 4)
            yield pair

    net.loss_function = loss
    history = fit(
        net, stream(), Interrupted(0.1), steps=9, until=lambda net: at("until", 3) or 0, every=1, progress=False
    )
    assert history.steps == 3
    assert len(history.norm) == len(history.clipped) == 3
    reference = network()
    by_hand(reference, batches(3), SGD(0.1))
    assert_same(net.params, reference.params, atol=1e-14)
    net.loss_function = sigmoid_cross_entropy
    assert fit(net, batches(2), SGD(0.1), steps=2, progress=False).steps == 2


# --- NaN and infinity -------------------------------------------------------------------------------------


class BadBackward(RecurrentNetwork):
    """A network whose gradient of W_h is spoilt at the third call."""

    calls, bad = 0, np.nan

    def backward(self):
        dx = super().backward()
        self.calls += 1
        if self.calls == 3:
            self.rnn.grads["W_h"][0, 0] = self.bad
        return dx


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("clip", [None, 1.0])
def test_a_gradient_that_is_not_finite_is_named(bad, clip):
    plain, reference = network(), network()
    net = BadBackward(plain.rnn, plain.readout, sigmoid_cross_entropy)
    net.bad = bad
    by_hand(reference, batches(2), SGD(0.1), clip)
    with pytest.raises(FloatingPointError, match="^step 3: gradient of rnn.W_h is not finite$"):
        fit(net, batches(9), SGD(0.1), steps=9, clip=clip, progress=False)
    assert_same(net.params, reference.params)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_named(bad):
    net = network(loss=lambda y, target: (bad, y - target))
    before = copies(net)
    with pytest.raises(FloatingPointError, match="^step 1: the loss is not finite$"):
        fit(net, batches(1), SGD(0.1), steps=1, progress=False)
    assert_same(net.params, before, atol=0)


@pytest.mark.parametrize("which, name", [(0, "x"), (1, "target")])
def test_a_batch_that_is_not_finite_is_named(which, name):
    pairs = batches(3)
    pairs[2][which][0, 0, 0] = np.nan
    net, reference = network(), network()
    by_hand(reference, pairs[:2], SGD(0.1))
    with pytest.raises(FloatingPointError, match=f"^step 3: {name} is not finite$"):
        fit(net, pairs, SGD(0.1), steps=3, progress=False)
    assert_same(net.params, reference.params)


def test_a_refusal_of_the_loss_is_named_by_its_first_word():
    def loss(v, target):
        raise ValueError("target: expected finite numbers: mend the data")

    with pytest.raises(FloatingPointError, match="^step 1: target is not finite$"):
        fit(network(loss=loss), batches(1), SGD(0.1), steps=1, progress=False)


def test_an_exploding_state_is_named_and_warns_of_nothing():
    """Identity with W_h = 2 times the unit matrix over 1200 steps: 2**1200 is beyond float64."""
    net = network("identity", squared_error)
    net.rnn.params["W_h"][...] = 2 * np.eye(3)
    before = copies(net)
    x = np.ones((1, 1200, 2))
    with warnings.catch_warnings(record=True) as caught, pytest.raises(FloatingPointError, match="^step 1: h is not"):
        warnings.simplefilter("always")
        fit(net, [(x, np.zeros((1, 1200, 1)))], SGD(0.1), steps=1, progress=False)
    assert caught == []
    assert_same(net.params, before, atol=0)


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_learning_rate_far_too_large_ends_in_the_error_with_finite_parameters(activation):
    net = network(activation, squared_error)
    with warnings.catch_warnings(record=True) as caught, pytest.raises(FloatingPointError, match=r"^step \d+: .* is"):
        warnings.simplefilter("always")
        fit(net, repeat(batches(1)[0]), SGD(1e6), steps=200, progress=False)
    assert caught == []
    assert all(np.isfinite(array).all() for array in net.params.values())


@pytest.mark.parametrize("clip", [None, 1.0])
def test_finite_gradients_with_an_infinite_norm_are_refused(clip):
    plain = network()
    before = copies(plain)

    class Steep(RecurrentNetwork):
        def backward(self):
            dx = super().backward()
            self.rnn.grads["W_h"][...] = 1.7e308
            return dx

    net = Steep(plain.rnn, plain.readout, sigmoid_cross_entropy)
    with pytest.raises(FloatingPointError, match="^step 1: the norm of the gradients is not finite$"):
        fit(net, batches(1), SGD(0.1), steps=1, clip=clip, progress=False)
    assert_same(net.params, before, atol=0)


def test_an_update_that_overflows_is_undone():
    net = network()
    net.readout.params["b"][...] = -1
    before = copies(net)

    class Far(SGD):
        def step(self, params, grads):
            params["rnn.W_x"] += 1
            params["readout.b"] *= 1e308
            params["readout.b"] *= 10

    with pytest.raises(FloatingPointError, match="^step 1: readout.b after the update is not finite$"):
        fit(net, batches(1), Far(0.1), steps=1, progress=False)
    assert_same(net.params, before, atol=0)


# --- refusals ---------------------------------------------------------------------------------------------


def test_another_batch_size_cannot_carry_the_state():
    net, reference = network(), network()
    pairs = batches(2) + batches(1, n=3)
    by_hand(reference, pairs[:2], SGD(0.1), carry=True)
    with pytest.raises(ValueError, match=r"x: expected N = 4, as in the batch before \(carry_state\), got \(3, 6, 2\)"):
        fit(net, pairs, SGD(0.1), steps=3, carry_state=True, progress=False)
    assert_same(net.params, reference.params)
    assert fit(network(), pairs, SGD(0.1), steps=3, progress=False).steps == 3


@pytest.mark.parametrize(
    "changed, error, match",
    [
        ({"steps": 0}, ValueError, "steps: expected at least 1, got 0"),
        ({"steps": 1.5}, TypeError, "steps: expected a whole number"),
        ({"every": 0}, ValueError, "every: expected at least 1"),
        ({"clip": 0}, ValueError, "clip: expected a finite number above 0, got 0"),
        ({"clip": np.inf}, ValueError, "clip: expected a finite number above 0, got inf"),
        ({"batches": []}, ValueError, "batches: expected .* at least once, got none"),
        ({"batches": [np.zeros((2, 6, 2))]}, TypeError, r"batches: expected \(x, target\).* got ndarray \(2, 6, 2\)"),
        ({"batches": batches(1)[0]}, TypeError, r"batches: expected \(x, target\).* got ndarray \(4, 6, 2\)"),
        ({"batches": [(1, 2, 3)]}, TypeError, "batches: expected .* got tuple$"),
        ({"batches": [(np.zeros((4, 6, 3)), np.zeros((4, 6, 1)))]}, ValueError, r"x: .*D = 2, got \(4, 6, 3\)"),
    ],
)
def test_refused_before_anything_changes(changed, error, match):
    net = network()
    before = copies(net)
    arguments = {"batches": batches(2), "steps": 2, "progress": False} | changed
    with pytest.raises(error, match=match):
        fit(net, arguments.pop("batches"), SGD(0.1), **arguments)
    assert_same(net.params, before, atol=0)


# --- the bar ----------------------------------------------------------------------------------------------


def test_without_progress_nothing_is_printed(capfd):
    fit(network(), batches(6), SGD(0.1), steps=6, every=2, progress=False)
    assert capfd.readouterr() == ("", "")


def shown(capfd, **arguments):
    fit(network(), arguments.pop("batches", batches(6)), SGD(0.1), **{"steps": 6, "every": 2} | arguments)
    out, err = capfd.readouterr()
    assert err == ""
    return out


def test_the_bar_counts_and_leaves_one_line(capfd):
    out = shown(capfd)
    assert out == shown(capfd)
    assert [count for count in ("0/6", "2/6", "4/6", "6/6") if count in out] == ["0/6", "2/6", "4/6", "6/6"]
    assert out.count("\n") == 1 and out.endswith("\n")
    assert out[:-1].rpartition("\r")[2] == "training ended: all 6 steps done"


def test_the_bar_is_79_wide_and_moves_at_every_look(capfd):
    frames = [frame for frame in re.split("[\r\n]", shown(capfd, every=1)) if frame and "ended" not in frame]
    assert [frame.rpartition(" ")[2] for frame in frames] == [f"{n}/6" for n in range(7)]
    for n, frame in enumerate(frames):
        assert frame.startswith(f"training: {100 * n / 6:3.0f}%|")
        assert len(frame) == 79


def test_the_last_line_says_why_and_not_where_training_ended(capfd):
    def last(**arguments):
        return shown(capfd, **arguments)[:-1].rpartition("\r")[2]

    assert last(until=lambda net: 1) == "training ended: until reached 1 within 6 steps"
    counts = iter([0, 1])
    assert last(until=lambda net: next(counts)) == "training ended: until reached 1 within 6 steps"
    assert last(steps=99) == "training ended: no more batches"

    def stopped():
        yield batches(1)[0]
        raise KeyboardInterrupt

    assert last(batches=stopped()) == "training ended: stopped by hand"


def test_the_bar_is_closed_by_an_error(capfd):
    pairs = batches(3)
    pairs[2][0][0, 0, 0] = np.nan
    with pytest.raises(FloatingPointError):
        fit(network(), pairs, SGD(0.1), steps=3)
    assert capfd.readouterr().out.endswith("\rtraining ended: by an error\n")


def test_a_history_is_empty_at_first_and_shares_nothing():
    history = History()
    history.loss.append(1.0)
    assert history.steps == 1
    assert History().steps == 0 and History().metric == []
