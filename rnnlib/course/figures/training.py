"""Drawings of training: losses, success over seeds, and what a trained state looks like."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FormatStrFormatter, LogLocator, MaxNLocator, NullLocator

from rnnlib.course.figures.style import COLOURS, DASHES, GREY, INK, MARKERS


def loss_runs(
    ax: Axes, runs: Sequence[np.ndarray], *, plateau: float, title: str, name: str = "log 2", every: int = 1
) -> None:
    """Draw the losses of several trainings, one value each `every` updates, with a dot where each ended.

    A dashed line with its `name` marks the loss of the plateau.
    """
    ax.axhline(plateau, color=GREY, ls=DASHES[1])
    ax.annotate(
        f"{name} = {plateau:.3f}",
        (1.0, plateau),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=INK,
    )
    for losses in runs:
        updates = every * np.arange(1, len(losses) + 1)
        ax.plot(updates, losses, color=COLOURS[0], lw=1, alpha=0.6)
        ax.plot(updates[-1], losses[-1], color=COLOURS[1], marker=MARKERS[0], ms=6)
    ax.set(title=title, xlabel="updates", ylabel="loss", yscale="log")
    ax.set_ylim(top=max(1.0, ax.get_ylim()[1]))
    ax.yaxis.set(
        major_locator=LogLocator(subs=(1, 2, 5)), major_formatter=FormatStrFormatter("%g"), minor_locator=NullLocator()
    )


def ranges(
    ax: Axes, places: Sequence[float], groups: dict[str, np.ndarray], *, title: str, xlabel: str, ylabel: str
) -> None:
    """Draw values (seeds, L) against L places: the median as a line with markers, the range as a band."""
    for i, (name, values) in enumerate(groups.items()):
        ax.fill_between(places, values.min(axis=0), values.max(axis=0), color=COLOURS[i], alpha=0.2, lw=0)
        ax.plot(places, np.median(values, axis=0), color=COLOURS[i], ls=DASHES[i], marker=MARKERS[i], ms=5, label=name)
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if len(groups) > 1:
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def film(ax: Axes, updates: np.ndarray, frames: np.ndarray, *, title: str, ylabel: str, values: str) -> None:
    """Draw values between 0 and 1, (frames, L), as a picture: a column for each of the `updates`, a row for each L."""
    step = updates[1] - updates[0]
    edges = (updates[0] - step / 2, updates[-1] + step / 2, 0.5, frames.shape[1] + 0.5)
    picture = ax.imshow(frames.T, cmap="Blues", vmin=0, vmax=1, aspect="auto", origin="lower", extent=edges)
    ax.set_yticks(range(1, frames.shape[1] + 1))
    ax.set(title=title, xlabel="updates", ylabel=ylabel)
    ax.figure.colorbar(picture, ax=ax, label=values)


def each_and_mean(
    ax: Axes, places: Sequence[float], values: np.ndarray, *, title: str, xlabel: str, ylabel: str
) -> None:
    """Draw values (networks, L) against L places: a thin line for each network, and a thick one for their mean."""
    for i, one in enumerate(values):
        ax.plot(places, one, color=GREY, lw=1, label="one network" if i == 0 else None)
    ax.plot(places, values.mean(axis=0), color=COLOURS[0], lw=2.5, marker=MARKERS[0], label=f"mean of {len(values)}")
    ax.set(title=title, xlabel=xlabel, ylabel=ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def margins_by_place(ax: Axes, margins: np.ndarray, ones: np.ndarray, *, title: str) -> None:
    """Draw the margin of each place (L,) as a bar, wrong ones in orange, with its number of ones (L,) below."""
    places = np.arange(len(margins))
    for right, colour, hatch in ((True, COLOURS[0], None), (False, COLOURS[1], "//")):
        here = (margins > 0) == right
        ax.bar(places[here], margins[here], color=colour, hatch=hatch, edgecolor="white")
    ax.axhline(0, color=INK, lw=0.8)
    ax.set_xticks(places, ones)
    ax.set(
        title=title,
        xlabel="how many of the two bits of each place are 1 (least significant place on the left)",
        ylabel="margin",
    )


def states_by_carry(ax: Axes, points: np.ndarray, carry: np.ndarray, *, title: str) -> None:
    """Draw the reading of the carry and the logit of the answer, (n, 2), for places with and without a carry (n,)."""
    for value, name in ((0, "no carry leaves the place"), (1, "a carry leaves it")):
        here = points[carry == value]
        ax.plot(
            here[:, 0], here[:, 1], ls="", marker=MARKERS[value], ms=4, color=COLOURS[value], alpha=0.35, label=name
        )
    ax.axvline(0, color=INK, lw=0.8)
    ax.axhline(0, color=INK, lw=0.8)
    ax.set(title=title, xlabel="reading of the carry (1: a carry, −1: none)", ylabel="logit of the answer")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def norms_going_back(
    ax: Axes, norms: dict[str, np.ndarray], *, title: str, ylabel: str = "length of δ (last step: 1)"
) -> None:
    """Draw lengths of gradients (seeds, T) from the last step backwards: median and range, on a logarithmic scale.

    A thin line marks 1, unless one of the curves lies there.
    """
    for i, (name, values) in enumerate(norms.items()):
        back = np.arange(values.shape[1])
        ax.fill_between(back, values.min(axis=0), values.max(axis=0), color=COLOURS[i], alpha=0.2, lw=0)
        ax.plot(back, np.median(values, axis=0), color=COLOURS[i], ls=DASHES[i], label=name)
    if not any(np.allclose(values, 1) for values in norms.values()):
        ax.axhline(1, color=GREY, lw=0.8)
    ax.set(title=title, xlabel="steps walked back", ylabel=ylabel, yscale="log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    low, high = np.floor(np.log10(ax.get_ylim())).astype(int)
    every = max(1, -(-(high - low) // 6))  # about six powers of ten, and 1 among them
    ax.yaxis.set(major_locator=FixedLocator(10.0 ** (every * np.arange(-(-low // every), high // every + 1))))
    ax.yaxis.set(minor_locator=NullLocator())
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
