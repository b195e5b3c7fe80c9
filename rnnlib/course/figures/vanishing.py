"""Drawings about vanishing: what a matrix does to a circle, a table of counts, a state beside its slope."""

import numpy as np
from matplotlib.axes import Axes

from rnnlib.course.figures.style import BLUE, DASHES, GREY, INK, MARKERS, ORANGE


def stretched_circle(ax: Axes, M: np.ndarray, direction: np.ndarray, *, title: str) -> None:
    """Draw what the matrix M (2, 2) makes of all rows of length 1, and of one of its eigenvectors, `direction` (2,).

    The unit circle is grey, what becomes of it blue; squares mark the row that is stretched most, circles the
    eigenvector, each before (hollow) and after (full).
    """
    angles = np.linspace(0, 2 * np.pi, 361)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    ax.plot(*circle.T, color=GREY, ls=DASHES[1], lw=1.2)
    ax.plot(*(circle @ M).T, color=BLUE, lw=1.6)
    most = np.linalg.svd(M)[0][:, 0]
    most = most * np.sign(most[0])
    for i, (row, colour) in enumerate([(direction / np.linalg.norm(direction), ORANGE), (most, BLUE)]):
        after = row @ M
        ax.plot([0, *([row[0], after[0]])], [0, *([row[1], after[1]])], color=colour, ls=DASHES[3], lw=1.2)
        ax.plot(*row, ls="", marker=MARKERS[i], ms=7, mfc="white", mec=colour)
        ax.plot(*after, ls="", marker=MARKERS[i], ms=7, color=colour)
    ax.axhline(0, color=INK, lw=0.5)
    ax.axvline(0, color=INK, lw=0.5)
    ax.set_aspect("equal")
    ax.set(title=title, xlabel="first entry", ylabel="second entry")


def success(ax: Axes, places: list, counts: dict[str, list[int]], *, of: int, title: str, xlabel: str) -> None:
    """Draw a table of counts (L,), a row for each name and a column for each of L places; darker is more."""
    table = np.array(list(counts.values()))
    ax.imshow(table / of, cmap="Blues", vmin=0, vmax=1.3, aspect="auto")
    for i, j in np.ndindex(table.shape):
        light = table[i, j] < 0.7 * of
        ax.text(j, i, f"{table[i, j]} of {of}", ha="center", va="center", color=INK if light else "white")
    ax.set_xticks(range(len(places)), [str(place) for place in places])
    ax.set_yticks(range(len(counts)), list(counts))
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
    ax.set(title=title, xlabel=xlabel, ylabel="start")


def kept_and_lost(ax: Axes, kept: np.ndarray, gradient: np.ndarray, *, title: str) -> None:
    """Draw a state that is kept (T,) on a plain scale, and below it its slope by the first state on powers of ten."""
    steps = np.arange(len(kept))
    ax.plot(steps, kept, color=BLUE, marker=MARKERS[0], ms=5)
    ax.set(title=title, xlabel="steps after the first carry", ylabel="carry", ylim=(-0.05, 1.1))
    powers = ax.twinx()
    powers.plot(steps, gradient, color=ORANGE, ls=DASHES[1], marker=MARKERS[1], ms=5)
    powers.set(yscale="log", ylabel="its slope by the first carry")
    powers.spines["right"].set_visible(True)
    ax.annotate("carry", (steps[-1], kept[-1]), (0, -14), textcoords="offset points", color=BLUE, ha="right")
    end = (steps[-2], gradient[-2])
    powers.annotate("slope", end, (-8, -8), textcoords="offset points", color=ORANGE, ha="right")
