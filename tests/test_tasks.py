"""Seeded data: additions against Python's own, carries by hand, and the bit to be remembered."""

import numpy as np
import pytest

from rnnlib import all_additions, binary_addition, carries, carry_chain, decode, encode, remember_first


def generator(seed=0):
    return np.random.default_rng(seed)


def pair(p, q, bits):
    return np.stack([encode([p], bits), encode([q], bits)], axis=-1)


# --- bits -------------------------------------------------------------------------------------------------


def test_encode_by_hand():
    bits = encode([6, 0, 9, 15], 4)
    np.testing.assert_array_equal(bits, [[0, 1, 1, 0], [0, 0, 0, 0], [1, 0, 0, 1], [1, 1, 1, 1]])
    assert bits.dtype == float
    np.testing.assert_array_equal(encode(np.array([256, 511]), 9), [[0] * 8 + [1], [1] * 9])


def test_decode_by_hand():
    numbers = decode([[0, 1, 1, 0], [1, 0, 0, 1]])
    assert numbers == [6, 9]
    assert all(type(number) is int for number in numbers)
    assert decode(np.eye(9, dtype=np.float32)) == [2**t for t in range(9)]
    assert decode(np.array([[True, False, True]])) == [5]


@pytest.mark.parametrize("bits", [1, 7, 8, 9, 63, 64, 65, 256, 5000])
def test_there_and_back_for_numbers_of_any_size(bits):
    numbers = [0, 1, 2**bits - 1, 2 ** (bits - 1), (2**bits - 1) // 3]
    rows = encode(numbers, bits)
    assert rows.shape == (5, bits)
    assert decode(rows) == numbers
    np.testing.assert_array_equal(rows[2], np.ones(bits))
    np.testing.assert_array_equal(np.flatnonzero(rows[3]), [bits - 1])


def test_encode_takes_any_iterable_once():
    np.testing.assert_array_equal(encode((n for n in range(3)), 2), encode([0, 1, 2], 2))


@pytest.mark.parametrize(
    "numbers, bits, error, match",
    [
        ([0, 256], 8, ValueError, r"numbers: expected whole numbers from 0 to 2\*\*8 - 1, got 256 at 1"),
        ([-1], 8, ValueError, "got -1 at 0"),
        ([2**20000], 64, ValueError, "got a number of 20001 bits at 0"),
        ([-(2**20000)], 64, ValueError, "got a number of 20001 bits at 0"),
        ([2**64 - 1], 63, ValueError, f"got {2**64 - 1} at 0"),  # 64 bits are still written out
        ([2**64], 63, ValueError, "got a number of 65 bits at 0"),
        ([1.0], 8, TypeError, "got float at 0"),
        ([True], 8, TypeError, "got bool at 0"),
        ([[1, 2]], 8, TypeError, "got list at 0"),
        (5, 8, TypeError, "numbers: expected a sequence of whole numbers .*, got int"),
        (np.array(5), 8, TypeError, "numbers: expected a sequence of whole numbers .*, got ndarray"),
        ("12", 8, TypeError, "got str"),
        ([], 8, ValueError, "at least one, got none"),
        ([1], 0, ValueError, "bits: expected at least 1, got 0"),
        ([1], 8.0, TypeError, "bits: expected a whole number, got 8.0"),
    ],
)
def test_encode_refuses(numbers, bits, error, match):
    with pytest.raises(error, match=match):
        encode(numbers, bits)


@pytest.mark.parametrize(
    "bits, error, match",
    [
        ([[0, 1], [0.9, 1]], ValueError, r"bits: expected exactly 0 or 1 everywhere, got 0.9 at \(1, 0\)"),
        ([[0, 2]], ValueError, r"got 2 at \(0, 1\)"),
        ([[-1, 0]], ValueError, r"got -1 at \(0, 0\)"),
        ([0, 1], ValueError, r"bits: expected \(n, bits\), got \(2,\)"),
        ([[np.nan]], ValueError, "bits: expected finite numbers"),
        (None, TypeError, "bits: .* got None"),
    ],
)
def test_decode_refuses(bits, error, match):
    with pytest.raises(error, match=match):
        decode(bits)


# --- additions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n, bits", [(200, 2), (200, 8), (50, 64), (50, 256), (3, 10_000)])
def test_random_sums_against_python(n, bits):
    x, target = binary_addition(generator(), n, bits)
    assert x.shape == (n, bits, 2) and target.shape == (n, bits, 1)
    assert x.dtype == target.dtype == float
    for p, q, total in zip(decode(x[..., 0]), decode(x[..., 1]), decode(target[..., 0]), strict=True):
        assert p + q == total
        assert max(p, q) < 2 ** (bits - 1)


def test_a_seed_draws_these_bits():
    x, _ = binary_addition(generator(), 5, 4)
    np.testing.assert_array_equal(x[:, :3], generator().integers(0, 2, (5, 3, 2), dtype=np.uint8))


def test_random_numbers_fill_their_range():
    x, _ = binary_addition(generator(), 2000, 4)
    pairs = set(zip(decode(x[..., 0]), decode(x[..., 1]), strict=True))
    assert pairs == {(p, q) for p in range(8) for q in range(8)}


def test_all_additions_are_every_pair_once():
    x, target = all_additions(3)
    assert x.shape == (16, 3, 2) and target.shape == (16, 3, 1)
    pairs = list(zip(decode(x[..., 0]), decode(x[..., 1]), strict=True))
    assert pairs == [(p, q) for p in range(4) for q in range(4)]
    assert decode(target[..., 0]) == [p + q for p, q in pairs]
    np.testing.assert_array_equal(x[7], [[1, 1], [0, 1], [0, 0]])  # 1 + 3
    np.testing.assert_array_equal(target[7, :, 0], [0, 0, 1])  # = 4


def test_all_additions_of_eight_bits():
    x, target = all_additions(8)
    assert x.shape == (16384, 8, 2)
    numbers = np.arange(128)
    sums = target[..., 0] @ 2.0 ** np.arange(8)
    np.testing.assert_array_equal(sums.reshape(128, 128), numbers[:, np.newaxis] + numbers)


def test_the_largest_table_has_ten_bits():
    x, target = all_additions(10)
    assert x.shape == (4**9, 10, 2)
    np.testing.assert_array_equal(x[-1], [[1, 1]] * 9 + [[0, 0]])  # 511 + 511
    np.testing.assert_array_equal(target[-1, :, 0], [0] + [1] * 9)  # = 1022


@pytest.mark.parametrize("make", [lambda rng: binary_addition(rng, 9, 16), lambda rng: remember_first(rng, 9, 5)])
def test_one_seed_one_batch(make):
    for first, again, other in zip(make(generator(3)), make(generator(3)), make(generator(4)), strict=True):
        np.testing.assert_array_equal(first, again)
        assert (first != other).any()
    rng = generator(3)
    assert (make(rng)[0] != make(rng)[0]).any()


@pytest.mark.parametrize(
    "call, error, match",
    [
        (lambda: binary_addition(generator(), 0, 8), ValueError, "n: expected at least 1, got 0"),
        (lambda: binary_addition(generator(), 2, 1), ValueError, "bits: expected at least 2, got 1"),
        (lambda: binary_addition(generator(), 2, "8"), TypeError, "bits: expected a whole number, got '8'"),
        (lambda: binary_addition(0, 2, 8), TypeError, r"rng: expected numpy.random.default_rng\(seed\), got int"),
        (lambda: binary_addition(np.random, 2, 8), TypeError, "rng: .*got module"),
        (lambda: all_additions(11), ValueError, "bits: expected a whole number from 2 to 10, got 11"),
        (lambda: all_additions(1), ValueError, "bits: expected a whole number from 2 to 10, got 1"),
        (lambda: all_additions(True), TypeError, "bits: expected a whole number, got True"),
        (lambda: remember_first(generator(), 2, -1), ValueError, "lag: expected at least 0, got -1"),
        (lambda: remember_first(generator(), 2, 1.5), TypeError, "lag: expected a whole number, got 1.5"),
        (lambda: remember_first(generator(), 0, 3), ValueError, "n: expected at least 1, got 0"),
        (lambda: remember_first(None, 2, 3), TypeError, "rng: .*got NoneType"),
    ],
)
def test_ranges_are_checked(call, error, match):
    with pytest.raises(error, match=match):
        call()


# --- carries ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "p, q, expected, chain",
    [
        (0, 0, [0, 0, 0, 0, 0, 0], 0),
        (5, 10, [0, 0, 0, 0, 0, 0], 0),  # 0101 + 1010: nothing meets
        (1, 1, [1, 0, 0, 0, 0, 0], 1),
        (15, 1, [1, 1, 1, 1, 0, 0], 4),  # the carry runs through
        (5, 5, [1, 0, 1, 0, 0, 0], 1),  # two carries, neither of which travels
        (23, 9, [1, 1, 1, 1, 1, 0], 5),
        (11, 17, [1, 1, 0, 0, 0, 0], 2),
        (13, 9, [1, 0, 0, 1, 0, 0], 1),
        (55, 1, [1, 1, 1, 0, 0, 0], 3),  # 110111 + 1: stopped by the zero
        (51, 17, [1, 1, 0, 0, 1, 1], 2),  # 110011 + 010001: two runs of two
        (63, 63, [1, 1, 1, 1, 1, 1], 6),  # the last carry leaves the row
    ],
)
def test_carries_by_hand(p, q, expected, chain):
    x = pair(p, q, 6)
    np.testing.assert_array_equal(carries(x), [expected])
    np.testing.assert_array_equal(carry_chain(x), [chain])


