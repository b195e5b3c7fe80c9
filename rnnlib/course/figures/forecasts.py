"""Drawings of forecasts: a series with what was forecast from one place, and errors against the horizon."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rnnlib.course.figures.style import COLOURS, DASHES, INK, MARKERS


def forecasts(
    ax: Axes,
    time: np.ndarray,
    values: np.ndarray,
    origin: int,
    lines: Mapping[str, np.ndarray],
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    shown: int = 24,
) -> None:
    """Draw what followed the last value before place `origin` of a series (S,), and a line (M,) for each forecast.

    The last `shown` values before the origin are drawn too; a thin line stands where they end.
    """
    horizon = max(len(line) for line in lines.values())
    here = slice(max(0, origin - shown), origin + horizon)
    ax.plot(time[here], values[here], color=INK, lw=1.6, label="what was measured")
    for i, (name, line) in enumerate(lines.items()):
        ahead = time[origin : origin + len(line)]
        ax.plot(ahead, line, color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=4, lw=1.2, label=name)
    ax.axvline((time[origin - 1] + time[origin]) / 2, color=INK, lw=0.8)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def errors_ahead(ax: Axes, errors: Mapping[str, np.ndarray], *, title: str, xlabel: str, ylabel: str) -> None:
    """Draw errors (runs, M) or (M,) against the steps ahead: the median as a line, the range of the runs as a band."""
    for i, (name, values) in enumerate(errors.items()):
        runs = np.atleast_2d(values)
        steps = np.arange(1, runs.shape[1] + 1)
        if len(runs) > 1:
            ax.fill_between(steps, runs.min(axis=0), runs.max(axis=0), color=COLOURS[i], alpha=0.2, lw=0)
        ax.plot(steps, np.median(runs, axis=0), color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=4, label=name)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel, ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
