"""The contract of every layer: a pure half, `run` and `back`, and a face that remembers, `forward` and `backward`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.params import Params, check_params
from rnnlib.validation import FLOAT64, NotFinite, check_mask, insist_on_finite, is_finite, short_repr

Array = NDArray[np.floating]
State = Any  # what a layer hands from one step to the next: an array (N, H), a tuple of arrays, or None


class Trace(NamedTuple):
    """What a forward pass returns, and what its backward pass needs.

    `out` is the result; `state` what is handed on to the next stretch of the sequence, None in a layer without one;
    `saved` what the layer keeps for `back`; `mask` (N, T) the mask of `out`, None where every step counts.

    >>> from rnnlib import SimpleRNN
    >>> trace = SimpleRNN([[1.0]], [[0.5]], activation="identity").run([[[4.0], [0.0]]])
    >>> trace.out[0, :, 0], trace.state
    (array([4., 2.]), array([[2.]]))
    """

    out: Array
    state: State
    saved: Any
    mask: NDArray[np.bool_] | None = None


class Grads(NamedTuple):
    """What a backward pass returns: the gradients of the loss.

    `params` holds those by the parameters, under the same names; `x` is the one by the input, None below an
    `Embedding`; `state` the one by the starting state; `a` (N, T, H) the one by every a_t, where the layer has such.

    >>> from rnnlib import SimpleRNN
    >>> rnn = SimpleRNN([[1.0]], [[0.5]], activation="identity")
    >>> grads = rnn.back(rnn.run([[[4.0], [0.0]]]), [[[0.0], [1.0]]])
    >>> grads.params["W_h"], grads.state
    (array([[4.]]), array([[0.25]]))
    """

    params: Mapping[str, Array]
    x: Array | None
    state: State = None
    a: Array | None = None


class Layer:
    """The base of all layers: `run` and `back` are its pure half, `forward` and `backward` its face, which remembers.

    A layer of your own needs `params`, where it has any, `run` and `back`; the rest is here.

    >>> class Scale(Layer):
    ...     def __init__(self, g):
    ...         self.params = Params(g=np.array(g, float))
    ...
    ...     def run(self, x, state=None, mask=None):
    ...         x, g = np.asarray(x, float), self.params["g"]
    ...         return Trace(x * g, None, (x, g), mask)
    ...
    ...     def back(self, trace, dout, dstate=None):
    ...         x, g = trace.saved
    ...         return Grads({"g": (x * dout).reshape(-1, len(g)).sum(axis=0)}, dout * g)
    >>> from rnnlib import check_gradients
    >>> x = np.arange(12.0).reshape(2, 3, 2)  # (N, T, D)
    >>> check_gradients(Scale([2.0, 3.0]), x, np.ones((2, 3, 2))).ok
    True

    `run` checks its arguments itself, and hands the mask on where its results have steps. With a state, the layer also
    sets `state_names`: a state of one name is an array, a state of several a tuple. `run` makes zeros of a state that
    is None, and lets a state stand still where the mask is False; `back` starts from `dstate`.

    Attributes:
        params: the live parameters by name.
        grads: after `backward`, the gradients of the loss by the parameters, under the same names.
        dstate: after `backward`, the gradient by the starting state.
        da: after `backward`, the gradient by every a_t, (N, T, H), where the layer has such.
        trace: after `forward`, what it has kept for `backward`.
        n_in, n_out: the features that it needs and gives, where they are fixed.
        state_names: the names of the arrays that make up its state, ("h0",) or, with a cell, ("h0", "c0").
        looks_ahead: whether a result may depend on later steps.
    """

    params: Params = Params()
    grads: Mapping[str, Array] = MappingProxyType({})
    dstate: State = None
    da: Array | None = None
    trace: Trace | None = None
    n_in: int | None = None
    n_out: int | None = None
    state_names: tuple[str, ...] = ()
    looks_ahead: bool = False

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Compute the result, and change nothing in the layer. The trace may share memory with the arguments."""
        raise NotImplementedError(f"{type(self).__name__} needs a method run(x, state, mask) that returns a Trace")

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Compute the gradients, and change nothing in the layer.

        Args:
            trace: what `run` returned.
            dout: the gradient of the loss by `trace.out`, as far as it comes from above.
            dstate: the gradient of the loss by `trace.state`; nothing where it is not given.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method back(trace, dout, dstate) that returns Grads")

    def forward(
        self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None, *, h0: ArrayLike | None = None
    ) -> Array:
        """Return the layer's result for `x`, and keep what `backward` needs.

        Args:
            x: the input, (N, T, D) for a recurrent layer.
            state: the state before the first step; zeros where it is not given.
            mask: (N, T), True where a step counts: each row True from its start and False from its end on. Where
                it is False, a state stands still.
            h0: another name for `state`.

        Raises:
            TypeError, ValueError: an argument that does not fit; the line names it, what it needs, and what it got.
            NotFinite: the result leaves the finite numbers.
        """
        if h0 is not None:
            if state is not None:
                raise TypeError("h0: expected either state or h0, got both")
            state = h0
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            trace = checked_run(self, x, state, mask)
        self.trace = copied(trace)  # whatever the caller does to x, to the result or to the parameters
        return trace.out

    def backward(self, dout: ArrayLike) -> Array | None:
        """Set `grads`, `dstate` and `da` for the last forward, and return the gradient by x, in the shape of x.

        Args:
            dout: the gradient of the loss by what `forward` returned, as far as the layers above know it.

        Raises:
            RuntimeError: there was no forward before.
            TypeError, ValueError: an argument that does not fit; the line names it, what it needs, and what it got.
            NotFinite: a gradient leaves the finite numbers.
        """
        if self.trace is None:
            raise RuntimeError("backward needs a forward before it: call forward first")
        with np.errstate(all="ignore"):  # a gradient that leaves the finite numbers is refused by name
            grads = checked_back(self, self.trace, dout)
        insist_on_finite_grads(grads)
        self.grads, self.dstate, self.da = grads.params, grads.state, grads.a
        return grads.x

    @property
    def has_state(self) -> bool:
        """Whether a state can be given to the layer, and is handed on."""
        return bool(self.state_names)

    @property
    def dtype(self) -> np.dtype:
        """The float type that the layer works in."""
        return self.params.dtype if self.params else FLOAT64


