"""Drawings of text: models side by side in bits, what a network would write next, and what it wrote."""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from rnnlib.course.figures.style import BLUE, COLOURS, GREY, INK, MARKERS, ORANGE

VISIBLE = {" ": "␣", "\n": "↵"}
LINE = 76  # characters of a written text in one line


def rivals(ax: Axes, bits: Mapping[str, ArrayLike], *, title: str, xlabel: str, networks: str = "") -> None:
    """Draw one row for each model: a dot for each of its numbers, and the largest as text.

    A name that contains one of the words in `networks` is drawn in orange, with squares.
    """
    words = networks.split()
    for row, (name, values) in enumerate(bits.items()):
        numbers = np.atleast_1d(values)
        learned = any(word in name for word in words)
        colour, marker = (ORANGE, MARKERS[1]) if learned else (BLUE, MARKERS[0])
        ax.plot([0, numbers.min()], [row, row], color=GREY, lw=0.8)
        rows = row + 0.26 * (np.arange(len(numbers)) - (len(numbers) - 1) / 2)  # so that no dot hides another
        ax.plot(numbers, rows, ls="", marker=marker, ms=5, color=colour)
        ax.annotate(
            f"{numbers.max():.2f}", (numbers.max(), row), (9, 0), textcoords="offset points", va="center", fontsize=10
        )
    ax.set_yticks(range(len(bits)), list(bits))
    ax.set(title=title, xlabel=xlabel, xlim=(0, None))
    ax.set_ylim(len(bits) - 0.5, -0.5)


def next_characters(
    ax: Axes, characters: str, probabilities: Mapping[str, np.ndarray], *, title: str, most: int = 12
) -> None:
    """Draw the probabilities (V,) of the next character as bars, those of each name side by side.

    The `most` likely ones are shown, in the order of the first name's probabilities.
    """
    shown = np.argsort(-next(iter(probabilities.values())), kind="stable")[:most]
    width, highest = 0.8 / len(probabilities), max(p.max() for p in probabilities.values())
    ax.set_ylim(0, min(1.0, 1.15 * highest))
    for i, (name, p) in enumerate(probabilities.items()):
        places = np.arange(len(shown)) + (i - (len(probabilities) - 1) / 2) * width
        ax.bar(places, p[shown], width, color=COLOURS[i], hatch=["", "//", "xx"][i % 3], edgecolor="white", label=name)
    ax.set_xticks(range(len(shown)), [VISIBLE.get(characters[token], characters[token]) for token in shown])
    ax.set(title=title, xlabel="next character", ylabel="probability")
    ax.legend(loc="upper right")


def written(ax: Axes, texts: Mapping[str, str], *, title: str) -> None:
    """Print texts one below the other, each under its name; ↵ marks the end of a line."""
    ax.set_title(title)
    ax.axis("off")
    lines = [(name, wrap(text.replace("\n", "↵ "), LINE)) for name, text in texts.items()]
    rows = sum(1.6 + len(of) for _, of in lines)
    row = 0.6
    for name, of in lines:
        style: dict[str, Any] = {"transform": ax.transAxes, "va": "center"}
        ax.text(0, 1 - row / rows, name, color=BLUE, weight="bold", fontsize=10, **style)
        for i, line in enumerate(of, start=1):
            shown = line.replace("$", r"\$")
            ax.text(0, 1 - (row + i) / rows, shown, color=INK, family="monospace", fontsize=9, **style)
        row += 1.6 + len(of)
    ax.plot([], [])  # so that there is something on the axes besides text
