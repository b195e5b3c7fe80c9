"""Counting matrix products: NumPy itself reports each one to the weights that take part in it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

import numpy as np

from rnnlib import Layer


class CountedWeights(np.ndarray):
    """A weight matrix that counts the matrix products it takes part in; the count stands in `products`.

    NumPy calls `__array_ufunc__` for every operation on a subclass (NEP 13), and `__array_function__` for every other
    function of its own (NEP 18).

    >>> W = CountedWeights.of(np.eye(2))
    >>> (np.ones((3, 2)) @ W).sum()
    np.float64(6.0)
    >>> W.products
    1
    """

    products: int

    @classmethod
    def of(cls, weights: np.ndarray) -> Self:
        """Return a copy of `weights`, in the same shape, whose count is 0."""
        counted = np.array(weights).view(cls)
        counted.products = 0
        return counted

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """Do the operation on plain arrays, and count it where it is a matrix product by `@`."""
        self.products += ufunc is np.matmul
        return getattr(ufunc, method)(*map(_plain, inputs), **kwargs)

    def __array_function__(self, function: Callable, types: Any, args: Iterable[Any], kwargs: Mapping[str, Any]) -> Any:
        """Call the function on plain arrays, and count it where it is `np.dot`."""
        self.products += function is np.dot
        return function(*map(_plain, args), **kwargs)


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, CountedWeights) else value


def products_in(layer: Layer, call: Callable[[], Any]) -> dict[str, int]:
    """Return for each parameter of `layer` how many matrix products it takes part in while `call` runs."""
    counted = {name: CountedWeights.of(weights) for name, weights in layer.params.items()}
    params, layer.params = layer.params, counted  # type: ignore[assignment]  # for the length of the call
    try:
        call()
    finally:
        layer.params = params
    return {name: weights.products for name, weights in counted.items()}
