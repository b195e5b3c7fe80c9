"""The two gradient checks: of the gradients of any function, and of the backward pass of a layer or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.gradcheck.behaviour import run_checks, state_gradient_is_right
from rnnlib.gradcheck.central_differences import check_float64, returning_one_number
from rnnlib.gradcheck.comparison import compare_all
from rnnlib.gradcheck.model import CheckedModel
from rnnlib.gradcheck.report import GradientReport
from rnnlib.gradcheck.time_notes import time_notes
from rnnlib.layers.layer import Layer, State
from rnnlib.network import Network
from rnnlib.validation import check_mapping, check_positive, short_repr

TOLERANCE = 1e-8


def compare_gradients(
    f: Callable[..., float],
    arrays: Mapping[str, ArrayLike],
    gradients: Mapping[str, ArrayLike | None],
    *,
    expect_zero: Iterable[str] = (),
    tolerance: float = TOLERANCE,
) -> GradientReport:
    """Compare gradients with central differences of any function f(**arrays) that returns one number.

    The error of a gradient is max|Δ| / max(1, max|g|), over the entries of one array.

    Args:
        f: the function.
        arrays: its arguments by name, in float64.
        gradients: the gradient of f by each of them, under the same names and in the same shapes.
        expect_zero: names whose gradient may be zero everywhere.
        tolerance: the largest error that passes.

    Raises:
        TypeError, ValueError: arrays that are not float64, names that differ, f that does not return one number.

    >>> compare_gradients(lambda u, v: (u * v).sum(), {"u": [1.0, 2.0], "v": [3.0, 4.0]}, {"u": [3, 4], "v": [1, 1]})
    gradient by  worst error  at   backward  numerical  verdict
    u            < 1e-08      [1]  4         4          ✓ ok
    v            0.5          [1]  1         2          ✗ wrong
    """
    f, tolerance = returning_one_number(f), check_positive("tolerance", tolerance)
    points = {name: check_float64(name, array) for name, array in check_mapping("arrays", arrays).items()}
    if not points:
        raise ValueError("arrays: expected at least one, got none")
    if points.keys() != check_mapping("gradients", gradients).keys():
        raise ValueError(f"gradients: expected {', '.join(points)}, got {', '.join(gradients) or 'none'}")

    def f_of_one(name: str, changed: NDArray[np.float64]) -> float:
        return f(**{other: array.copy() for other, array in points.items()} | {name: changed})

    comparisons = compare_all(f_of_one, points, gradients, expect_zero, tolerance)
    return GradientReport([comparison.row for comparison in comparisons.values()], tolerance)


def check_gradients(
    layer_or_net: Layer | Network,
    x: ArrayLike,
    upstream: Any,
    state: State = None,
    mask: ArrayLike | None = None,
    *,
    h0: ArrayLike | None = None,
    expect_zero: Iterable[str] = (),
    tolerance: float = TOLERANCE,
) -> GradientReport:
    """Check the backward pass of a layer or a network: every parameter, x, and the state it starts from.

    A layer is checked on the number Σ forward(x) · dh, whose gradient by the states is dh; a network on its loss.
    The error of a gradient is max|Δ| / max(1, max|g|), over the entries of one array. Besides, the report says
    whether the arguments were left alone, whether a second call gives the same, whether the items of the batch are
    independent, whether steps that do not count change nothing, where there is a mask, whether a layer with a
    state, unless it `looks_ahead`, gives the same in one run and in two, its state handed on between them, and whether
    a gradient by the state that is handed on is walked back rightly.

    Args:
        layer_or_net: with float64 parameters; a layer of your own will do.
        x: (N, T, D), or what else the layer takes; of tokens (N, T) there is no gradient.
        upstream: dh, in the shape of what the layer returns; for a network the target.
        state: the state before the first step; zeros where it is not given.
        mask: (N, T), True where a step counts.
        h0: another name for `state`.
        expect_zero: names whose gradient may be zero everywhere, such as ("W_h",) for T = 1 and h0 = 0.
        tolerance: the largest error that passes.

    Raises:
        TypeError, ValueError: what is not float64; what the layer, the network or its loss refuses.
        NotFinite: a result or a gradient leaves the finite numbers.

    >>> from rnnlib import SimpleRNN
    >>> rnn = SimpleRNN.create(2, 4, rng=np.random.default_rng(0))
    >>> report = check_gradients(rnn, x=np.ones((3, 6, 2)), upstream=np.ones((3, 6, 4)))
    >>> report.ok, [row.name for row in report.rows]
    (True, ['W_x', 'W_h', 'b', 'x', 'h0'])
    """
    if not isinstance(layer_or_net, Layer | Network):
        raise TypeError(f"layer_or_net: expected a layer or a network, got {short_repr(layer_or_net)}")
    if state is not None and h0 is not None:
        raise TypeError("h0: expected either state or h0, got both")
    tolerance = check_positive("tolerance", tolerance)
    model = CheckedModel(layer_or_net, x, upstream, h0 if state is None else state, mask)
    with _left_pending(layer_or_net):
        gradients, checks = run_checks(model)
        comparisons = compare_all(model.value, model.arrays(), gradients, expect_zero, tolerance)
        rows = [comparison.row for comparison in comparisons.values()]
        if model.state_names:
            passed = all(row.ok for row in rows) and False not in checks.values()
            checks["gradient by the state handed on"] = state_gradient_is_right(model, tolerance) if passed else None
        return GradientReport(rows, tolerance, time_notes(model, comparisons, tolerance), checks)


@contextmanager
def _left_pending(model: Layer | Network) -> Iterator[None]:
    """Put back what the face of a layer or a network remembers: a backward that was pending still is."""
    remembered = ("trace", "grads", "dstate", "da", "pending", "last_state")
    before = {name: value for name, value in vars(model).items() if name in remembered}
    try:
        yield
    finally:
        for name in remembered:
            vars(model).pop(name, None)
        vars(model).update(before)
