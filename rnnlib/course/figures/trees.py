"""Drawings of trees: nodes above their two children, the leaves in the order of the text."""

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.axes import Axes

from rnnlib.course.figures.style import BLUE, INK, bare

LEAF, INNER = "#FFFFFF", "#CFE3F1"
GAP = 1.2  # between two trees that stand side by side


def trees(
    ax: Axes, forest: Sequence[Any], *, label: Callable[[Any], str], title: str, edges: tuple[str, str] = ("", "")
) -> None:
    """Draw trees side by side, each a pair of trees or a leaf (whatever is no tuple).

    Args:
        ax: the sheet to draw on.
        forest: the trees.
        label: what is written into a node, from the tree below it.
        title: what is to be seen.
        edges: what is written beside a line to a left child, and beside one to a right child.
    """
    start = 0.0
    for tree in forest:
        _draw(ax, tree, start, label, edges)
        start += _leaves(tree) + GAP - 1
    top = max(map(_height, forest))
    ax.set(xlim=(-0.6, start - GAP + 0.6), ylim=(-0.5, top + 0.5))
    bare(ax, title)


def _leaves(tree: Any) -> int:
    return sum(map(_leaves, tree)) if isinstance(tree, tuple) else 1


def _height(tree: Any) -> int:
    return 1 + max(map(_height, tree)) if isinstance(tree, tuple) else 0


def _draw(ax: Axes, tree: Any, start: float, label: Callable[[Any], str], edges: tuple[str, str]) -> tuple[float, int]:
    """Draw a tree whose first leaf stands at `start`, and return the place of its root."""
    across, up = start, 0
    if isinstance(tree, tuple):
        left, right = tree
        places = [_draw(ax, left, start, label, edges), _draw(ax, right, start + _leaves(left), label, edges)]
        across, up = sum(place[0] for place in places) / 2, _height(tree)
        for (x, y), name, side in zip(places, edges, ("right", "left"), strict=True):
            ax.plot([across, x], [up, y], color=BLUE, lw=1.6, zorder=1)
            shift = -0.12 if side == "right" else 0.12
            ax.text((across + x) / 2 + shift, (up + y) / 2, name, color=BLUE, fontsize=10, ha=side, va="bottom")
    fill = INNER if isinstance(tree, tuple) else LEAF
    box = {"boxstyle": "circle,pad=0.3", "facecolor": fill, "edgecolor": INK, "lw": 1.2}
    ax.text(across, up, label(tree), ha="center", va="center", fontsize=11, bbox=box, zorder=2)
    return across, up
