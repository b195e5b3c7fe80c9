"""Training: the loop against a loop written by hand, its ends, and what it leaves when something goes wrong."""

import signal
import sys
import threading
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest

import rnnlib
from rnnlib import (
    SGD,
    Adam,
    Bidirectional,
    Dense,
    History,
    Last,
    Loss,
    Network,
    NotFinite,
    SimpleRNN,
    binary_addition,
    clip_by_global_norm,
    clip_by_value,
    fit,
    sigmoid_cross_entropy,
    squared_error,
)
from rnnlib.interrupts import Interrupts


def network(activation="tanh", loss=sigmoid_cross_entropy, seed=1):
    rng = np.random.default_rng(seed)
    return Network(
        rnn=SimpleRNN.create(2, 3, rng=rng, activation=activation), readout=Dense.create(3, 1, rng=rng), loss=loss
    )


def batches(count, seed=0, n=4):
    rng = np.random.default_rng(seed)
    return [binary_addition(rng, n, 6) for _ in range(count)]


def copies(net):
    return {name: array.copy() for name, array in net.params.items()}


def assert_same(params, expected, atol=0.0):
    assert params.keys() == expected.keys()
    for name in params:
        np.testing.assert_allclose(params[name], expected[name], rtol=0, atol=atol, err_msg=name)


def quietly(net, stream, optimizer, **arguments):
    return fit(net, stream, optimizer, progress=False, **arguments)


def by_hand(net, stream, optimizer, clip=lambda grads: None, carry=False):
    """Update for each batch, written out; the losses and norms."""
    losses, norms, state = [], [], None
    for x, target, *mask in stream:
        losses.append(net.loss(x, target, state, *mask))
        net.backward()
        grads = dict(net.grads)
        norms.append(np.sqrt(sum((g**2).sum() for g in grads.values())))
        clip(grads)
        optimizer.step(net.params, grads)
        state = net.last_state if carry else None
    return losses, norms


# --- the loop ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda: SGD(0.5), lambda: Adam(0.05)])
@pytest.mark.parametrize(
    ("how", "clip"),
    [
        ({}, lambda grads: None),
        ({"clip": 0.1}, lambda grads: clip_by_global_norm(grads, 0.1)),
        ({"clip_value": 0.05}, lambda grads: clip_by_value(grads, 0.05)),
    ],
)
@pytest.mark.parametrize("carry", [False, True])
def test_fit_is_the_loop_by_hand(make, how, clip, carry):
    stream, ours, theirs = batches(12), network(), network()
    history = quietly(ours, stream, make(), steps=12, carry_state=carry, **how)
    losses, norms = by_hand(theirs, stream, make(), clip, carry)
    assert_same(ours.params, theirs.params, atol=1e-15)
    np.testing.assert_allclose(history.loss, losses, rtol=0, atol=1e-15)
    np.testing.assert_allclose(history.norm, norms, rtol=1e-12)
    assert any(history.clipped) == bool(how)
    assert history.steps == 12 and history.metric == []
    assert {type(entry) for entry in history.loss + history.norm} == {float}
    assert {type(entry) for entry in history.clipped} == {bool}


def test_masks_reach_the_network():
    mask = np.arange(6) < np.array([[2], [6], [4], [1]])
    stream = [(x, target, mask) for x, target in batches(4)]
    ours, theirs, unmasked = network(), network(), network()
    quietly(ours, [*stream[:3], (*stream[3][:2], None)], SGD(0.5), steps=4)
    by_hand(theirs, [*stream[:3], stream[3][:2]], SGD(0.5))
    quietly(unmasked, batches(4), SGD(0.5), steps=4)
    assert_same(ours.params, theirs.params, atol=1e-15)
    assert (ours.params["rnn.W_h"] != unmasked.params["rnn.W_h"]).any()


