"""What a comparison of numbers cannot see: how a model treats its surroundings."""

import layer_cases
import numpy as np
import pytest
from gradcheck_cases import (
    CHECKS,
    HANDED_ON,
    MASK,
    MASKED,
    STRETCHES,
    D,
    H,
    N,
    T,
    TwoStates,
    breaking,
    check,
    failed,
    layer,
    network,
    problem,
    put,
    verdicts,
)

from rnnlib import Grads, Last, Layer, Loss, Params, SimpleRNN, Trace, check_gradients, squared_error
from rnnlib.gradcheck.behaviour import _all, _distance, _is_slope, run_checks
from rnnlib.gradcheck.model import CheckedModel


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


@pytest.mark.parametrize("dtype", [float, complex])
def test_a_target_may_hold_anything_where_no_step_counts(dtype):
    def loss(y, target, mask):
        return squared_error(y, target.real, mask)

    target = np.zeros((N, T, 3), dtype)
    target[~MASK] = np.nan
    report = check_gradients(network(Loss(loss)), problem()["x"], target, mask=MASK)
    assert report.ok and report.checks[CHECKS[0]] and report.checks[CHECKS[1]]


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
    assert failed(check(Leaks, mask=MASK)) == {CHECKS[2], *[STRETCHES] * (part == "state")}
    assert failed(check_gradients(network(kind=Leaks), p["x"], np.ones((N, T, 3)), p["h0"])) == {CHECKS[2]}
    report = check(Leaks, p=problem(N=1))
    assert failed(report) <= {STRETCHES} and "○ batch items independent (not checked)" in str(report)


def moves_on(layer, x, state, mask):
    return SimpleRNN.run(layer, x, state)._replace(mask=mask)


def moves_on_without_input(layer, x, state, mask):
    return moves_on(layer, x * mask[:, :, np.newaxis], state, mask)


def loses_the_mask(layer, x, state, mask):
    return SimpleRNN.run(layer, x, state, mask)._replace(mask=None)


def reads_from_the_end(layer, x, state, mask):
    return moves_on(layer, x[:, ::-1], state, mask)


@pytest.mark.parametrize("run", [moves_on, moves_on_without_input, loses_the_mask, reads_from_the_end])
def test_steps_that_do_not_count_and_change_something(run):
    class Heedless(SimpleRNN):
        def run(self, x, state=None, mask=None):
            return super().run(x, state, mask) if mask is None else run(self, np.asarray(x), state, mask)

    p, target = problem(), np.ones((N, T, 3))
    assert check(Heedless, mask=MASK).checks[MASKED] is False
    assert check(Heedless).ok
    if run is loses_the_mask:
        with pytest.raises(
            TypeError, match=r"^rnn: expected the mask in the Trace, as \(2, 3, 5\) has steps, got None$"
        ):
            check_gradients(network(kind=Heedless), p["x"], target, mask=MASK)
    else:
        assert check_gradients(network(kind=Heedless), p["x"], target, mask=MASK).checks[MASKED] is False
    report = check(Heedless, mask=np.ones((N, T), bool))
    assert report.checks[MASKED] is None and f"○ {MASKED} (not checked)" in str(report)


def test_a_loss_that_counts_every_step():
    def heedless(y, target, mask=None):
        return np.abs(y - target).sum(), np.sign(y - target)

    def careful(y, target, mask=None):
        counts = 1 if mask is None else mask[:, :, np.newaxis]
        return heedless(y * counts, target * counts)

    x, target = problem()["x"], np.ones((N, T, 3))
    for loss, respected in ((heedless, False), (careful, True)):
        report = check_gradients(network(Loss(loss)), x, target, mask=MASK)
        assert report.checks[MASKED] is respected and verdicts(report) == {"ok"}, report
        assert check_gradients(network(Loss(loss), last=Last()), x, target[:, 0], mask=MASK).ok


