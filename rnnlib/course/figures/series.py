"""Drawings of series, of the dependence within them, and of a pulse that fades."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from rnnlib.course.figures.style import BLUE, COLOURS, DASHES, GREY, INK, MARKERS, ORANGE


def series(
    ax: Axes,
    time: np.ndarray,
    values: np.ndarray,
    *,
    title: str,
    xlabel: str,
    ylabel: str,
    period: float | None = None,
    dots: bool = False,
) -> None:
    """Draw values against time, both (T,); dashed lines mark every `period`, and an arrow spans the first.

    With `dots` every value is a dot, and a line marks zero.
    """
    ax.plot(time, values, color=BLUE, lw=1.4, marker="o" if dots else "", ms=5)
    if dots:
        ax.axhline(0, color=INK, lw=0.8)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if period is not None:
        for start in np.arange(time[0], time[-1], period):
            ax.axvline(start, color=INK, ls="--", lw=0.8)
        top = values.max() + 0.15 * np.ptp(values)
        both_ways = {"arrowstyle": "<->", "color": INK, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (time[0], top), (time[0] + period, top), arrowprops=both_ways)
        ax.text(time[0] + 1.1 * period, top, "one period", va="center", backgroundcolor="white", fontsize=10)
        ax.set_ylim(top=top + 0.1 * np.ptp(values))


def one_hot(ax: Axes, matrix: np.ndarray, text: str, letters: Sequence[str], *, title: str) -> None:
    """Draw one-hot vectors (T, D): a column for each character of `text`, a row for each of `letters`."""
    ax.imshow(1 - matrix.T, cmap="gray", vmin=-0.4, vmax=1, aspect="auto")
    shown = {" ": "␣"}
    ax.set_xticks(range(len(text)), [shown.get(c, c) for c in text], fontsize=9)
    ax.set_yticks(range(len(letters)), [shown.get(c, c) for c in letters], fontsize=9)
    ax.set(title=title, xlabel="position t (character)", ylabel="feature d")


def dependence(
    ax: Axes, lags: np.ndarray, measured: np.ndarray, shuffled: np.ndarray, *, title: str, xlabel: str, ylabel: str
) -> None:
    """Draw a measure of dependence against the lag, (L,), over the range of shuffled copies, (copies, L)."""
    ax.fill_between(
        lags, shuffled.min(axis=0), shuffled.max(axis=0), color=GREY, alpha=0.5, lw=0, label="shuffled, all copies"
    )
    ax.plot(lags, measured, color=BLUE, marker="o", ms=4, label="as it was")
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def spread(ax: Axes, groups: dict[str, np.ndarray], *, title: str, xlabel: str) -> None:
    """Draw one row of dots for each named group of numbers, one dot a seed."""
    for row, values in enumerate(groups.values()):
        heights = row + 0.22 * np.linspace(-1, 1, len(values))
        ax.plot(values, heights, ls="", marker=MARKERS[row], ms=4, color=COLOURS[row], alpha=0.8)
    ax.set_yticks(range(len(groups)), list(groups))
    ax.set_ylim(len(groups) - 0.4, -0.6)
    ax.axvline(0, color=INK, lw=0.8)
    ax.set(title=title, xlabel=xlabel)


def pulse(ax: Axes, weights: Sequence[float], states: np.ndarray, *, title: str) -> None:
    """Draw how long one pulse stays in the state: a line for each weight on the past, states (weights, T)."""
    steps = np.arange(1, states.shape[1] + 1)
    for i, weight in enumerate(weights):
        ax.plot(steps, states[i], color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=4, label=f"w = {weight:g}")
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(title=title, xlabel="time step t", ylabel="state $h_t$")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def growth(ax: Axes, steps: np.ndarray, counts: dict[str, np.ndarray], *, title: str) -> None:
    """Draw numbers of parameters (L,) against the number of time steps (L,), a line for each network."""
    for i, (name, values) in enumerate(counts.items()):
        ax.plot(steps, values, color=[ORANGE, BLUE][i], ls=DASHES[i], marker=MARKERS[i], ms=6, label=name)
    ax.set(title=title, xlabel="time steps seen, T", ylabel="parameters", ylim=(0, None))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="upper left")