def test_the_norm_is_that_before_clipping_and_clipping_bounds_the_step():
    _, norms = by_hand(network(), batches(8), SGD(1e-12))
    clip = sorted(norms)[4]  # the parameters hardly move: three are above it
    history = quietly(network(), batches(8), SGD(1e-12), steps=8, clip=clip * (1 + 1e-6))
    assert history.clipped == [norm > clip for norm in norms] and sum(history.clipped) == 3
    np.testing.assert_allclose(history.norm, norms, rtol=1e-6)
    net, before = network(), copies(network())
    quietly(net, batches(1), SGD(1.0), steps=1, clip=0.01)
    assert np.sqrt(sum(((net.params[name] - before[name]) ** 2).sum() for name in before)) == pytest.approx(0.01)


def test_what_until_predicts_does_not_become_the_carried_state():
    ours, theirs, reset = network(), network(), network()
    other = batches(1, seed=9, n=7)[0][0]  # another number of sequences as well
    quietly(ours, batches(5), SGD(0.5), steps=5, carry_state=True, until=lambda net: net.predict(other).min(), every=1)
    by_hand(theirs, batches(5), SGD(0.5), carry=True)
    by_hand(reset, batches(5), SGD(0.5))
    assert_same(ours.params, theirs.params, atol=1e-15)
    assert np.abs(ours.params["rnn.W_h"] - reset.params["rnn.W_h"]).max() > 1e-6


def test_a_network_learns():
    rng = np.random.default_rng(0)
    stream = iter(lambda: binary_addition(rng, 32, 6), None)  # without end
    history = quietly(network(), stream, Adam(0.03), steps=400, clip=1.0)
    assert np.mean(history.loss[-20:]) < np.mean(history.loss[:20]) / 2


class Line:
    """The least that can be trained: y = w x, and no class of rnnlib."""

    def __init__(self):
        self.params = {"w": np.array([1.0])}

    def loss_and_grads(self, x, target, state=None, mask=None):
        return float((self.params["w"][0] * x - target) ** 2), {"w": 2 * x * (self.params["w"] * x - target)}, None


class Rebinding:
    """An optimiser without a state that puts new arrays into the dictionary."""

    def step(self, params, grads):
        for name in grads:
            params[name] = params[name] - 0.1 * grads[name]


@pytest.mark.parametrize("make", [lambda: SGD(0.1), Rebinding])
@pytest.mark.parametrize("net", [Line(), network()], ids=["line", "network"])
def test_networks_and_optimizers_of_ones_own(make, net):
    before = copies(net)
    history = quietly(net, [(1.0, 3.0)] if isinstance(net, Line) else batches(1), make(), steps=1)
    assert history.steps == 1
    assert all((net.params[name] != before[name]).any() for name in before)


@pytest.mark.parametrize(
    ("how", "clipped"),
    [({"clip": 4}, False), ({"clip": 3.9}, True), ({"clip_value": 4}, False), ({"clip_value": 3.9}, True)],
)
def test_a_gradient_just_at_the_limit_is_not_clipped(how, clipped):
    assert quietly(Line(), [(1.0, 3.0)], SGD(0.1), steps=1, **how).clipped == [clipped]  # it is -4


def test_a_state_may_be_carried_where_a_batch_has_no_length():
    assert quietly(Line(), repeat((1.0, 3.0)), SGD(0.1), steps=3, carry_state=True).steps == 3


@pytest.mark.parametrize("cut", [0, 1, 4])
def test_training_resumes_to_the_same_bits(cut):
    whole, first, second = network(), network(), network()
    quietly(whole, batches(6), Adam(0.05), steps=6)
    before, after = Adam(0.05), Adam(0.05)
    if cut:
        quietly(first, batches(6)[:cut], before, steps=cut)
    second.params.update(first.params)
    after.state = before.state
    quietly(second, batches(6)[cut:], after, steps=6 - cut)
    assert_same(second.params, whole.params)


# --- the end ----------------------------------------------------------------------------------------------


def test_no_more_batches_than_steps_are_taken():
    stream = iter(batches(10))
    history = quietly(network(), stream, SGD(0.1), steps=3)
    assert history.steps == 3 and len(list(stream)) == 7
    assert history.ending == "all 3 steps done"


def test_batches_that_end_early_are_spoken_of():
    history = quietly(network(), batches(5), SGD(0.1), steps=50, until=lambda net: 0.5, every=2)
    assert history.metric == [(2, 0.5), (4, 0.5), (5, 0.5)]
    assert history.ending == "no more batches after 5 of 50 steps"


