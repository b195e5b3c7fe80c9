"""Sequences of different lengths: padded to one, masked, and batched so that little is padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.validation import as_ndarray, check_finite, check_generator, check_int, check_whole_numbers


def mask_from_lengths(lengths: ArrayLike, n_steps: int | None = None) -> NDArray[np.bool_]:
    """Return the mask (N, T) that is True at the first lengths[n] steps of row n.

    Args:
        lengths: (N,), whole numbers of at least 1.
        n_steps: T, at least the longest length; the longest length where it is not given.

    Raises:
        TypeError, ValueError: lengths that are no whole numbers (N,), a length of 0, a T that is too short.

    >>> mask_from_lengths([3, 1]).astype(int)
    array([[1, 1, 1],
           [1, 0, 0]])
    """
    lengths = check_whole_numbers("lengths", lengths, "(N,)", below=np.iinfo(np.int64).max)
    if lengths.min() == 0:
        raise ValueError(f"lengths: expected at least 1, got 0 at {lengths.argmin()}")
    longest = int(lengths.max())
    T = longest if n_steps is None else check_int("n_steps", n_steps)
    if longest > T:
        raise ValueError(f"n_steps: expected at least the longest length, {longest}, got {T}")
    return np.arange(T) < lengths[:, np.newaxis]  # (N, T)


def pad(sequences: Sequence[ArrayLike], n_steps: int | None = None) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return sequences of different lengths as one array, with zeros behind each one's end, and its mask.

    Args:
        sequences: N of them, each (length,) or (length, D), all of one kind: whole numbers or real ones.
        n_steps: T, at least the longest length; the longest length where it is not given.

    Returns:
        The array (N, T) or (N, T, D), and the mask (N, T), True where a step is a sequence's own.

    Raises:
        TypeError, ValueError: no sequence, an empty one, different D, other things than finite numbers, a T that is too
            short.

    >>> x, mask = pad([[5, 6, 7], [8]])
    >>> x
    array([[5, 6, 7],
           [8, 0, 0]])
    """
    arrays = _check_sequences(sequences)
    mask = mask_from_lengths([len(array) for array in arrays], n_steps)
    padded = np.zeros((*mask.shape, *arrays[0].shape[1:]), np.result_type(*arrays))
    padded[mask] = np.concatenate(arrays)
    return padded, mask


def batches_by_length(
    lengths: ArrayLike, batch_size: int, *, rng: np.random.Generator | None = None
) -> list[NDArray[np.intp]]:
    """Return which sequences to put into one batch: those of like lengths, so that little is padded.

    Args:
        lengths: (n,), whole numbers of at least 1.
        batch_size: how many sequences a batch has; the last one may have fewer.
        rng: draws the order among equal lengths, and the order of the batches; without it, both stay sorted.

    Returns:
        Indices (batch_size,) into `lengths`, each once.

    Raises:
        TypeError, ValueError: lengths that do not fit, a batch_size below 1, another source of randomness.

    >>> batches_by_length([3, 9, 2, 8], batch_size=2)
    [array([2, 0]), array([3, 1])]
    """
    lengths = check_whole_numbers("lengths", lengths, "(n,)", below=np.iinfo(np.int64).max)
    if lengths.min() < 1:
        raise ValueError(f"lengths: expected whole numbers of at least 1, got {lengths.min()}")
    size = check_int("batch_size", batch_size)
    order = np.arange(len(lengths)) if rng is None else check_generator(rng).permutation(len(lengths))
    order = order[np.argsort(lengths[order], kind="stable")]
    batches = [order[start : start + size] for start in range(0, len(order), size)]
    if rng is not None:
        batches = [batches[i] for i in rng.permutation(len(batches))]
    return batches


def _check_sequences(sequences: Any) -> list[np.ndarray]:
    if isinstance(sequences, str | bytes) or not isinstance(sequences, Sequence | np.ndarray):
        raise TypeError(f"sequences: expected a list of sequences, got {type(sequences).__name__}")
    wanted = "(length,) or (length, D)"
    arrays = [as_ndarray(f"sequences[{n}]", sequence, wanted) for n, sequence in enumerate(sequences)]
    if not arrays:
        raise ValueError("sequences: expected at least one, got none")
    first = arrays[0].shape[1:]
    for n, array in enumerate(arrays):
        if array.dtype.kind not in "iuf":
            raise TypeError(f"sequences[{n}]: expected numbers, got {array.dtype} {array.shape}")
        if array.ndim not in (1, 2) or 0 in array.shape or array.shape[1:] != first:
            shape = f"(length, {first[0]})" if len(first) == 1 else wanted
            raise ValueError(f"sequences[{n}]: expected {shape}, no axis empty, got {array.shape}")
    kinds = {array.dtype.kind in "iu" for array in arrays}
    if len(kinds) > 1:
        raise TypeError("sequences: expected whole numbers in all of them or in none, got both")
    for n, array in enumerate(arrays):
        check_finite(f"sequences[{n}]", array)
    return arrays
