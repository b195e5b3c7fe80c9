"""Training: one loop that computes the gradients, clips them and steps, until it is told to end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.clipping import clip_by_global_norm, clip_by_value, global_norm
from rnnlib.interrupts import Interrupts
from rnnlib.optimizers import Optimizer
from rnnlib.progress import ProgressBar
from rnnlib.validation import (
    NotFinite,
    check_callable,
    check_in_place,
    check_int,
    check_mapping,
    check_positive,
    check_real,
    is_finite,
    short_repr,
)

Array = NDArray[np.floating]


class Trainable(Protocol):
    """What `fit` trains: a `Network`, or anything else with these two."""

    @property
    def params(self) -> Mapping[str, Array]:
        """The live parameters by name."""

    def loss_and_grads(self, x: Any, target: Any, state: Any = None, mask: Any = None) -> tuple[float, Any, Any]:
        """Return the loss, its gradients by name, and the state to hand on."""


class Steps(Protocol):
    """What changes the parameters: `SGD`, `Adam`, or anything else with `step`."""

    def step(self, params: Any, grads: Any) -> None:
        """Change the parameters in place."""


@dataclass
class History:
    """What happened at each update.

    >>> history = History(loss=[0.7, 0.4], norm=[1.2, 0.8], clipped=[True, False], ending="all 2 steps done")
    >>> history.steps, history.loss[-1]
    (2, 0.4)

    Attributes:
        loss: the loss before each update.
        norm: the joint norm of all gradients, before clipping.
        clipped: whether they were clipped.
        metric: (step, value) for each time that `until` was asked.
        ending: why training ended, in words.
    """

    loss: list[float] = field(default_factory=list)
    norm: list[float] = field(default_factory=list)
    clipped: list[bool] = field(default_factory=list)
    metric: list[tuple[int, float]] = field(default_factory=list)
    ending: str = ""

    @property
    def steps(self) -> int:
        """The number of updates done."""
        return len(self.loss)


def fit(
    net: Trainable,
    batches: Iterable[tuple],
    optimizer: Steps,
    *,
    steps: int,
    clip: float | None = None,
    clip_value: float | None = None,
    until: Callable[[Any], float] | None = None,
    every: int = 100,
    carry_state: bool = False,
    progress: bool = True,
) -> History:
    """Train `net` in place, one update for each batch; the stop button ends it with the history so far.

    An update is done or undone as a whole: parameters, optimiser and history.

    >>> from rnnlib import Adam, Dense, Network, squared_error
    >>> net = Network(line=Dense([[0.0]], [0.0]), loss=squared_error)
    >>> batch = ([[0.0], [1.0]], [[1.0], [3.0]])
    >>> history = fit(net, [batch] * 500, Adam(lr=0.1), steps=500, progress=False)
    >>> net.params["line.W"].round(3), net.params["line.b"].round(3)
    (array([[2.]]), array([1.]))

    Args:
        net: a `Network`, or whatever has `params` and `loss_and_grads`.
        batches: (x, target) or (x, target, mask) for each update, without end if need be; where they end, training
            ends.
        optimizer: `SGD`, `Adam`, or whatever has `step(params, grads)`. Where it has a `state`, an update that
            fails sets it back.
        steps: the largest number of updates.
        clip: the largest joint norm of the gradients; unlimited where it is not given.
        clip_value: the largest size of an entry of the gradients; unlimited where it is not given. Either this or
            `clip`.
        until: a function that takes the net and returns one number, such as the share of right answers. It is called
            after each `every` updates and after the last; its answers stand in `History.metric`, and training ends
            when it reaches 1.
        every: how many updates lie between two looks at `until` and the bar.
        carry_state: whether the last state of a batch is the starting state of the next; the first starts from zeros.
            No gradient flows from one batch to the one before.
        progress: whether to show a bar on stdout, where tqdm is installed.

    Raises:
        TypeError, ValueError: arguments that do not fit, no batch at all, a batch that the network refuses.
        NotFinite: the arithmetic has left the finite numbers; the line names the update, and what was not finite.
    """
    steps, every = check_int("steps", steps), check_int("every", every)
    training = _Training(net, optimizer, clip, clip_value, carry_state)
    history, batches = training.history, _check_batches(batches)
    if until is not None:
        check_callable("until", until)
    bar = ProgressBar(steps, shown=progress)
    with Interrupts() as interrupts:
        try:
            for batch in islice(batches, steps):
                interrupts.hold()
                training.update(batch)
                interrupts.release()
                if history.steps % every == 0:
                    bar.advance(every)
                    if _reaches_one(until, net, history):
                        history.ending = f"until reached 1 within {steps} steps"
                        break
            else:
                if history.steps == 0:
                    raise ValueError(
                        "batches: expected (x, target) at least once, got none: a generator runs only once"
                    )
                if history.steps % every:
                    _reaches_one(until, net, history)
                history.ending = f"all {steps} steps done"
                if history.steps < steps:
                    history.ending = f"no more batches after {history.steps} of {steps} steps"
        except KeyboardInterrupt:
            history.ending = "stopped by hand"
        finally:
            bar.close(f"training ended: {history.ending or 'by an error'}")
    return history


class _Training:
    """What all updates of one `fit` share."""

    def __init__(
        self, net: Trainable, optimizer: Steps, clip: float | None, clip_value: float | None, carry_state: bool
    ) -> None:
        if clip is not None and clip_value is not None:
            raise TypeError("clip_value: expected either clip or clip_value, got both")
        self.net, self.carry_state = _check_net(net, carry_state), carry_state
        self.optimizer = _check_optimizer(optimizer)
        self.clip = None if clip is None else check_positive("clip", clip)
        self.clip_value = None if clip_value is None else check_positive("clip_value", clip_value)
        self.history = History()
        self.state: Any = None  # to start the next batch from
        self.N: int | None = None  # the sequences that it belongs to

    def update(self, batch: Any) -> None:
        """Do one update, or leave parameters, optimiser and history as they were."""
        x, target, mask = _check_batch(batch)
        N = self._check_N(x) if self.carry_state else None
        before = _Snapshot(self.net.params, self.optimizer, self.history)
        try:
            state = self._change(x, target, mask)
        except NotFinite as error:
            before.restore()
            raise NotFinite(f"update {before.steps + 1}: {error}") from error
        except BaseException as error:
            before.restore()
            error.add_note(f"in update {before.steps + 1}")
            raise
        if self.carry_state:
            self.state, self.N = state, N

    def _change(self, x: Any, target: Any, mask: Any) -> Any:
        """Change parameters, optimiser and history; return the state handed on."""
        loss, grads, state = _check_result(self.net.loss_and_grads(x, target, state=self.state, mask=mask))
        norm, clipped = self._clip(grads)
        self.optimizer.step(self.net.params, grads)
        if not isinstance(self.optimizer, Optimizer):  # which insists on it
            _insist_on_finite("{} is not finite after the step", self.net.params)
        self.history.loss.append(loss)
        self.history.norm.append(norm)
        self.history.clipped.append(clipped)
        return state

    def _clip(self, grads: Mapping[str, Array]) -> tuple[float, bool]:
        """Clip the gradients in place; return their norm before it, and whether they were clipped."""
        try:
            norm = global_norm(grads)
        except ValueError:
            _insist_on_finite("the gradient of {} is not finite", grads)
            raise
        if self.clip is not None:
            return norm, clip_by_global_norm(grads, self.clip) > self.clip
        return norm, self.clip_value is not None and clip_by_value(grads, self.clip_value) > 0

    def _check_N(self, x: Any) -> int | None:
        """Return the number of sequences; refuse another one than that of the state to start from."""
        N = None
        with suppress(TypeError):  # what has no length is refused by the network
            N = len(x)
        if self.state is not None and N != self.N:
            raise ValueError(f"x: expected N = {self.N}, as in the batch before (carry_state), got {np.shape(x)}")
        return N


class _Snapshot:
    """Parameters, optimiser and history as they were before an update."""

    def __init__(self, params: Mapping[str, Array], optimizer: Any, history: History) -> None:
        self.params, self.history = params, history
        self.arrays = dict(params.items())
        self.values = [array.copy() for array in self.arrays.values()]
        self.steps = history.steps
        self.set_state_back = optimizer.undo() if isinstance(optimizer, Optimizer) else _undo(optimizer)

    def restore(self) -> None:
        """Put everything back, into the same arrays."""
        for (name, array), values in zip(self.arrays.items(), self.values, strict=True):
            array[...] = values
            if self.params[name] is not array:  # a plain dictionary, in which the optimiser has put another one
                self.params[name] = array  # type: ignore[index]
        self.set_state_back()
        for entries in (self.history.loss, self.history.norm, self.history.clipped):
            del entries[self.steps :]


def _undo(optimizer: Any) -> Callable[[], None]:
    """Return a function that sets the state of an optimiser, where it has one, back to what it is now."""
    if not hasattr(optimizer, "state"):
        return lambda: None
    return partial(setattr, optimizer, "state", deepcopy(optimizer.state))  # a copy, since it may be alive


def _insist_on_finite(message: str, arrays: Mapping[str, ArrayLike]) -> None:
    for name, array in arrays.items():
        if not is_finite(check_real(name, array)):
            raise NotFinite(message.format(name))


def _reaches_one(until: Callable[[Any], float] | None, net: Trainable, history: History) -> bool:
    """Ask `until`, where there is one, and keep its answer."""
    if until is None:
        return False
    value = until(net)
    number = np.asarray(value)
    if number.shape != () or number.dtype.kind not in "fiub":
        raise TypeError(f"until: expected a function that returns one number, got {short_repr(value)} from it")
    history.metric.append((history.steps, float(number)))
    return bool(number >= 1)


def _check_net(net: Any, carry_state: bool) -> Any:
    loss_and_grads, params = getattr(net, "loss_and_grads", None), getattr(net, "params", None)
    if isinstance(net, type) or not callable(loss_and_grads) or not isinstance(params, Mapping):
        raise TypeError(f"net: expected a Network, or what has params and loss_and_grads, got {short_repr(net)}")
    for name, array in check_mapping("net.params", params).items():
        check_in_place(f"net.params: {name}", array)
    if carry_state and getattr(net, "looks_ahead", False):
        raise ValueError("carry_state: expected False, as this network reads each sequence from its end as well")
    return net


def _check_optimizer(optimizer: Any) -> Any:
    if isinstance(optimizer, type) or not callable(getattr(optimizer, "step", None)):
        wanted = "an optimiser such as SGD(lr=0.1), or what has step(params, grads)"
        raise TypeError(f"optimizer: expected {wanted}, got {short_repr(optimizer)}")
    return optimizer


def _check_batches(batches: Any) -> Iterator[Any]:
    try:
        return iter(batches)
    except TypeError:
        got = short_repr(batches)
        raise TypeError(f"batches: expected (x, target) for every step, in a list or a generator, got {got}") from None


def _check_batch(batch: Any) -> tuple[Any, Any, Any]:
    """Return x, target and mask."""
    if not isinstance(batch, tuple | list) or len(batch) not in (2, 3):
        got = f"a {type(batch).__name__} {getattr(batch, 'shape', '')}".strip()
        got = f"{got} of {len(batch)}" if isinstance(batch, tuple | list) else got
        raise TypeError(f"batches: expected (x, target) or (x, target, mask) for every step, got {got}")
    x, target, *mask = batch
    return x, target, mask[0] if mask else None


def _check_result(result: Any) -> tuple[float, Any, Any]:
    """Return what `loss_and_grads` has returned, the loss as a finite float."""
    if not isinstance(result, tuple | list) or len(result) != 3:
        raise TypeError(f"net.loss_and_grads: expected (loss, gradients, state), got {short_repr(result)}")
    loss, grads, state = result
    if type(loss) is not float:
        loss = check_real("net.loss_and_grads: loss", loss)
        if loss.shape != ():
            raise TypeError(f"net.loss_and_grads: expected one number as the loss, got an array {loss.shape}")
        loss = float(loss)
    if not math.isfinite(loss):
        raise NotFinite("the loss is not finite")
    return loss, grads, state