def test_the_state_moves_on_and_the_gradients_are_right():
    class MovesOn(SimpleRNN):
        def run(self, x, state=None, mask=None):
            return moves_on(self, x, state, mask)

    for options in ({}, {"p": problem(N=1), "mask": MASK[1:]}):
        assert failed(check(MovesOn, **{"mask": MASK} | options)) == {MASKED}
    p = problem()
    p["x"][~MASK] = 0  # as padding mostly is
    assert failed(check(MovesOn, p=p, mask=MASK)) == {MASKED}


def test_padding_with_zeros_hides_nothing():
    p = problem()
    p["x"][~MASK] = 0  # a sum, as the state of this layer, does not mind zeros
    report = check_gradients(TwoStates(np.ones(D)), p["x"], p["dh"][..., :D], mask=MASK)
    assert failed(report) == {MASKED}


@pytest.mark.parametrize("name", layer_cases.NAMES)
def test_a_right_layer_respects_its_mask(name):
    one, x, state, _ = layer_cases.case(name)
    dout = np.random.default_rng(0).standard_normal(one.run(x).out.shape)
    report = check_gradients(one, x, dout, state, layer_cases.MASK)
    assert report.ok and report.checks[MASKED], report


@pytest.mark.parametrize("written", ["x", "state"])
def test_what_writes_into_its_arguments_may_respect_the_mask(written):
    class Scribbles(SimpleRNN):
        def run(self, x, state=None, mask=None):
            trace = super().run(x, state, mask)
            {"x": x, "state": state}[written][...] *= 2
            return trace

    assert failed(check(Scribbles, mask=MASK)) == {*CHECKS[:2]}


def test_a_mask_that_is_handed_on_above_the_last_step_is_no_matter_of_this_check():
    class KeepsMask(Last):
        def run(self, x, state=None, mask=None):
            return super().run(x, state, mask)._replace(mask=mask)

    p = problem()
    assert check_gradients(KeepsMask(), p["x"], p["dh"][:, 0, :D], mask=MASK).checks[MASKED]


def test_a_layer_that_needs_every_step_is_not_checked_with_fewer():
    class Weighted(Layer):
        def __init__(self, w):
            self.params = Params(w=w)

        def run(self, x, state=None, mask=None):
            return Trace(self.params["w"] * x, None, x, mask)

        def back(self, trace, dout, dstate=None):
            return Grads({"w": (dout * trace.saved).sum(axis=0)}, dout * self.params["w"])

    p = problem()
    report = check_gradients(Weighted(p["dh"][0, :, :D]), p["x"], p["dh"][..., :D], mask=MASK)
    assert report.ok and report.checks[MASKED] is None, report


def behaviour(kind, p):
    """Return how a layer behaves, whatever its gradients are."""
    one = layer(p, kind=kind)
    model = CheckedModel(one, p["x"], np.ones_like(one.run(p["x"]).out), p["h0"], None)
    model.backward = dict
    return run_checks(model)[1]


class FirstState(SimpleRNN):
    """Hands on h_1 in place of h_T, with the gradients of just that."""

    def run(self, x, state=None, mask=None):
        trace = super().run(x, state, mask)
        return trace._replace(state=trace.out[:, 0])

    def back(self, trace, dout, dstate=None):
        dout = dout.copy()
        dout[:, 0] += 0 if dstate is None else dstate
        return super().back(trace, dout)


class Ahead(SimpleRNN):
    """Sees x_t + x_{t+1} at step t, with the gradients of just that."""

    def run(self, x, state=None, mask=None):
        return super().run(x + np.pad(x[:, 1:], [(0, 0), (0, 1), (0, 0)]), state, mask)

    def back(self, trace, dout, dstate=None):
        grads = super().back(trace, dout, dstate)
        return grads._replace(x=grads.x + np.pad(grads.x[:, :-1], [(0, 0), (1, 0), (0, 0)]))


class Clock(SimpleRNN):
    """Adds t to x_t, and counts t from 0 in each stretch."""

    def run(self, x, state=None, mask=None):
        return super().run(x + np.arange(x.shape[1])[:, np.newaxis], state, mask)


