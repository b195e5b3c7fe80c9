"""What enters rnnlib is checked here: converted to what the code works with, or refused in one line."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)


class NotFinite(FloatingPointError):
    """A computation left the finite numbers, although its arguments were finite."""


def check_array(name: str, value: ArrayLike, axes: str, dtype: DTypeLike, **sizes: int) -> NDArray[np.floating]:
    """Return `value` as a finite float array with the named axes, uncopied where it is one already.

    Args:
        name: the argument's name, for the message.
        value: anything NumPy can turn into an array of real numbers.
        axes: the shape in letters, such as "(N, T, D)"; "(..., D)" leaves the leading axes free.
        dtype: the float type to return. Integers and lists are converted; wider floats are refused.
        sizes: the length of each axis that is known, such as D=2.

    Raises:
        TypeError: None, text, objects, complex numbers, masked arrays, or floats that would lose digits.
        ValueError: a wrong shape, an empty axis, rows of different lengths, NaN or infinity.

    >>> check_array("x", [[1, 2, 3]], "(N, D)", float, D=2)
    Traceback (most recent call last):
    ValueError: x: expected (N, D) with D = 2, got (1, 3)
    """
    known = tuple(sizes.items())
    array = value if type(value) is np.ndarray else as_ndarray(name, value, axes, known)
    if not _fits(array.shape, axes, known):
        raise ValueError(f"{name}: expected {_in_words(axes, known)}, got {array.shape}")
    if array.size == 0:
        raise ValueError(f"{name}: expected {_in_words(axes, known)}, no axis empty, got {array.shape}")
    if array.dtype is not dtype and array.dtype != dtype:
        array = _converted(name, value, array, _in_words(axes, known), np.dtype(dtype))
    if not is_finite(array):
        check_finite(name, array, " " + _in_words(axes, known))
    return array


def check_finite(name: str, array: np.ndarray, axes: str = "") -> None:
    """Refuse an array that holds NaN or infinity with a ValueError that tells where."""
    if not is_finite(array):
        where = _first(~np.isfinite(array))
        raise ValueError(f"{name}: expected finite numbers{axes}, got {array[where]} at {where}")


def check_in_place(name: str, array: Any) -> NDArray[np.floating]:
    """Return `array` where it is a float32 or float64 array that can be changed in place.

    Raises:
        TypeError: anything else than such an array.
        ValueError: an array that cannot be written to.
    """
    if type(array) is np.ndarray and array.dtype in (FLOAT64, FLOAT32) and array.flags.writeable:
        return array  # as nearly all are
    is_plain = isinstance(array, np.ndarray) and not isinstance(array, np.ma.MaskedArray)
    if not is_plain or array.dtype.newbyteorder("=") not in (FLOAT32, FLOAT64):
        got = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name}: expected a float array, to be changed in place, got {got}")
    if not array.flags.writeable:
        raise ValueError(f"{name}: expected an array to be changed in place, got a read-only one")
    return array


def _converted(name: str, value: Any, array: np.ndarray, wanted: str, dtype: np.dtype) -> np.ndarray:
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers {wanted}, got {array.dtype} {array.shape}")
    if array.dtype.kind == "f" and is_typed(value) and not np.can_cast(array.dtype, dtype):
        raise TypeError(f"{name}: expected {dtype} {wanted}, got {array.dtype.name}, which would lose digits")
    with np.errstate(all="ignore"):  # what is too large for a narrow float becomes infinity, and is refused
        return array.astype(dtype)


def as_ndarray(name: str, value: Any, axes: str, known: tuple[tuple[str, int], ...] = ()) -> np.ndarray:
    """Return `value` as an array of whatever type NumPy gives it, uncopied where it is one already.

    Raises:
        TypeError: None, a masked array, or what NumPy cannot read.
        ValueError: rows of different lengths.
    """
    if type(value) is np.ndarray:
        return value
    wanted = _in_words(axes, known)
    if value is None:
        raise TypeError(f"{name}: expected {wanted}, got None")
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name}: expected {wanted}, got a masked array {value.shape}")
    try:
        return np.asarray(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: expected {wanted}, got rows of different lengths") from None
    except (TypeError, RuntimeError) as error:
        raise TypeError(f"{name}: expected {wanted}, got a {type(value).__name__}: {error}") from None


@lru_cache
def _in_words(axes: str, known: tuple[tuple[str, int], ...]) -> str:
    return axes + (" with " if known else "") + ", ".join(f"{letter} = {size}" for letter, size in known)


@lru_cache  # the same few shapes come by thousands of times in training
def _fits(shape: tuple[int, ...], axes: str, known: tuple[tuple[str, int], ...]) -> bool:
    letters, sizes = re.findall(r"\w+", axes), dict(known)
    if "..." in axes:
        shape = shape[max(len(shape) - len(letters), 0) :]
    if len(shape) != len(letters):
        return False
    return all(sizes.get(letter, size) == size for letter, size in zip(letters, shape, strict=True))


def _first(condition: np.ndarray) -> tuple[int, ...]:
    return tuple(int(i) for i in np.argwhere(condition)[0])


def check_real(name: str, value: ArrayLike) -> NDArray[np.floating]:
    """Return `value`, uncopied where possible, as a float array of any shape; refuse what holds no real numbers."""
    array = as_ndarray(name, value, "real numbers")
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, got {array.dtype} {array.shape}")
    return array if array.dtype.kind == "f" else array.astype(float)


def is_finite(array: np.ndarray) -> bool:
    """Tell whether an array holds neither NaN nor infinity."""
    # The sum of squares is quick; only where it overflows must each number be looked at.
    flat = array.ravel(order="K")  # in the order of memory, so that axes that were swapped cost no copy
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(array).all())


def insist_on_finite(name: str, result: ArrayLike) -> None:
    """Raise NotFinite where a result that was computed from finite numbers holds NaN or infinity.

    Of a result (N, T, K) the first such step is named, counted from 1.
    """
    array = np.asarray(result)
    if not is_finite(array):
        finite = np.isfinite(array)
        where = f" from step {finite.all(axis=(0, 2)).argmin() + 1} on" if array.ndim == 3 else ""
        raise NotFinite(f"{name} is not finite{where}")


def common_float_type(*arrays: ArrayLike | None) -> np.dtype:
    """Return float32 where every array given is of float32, and float64 otherwise; lists have no type."""
    types = {_type_of(array) for array in arrays if is_typed(array)}
    return FLOAT32 if types == {FLOAT32} else FLOAT64


def is_typed(value: Any) -> bool:
    """Tell whether a value has a type of its own; lists and Python's numbers have none."""
    return hasattr(value, "__array__")


