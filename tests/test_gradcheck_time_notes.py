"""Where in time a gradient by x is wrong."""

import numpy as np
from gradcheck_cases import D, H, N, T, check, layer, network, problem, put, times

from rnnlib import (
    Bidirectional,
    Dense,
    Embedding,
    Grads,
    Layer,
    Network,
    SimpleRNN,
    Trace,
    check_gradients,
    squared_error,
)


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


def test_a_single_step_has_no_place_in_time():
    one, two = (notes(put("x", ..., 9), p=problem(T=T)) for T in (1, 2))
    assert [line[:8] for line in one] == ["○ T = 1 "]
    assert [line[:8] for line in two] == ["x: wrong", "○ T = 2 "]


def test_where_no_step_shows_what_is_wrong_none_is_named():
    class Round(Layer):
        def run(self, x, state=None, mask=None):
            return Trace(x.round(1), None, None, mask)

        def back(self, trace, dout, dstate=None):
            return Grads({}, dout)

    report = check_gradients(Round(), problem()["x"], np.ones((N, T, D)))
    assert report["x"].verdict == "wrong" and report.notes == []
