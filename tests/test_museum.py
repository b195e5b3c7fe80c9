"""The bug museum: the layer that walks back by a given function; what notebook 06 says of each bug is so."""

import numpy as np
import pytest

from rnnlib import LSTM, SimpleRNN, check_gradients
from rnnlib.course.exercises.notebook_06 import FINGERPRINTS, NAMES, REACH, SEALED, Fingerprint
from rnnlib.course.museum import LSTMWithBackward, WithBackward

N, T, D, H = 3, 6, 2, 4
ROWS = ("W_x", "W_h", "b", "x", "h0")


def problem(seed, D=D):
    """Return (weights, x, dh, h0)."""
    rng = np.random.default_rng(seed)
    weights = [rng.standard_normal(shape) / 2 for shape in [(D, H), (H, H), (H,)]]
    return weights, *(rng.standard_normal(shape) for shape in [(N, T, D), (N, T, H), (N, H)])


def tanh_slope(h, h0, t):
    return 1 - h[:, t] ** 2


def backward(
    delta=lambda dh, back, slope: (dh + back) * slope,
    slope=tanh_slope,
    W_back=np.transpose,
    before=lambda x, h0, h: np.concatenate([h0[:, None], h[:, :-1]], axis=1),
    bias_axes=(0, 1),
):
    """Return a backward pass; without arguments, the right one."""

    def walk(dh, x, h0, h, W_x, W_h):
        da, back = np.zeros_like(h), 0
        for t in range(h.shape[1] - 1, -1, -1):
            da[:, t] = delta(dh[:, t], back, slope(h, h0, t))
            back = da[:, t] @ W_back(W_h)
        dW_h = np.einsum("nti,ntj->ij", before(x, h0, h), da)
        return {"W_x": np.einsum("nti,ntj->ij", x, da), "W_h": dW_h, "b": da.sum(axis=bias_axes)}, da @ W_x.T, back

    return walk


def neighbours_only(dh, x, h0, h, W_x, W_h):
    slope = 1 - h**2
    da = dh * slope
    da[:, :-1] += da[:, 1:] @ W_h.T * slope[:, :-1]
    grads, _, _ = backward(delta=lambda dh, back, slope: dh)(da, x, h0, h, W_x, W_h)
    return grads, da @ W_x.T, da[:, 0] @ W_h.T


def adds_in_place(dh, back, slope):
    dh += back
    return dh * slope


BUGS = {
    "MissingNext": backward(lambda dh, back, slope: dh * slope),
    "IndexMinusOne": backward(before=lambda x, h0, h: np.roll(h, 1, axis=1)),
    "NoSlope": backward(slope=lambda h, h0, t: 1),
    "SlopeOnlyOnDh": backward(lambda dh, back, slope: dh * slope + back),
    "SlopeOfH": backward(slope=lambda h, h0, t: 1 - np.tanh(h[:, t]) ** 2),
    "SlopeOfTheStepBefore": backward(slope=lambda h, h0, t: 1 - (h[:, t - 1] if t else h0) ** 2),
    "NotTransposed": backward(W_back=lambda W_h: W_h),
    "InputForState": backward(before=lambda x, h0, h: np.concatenate([0 * x[:, :1], x[:, :-1]], axis=1)),
    "WrongBiasAxis": backward(bias_axes=(0, 2)),
    "AllAtOnce": neighbours_only,
    "InPlace": backward(adds_in_place),
}


def fingerprint(make):
    """Return the fingerprint of a layer, from real reports."""
    weights, x, dh, h0 = problem(0)
    six = check_gradients(make(*weights), x, dh, h0)
    one = check_gradients(make(*weights), x[:, :1], dh[:, :1], h0)
    wrong, wrong_at_one = (tuple(row.name for row in report.rows if not row.ok) for report in (six, one))
    return Fingerprint(
        wrong,
        wrong_at_one,
        by_shape=any("shape" in row.verdict for row in six.rows),
        where=six.notes[0].removeprefix("x: ").partition(": look")[0].partition(" (t")[0] if six.notes else "",
        failed=tuple(name for name, passed in six.checks.items() if passed is False),
    )


