"""Training: one loop that measures the loss, walks back, clips and steps, until it is told to end."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from rnnlib.arrays import as_size
from rnnlib.network import RecurrentNetwork
from rnnlib.optimizers import _positive, clip_by_global_norm


@dataclass
class History:
    """What happened at each update; `norm` is that of all gradients before clipping, `metric` holds (step, value)."""

    loss: list[float] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    clipped: list[bool] = field(default_factory=list)
    metric: list[tuple[int, float]] = field(default_factory=list)

    @property
    def steps(self) -> int:
        """The number of updates done."""
        return len(self.loss)


def fit(
    net: RecurrentNetwork,
    batches: Iterable[tuple[Any, Any]],
    optimizer: Any,
    *,
    steps: int,
    clip: float | None = None,
    until: Callable[[RecurrentNetwork], float] | None = None,
    every: int = 100,
    carry_state: bool = False,
    progress: bool = True,
) -> History:
    """Train `net` in place, one update for each batch; the stop button ends it with the history so far.

    Args:
        net: the network.
        batches: (x, target) for each update, without end if need be; where they end, training ends.
        optimizer: changes the parameters in place by `step(params, grads)`.
        steps: the largest number of updates.
        clip: the largest joint norm of the gradients, or None.
        until: a number to take of the net after each `every` updates and the last; training ends when it reaches 1.
        every: how many updates lie between two looks at `until` and the bar.
        carry_state: whether the last state of a batch is the h0 of the next.
        progress: whether to show a bar on stdout, of which one line without numbers of the machine's own remains.

    Raises:
        FloatingPointError: NaN or infinity; it names the step and the first bad array, and the parameters are those
            before the step. Not a ValueError: no argument is wrong, the arithmetic has left the numbers.
        TypeError, ValueError: arguments that do not fit, no batch at all, a batch that the network refuses.
    """
    steps, every = as_size("steps", steps), as_size("every", every)
    clip = np.inf if clip is None else _positive("clip", clip)
    history, h0, ending = History(), None, "ended by an error"
    bar = _bar(steps) if progress else None
    try:
        for batch in islice(batches, steps):
            x, target = _pair(batch, h0)
            loss, norm = _update(net, x, target, h0, optimizer, clip, f"step {history.steps + 1}")
            h0 = net.last_state if carry_state else None
            history.norm.append(norm)
            history.clipped.append(norm > clip)
            history.loss.append(loss)
            if history.steps % every == 0:
                bar is None or bar.update(every)
                if until is not None and _measured(until, net, history) >= 1:
                    break
    except KeyboardInterrupt:
        pass
    return history
