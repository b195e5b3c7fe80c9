"""Arrays under names as one long vector, for formulas that do the same to every entry."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


class Layout:
    """Where each of several named arrays stands in a vector that holds them all.

    >>> layout = Layout({"W": (1, 2), "b": ()})
    >>> layout.join({"W": np.array([[1.0, 2.0]]), "b": np.array(3.0)})
    array([1., 2., 3.])
    >>> layout.split(np.array([1.0, 2.0, 3.0]))
    {'W': array([[1., 2.]]), 'b': array(3.)}
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        """Place the arrays, of which the shapes are given, one behind the other."""
        self.shapes, self.size = dict(shapes), 0
        self._places: list[tuple[str, slice, tuple[int, ...]]] = []
        for name, shape in self.shapes.items():
            start, self.size = self.size, self.size + math.prod(shape)
            self._places.append((name, slice(start, self.size), shape))

    def join(self, arrays: Mapping[str, NDArray[np.floating]]) -> Vector:
        """Return the entries of all arrays in a new vector."""
        return np.concatenate([arrays[name] for name in self.shapes], axis=None, dtype=np.float64)

    def split(self, vector: Vector) -> dict[str, Vector]:
        """Return the stretches of the vector, as views, under their names and in their shapes."""
        return {name: vector[place].reshape(shape) for name, place, shape in self._places}
