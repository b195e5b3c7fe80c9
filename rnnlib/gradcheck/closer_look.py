"""Where a gradient and its central differences disagree: an error, a kink of the function, or noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnlib.gradcheck.slopes import Slope, measure_slope

Array = NDArray[np.float64]
Place = tuple[int, ...]

LIMIT = 30  # how many times the tolerance noise may be, in a gradient that passes
ENOUGH = 20  # entries with more noise than that, to know that no other will tell more


class CloserLook:
    """A gradient beside its central differences, which are measured anew where both disagree.

    >>> x = np.array([0.0, 1.0])
    >>> look = CloserLook(lambda x: np.abs(x).sum(), x, given=np.array([9.0, 0.8]), numerical=np.array([0.0, 1.0]))
    >>> look.worst(tolerance=1e-8), look.kink
    ((1,), array([ True, False]))

    Attributes:
        given: the gradient.
        numerical: the slopes by central differences, or, where that was needed, by closer ones.
        kink: where the function has a kink: there is no slope to compare with.
        noise: how far a slope may be off by rounding, for the entries that were looked at; infinite where that is
            unknown.
        narrow: whether all values that were looked at fit into float32.
        repeatable: whether the function gave the same value each time at the same point.
    """

    def __init__(self, f: Callable[[Array], float], x: Array, given: Array, numerical: Array) -> None:
        """Take f, a point, and two gradients of f there."""
        self.f, self.x, self.given, self.numerical = f, x, given, numerical.copy()
        self.kink, self.looked_at = np.zeros(x.shape, bool), np.zeros(x.shape, bool)
        self.noise, self.narrow, self.repeatable = np.zeros(x.shape), True, True

    @property
    def size(self) -> float:
        """What errors are measured against: max(1, max|g|)."""
        return max(1.0, np.abs(self.numerical[~self.kink]).max(initial=0.0))

    @property
    def differences(self) -> Array:
        """The differences between the two gradients, 0 at a kink."""
        return np.where(self.kink, 0.0, np.abs(self.given - self.numerical))

    def worst(self, tolerance: float, among: NDArray[np.bool_] | None = None) -> Place | None:
        """Return the place of the largest error above the tolerance, or None where there is no error.

        What looks like an error is measured anew, until one proves to be one, or too many prove to be noise.

        Args:
            tolerance: the largest error that passes, in parts of `size`.
            among: the entries to look at; all where it is not given.
        """
        while True:
            beyond_noise = np.maximum(self.differences - np.where(self.looked_at, self._noise_or_more(), 0.0), 0.0)
            if among is not None:
                beyond_noise = np.where(among, beyond_noise, 0.0)
            place = first_of_largest(beyond_noise)
            if beyond_noise[place] <= tolerance * self.size:
                return None
            if self.looked_at[place]:
                return place
            if (self.noise > LIMIT * tolerance * self.size).sum() >= ENOUGH:
                return None
            self._look_at(place)

    def _noise_or_more(self) -> Array:
        """Return the noise, for each entry at least that of the others."""
        return np.maximum(self.noise, self.noise[np.isfinite(self.noise)].max(initial=0.0))

    def look_along_all(self, tolerance: float) -> None:
        """Look at all entries at once, along a direction: the way to see noise where both gradients are zero."""
        direction = np.random.default_rng(0).uniform(-1, 1, self.x.shape) * np.maximum(1.0, np.abs(self.x))
        slope = self._slope_along(direction, unit=1.0)
        difference = abs(slope.value - (self.given * direction).sum())
        agrees = not slope.kink and difference <= slope.error + tolerance * np.abs(direction).sum()
        self.noise = np.maximum(self.noise, slope.error if agrees else np.inf)

    def _look_at(self, place: Place) -> None:
        direction = np.zeros(self.x.shape)
        direction[place] = 1.0
        slope = self._slope_along(direction, unit=2.0 ** float(np.ceil(np.log2(max(1.0, abs(self.x[place]))))))
        self.looked_at[place], self.kink[place] = True, slope.kink
        self.noise[place] = 0.0 if slope.kink else slope.error
        if np.isfinite(slope.error):
            self.numerical[place] = slope.value

    def _slope_along(self, direction: Array, unit: float) -> Slope:
        def along(step: float) -> float:
            try:
                return self.f(self.x + step * direction)
            except (ValueError, FloatingPointError):  # so far away, f may have no value
                return np.nan

        slope = measure_slope(along, unit)
        self.narrow &= slope.narrow
        self.repeatable &= slope.repeatable
        return slope


def first_of_largest(array: NDArray[Any]) -> Place:
    """Return the place of the largest number; the first of those that are equal but for rounding."""
    return tuple(int(i) for i in np.argwhere(array >= (1 - 1e-6) * array.max())[0])
