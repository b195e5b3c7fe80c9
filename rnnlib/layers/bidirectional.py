"""Two recurrent layers on one sequence: one reads it from the front, the other from the end."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.layers.layer import Grads, Layer, State, Trace, check_part, checked_back, checked_run
from rnnlib.params import Params, joined
from rnnlib.validation import NotFinite, check_array, check_mask, short_repr


class Saved(NamedTuple):
    """What `back` needs."""

    forward: Trace
    backward: Trace
    order: NDArray[np.integer]  # (N, T, 1)


class Bidirectional(Layer):
    """Both directions side by side: (N, T, D) becomes (N, T, H_forward + H_backward).

    The backward layer reads each sequence from its own end, and its results are turned round again, so that both
    halves of `out[:, t]` belong to step t. The state is a pair: the forward layer's and the backward layer's.
    `params` holds "forward.W_x", …, "backward.W_x", ….

    >>> from rnnlib import SimpleRNN
    >>> one_way = SimpleRNN([[1.0]], [[1.0]], activation="identity")
    >>> other_way = SimpleRNN([[1.0]], [[1.0]], activation="identity")
    >>> Bidirectional(one_way, other_way).forward([[[1], [2], [3]]])
    array([[[1., 6.],
            [3., 5.],
            [6., 3.]]])
    """

    looks_ahead = True

    def __init__(self, forward_layer: Layer, backward_layer: Layer) -> None:
        """Join two recurrent layers, which stay the caller's.

        Raises:
            TypeError: not two layers with a state, or of different float types, or with a face of their own.
            ValueError: one layer given twice, or layers that need different inputs.
        """
        for name, layer in (("forward_layer", forward_layer), ("backward_layer", backward_layer)):
            if not isinstance(layer, Layer) or not layer.has_state:
                raise TypeError(f"{name}: expected a layer with a state, got {short_repr(layer)}")
            check_part(name, layer, "a Bidirectional")
        if forward_layer is backward_layer:
            raise ValueError("backward_layer: expected another layer than forward_layer, got the same one")
        if backward_layer.n_in != forward_layer.n_in:
            raise ValueError(f"backward_layer: expected D = {forward_layer.n_in}, got {backward_layer!r}")
        if backward_layer.dtype != forward_layer.dtype:
            raise TypeError(f"backward_layer: expected {forward_layer.dtype}, got {backward_layer.dtype}")
        self.forward_layer, self.backward_layer = forward_layer, backward_layer
        self.params = Params(joined({"forward": forward_layer.params, "backward": backward_layer.params}))
        names = {"forward": forward_layer.state_names, "backward": backward_layer.state_names}
        self.state_names = tuple(f"{layer}.{name}" for layer, of_layer in names.items() for name in of_layer)
        self.n_in = forward_layer.n_in
        if forward_layer.n_out is not None and backward_layer.n_out is not None:
            self.n_out = forward_layer.n_out + backward_layer.n_out

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Run both layers.

        Args:
            x: (N, T, D), the input.
            state: the states that the two layers start from, as a pair; zeros where it is not given.
            mask: (N, T), True where a step counts; each sequence is turned round within its own length.
        """
        x = check_array("x", x, "(N, T, D)", self.dtype)
        N, T, _ = x.shape
        mask = check_mask(mask, N, T)
        order = turned_round(N, T, mask)[:, :, np.newaxis]  # (N, T, 1)
        forward_state, backward_state = _pair("state", state)
        turned = np.take_along_axis(x, order, axis=1)
        one = _run_one_way("forward layer", self.forward_layer, x, forward_state, mask)
        other = _run_one_way("backward layer, from the end", self.backward_layer, turned, backward_state, mask)
        out = np.concatenate([one.out, np.take_along_axis(other.out, order, axis=1)], axis=-1)
        return Trace(out, (one.state, other.state), Saved(one, other, order), mask)

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Walk back through both layers, and add up what both say of x."""
        one, other, order = trace.saved
        N, T, K = trace.out.shape
        dout = check_array("dout", dout, "(N, T, K)", trace.out.dtype, N=N, T=T, K=K)
        H = one.out.shape[-1]
        forward_dstate, backward_dstate = _pair("dstate", dstate)
        dout_turned = np.take_along_axis(dout[..., H:], order, axis=1)
        first = checked_back(self.forward_layer, one, dout[..., :H], forward_dstate)
        second = checked_back(self.backward_layer, other, dout_turned, backward_dstate)
        assert first.x is not None and second.x is not None  # x are numbers, not tokens
        dx = first.x + np.take_along_axis(second.x, order, axis=1)
        grads = joined({"forward": first.params, "backward": second.params})
        return Grads(grads, dx, (first.state, second.state))

    def __repr__(self) -> str:
        return f"Bidirectional({self.forward_layer!r}, {self.backward_layer!r})"


def _run_one_way(name: str, layer: Layer, *arguments: Any) -> Trace:
    """Return the trace of one of the two layers; where it leaves the finite numbers, the error tells which of them."""
    try:
        return checked_run(layer, *arguments)
    except NotFinite as error:
        raise NotFinite(f"{name}: {error}") from None


def turned_round(N: int, T: int, mask: NDArray[np.bool_] | None) -> NDArray[np.integer]:
    """Return for each step the one that takes its place, (N, T): within a sequence's length, the order is reversed."""
    steps = np.broadcast_to(np.arange(T), (N, T))
    if mask is None:
        return steps[:, ::-1]
    length = mask.sum(axis=1, keepdims=True)  # (N, 1)
    return np.where(mask, length - 1 - steps, steps)


def _pair(name: str, state: State) -> tuple[State, State]:
    if state is None:
        return None, None
    if not isinstance(state, tuple | list) or len(state) != 2:
        raise TypeError(f"{name}: expected a pair, of the forward and of the backward layer, got {short_repr(state)}")
    return state[0], state[1]
