"""What layers with gates share: blocks of columns side by side, one for each gate, and a state of several arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from rnnlib.layers.layer import Array, State
from rnnlib.validation import check_array, common_float_type, short_repr


def check_weights(count: int, W_x: ArrayLike, W_h: ArrayLike, biases: Mapping[str, ArrayLike]) -> dict[str, Array]:
    """Return copies of the weights of a layer with `count` gates, by name and checked.

    Args:
        count: how many blocks of H columns stand side by side.
        W_x: (D, count H).
        W_h: (H, count H).
        biases: (count H,) each, by name.

    Raises:
        TypeError, ValueError: weights that do not fit.
    """
    dtype = common_float_type(W_x, W_h, *biases.values())
    columns = f"{count}H"
    H = len(check_array("W_h", W_h, f"(H, {columns})", dtype))
    axes = {"W_x": f"(D, {columns})", "W_h": f"(H, {columns})"} | dict.fromkeys(biases, f"({columns},)")
    given = {"W_x": W_x, "W_h": W_h, **biases}
    return {name: check_array(name, given[name], axes[name], dtype, **{columns: count * H}).copy() for name in axes}


def drawn_gates(draw: Callable, count: int, shape: tuple[int, int], rng: np.random.Generator) -> Array:
    """Return matrices of one shape side by side, each drawn on its own: the weights of a layer with gates."""
    return np.concatenate([draw(shape, rng) for _ in range(count)], axis=1)


def split_gates(array: Array, count: int) -> Array:
    """Return the blocks of columns that stand side by side in (M, count H) one after the other: (count, M, H)."""
    M, columns = array.shape
    return array.reshape(M, count, columns // count).swapaxes(0, 1).copy()


def check_states(state: State, names: tuple[str, ...], dtype: np.dtype, N: int, H: int) -> list[Array]:
    """Return the arrays of a state of several, each (N, H), checked under its name.

    Raises:
        TypeError: not a tuple or list with an array for each name.
    """
    if not isinstance(state, tuple | list) or len(state) != len(names):
        raise TypeError(f"state: expected the pair ({', '.join(names)}), got {short_repr(state)}")
    return [check_array(name, array, "(N, H)", dtype, N=N, H=H) for name, array in zip(names, state, strict=True)]