@pytest.mark.parametrize(
    ("steps", "every", "taken"),
    [(6, {"every": 3}, [3, 6]), (7, {"every": 3}, [3, 6, 7]), (2, {"every": 1}, [1, 2]), (201, {}, [100, 200, 201])],
)
def test_until_is_asked_after_every_and_after_the_last(steps, every, taken):
    net, asked = network(), []

    def until(given):
        assert given is net
        asked.append(copies(net))
        return len(asked) / 100

    history = quietly(net, repeat(batches(1)[0]), SGD(0.1), steps=steps, until=until, **every)
    assert history.metric == [(step, (i + 1) / 100) for i, step in enumerate(taken)]
    assert_same(asked[-1], net.params)


@pytest.mark.parametrize("reached", [1, 1.5, True, np.float64(1), np.bool_(True), np.array(1)])
def test_training_ends_when_until_reaches_one(reached):
    values = iter([0, np.nan, 0.999, reached, 0])
    history = quietly(network(), repeat(batches(1)[0]), SGD(0.1), steps=50, until=lambda net: next(values), every=4)
    assert [step for step, _ in history.metric] == [4, 8, 12, 16]
    assert history.metric[-1] == (16, reached) and type(history.metric[-1][1]) is float
    assert history.ending == "until reached 1 within 50 steps"


# --- whole or not at all ----------------------------------------------------------------------------------


def interrupted_at(place, make_optimizer, clip):
    """Train with a KeyboardInterrupt before the given executed line of the third update; tell whether it came."""
    net, optimizer, history, seen = network(), make_optimizer(), None, 0
    files = {str(Path(rnnlib.__file__).parent / name) for name in ("training.py", "optimizers.py", "clipping.py")}

    def trace(frame, event, argument):
        nonlocal seen
        if frame.f_code.co_filename not in files:
            return None
        if event == "line":
            seen += 1
            if seen == place:
                raise KeyboardInterrupt
        return trace

    def stream():
        for number, batch in enumerate(batches(4)):
            if number == 2:
                sys.settrace(trace)
                frame = sys._getframe(1)
                while frame.f_code.co_filename in files:  # fit itself, which has been running
                    frame.f_trace, frame = trace, frame.f_back
            if number == 3:
                sys.settrace(None)
                frame.f_trace = None
                return
            yield batch

    try:
        history = quietly(net, stream(), optimizer, steps=4, clip=clip)
    finally:
        sys.settrace(None)
    return net, optimizer, history, seen >= place


@pytest.mark.parametrize("make", [lambda: SGD(0.5), lambda: Adam(0.05)])
@pytest.mark.parametrize("clip", [None, 0.1])
def test_an_interrupt_before_any_line_leaves_an_update_whole_or_undone(make, clip):
    expected = {}
    for done in (2, 3):
        net, optimizer = network(), make()
        history = quietly(net, batches(done), optimizer, steps=done, clip=clip)
        expected[done] = (net, optimizer, history)
    place, came, undone = 0, True, 0
    while came:
        place += 1
        net, optimizer, history, came = interrupted_at(place, make, clip)
        right_net, right_optimizer, right_history = expected[history.steps]
        assert_same(net.params, right_net.params)
        assert_same(optimizer.state, right_optimizer.state)
        assert (history.loss, history.norm, history.clipped) == (
            right_history.loss,
            right_history.norm,
            right_history.clipped,
        )
        assert history.ending == ("stopped by hand" if came else "no more batches after 3 of 4 steps")
        undone += history.steps == 2
    assert place > 100 and undone > 80


