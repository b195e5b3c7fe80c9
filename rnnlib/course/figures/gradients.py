"""Drawings of gradients: how exact a difference is, what each step contributes, what the walk back costs."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnlib.course.figures.style import BLUE, COLOURS, DASHES, GREY, INK, MARKERS, ORANGE


def difference_errors(ax: Axes, eps: np.ndarray, errors: dict[str, np.ndarray], *, title: str) -> None:
    """Draw the error of a difference, (M,), against its distance ε, a line for each name, on logarithmic scales."""
    for i, (name, values) in enumerate(errors.items()):
        ax.loglog(eps, values, color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=4, label=name)
    ax.set(title=title, xlabel="distance ε", ylabel="mean error of the slope")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def contributions(
    ax: Axes, parts: np.ndarray, total: float, *, title: str, ylabel: str, names: Sequence[str] | None = None
) -> None:
    """Draw one bar for the contribution of each time step (T,), or of what `names` names, and beside them the total.

    With `names` each bar has its value written at its end.
    """
    steps = np.arange(1, len(parts) + 1)
    drawn = ax.bar(steps, parts, color=BLUE, width=0.6)
    of_sum = ax.bar(len(parts) + 1.5, total, color=ORANGE, width=0.6, hatch="//", edgecolor="white")
    if names:
        for bars in (drawn, of_sum):
            ax.bar_label(bars, fmt="%.3f", padding=2, fontsize=10)
        ax.margins(y=0.15)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set_xticks([*steps, len(parts) + 1.5], [*(names or (f"t = {t}" for t in steps)), "sum"])
    ax.set(title=title, ylabel=ylabel)


def walked_back(ax: Axes, sizes: np.ndarray, *, title: str) -> None:
    """Draw the size of every δ^{s|t}, (T, T) with the step s down and the loss's step t across, s ≤ t."""
    T = len(sizes)
    shown = np.ma.masked_where(np.tri(T, k=-1, dtype=bool), sizes)
    picture = ax.imshow(shown, vmin=0, cmap="cividis")
    for s in range(T):
        for t in range(s, T):
            light = sizes[s, t] > 0.5 * sizes.max()
            ax.text(
                t, s, f"{sizes[s, t]:.2f}", ha="center", va="center", color="black" if light else "white", fontsize=10
            )
    ax.set_xticks(range(T), [f"$E^{t + 1}$" for t in range(T)])
    ax.set_yticks(range(T), [f"s = {s + 1}" for s in range(T)])
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.set(title=title, xlabel="loss that the walk starts from", ylabel="step walked back to")
    ax.figure.colorbar(picture, ax=ax, label="size of δ")


def cost(ax: Axes, steps: np.ndarray, counts: dict[str, np.ndarray], *, title: str) -> None:
    """Draw numbers of matrix products (L,) against the number of time steps, on logarithmic scales.

    Dotted lines of slope 1 and 2 start where the curves start: at the first point of the lowest and of the highest.
    """
    for i, (name, values) in enumerate(counts.items()):
        ax.loglog(steps, values, color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=5, label=name)
    lowest, *_, highest = sorted(counts.values(), key=lambda values: values[-1])
    for slope, values in [(1, lowest), (2, highest)]:
        guide = values[0] * (np.asarray(steps) / steps[0]) ** slope
        ax.loglog(steps, guide, color=GREY, ls=":", lw=1.5, zorder=1)
        ax.annotate(
            f"slope {slope}", (steps[-1], guide[-1]), (8, -4), textcoords="offset points", va="center", color=INK
        )
    ax.set(title=title, xlabel="time steps T", ylabel="matrix products")
    ax.legend(loc="upper left")
