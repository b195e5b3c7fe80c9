"""The door: every array that enters rnnlib is copied here, or refused in one line."""

import math
import re
import sys
from collections.abc import Callable
from contextlib import suppress
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
    with np.errstate(over="ignore"):  # a whole number beyond a narrow float becomes infinity, and is refused
        array = array.astype(dtype, order="C")
    if not _is_finite(array):
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
    given = {np.dtype(getattr(array, "dtype", np.float64)).newbyteorder("=") for array in arrays if array is not None}
    return np.dtype(np.float32) if given == {np.dtype(np.float32)} else np.dtype(np.float64)


def as_real(name: str, value: Any) -> np.ndarray:
    """Return `value`, uncopied where possible, as a float array of any shape; refuse what holds no real numbers."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    array = as_rectangle(name, value, "real numbers")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype} {array.shape}")
    return array if array.dtype.kind == "f" else array.astype(float)


def insist_on_finite(name: str, result: str, *arrays: Any) -> None:
    """Refuse an argument from which numbers beyond the type come: infinity, or NaN as their difference."""
    if not all(map(_is_finite, arrays)):
        raise ValueError(f"{name}: expected finite numbers that leave {result} finite, got an overflow")


def _is_finite(array: Any) -> bool:
    # The sum of squares is quick; only where it overflows must we look at every number.
    return math.isfinite(np.vdot(array, array)) or bool(np.isfinite(array).all())


def said(value: Any) -> str:
    """Return a value in one short line, for a message."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # a whole number of more digits than Python prints
        return f"{type(value).__name__} of {value.bit_length()} bits"
    return text if len(text) <= 80 else f"{text[:77]}..."


def as_size(name: str, value: Any, least: int = 1, most: int = sys.maxsize) -> int:
    """Return `value` as a whole number in a range, or refuse it.

    Raises:
        TypeError: not a whole number.
        ValueError: outside the range.
    """
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: expected a whole number, got {said(value)}")
    if not least <= value <= most:
        wanted = (
            f"at least {least}" if value < least and most == sys.maxsize else f"a whole number from {least} to {most}"
        )
        raise ValueError(f"{name}: expected {wanted}, got {said(int(value))}")
    return int(value)


def as_number(name: str, value: Any, wanted: str, fits: Callable[[float], bool]) -> float:
    """Return `value` as a float where it is a number that fits, or refuse it with a ValueError."""
    number = np.nan
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool | np.timedelta64):
        with suppress(OverflowError), np.errstate(over="ignore"):
            number = float(value)
    if not fits(number):
        raise ValueError(f"{name}: expected {wanted}, got {said(value)}")
    return number


def as_positive(name: str, value: Any) -> float:
    """Return `value` as a float where it is a finite number above 0, or refuse it with a ValueError."""
    return as_number(name, value, "a finite number above 0", lambda number: 0 < number < np.inf)


def as_function(name: str, value: Any) -> Callable:
    """Return `value` where it can be called, or refuse it with a TypeError."""
    if not callable(value):
        raise TypeError(f"{name}: expected a function, got {said(value)}")
    return value


def as_named(name: str, value: Any) -> dict[str, Any]:
    """Return `value` where it is a dictionary whose keys are names, or refuse it with a TypeError."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise TypeError(f"{name}: expected a dictionary with names as keys, got {said(value)}")
    return value


def as_generator(rng: Any) -> np.random.Generator:
    """Return `rng` where it is a numpy.random.Generator, or refuse it with a TypeError."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected numpy.random.default_rng(seed), got {type(rng).__name__}")
    return rng


def as_float_type(dtype: Any) -> np.dtype:
    """Return float32 or float64, by whatever name, or refuse it with a TypeError."""
    with suppress(TypeError, ValueError):
        if np.dtype(dtype) in (np.float32, np.float64):
            return np.dtype(dtype)
    raise TypeError(f"dtype: expected float or numpy.float32, got {said(dtype)}")
