"""The quizzes that no notebook has prepared: the size of a convolution, and the network over a tree."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.quizzes.question import Choice, Formula, Option


def _problems(rng: np.random.Generator) -> list[tuple]:
    return [(7, 3, 1, 2), (9, 3, 2, 1), (10, 3, 4, 1), (28, 5, 1, 2), (5, 3, 2, 1)]


QUIZZES = {
    "conv-size": Choice(
        title="The size of a convolution (畳み込み)",
        text="An image of 5 × 5 is convolved with a filter of 3 × 3; the stride is 2, the padding 1. How large is the "
        "result?",
        options=(
            Option("2 × 2", "that would be the padding forgotten, or a filter of 5 × 5. It is ⌊(5 + 2·1 − 3)/2⌋ + 1."),
            Option("3 × 3", "⌊(5 + 2·1 − 3)/2⌋ + 1 = 3 places in each direction."),
            Option("4 × 4", "that is 5 + 2·1 − 3: divide by the stride, and count the first place too."),
            Option("5 × 5", "that would be stride 1: padding 1 keeps the size for a filter of 3 × 3."),
        ),
        right=2,
    ),
    "conv-formula": Formula(
        title="The size of any convolution (出力サイズ)",
        text="Write the side of the result as a function of `size` (the side of the image), `filter_size`, `stride` "
        "and `padding`. The filter must lie wholly on the padded image.",
        checker=FunctionExercise(
            right=lambda size, filter_size, stride, padding: (size + 2 * padding - filter_size) // stride + 1,
            problems=_problems,
            mistakes=[
                (lambda n, f, s, p: (n + 2 * p - f) // s, "one too few: the first place of the filter counts too"),
                (lambda n, f, s, p: (n + p - f) // s + 1, "the padding stands on both sides, so it counts twice"),
                (lambda n, f, s, p: (n - f) // s + 1, "the padding is forgotten"),
                (lambda n, f, s, p: n + 2 * p - f + 1, "the stride is forgotten: the filter moves on by stride places"),
                (
                    lambda n, f, s, p: (n + 2 * p - f) / s + 1,
                    "a size is a whole number: where the last step does not fit, it is left out, so round down (`//`)",
                ),
                (
                    lambda n, f, s, p: -(-(n + 2 * p - f) // s) + 1,
                    "rounded up: where the last step does not fit, it is left out, so round down",
                ),
            ],
            shape="one number",
        ),
        why="⌊(size + 2 padding − filter_size)/stride⌋ + 1.",
    ),
    "concatenate": Choice(
        title="The recursive network (再帰型ニューラルネットワーク): two children, one parent",
        text="A network over trees makes the vector of a parent from those of its two children, `left` and `right`, "
        "each with H numbers. With W of shape (H, 2H), which line goes into the activation?",
        options=(
            Option(
                "`W.dot(left + right)`",
                "the shapes do not fit, and with a W of (H, H) the order would be lost: left + right is right + left.",
            ),
            Option(
                "`W.dot(np.concatenate([left, right]))`",
                "2H numbers in, H out: each child has its own half of W, and the parent is as long as a child.",
            ),
            Option(
                "`W.dot(left * right)`",
                "the shapes do not fit, and a product of entries is blind to the order, and dead where one child is 0.",
            ),
            Option(
                "`W.dot(np.maximum(left, right))`",
                "the shapes do not fit, and of every pair of numbers the smaller would be thrown away.",
            ),
        ),
        right=2,
    ),
}
