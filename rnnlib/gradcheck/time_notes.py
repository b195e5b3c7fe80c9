"""What a gradient check tells of the steps in time: where a gradient by x is wrong, and whether T can show it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from rnnlib.gradcheck.closer_look import CloserLook
from rnnlib.gradcheck.comparison import Comparison
from rnnlib.gradcheck.model import CheckedModel
from rnnlib.network import Network

SHORTEST = 3  # steps; with fewer, mistakes of the walk back may not show


def time_notes(model: CheckedModel, comparisons: Mapping[str, Comparison], tolerance: float) -> list[str]:
    """Return lines for the report; none where x has no steps in time.

    Args:
        model: what was checked.
        comparisons: the gradients and their central differences, by name.
        tolerance: the largest error that passes.
    """
    x, _, _, mask = model.arguments
    if x.ndim != (2 if model.takes_tokens else 3):
        return []
    N, T = x.shape[:2]
    lengths = np.full(N, T) if mask is None else mask.sum(axis=1)  # (N,)
    notes = []
    if "x" in comparisons and comparisons["x"].row.verdict == "wrong" and lengths.max() > 1:
        from_end = lengths[:, np.newaxis] - 1 - np.arange(T)  # (N, T): 0 at the last step of each sequence
        notes += _where_wrong(model, comparisons, from_end, tolerance)
    if model.state_names and lengths.max() < SHORTEST:
        notes.append(f"○ T = {lengths.max()} hides mistakes of the walk back: use T ≥ {SHORTEST}, better 6")
    return notes


def _where_wrong(
    model: CheckedModel, comparisons: Mapping[str, Comparison], from_end: NDArray[np.integer], tolerance: float
) -> list[str]:
    """Return a line on the steps at which dx is wrong, and where the mistake may be; none where no step shows it."""
    look = comparisons["x"].look
    assert look is not None  # a verdict of "wrong" has numbers behind it
    visible = np.maximum(np.abs(look.given), np.abs(look.numerical)).max(axis=2) > tolerance * look.size  # (N, T)
    counts = [k for k in range(from_end.max() + 1) if (visible & (from_end == k)).any()]
    wrong = [k for k in counts if _is_wrong(look, from_end == k, tolerance)]
    is_alone = all(comparison.row.ok for name, comparison in comparisons.items() if name != "x")
    last = "the last step" if model.arguments.mask is None else "each sequence's own last step"
    if len(counts) > 1 and wrong == counts:
        where, advice = "wrong at every step", "the slope"
        if isinstance(model.model, Network):
            advice += " or at the loss"
    elif not model.model.looks_ahead and counts[0] == 0 and wrong == counts[1:]:
        where, advice = f"right at {last}, wrong before", "the walk back"
    else:
        steps = np.broadcast_to(np.arange(from_end.shape[1]), from_end.shape)
        at = [str(t) for t in range(from_end.shape[1]) if _is_wrong(look, steps == t, tolerance)]
        return [f"x: wrong at t = {', '.join(at)} (t counts from 0)"] if at else []
    return [f"x: {where}: look at {'dx itself, as the rest is right' if is_alone else advice}"]


def _is_wrong(look: CloserLook, steps: NDArray[np.bool_], tolerance: float) -> bool:
    """Tell whether an entry at one of these steps (N, T) is wrong."""
    return look.worst(tolerance, among=np.broadcast_to(steps[:, :, np.newaxis], look.given.shape)) is not None