@pytest.mark.parametrize("where", ["batches", "until", "the optimizer", "the loss"])
def test_a_keyboard_interrupt_leaves_a_history_and_a_usable_network(where):
    calls = []

    def at(place, count):
        calls.append(place)
        if place == where and calls.count(place) == count:
            raise KeyboardInterrupt

    class Interrupted:
        def __init__(self):
            self.state = {"moved": [0]}  # alive: read before an update, and changed in place by it

        def step(self, params, grads):
            self.state["moved"][0] += 1
            params["rnn.W_x"] += 1  # half done
            at("the optimizer", 4)
            params["rnn.W_x"] -= 1
            SGD(0.1).step(params, grads)

    def loss(v, target):
        at("the loss", 4)
        return sigmoid_cross_entropy(v, target)

    def stream():
        for batch in batches(9):
            at("batches", 4)
            yield batch

    net, reference, optimizer = network(loss=Loss(loss)), network(), Interrupted()
    history = quietly(net, stream(), optimizer, steps=9, until=lambda net: at("until", 3) or 0, every=1)
    assert history.steps == len(history.norm) == len(history.clipped) == optimizer.state["moved"][0] == 3
    assert history.ending == "stopped by hand"
    by_hand(reference, batches(3), SGD(0.1))
    assert_same(net.params, reference.params, atol=1e-14)
    assert quietly(net, batches(2), optimizer, steps=2).steps == 2


def test_only_the_state_of_an_optimizer_is_set_back():
    class Counting(Adam):
        calls = 0

        def step(self, params, grads):
            super().step(params, grads)
            self.calls += 1
            if self.calls == 2:
                raise RuntimeError("after the step")

    net, optimizer, reference, plain = network(), Counting(0.05), network(), Adam(0.05)
    quietly(reference, batches(1), plain, steps=1)
    with pytest.raises(RuntimeError, match="^after the step\nin update 2$"):
        quietly(net, batches(2), optimizer, steps=2)
    assert_same(net.params, reference.params)
    assert_same(optimizer.state, plain.state)
    assert optimizer.calls == 2


def test_new_arrays_in_a_dictionary_are_taken_out_again():
    class Failing(Rebinding):
        def step(self, params, grads):
            super().step(params, grads)
            raise RuntimeError

    line = Line()
    array = line.params["w"]
    with pytest.raises(RuntimeError):
        quietly(line, [(1.0, 3.0)], Failing(), steps=1)
    assert line.params["w"] is array and array == 1


class Pressing(SGD):
    """Somebody presses the stop button in the middle of the third step."""

    def step(self, params, grads):
        if self.steps == 2:
            params["rnn.W_x"] += 1
            signal.raise_signal(signal.SIGINT)
            params["rnn.W_x"] -= 1
        super().step(params, grads)


def test_the_stop_button_waits_for_the_end_of_an_update():
    net, reference, before = network(), network(), signal.getsignal(signal.SIGINT)
    history = quietly(net, batches(9), Pressing(0.1), steps=9)
    assert (history.steps, history.ending) == (3, "stopped by hand")
    by_hand(reference, batches(3), SGD(0.1))
    assert_same(net.params, reference.params, atol=1e-14)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_stop_button_outside_of_an_update():
    before = signal.getsignal(signal.SIGINT)

    def until(net):
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("it came too late")

    history = quietly(network(), batches(9), SGD(0.1), steps=9, until=until, every=2)
    assert (history.steps, history.ending) == (2, "stopped by hand")
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("error", [False, True])
def test_a_handler_of_the_users_own_is_called_after_the_update_and_stays(error):
    calls = []

    def handler(number, frame):
        calls.append(number)

    before = signal.signal(signal.SIGINT, handler)
    try:
        if error:
            with pytest.raises(ValueError, match="^x: "):
                quietly(network(), [*batches(3), (np.ones((1, 6, 5)), 0)], Pressing(0.1), steps=9)
        else:
            assert quietly(network(), batches(5), Pressing(0.1), steps=5).steps == 5
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert calls == [signal.SIGINT]


def test_outside_of_an_update_a_handler_gets_all_that_a_handler_gets():
    calls = []
    before = signal.signal(signal.SIGINT, lambda number, frame: calls.append(frame))
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            interrupts.release()  # nothing has waited
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(calls) == 1 and calls[0] is not None


def test_where_the_signal_is_ignored_it_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert quietly(network(), batches(5), Pressing(0.1), steps=5).steps == 5
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_in_a_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(quietly(network(), batches(5), SGD(0.1), steps=5)))
    thread.start()
    thread.join()
    assert found[0].steps == 5


# --- NaN and infinity -------------------------------------------------------------------------------------


