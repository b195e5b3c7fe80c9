"""Drawings of hidden states over time."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnlib.course.figures.style import COLOURS, DASHES, MARKERS


def state_lines(ax: Axes, h: np.ndarray, *, title: str, names: Sequence[str] | None = None) -> None:
    """Draw each node of one sequence's states, (T, H), as a line over the time steps 1 … T."""
    steps = np.arange(1, len(h) + 1)
    for i in range(h.shape[1]):
        label = names[i] if names else f"node {i + 1}"
        look = i % len(COLOURS)
        ax.plot(steps, h[:, i], color=COLOURS[look], ls=DASHES[look], marker=MARKERS[look], ms=5, label=label)
    if len(h) <= 12:
        ax.set_xticks(steps)
    ax.set(title=title, xlabel="time step t", ylabel="state $h_t$")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def state_map(ax: Axes, h: np.ndarray, *, title: str) -> None:
    """Draw one sequence's states, (T, H), as a map: a column for each time step, a row for each node."""
    picture = ax.imshow(h.T, vmin=-1, vmax=1, aspect="auto")
    T, H = h.shape
    ax.set_xticks(range(T), map(str, range(1, T + 1)))
    ax.set_yticks(range(H), map(str, range(1, H + 1)))
    ax.set(title=title, xlabel="time step t", ylabel="node")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.figure.colorbar(picture, ax=ax, label="state")


def largest_state(ax: Axes, curves: dict[str, np.ndarray], *, title: str, scale: str = "log") -> None:
    """Draw max|h_t| over the time steps: a line (the median) and a band for each (seeds, T) array.

    `scale` of the upright axis: "log", or "linear" from 0 on.
    """
    for i, (name, sizes) in enumerate(curves.items()):
        steps = np.arange(1, sizes.shape[1] + 1)
        ax.fill_between(steps, sizes.min(axis=0), sizes.max(axis=0), color=COLOURS[i], alpha=0.2, lw=0)
        for edge in (sizes.min(axis=0), sizes.max(axis=0)):
            ax.plot(steps, edge, color=COLOURS[i], lw=0.8, ls=DASHES[i])
        ax.plot(steps, np.median(sizes, axis=0), color=COLOURS[i], ls=DASHES[i], lw=2.2, label=name)
    ax.set(title=title, xlabel="time step t", ylabel="largest |state| of a node", yscale=scale)
    if scale == "linear":
        ax.set_ylim(0, 1.05 * ax.get_ylim()[1])
    ax.legend(loc="upper left" if scale == "log" else "lower right")
