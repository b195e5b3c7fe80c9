"""What a comparison of gradients with central differences cannot see: how a model treats its surroundings."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.gradcheck.central_differences import numerical_gradient
from rnnlib.gradcheck.closer_look import LIMIT
from rnnlib.gradcheck.model import Arguments, CheckedModel, leaves, rebuilt
from rnnlib.gradcheck.slopes import measure_slope
from rnnlib.layers.layer import Array, Layer, State, Trace, rows
from rnnlib.network import Network


def run_checks(model: CheckedModel) -> tuple[dict[str, Any], dict[str, bool | None]]:
    """Return the gradients of a model by name, and how it behaved: a name, and True, False, or None (not checked)."""
    before = model.arguments.copied()
    model.number(model.arguments)
    first = model.backward()
    untouched = _equal(model.arguments, before)
    again = model.backward()
    model.number(model.arguments)  # on the arguments as the first call left them
    anew = model.backward()
    model.arguments, rounding = before, _rounding(model, before)
    checks = {
        "arguments left alone": untouched,
        "a second call gives the same": _equal(first, again) and _equal(first, anew),
        "batch items independent": _items_are_independent(model, rounding),
    }
    if before.mask is not None:
        checks["steps that do not count change nothing"] = _mask_is_respected(model, rounding)
    if isinstance(model.model, Layer) and model.state_names:
        checks["two stretches give the same as one"] = _stretches_join(model, rounding)
    return first, checks


def _equal(one: Any, other: Any) -> bool:
    """Tell whether two values hold the same numbers, however deep; what is no container and no array counts as such."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_equal, one, other))
    if hasattr(one, "__array__") and hasattr(other, "__array__"):
        one, other = np.asarray(one), np.asarray(other)
        return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc" and other.dtype.kind in "fc")
    return (one is None) == (other is None)


def _items_are_independent(model: CheckedModel, rounding: float) -> bool | None:
    """Tell whether each item of the batch gives alone what it gives among the others."""
    x, _, state, _ = model.arguments
    if x.ndim < 2 or len(x) < 2:
        return None
    together, verdicts = _results(_trace(model, model.arguments), state), []
    for n in range(len(x)):
        alone = _results(_trace(model, model.arguments.item(n)), state)
        verdicts.append(_are_close([batch[n] for batch in together], [item[0] for item in alone], rounding))
    return _all(verdicts)


def _mask_is_respected(model: CheckedModel, rounding: float) -> bool | None:
    """Tell whether each sequence gives what it gives without the steps that do not count, whatever stands there.

    None where every step counts, or where the model cannot do with fewer steps.
    """
    x, _, state, mask = model.arguments
    if x.ndim < 2 or mask is None or mask.shape != x.shape[:2] or mask.all():
        return None
    if not _loss_respects_mask(model):
        return False
    rng, verdicts = np.random.default_rng(0), []
    for n, counts in enumerate(mask.astype(bool)):
        padded = model.arguments.item(n)
        padded.x[:, ~counts] = rng.choice(x.ravel(), padded.x[:, ~counts].shape)
        try:
            short = _trace(model, padded._replace(x=padded.x[:, counts], mask=mask[n : n + 1, counts]))
        except Exception:  # a layer may refuse fewer steps in whatever way it likes
            return None
        long = _trace(model, padded)
        verdicts.append(_are_close(_results(_that_count(long), state), _results(_that_count(short), state), rounding))
    return _all(verdicts)


def _loss_respects_mask(model: CheckedModel) -> bool:
    """Tell whether what comes out at a step that does not count has no influence on a network's loss."""
    if not isinstance(model.model, Network):
        return True
    _, target, _, _ = arguments = model.arguments.copied()
    trace = model.run(arguments)
    _, dout = model.model.loss_function(trace.out, target, trace.mask)
    return trace.mask is None or not dout[~trace.mask].any()