class Spoilt:
    """A network of which the third update goes wrong."""

    def __init__(self, spoil):
        self.net, self.calls, self.spoil = network(), 0, spoil
        self.params = self.net.params

    def loss_and_grads(self, x, target, state=None, mask=None):
        self.calls += 1
        value, grads, state = self.net.loss_and_grads(x, target, state, mask)
        return self.spoil(value, grads, state) if self.calls == 3 else (value, grads, state)


def with_bad(value):
    def spoil(loss, grads, state):
        grads["rnn.W_h"][...] = value
        return loss, grads, state

    return spoil


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (with_bad(np.nan), "the gradient of rnn.W_h is not finite"),
        (with_bad(-np.inf), "the gradient of rnn.W_h is not finite"),
        (with_bad(1.7e308), "the norm of the gradients is not finite"),
        (with_bad(1e200), "rnn.W_h: v is not finite, as the gradient is too large: clip it"),
        (lambda loss, grads, state: (np.nan, grads, state), "the loss is not finite"),
        (lambda loss, grads, state: (np.float64(np.inf), grads, state), "the loss is not finite"),
    ],
)
@pytest.mark.parametrize("how", [{}, {"clip": 1.0}, {"clip_value": 1.0}])
def test_what_is_not_finite_is_named_and_undone(spoil, message, how):
    net, reference, optimizer, plain = Spoilt(spoil), network(), Adam(0.1), Adam(0.1)
    quietly(reference, batches(2), plain, steps=2, **how)
    if how and ": v is" in message:
        assert quietly(net, batches(9), optimizer, steps=9, **how).steps == 9
        return
    with pytest.raises(NotFinite, match=f"^update 3: {message}$"):
        quietly(net, batches(9), optimizer, steps=9, **how)
    assert_same(net.params, reference.params)
    assert_same(optimizer.state, plain.state)


@pytest.mark.parametrize(("which", "name"), [(0, "x"), (1, "target")])
def test_a_batch_that_is_not_finite_is_no_fault_of_the_arithmetic(which, name):
    stream, net, reference = batches(3), network(), network()
    stream[2][which][0, 0, 0] = np.nan
    quietly(reference, batches(2), SGD(0.1), steps=2)
    with pytest.raises(ValueError, match=f"^{name}: expected finite numbers"):
        quietly(net, stream, SGD(0.1), steps=3)
    assert_same(net.params, reference.params)


def test_the_text_of_an_error_decides_nothing():
    def refusing(y, target):
        raise ValueError("target: expected finite numbers, sorry")

    with pytest.raises(ValueError, match="^target: expected finite numbers, sorry\nin update 1$"):
        quietly(network(loss=Loss(refusing)), batches(1), SGD(0.1), steps=1)


def test_an_exploding_state_is_named():
    """Identity with W_h = 2 times the unit matrix over 1200 steps: 2**1200 is beyond float64."""
    net = network("identity", squared_error)
    net.params.update({"rnn.W_x": np.ones((2, 3)), "rnn.W_h": 2 * np.eye(3)})
    with pytest.raises(NotFinite, match="^update 1: rnn: h is not finite from step 1023 on$"):
        quietly(net, [(np.ones((1, 1200, 2)), np.zeros((1, 1200, 1)))], SGD(0.1), steps=1)


@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_a_learning_rate_far_too_large_ends_with_finite_parameters(activation):
    net = network(activation, squared_error)
    with pytest.raises(NotFinite, match=r"^update \d+: .* is not finite"):
        quietly(net, repeat(batches(1)[0]), SGD(1e6), steps=200)
    assert all(np.isfinite(array).all() for array in net.params.values())


def test_an_optimizer_of_ones_own_that_overflows_is_undone():
    class Far:
        def step(self, params, grads):
            params["rnn.W_x"] += 1
            params["readout.b"][...] = np.inf

    net, before = network(), copies(network())
    with pytest.raises(NotFinite, match="^update 1: readout.b is not finite after the step$"):
        quietly(net, batches(1), Far(), steps=1)
    assert_same(net.params, before)


def test_so_is_one_that_leaves_the_real_numbers():
    class Turned:
        def step(self, params, grads):
            params["w"] = params["w"] * 1j

    line = Line()
    with pytest.raises(TypeError, match=r"^w: expected real numbers, got complex128 \(1,\)\nin update 1$"):
        quietly(line, [(1.0, 3.0)], Turned(), steps=1)
    assert line.params["w"] == 1


