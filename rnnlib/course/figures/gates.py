"""Drawings about gates: what a constant gate leaves of a cell, and one step of an LSTM."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

from rnnlib.course.figures.style import BLUE, COLOURS, DASHES, GREY, INK, bare


def kept(ax: Axes, biases: Sequence[float], n_steps: int, *, title: str) -> None:
    """Draw σ(b)ⁿ against the number of steps n, a line for each bias b."""
    steps = np.arange(n_steps + 1)
    for i, bias in enumerate(biases):
        left = (1 / (1 + np.exp(-bias))) ** steps
        ax.plot(steps, left, color=COLOURS[i], ls=DASHES[i], label=f"b = {bias:g}")
    ax.axhline(0.5, color=GREY, lw=0.8)
    ax.set(title=title, xlabel="steps", ylabel="left of the cell", ylim=(-0.03, 1.05))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def lstm_cell(ax: Axes, *, title: str) -> None:
    """Draw one step of an LSTM: the cell's way as a thick line, the gates under it."""
    bare(ax, title)
    ax.set(xlim=(-0.4, 10.6), ylim=(-0.6, 4.1))
    thin = {"arrowstyle": "-|>", "color": INK, "lw": 1.2, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 12}
    thick = thin | {"color": BLUE, "lw": 3.5, "mutation_scale": 18}

    def arrow(start: tuple[float, float], end: tuple[float, float], style: dict = thin) -> None:
        ax.annotate("", end, start, arrowprops=style)

    def node(x: float, y: float, text: str, *, round_one: bool) -> None:
        shape = "circle,pad=0.25" if round_one else "round,pad=0.35"
        ax.text(x, y, text, ha="center", va="center", bbox={"boxstyle": shape, "fc": "white", "ec": INK})

    arrow((0.5, 3.3), (2.1, 3.3), thick)
    arrow((2.5, 3.3), (4.9, 3.3), thick)
    arrow((5.3, 3.3), (9.7, 3.3), thick)
    ax.plot([0.2, 8.6], [0.0, 0.0], color=INK, lw=1.2)  # what all four read
    for x, name in ((2.3, "f"), (4.2, "i"), (5.9, "g"), (7.4, "o")):
        arrow((x, 0.0), (x, 0.72))
        node(x, 1.0, f"${name}_t$", round_one=False)
    arrow((2.3, 1.27), (2.3, 3.03))
    ax.plot([4.2, 4.2, 4.85], [1.27, 2.1, 2.1], color=INK, lw=1.2)
    ax.plot([5.9, 5.9, 5.35], [1.27, 2.1, 2.1], color=INK, lw=1.2)
    arrow((5.1, 2.3), (5.1, 3.03))
    ax.plot([7.4, 7.4, 8.25], [1.27, 2.1, 2.1], color=INK, lw=1.2)
    arrow((8.5, 3.3), (8.5, 2.4))
    arrow((8.75, 2.1), (9.7, 2.1))
    node(2.3, 3.3, "×", round_one=True)
    node(5.1, 3.3, "+", round_one=True)
    node(5.1, 2.1, "×", round_one=True)
    node(8.5, 2.1, "×", round_one=True)
    ax.text(8.65, 2.85, "tanh", ha="left", va="center")
    for x, y, text in ((0.1, 3.3, "$c_{t-1}$"), (10.2, 3.3, "$c_t$"), (10.2, 2.1, "$h_t$")):
        ax.text(x, y, text, ha="center", va="center", fontsize=13)
    ax.text(0.1, 0.35, "$x_t$ and $h_{t-1}$", ha="left", va="center")
