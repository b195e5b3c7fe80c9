"""What a comparison of numbers cannot see: how a model treats its surroundings."""

import numpy as np
import pytest
from gradcheck_cases import CHECKS, HANDED_ON, MASK, D, N, T, TwoStates, breaking, check, failed, network, problem, put

from rnnlib import Loss, SimpleRNN, check_gradients, squared_error


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