# --- refusals ---------------------------------------------------------------------------------------------


def test_another_number_of_sequences_cannot_carry_the_state():
    net, reference = network(), network()
    stream = batches(2) + batches(1, n=3)
    by_hand(reference, stream[:2], SGD(0.1), carry=True)
    with pytest.raises(
        ValueError, match=r"^x: expected N = 4, as in the batch before \(carry_state\), got \(3, 6, 2\)$"
    ):
        quietly(net, stream, SGD(0.1), steps=3, carry_state=True)
    assert_same(net.params, reference.params, atol=1e-15)
    assert quietly(network(), stream, SGD(0.1), steps=3).steps == 3


def test_a_network_that_looks_ahead_cannot_carry_its_state():
    rng = np.random.default_rng(0)
    both = Bidirectional(SimpleRNN.create(2, 2, rng=rng), SimpleRNN.create(2, 2, rng=rng))
    net = Network(both=both, last=Last(), readout=Dense.create(4, 1, rng=rng), loss=squared_error)
    with pytest.raises(
        ValueError, match="^carry_state: expected False, as this network reads each sequence from its end"
    ):
        quietly(net, batches(1), SGD(0.1), steps=1, carry_state=True)


class OwnNet:
    """A network of somebody else, not quite finished."""

    def __init__(self, **attributes):
        vars(self).update(attributes)

    def loss_and_grads(self, x, target, state=None, mask=None):
        raise NotImplementedError


@pytest.mark.parametrize(
    ("changed", "error", "match"),
    [
        ({"steps": 0}, ValueError, "steps: expected at least 1, got 0"),
        ({"steps": 1.5}, TypeError, "steps: expected a whole number"),
        ({"every": 0}, ValueError, "every: expected at least 1"),
        ({"clip": 0}, ValueError, "clip: expected a finite number above 0, got 0"),
        ({"clip_value": np.inf}, ValueError, "clip_value: expected a finite number above 0, got inf"),
        ({"clip": 1, "clip_value": 1}, TypeError, "clip_value: expected either clip or clip_value, got both"),
        ({"until": 1}, TypeError, "until: expected a function, got 1"),
        ({"until": lambda net: None}, TypeError, "until: expected a function that returns one number, got None from"),
        ({"until": lambda net: [1, 2]}, TypeError, r"until: expected a function that returns one number, got \[1, 2\]"),
        ({"until": lambda net: "1"}, TypeError, "until: expected a function that returns one number, got '1' from it"),
        ({"optimizer": SGD}, TypeError, r"optimizer: expected an optimiser such as SGD\(lr=0.1\), .*got <class"),
        ({"optimizer": 0.1}, TypeError, r"optimizer: expected .* step\(params, grads\), got 0.1"),
        ({"net": Network}, TypeError, "net: expected a Network, or what has params and loss_and_grads, got <class"),
        ({"net": OwnNet()}, TypeError, "net: expected a Network, or what has params and loss_and_grads, got "),
        ({"net": OwnNet(params={1: np.ones(1)})}, TypeError, "net.params: expected a dictionary with names as keys"),
        ({"net": OwnNet(params={"w": np.ones(1, int)})}, TypeError, "net.params: w: expected a float array, .* int64"),
        ({"net": Dense([[1]])}, TypeError, r"net: expected a Network, .*, got Dense\(D=1, K=1, no bias\)"),
        ({"batches": []}, ValueError, "batches: expected .* at least once, got none"),
        ({"batches": 3}, TypeError, "batches: expected .* in a list or a generator, got 3"),
        ({"batches": batches}, TypeError, "batches: expected .* in a list or a generator, got <function"),
        ({"batches": "ab"}, TypeError, r"batches: expected \(x, target\) or .* got a str"),
        (
            {"batches": [np.zeros((2, 6, 2))]},
            TypeError,
            r"batches: expected \(x, target\) or .* got a ndarray \(2, 6, 2\)",
        ),
        ({"batches": batches(1)[0]}, TypeError, r"batches: expected \(x, target\) or .* got a ndarray \(4, 6, 2\)"),
        ({"batches": [(1, 2, 3, 4)]}, TypeError, "batches: expected .* got a tuple of 4"),
        ({"batches": [(np.zeros((4, 6, 3)), np.zeros((4, 6, 1)))]}, ValueError, r"x: .*D = 2, got \(4, 6, 3\)"),
    ],
)
def test_refused_in_one_line(changed, error, match):
    net = network()
    before = copies(net)
    arguments = {"net": net, "batches": batches(2), "optimizer": SGD(5e-324), "steps": 2, "progress": False} | changed
    with pytest.raises(error, match=f"^{match}") as caught:
        fit(arguments.pop("net"), arguments.pop("batches"), arguments.pop("optimizer"), **arguments)
    assert "\n" not in str(caught.value)
    assert_same(net.params, before)


