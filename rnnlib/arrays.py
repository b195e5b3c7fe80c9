"""The door: every array that enters rnnlib is copied here, or refused in one line."""

import re
from functools import lru_cache
from typing import Any

import numpy as np


def as_array(name: str, value: Any, axes: str, dtype: np.dtype, **sizes: int) -> np.ndarray:
    """Return a copy of `value` as a finite float array with the named axes.

    Args:
        name: the argument's name, for the message.
        value: anything NumPy can turn into an array of real numbers.
        axes: the shape in letters, such as "(N, T, D)"; "(..., D)" leaves the leading axes free.
        dtype: the float type to return; integers are converted, wider floats are refused.
        sizes: the length of each axis that is known, such as D=2.

    Raises:
        TypeError: None, text, objects, complex numbers, masks, or floats that would lose digits.
        ValueError: a wrong shape, an empty axis, rows of different lengths, NaN or infinity.
    """
    known = tuple(sizes.items())
    wanted = _in_words(axes, known)
    array = as_rectangle(name, value, wanted)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers {wanted}, got {array.dtype} {array.shape}")
    if not _fits(array.shape, axes, known):
        raise ValueError(f"{name}: expected {wanted}, got {array.shape}")
    if 0 in array.shape:
        raise ValueError(f"{name}: expected {wanted}, no axis empty, got {array.shape}")
    if array.dtype.kind == "f" and array.dtype != dtype and not np.can_cast(array.dtype, dtype):
        raise TypeError(f"{name}: expected {np.dtype(dtype)} {wanted}, got {array.dtype}, which would lose digits")
    array = array.astype(dtype, order="C")
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: expected finite numbers {wanted}, got {array[where]} at {where}")
    return array


def as_rectangle(name: str, value: Any, wanted: str) -> np.ndarray:
    """Return `value` as an array of any type; `wanted` says in the message what was expected.

    Raises:
        TypeError: None, or a masked array.
        ValueError: rows of different lengths.
    """
    if value is None:
        raise TypeError(f"{name}: expected {wanted}, got None")
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: expected {wanted}, got a masked array {value.shape}")
    try:
        return np.asarray(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: expected {wanted}, got rows of different lengths") from None


@lru_cache  # the same few shapes come by thousands of times in training
def _in_words(axes: str, known: tuple[tuple[str, int], ...]) -> str:
    return axes + (" with " if known else "") + ", ".join(f"{letter} = {size}" for letter, size in known)


@lru_cache
def _fits(shape: tuple[int, ...], axes: str, known: tuple[tuple[str, int], ...]) -> bool:
    letters, sizes = re.findall(r"\w+", axes), dict(known)
    if "..." in axes:
        shape = shape[max(len(shape) - len(letters), 0) :]
    if len(shape) != len(letters):
        return False
    return all(sizes.get(letter, size) == size for letter, size in zip(letters, shape, strict=True))


def float_type(*arrays: Any) -> np.dtype:
    """Return float32 where every array given is float32, and float64 otherwise."""
    given = {np.dtype(getattr(array, "dtype", np.float64)) for array in arrays if array is not None}
    return np.dtype(np.float32) if given == {np.dtype(np.float32)} else np.dtype(np.float64)


def as_size(name: str, value: Any) -> int:
    """Return `value` as a whole number of at least 1, or refuse it.

    Raises:
        TypeError: not a whole number.
        ValueError: below 1.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: expected a whole number, got {value!r}")
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")
    return int(value)


def as_positive(name: str, value: float) -> float:
    """Return `value` where it is a finite number above 0, or refuse it with a ValueError."""
    if not isinstance(value, int | float | np.integer | np.floating) or not 0 < value < np.inf:
        raise ValueError(f"{name}: expected a finite number above 0, got {value}")
    return value


def as_generator(rng: Any) -> np.random.Generator:
    """Return `rng` where it is a numpy.random.Generator, or refuse it with a TypeError."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected numpy.random.default_rng(seed), got {type(rng).__name__}")
    return rng
