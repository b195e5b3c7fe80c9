"""A layer or a network as a gradient check sees it: one number that depends on arrays."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.gradcheck.central_differences import check_float64
from rnnlib.layers.layer import Grads, Layer, State, Trace, checked_back, checked_run, copied, refuse_state
from rnnlib.network import Network
from rnnlib.params import check_params
from rnnlib.validation import as_ndarray

Array = NDArray[np.float64]


class Arguments(NamedTuple):
    """What a model is called with; `upstream` is dh for a layer, and the target for a network."""

    x: np.ndarray
    upstream: Any
    state: State
    mask: np.ndarray | None

    def copied(self) -> Self:
        """Return a copy, which a model may change."""
        upstream, mask = self.upstream, self.mask
        upstream = upstream.copy() if isinstance(upstream, np.ndarray) else copy.deepcopy(upstream)
        return type(self)(self.x.copy(), upstream, copied(self.state), None if mask is None else mask.copy())

    def item(self, n: int) -> Self:
        """Return a copy of one item of the batch, without what is upstream of it."""
        x, _, state, mask = self.copied()
        alone = rebuilt(state, iter(array[n : n + 1] for array in leaves(state, state)))
        return type(self)(x[n : n + 1], None, alone, None if mask is None else mask[n : n + 1])

    def stretch(self, steps: slice) -> Self:
        """Return a copy of some of the steps, without what is upstream of them."""
        x, _, state, mask = self.copied()
        return type(self)(x[:, steps], None, state, None if mask is None else mask[:, steps])


class CheckedModel:
    """A model and the arguments that it is checked on: Σ forward(x) · dh for a layer, the loss for a network.

    Attributes:
        model: the layer or network.
        arguments: what it is called with; a state that was not given is zeros.
        takes_tokens: whether x are whole numbers, of which there is no gradient.
        state_names: a name for each array of the state.
    """

    def __init__(
        self, model: Layer | Network, x: ArrayLike, upstream: Any, state: State, mask: ArrayLike | None
    ) -> None:
        """Take a model, and arguments, which are copied."""
        for name, parameter in check_params(f"{type(model).__name__}.params", model.params).items():
            check_float64(name, parameter)
        self.model, self.state_names = model, _state_names(model)
        taken = model.params.keys() & {"x", *self.state_names}
        if taken:
            raise ValueError(f"params: expected other names than those of x and of the state, got {', '.join(taken)}")
        self.takes_tokens = _are_tokens(model, x)
        self.arguments = Arguments(
            as_ndarray("x", x, "(N, T)").copy() if self.takes_tokens else check_float64("x", x),
            copy.deepcopy(upstream) if isinstance(model, Network) else check_float64("dh", upstream),
            state,
            None if mask is None else as_ndarray("mask", mask, "(N, T)").copy(),
        )
        self.arguments = self.arguments._replace(state=self._full_state(state))

    def _full_state(self, given: State) -> State:
        """Return the state to start from, in the structure of the one that is handed on."""
        if isinstance(self.model, Layer) and not self.state_names:
            refuse_state(self.model, given)
        like = self.run(self.arguments.copied()).state
        if isinstance(given, dict) and not isinstance(like, dict):
            (given,) = given.values() or [None]
        found, wanted = leaves(given, like), leaves(like, like)
        if len(wanted) != len(self.state_names):
            raise ValueError(f"state_names: expected a name for each of {len(wanted)} arrays, got {self.state_names}")
        arrays = [
            np.zeros(zeros.shape) if array is None else check_float64(name, array)
            for name, array, zeros in zip(self.state_names, found, wanted, strict=True)
        ]
        return rebuilt(like, iter(arrays))

    def arrays(self) -> dict[str, Array]:
        """Return everything that the number is differentiated by, under its name."""
        x, _, state, _ = self.arguments
        inputs = {} if self.takes_tokens else {"x": x}
        return {**self.model.params, **inputs, **dict(zip(self.state_names, leaves(state, state), strict=True))}

    def value(self, name: str, changed: Array) -> float:
        """Return the number with one of the arrays exchanged."""
        return self.at({name: changed}, self.number)

    def at(self, changed: Mapping[str, Array], compute: Callable[[Arguments], Any]) -> Any:
        """Return what `compute` makes of the arguments while some of the arrays are exchanged."""
        x, upstream, state, mask = self.arguments.copied()
        parts = zip(self.state_names, leaves(state, state), strict=True)
        state = rebuilt(state, iter([changed.get(name, part) for name, part in parts]))
        parameters = {name: array for name, array in self.model.params.items() if name in changed}
        kept = {name: array.copy() for name, array in parameters.items()}
        try:
            for name, array in parameters.items():
                array[...] = changed[name]
            return compute(Arguments(changed.get("x", x), upstream, state, mask))
        finally:
            for name, array in parameters.items():
                array[...] = kept[name]

    def number(self, arguments: Arguments) -> float:
        """Return the number, and keep what a backward needs."""
        x, upstream, state, mask = arguments
        if isinstance(self.model, Network):
            return self.model.loss(x, upstream, state, mask)
        out = self.model.forward(x, state, mask)
        if out.shape != upstream.shape:
            letters = "(N, T, H) = " if self.state_names else ""
            raise ValueError(f"dh: expected {letters}{out.shape}, got {upstream.shape}")
        with np.errstate(all="ignore"):
            return float((out * upstream).sum())

    def backward(self) -> dict[str, Any]:
        """Return the gradients of the last number by name, as the model gives them."""
        model = self.model
        model.grads, model.dstate = {}, None  # what an earlier backward left is no answer
        dx = model.backward() if isinstance(model, Network) else model.backward(self.arguments.upstream)
        state = self.arguments.state
        of_state = dict(zip(self.state_names, leaves(model.dstate, state), strict=True))
        gradients = {**model.grads, **({} if self.takes_tokens else {"x": dx}), **of_state}
        return {name: None if gradient is None else np.array(gradient) for name, gradient in gradients.items()}

    def run(self, arguments: Arguments) -> Trace:
        """Return the trace of a forward pass."""
        x, _, state, mask = arguments
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            return checked_run(self.model, x, state, mask)

    def back(self, trace: Trace, dout: Array, dstate: State) -> Grads:
        """Return the gradients for a trace, from those by what comes out and by the state that is handed on."""
        with np.errstate(all="ignore"):
            return checked_back(self.model, trace, dout, dstate)


def leaves(state: State, like: State) -> list[Any]:
    """Return the arrays of a state in the structure of another, depth first; None for each that it lacks."""
    if like is None:
        return []
    if isinstance(like, dict):
        parts = state if isinstance(state, dict) else {}
        return [leaf for name, part in like.items() for leaf in leaves(parts.get(name), part)]
    if isinstance(like, tuple):
        pieces = state if isinstance(state, tuple | list) and len(state) == len(like) else [None] * len(like)
        return [leaf for piece, part in zip(pieces, like, strict=True) for leaf in leaves(piece, part)]
    return [state]


def rebuilt(like: State, arrays: Iterator[Array]) -> State:
    """Return a state of the same structure, made of other arrays."""
    if like is None:
        return None
    if isinstance(like, dict):
        return {name: rebuilt(part, arrays) for name, part in like.items()}
    if isinstance(like, tuple):
        parts = [rebuilt(part, arrays) for part in like]
        return type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)
    return next(arrays)


def _state_names(model: Layer | Network) -> tuple[str, ...]:
    if isinstance(model, Layer):
        return model.state_names
    stateful = {name: layer for name, layer in model.layers.items() if layer.has_state}
    if len(stateful) == 1:
        return next(iter(stateful.values())).state_names
    return tuple(f"{name}.{leaf}" for name, layer in stateful.items() for leaf in layer.state_names)


def _are_tokens(model: Layer | Network, x: ArrayLike) -> bool:
    """Tell whether x are whole numbers to a model that has no gradient by them."""
    first = model if isinstance(model, Layer) else next(iter(model.layers.values()))
    array = as_ndarray("x", x, "(N, T)")
    if array.dtype.kind not in "iu" or first.n_in is not None:
        return False
    with np.errstate(all="ignore"):
        trace = checked_run(first, array.copy())
        return checked_back(first, trace, np.zeros(trace.out.shape)).x is None
