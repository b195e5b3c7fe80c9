"""Counting matrix products: NumPy itself reports each one to the weights that take part in it."""

from typing import Any

import numpy as np


class CountedWeights(np.ndarray):
    """A weight matrix that counts the matrix products it takes part in.

    Put into `layer.params`, it is used by the layer like any other array. The count stands in
    `products`. NumPy calls `__array_ufunc__` for every operation on a subclass (NEP 13).
    """

    products: int

    @classmethod
    def of(cls, weights: np.ndarray) -> "CountedWeights":
        """Return a copy of `weights`, in the same shape, whose count is 0."""
        counted = np.array(weights).view(cls)
        counted.products = 0
        return counted

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Do the operation on plain arrays, and count it where it is a matrix product."""
        if ufunc is np.matmul:
            self.products += 1
        plain = [array.view(np.ndarray) if isinstance(array, CountedWeights) else array for array in inputs]
        return getattr(ufunc, method)(*plain, **kwargs)
