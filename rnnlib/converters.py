"""The weights of recurrent layers, from and to PyTorch, Keras and the book ゼロから作る Deep Learning ❷.

What differs elsewhere is the order of the gates, the side of the transposition, the number of biases and, in the
book's GRU, the meaning of z. Which layer the weights belong to is read from their shapes: 1, 4 or 3 blocks of H.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.activations import find_activation
from rnnlib.layers import GRU, LSTM, Layer, SimpleRNN
from rnnlib.validation import as_ndarray, check_mapping, short_repr

Array = NDArray[np.floating]

ORDER = {
    "rnnlib": {SimpleRNN: "h", LSTM: "ifgo", GRU: "rzn"},
    "PyTorch": {SimpleRNN: "h", LSTM: "ifgo", GRU: "rzn"},
    "Keras": {SimpleRNN: "h", LSTM: "ifgo", GRU: "zrn"},  # Keras writes c for g, and h for n
    "zerotsuku2": {SimpleRNN: "h", LSTM: "fgio", GRU: "zrn"},  # the book writes h for n
}


def from_pytorch(weights: Mapping[str, ArrayLike], suffix: str = "l0", activation: str = "tanh") -> Layer:
    """Return the layer with the weights of one layer of `torch.nn.RNN`, `LSTM` or `GRU`.

    Args:
        weights: a `state_dict()`, or a part of it: weight_ih_l0 (blocks H, D), weight_hh_l0 (blocks H, H) and, unless
            the layer has no bias, bias_ih_l0 and bias_hh_l0 (blocks H,).
        suffix: which layer: "l0" is the lowest, "l0_reverse" the one that reads it backwards.
        activation: of a simple layer, PyTorch's `nonlinearity`.

    Raises:
        KeyError, TypeError, ValueError: a name that is missing, shapes that do not fit.

    >>> rnn = from_pytorch({"weight_ih_l0": [[1.0, 2.0]], "weight_hh_l0": [[0.5]]})
    >>> rnn.params["W_x"].shape, from_pytorch(to_pytorch(rnn)).params["W_h"]
    ((2, 1), array([[0.5]]))
    """
    arrays = {
        name: as_ndarray(name, weights[f"{name}_{suffix}"], "an array")
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        if f"{name}_{suffix}" in check_mapping("weights", weights) or name.startswith("weight")
    }
    if f"weight_hr_{suffix}" in weights:
        raise ValueError(f"weights: expected a layer without projection, got one with weight_hr_{suffix}")
    if len(arrays) == 3:
        raise ValueError(f"weights: expected bias_ih_{suffix} and bias_hh_{suffix} or neither, got one of them")
    W_x, W_h = arrays.pop("weight_ih").T, arrays.pop("weight_hh").T
    return _layer("PyTorch", W_x, W_h, list(arrays.values()), activation, reset_after=True)


def to_pytorch(layer: Layer, suffix: str = "l0") -> dict[str, Array]:
    """Return the layer's weights by PyTorch's names, as `load_state_dict` needs them once they are tensors.

    Raises:
        TypeError: a layer that is none of SimpleRNN, LSTM and GRU.
        ValueError: a GRU with the reset before the product, or an activation, that PyTorch does not have.
    """
    W_x, W_h, biases = _weights("PyTorch", layer)
    if isinstance(layer, GRU) and not layer.reset_after:
        raise ValueError("layer: expected a GRU with reset_after=True, as PyTorch has no other, got reset_after=False")
    if isinstance(layer, SimpleRNN) and layer.activation not in ("tanh", "relu"):
        raise ValueError(f"layer: expected tanh or relu, as PyTorch has no other, got {layer.activation}")
    if len(biases) == 1:
        biases = [*biases, np.zeros_like(biases[0])]
    named = {"weight_ih": W_x.T, "weight_hh": W_h.T} | dict(zip(("bias_ih", "bias_hh"), biases, strict=False))
    return {f"{name}_{suffix}": np.ascontiguousarray(array) for name, array in named.items()}


def from_keras(weights: Sequence[ArrayLike], activation: str = "tanh", reset_after: bool | None = None) -> Layer:
    """Return the layer with the weights of `keras.layers.SimpleRNN`, `LSTM` or `GRU`.

    Args:
        weights: what `get_weights()` returns: kernel (D, blocks H), recurrent_kernel (H, blocks H) and, unless the
            layer has no bias, bias (blocks H,), or (2, 3H) of a GRU with the reset after the product.
        activation: of a simple layer.
        reset_after: of a GRU without bias; with one, the bias tells.

    Raises:
        TypeError, ValueError: shapes that do not fit, or a GRU without bias and without `reset_after`.
    """
    arrays = _two_or_three("weights", weights, "kernel, recurrent_kernel and bias")
    is_gru = _kind(arrays[1]) is GRU
    if is_gru and any(array.ndim == 2 and len(array) != 2 for array in arrays[2:]):
        raise ValueError(f"bias: expected (3H,) or (2, 3H), got {arrays[2].shape}")
    biases = [bias for array in arrays[2:] for bias in (array if is_gru and array.ndim == 2 else [array])]
    if biases or not is_gru:
        if is_gru and reset_after not in (None, len(biases) == 2):
            raise ValueError(f"reset_after: expected {len(biases) == 2}, as the bias tells, got {reset_after}")
        reset_after = len(biases) == 2
    elif reset_after is None:
        raise ValueError("reset_after: expected True or False for a GRU without bias, got None")
    return _layer("Keras", arrays[0], arrays[1], biases, activation, reset_after)


def to_keras(layer: Layer) -> list[Array]:
    """Return the layer's weights as Keras's `set_weights` needs them.

    Raises:
        TypeError: a layer that is none of SimpleRNN, LSTM and GRU.
    """
    W_x, W_h, biases = _weights("Keras", layer)
    return [W_x, W_h, *([np.stack(biases)] if len(biases) == 2 else biases)]


def from_zerotsuku2(weights: Sequence[ArrayLike]) -> Layer:
    """Return the layer with the weights of the book's TimeRNN, TimeLSTM or TimeGRU.

    Args:
        weights: Wx (D, blocks H), Wh (H, blocks H) and, but for TimeGRU, b (blocks H,).

    Raises:
        TypeError, ValueError: shapes that do not fit.
    """
    arrays = _two_or_three("weights", weights, "Wx, Wh and b")
    return _layer("zerotsuku2", arrays[0], arrays[1], arrays[2:], "tanh", reset_after=False)


def to_zerotsuku2(layer: Layer) -> list[Array]:
    """Return the layer's weights as the book's TimeRNN, TimeLSTM or TimeGRU needs them.

    Raises:
        TypeError: a layer that is none of SimpleRNN, LSTM and GRU.
        ValueError: a GRU that has the reset after the product, or a bias: the book's has neither.
    """
    if isinstance(layer, GRU) and (layer.reset_after or "b" in layer.params):
        raise ValueError(f"layer: expected a GRU with reset_after=False and no bias, as the book's, got {layer!r}")
    W_x, W_h, biases = _weights("zerotsuku2", layer)
    return [W_x, W_h, *biases]


def _layer(source: str, W_x: Array, W_h: Array, biases: list[Array], activation: str, reset_after: bool) -> Layer:
    """Return the layer that these weights of somebody else's belong to."""
    kind = _kind(W_h)
    find_activation(activation)
    if kind is not SimpleRNN and activation != "tanh":
        raise ValueError(f"activation: expected tanh for the weights of {kind.__name__}, got {activation}")
    arrays = [_reordered(array, kind, source, "rnnlib") for array in (W_x, W_h, *biases)]
    (W_x, W_h), biases = arrays[:2], arrays[2:]
    if kind is GRU:
        names = ("b_x", "b_h") if reset_after else ("b",)
        return GRU(W_x, W_h, **dict(zip(names, biases, strict=False)), reset_after=reset_after)
    b = sum(biases[1:], start=biases[0]) if biases else None
    return LSTM(W_x, W_h, b) if kind is LSTM else SimpleRNN(W_x, W_h, b, activation)