class AtTheEnd(SimpleRNN):
    """Returns h_T alone."""

    def run(self, x, state=None, mask=None):
        trace = super().run(x, state, mask)
        return trace._replace(out=trace.out[:, -1], mask=None)

    def back(self, trace, dout, dstate=None):
        return super().back(trace, np.zeros((len(dout), T, dout.shape[1])), dout + (0 if dstate is None else dstate))


@pytest.mark.parametrize("kind", [FirstState, Ahead, Clock])
@pytest.mark.parametrize("T", [2, 3, 6])
def test_two_stretches_that_differ_from_one(kind, T):
    report = check(kind, p=problem(T=T))
    assert failed(report) == {STRETCHES} and report.checks[HANDED_ON] is None, report


def test_the_stretches_are_cut_where_each_row_counts():
    late, early = np.ones((2, 6), bool), np.ones((2, 6), bool)
    late[1, 2:], early[1, 1:] = False, False
    assert check(p=problem(T=6), mask=late).checks[STRETCHES]
    assert STRETCHES in failed(check(FirstState, p=problem(T=6), mask=late))
    assert check(p=problem(T=6), mask=early).checks[STRETCHES] is None
    assert check(FirstState, p=problem(T=6), mask=early).checks[STRETCHES] is None
    assert check(p=problem(T=1)).checks[STRETCHES] is None


def test_a_layer_that_says_that_it_looks_ahead_is_not_checked_with_stretches():
    class SaysSo(Ahead):
        looks_ahead = True

    assert check(SaysSo).ok and check(SaysSo).checks[STRETCHES] is None


class Block(SimpleRNN):
    """Sees the sum over a block of steps at each step of it."""

    size = 2

    def run(self, x, state=None, mask=None):
        blocks = np.split(x, range(self.size, x.shape[1], self.size), axis=1)
        sums = [np.broadcast_to(block.sum(axis=1, keepdims=True), block.shape) for block in blocks]
        return super().run(np.concatenate(sums, axis=1), state, mask)


@pytest.mark.parametrize(("size", "T"), [(2, 4), (2, 8), (3, 6), (2, 5)])
def test_a_look_ahead_that_ends_at_the_middle_is_seen(size, T):
    assert behaviour(type("Blocks", (Block,), {"size": size}), problem(T=T))[STRETCHES] is False


@pytest.mark.parametrize("H", [2, 3, H])  # also as many nodes as steps, in the sequence and in a stretch
def test_results_without_steps_are_not_joined(H):
    p = problem(H=H, T=T)
    assert check_gradients(layer(p, kind=AtTheEnd), p["x"], p["dh"][:, 0], p["h0"]).checks[STRETCHES]


def results_of(change):
    """Make a layer of what a function makes of the trace of a SimpleRNN."""

    class Changed(SimpleRNN):
        def run(self, x, state=None, mask=None):
            return change(super().run(x, state, mask))

    return Changed


@pytest.mark.parametrize(
    ("change", "passed"),
    [
        (lambda trace: trace._replace(out=trace.out.mean(axis=1)), None),  # the state is right, that is all
        (lambda trace: trace._replace(out=trace.out[:, -1], state=0 * trace.state), None),
        (lambda trace: trace._replace(out=trace.out[:, -1], state=trace.state / 2), False),
        (lambda trace: trace._replace(out=trace.out[:, -1].sum(axis=1)), True),
        (lambda trace: trace._replace(out=np.tril(trace.out @ trace.out.swapaxes(1, 2))), None),  # (N, T, T)
        (lambda trace: trace._replace(out=trace.out[..., 0]), True),  # (N, T)
        (lambda trace: trace._replace(state=trace.state[:, np.newaxis]), False),  # it refuses that state
        (lambda trace: trace._replace(state=trace.out), False),
    ],
)
@pytest.mark.parametrize("T", [2, 3, 6])
def test_results_and_states_of_any_kind(change, passed, T):
    assert behaviour(results_of(change), problem(T=T))[STRETCHES] is passed


