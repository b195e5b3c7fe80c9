"""The map of the course."""

from textwrap import fill

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from rnnlib.course.contents import NOTEBOOKS
from rnnlib.course.figures.style import INK, bare

ROW = 4  # boxes in a row
WIDTH, HEIGHT, DOWN = 2.3, 1.25, 1.75
LETTERS = 19  # of a title, that fit into a line of a box


def course_map(ax: Axes, *, title: str) -> None:
    """Draw one box for each notebook, with the minutes of its text and of its exercises, in reading order."""
    for place, notebook in enumerate(NOTEBOOKS):
        left, low = _corner(place)
        ax.add_patch(
            FancyBboxPatch(
                (left, low), WIDTH, HEIGHT, boxstyle="round,pad=0,rounding_size=0.15",
                facecolor="#E6F0F7", edgecolor=INK, lw=1.2,
            )
        )  # fmt: skip
        ax.text(left + 0.15, low + HEIGHT - 0.14, notebook.number, va="top", fontsize=11, weight="bold")
        minutes = f"{notebook.minutes} + {notebook.exercise_minutes} min"
        ax.text(left + WIDTH - 0.12, low + HEIGHT - 0.14, minutes, va="top", ha="right", fontsize=10)
        title_in_lines = fill(notebook.title, LETTERS)
        ax.text(left + WIDTH / 2, low + 0.45, title_in_lines, va="center", ha="center", fontsize=11, linespacing=1.1)
        if place:
            _arrow(ax, place)
    rows = (len(NOTEBOOKS) - 1) // ROW + 1
    columns = min(ROW, len(NOTEBOOKS))
    ax.set(xlim=(-0.1, columns * 3 - 0.6), ylim=(-DOWN * (rows - 1) - 0.1, HEIGHT + 0.1))
    bare(ax, title)


def _corner(place: int) -> tuple[float, float]:
    return 3.0 * (place % ROW), -DOWN * (place // ROW)


def _arrow(ax: Axes, place: int) -> None:
    (left, low), (left_before, low_before) = _corner(place), _corner(place - 1)
    if low == low_before:
        start, end = (left_before + WIDTH, low + HEIGHT / 2), (left, low + HEIGHT / 2)
    else:
        start, end = (left_before + WIDTH / 2, low_before), (left + WIDTH / 2, low + HEIGHT)
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14, color=INK, shrinkA=2, shrinkB=2))
