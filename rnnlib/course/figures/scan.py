"""Drawings about scans: what each place knows after each round, and states against a threshold."""

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnnlib.course.figures.style import BLUE, COLOURS, DASHES, GREY, INK, MARKERS, ORANGE, bare

HALF, TALL = 0.42, 0.24  # half the width and the height of a box


def scan_rounds(ax: Axes, n_steps: int, *, title: str, rounds: int | None = None) -> None:
    """Draw a scan of `n_steps` places, a row for each round: in each box the steps that its map goes over.

    A thick arrow brings the map of an earlier place. Boxes that go back to step 1 are filled: they are finished.
    `rounds`: how many of them to draw; all where it is left out.
    """
    bare(ax, title)
    ax.set_aspect("auto")
    all_rounds = int(n_steps - 1).bit_length()
    rounds = all_rounds if rounds is None else min(rounds, all_rounds)
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 10}
    for r in range(rounds + 1):
        ax.text(0.35, -r, f"round {r}" if r else "start", ha="right", va="center")
        for t in range(1, n_steps + 1):
            first = max(1, t - 2**r + 1)
            text = f"{first}" if first == t else f"{first}–{t}"
            box = {"boxstyle": "round,pad=0.3", "fc": "#CFE3F1" if first == 1 else "white", "ec": INK, "lw": 0.9}
            ax.text(t, -r, text, ha="center", va="center", fontsize=9, bbox=box, zorder=3)
            if r == 0:
                continue
            earlier = t - 2 ** (r - 1)
            ax.annotate("", (t, -r + TALL), (t, 1 - r - TALL), arrowprops=arrow | {"color": GREY, "lw": 1})
            if earlier >= 1:
                bring = arrow | {"color": BLUE, "lw": 1.6}
                ax.annotate("", (t - HALF / 2, -r + TALL), (earlier + HALF / 3, 1 - r - TALL), arrowprops=bring)
    ax.set(xlim=(-0.9, n_steps + 0.6), ylim=(-rounds - 0.5, 0.5))
    ax.plot([], [])  # so that there is something on the axes besides text


def against_threshold(
    ax: Axes, states: Mapping[str, ArrayLike], threshold: float, *, title: str, xlabel: str = "time step t"
) -> None:
    """Draw states (T + 1,), from step 0 on, a line for each name, and the threshold that decides the answer."""
    ax.axhline(threshold, color=ORANGE, lw=1.2, ls=(0, (6, 3)))
    ax.annotate(
        "threshold", (1.01, threshold), xycoords=("axes fraction", "data"), va="center", color=ORANGE, fontsize=10
    )
    colours = [colour for colour in COLOURS if colour != ORANGE]
    for i, (name, values) in enumerate(states.items()):
        steps = np.arange(len(np.asarray(values)))
        ax.plot(steps, values, color=colours[i], ls=DASHES[i], marker=MARKERS[i], ms=5, label=name)
    ax.set(title=title, xlabel=xlabel, ylabel="state $h_t$")
    ax.legend(loc="lower left", bbox_to_anchor=(1.01, 0.0))
