"""Counting matrix products: of weights, to which NumPy reports them, and of a layer, whose lines are counted."""

import ast
import inspect
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from textwrap import dedent
from types import FrameType, FunctionType
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
    """Return for each parameter of `layer` how many matrix products with it are done while `call` runs.

    Counted is how often each line of the layer's own methods runs that multiplies by the parameter, under its name:
    by `@`, by `matmul` or by `dot`, of which not all would be reported to the weights.
    """
    methods = [member for member in vars(type(layer)).values() if isinstance(member, FunctionType)]
    products = {method.__code__: _products_by_line(method) for method in methods}
    done: Counter[str] = Counter()

    def count(frame: FrameType, event: str, argument: Any) -> Callable | None:
        if frame.f_code not in products:
            return None
        if event == "line":
            done.update(products[frame.f_code].get(frame.f_lineno, ()))
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        call()
    finally:
        sys.settrace(before)
    return {name: done[name] for name in layer.params}


def _products_by_line(method: FunctionType) -> dict[int, list[str]]:
    """Return for each line of a method the names that it multiplies by; `W.T` and `W_T` count as W."""
    lines, first = inspect.getsourcelines(method)
    found: dict[int, list[str]] = {}
    for node in ast.walk(ast.parse(dedent("".join(lines)))):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            factors = [node.left, node.right]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("dot", "matmul"):
            factors = node.args
        else:
            continue
        whole = [factor.value if isinstance(factor, ast.Attribute) else factor for factor in factors]
        names = [factor.id.removesuffix("_T") for factor in whole if isinstance(factor, ast.Name)]
        found.setdefault(first + node.lineno - 1, []).extend(names)
    return found
