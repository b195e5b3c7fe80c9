"""Losses: each returns the loss, one number, and its gradient by the first argument.

Reductions: "mean" over all elements (for softmax: all labels); "batch" sums over everything but the
batch and takes the mean over its N items; "sum" adds up everything.
"""

from typing import Any

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.arrays import as_array, as_rectangle, float_type, insist_on_finite, said


def softmax(v: np.ndarray) -> np.ndarray:
    """Return exp(v_k) / Σ_j exp(v_j) over the last axis, in the shape of `v`, without overflow."""
    v = as_array("v", v, "(..., K)", float_type(v))
    with np.errstate(over="ignore"):  # exp(-infinity) is 0, and right
        z = np.exp(v - v.max(axis=-1, keepdims=True))  # the largest becomes 1
    return z / z.sum(axis=-1, keepdims=True)


def squared_error(y: Any, target: Any, reduction: str = "mean") -> tuple[float, np.ndarray]:
    """Return the loss (y - target)² / 2 and its gradient by y, y - target, reduced.

    Args:
        y: (N, ...), what the network gave.
        target: (N, ...), what it should have given, in the same shape.
        reduction: "mean", "batch" or "sum".

    Raises:
        TypeError, ValueError: shapes that differ, what `rnnlib.arrays.as_array` refuses, an unknown reduction.
    """
    y, target = _pair("y", y, target)
    weight = _weight(reduction, y.size, len(y))
    with np.errstate(over="ignore", invalid="ignore"):
        difference = y - target
        wide = difference.astype(float)  # the squares of float32 need more room
        loss = float((wide * (wide * (weight / 2))).sum())
    insist_on_finite("target", "the loss", loss)
    return loss, difference * weight


def sigmoid_cross_entropy(v: Any, target: Any, reduction: str = "mean") -> tuple[float, np.ndarray]:
    """Return the cross-entropy -d log y - (1 - d) log(1 - y) with y = sigmoid(v), and its gradient y - d by v.

    Args:
        v: (N, ...), logits: the sigmoid is part of the loss, so that ±1000 does no harm.
        target: d, (N, ...), in the same shape, between 0 and 1.
        reduction: "mean", "batch" or "sum".

    Raises:
        TypeError, ValueError: as for `squared_error`, or a target outside 0 … 1.
    """
    v, target = _pair("v", v, target)
    if target.min() < 0 or target.max() > 1:
        raise ValueError(f"target: expected numbers from 0 to 1, got {target.min():g} to {target.max():g}")
    weight = _weight(reduction, v.size, len(v))
    # log(1 + exp(v)) - d v, with the exponent kept at or below 0
    losses = np.maximum(v, 0) - v * target + np.log1p(np.exp(-np.abs(v)))
    with np.errstate(over="ignore"):
        loss = float((losses.astype(float) * weight).sum())
    insist_on_finite("v", "the loss", loss)
    return loss, (sigmoid(v) - target) * v.dtype.type(weight)


def softmax_cross_entropy(v: Any, labels: Any, reduction: str = "mean") -> tuple[float, np.ndarray]:
    """Return the cross-entropy -log y_label with y = softmax(v), and its gradient by v: y, less 1 at the label.

    Args:
        v: (..., K), logits: the softmax is part of the loss, so that ±1000 does no harm.
        labels: (...), whole numbers from 0 to K - 1.
        reduction: "mean" over the labels, "batch" or "sum".

    Raises:
        TypeError, ValueError: labels that are not whole numbers, of another shape, or outside 0 … K - 1; what
            `rnnlib.arrays.as_array` refuses; an unknown reduction.
    """
    v = as_array("v", v, "(..., K)", float_type(v))
    K = v.shape[-1]
    labels = _labels(labels, v.shape[:-1], K)
    weight = _weight(reduction, labels.size, len(labels) if labels.ndim else 1)
    with np.errstate(over="ignore"):
        shifted = v - v.max(axis=-1, keepdims=True)
    chosen = np.arange(K) == labels[..., np.newaxis]  # (..., K), one True a label
    losses = np.log(np.exp(shifted).sum(axis=-1)) - shifted[chosen].reshape(labels.shape)
    with np.errstate(over="ignore"):
        loss = float((losses.astype(float) * weight).sum())
    insist_on_finite("v", "the loss", loss)
    return loss, (softmax(v) - chosen) * v.dtype.type(weight)


def _pair(name: str, y: Any, target: Any) -> tuple[np.ndarray, np.ndarray]:
    dtype = float_type(y)
    y = as_array(name, y, "(..., K)", dtype)
    target = as_array("target", target, "(..., K)", np.dtype(np.float64))
    if target.shape != y.shape:
        raise ValueError(f"target: expected the shape of {name}, {y.shape}, got {target.shape}")
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinity, and is refused
        return y, as_array("target", target.astype(dtype), "(..., K)", dtype)


def _labels(labels: Any, shape: tuple[int, ...], K: int) -> np.ndarray:
    wanted = f"whole numbers {shape} from 0 to {K - 1}"
    labels = as_rectangle("labels", labels, wanted)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels: expected {wanted}, got {labels.dtype}")
    if labels.shape != shape:
        raise ValueError(f"labels: expected {shape}, got {labels.shape}")
    if labels.min() < 0 or labels.max() >= K:
        raise ValueError(f"labels: expected whole numbers from 0 to {K - 1}, got {labels.min()} to {labels.max()}")
    return labels


def _weight(reduction: str, n_elements: int, n_batch: int) -> float:
    weights = {"mean": 1 / n_elements, "batch": 1 / n_batch, "sum": 1.0}
    if not isinstance(reduction, str) or reduction not in weights:
        raise ValueError(f"reduction: expected one of {', '.join(weights)}, got {said(reduction)}")
    return weights[reduction]
