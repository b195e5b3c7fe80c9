"""Quizzes about notebook 04: the chain rule, the slope of tanh, and what a summed loss does."""

from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.quizzes.question import Choice, Formula, Option

QUIZZES = {
    "chain-rule": Formula(
        title="The chain rule (連鎖律)",
        text="$z = t^2$ and $t = x + y$. Write $dz/dx$ as a function of `x` and `y`.",
        checker=FunctionExercise(
            right=lambda x, y: 2 * (x + y),
            problems=lambda rng: [(1.5, 2.0), (-0.25, 4.0), (3.0, -1.0)],
            mistakes=[
                (
                    lambda x, y: 1,
                    "this is dt/dx alone, or the rule as misprinted, dx/dt · dt/dx; it is dz/dt · dt/dx",
                ),
                (lambda x, y: 2 * x, "y is lost: t is x + y, and dz/dt = 2t"),
                (lambda x, y: (x + y) ** 2, "this is z itself, not its slope"),
                (lambda x, y: x + y, "this is t: the derivative of t² is 2t"),
                (lambda x, y: 2 * (x + y) * x, "dt/dx is 1, not x: t grows as fast as x does"),
            ],
            shape="one number",
        ),
        why="dz/dt · dt/dx = 2t · 1 = 2 (x + y).",
    ),
    "tanh-slope": Choice(
        title="The derivative (導関数) of tanh, from its output",
        text="Of a state you only have $h = \\tanh(a)$, not $a$. What is the slope of tanh at $a$?",
        options=(
            Option("$1 - \\tanh^2(h)$", "tanh is taken twice: h has been through tanh already, so its square will do."),
            Option("$h\\,(1 - h)$", "this is the slope of the sigmoid, from its output."),
            Option("$1 - a^2$", "the square of the output belongs here, not that of the input; and a is not at hand."),
            Option("$1 - h^2$", "from the output alone: the way back needs no a."),
        ),
        right=4,
    ),
    "sum-or-mean": Choice(
        title="Summed or averaged loss (損失の和と平均)",
        text="A loss is summed over the 8 steps of each sequence. You take the mean over the 8 steps instead, and "
        "leave the learning rate of SGD as it was. What changes?",
        options=(
            Option(
                "The minimum is at the same place, so every update is the same as before.",
                "the place is the same, but the way to it is not: an update is an eighth as long.",
            ),
            Option(
                "From the same weights, an update has the same direction, and is 8 times shorter.",
                "all gradients are divided by 8, which is the same as a learning rate divided by 8.",
            ),
            Option(
                "From the same weights, an update has the same length, and another direction.",
                "it is the other way round: dividing by a number changes the length, not the direction.",
            ),
            Option(
                "The number that is printed is 8 times smaller, and every update is the same as before.",
                "the gradients are those of the loss: divided by 8 with it, and the update with them.",
            ),
        ),
        right=2,
    ),
}
