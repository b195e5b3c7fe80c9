"""A network: layers in a row, and a loss."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.activations import identity
from rnnlib.layers.activation import Activation
from rnnlib.layers.last import Last
from rnnlib.layers.layer import (
    Array,
    Grads,
    Layer,
    State,
    Trace,
    check_part,
    checked_back,
    checked_run,
    copied,
    insist_on_finite_grads,
)
from rnnlib.losses import Loss
from rnnlib.params import Params, joined
from rnnlib.validation import NotFinite, is_typed, short_repr


class Network:
    """Layers in the order of the data, and a loss that compares what comes out with a target.

    `params` are those of all layers, as "rnn.W_x", …, "readout.b"; after `backward`, `grads` are the gradients
    under the same names. A layer is found under its name: `net.rnn`.

    A state is a dictionary {layer name: state}; where just one layer has one, it is that layer's state itself.

    >>> from rnnlib import Dense, Last, SimpleRNN, squared_error
    >>> rng = np.random.default_rng(0)
    >>> rnn, readout = SimpleRNN.create(2, 4, rng=rng), Dense.create(4, 1, rng=rng)
    >>> net = Network(rnn=rnn, last=Last(), readout=readout, loss=squared_error)
    >>> net
    Network(
        rnn=SimpleRNN(D=2, H=4, tanh),
        last=Last(),
        readout=Dense(D=4, K=1),
        loss=squared_error,
    )
    >>> loss = net.loss(np.ones((3, 5, 2)), np.zeros((3, 1)))
    >>> net.backward().shape, net.grads["rnn.W_x"].shape, net.last_state.shape
    ((3, 5, 2), (2, 4), (3, 4))

    Attributes:
        layers: the layers by name, always the same ones.
        loss_function: the loss.
        params: the live parameters of all layers.
        grads: after `backward`, the gradients of the last `loss` by the parameters.
        dstate: after `backward`, the gradient by the starting state.
        last_state: the state after the latest `loss` or `predict`, to be handed on.
        looks_ahead: whether a result may depend on later steps.
    """

    loss_function: Loss
    grads: Mapping[str, Array] = MappingProxyType({})
    dstate: State = None
    last_state: State = None
    pending: tuple[Trace, Array] | None = None
    looks_ahead: bool = False

    def __init__(self, *, loss: Loss, **layers: Layer) -> None:
        """Join the layers, which stay the caller's.

        Args:
            loss: `squared_error`, `sigmoid_cross_entropy`, `softmax_cross_entropy`, or a `Loss` of your own.
            layers: by name, in the order of the data.

        Raises:
            TypeError: no `Loss`, no `Layer`, layers of different float types, or with a face of their own.
            ValueError: no layer at all, a layer given twice, a name that is taken, sizes that do not fit, or an
                `Activation` below a loss that contains its own.
        """
        if not isinstance(loss, Loss):
            raise TypeError(f"loss: expected a Loss, got {short_repr(loss)}: write Loss(your_function, reading=…)")
        _check_layers(layers)
        outputs = [layer for layer in layers.values() if not isinstance(layer, Last)]
        if outputs and isinstance(outputs[-1], Activation) and loss.reading is not identity:
            raise ValueError(f"loss: {loss!r} contains its own activation, so expected no Activation at the end")
        self._layers, self.loss_function = layers, loss
        self._params_of = {name: layer.params for name, layer in layers.items()}
        self._params = Params(joined(self._params_of))
        self.looks_ahead = any(layer.looks_ahead for layer in layers.values())

    @property
    def layers(self) -> Mapping[str, Layer]:
        """The layers by name, in the order of the data."""
        return MappingProxyType(self._layers)

    @property
    def params(self) -> Params:
        """The live parameters of all layers; change them by `net.params.update(…)`."""
        return self._params

    def run(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Trace:
        """Compute what the last layer gives, and change nothing in the network.

        Args:
            x: what the first layer takes, (N, T, D) or tokens (N, T).
            state: the states to start from; zeros where none is given.
            mask: (N, T), True where a step counts.

        Returns:
            The trace: `out`, `state`, the traces of the layers by name in `saved`, and the mask of `out`.
        """
        with np.errstate(all="ignore"):  # a result that leaves the finite numbers is refused by name
            return self._run(x, state, mask)

    def _run(self, x: ArrayLike, state: State, mask: ArrayLike | None) -> Trace:
        if _is_mask(x, state):
            raise TypeError("state: expected a state, got booleans (N, T): write mask=… to give a mask")
        states, traces = self._by_layer("state", state), {}
        out: Any = x
        counts: Any = mask
        has_type = is_typed(x)  # a list has none: its numbers take that of the first parameters
        for name, layer in self._layers.items():
            if layer.params and not has_type:
                out, has_type = _as_type_of(layer, out), True
            traces[name] = trace = self._run_layer(name, out, states.get(name), counts)
            out, counts = trace.out, trace.mask
        return Trace(out, self._bare(traces), tuple(traces.values()), counts)

    def _run_layer(self, name: str, x: Any, state: State, mask: Any) -> Trace:
        """Return the trace of one layer; what goes wrong in it is told with its name."""
        layer = self._layers[name]
        if layer.params and layer.params is not self._params_of[name]:
            wanted = "those that the network was made of"
            raise ValueError(f"{name}.params: expected {wanted}, got others: change them by net.params.update(…)")
        try:
            trace = checked_run(layer, x, state, mask)
        except NotFinite as error:
            raise NotFinite(f"{name}: {error}") from None
        except Exception as error:
            error.add_note(f"in the layer {name}={short_repr(layer)}")
            raise
        has_steps = mask is not None and trace.out.ndim > 2 and trace.out.shape[:2] == np.shape(mask)
        if has_steps and trace.mask is None:
            raise TypeError(f"{name}: expected the mask in the Trace, as {trace.out.shape} has steps, got None")
        return trace

    def back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        """Compute the gradients, and change nothing in the network.

        Args:
            trace: what `run` returned.
            dout: the gradient of the loss by `trace.out`.
            dstate: the gradient by `trace.state`; nothing where it is not given.
        """
        with np.errstate(all="ignore"):  # a gradient that leaves the finite numbers is refused by name
            grads = self._back(trace, dout, dstate)
        insist_on_finite_grads(grads)
        return grads

    def _back(self, trace: Trace, dout: ArrayLike, dstate: State = None) -> Grads:
        dstates, found = self._by_layer("dstate", dstate), {}
        dx: Any = dout
        for (name, layer), of_layer in zip(reversed(self._layers.items()), reversed(trace.saved), strict=True):
            found[name] = grads = checked_back(layer, of_layer, dx, dstates.get(name))
            dx = grads.x
        params = joined({name: found[name].params for name in self._layers})
        return Grads(params, dx, self._bare(found))

    def loss_and_grads(
        self, x: ArrayLike, target: Any, state: State = None, mask: ArrayLike | None = None
    ) -> tuple[float, Mapping[str, Array], State]:
        """Return the loss, its gradients by the parameters, and the state handed on; nothing is remembered.

        Args and errors are those of `loss`.
        """
        trace = self.run(x, state, mask)
        value, dout = self.loss_function(trace.out, target, trace.mask)
        return value, self.back(trace, dout).params, trace.state

    def loss(self, x: ArrayLike, target: Any, state: State = None, mask: ArrayLike | None = None) -> float:
        """Return the loss on a batch, and keep what `backward` needs.

        Args:
            x: what the first layer takes, (N, T, D) or tokens (N, T).
            target: what the loss compares with.
            state: the states to start from; zeros where none is given.
            mask: (N, T), True where a step counts: each row True from its start and False from its end on.

        Raises:
            TypeError, ValueError: what a layer or the loss refuses; a pending backward stays as it was.
            NotFinite: a result leaves the finite numbers.
        """
        trace = self.run(x, state, mask)
        value, dout = self.loss_function(trace.out, target, trace.mask)
        self.pending, self.last_state = copied((trace, dout)), copied(trace.state)
        return value

    def backward(self) -> Array | None:
        """Set `grads` and `dstate` to the gradients of the last loss, and return the one by x.

        Raises:
            RuntimeError: there was no loss before.
        """
        if self.pending is None:
            raise RuntimeError("backward needs a loss before it: call loss first")
        grads = self.back(*self.pending)
        self.grads, self.dstate = grads.params, grads.state
        return grads.x

    def predict(self, x: ArrayLike, state: State = None, mask: ArrayLike | None = None) -> Array:
        """Return what a user reads: the loss's reading of what comes out, probabilities for a cross-entropy.

        What comes out itself, logits for a cross-entropy, is `run(x).out`.

        It never disturbs a pending backward. Args and errors are those of `loss`.
        """
        trace = self.run(x, state, mask)
        self.last_state = copied(trace.state)
        return self.loss_function.reading(trace.out)

    def _by_layer(self, name: str, state: State) -> dict[str, State]:
        """Return a state, or a gradient by one, as {layer name: state}."""
        if state is None:
            return {}
        stateful = [name for name, layer in self._layers.items() if layer.has_state]
        if not stateful:
            raise TypeError(f"{name}: expected None, as no layer has a state, got {short_repr(state)}")
        if isinstance(state, dict):
            unknown = [layer for layer in state if layer not in stateful]
            if unknown:
                raise ValueError(f"{name}: expected states of {', '.join(stateful)}, got {unknown[0]!r}")
            return state
        if len(stateful) > 1:
            wanted = f"a dictionary with states of {', '.join(stateful)}"
            raise TypeError(f"{name}: expected {wanted}, got {short_repr(state)}")
        return {stateful[0]: state}

    def _bare(self, found: Mapping[str, Trace | Grads]) -> State:
        """Return the states of the layers as a network's state: of a single layer with a state, that state itself."""
        states = {name: found[name].state for name, layer in self._layers.items() if layer.state_names}
        if len(states) == 1:
            (state,) = states.values()
            return state
        return states or None

    def __getattr__(self, name: str) -> Layer:
        layers = self.__dict__.get("_layers", {})
        if name not in layers:
            raise AttributeError(f"Network has neither an attribute nor a layer named {name!r}")
        return layers[name]

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_layers", {}):
            raise AttributeError(f"{name}: a network keeps its layers: make a new one, Network({name}=…, …)")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        lines = [f"    {name}={layer!r},\n" for name, layer in self._layers.items()]
        return f"Network(\n{''.join(lines)}    loss={self.loss_function!r},\n)"


