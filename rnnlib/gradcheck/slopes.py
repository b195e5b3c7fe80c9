"""The slope of a function of one number, and how much of it rounding and kinks leave unknown.

Through seven values goes a polynomial. Its coefficient of degree 1 is the slope; those of degree 5 and 6 are close
to 0 where the function is smooth, so that what is left in them is rounding, or a bend too sharp for this distance.
Noise is measured in a similar way by Moré and Wild, Estimating computational noise, 2011.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rnnlib.validation import FLOAT32

Array = NDArray[np.float64]

# Steps from coarse to fine, and the places of the values, in steps. All are binary numbers of few digits, so that they
# are added without rounding, but for the finest; the places are so irregular that they fit no grid that the values are
# rounded to.
STEPS: Array = 1 / 8.0 ** np.arange(3, 13)
ROOTS = np.round(np.sqrt([2, 7, 19]) * 2**20) / 2**20
PLACES: Array = np.concatenate([-ROOTS[::-1], [0], ROOTS])
SAFETY = 5  # a slope is taken to be off by up to this many times what the measured noise does to it


class Slope(NamedTuple):
    """A slope, and what is known of it.

    `value` is the slope; `error` how far it may be off, infinite where it is unknown; `kink` tells that
    there are two slopes, one on either side; `narrow` that all values fit into float32; `repeatable` that the
    function gave the same value each time at the same point.
    """

    value: float
    error: float
    kink: bool
    narrow: bool
    repeatable: bool


def measure_slope(f: Callable[[float], float], unit: float = 1.0) -> Slope:
    """Return the slope of f at 0, from values up to `unit` / 117 away; where f has no value, it may return NaN.

    >>> slope = measure_slope(np.sin)
    >>> abs(slope.value - 1) < slope.error < 1e-10
    True
    >>> measure_slope(abs).kink
    True
    """
    steps = STEPS * unit
    with np.errstate(all="ignore"):
        samples = np.array([[f(place * step) for place in PLACES] for step in steps])  # (steps, 7)
        value, error = _best(samples, SLOPE, steps, _noise(samples, ROUGHNESS))
        noise = _noise(samples, ROUGHNESS_OF_SIDES)
        right, right_error = _best(samples, SLOPE_RIGHT, steps, noise)
        left, left_error = _best(samples, SLOPE_LEFT, steps, noise)
        repeatable = np.array_equal(samples[:, 3], np.full(len(steps), samples[0, 3]), equal_nan=True)
        narrow = np.array_equal(samples, samples.astype(FLOAT32))
    return Slope(value, error, abs(right - left) > right_error + left_error, narrow, repeatable)


def _coefficients(places: slice) -> Array:
    """Return the weights of seven values in each coefficient of the polynomial through some of them."""
    chosen = PLACES[places]
    weights = np.zeros((len(chosen), len(PLACES)))
    weights[:, places] = np.linalg.inv(np.vander(chosen, increasing=True))
    return weights


_BOTH, _LEFT, _RIGHT = _coefficients(slice(0, 7)), _coefficients(slice(0, 4)), _coefficients(slice(3, 7))
SLOPE, SLOPE_LEFT, SLOPE_RIGHT = _BOTH[1], _LEFT[1], _RIGHT[1]
ROUGHNESS, ROUGHNESS_OF_SIDES = _BOTH[5:], np.stack([_LEFT[3], _RIGHT[3]])


def _combined(samples: Array, weights: Array) -> Array:
    """Return sums of the values of each step, by weights that add up to 0."""
    return (samples - samples[:, 3:4]) @ weights.T  # without a large number beside them they are hardly rounded


def _noise(samples: Array, roughness: Array) -> Array:
    """Return how much the values are off, for each step."""
    rough = np.abs(_combined(samples, roughness / np.linalg.norm(roughness, axis=1, keepdims=True))).max(axis=1)
    noise = np.maximum(rough, np.spacing(np.abs(samples).max(axis=1)) / 2)  # at least the rounding of float64
    noise = np.maximum.accumulate(noise[::-1])[::-1]  # it does not become less as steps become larger
    variation = np.ptp(samples, axis=1)
    if variation.any() and not variation.all():  # some steps are too fine to change the value
        smallest_change = np.diff(np.unique(samples)).min()
        noise = np.where(variation == 0, np.inf, np.maximum(noise, smallest_change))
    return noise


def _best(samples: Array, weights: Array, steps: Array, noise: Array) -> tuple[float, float]:
    """Return the slope at the step that leaves the smallest error, and this error.

    A step that a finer one contradicts is too coarse to see what the function does between its places.
    """
    slopes = _combined(samples, weights) / steps
    moved = np.abs(slopes) * np.spacing(steps[0] / STEPS[0]) / 2  # what f makes of a point that is rounded itself
    errors = SAFETY * np.linalg.norm(weights) * (noise + moved) / steps
    errors[~np.isfinite(errors)] = np.inf
    apart = np.abs(slopes[:, np.newaxis] - slopes) > errors[:, np.newaxis] + errors  # (steps, steps)
    errors[np.triu(apart).any(axis=1)] = np.inf
    best = errors.argmin()
    return float(slopes[best]), float(errors[best])
