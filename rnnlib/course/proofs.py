"""Proofs and measurements: a claim that is printed with its mark only if the numbers bear it out.

`proof` is for what always holds: an identity, or a bound. `measured` is for a finding over seeds: it prints its
number, and another computer may print another one within the bounds. `found` prints a number, and promises nothing.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike


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


class NotMeasured(AssertionError):
    """A finding that these seeds do not bear out."""


def measured(
    claim: str, values: ArrayLike, unit: str = "", *, at_least: float | None = None, at_most: float | None = None
) -> None:
    """Print `≈ measured: claim: values unit` where all values lie within the bounds, and raise otherwise.

    Args:
        claim: the finding.
        values: one number, or several, of which the smallest and the largest are printed.
        unit: what they count or measure, such as "of 10 seeds".
        at_least: no value may be smaller.
        at_most: no value may be larger.

    Raises:
        NotMeasured: a value lies outside the bounds, or is NaN.
        TypeError: neither bound is given.

    >>> measured("ReLU learns it", 9, "of 10 seeds", at_least=7)
    ≈ measured: ReLU learns it: 9 of 10 seeds
    >>> measured("accuracy after training", [0.97, 0.991, 0.98], at_least=0.95)
    ≈ measured: accuracy after training: 0.97 to 0.99
    """
    if at_least is None and at_most is None:
        raise TypeError(f"{claim}: a measurement needs at_least or at_most")
    low, high = (float(bound(np.asarray(values, float))) for bound in (np.min, np.max))
    above = at_least is None or low >= at_least  # NaN compares false
    below = at_most is None or high <= at_most
    result = _in_words(low, high, unit)
    if not (above and below):
        wanted = " and ".join(
            f"{words} {bound:g}" for words, bound in (("at least", at_least), ("at most", at_most)) if bound is not None
        )
        raise NotMeasured(f"{claim}: not so: {result}, where {wanted} was expected")
    print(f"≈ measured: {claim}: {result}")


def found(what: str, values: ArrayLike, unit: str = "") -> None:
    """Print `≈ found: what: values unit`, without bounds and without a claim: what a prediction waits for.

    Args:
        what: what was measured.
        values: one number, or several, of which the smallest and the largest are printed.
        unit: what they count or measure.

    >>> found("updates until it is learned", [80, 160, 120])
    ≈ found: updates until it is learned: 80 to 160
    """
    print(f"≈ found: {what}: {_in_words(float(np.min(values)), float(np.max(values)), unit)}")


def found_table(rows: Sequence[str], columns: Mapping[str, ArrayLike]) -> None:
    """Print what was found as a table, a line `≈ found: row: …` for each row.

    Args:
        rows: the names of the rows.
        columns: for each column its name, and the numbers, (R,) or (n, R): of n the smallest and the largest are
            printed; NaN, where there is nothing, as –.

    >>> found_table(["6 digits", "16 digits"], {"tree": [[100, 92], [100, 97]], "last": [80, 81]})
                             tree  last
    ≈ found:  6 digits:       100    80
    ≈ found: 16 digits:  92 to 97    81
    """
    wide = max(map(len, rows))
    cells = {name: _cells(np.atleast_2d(np.asarray(values, float))) for name, values in columns.items()}
    widths = {name: max(map(len, [name, *of])) for name, of in cells.items()}
    print(" " * (len("≈ found: :") + wide), *(f"{name:>{widths[name]}}" for name in cells), sep="  ")
    for i, row in enumerate(rows):
        numbers = "  ".join(f"{of[i]:>{widths[name]}}" for name, of in cells.items())
        print(f"≈ found: {row:>{wide}}:  {numbers}")


def _cells(values: np.ndarray) -> list[str]:
    return [
        "–" if np.isnan(column).all() else _in_two_digits(float(np.nanmin(column)), float(np.nanmax(column)))
        for column in values.T
    ]


def _in_words(low: float, high: float, unit: str) -> str:
    return " ".join([_in_two_digits(low, high), unit]).strip()


def _in_two_digits(low: float, high: float) -> str:
    texts = [
        f"{value:.0f}" if (value == round(value) or abs(value) >= 10) and abs(value) < 1e6 else f"{value:.2g}"
        for value in (low, high)
    ]
    return texts[0] if texts[0] == texts[1] else " to ".join(texts)


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