def _weights(target: str, layer: Layer) -> tuple[Array, Array, list[Array]]:
    """Return copies of W_x, W_h and the biases of a layer, in the order that somebody else has."""
    kind = next((kind for kind in ORDER["rnnlib"] if isinstance(layer, kind)), None)
    if kind is None:
        raise TypeError(f"layer: expected a SimpleRNN, an LSTM or a GRU, got {short_repr(layer)}")
    W_x, W_h, *biases = (_reordered(array, kind, "rnnlib", target) for array in layer.params.values())
    return W_x, W_h, biases


def _kind(W_h: Array) -> type[Layer]:
    """Return the layer whose number of blocks W_h (H, blocks H) has."""
    if W_h.ndim == 2:
        for kind, order in ORDER["rnnlib"].items():
            if W_h.shape[1] == len(order) * W_h.shape[0]:
                return kind
    raise ValueError(
        f"weights: expected 1, 3 or 4 blocks of H beside H nodes, got {W_h.shape} for the recurrent matrix"
    )


def _reordered(array: Array, kind: type[Layer], source: str, target: str) -> Array:
    """Return a copy of (…, blocks H) with its blocks in the order of the target."""
    before, after = ORDER[source][kind], ORDER[target][kind]
    if array.ndim == 0 or array.shape[-1] % len(before):
        raise ValueError(f"weights: expected {len(before)} blocks of columns, got {array.shape}")
    block = dict(zip(before, np.split(array, len(before), axis=-1), strict=True))
    if kind is GRU and "zerotsuku2" in (source, target):
        block["z"] = -block["z"]  # the book's z is 1 - z of all others, and 1 - σ(a) = σ(-a)
    return np.concatenate([block[gate] for gate in after], axis=-1)


def _two_or_three(name: str, weights: Sequence[ArrayLike], wanted: str) -> list[np.ndarray]:
    if not isinstance(weights, list | tuple) or len(weights) not in (2, 3):
        raise TypeError(f"{name}: expected a list of {wanted}, got {short_repr(weights)}")
    return [as_ndarray(name, array, wanted) for array in weights]
