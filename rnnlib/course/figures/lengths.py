"""Drawings of sequences of different lengths: padded states, batches, and which step has seen which."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from rnnlib.course.figures.style import BLUE, COLOURS, DASHES, GREY, INK, MARKERS

PAD = "#E3E3E3"


def padded_states(ax: Axes, length: int, states: Mapping[str, np.ndarray], *, title: str) -> None:
    """Draw one node's states (T,) for each name over the steps 1 … T; the steps behind `length` are grey."""
    T = len(next(iter(states.values())))
    for i, (name, h) in enumerate(states.items()):
        style: dict[str, Any] = {"color": COLOURS[i], "ls": DASHES[i], "marker": MARKERS[i], "ms": 6 - 2 * (i % 2)}
        ax.plot(np.arange(1, T + 1), h, label=name, **style)
    low, high = ax.get_ylim()
    if length < T:
        low -= 0.15 * (high - low)  # so that the word hides no marker
        ax.axvspan(length + 0.5, T + 0.5, color=PAD, lw=0, zorder=0)
        ax.annotate("padding", (length + 0.7, 0.03), xycoords=("data", "axes fraction"), color=INK, fontsize=10)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(title=title, xlabel="time step t", ylabel="state of one node", xlim=(0.5, T + 0.5), ylim=(low, high))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def padding(ax: Axes, lengths: ArrayLike, batches: Sequence[np.ndarray], *, title: str) -> None:
    """Draw the sequences of some batches as rows, one under the other: real steps in blue, padded ones in grey."""
    lengths, row = np.asarray(lengths), 0
    for batch in batches:
        of = lengths[batch]
        rows = np.arange(row, row + len(of))
        ax.barh(rows, of.max(), height=1, color=PAD, lw=0)
        ax.barh(rows, of, height=1, color=BLUE, lw=0)
        row += len(of) + 4
    ax.set(title=title, xlabel="characters, padding in grey", ylabel="sequences, batch by batch", ylim=(row, -4))
    ax.set_yticks([])


def influence(ax: Axes, changed: np.ndarray, *, title: str) -> None:
    """Draw which outputs change with which inputs, (T, T): a row for each changed x_s, a column for each output t."""
    T = len(changed)
    ax.imshow(changed > 0, cmap="Blues", vmin=0, vmax=1.4, aspect="auto")
    for edge in np.arange(T + 1) - 0.5:
        ax.axhline(edge, color=GREY, lw=0.5)
        ax.axvline(edge, color=GREY, lw=0.5)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(range(T), map(str, range(1, T + 1)))
    ax.set(title=title, xlabel="output of step t", ylabel="step s of the changed x")
