"""Initialisers: the spread that each promises, orthogonality, reproducibility, refusals."""

import numpy as np
import pytest

import rnnlib
from rnnlib.initializers import INITIALIZERS, find_initializer

SHAPE = (300, 500)
STD = {"normal": 1, "lecun": 300**-0.5, "xavier": (2 / 800) ** 0.5, "he": (2 / 300) ** 0.5}


@pytest.mark.parametrize("name", STD)
def test_spread(name):
    draws = find_initializer(name)(SHAPE, np.random.default_rng(0))
    assert draws.shape == SHAPE
    assert abs(draws.mean()) < 0.01 * STD[name]
    np.testing.assert_allclose(draws.std(), STD[name], rtol=0.01)


def test_std_scales_the_draws():
    first, second = (rnnlib.normal((2, 3), np.random.default_rng(0), std) for std in (1, 0.1))
    np.testing.assert_allclose(second, 0.1 * first, rtol=1e-15)
    np.testing.assert_array_equal(rnnlib.normal((2, 3), np.random.default_rng(0), 0), np.zeros((2, 3)))


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (1, 1)])
def test_orthogonal(shape):
    q = rnnlib.orthogonal(shape, np.random.default_rng(0))
    small = q @ q.T if shape[0] <= shape[1] else q.T @ q
    assert q.shape == shape
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=1e-13)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7)])
def test_orthogonal_is_what_gram_and_schmidt_make_of_normal_draws(shape):
    q, draws = rnnlib.orthogonal(shape, np.random.default_rng(0)), np.random.default_rng(0).standard_normal(shape)
    if shape[0] < shape[1]:
        q, draws = q.T, draws.T
    r = q.T @ draws  # each column of the draws needs the columns of q up to its own, and that one positively
    np.testing.assert_allclose(np.tril(r, -1), 0, atol=1e-13)
    assert np.diag(r).min() > 0


def test_orthogonal_prefers_no_sign():
    signs = [np.sign(rnnlib.orthogonal((3, 3), np.random.default_rng(s))[0, 0]) for s in range(400)]
    assert abs(np.mean(signs)) < 0.15


@pytest.mark.parametrize("name", INITIALIZERS)
def test_same_seed_same_weights(name):
    draw = find_initializer(name)
    first, second, other = (draw((3, 4), np.random.default_rng(s)) for s in (0, 0, 1))
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", INITIALIZERS)
@pytest.mark.parametrize(
    ("shape", "rng", "error", "message"),
    [
        ((0, 3), np.random.default_rng(), ValueError, "n_in: expected at least 1"),
        ((3, -1), np.random.default_rng(), ValueError, "n_out: expected at least 1"),
        ((3, 2.5), np.random.default_rng(), TypeError, "n_out: expected a whole number"),
        ((3, 4), np.random.RandomState(0), TypeError, "rng: expected"),
        ((3, 4), None, TypeError, "rng: expected"),
        (3, np.random.default_rng(), TypeError, r"^shape: expected \(n_in, n_out\), got 3$"),
        ((3, 4, 5), np.random.default_rng(), TypeError, r"^shape: expected \(n_in, n_out\), got \(3, 4, 5\)$"),
    ],
)
def test_refusals(name, shape, rng, error, message):
    with pytest.raises(error, match=message):
        find_initializer(name)(shape, rng)


@pytest.mark.parametrize("std", [-1, np.inf, np.nan])
def test_std_must_be_a_spread(std):
    with pytest.raises(ValueError, match="^std: expected a finite number of at least 0, got "):
        rnnlib.normal((2, 2), np.random.default_rng(), std)


@pytest.mark.parametrize("name", ["glorot", None, ["he"]])
def test_unknown_initialisers_are_refused_with_the_known_ones(name):
    with pytest.raises(ValueError, match="expected one of normal, lecun, xavier, he, orthogonal"):
        find_initializer(name)