@pytest.mark.parametrize("name", BUGS)
def test_what_the_feedback_says_of_a_bug_is_what_its_reports_show(name):
    assert fingerprint(lambda *weights: WithBackward(*weights, BUGS[name])) == FINGERPRINTS[name]


@pytest.mark.parametrize("number", NAMES)
def test_a_sealed_exhibit_has_the_fingerprint_of_its_name(number):
    assert fingerprint(SEALED[number]) == FINGERPRINTS[NAMES[number]]


def test_gradients_that_add_up_show_in_the_second_call_alone():
    class AddsUp(SimpleRNN):
        total = {}

        def back(self, trace, dout, dstate=None):
            grads = super().back(trace, dout, dstate)
            self.total = {name: array + self.total.get(name, 0) for name, array in grads.params.items()}
            return grads._replace(params=self.total)

    assert fingerprint(AddsUp) == FINGERPRINTS["AddedUp"]


def test_the_fourth_sealed_exhibit_walks_back_as_far_as_its_exercise_says():
    weights, x, dh, h0 = problem(0)
    reports = [check_gradients(SEALED[4](*weights), x[:, :t], dh[:, :t], h0) for t in range(1, T + 1)]
    assert [report.ok for report in reports] == [t <= REACH + 1 for t in range(1, T + 1)]
    assert reports[-1].notes == ["x: wrong at t = 0, 1, 2 (t counts from 0)"]


@pytest.mark.parametrize("D", [D, H])
def test_the_right_pieces_pass_with_a_state_handed_on_as_well(D):
    weights, x, dh, h0 = problem(0, D)
    report = check_gradients(WithBackward(*weights, backward()), x, dh, h0)
    assert report.ok and all(report.checks.values())
    assert tuple(row.name for row in report.rows) == ROWS


def test_the_function_gets_the_callers_own_dh_and_a_copy_where_a_state_comes_back():
    weights, x, dh, h0 = problem(0)
    seen = []

    def keeps(dh, *rest):
        seen.append(dh)
        return backward()(dh, *rest)

    layer = WithBackward(*weights, keeps)
    trace = layer.run(x, h0)
    layer.back(trace, dh)
    layer.back(trace, dh, np.ones((N, H)))
    assert seen[0] is dh and seen[1] is not dh
    expected = dh.copy()
    expected[:, -1] += 1
    np.testing.assert_array_equal(seen[1], expected)


def test_an_lstm_that_walks_back_by_a_function_sees_what_forward_saw():
    rng = np.random.default_rng(0)
    W_x, W_h, b = (rng.standard_normal(shape) for shape in [(3, 16), (4, 16), (16,)])
    x, dh, (h0, c0) = rng.standard_normal((2, 6, 3)), rng.standard_normal((2, 6, 4)), rng.standard_normal((2, 2, 4))
    seen = []

    def backward(dh, x, h, c, gates, W_x, W_h, dc_last):
        seen.append((dh, x, h, c, gates, dc_last))
        right = LSTM(W_x, W_h, b)
        trace = right.run(x, (h[0], c[0]))
        return right.back(trace, dh, (np.zeros_like(h0), np.broadcast_to(dc_last, c0.shape)))[:3]

    layer = LSTMWithBackward(W_x, W_h, b, backward)
    assert check_gradients(layer, x, dh, (h0, c0)).ok
    _, x_seen, h, c, gates, _ = seen[0]
    np.testing.assert_array_equal(x_seen, x)
    assert len(h) == len(c) == 7 and len(gates) == 6
    for t, (i, f, g, o) in enumerate(gates):
        np.testing.assert_allclose(c[t + 1], f * c[t] + i * g, rtol=0, atol=1e-15)
        np.testing.assert_allclose(h[t + 1], o * np.tanh(c[t + 1]), rtol=0, atol=1e-15)


# --- the second wing: an LSTM's way back, one step of it exchanged -------------------------------------------------


def step_back(dh_t, dc_next, c_prev, c_t, gates_t, W_h):
    i, f, g, o = gates_t
    dc_t = dc_next + dh_t * o * (1 - np.tanh(c_t) ** 2)
    da = [dc_t * g * i * (1 - i), dc_t * c_prev * f * (1 - f), dc_t * i * (1 - g**2), dh_t * np.tanh(c_t) * o * (1 - o)]
    da_t = np.concatenate(da, axis=1)
    return da_t, da_t @ W_h.T, dc_t * f


