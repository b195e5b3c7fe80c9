"""Proofs: a claim that is printed with a ✓ only if the numbers bear it out."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np


def proof(claim: str, actual: Any, expected: Any = True, *, atol: float = 0.0) -> None:
    """Print `✓ claim` where `actual` equals `expected`, and raise otherwise.

    Args:
        claim: the sentence that is proved.
        actual: what was computed: a number, an array, a shape, or True or False.
        expected: what it must be, in the same shape; left out, `actual` must be True.
        atol: the largest difference allowed in any element; 0 means exactly equal.

    Raises:
        AssertionError: the claim is false; the message shows both sides.
        TypeError: `expected` is left out and `actual` is no single True or False.
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    if expected.dtype == bool and expected.shape == () and (actual.dtype != bool or actual.shape != ()):
        raise TypeError(f"{claim}: without a value to compare with, a proof needs one True or False, got {actual}")
    if actual.shape != expected.shape:
        raise AssertionError(f"{claim}: shape {actual.shape} is not {expected.shape}")
    if atol == 0:
        equal = np.array_equal(actual, expected)
    else:
        equal = bool(np.all(np.abs(actual - expected) <= atol))  # NaN compares false
    if not equal:
        raise AssertionError(f"{claim}: not so\ncomputed:\n{actual}\nexpected:\n{expected}")
    print(f"✓ {claim}" + (f" (within {atol:g})" if atol else ""))


def raises(error: type[Exception], call: Callable[[], Any], match: str = "") -> None:
    """Print the error that `call` raises, and fail where it raises no such error.

    Args:
        error: the type of error that is expected.
        call: a function without arguments.
        match: a regular expression that must occur in the message.

    Raises:
        AssertionError: no error came, or one of another type or with another message.
    """
    try:
        call()
    except Exception as caught:
        if not isinstance(caught, error) or not re.search(match, str(caught)):
            raise AssertionError(
                f"expected {error.__name__} with {match!r}, got {type(caught).__name__}: {caught}"
            ) from caught
        print(f"✓ raised {type(caught).__name__}: {caught}")
    else:
        raise AssertionError(f"expected {error.__name__}, but no error came")
