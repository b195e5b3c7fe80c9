"""Drawings for an audit: how wrong a fault is, and which test sees it."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnlib.course.figures.style import BLUE, COLOURS, DASHES, MARKERS


def fading_error(ax: Axes, errors: dict[str, np.ndarray], *, title: str, ylabel: str) -> None:
    """Draw errors (T,) against the time step on a logarithmic scale, a line for each name."""
    for i, (name, values) in enumerate(errors.items()):
        steps = np.arange(1, len(values) + 1)
        ax.plot(steps, values, color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=6, label=name)
    ax.set_xticks(steps)
    ax.set(title=title, xlabel="time step t", ylabel=ylabel, yscale="log")
    if len(errors) > 1:
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def caught(
    ax: Axes,
    faults: Sequence[str],
    tests: Sequence[str],
    seen: np.ndarray,
    *,
    title: str,
    xlabel: str = "test",
    ylabel: str = "fault",
) -> None:
    """Draw which test (column) sees which fault (row); `seen` is (faults, tests) of True and False."""
    for row in range(len(faults)):
        for column in range(len(tests)):
            filling = BLUE if seen[row, column] else "white"
            ax.plot(column, row, ms=13, marker="o", mfc=filling, mec=BLUE, mew=1.4, ls="")
    ax.set_xticks(range(len(tests)), tests)
    ax.set_yticks(range(len(faults)), faults)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel, xlim=(-0.6, len(tests) - 0.4), ylim=(len(faults) - 0.5, -0.5))
    ax.tick_params(length=0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