def _type_of(array: Any) -> np.dtype | None:
    if type(array) is np.ndarray:
        return array.dtype.newbyteorder("=")
    with suppress(TypeError, ValueError, RuntimeError):  # what NumPy cannot read is refused by name later
        return np.asarray(array).dtype.newbyteorder("=")
    return None


def check_mask(mask: ArrayLike | None, N: int, T: int) -> NDArray[np.bool_] | None:
    """Return a mask (N, T) whose rows are True from their start and False from their end on; None stays None.

    Raises:
        TypeError: not made of booleans.
        ValueError: another shape, a row without True, a row that is True again after a False.
    """
    if mask is None:
        return None
    mask = check_any_mask(mask, (N, T))
    if not mask[:, 0].all():
        raise ValueError(
            f"mask: expected True at the first step of each row, got False in row {_first(~mask[:, 0])[0]}"
        )
    again = mask[:, 1:] & ~mask[:, :-1]
    if again.any():
        raise ValueError(f"mask: expected no True after a False in a row, got one at {_first(again)}")
    return mask


def check_any_mask(mask: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a mask (N, T) of booleans with at least one True.

    Raises:
        TypeError: not made of booleans.
        ValueError: another shape than `shape`, or no True at all.
    """
    array = as_ndarray("mask", mask, "(N, T)")
    if array.dtype != bool:
        raise TypeError(f"mask: expected booleans (N, T), got {array.dtype} {array.shape}")
    if array.shape != shape:
        raise ValueError(f"mask: expected (N, T) = {shape}, got {array.shape}")
    if not array.any():
        raise ValueError("mask: expected at least one True, got none")
    return array


def check_whole_numbers(name: str, value: ArrayLike, axes: str, below: int) -> NDArray[np.integer]:
    """Return `value` as an array of whole numbers from 0 to `below` - 1, with the axes that `axes` names.

    Raises:
        TypeError: not whole numbers.
        ValueError: a wrong shape, an empty axis, or a number outside the range.
    """
    array = as_ndarray(name, value, axes)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name}: expected whole numbers {axes}, got {array.dtype} {array.shape}")
    if not _fits(array.shape, axes, ()) or 0 in array.shape:
        raise ValueError(f"{name}: expected {axes}, no axis empty, got {array.shape}")
    if array.min() < 0 or array.max() >= below:
        raise ValueError(f"{name}: expected whole numbers from 0 to {below - 1}, got {array.min()} to {array.max()}")
    return array


def check_int(name: str, value: Any, least: int = 1, most: int = sys.maxsize) -> int:
    """Return `value` as a whole number in a range, or refuse it.

    Raises:
        TypeError: not a whole number.
        ValueError: outside the range.
    """
    if isinstance(value, bool | np.timedelta64) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name}: expected a whole number, got {short_repr(value)}")
    if not least <= value <= most:
        wanted = (
            f"at least {least}" if value < least and most == sys.maxsize else f"a whole number from {least} to {most}"
        )
        raise ValueError(f"{name}: expected {wanted}, got {short_repr(int(value))}")
    return int(value)


def check_number(name: str, value: Any, wanted: str, fits: Callable[[float], bool]) -> float:
    """Return `value` as a float where it is a number that fits, or refuse it with a ValueError."""
    number = np.nan
    if isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool | np.timedelta64):
        with suppress(OverflowError), np.errstate(over="ignore"):
            number = float(value)
    if not fits(number):
        raise ValueError(f"{name}: expected {wanted}, got {short_repr(value)}")
    return number


def check_positive(name: str, value: Any) -> float:
    """Return `value` as a float where it is a finite number above 0, or refuse it with a ValueError."""
    return check_number(name, value, "a finite number above 0", lambda number: 0 < number < np.inf)


def check_callable(name: str, value: Any) -> Callable:
    """Return `value` where it can be called, or refuse it with a TypeError."""
    if not callable(value):
        raise TypeError(f"{name}: expected a function, got {short_repr(value)}")
    return value


def check_mapping(name: str, value: Any) -> Mapping[str, Any]:
    """Return `value` where it is a mapping whose keys are names, or refuse it with a TypeError."""
    if not isinstance(value, Mapping) or not all(issubclass(kind, str) for kind in set(map(type, value))):
        raise TypeError(f"{name}: expected a dictionary with names as keys, got {short_repr(value)}")
    return value


def check_choice(name: str, value: Any, choices: Mapping[str, Any]) -> Any:
    """Return `choices[value]`, or refuse a name that is not among the choices with a ValueError that lists them."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: expected one of {', '.join(choices)}, got {short_repr(value)}")
    return choices[value]


def check_generator(rng: Any) -> np.random.Generator:
    """Return `rng` where it is a numpy.random.Generator, or refuse it with a TypeError."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng: expected numpy.random.default_rng(seed), got {type(rng).__name__}")
    return rng


def check_float_type(dtype: Any) -> np.dtype:
    """Return float32 or float64, by whatever name, or refuse it with a TypeError."""
    with suppress(TypeError, ValueError):
        if np.dtype(dtype) in (FLOAT32, FLOAT64):
            return np.dtype(dtype)
    raise TypeError(f"dtype: expected float or numpy.float32, got {short_repr(dtype)}")


def short_repr(value: Any) -> str:
    """Return a value in one short line, for a message."""
    try:
        text = " ".join(repr(value).split())
    except Exception:  # such as a whole number of more digits than Python prints
        return (
            f"{type(value).__name__} of {value.bit_length()} bits" if isinstance(value, int) else type(value).__name__
        )
    if len(text) > 80 and isinstance(value, np.ndarray):
        return f"an array {value.dtype} {value.shape}"
    return text if len(text) <= 80 else f"{text[:77]}..."
