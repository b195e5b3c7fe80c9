"""Checkers of notebook 14: a mask from an end token, a masked mean, each sequence turned round, and both ends."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise

# 14.1: a mask from an end token


def _first_end(tokens: np.ndarray, end: int) -> np.ndarray:
    """Return the place of the first end token of each row; T where there is none."""
    is_end = tokens == end
    return np.where(is_end.any(axis=1), is_end.argmax(axis=1), tokens.shape[1])


def _mask_from_end(tokens: np.ndarray, end: int) -> np.ndarray:
    return np.arange(tokens.shape[1]) <= _first_end(tokens, end)[:, np.newaxis]


def _last_end(tokens: np.ndarray, end: int) -> np.ndarray:
    T = tokens.shape[1]
    places = np.where(tokens == end, np.arange(T), -1).max(axis=1)
    return np.where(places < 0, T, places)


def _tokens(rng: np.random.Generator) -> list[tuple]:
    by_hand = np.array([[3, 1, 0, 2, 0, 4], [1, 2, 3, 4, 3, 2], [0, 4, 4, 0, 1, 1], [2, 3, 4, 1, 2, 0]])
    other = np.array([[7, 5, 7, 7], [5, 7, 0, 5], [0, 6, 6, 7], [1, 0, 2, 0], [6, 6, 7, 0]])
    return [(by_hand, 0), (other, 7), (rng.integers(0, 4, (5, 7)), 2)]


MASK_MISTAKES: Mistakes = [
    (
        lambda tokens, end: np.arange(tokens.shape[1]) < _first_end(tokens, end)[:, np.newaxis],
        "the end token itself does not count here: it belongs to the sequence",
    ),
    (
        lambda tokens, end: tokens == end,
        "this is True at the end tokens only: every step up to the first one counts",
    ),
    (
        lambda tokens, end: np.arange(tokens.shape[1]) == _first_end(tokens, end)[:, np.newaxis],
        "this is True at the first end token only: every step up to it counts",
    ),
    (lambda tokens, end: tokens != end, "each token is judged alone: after the first end token nothing counts"),
    (
        lambda tokens, end: np.arange(tokens.shape[1]) <= _last_end(tokens, end)[:, np.newaxis],
        "this goes up to the last end token of a row: the first one ends the sequence",
    ),
    (
        lambda tokens, end: np.arange(tokens.shape[1]) <= (tokens == end).argmax(axis=1)[:, np.newaxis],
        "a row without an end token counts at its first step only: argmax gives 0 where nothing is True",
    ),
    (
        lambda tokens, end: np.arange(tokens.shape[1]) < (tokens == end).argmax(axis=1)[:, np.newaxis],
        "the end token itself does not count, and a row without one does not count at all: argmax gives 0 where "
        "nothing is True",
    ),
    (
        lambda tokens, end: _mask_from_end(tokens, end) & (tokens == end).any(axis=1)[:, np.newaxis],
        "a row without an end token does not count at all here: it is True everywhere",
    ),
    (
        lambda tokens, end: (tokens != end) | ((tokens == end).cumsum(axis=1) == 1),
        "some places after the first end token are True again",
    ),
    (
        lambda tokens, end: ~_mask_from_end(tokens, end),
        "this is True where the step does not count: a mask is True where it does",
    ),
    (
        lambda tokens, end: np.arange(tokens.shape[1]) <= _first_end(tokens, end)[:, np.newaxis] + 1,
        "one step too many counts: the one after the end token",
    ),
    (
        lambda tokens, end: _mask_from_end(tokens, 0),
        "the end token is taken to be 0: it is the argument `end`",
    ),
    (
        lambda tokens, end: np.minimum(_first_end(tokens, end) + 1, tokens.shape[1]),
        "these are the lengths: the mask (N, T) is asked for",
    ),
    (
        lambda tokens, end: np.cumsum((tokens == end).ravel()).reshape(tokens.shape) == 0,
        "an end token ends the rows below it, too: count along the axis of the steps, axis=1",
    ),
    (
        lambda tokens, end: np.cumsum(tokens == end, axis=0) == 0,
        "this counts down the columns: a sequence is a row, axis=1",
    ),
    (
        lambda tokens, end: (tokens == end).cumsum(axis=0) - (tokens == end) == 0,
        "this counts down the columns: a sequence is a row, axis=1",
    ),
    (
        lambda tokens, end: (tokens == end).cumsum(axis=1) - 2 * (tokens == end) == 0,
        "the end token is subtracted twice: before == 0 holds at the first end token if it is subtracted once",
    ),
    (
        lambda tokens, end: (tokens == end).cumsum(axis=1) <= 1,
        "this goes on after the first end token: nothing after it counts",
    ),
]


class MaskExercise(FunctionExercise):
    """A function that returns a mask: the right numbers alone do not make one."""

    def _fault(self, answer: Callable, result: Any, arguments: tuple) -> str | None:
        fault = super()._fault(answer, result, arguments)
        if fault is None and not (isinstance(result, np.ndarray) and result.dtype == bool):
            return "the steps are the right ones, but a mask is an array of booleans: True or False at each step"
        return fault


# 14.2: a mean over the real steps, and its gradient


def _mask(lengths: np.ndarray, T: int) -> np.ndarray:
    return np.arange(T) < lengths[:, np.newaxis]


def _masked_mean(y: np.ndarray, target: np.ndarray, lengths: np.ndarray) -> tuple[float, np.ndarray]:
    counts = _mask(lengths, y.shape[1])
    off = np.where(counts, y - target, 0.0)
    n = lengths.sum()
    return float(np.abs(off).sum() / n), np.sign(off) / n


def _outputs(rng: np.random.Generator) -> list[tuple]:
    problems = []
    for lengths in ([2, 5, 3], [6, 1, 4, 4], [3, 7]):
        N, T = len(lengths), max(lengths) + 1
        y, target = rng.standard_normal((2, N, T))
        target = np.where(_mask(np.array(lengths), T), target, 99.0)  # behind the end anything may stand
        problems.append((y, target, np.array(lengths)))
    return problems


def _one_too_many(y: np.ndarray, target: np.ndarray, lengths: np.ndarray) -> tuple[float, np.ndarray]:
    """Count the step behind each end, and divide by the number of real steps."""
    off = np.where(_mask(lengths + 1, y.shape[1]), y - target, 0.0)
    return float(np.abs(off).sum() / lengths.sum()), np.sign(off) / lengths.sum()


def _each_then_mean(y: np.ndarray, target: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return np.abs(np.where(_mask(lengths, y.shape[1]), y - target, 0.0)).sum(axis=1) / lengths


def _one_too_few(y: np.ndarray, target: np.ndarray, lengths: np.ndarray) -> float:
    return float(np.abs(np.where(_mask(lengths - 1, y.shape[1]), y - target, 0.0)).sum())


ONE_TOO_MANY = "one step too many counts: the one after each end"
ONE_TOO_FEW = "the last real step of each sequence is left out: counted from 0 it is lengths - 1"

VALUE_MISTAKES: Mistakes = [
    (
        lambda y, target, lengths: np.abs(y - target).mean(),
        "the padded steps count: leave them out, and divide by less",
    ),
    (
        lambda y, target, lengths: _masked_mean(y, target, lengths)[0] * lengths.sum() / y.size,
        "the padded steps are left out, but the divisor is still N·T: divide by the number of real steps",
    ),
    (
        lambda y, target, lengths: _masked_mean(y, target, lengths)[0] * lengths.sum() / len(y),
        "this is divided by N: divide by the number of real steps",
    ),
    (
        lambda y, target, lengths: _masked_mean(y, target, lengths)[0] * lengths.sum(),
        "this is the sum over the real steps: divide by how many there are",
    ),
    (
        lambda y, target, lengths: _each_then_mean(y, target, lengths).mean(),
        "this is the mean of each sequence first, and then the mean of those: a step of a short sequence counts more",
    ),
    (
        lambda y, target, lengths: (np.where(_mask(lengths, y.shape[1]), y - target, 0.0) ** 2).sum() / lengths.sum(),
        "this is the squared difference: the absolute one is asked for",
    ),
    (
        lambda y, target, lengths: (
            (np.where(_mask(lengths, y.shape[1]), y - target, 0.0) ** 2).sum() / 2 / lengths.sum()
        ),
        "this is half the squared difference: the absolute one is asked for",
    ),
    (
        lambda y, target, lengths: (np.where(_mask(lengths, y.shape[1]), y - target, 0.0)).sum() / lengths.sum(),
        "differences of both signs cancel: the absolute value is missing",
    ),
    (lambda y, target, lengths: _one_too_many(y, target, lengths)[0], ONE_TOO_MANY),
    (lambda y, target, lengths: _masked_mean(y, target, lengths + 1)[0], ONE_TOO_MANY),
    (lambda y, target, lengths: _one_too_few(y, target, lengths) / lengths.sum(), ONE_TOO_FEW),
    (lambda y, target, lengths: _one_too_few(y, target, lengths) / (lengths - 1).sum(), ONE_TOO_FEW),
]

GRADIENT_MISTAKES: Mistakes = [
    (
        lambda y, target, lengths: np.sign(y - target) / y.size,
        "the padded steps have a gradient: it must be 0 there; and the divisor is the number of real steps",
    ),
    (
        lambda y, target, lengths: np.sign(y - target) / lengths.sum(),
        "the padded steps have a gradient: it must be 0 there",
    ),
    (
        lambda y, target, lengths: _masked_mean(y, target, lengths)[1] * lengths.sum() / y.size,
        "the divisor is N·T: the loss is divided by the number of real steps, and so is its gradient",
    ),
    (
        lambda y, target, lengths: _masked_mean(y, target, lengths)[1] * lengths.sum(),
        "it is not divided by the number of real steps, as the loss is",
    ),
    (
        lambda y, target, lengths: -_masked_mean(y, target, lengths)[1],
        "the sign is the wrong one: where y is above the target, the loss grows with y",
    ),
    (
        lambda y, target, lengths: np.where(_mask(lengths, y.shape[1]), y - target, 0.0) / lengths.sum(),
        "this is the gradient of half the squared difference: that of |y − d| is its sign",
    ),
    (
        lambda y, target, lengths: 2 * np.where(_mask(lengths, y.shape[1]), y - target, 0.0) / lengths.sum(),
        "this is the gradient of the squared difference: that of |y − d| is its sign",
    ),
    (
        lambda y, target, lengths: np.abs(np.where(_mask(lengths, y.shape[1]), y - target, 0.0)) / lengths.sum(),
        "this is the distance itself: its slope is the sign, +1 or −1, over the number of real steps",
    ),
    (
        lambda y, target, lengths: (
            np.sign(np.where(_mask(lengths, y.shape[1]), y - target, 0.0)) / lengths[:, np.newaxis]
        ),
        "each row is divided by its own length: divide by the number of real steps of all rows",
    ),
    (
        lambda y, target, lengths: (
            np.sign(np.where(_mask(lengths, y.shape[1]), y - target, 0.0)) / lengths[:, np.newaxis] / len(y)
        ),
        "each sequence is divided by its own length and by N: this belongs to the mean of means",
    ),
    (
        lambda y, target, lengths: np.sign(np.where(_mask(lengths, y.shape[1]), y - target, 0.0)) / len(y),
        "this is divided by N: the loss is divided by the number of real steps",
    ),
    (lambda y, target, lengths: _one_too_many(y, target, lengths)[1], ONE_TOO_MANY),
    (lambda y, target, lengths: _masked_mean(y, target, lengths + 1)[1], ONE_TOO_MANY),
    (
        lambda y, target, lengths: np.abs(_masked_mean(y, target, lengths)[1]),
        "dy has no sign: where y is below the target, the loss falls as y grows",
    ),
]

# 14.3: each sequence turned round within its own length


def _turned(x: np.ndarray, lengths: np.ndarray, shift: int = 0) -> np.ndarray:
    turned = x.copy()
    for n, length in enumerate(np.clip(lengths + shift, 1, x.shape[1])):
        turned[n, :length] = x[n, :length][::-1]
    return turned


def _padded(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.standard_normal((len(lengths), T, D)), np.array(lengths))
        for lengths, T, D in (([3, 5, 2], 6, 2), ([4, 1, 7, 2], 7, 3), ([2, 3], 5, 2))
    ]


def _in_front(x: np.ndarray, lengths: np.ndarray, result: np.ndarray) -> np.ndarray:
    """Put each turned sequence at the end of its row of `result`."""
    for n, length in enumerate(lengths):
        result[n, -length:] = x[n, :length][::-1]
    return result


IN_FRONT = "each turned sequence stands at the end of its row, behind the padding: it belongs at the first steps"


def _only_sequences(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return np.where(_mask(lengths, x.shape[1])[..., np.newaxis], _turned(x, lengths), 0.0)


def _overwritten(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    turned = x.copy()
    for n, length in enumerate(lengths):
        for i in range(length):
            turned[n, i] = turned[n, length - 1 - i]
    return turned


def _without_first(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    turned = x.copy()
    for n, length in enumerate(lengths):
        turned[n, :length] = x[n, length:0:-1]
    return turned


TURN_MISTAKES: Mistakes = [
    (
        lambda x, lengths: x[:, ::-1],
        "the padded array is turned as a whole: now the padding comes first",
    ),
    (lambda x, lengths: x, "nothing is turned"),
    (lambda x, lengths: x[::-1], "the order of the sequences is turned, not that of the steps"),
    (lambda x, lengths: x[:, :, ::-1], "the features are turned: the steps are axis 1"),
    (
        lambda x, lengths: np.where(_mask(lengths, x.shape[1])[..., np.newaxis], _turned(x, lengths)[..., ::-1], x),
        "the features are turned as well: the steps are axis 0 of a row",
    ),
    (_overwritten, "half of the steps are overwritten before they are read: read from x, write into the copy"),
    (
        lambda x, lengths: np.stack(
            [np.concatenate([row[:-n], row[-n:][::-1]]) for row, n in zip(x, lengths, strict=True)]
        ),
        "the last columns are turned, which are padding: a sequence stands in the first ones",
    ),
    (
        lambda x, lengths: np.where(_mask(lengths, x.shape[1])[..., np.newaxis], x[:, :, ::-1], x),
        "the features are turned: the steps are axis 1",
    ),
    (
        lambda x, lengths: np.stack(
            [np.concatenate([row[n:], row[:n][::-1]]) for row, n in zip(x, lengths, strict=True)]
        ),
        "the padding comes first: it stays at the end",
    ),
    (lambda x, lengths: _turned(x, lengths, 1), "one step too many is turned: a padded step stands first"),
    (_without_first, "each row begins with a padded step, and step 0 is left out: the first index is length - 1"),
    (lambda x, lengths: _turned(x, lengths, -1), "the last real step of each sequence stays behind: turn it as well"),
    (
        lambda x, lengths: _turned(x, np.full(len(x), lengths.max())),
        "all rows are turned within the longest length: each has its own",
    ),
    (
        lambda x, lengths: _turned(x, np.full(len(x), lengths.min())),
        "all rows are turned within the shortest length: each has its own",
    ),
    (
        lambda x, lengths: _turned(x, np.full(len(x), lengths[0])),
        "all rows are turned within the length of the first one: each has its own",
    ),
    (
        lambda x, lengths: np.stack(
            [np.roll(row[::-1], length, axis=0) for row, length in zip(x, lengths, strict=True)]
        ),
        "the padding is turned as well: after the end everything stays as it is",
    ),
    (_only_sequences, "the padding is set to 0: after the end everything stays as it is"),
    (
        lambda x, lengths: _in_front(x, lengths, x.copy()),
        IN_FRONT,
    ),
    (
        lambda x, lengths: _in_front(x, lengths, np.zeros_like(x)),
        IN_FRONT,
    ),
    (
        lambda x, lengths: np.stack([np.roll(row, length, axis=0) for row, length in zip(x, lengths, strict=True)]),
        "the steps are shifted, not turned",
    ),
    (
        lambda x, lengths: np.take_along_axis(
            x, ((lengths[:, np.newaxis] - 1 - np.arange(x.shape[1])) % x.shape[1])[..., np.newaxis], axis=1
        ),
        "the padding is turned as well: after the end everything stays as it is",
    ),
]

# 14.4: a readout that has seen everything


def _at(h: np.ndarray, places: np.ndarray) -> np.ndarray:
    return h[np.arange(len(h)), places]


def _joined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.concatenate([one, other], axis=1)


def _both_ends(forward: np.ndarray, backward: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    return _joined(_at(forward, lengths - 1), backward[:, 0])


def _both_directions(rng: np.random.Generator) -> list[tuple]:
    return [
        (rng.standard_normal((len(lengths), T, H)), rng.standard_normal((len(lengths), T, H)), np.array(lengths))
        for lengths, T, H in (([3, 5, 2], 6, 2), ([4, 1, 6, 2], 7, 3), ([2, 4], 5, 2))
    ]


def _ends_mistake(one: Callable, other: Callable, sentence: str) -> tuple[Callable, str]:
    return lambda f, b, lengths: _joined(one(f, b, lengths), other(f, b, lengths)), sentence


ENDS_MISTAKES: Mistakes = [
    _ends_mistake(
        lambda f, b, lengths: f[:, -1],
        lambda f, b, lengths: b[:, -1],
        "this is [-1] of both: the last column is padding, and the backward half has not begun to read there",
    ),
    _ends_mistake(
        lambda f, b, lengths: f[:, -1],
        lambda f, b, lengths: b[:, 0],
        "the forward half is taken after the end: its last real step is lengths - 1",
    ),
    _ends_mistake(
        lambda f, b, lengths: _at(f, lengths - 1),
        lambda f, b, lengths: _at(b, lengths - 1),
        "the backward half is taken at the last real step, where it has read one step only",
    ),
    _ends_mistake(
        lambda f, b, lengths: f[:, 0],
        lambda f, b, lengths: b[:, 0],
        "the forward half is taken at the first step, where it has read one step only",
    ),
    _ends_mistake(
        lambda f, b, lengths: f[:, 0],
        lambda f, b, lengths: _at(b, lengths - 1),
        "both halves are taken where they have read one step only: exchange the places",
    ),
    _ends_mistake(
        lambda f, b, lengths: f[:, 0],
        lambda f, b, lengths: b[:, -1],
        "the forward half is taken where it has read one step only, the backward half in the padding",
    ),
    _ends_mistake(
        lambda f, b, lengths: _at(f, lengths),
        lambda f, b, lengths: b[:, 0],
        "the forward half is taken one step after the end: counting from 0, the last real step is lengths - 1",
    ),
    _ends_mistake(
        lambda f, b, lengths: f[:, lengths.max() - 1],
        lambda f, b, lengths: b[:, 0],
        "the forward half is taken at one place for all rows: each sequence has a last step of its own",
    ),
    _ends_mistake(
        lambda f, b, lengths: _at(f, lengths - 2),
        lambda f, b, lengths: b[:, 0],
        "the forward half is taken one step before the last: counted from 0, the last real step is lengths - 1",
    ),
    _ends_mistake(
        lambda f, b, lengths: b[:, 0],
        lambda f, b, lengths: _at(f, lengths - 1),
        "the places are the right ones; but the forward half comes first",
    ),
    _ends_mistake(
        lambda f, b, lengths: _at(f, lengths - 1),
        lambda f, b, lengths: b[:, -1],
        "the backward half is taken in the last column, which is padding or the one step that it has read there",
    ),
    _ends_mistake(
        lambda f, b, lengths: _at(f, lengths - 1),
        lambda f, b, lengths: _at(b[:, ::-1], lengths - 1),
        "the backward half is turned round first: its states are in the order of the steps already",
    ),
    (
        lambda f, b, lengths: _at(f, lengths - 1) + b[:, 0],
        "the two halves are added up: put them side by side, (N, 2H)",
    ),
    _ends_mistake(
        lambda f, b, lengths: _at(b, lengths - 1),
        lambda f, b, lengths: f[:, 0],
        "forward and backward have changed places: both halves have read one step only",
    ),
    (
        lambda f, b, lengths: np.stack([_at(f, lengths - 1), b[:, 0]], axis=1),
        "the two halves stand in an axis of their own, (N, 2, H): put them side by side, (N, 2H)",
    ),
    (
        lambda f, b, lengths: np.concatenate([_at(f, lengths - 1), b[:, 0]], axis=0),
        "the two halves stand one under the other: put them side by side, axis=1",
    ),
]


ONE_PLACE = (
    "Take one place from each row, (N, H), and put the two side by side, (N, 2H). "
    "[:, places] takes all places from every row: see Hint 2"
)


class EndsExercise(FunctionExercise):
    """An exercise in which `h[:, places]` is written easily for a place of each row."""

    def __call__(self, answer: Any) -> str | None:
        """Return what is wrong with the answer in one sentence, or None where it is right."""
        fault = super().__call__(answer)
        if fault and re.search(r"dimension\(s\)|has shape \(\d+, \d+, \d+\)", fault):
            return f"{fault}. {ONE_PLACE}"
        return fault


CHECKERS = {
    "14.1": MaskExercise(right=_mask_from_end, problems=_tokens, mistakes=MASK_MISTAKES, shape="(N, T)"),
    "14.2": PartsExercise(
        right=_masked_mean,
        problems=_outputs,
        parts=[("E", "one number", VALUE_MISTAKES), ("dy", "(N, T)", GRADIENT_MISTAKES)],
    ),
    "14.3": FunctionExercise(right=_turned, problems=_padded, mistakes=TURN_MISTAKES, shape="(N, T, D)"),
    "14.4": EndsExercise(right=_both_ends, problems=_both_directions, mistakes=ENDS_MISTAKES, shape="(N, 2H)"),
}
