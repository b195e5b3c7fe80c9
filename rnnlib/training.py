"""Training: one loop that measures the loss, walks back, clips and steps, until it is told to end."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from rnnlib.arrays import as_function, as_positive, as_size, said
from rnnlib.network import RecurrentNetwork
from rnnlib.optimizers import clip_by_global_norm


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
    if not isinstance(net, RecurrentNetwork):
        raise TypeError(f"net: expected a RecurrentNetwork, got {said(net)}")
    if not callable(getattr(optimizer, "step", None)):
        raise TypeError(f"optimizer: expected an object with step(params, grads), got {said(optimizer)}")
    if until is not None:
        as_function("until", until)
    try:
        batches = iter(batches)
    except TypeError:
        raise TypeError(f"batches: expected (x, target) for every step, got {said(batches)}") from None
    clip = np.finfo(float).max if clip is None else as_positive("clip", clip)
    history, h0, ending = History(), None, "by an error"
    bar = _bar(steps) if progress else None
    try:
        for batch in islice(batches, steps):
            x, target = _pair(batch, h0)
            loss, norm = _update(net, x, target, h0, optimizer, clip, step=history.steps + 1)
            h0 = net.last_state if carry_state else None
            history.norm.append(norm)
            history.clipped.append(norm > clip)
            history.loss.append(loss)
            if history.steps % every == 0:
                if bar is not None:
                    bar.update(every)
                if until is not None and _measure(until, net, history) >= 1:
                    ending = f"until reached 1 within {steps} steps"
                    break
        else:
            if history.steps == 0:
                raise ValueError("batches: expected (x, target) at least once, got none: a generator runs only once")
            if until is not None and history.steps % every:
                _measure(until, net, history)
            ending = f"all {steps} steps done" if history.steps == steps else "no more batches"
    except KeyboardInterrupt:  # the stop button; `_update` is done or undone, never half done
        ending = "stopped by hand"
    finally:
        if bar is not None:
            bar.bar_format = f"training ended: {ending}"  # no count: where `until` ends it depends on the machine
            bar.refresh()
            bar.close()
    return history


def _update(
    net: RecurrentNetwork, x: Any, target: Any, h0: Any, optimizer: Any, clip: float, step: int
) -> tuple[float, float]:
    """Do one update, or leave the parameters as they were; return the loss and the norm before clipping."""
    before = {name: array.copy() for name, array in net.params.items()}
    try:
        with np.errstate(all="ignore"):  # what overflows is named in one line instead
            loss = net.loss(x, target, h0)
            net.backward()
            grads = net.grads
            _insist_on_finite(step, {"the loss": loss} | {f"gradient of {name}": g for name, g in grads.items()})
            norm = clip_by_global_norm(grads, clip)
            _insist_on_finite(step, {"the norm of the gradients": norm})
            optimizer.step(net.params, grads)
            _insist_on_finite(step, {f"{name} after the update": array for name, array in net.params.items()})
        return loss, norm
    except BaseException as error:
        for name, array in net.params.items():
            array[...] = before[name]
        if isinstance(error, ValueError) and "expected finite numbers" in str(error):  # refused at a layer's door
            name = str(error).partition(":")[0]
            name = "h" if name == "x" and np.isfinite(np.asarray(x)).all() else name  # the readout's x is h
            raise FloatingPointError(f"step {step}: {name} is not finite") from error
        raise


def _insist_on_finite(step: int, arrays: dict[str, Any]) -> None:
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise FloatingPointError(f"step {step}: {name} is not finite")


def _pair(batch: Any, h0: np.ndarray | None) -> tuple[Any, Any]:
    if not isinstance(batch, tuple | list) or len(batch) != 2:
        got = f"{type(batch).__name__} {getattr(batch, 'shape', '')}".strip()
        raise TypeError(f"batches: expected (x, target) for every step, got {got}")
    if h0 is not None and len(batch[0]) != len(h0):
        raise ValueError(f"x: expected N = {len(h0)}, as in the batch before (carry_state), got {np.shape(batch[0])}")
    return batch[0], batch[1]


def _measure(until: Callable[[RecurrentNetwork], float], net: RecurrentNetwork, history: History) -> float:
    history.metric.append((history.steps, float(until(net))))
    return history.metric[-1][1]


def _bar(steps: int) -> Any:
    from tqdm import tqdm  # here, so that `import rnnlib` needs NumPy alone

    shape = "training: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}"  # counts only: no clock
    return tqdm(total=steps, file=sys.stdout, ncols=79, mininterval=0, miniters=1, leave=True, bar_format=shape)