def _stretches_join(model: CheckedModel, rounding: float) -> bool | None:
    """Tell whether a layer gives the same where a sequence comes in two stretches, its state handed on between them.

    None where later steps may have a say, where no step but the first counts in every row, where the layer cannot do
    with fewer steps, or where its results have no steps and those of the second stretch are others.
    """
    x, _, _, mask = model.arguments
    if x.ndim < (2 if model.takes_tokens else 3) or model.model.looks_ahead:
        return None
    counting = x.shape[1] if mask is None else int(mask.astype(bool).all(axis=0).sum())
    cuts = {1, min(x.shape[1] // 2, counting - 1)} if counting > 1 else set()
    return _all([_cut_changes_nothing(model, cut, rounding) for cut in cuts])


def _cut_changes_nothing(model: CheckedModel, cut: int, rounding: float) -> bool | None:
    """Tell whether a cut before that step changes nothing; None as above."""
    state, whole = model.arguments.state, _trace(model, model.arguments)
    end = model.arguments.stretch(slice(cut, None))
    try:
        first, _ = _trace(model, model.arguments.stretch(slice(cut))), _trace(model, end)
    except Exception:  # as above
        return None
    try:
        second = _trace(model, end._replace(state=first.state))
    except Exception:  # no more steps than before, so it is the state that it refuses
        return False
    out = _joined(first.out, second.out, whole.out)
    same_state = _are_close(leaves(whole.state, state), leaves(second.state, state), rounding)
    same = _are_close([whole.out], [second.out if out is None else out], rounding)
    return _all([same_state, same or None if out is None else same])


def _joined(first: Array, second: Array, whole: Array) -> Array | None:
    """Return what comes out of two stretches, one behind the other; None where it has no steps that make the whole."""
    cut = first.shape[1] if first.ndim > 1 else 0
    if whole.ndim < 2 or [first.shape, second.shape] != [whole[:, :cut].shape, whole[:, cut:].shape]:
        return None
    return np.concatenate([first, second], axis=1)


def _trace(model: CheckedModel, arguments: Arguments) -> Trace:
    """Return the trace of a run; that of a layer with what `forward` returns, which may be another method's work."""
    trace = model.run(arguments.copied())
    if isinstance(model.model, Layer):
        x, _, state, mask = arguments.copied()
        return trace._replace(out=model.model.forward(x, state, mask))
    return trace


def _that_count(trace: Trace) -> Trace:
    """Return a trace with the rows of `out` that count, one below the other; all where it has no mask that fits."""
    out, mask = trace.out, trace.mask
    fits = mask is not None and np.shape(mask) == out.shape[:2]
    return trace._replace(out=rows(out[np.asarray(mask, bool)] if fits else out))


def _results(trace: Trace, like: State) -> list[Array]:
    """Return what comes out, and the arrays of the state that is handed on."""
    return [trace.out, *leaves(trace.state, like)]


def _rounding(model: CheckedModel, arguments: Arguments) -> float:
    """Return how far rounding may move a result, as a part of its size: far where a model makes small changes large."""
    rng = np.random.default_rng(0)

    def results(arguments: Arguments) -> list[Array]:
        return _results(_trace(model, arguments), arguments.state)

    nudged = {
        name: array * (1 + 2.0**-50 * rng.standard_normal(array.shape))  # by a few last digits
        for name, array in model.arrays().items()
    }
    pairs = zip(results(arguments), model.at(nudged, results), strict=True)
    return 100 * max(float((_distance(a, b) / _size(a)).max(initial=0.0)) for a, b in pairs)


def _distance(one: Array, other: Array) -> Array:
    """Return |one - other|, and 0 where both are the same infinity."""
    with np.errstate(invalid="ignore"):
        return np.where(one == other, 0.0, np.abs(one - other))


def _size(array: Array) -> Array:
    """Return the largest number of each feature, the last axis, but at least 1; less only where all are less."""
    finite = np.abs(np.where(np.isfinite(array), array, 0.0))
    features = finite.max(axis=tuple(range(array.ndim - 1)), initial=np.finfo(float).tiny)
    return np.maximum(features, min(1.0, features.max()))


def _are_close(one: list[Array], other: list[Array], rounding: float) -> bool | None:
    """Tell whether two lists hold the same arrays but for rounding; None where that leaves too little to compare."""
    for a, b in zip(one, other, strict=True):
        if np.shape(a) != np.shape(b) or not np.allclose(a, b, rtol=1e-9, atol=1e-9 + rounding * _size(a)):
            return False
    return True if rounding < 1e-3 else None


def _all(verdicts: list[bool | None]) -> bool | None:
    """Return False where one of them is, else None where one of them is, or where there are none."""
    return False if False in verdicts else None if None in verdicts or not verdicts else True


def state_gradient_is_right(model: CheckedModel, tolerance: float) -> bool | None:
    """Tell whether `back` is right about a gradient by the state that is handed on.

    The number Σ out · dout + Σ state · dstate, with random dout and dstate, is differentiated along random
    directions of all arrays at once. None where `back` has no third argument, by whatever name, or where there is no
    slope to compare with.
    """
    if not _takes(model.model.back, 3):
        return None
    rng, state, arrays = np.random.default_rng(0), model.arguments.state, model.arrays()
    trace = model.run(model.arguments.copied())
    dout = rng.standard_normal(trace.out.shape)
    weights = [rng.standard_normal(array.shape) for array in leaves(trace.state, state)]
    grads = model.back(trace, dout.copy(), rebuilt(state, iter([array.copy() for array in weights])))
    gradients = {**grads.params, "x": grads.x, **dict(zip(model.state_names, leaves(grads.state, state), strict=True))}

    def number(arguments: Arguments) -> float:
        trace = model.run(arguments)
        of_state = zip(leaves(trace.state, state), weights, strict=True)
        return float((trace.out * dout).sum() + sum((array * dstate).sum() for array, dstate in of_state))

    verdicts = []
    for _ in range(3):
        direction = {name: rng.standard_normal(array.shape) / np.sqrt(array.size) for name, array in arrays.items()}
        claimed = sum(float((gradients[name] * d).sum()) for name, d in direction.items())

        def along(step: Any, direction: dict[str, Array] = direction) -> float:
            return model.at({name: array + step * direction[name] for name, array in arrays.items()}, number)

        verdicts.append(_is_slope(claimed, along, tolerance))
    return None if None in verdicts else all(verdicts)


def _takes(function: Callable, count: int) -> bool:
    """Tell whether a function can be called with so many arguments, by their places."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def _is_slope(claimed: float, f: Callable[[Any], float], tolerance: float) -> bool | None:
    """Tell whether f has this slope at 0; None where it has none, or hides it in noise."""
    bound = tolerance * max(1.0, abs(claimed))
    if abs(float(numerical_gradient(f, 0.0)) - claimed) <= bound:
        return True
    slope = measure_slope(f)
    if abs(slope.value - claimed) > bound + slope.error:
        return None if slope.kink else False
    return True if slope.error <= LIMIT * bound else None
