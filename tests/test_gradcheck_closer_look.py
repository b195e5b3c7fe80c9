"""Errors, kinks and steep functions are told from each other."""

from itertools import count

import numpy as np
import pytest
from gradcheck_cases import D, check, failed, layer, problem, put

from rnnlib import check_gradients, compare_gradients
from rnnlib.gradcheck.closer_look import CloserLook


@pytest.mark.parametrize("k", [100, 3000, 20_000])
def test_a_steep_function_is_no_error_and_an_error_in_it_is_found(k):
    q = np.array([0.1, 0.2])
    steep, slope = lambda q: np.sin(k * q).sum(), k * np.cos(k * q)
    assert compare_gradients(steep, {"q": q}, {"q": slope})["q"].verdict == "ok"
    assert compare_gradients(steep, {"q": q}, {"q": slope * (1 + 1e-7)})["q"].verdict == "wrong"


def test_where_f_has_no_value_a_little_further_away_it_is_checked_nearer():
    def refuses(u):
        if u.min() < 0:
            raise ValueError("u: expected numbers above 0")
        return 1000 * np.sqrt(u).sum()

    u, slope = np.array([1e-3]), [500 / np.sqrt(1e-3)]
    for f in (refuses, lambda u: 1000 * np.sqrt(u).sum()):
        assert compare_gradients(f, {"u": u}, {"u": slope})["u"].verdict == "ok"


def at_the_kink(seed=0):
    """Node 2 of item 0 stands at a pre-activation of exactly 0 at t = 0, everything else is far from it."""
    p = problem(seed)
    p["x"][0, 0], p["h0"][0] = 0, 0
    p["b"][...] = [0.5, -0.4, 0, 0.7, -0.6]
    return p


@pytest.mark.parametrize("scale", [1, 1e-3])
def test_a_kink_is_told_from_an_error(scale):
    p = at_the_kink()
    p["dh"] *= scale
    report = check(activation="relu", p=p)
    assert report.ok, report
    assert (report["b"].verdict, report["W_x"].verdict) == ("ok, 1 at a kink", "ok")  # x is 0: no weight moves a
    for activation in ("tanh", "sigmoid", "identity"):
        assert "kink" not in str(check(activation=activation, p=p))


def test_an_error_beside_a_kink_is_still_caught():
    report = check(put("b", (3,), lambda g: g * 1.001), "relu", at_the_kink())
    assert failed(report) == {"b"} and report["b"].where == (3,)


def test_several_nodes_at_their_kinks_at_once():
    for seed in range(10):
        p = problem(seed, N=1)
        p["x"][:, 0], p["b"][...] = 0, 0
        report = check_gradients(layer(p, "relu"), p["x"], p["dh"])
        assert report["x"].verdict == f"ok, {D} at a kink" and report["W_x"].verdict == "ok", report
        assert report["b"].verdict == report["h0"].verdict == "not checked: a kink at every entry", report


def test_a_kink_half_a_step_away_is_a_kink_and_a_smooth_bend_is_none():
    for side in (np.add, np.subtract):
        f = lambda u, side=side: max(5e-6, side(0, u[0])) + u[1]  # noqa: E731
        assert compare_gradients(f, {"u": np.zeros(2)}, {"u": [0.0, 1.0]})["u"].verdict == "ok, 1 at a kink"
    bend = lambda u: 1000 * (u**2).sum()  # noqa: E731
    for given, verdict in [(0.0, "ok"), (0.005, "wrong")]:
        assert compare_gradients(bend, {"u": [0.0]}, {"u": [given]}, expect_zero="u")["u"].verdict == verdict


def test_the_place_shown_does_not_hang_on_rounding():
    rng = np.random.default_rng(0)
    for _ in range(10):
        u = rng.standard_normal(6)
        f = lambda u: np.tanh(u).sum() * 0 + (3 * u).sum()  # noqa: E731
        for factor in (1, 2):
            assert compare_gradients(f, {"u": u}, {"u": np.full(6, 3.0 * factor)})["u"].where == (0,)


def test_a_look_that_was_not_repeatable_is_not_forgotten():
    calls = count()
    f = lambda u: u.sum() + 1e-9 * (next(calls) == 3)  # noqa: E731
    look = CloserLook(f, np.zeros(2), given=np.array([1.0, 1.0]), numerical=np.array([9.0, 8.0]))
    assert look.worst(tolerance=1e-8) is None and look.looked_at.all()
    assert not look.repeatable


