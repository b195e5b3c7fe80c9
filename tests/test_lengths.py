"""Sequences of different lengths: masks, padding, batches of like lengths, and each refusal."""

import numpy as np
import pytest

from rnnlib import batches_by_length, mask_from_lengths, pad


def test_a_mask_is_true_at_the_first_steps_of_each_row():
    assert mask_from_lengths([2, 4, 1]).tolist() == [
        [True, True, False, False],
        [True, True, True, True],
        [True, False, False, False],
    ]
    assert mask_from_lengths(np.array([2, 1], np.uint8), n_steps=3).sum(axis=1).tolist() == [2, 1]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.uint8])
def test_padded_sequences_come_back_by_the_mask(dtype):
    rng = np.random.default_rng(0)
    sequences = [rng.integers(1, 9, (length, 3)).astype(dtype) for length in (4, 1, 6)]
    x, mask = pad(sequences, n_steps=8)
    assert x.shape == (3, 8, 3) and x.dtype == dtype and mask.shape == (3, 8)
    for n, sequence in enumerate(sequences):
        np.testing.assert_array_equal(x[n][mask[n]], sequence)
    assert not x[~mask].any()


def test_tokens_and_lists_are_padded_too():
    x, mask = pad([[5, 6, 7], [8]])
    assert x.tolist() == [[5, 6, 7], [8, 0, 0]] and x.dtype.kind == "i" and mask.sum(axis=1).tolist() == [3, 1]
    x[0, 0] = 9  # a copy
    assert pad([[4, 5]])[0].tolist() == [[4, 5]]


@pytest.mark.parametrize(
    ("sequences", "error", "match"),
    [
        ([], ValueError, "sequences: expected at least one, got none"),
        ("abc", TypeError, "sequences: expected a list of sequences, got str"),
        (5, TypeError, "sequences: expected a list of sequences, got int"),
        ([[1.0], []], ValueError, r"sequences\[1\]: expected \(length,\) or \(length, D\), no axis empty, got \(0,\)"),
        ([np.ones((2, 3)), np.ones((2, 4))], ValueError, r"sequences\[1\]: expected \(length, 3\), no axis empty"),
        ([np.ones((2, 3)), np.ones(2)], ValueError, r"sequences\[1\]: expected \(length, 3\)"),
        ([np.ones((2, 3, 4))], ValueError, r"sequences\[0\]: expected \(length,\) or \(length, D\)"),
        ([[1.0, np.nan]], ValueError, r"sequences\[0\]: expected finite numbers, got nan at \(1,\)"),
        ([["a"]], TypeError, r"sequences\[0\]: expected numbers, got <U1"),
        ([[True]], TypeError, r"sequences\[0\]: expected numbers, got bool"),
        ([[1], None], TypeError, r"sequences\[1\]: expected \(length,\) or \(length, D\), got None"),
        ([[1, 2], [0.5]], TypeError, "sequences: expected whole numbers in all of them or in none"),
    ],
)
def test_what_is_no_list_of_sequences_is_refused(sequences, error, match):
    with pytest.raises(error, match=match):
        pad(sequences)


def test_lengths_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"n_steps: expected at least the longest length, 4, got 3"):
        mask_from_lengths([2, 4], n_steps=3)
    with pytest.raises(ValueError, match="n_steps: expected at least the longest length, 2, got 1"):
        pad([[1, 2]], n_steps=1)
    with pytest.raises(ValueError, match="lengths: expected at least 1, got 0 at 1"):
        mask_from_lengths([2, 0, 0])
    with pytest.raises(TypeError, match=r"lengths: expected whole numbers \(N,\), got float64"):
        mask_from_lengths([2.0])
    with pytest.raises(ValueError, match="lengths: expected whole numbers from 0"):
        mask_from_lengths([-1])
    with pytest.raises(TypeError, match="^n_steps: expected"):
        mask_from_lengths([2], n_steps=2.0)
    with pytest.raises(TypeError, match=r"^lengths: expected whole numbers \(n,\), got float64"):
        batches_by_length([2.0], 1)
    with pytest.raises(ValueError, match="batch_size: expected at least 1, got 0"):
        batches_by_length([1], 0)
    with pytest.raises(TypeError, match="rng: expected numpy.random.default_rng"):
        batches_by_length([1], 1, rng=0)


def test_batches_hold_like_lengths_and_each_index_once():
    lengths = np.random.default_rng(1).integers(1, 30, 50)
    batches = batches_by_length(lengths, 8)
    assert [len(batch) for batch in batches] == [8] * 6 + [2]
    in_order = np.concatenate(batches)
    assert sorted(in_order) == list(range(50)) and (np.diff(lengths[in_order]) >= 0).all()
    ties = np.concatenate(batches_by_length(np.tile([5, 3], 50), 10))
    assert ties.tolist() == [*range(1, 100, 2), *range(0, 100, 2)]


def test_with_a_generator_the_order_is_drawn_and_the_lengths_stay_alike():
    lengths = np.repeat([3, 9, 5], 20)
    drawn = [batches_by_length(lengths, 10, rng=np.random.default_rng(seed)) for seed in (0, 0, 1)]
    for batches in drawn:
        assert sorted(np.concatenate(batches)) == list(range(60))
        assert all(len(set(lengths[batch])) == 1 for batch in batches)
    first, again, other = (np.concatenate(batches).tolist() for batches in drawn)
    assert first == again and first != other
    assert [lengths[batch[0]] for batch in drawn[0]] != sorted(lengths[batch[0]] for batch in drawn[0])
    assert drawn[0][0].tolist() != sorted(drawn[0][0])


def test_a_sequence_without_steps_is_refused():
    with pytest.raises(ValueError, match="^lengths: expected whole numbers of at least 1, got 0$"):
        batches_by_length([3, 0], 1)
