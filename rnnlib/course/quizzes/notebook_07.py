"""A quiz about notebook 07: the wrong slope that learns."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "wrong-slope": Choice(
        title="A wrong gradient that learns (学習する誤った勾配)",
        text="`d_sigmoid(v)` is sigmoid(v) (1 − sigmoid(v)). The published adder of notebook 07 multiplies $y - d$ by "
        "`d_sigmoid(y)`, though $y$ has been through the sigmoid already. Why did it learn all the same?",
        options=(
            Option(
                "The line is right: with the output at hand, `d_sigmoid` is to be taken at $y$.",
                "the slope of the sigmoid at v is y (1 − y). d_sigmoid(y) takes it at the wrong place.",
            ),
            Option(
                "The optimizer sees the mistake in the loss and makes up for it.",
                "an optimizer sees only the gradients that it is given; it knows nothing about the loss.",
            ),
            Option(
                "For any $y$ in [0, 1], `d_sigmoid(y)` is nearly the same, about 0.22.",
                "so what is left is close to 0.22 (y − d), the direction of the cross-entropy: a right gradient, "
                "of another loss.",
            ),
            Option(
                "The mistake is so small that rounding hides it: $y$ and the sum before it are nearly equal.",
                "for y = 0.999 and d = 0 the factor is nearly 200 times too large.",
            ),
        ),
        right=3,
    ),
}
