"""Checkers of notebook 07: subtraction with a borrow, numbers below zero, a latch, and telling causes apart."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib import sigmoid
from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise

# 7.1: p - q, place by place


def _walk(
    x: np.ndarray,
    rest: Callable = lambda p, q, borrow: p - q - borrow,
    needed: Callable = lambda rest, borrow: rest < 0,
    digit: Callable = lambda rest, borrow: rest + 2 * borrow,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the bits of p - q and the borrows, by three rules that can be exchanged."""
    bits, borrows, borrow = [], [], 0
    for p, q in x:
        left = rest(p, q, borrow)
        borrow = int(needed(left, borrow))
        bits.append(digit(left, borrow))
        borrows.append(borrow)
    return np.array(bits), np.array(borrows)


def _bits(x: np.ndarray, **rules: Callable) -> np.ndarray:
    return _walk(x, **rules)[0]


def _borrows(x: np.ndarray, **rules: Callable) -> np.ndarray:
    return _walk(x, **rules)[1]


def _number(bits: np.ndarray) -> int:
    return sum(int(bit) << t for t, bit in enumerate(bits))


def _of_the_distance(x: np.ndarray) -> np.ndarray:
    p, q = _number(x[:, 0]), _number(x[:, 1])
    return np.array([abs(p - q) >> t & 1 for t in range(len(x))])


def _added(x: np.ndarray) -> np.ndarray:
    return _bits(
        x,
        rest=lambda p, q, carry: p + q + carry,
        needed=lambda total, _: total > 1,
        digit=lambda total, carry: total - 2 * carry,
    )


def _differences(rng: np.random.Generator) -> list[tuple]:
    """Return p and q as bits: p larger, q larger, and longer ones."""
    five_and_seven = np.array([[1, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0]]).T  # 7 - 5
    return [(five_and_seven,), (five_and_seven[:, ::-1].copy(),), *((rng.integers(0, 2, (T, 2)),) for T in (9, 14))]


BITS_MISTAKES: Mistakes = [
    (_borrows, "these are the borrows: return the bits first"),
    (lambda x: _added(x), "this adds: these are the bits of p + q"),
    (
        lambda x: (x[:, 0] - x[:, 1]) % 2,
        "no borrow enters: each place looks at its own two bits only",
    ),
    (lambda x: _bits(x[:, ::-1]), "p and q have changed places: these are the bits of q - p"),
    (lambda x: _bits(x[::-1])[::-1], "it starts at the wrong end: the least significant place is x[0]"),
    (lambda x: _bits(x)[::-1], "the right bits in the wrong order: the least significant one comes first"),
    (
        lambda x: _bits(x, digit=lambda rest, borrow: rest),
        "a digit below 0 is left as it is: a borrowed 1 is worth 2 at this place",
    ),
    (
        lambda x: _bits(x, digit=lambda rest, borrow: rest + borrow),
        "a borrowed 1 is worth 2 at this place, not 1",
    ),
    (
        lambda x: _bits(x, rest=lambda p, q, borrow: p - q + borrow),
        "the borrow that enters is added: it must be subtracted",
    ),
    (
        lambda x: _bits(x, needed=lambda rest, borrow: borrow or rest < 0, digit=lambda rest, _: rest % 2),
        "a borrow never ends: whether one leaves this place is decided anew at each place",
    ),
    (
        lambda x: _bits(x, needed=lambda rest, _: rest <= 0),
        "a new borrow is needed only where the rest is below 0, not where it is 0",
    ),
    (
        _of_the_distance,
        "where p is less than q these are the bits of q - p: go on as at every other place",
    ),
]

BORROW_MISTAKES: Mistakes = [
    (
        lambda x: np.append(0, _borrows(x)[:-1]),
        "these are the borrows that enter each place: return those that leave it",
    ),
    (
        lambda x: (x[:, 0] < x[:, 1]).astype(int),
        "the borrow that enters plays no part: 0 - 0 with a borrow needs one too",
    ),
    (lambda x: _borrows(x[:, ::-1]), "p and q have changed places: these are the borrows of q - p"),
    (lambda x: _borrows(x)[::-1], "the right borrows in the wrong order: that of x[0] comes first"),
]

# 7.2: two's complement


def _signed(bits: np.ndarray) -> int:
    return _number(bits) - (int(bits[-1]) << len(bits))


def _signed_problems(rng: np.random.Generator) -> list[tuple]:
    minus_two = np.array([0, 1, 1, 1, 1, 1, 1, 1])
    others = [np.append(rng.integers(0, 2, T - 1), last) for T, last in ((6, 0), (6, 1), (12, 1), (15, 1))]
    return [(minus_two,), *((bits,) for bits in others)]