def test_a_state_of_infinities_is_compared_without_a_warning():
    class Impossible(SimpleRNN):
        state_names = ("h0", "log_p")

        def run(self, x, state=None, mask=None):
            h0, log_p = (None, np.full((len(x), 1), -np.inf)) if state is None else state
            trace = super().run(x, h0, mask)
            return trace._replace(state=(trace.state, log_p - np.inf))

    p = problem(N=1)
    model = CheckedModel(layer(p, kind=Impossible), p["x"], p["dh"], None, None)
    model.backward = dict  # the gradients are no matter here
    assert run_checks(model)[1][STRETCHES]


@pytest.mark.parametrize("error", [ValueError, IndexError, TypeError, AssertionError, RuntimeError, FloatingPointError])
def test_a_layer_may_refuse_fewer_steps_in_whatever_way_it_likes(error):
    class Whole(SimpleRNN):
        def run(self, x, state=None, mask=None):
            if x.shape[1] != T:
                raise error("x: expected T = 3")
            return super().run(x, state, mask)

    report = check(Whole, mask=MASK)
    assert report.ok and report.checks[STRETCHES] is report.checks[MASKED] is None


def test_a_layer_without_steps_is_not_checked_with_stretches():
    class OneStep(SimpleRNN):
        def run(self, x, state=None, mask=None):
            trace = super().run(x[:, np.newaxis] + np.zeros(2), state)  # one feature will do: it stands for both
            return trace._replace(out=trace.state)

    p = problem(D=2)
    assert behaviour(OneStep, {**p, "x": p["x"][:, 0]})[STRETCHES] is None


def test_only_a_layer_with_a_state_is_checked_with_stretches():
    p = problem()
    assert STRETCHES not in check_gradients(network(), p["x"], np.ones((N, T, 3))).checks
    assert STRETCHES not in check_gradients(Last(), p["x"], p["dh"][:, 0, :D]).checks


@pytest.mark.parametrize("name", layer_cases.NAMES)
def test_a_right_layer_gives_the_same_over_two_stretches(name):
    one, x, state, _ = layer_cases.case(name)
    if one.has_state:
        dout = np.random.default_rng(0).standard_normal(one.run(x).out.shape)
        assert check_gradients(one, x, dout, state).checks[STRETCHES] is (None if one.looks_ahead else True)


def test_the_gradient_by_the_state_is_given_by_its_place_whatever_its_name():
    class Right(SimpleRNN):
        def back(self, trace, dout, dh_T=None):
            return super().back(trace, dout, dh_T)

    class Rest(SimpleRNN):
        def back(self, *arguments):
            return super().back(*arguments)

    class Deaf(SimpleRNN):
        def back(self, trace, dout, dh_T=None):
            return super().back(trace, dout)

    assert check(Right).checks[HANDED_ON] and check(Rest).checks[HANDED_ON]
    assert failed(check(Deaf)) == {HANDED_ON}


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


def chaotic(x_scale=1.0, seed=0, H=64, T=60):
    """Return a problem that makes a change in the last digit as large as the states themselves."""
    rng = np.random.default_rng(seed)
    p = problem(seed, H=H, T=T, N=3)
    return {**p, "x": p["x"] * x_scale, "W_h": 6 * rng.standard_normal((H, H)) / np.sqrt(H)}


@pytest.mark.parametrize("x_scale", [1.0, 1e-8, 0.0])
@pytest.mark.parametrize("kind", [SimpleRNN, FirstState, Ahead])
def test_what_chaos_hides_is_neither_right_nor_wrong(kind, x_scale):
    checks = behaviour(kind, chaotic(x_scale))
    assert checks[CHECKS[2]] is None and checks[STRETCHES] is None


def spoken(kind, p):
    """Return a layer of tokens: the one-hot vector of each is the input of another layer."""

    class Spoken(kind):
        def run(self, x, state=None, mask=None):
            return super().run(np.eye(D)[x], state, mask)

        def back(self, trace, dout, dstate=None):
            return super().back(trace, dout, dstate)._replace(x=None)

    one = layer(p, kind=Spoken)
    one.n_in = None
    return one


