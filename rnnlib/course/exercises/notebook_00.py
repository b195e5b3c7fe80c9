"""Checker of notebook 00: one exercise to practise on."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise


def _numbers(rng: np.random.Generator) -> list[tuple]:
    return [(rng.standard_normal(3),), (rng.standard_normal((2, 4)),)]


CHECKERS = {
    "0.1": FunctionExercise(
        right=lambda x: 2 * x,
        problems=_numbers,
        mistakes=[
            (lambda x: x, "this is x itself, not twice x"),
            (lambda x: x**2, "this is x squared: ** is a power, * is a product"),
            (lambda x: x + 2, "this is x plus 2, not 2 times x"),
            (lambda x: x / 2, "this is half of x"),
        ],
        shape="the shape of x",
    ),
}