def test_only_the_entries_asked_for_are_judged():
    look = CloserLook(lambda u: u.sum(), np.zeros(4), given=np.array([1.0, 9.0, 1.0, 8.0]), numerical=np.ones(4))
    assert look.worst(1e-8) == (1,)
    for among, place in (([0, 0, 0, 1], (3,)), ([1, 0, 1, 0], None), ([1, 1, 1, 1], (1,))):
        assert look.worst(1e-8, np.array(among, bool)) == place
    assert not look.looked_at[[0, 2]].any()


def test_the_tolerance_is_in_parts_of_the_largest_slope():
    slope = np.array([100.0, 3.0])
    for error, place in ((5e-7, None), (5e-6, (1,))):
        look = CloserLook(lambda u: slope @ u, np.zeros(2), given=slope + [0, error], numerical=slope)
        assert look.size == 100 and look.worst(1e-8) == place


def test_after_enough_noisy_entries_no_more_are_looked_at():
    rounded = lambda u: round(100 * np.sin(u).sum(), 2)  # noqa: E731
    look = CloserLook(rounded, np.full(40, 0.3), given=np.zeros(40), numerical=np.full(40, 1e-3))
    look.noise[:20] = 31 * 1e-8
    assert look.worst(1e-8) is None and not look.looked_at.any()
    look.noise[19] = 29 * 1e-8
    assert look.worst(1e-8) == (0,) and look.looked_at.sum() == 1  # one fewer is not enough


def test_noise_that_is_infinite_everywhere_hides_all():
    look = CloserLook(lambda u: np.nan, np.zeros(2), given=np.array([1.0, 2.0]), numerical=np.zeros(2))
    assert look.worst(1e-8) is None and np.isinf(look.noise[look.looked_at]).all()


def test_a_value_that_is_not_narrow_is_not_forgotten():
    f = lambda u: float(np.float32(u[1])) if u[0] == 0 else np.sin(u[0])  # noqa: E731
    look = CloserLook(f, np.zeros(2), given=np.array([1.0, 1.0]), numerical=np.array([9.0, 5.0]))
    assert look.worst(1e-8) is None and look.looked_at.all()
    assert not look.narrow


def moves(x, given, look_at):
    """Return how far each call of f, the sum of x, was from x, (calls, entries)."""
    points = []
    look = CloserLook(lambda u: points.append(u.copy()) or u.sum(), x, given=given, numerical=np.zeros(len(x)))
    look_at(look)
    return np.array(points) - x


def test_beside_a_large_entry_the_steps_are_larger():
    for entry, unit in ((0.5, 1), (1.0, 1), (5.0, 8), (-8.0, 8), (9.0, 16)):
        moved = moves(np.array([entry, 0.0]), np.array([9.0, 0.0]), lambda look: look.worst(1e-8))
        assert np.abs(moved[:, 0]).max() == pytest.approx(unit / 117, rel=0.01) and not moved[:, 1].any()


def test_along_all_entries_each_moves_in_its_own_way_and_scale():
    x = np.concatenate([np.full(20, 1000.0), np.full(20, 0.5)])
    first, again = (moves(x, np.zeros(40), lambda look: look.look_along_all(1e-8)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    farthest = first[np.abs(first).sum(axis=1).argmax()] / np.maximum(1, np.abs(x))
    assert (farthest > 0).any() and (farthest < 0).any() and len(np.unique(farthest.round(9))) == 40
    for part in (farthest[:20], farthest[20:]):
        assert 0.7 / 117 < np.abs(part).max() <= 1.001 / 117


def test_along_all_entries_noise_is_known_only_where_the_slopes_agree():
    x, slope = np.linspace(-2, 2, 30), np.linspace(1, 2, 30)
    along = np.random.default_rng(0).uniform(-1, 1, 30)  # only its signs matter here

    def noise(f, given):
        look = CloserLook(f, x, given=given, numerical=given)
        look.look_along_all(1e-4)
        return look.noise.max()

    line = lambda u: slope @ u  # noqa: E731
    assert noise(line, slope) < 1e-10
    assert noise(line, slope + 0.5e-4 * np.sign(along)) < 1e-10
    for wrong in (-slope, 1 / slope, slope + 2e-4 * np.sign(along)):
        assert noise(line, wrong) == np.inf
    assert noise(lambda u: np.abs(u - x).sum(), np.zeros(30)) == np.inf  # a kink