@pytest.mark.parametrize(("kind", "passed"), [(SimpleRNN, True), (FirstState, False)])
def test_a_layer_of_tokens_is_checked_with_stretches(kind, passed):
    p = problem()
    report = check_gradients(spoken(kind, p), [[0, 1, 3], [2, 0, 1]], p["dh"], p["h0"])
    assert report.checks[STRETCHES] is passed and report.ok is passed


def test_chaos_in_a_layer_of_tokens_is_no_leak():
    for seed in range(5):
        p = chaotic(seed=seed)
        tokens = np.random.default_rng(seed).integers(0, D, (3, 60))
        model = CheckedModel(spoken(SimpleRNN, p), tokens, p["dh"], p["h0"], None)
        assert False not in run_checks(model)[1].values()


def test_a_small_leak_is_seen():
    class Leaks(SimpleRNN):
        def run(self, x, state=None, mask=None):
            return super().run(x + 1e-7 * x.mean(axis=0), state, mask)

    assert behaviour(Leaks, problem())[CHECKS[2]] is False


def test_the_distance_of_infinities():
    one, other = np.array([np.inf, -np.inf, 1.0, 3.0]), np.array([np.inf, -np.inf, 2.5, np.inf])
    np.testing.assert_array_equal(_distance(one, other), [0, 0, 1.5, np.inf])


@pytest.mark.parametrize("T", [6, 40, 60, 100])
def test_a_node_that_grows_hides_no_other_node(T):
    def half_of_the_second(trace):
        return trace._replace(state=trace.state * np.array([1, 0.5]))

    p = {**problem(H=2, T=T), "W_h": np.diag([1.9, 0.5])}
    p = {**p, "W_x": np.abs(p["W_x"]), "x": np.abs(p["x"]), "b": np.abs(p["b"])}
    for kind, passed in ((SimpleRNN, True), (results_of(half_of_the_second), False)):
        one = layer(p, "relu", kind)
        assert run_checks(CheckedModel(one, p["x"], p["dh"], p["h0"], None))[1][STRETCHES] is passed


def noisy(step):
    return step + 1e-6 * np.sin(1e12 * step + 1)


@pytest.mark.parametrize(
    ("f", "claimed", "verdict"),
    [
        (lambda step: 1.5 * step, 1.5 + 1.4e-8, True),  # the tolerance is a part of a slope above 1
        (lambda step: 1.5 * step, 1.5 + 1.7e-8, False),
        (lambda step: 1e-3 * step, 1e-3 + 5e-9, True),  # and no less than that of 1
        (lambda step: 1e-3 * step, 1e-3 + 2e-8, False),
        (lambda step: 1e6 * step, 1e6 + 5e-3, True),
        (lambda step: 1e6 * step, 1e6 + 1e-1, False),
        (lambda step: 3 * step, -3.0, False),
        (lambda step: step + 1e6 * step**3, 1.0, True),  # a plain central difference is off by 1e-4
        (lambda step: step + 1e6 * step**3, 1.0 + 1e-6, False),
        (lambda step: abs(step) + step, 1.5, None),
        (noisy, 1.0, None),
        (noisy, 2.0, False),
    ],
)
def test_a_slope_is_right_or_wrong_or_cannot_be_told(f, claimed, verdict):
    assert _is_slope(claimed, f, 1e-8) is verdict


def test_a_leak_in_a_layer_without_steps():
    class Normed(Layer):
        def __init__(self):
            self.params = Params(w=np.ones(1))

        def run(self, x, state=None, mask=None):
            return Trace(self.params["w"] * less_mean(x), None, x)

        def back(self, trace, dout, dstate=None):
            of_w = np.array([(dout * less_mean(trace.saved)).sum()])
            return Grads({"w": of_w}, less_mean(dout) * self.params["w"])

    p = problem()
    assert failed(check_gradients(Normed(), p["x"][:, 0], p["dh"][:, 0, :D])) == {CHECKS[2]}


def test_one_verdict_of_many():
    assert [_all(those) for those in ([True, True], [True, None], [None, False], [])] == [True, None, False, None]
