"""Seeded data for training: binary addition, and remembering the first of many steps.

Bits stand with the least significant first, so that step t of a sequence carries the worth 2**t.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np

from rnnlib.validation import check_array, check_generator, check_int

LARGEST_TABLE = 10  # bits; all pairs are then 4**9 = 262,144


def encode(numbers: Iterable[int], bits: int) -> np.ndarray:
    """Return whole numbers as rows of bits, (n, bits), floats 0 and 1, the least significant first.

    Args:
        numbers: n of them, each from 0 to 2**bits - 1; Python's integers may have thousands of bits.
        bits: the length of a row.

    Raises:
        TypeError: not whole numbers.
        ValueError: none at all, or one outside the range.
    """
    bits = check_int("bits", bits)
    wanted = f"whole numbers from 0 to 2**{bits} - 1"
    is_sequence = isinstance(numbers, Iterable) and getattr(numbers, "shape", None) != ()
    if not is_sequence or isinstance(numbers, str | bytes | np.ma.MaskedArray):
        raise TypeError(f"numbers: expected a sequence of {wanted}, got {type(numbers).__name__}")
    rows = bytearray()
    for i, number in enumerate(numbers):
        if isinstance(number, bool | np.bool_ | np.timedelta64) or not isinstance(number, int | np.integer):
            raise TypeError(f"numbers: expected {wanted}, got {type(number).__name__} at {i}")
        number = int(number)
        if number < 0 or number.bit_length() > bits:
            got = number if number.bit_length() <= 64 else f"a number of {number.bit_length()} bits"
            raise ValueError(f"numbers: expected {wanted}, got {got} at {i}")
        rows += number.to_bytes((bits + 7) // 8, "little")
    if not rows:
        raise ValueError(f"numbers: expected {wanted}, at least one, got none")
    octets = np.frombuffer(rows, np.uint8).reshape(-1, (bits + 7) // 8)
    return np.unpackbits(octets, axis=1, count=bits, bitorder="little").astype(float)


def decode(bits: Any) -> list[int]:
    """Return the numbers that rows of bits stand for: n Python integers, so that none overflows.

    Args:
        bits: (n, bits), exactly 0 or 1, the least significant first; round a network's answers before.

    Raises:
        TypeError, ValueError: another shape or value, and what `rnnlib.validation.check_array` refuses.
    """
    rows = np.packbits(_as_bits("bits", bits, "(n, bits)"), axis=1, bitorder="little")
    return [int.from_bytes(row.tobytes(), "little") for row in rows]


def binary_addition(rng: np.random.Generator, n: int, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return n random pairs of numbers below 2**(bits - 1), (n, bits, 2), and their sums, (n, bits, 1), as bits.

    Args:
        rng: the source of randomness, a numpy.random.Generator.
        n: how many pairs.
        bits: the length of a sum, at least 2; the highest bit of both numbers is 0, so that it fits.

    Raises:
        TypeError, ValueError: another source, sizes that are not whole numbers or too small.
    """
    n, bits = check_int("n", n), check_int("bits", bits, least=2)
    drawn = check_generator(rng).integers(0, 2, (n, bits - 1, 2), dtype=np.uint8)
    return _additions(decode(drawn[..., 0]), decode(drawn[..., 1]), bits)


def all_additions(bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return every pair of numbers below 2**(bits - 1), and their sums, in the shapes of `binary_addition`.

    Args:
        bits: the length of a sum, from 2 to 10: there are 4**(bits - 1) pairs, 16,384 for 8 bits.

    Raises:
        TypeError, ValueError: bits that are not a whole number from 2 to 10.
    """
    bits = check_int("bits", bits, least=2, most=LARGEST_TABLE)
    numbers = range(2 ** (bits - 1))
    return _additions([p for p in numbers for _ in numbers], [q for _ in numbers for q in numbers], bits)


def carries(x: Any) -> np.ndarray:
    """Return the carry that leaves each position of each addition, (n, bits), integers 0 and 1.

    Args:
        x: (n, bits, 2), the two numbers, exactly 0 or 1.

    Raises:
        TypeError, ValueError: another shape or value, and what `rnnlib.validation.check_array` refuses.
    """
    ones = _as_bits("x", x, "(n, bits, D)", D=2).sum(axis=-1, dtype=int)  # (n, bits): 0, 1 or 2 at each position
    leaving = np.zeros_like(ones)
    carry = np.zeros(len(ones), int)
    for t in range(ones.shape[1]):
        leaving[:, t] = carry = (ones[:, t] + carry >= 2).astype(int)
    return leaving


def carry_chain(x: Any) -> np.ndarray:
    """Return the length of the longest carry chain of each addition, (n,): the longest run of ones in `carries`.

    1 + 1 has a chain of length 1; 0 means that nothing is carried at all.

    Args:
        x: (n, bits, 2), the two numbers, exactly 0 or 1.

    Raises:
        TypeError, ValueError: as for `carries`.
    """
    leaving = carries(x)
    run = np.zeros(len(leaving), int)
    longest = run.copy()
    for t in range(leaving.shape[1]):
        run = (run + 1) * leaving[:, t]  # one longer, or back to 0
        longest = np.maximum(longest, run)
    return longest


def remember_first(rng: np.random.Generator, n: int, lag: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences, (n, lag + 1, 2), whose first step says what the answer after the last is, (n, 1).

    Feature 0 is +1 or -1 at the first step and 0 after it; feature 1 is noise, N(0, 1), at every step. The target is
    1 where the first was +1, else 0: for a network with `Last` and `sigmoid_cross_entropy`.

    Args:
        rng: the source of randomness, a numpy.random.Generator.
        n: how many sequences.
        lag: how many steps lie between the bit and the answer, at least 0.

    Raises:
        TypeError, ValueError: another source, sizes that are not whole numbers or too small.
    """
    n, lag = check_int("n", n), check_int("lag", lag, least=0)
    target = check_generator(rng).integers(0, 2, (n, 1)).astype(float)
    x = np.zeros((n, lag + 1, 2))
    x[:, 0, 0] = 2 * target[:, 0] - 1
    x[:, :, 1] = rng.standard_normal((n, lag + 1))
    return x, target


def _additions(p: list[int], q: list[int], bits: int) -> tuple[np.ndarray, np.ndarray]:
    x = np.stack([encode(p, bits), encode(q, bits)], axis=-1)
    return x, encode([a + b for a, b in zip(p, q, strict=True)], bits)[..., np.newaxis]


def _as_bits(name: str, value: Any, axes: str, **sizes: int) -> np.ndarray:
    array = check_array(name, value, axes, np.dtype(float), **sizes)
    wrong = (array != 0) & (array != 1)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name}: expected exactly 0 or 1 everywhere, got {array[where]:g} at {where}")
    return array.astype(np.uint8)
