"""The quizzes that no notebook has prepared: the size of a convolution, and the network over a tree."""

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.quizzes.question import Choice, Formula, Option


def _problems(rng: np.random.Generator) -> list[tuple]:
    return [(7, 3, 1, 2), (9, 3, 2, 1), (10, 3, 4, 1), (28, 5, 1, 2), (5, 3, 2, 1), (7, 2, 3, 0)]


QUIZZES = {
    "conv-size": Choice(
        title="The size of a convolution (畳み込み)",
        text="An image of 5 × 5 is convolved with a filter of 3 × 3; the stride is 2, the padding 1. How large is the "
        "result?",
        options=(
            Option(
                "2 × 2", "that would be the padding forgotten, or a filter of 5 × 5. With its frame the image is 7 × 7."
            ),
            Option(
                "3 × 3",
                "with its frame the image is 7 × 7; the filter can start at 0, 2 and 4: three places in each "
                "direction.",
            ),
            Option("4 × 4", "that would be 7 − 3: but the filter moves by two, and its first place counts too."),
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
        "each with H numbers. W is a matrix that fits. Which line goes into the activation, if `left` and `right` "
        "must not "
        "be mixed up?",
        options=(
            Option(
                "`W.dot(left + right)`",
                "with a W of (H, H) that runs, but left + right is right + left: the order is lost.",
            ),
            Option(
                "`W.dot(np.concatenate([left, right]))`",
                "W is (H, 2H): each child has its own half of it, and the parent is as long as a child.",
            ),
            Option(
                "`W.dot(left * right)`",
                "a product of entries is blind to the order, and dead where one child is 0.",
            ),
            Option(
                "`W.dot(np.maximum(left, right))`",
                "the larger of two numbers is blind to the order, and the smaller is thrown away.",
            ),
        ),
        right=2,
    ),
}