def copied(value: Any) -> Any:
    """Return a copy of an array, or of a tuple, a list or a dictionary of such, however deep.

    A tuple with a method `copy` knows which of its arrays nobody else can reach, and need none.
    """
    if isinstance(value, np.ndarray) or (isinstance(value, tuple) and hasattr(value, "copy")):
        return value.copy()
    if isinstance(value, tuple):
        parts = map(copied, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return list(map(copied, value))
    if isinstance(value, dict):
        return {name: copied(part) for name, part in value.items()}
    return value


def checked_run(layer: Any, *arguments: Any) -> Trace:
    """Return what the `run` of a layer or a network returns; no Trace is refused with a TypeError that names it.

    Where a result is not finite because a parameter is not, that parameter is named.
    """
    try:
        trace = layer.run(*arguments)
    except NotFinite:
        for name, parameter in layer.params.items():
            insist_on_finite(name, parameter.ravel())
        raise
    if not isinstance(trace, Trace):
        raise TypeError(f"{type(layer).__name__}.run: expected a Trace, got {short_repr(trace)}")
    if not isinstance(trace.out, np.ndarray):
        raise TypeError(f"{type(layer).__name__}.run: expected an array as out, got {short_repr(trace.out)}")
    return trace


def checked_back(layer: Any, *arguments: Any) -> Grads:
    """Return what the `back` of a layer or a network returns; no Grads are refused with a TypeError that names it."""
    grads = layer.back(*arguments)
    if not isinstance(grads, Grads):
        raise TypeError(f"{type(layer).__name__}.back: expected Grads, got {short_repr(grads)}")
    if not isinstance(grads.params, Mapping):
        got = short_repr(grads.params)
        raise TypeError(f"{type(layer).__name__}.back: expected gradients by name, got {got} as Grads.params")
    for name, gradient in grads.params.items():
        if gradient is None:
            raise TypeError(f"{type(layer).__name__}.back: expected the gradient of {name}, got None")
    return grads


def check_part(name: str, layer: Layer, whole: str) -> None:
    """Refuse a layer that can be no part of another one: its parameters are no Params, or its face is its own."""
    check_params(f"{name}.params", layer.params)
    if type(layer).forward is not Layer.forward or type(layer).backward is not Layer.backward:
        raise TypeError(f"{name}: {whole} calls run and back, but {type(layer).__name__} overrides its face")


def insist_on_finite_grads(grads: Grads) -> None:
    """Raise NotFinite where a gradient has left the finite numbers."""
    if all(map(is_finite, [*grads.params.values(), *arrays_of(grads.x), *arrays_of(grads.state)])):
        return
    for name, gradient in {**grads.params, "x": grads.x, "the starting state": grads.state}.items():
        if not all(map(is_finite, arrays_of(gradient))):
            raise NotFinite(f"the gradient of {name} is not finite")


def arrays_of(value: Any) -> list[np.ndarray]:
    """Return the arrays of a state, which may be None, an array, or a tuple or dictionary of states."""
    if isinstance(value, np.ndarray):
        return [value]
    parts = value.values() if isinstance(value, dict) else value or ()
    return [array for part in parts for array in arrays_of(part)]


def refuse_state(layer: Layer, state: State) -> None:
    """Refuse a state that is given to a layer without one."""
    if state is not None:
        raise TypeError(f"state: expected None, as {type(layer).__name__} has no state, got {short_repr(state)}")


def rows(array: Array) -> Array:
    """Return (…, K) as a matrix with one row for each place: (places, K)."""
    return array.reshape(-1, array.shape[-1])


def sum_of_rows(matrix: Array) -> Any:
    """Return the sum of a matrix over its rows, (K,), by a product, which is quicker than NumPy's sum."""
    return np.ones(len(matrix), matrix.dtype).dot(matrix)


def check_mask_of(x: Array, mask: ArrayLike | None) -> NDArray[np.bool_] | None:
    """Return the mask of x (N, T, ...), checked; None stays None."""
    if mask is None:
        return None
    if x.ndim < 3:
        raise ValueError(f"mask: expected None, as x has no time steps, got one for x {x.shape}")
    return check_mask(mask, *x.shape[:2])
