"""Drawings of the network itself: folded with a loop, or unrolled over the time steps."""

from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, FancyArrowPatch

from rnnlib.course.figures.style import BLUE, GREY, INK, ORANGE, bare

RADIUS = 0.3
HOP = 0.12  # the half circle by which one line crosses another
INPUT, STATE, OUTPUT = (0.0, 1.25, 2.5)  # heights of the three rows
FILLS = {INPUT: "#FFFFFF", STATE: "#CFE3F1", OUTPUT: "#F2F2F2"}


def folded(ax: Axes, *, title: str, highlight: str | None = None) -> None:
    """Draw the network once, its state fed back by a loop through W_h; `highlight` names a weight."""
    _node(ax, 0, INPUT, "x_t")
    _node(ax, 0, STATE, "h_t")
    _node(ax, 0, OUTPUT, "y_t")
    _arrow(ax, (0, INPUT), (0, STATE), "W_x", highlight, (0.12, 0))
    _arrow(ax, (0, STATE), (0, OUTPUT), r"W_{out}", highlight, (0.12, 0))
    colour, width = _look("W_h", highlight)
    loop = FancyArrowPatch(
        (0.2, STATE + 0.25), (0.2, STATE - 0.25), connectionstyle="arc3,rad=-2.0", arrowstyle="-|>",
        mutation_scale=14, color=colour, lw=width, zorder=1,
    )  # fmt: skip
    ax.add_patch(loop)
    ax.text(1.0, STATE + 0.06, "$W_h$", color=colour, va="bottom", fontsize=12)
    ax.text(1.0, STATE - 0.04, "one step\nlater", color=INK, va="top", fontsize=9.5)
    ax.set(xlim=(-1.0, 2.0), ylim=(-0.5, 3.0))
    bare(ax, title)


def unrolled(
    ax: Axes,
    steps: int = 4,
    *,
    title: str,
    highlight: str | None = None,
    inputs: Iterable[int] | None = None,
    outputs: Iterable[int] | None = None,
    fed_back: bool = False,
) -> None:
    """Draw the network once for each time step, the same weights on every arrow of a kind.

    Args:
        ax: the sheet to draw on.
        steps: the number of time steps.
        title: what is to be seen.
        highlight: "W_x", "W_h" or "W_out", drawn thick.
        inputs: the steps (from 1) that read an input; all where left out.
        outputs: the steps (from 1) that give an output; all where left out.
        fed_back: whether a line leads from each output to the next input.
    """
    every = range(1, steps + 1)
    inputs, outputs = set(every if inputs is None else inputs), set(every if outputs is None else outputs)
    spacing = 2.2 if fed_back else 1.6  # room for the line that is fed back
    _node(ax, 0, STATE, "h_0")
    for t in every:
        here = spacing * t
        _node(ax, here, STATE, f"h_{t}")
        _arrow(ax, (here - spacing, STATE), (here, STATE), "W_h", highlight, (0, 0.1), between=True)
        if t in inputs:
            _node(ax, here, INPUT, f"x_{t}")
            _arrow(ax, (here, INPUT), (here, STATE), "W_x", highlight, (0.12, 0))
        if t in outputs:
            _node(ax, here, OUTPUT, f"y_{t}")
            _arrow(ax, (here, STATE), (here, OUTPUT), r"W_{out}", highlight, (0.12, 0))
        if fed_back and t < steps:
            _feed_back(ax, here + RADIUS, here + 0.6 * spacing, here + spacing - RADIUS)
    ax.set(xlim=(-0.6, spacing * steps + 0.8), ylim=(-0.5, 3.0))
    bare(ax, title)


def _feed_back(ax: Axes, start: float, turn: float, end: float) -> None:
    """Draw the way from an output to the next input; half a circle leads it over the arrow between two states."""
    angles = np.linspace(np.pi / 2, -np.pi / 2, 20)
    across = np.concatenate([[start, turn], turn + HOP * np.cos(angles), [turn, turn]])
    up = np.concatenate([[OUTPUT, OUTPUT], STATE + HOP * np.sin(angles), [INPUT, INPUT]])
    ax.plot(across, up, color=ORANGE, lw=1.6, zorder=3, solid_joinstyle="round")
    tip = {"arrowstyle": "-|>", "color": ORANGE, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (end, INPUT), (turn, INPUT), arrowprops=tip)


def _node(ax: Axes, across: float, up: float, name: str) -> None:
    ax.add_patch(Circle((across, up), RADIUS, facecolor=FILLS[up], edgecolor=INK, lw=1.2, zorder=2))
    ax.text(across, up, f"${name}$", ha="center", va="center", fontsize=12, zorder=3)


def _look(weight: str, highlight: str | None) -> tuple[str, float]:
    if highlight is None:
        return BLUE, 1.6
    return (ORANGE, 3.0) if weight.replace(r"{out}", "out") == highlight else (GREY, 1.2)


def _arrow(
    ax: Axes, start: tuple, end: tuple, weight: str, highlight: str | None, shift: tuple, between: bool = False
) -> None:
    colour, width = _look(weight, highlight)
    dx, dy = (end[0] - start[0], end[1] - start[1])
    length = (dx**2 + dy**2) ** 0.5
    reach = (RADIUS + 0.03) / length
    ax.add_patch(
        FancyArrowPatch(
            (start[0] + reach * dx, start[1] + reach * dy), (end[0] - reach * dx, end[1] - reach * dy),
            arrowstyle="-|>", mutation_scale=14, shrinkA=0, shrinkB=0, color=colour, lw=width, zorder=1,
        )
    )  # fmt: skip
    middle = ((start[0] + end[0]) / 2 + shift[0], (start[1] + end[1]) / 2 + shift[1])
    ax.text(
        *middle, f"${weight}$" if weight else "", color=colour, fontsize=11,
        ha="center" if between else "left", va="bottom" if between else "center",
    )  # fmt: skip


def unrolled_backward(ax: Axes, steps: int = 4, *, title: str) -> None:
    """Draw the walk back: every arrow of the unrolled network turned round, with the transposed weights."""
    spacing = 1.8
    _node(ax, 0, STATE, "dh_0")
    for t in range(1, steps + 1):
        here = spacing * t
        _node(ax, here, STATE, f"da_{t}")
        _node(ax, here, OUTPUT, f"dh_{t}")
        _node(ax, here, INPUT, f"dx_{t}")
        _arrow(ax, (here, STATE), (here - spacing, STATE), r"W_h^\top", None, (0, 0.1), between=True)
        _arrow(ax, (here, OUTPUT), (here, STATE), "", None, (0.12, 0))
        ax.text(here + 0.25, STATE + 0.42, r"$\odot f'$", color=BLUE, fontsize=11, ha="left", va="center")
        _arrow(ax, (here, STATE), (here, INPUT), r"W_x^\top", None, (0.12, 0))
    ax.set(xlim=(-0.6, spacing * steps + 0.9), ylim=(-0.5, 3.0))
    bare(ax, title)
