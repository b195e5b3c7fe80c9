"""The style of all figures of the course: sizes, fonts and colours."""

import logging
from collections.abc import Sequence

logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)  # it announces its cache on stderr

import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402

# Okabe and Ito's colours, told apart by colour-blind readers; lines differ in dash and marker too.
BLUE, ORANGE, SKY, PURPLE, GREY, INK = "#0072B2", "#D55E00", "#56B4E9", "#AA4499", "#9A9A9A", "#222222"
COLOURS = [BLUE, ORANGE, SKY, PURPLE, INK, GREY]
DASHES = ["-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2))]
MARKERS = ["o", "s", "^", "D", "v", "P"]

plt.rcParams.update(
    {
        "figure.dpi": 100,
        "savefig.dpi": 100,
        "figure.constrained_layout.use": True,
        "font.size": 11,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 10,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=COLOURS),
        "legend.frameon": False,
        "image.cmap": "cividis",
    }
)


def axes(width: float = 8.0, height: float = 3.0, *, widths: Sequence[float] = (1,)) -> plt.Axes | np.ndarray:
    """Return the axes of a new figure of `width` × `height` inches: one, or an array with these relative widths."""
    return plt.subplots(1, len(widths), figsize=(width, height), width_ratios=widths)[1]


def bare(ax: plt.Axes, title: str) -> None:
    """Make `ax` a sheet for drawing: a title, equal units, no axes."""
    ax.set_title(title)
    ax.set_aspect("equal")
    ax.axis("off")