def changed(da_t, dc_prev, W_h):
    return da_t, da_t @ W_h.T, dc_prev


def handed_on_too_early(dh_t, dc_next, c_prev, c_t, gates_t, W_h):
    da_t, dh_prev, _ = step_back(dh_t, dc_next, c_prev, c_t, gates_t, W_h)
    _, f, _, o = gates_t
    return da_t, dh_prev, dc_next * f + dh_prev * o * (1 - np.tanh(c_t) ** 2) * f


def no_way_by_the_cell(dh_t, dc_next, c_prev, c_t, gates_t, W_h):
    return *step_back(dh_t, 0 * dc_next, c_prev, c_t, gates_t, W_h)[:2], 0 * dc_next


def tanh_of_tanh(dh_t, dc_next, c_prev, c_t, gates_t, W_h):
    da_t, _, dc_prev = step_back(dh_t, dc_next, c_prev, c_t, gates_t, W_h)
    blocks = np.split(da_t, 4, axis=1)
    blocks[2] = blocks[2] / (1 - gates_t[2] ** 2) * (1 - np.tanh(gates_t[2]) ** 2)
    return changed(np.concatenate(blocks, axis=1), dc_prev, W_h)


def gates_exchanged(dh_t, dc_next, c_prev, c_t, gates_t, W_h):
    da_t, _, dc_prev = step_back(dh_t, dc_next, c_prev, c_t, gates_t, W_h)
    i, f, g, o = np.split(da_t, 4, axis=1)
    return changed(np.concatenate([f, i, g, o], axis=1), dc_prev, W_h)


def never_a_step_back(*what_is_known):
    da_t, dh_prev, dc_prev = step_back(*what_is_known)
    return da_t, 0 * dh_prev, 0 * dc_prev


def walk(step_back):
    def backward(dh, x, h, c, gates, W_x, W_h, dc_last):
        dh_next, dc_next, das = np.zeros_like(h[0]), dc_last + np.zeros_like(c[0]), []
        for t in reversed(range(x.shape[1])):
            da_t, dh_next, dc_next = step_back(dh[:, t] + dh_next, dc_next, c[t], c[t + 1], gates[t], W_h)
            das.insert(0, da_t)
        da = np.stack(das, axis=1)
        grads = {"W_x": np.einsum("ntd,nth->dh", x, da), "b": da.sum(axis=(0, 1))}
        grads["W_h"] = np.einsum("tnj,nth->jh", h[:-1], da)
        return grads, da @ W_x.T, (dh_next, dc_next)

    return backward


WEIGHTS = ["W_x", "W_h", "b"]
SECOND_WING = {  # bug → the rows that are wrong with one step, and with six
    step_back: ([], []),
    handed_on_too_early: (["c0"], [*WEIGHTS, "x", "h0", "c0"]),
    no_way_by_the_cell: (["c0"], [*WEIGHTS, "x", "h0", "c0"]),
    tanh_of_tanh: ([*WEIGHTS, "x", "h0"], [*WEIGHTS, "x", "h0", "c0"]),
    gates_exchanged: ([*WEIGHTS, "x", "h0"], [*WEIGHTS, "x", "h0", "c0"]),
    never_a_step_back: (["h0", "c0"], [*WEIGHTS, "x", "h0", "c0"]),
}


@pytest.mark.parametrize("bug", SECOND_WING, ids=lambda bug: bug.__name__)
def test_the_check_finds_the_published_ways_back_of_an_lstm(bug):
    rng = np.random.default_rng(3)
    N, T, D, H = 2, 6, 3, 4
    layer = LSTMWithBackward(*(rng.standard_normal(shape) for shape in [(D, 4 * H), (H, 4 * H), (4 * H,)]), walk(bug))
    x, dh, state = rng.standard_normal((N, T, D)), rng.standard_normal((N, T, H)), tuple(rng.standard_normal((2, N, H)))
    for n_steps, wrong in zip((1, 6), SECOND_WING[bug], strict=True):
        report = check_gradients(layer, x[:, :n_steps], dh[:, :n_steps], state)
        assert [row.name for row in report.rows if not row.ok] == wrong
