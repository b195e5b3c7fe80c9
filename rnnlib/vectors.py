"""Arrays under names as one long vector, for formulas that do the same to every entry."""

import math
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def as_vector(arrays: Iterable[NDArray[np.floating]]) -> Vector:
    """Return the entries of all arrays in a vector of its own.

    >>> as_vector([np.array([[1.0, 2.0]]), np.array(3.0)])
    array([1., 2., 3.])
    """
    return np.concatenate([np.zeros(0), *arrays], axis=None, dtype=np.float64)


def parts_of(vector: Vector, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Vector]:
    """Return the stretches of a vector in these shapes and under their names, as views.

    >>> parts_of(np.array([1.0, 2.0, 3.0]), {"W": (1, 2), "b": ()})
    {'W': array([[1., 2.]]), 'b': array(3.)}
    """
    parts, start = {}, 0
    for name, shape in shapes.items():
        end = start + math.prod(shape)
        parts[name], start = vector[start:end].reshape(shape), end
    return parts