SIGNED_MISTAKES: Mistakes = [
    (_number, "the last bit counts as positive: it is worth -2 to the power T - 1"),
    (lambda bits: _signed(bits[::-1]), "the order is turned round: the first bit is worth 1"),
    (lambda bits: _number(bits[::-1]), "the order is turned round, and the last bit counts as positive"),
    (
        lambda bits: (1 - 2 * int(bits[-1])) * _number(bits[:-1]),
        "the last bit is no minus sign for the others: it is worth -2 to the power T - 1",
    ),
    (lambda bits: _number(bits[:-1]), "the last bit is left out: it is worth -2 to the power T - 1"),
    (
        lambda bits: _signed(bits) + int(bits[-1]),
        "one too much where the last bit is 1: it is worth -2 to the power T - 1, for T bits",
    ),
    (
        lambda bits: _number(bits) - (int(bits[-1]) << 8),
        "this counts with 8 places: take T = len(bits)",
    ),
    (lambda bits: 2 * _signed(bits), "twice too much: the first bit is worth 1, not 2"),
    (lambda bits: -_signed(bits), "the sign is the wrong one"),
]

# 7.3: a latch


def check_latch(answer: Any) -> str | None:
    """Return what is wrong with the weights (w_x, w_h, b) of a latch, or None."""
    if np.shape(answer) != (3,) or np.asarray(answer).dtype.kind not in "fiu" or not np.isfinite(answer).all():
        return "three finite numbers are asked for: (w_x, w_h, b)"
    w_x, w_h, b = (float(number) for number in answer)
    for came_at in (None, 0, 20):
        state = 0.0
        for t in range(50):
            total = w_x * (t == came_at) + w_h * state + b
            state = float(sigmoid(np.array(total)))
            wanted = came_at is not None and t >= came_at
            if abs(state - wanted) > 0.01:
                return _latch_fault(came_at, t, total, state)
    return None


def _latch_fault(came_at: int | None, t: int, total: float, state: float) -> str:
    found = f"the sum is {total:.3g} and the state {state:.2f}, at step {t + 1}"
    if came_at is None or t < came_at:
        return f"no 1 has come yet, but {found}: there the sum w_h h + b must be below -4.6"
    if t == came_at:
        return f"a 1 comes, but {found}: there the sum w_x + w_h h + b must be above 4.6"
    return f"a 1 came {t - came_at} steps before, but {found}: there the sum w_h h + b must be above 4.6"


# 7.4: which change alone stops it


def _stops(exploded: np.ndarray) -> np.ndarray:
    return _stopped_by(exploded, lambda k: np.flip(exploded, axis=k))


def _stopped_by(exploded: np.ndarray, changed: Callable[[int], np.ndarray]) -> np.ndarray:
    return np.array([exploded & ~np.broadcast_to(changed(k), exploded.shape) for k in range(3)]).astype(int)


def _others(k: int) -> tuple[int, ...]:
    return tuple(axis for axis in range(3) if axis != k)


def _tables(rng: np.random.Generator) -> list[tuple]:
    one_run = np.zeros((2, 2, 2), bool)
    one_run[0, 0, 1] = True
    return [(one_run,), *((rng.random((2, 2, 2)) < 0.6,) for _ in range(5))]


STOPS_MISTAKES: Mistakes = [
    (
        lambda exploded: np.array([~np.flip(exploded, axis=k) for k in range(3)]).astype(int),
        "a run that did not explode cannot be stopped: there it must be False",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: ~np.flip(exploded, axis=k)),
        "these are the changes that do not stop it: True is asked for where the changed run did not explode",
    ),
    (
        lambda exploded: np.array([~exploded & np.flip(exploded, axis=k) for k in range(3)]).astype(int),
        "these are the runs that explode after the change: those are asked for that explode before it",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: np.flip(exploded)),
        "all three conditions are changed at once: change condition k alone",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: np.flip(exploded, axis=_others(k))),
        "the two other conditions are changed: change condition k alone",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: np.take(exploded, [0], axis=k)),
        "condition k is set to 0: where it is 0 already that is no change",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: np.take(exploded, [1], axis=k)),
        "condition k is set to 1: where it is 1 already that is no change",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: exploded[0, 0, 0]),
        "every run is compared with the run (0, 0, 0): compare it with the run that differs in condition k alone",
    ),
    (
        lambda exploded: _stopped_by(exploded, lambda k: np.flip(exploded, axis=tuple(range(k + 1)))),
        "each change is added to the one before: change condition k alone",
    ),
    (
        lambda exploded: _stops(exploded)[::-1],
        "the conditions stand in the wrong order: k = 0 is the loss, 1 clipping, 2 the bug",
    ),
]

CHECKERS = {
    "7.1": PartsExercise(
        right=_walk,
        problems=_differences,
        parts=[("bits", "(T,)", BITS_MISTAKES), ("borrow", "(T,)", BORROW_MISTAKES)],
    ),
    "7.2": FunctionExercise(right=_signed, problems=_signed_problems, mistakes=SIGNED_MISTAKES, shape="one number"),
    "7.3": check_latch,
    "7.4": FunctionExercise(right=_stops, problems=_tables, mistakes=STOPS_MISTAKES, shape="(3, 2, 2, 2)"),
}
