"""Losses: each returns the loss, one number, and its gradient by what the network gave.

Reductions: "mean" over all elements that count (for softmax: all labels); "batch" sums over everything but the
batch and takes the mean over its N items; "sum" adds up everything.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.activations import identity, sigmoid
from rnnlib.validation import (
    FLOAT64,
    NotFinite,
    as_ndarray,
    check_any_mask,
    check_array,
    check_callable,
    check_choice,
    check_whole_numbers,
    common_float_type,
    insist_on_finite,
    short_repr,
)

Array = NDArray[np.floating]


class Loss:
    """A loss, called like a function: (y, target) gives one number, and its gradient by y in the shape of y.

    It carries its reading: what a user reads in what the network gave, as probabilities in logits.

    >>> absolute = Loss(lambda y, target: (np.abs(y - target).sum(), np.sign(y - target)))
    >>> absolute([[1.0, 5.0]], np.array([[2.0, 2.0]]))
    (4.0, array([[-1.,  1.]]))
    """

    def __init__(self, function: Callable, reading: Callable[[Array], Array] = identity) -> None:
        """Make a loss of your own.

        Args:
            function: takes (y, target), and mask=… where it can leave steps out; returns a number and its gradient
                by y. The target reaches it as it is given.
            reading: turns y into what a user reads, such as `sigmoid` where y are logits.

        Raises:
            TypeError: what cannot be called.
        """
        self.function, self.reading = check_callable("function", function), check_callable("reading", reading)

    def __call__(self, y: ArrayLike, target: Any, mask: ArrayLike | None = None) -> tuple[float, Array]:
        """Return the loss and its gradient by y.

        Args:
            y: (N, ...), what the network gave.
            target: what it should have given.
            mask: (N, T), True where a step counts, with at least one True.

        Raises:
            TypeError, ValueError: an argument that does not fit, or a function that returns something else.
            NotFinite: the loss or its gradient leaves the finite numbers.
        """
        y = check_array("y", y, "(..., K)", common_float_type(y))
        counts = _check_mask(mask, y)
        if counts is None:
            result = self.function(y.copy(), target)  # a copy, since the function may write into it
        elif "mask" in inspect.signature(self.function).parameters:
            result = self.function(y.copy(), target, mask=counts)
        else:
            raise TypeError(f"mask: expected None, as the function of {self!r} has no argument named mask")
        return _check_result(result, y)

    def reduced(self, reduction: str) -> Loss:
        """Return the same loss with another reduction: how the losses of all elements become one number.

        Args:
            reduction: "mean" over all elements that count (for softmax: over all labels); "batch", the sum over
                everything but the batch, and of that the mean over its N items; or "sum" over everything.

        Raises:
            TypeError: a loss of your own, which reduces by itself.
            ValueError: an unknown reduction.
        """
        raise TypeError(f"{self!r} reduces by itself: change its function")

    def __repr__(self) -> str:
        return f"Loss({getattr(self.function, '__name__', short_repr(self.function))})"


def _check_result(result: Any, y: Array) -> tuple[float, Array]:
    if not isinstance(result, tuple | list) or len(result) != 2:
        raise TypeError(f"loss: expected (number, gradient by y), got {short_repr(result)}")
    value = as_ndarray("loss", result[0], "one number")
    if value.shape != () or value.dtype.kind not in "fiu":
        raise TypeError(f"loss: expected one number, got {short_repr(result[0])}")
    insist_on_finite("the loss", value)
    gradient = as_ndarray("the gradient of the loss", result[1], "real numbers")
    if gradient.shape != y.shape or gradient.dtype.kind not in "fiu":
        raise ValueError(
            f"the gradient of the loss: expected {y.dtype} {y.shape}, got {gradient.dtype} {gradient.shape}"
        )
    insist_on_finite("the gradient of the loss", gradient)
    return float(value), gradient.astype(y.dtype, copy=False)


class ElementLoss(Loss):
    """A loss that is known for every element: its reductions and masks are written here once."""

    def __init__(
        self,
        function: Callable[[Array, np.ndarray], tuple[Array, Array]],
        check_target: Callable[[Array, Any, NDArray[np.bool_] | None], np.ndarray],
        reading: Callable[[Array], Array],
        reduction: str = "mean",
    ) -> None:
        """Make it from a function of (v, target) that returns the loss of every element, and the gradients by v."""
        super().__init__(function, reading)
        self.check_target, self.reduction, self.__doc__ = check_target, reduction, function.__doc__

    def __call__(self, y: ArrayLike, target: Any, mask: ArrayLike | None = None) -> tuple[float, Array]:
        """Return the loss and its gradient by y; arguments and errors are those of `Loss`."""
        y = check_array("y", y, "(..., K)", common_float_type(y))
        counts = _check_mask(mask, y)
        target = self.check_target(y, target, counts)
        with np.errstate(all="ignore"):  # what leaves the finite numbers is named below
            losses, dy = self.function(y.astype(FLOAT64, copy=False), target)
            if counts is not None:
                losses, dy = _where(counts, losses), _where(counts, dy)
            n_counted = losses.size if counts is None else counts.sum() * (losses.size // counts.size)
            divisor = {"mean": n_counted, "batch": len(y) if losses.ndim else 1, "sum": 1}[self.reduction]
            loss, dy = float(losses.sum()) / divisor, (dy / divisor).astype(y.dtype, copy=False)
        if not math.isfinite(loss):
            raise NotFinite("the loss is not finite")
        insist_on_finite("the gradient of the loss", dy)
        return loss, dy

    def reduced(self, reduction: str) -> ElementLoss:
        """Return the same loss with another reduction: how the losses of all elements become one number.

        Args:
            reduction: "mean" over all elements that count (for softmax: over all labels), as the loss comes; "batch",
                the sum over everything but the batch, and of that the mean over its N items; or "sum" over everything.

        Raises:
            ValueError: another word.

        >>> squared_error.reduced("sum")([[1.0, 5.0]], [[2.0, 2.0]])
        (5.0, array([[-1.,  3.]]))
        """
        check_choice("reduction", reduction, dict.fromkeys(("mean", "batch", "sum")))
        return ElementLoss(self.function, self.check_target, self.reading, reduction)

    def __repr__(self) -> str:
        name = self.function.__name__.removeprefix("_")
        return name if self.reduction == "mean" else f"{name}.reduced({self.reduction!r})"


def softmax(v: ArrayLike) -> Array:
    """Return exp(v_k) / Σ_j exp(v_j) over the last axis, in the shape of `v`, without overflow.

    >>> softmax([0.0, np.log(3.0)])
    array([0.25, 0.75])
    """
    v = check_array("v", v, "(..., K)", common_float_type(v))
    with np.errstate(over="ignore", under="ignore"):  # exp of what is far below the largest is 0, and right
        z = np.exp(_below_largest(v))
        return z / z.sum(axis=-1, keepdims=True)


def _below_largest(v: Array) -> Array:
    """Return v less its largest: the same softmax, and no exp above 1."""
    return v - v.max(axis=-1, keepdims=True)


def _sigmoid_and_logs(v: Array) -> tuple[Array, Array, Array]:
    """Return y = sigmoid(v), log y and log(1 - y), without overflow: no exp is above 1."""
    low, z = np.minimum(v, 0), np.exp(-np.abs(v))
    log_1_z = np.log1p(z)
    return np.exp(low) / (1 + z), low - log_1_z, low - v - log_1_z


def _squared_error(y: Array, target: Array) -> tuple[Array, Array]:
    """Return (y - target)² / 2 of every element, and its gradient by y, y - target."""
    return (y - target) ** 2 / 2, y - target


def _sigmoid_cross_entropy(v: Array, target: Array) -> tuple[Array, Array]:
    """Return -d log y - (1 - d) log(1 - y) of every element, with y = sigmoid(v), and its gradient by v, y - d.

    The sigmoid is part of the loss: v are logits, so that ±1000 does no harm. The target d lies between 0 and 1.
    """
    y, log_y, log_1_y = _sigmoid_and_logs(v)
    return -target * log_y - (1 - target) * log_1_y, y - target


def _softmax_cross_entropy(v: Array, labels: np.ndarray) -> tuple[Array, Array]:
    """Return -log y_label of every label, with y = softmax(v), and its gradient by v: y, less 1 at the label.

    The softmax is part of the loss: v (..., K) are logits, so that ±1000 does no harm. The labels (...) are whole
    numbers from 0 to K - 1.
    """
    at_label = np.arange(v.shape[-1]) == labels[..., np.newaxis]  # (..., K), one True a label
    v = _below_largest(v)
    z = np.exp(v)
    Z = z.sum(axis=-1, keepdims=True)
    log_y_label = v[at_label].reshape(labels.shape) - np.log(Z[..., 0])
    return -log_y_label, z / Z - at_label


def _check_numbers(y: Array, target: Any, counts: NDArray[np.bool_] | None) -> Array:
    if type(target) is not np.ndarray:
        target = as_ndarray("target", target, f"the shape of y, {y.shape}")
    if target.shape != y.shape:
        raise ValueError(f"target: expected the shape of y, {y.shape}, got {target.shape}")
    if counts is not None and target.dtype.kind in "fiub":
        target = _where(counts, target)
    return check_array("target", target, "(..., K)", FLOAT64)


def _check_probabilities(v: Array, target: Any, counts: NDArray[np.bool_] | None) -> Array:
    target = _check_numbers(v, target, counts)
    if target.min() < 0 or target.max() > 1:
        raise ValueError(f"target: expected numbers from 0 to 1, got {target.min():g} to {target.max():g}")
    return target


def _check_labels(v: Array, labels: Any, counts: NDArray[np.bool_] | None) -> NDArray[np.integer]:
    K = v.shape[-1]
    wanted = f"whole numbers {v.shape[:-1]} from 0 to {K - 1}"
    labels = as_ndarray("labels", labels, wanted)
    if labels.shape == v.shape:
        raise ValueError(f"labels: expected {wanted}, got one-hot {labels.shape}: pass labels.argmax(axis=-1)")
    if labels.shape != v.shape[:-1]:
        raise ValueError(f"labels: expected {wanted}, got {labels.shape}")
    if counts is not None and labels.dtype.kind in "iu":
        labels = _where(counts, labels)
    return check_whole_numbers("labels", labels, "(...)", below=K)


def _check_mask(mask: ArrayLike | None, y: Array) -> NDArray[np.bool_] | None:
    if mask is None:
        return None
    if y.ndim < 3:
        raise ValueError(f"mask: expected None, as y has no time steps, got one for y {y.shape}")
    return check_any_mask(mask, y.shape[:2])


def _where(counts: NDArray[np.bool_], array: np.ndarray) -> np.ndarray:
    """Return the array (N, T, ...) with zeros where the step does not count: there it may hold anything."""
    return np.where(counts.reshape(counts.shape + (1,) * (array.ndim - 2)), array, 0)


squared_error = ElementLoss(_squared_error, _check_numbers, identity)
sigmoid_cross_entropy = ElementLoss(_sigmoid_cross_entropy, _check_probabilities, sigmoid)
softmax_cross_entropy = ElementLoss(_softmax_cross_entropy, _check_labels, softmax)