@pytest.mark.parametrize(
    ("returned", "match"),
    [
        (None, "net.loss_and_grads: expected "),
        ((1.0, {}), "net.loss_and_grads: expected "),
        (("a", {"w": np.ones(1)}, None), "net.loss_and_grads: loss: expected real numbers"),
        ((np.ones(2), {"w": np.ones(1)}, None), "net.loss_and_grads: expected one number as the loss"),
        ((1.0, [np.ones(1)], None), "grads: expected a dictionary"),
    ],
)
def test_a_network_of_ones_own_that_returns_something_else(returned, match):
    class Wrong(Line):
        def loss_and_grads(self, x, target, state=None, mask=None):
            return returned

    with pytest.raises(TypeError, match=f"^{match}"):
        quietly(Wrong(), [(1.0, 3.0)], SGD(0.1), steps=1)


# --- the bar ----------------------------------------------------------------------------------------------


def shown(capfd, **arguments):
    fit(network(), arguments.pop("batches", batches(6)), SGD(0.1), **{"steps": 6, "every": 2} | arguments)
    out, err = capfd.readouterr()
    assert err == ""
    return out


def test_without_progress_or_tqdm_nothing_is_printed(capfd, monkeypatch):
    assert shown(capfd, progress=False) == ""
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert shown(capfd) == ""


def test_the_bar_counts_and_leaves_one_line(capfd):
    out = shown(capfd)
    assert out == shown(capfd)  # no clock
    assert [count for count in ("0/6", "2/6", "4/6", "6/6") if count in out] == ["0/6", "2/6", "4/6", "6/6"]
    assert "training:  33%|" in out
    assert out.endswith("\rtraining ended: all 6 steps done\n") and out.count("\n") == 1


def test_the_bar_is_79_columns_wide_and_shows_every_count(capfd):
    lines = shown(capfd, every=1).split("\r")[1:8]
    assert [line.partition("|")[0] for line in lines[:2]] == ["training:   0%", "training:  17%"]
    assert [line.rpartition("|")[2] for line in lines] == [f" {count}/6" for count in range(7)]
    assert {len(line) for line in lines} == {79}


def test_its_last_line_stays_below_a_bar_of_the_users_own(capfd):
    tqdm = pytest.importorskip("tqdm").tqdm
    with tqdm(total=2, file=sys.stdout):
        assert "\rtraining ended: all 6 steps done\n" in shown(capfd)


def test_the_last_line_says_why_training_ended(capfd):
    def last(**arguments):
        return shown(capfd, **arguments)[:-1].rpartition("\r")[2]

    def stopped():
        yield batches(1)[0]
        raise KeyboardInterrupt

    assert last(until=lambda net: 1) == "training ended: until reached 1 within 6 steps"
    assert last(steps=99) == "training ended: no more batches after 6 of 99 steps"
    assert last(batches=stopped()) == "training ended: stopped by hand"


def test_an_error_closes_the_bar(capfd):
    with pytest.raises(TypeError, match="^batches: "):
        fit(network(), [*batches(1), 3], SGD(0.1), steps=3)
    assert capfd.readouterr().out.endswith("\rtraining ended: by an error\n")


def test_a_history_is_empty_at_first_and_shares_nothing():
    History().loss.append(1.0)
    assert History() == History([], [], [], []) and History().steps == 0