def _as_type_of(layer: Layer, array: Any) -> Any:
    """Return an array of floats in the type that a layer works in, and anything else as it is."""
    if isinstance(array, np.ndarray) and array.dtype.kind == "f":
        return array.astype(layer.dtype, copy=False)
    return array


def _is_mask(x: ArrayLike, state: State) -> bool:
    """Tell whether what is given as a state are booleans (N, T)."""
    if state is None or isinstance(state, dict | tuple):
        return False
    with suppress(TypeError, ValueError):  # what NumPy cannot read is refused by name later
        array = np.asarray(state)
        return array.dtype == bool and array.shape == np.shape(x)[:2]
    return False


def _check_layers(layers: dict[str, Layer]) -> None:
    if not layers:
        raise ValueError("layers: expected at least one, as in Network(rnn=…, readout=…, loss=…), got none")
    n_features = dtype = None
    owners: dict[int, str] = {}
    for name, layer in layers.items():
        if not isinstance(layer, Layer):
            raise TypeError(f"{name}: expected a layer, got {short_repr(layer)}")
        if hasattr(Network, name) or name in Network.__annotations__:
            raise ValueError(f"{name}: expected a name that Network does not use itself")
        if not name.isidentifier() or iskeyword(name) or name.startswith("_"):
            raise ValueError(f"{name!r}: expected a name that can be written as net.name")
        check_part(name, layer, "a network")
        for part in (layer, *layer.params.values()):  # a layer may be part of another one
            if id(part) in owners:
                raise ValueError(f"{name}: expected a layer of its own, got the same one as {owners[id(part)]}")
            owners[id(part)] = name
        if None not in (n_features, layer.n_in) and layer.n_in != n_features:
            raise ValueError(f"{name}: expected a layer that takes {n_features} features, got {layer!r}")
        if layer.params and layer.dtype != (dtype or layer.dtype):
            raise TypeError(f"{name}: expected {dtype}, as the layers before, got {layer.dtype}")
        n_features = n_features if layer.n_out is None else layer.n_out
        dtype = layer.dtype if layer.params else dtype
