"""Checkers of notebook 07: bits, a latch, and telling causes apart."""

from typing import Any

import numpy as np

from rnnlib import sigmoid
from rnnlib.course.exercises.checking import FunctionExercise


def _to_bits(number: int, bits: int) -> np.ndarray:
    return np.array([number >> t & 1 for t in range(bits)])


def _to_number(bits: np.ndarray) -> int:
    return sum(int(bit) << t for t, bit in enumerate(bits))


def check_latch(answer: Any) -> str | None:
    """Return what is wrong with the weights (w_x, w_h, b) of a latch, or None."""
    if np.shape(answer) != (3,) or np.asarray(answer).dtype.kind not in "fiu" or not np.isfinite(answer).all():
        return "three numbers are asked for: (w_x, w_h, b)"
    w_x, w_h, b = (float(number) for number in answer)
    for came_at in (None, 0, 20):
        state = 0.0
        for t in range(50):
            state = float(sigmoid(np.array(w_x * (t == came_at) + w_h * state + b)))
            wanted = came_at is not None and t >= came_at
            if abs(state - wanted) > 0.01:
                return _latch_fault(came_at, t, state)
    return None


def _latch_fault(came_at: int | None, t: int, state: float) -> str:
    if came_at is None or t < came_at:
        return f"without any 1 the state is {state:.2f} at step {t + 1}: the sum must be very negative, so look at b"
    if t == came_at:
        return f"when the 1 comes the state is {state:.2f}: w_x + b must be very positive"
    return f"{t - came_at} steps after the 1 the state is {state:.2f}: w_h + b must be very positive, so that it holds"


def check_causes(answer: Any) -> str | None:
    """Return what is wrong with the sets of changes that stop the two explosions, or None."""
    if not isinstance(answer, tuple | list) or len(answer) != 2 or not all(isinstance(s, set) for s in answer):
        return "a pair of sets is asked for, such as ({1}, {2})"
    for_a, for_b = answer
    if 1 not in for_a or 1 not in for_b:
        return "clipped, none of the runs explodes: change 1 stops both"
    if 2 in for_a:
        return "A uses the cross-entropy with its right derivative: there is nothing to mend, so 2 does not stop it"
    if 3 not in for_a or 3 not in for_b:
        return "the right squared error does not explode, even unclipped: change 3 stops both"
    if 2 not in for_b:
        return "B with the derivative mended is the right squared error, which does not explode: 2 stops it"
    extra = (for_a | for_b) - {1, 2, 3}
    return f"there are only the changes 1, 2 and 3, not {sorted(map(str, extra))}" if extra else None


CHECKERS = {
    "7.1": FunctionExercise(
        right=_to_bits,
        problems=lambda rng: [(6, 8), (77, 7), (200, 9)],
        mistakes=[
            (
                lambda number, bits: _to_bits(number, bits)[::-1],
                "the most significant bit comes first: turn the order round",
            ),
            (lambda number, bits: _to_bits(number, number.bit_length()), "the zeros up to the full length are missing"),
            (lambda number, bits: _to_bits(number // 2, bits), "one division too early: take the last bit first"),
            (lambda number, bits: np.full(bits, number % 2), "every bit is the last one: divide by 2 after each"),
        ],
        shape="(bits,)",
    ),
    "7.2": FunctionExercise(
        right=_to_number,
        problems=lambda rng: [(np.array([0, 1, 1, 0, 1]),), (rng.integers(0, 2, 12),)],
        mistakes=[
            (lambda bits: _to_number(bits[::-1]), "the order is turned round: the first bit is worth 1"),
            (lambda bits: int(bits.sum()), "this counts the ones: the bit at place t is worth 2 to the power t"),
            (lambda bits: 2 * _to_number(bits), "twice too much: the first bit is worth 1, not 2"),
            (lambda bits: sum(int(bit) * t**2 for t, bit in enumerate(bits)), "this is t², not 2 to the power t"),
            (lambda bits: sum(2 * t * int(bit) for t, bit in enumerate(bits)), "this is 2t, not 2 to the power t"),
        ],
        shape="one number",
    ),
    "7.3": check_latch,
    "7.4": check_causes,
}