def test_carries_are_what_the_sum_adds_to_both_numbers():
    """Where a carry comes in, the sum's bit differs from p xor q: no loop over positions."""
    x, target = binary_addition(generator(), 300, 40)
    came_in = np.logical_xor(np.logical_xor(x[..., 0], x[..., 1]), target[..., 0])
    leaving = carries(x)
    np.testing.assert_array_equal(leaving[:, :-1], came_in[:, 1:])
    np.testing.assert_array_equal(leaving[:, -1], 0)
    assert leaving.dtype.kind == "i"


def test_chains_against_the_longest_word_of_ones():
    x, _ = all_additions(6)
    expected = [max(map(len, "".join(map(str, row)).split("0"))) for row in carries(x)]
    chains = carry_chain(x)
    np.testing.assert_array_equal(chains, expected)
    assert chains.dtype.kind == "i"
    assert set(expected) == {0, 1, 2, 3, 4, 5}


@pytest.mark.parametrize("function", [carries, carry_chain])
@pytest.mark.parametrize(
    "x, match",
    [
        (np.zeros((2, 4)), r"x: expected \(n, bits, D\) with D = 2, got \(2, 4\)"),
        (np.zeros((2, 4, 3)), r"x: expected \(n, bits, D\) with D = 2, got \(2, 4, 3\)"),
        (np.full((2, 4, 2), 0.5), r"x: expected exactly 0 or 1 everywhere, got 0.5 at \(0, 0, 0\)"),
    ],
)
def test_carries_refuse(function, x, match):
    with pytest.raises(ValueError, match=match):
        function(x)


# --- the first step ---------------------------------------------------------------------------------------


def test_remember_first():
    x, target = remember_first(generator(), 4000, 3)
    assert x.shape == (4000, 4, 2) and target.shape == (4000, 1)
    assert set(target[:, 0]) == {0, 1}
    np.testing.assert_array_equal(x[:, 0, 0], np.where(target[:, 0] == 1, 1, -1))
    np.testing.assert_array_equal(x[:, 1:, 0], 0)
    noise = x[..., 1]
    assert abs(target.mean() - 0.5) < 0.05
    for t in range(4):  # at every step, the first included; and the noise gives nothing away
        assert abs(noise[:, t].mean()) < 0.1 and abs(noise[:, t].std() - 1) < 0.1
        assert abs(np.corrcoef(noise[:, t], target[:, 0])[0, 1]) < 0.08
    assert np.abs(np.corrcoef(noise.T) - np.eye(4)).max() < 0.1


def test_without_a_lag_the_first_step_is_the_last():
    x, target = remember_first(generator(), 5, 0)
    assert x.shape == (5, 1, 2) and target.shape == (5, 1)
