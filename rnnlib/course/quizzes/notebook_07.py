"""A quiz about notebook 07: the wrong slope that learns."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "wrong-slope": Choice(
        title="A wrong gradient that learns (学習する誤った勾配)",
        text="The published adder multiplies $y - d$ by `d_sigmoid(y)`, though $y$ has been through the sigmoid "
        "already. Why did it learn all the same?",
        options=(
            Option(
                "The line is right: `d_sigmoid` may be taken at $y$.",
                "the slope of the sigmoid at v is y (1 − y). d_sigmoid(y) takes it at the wrong place.",
            ),
            Option(
                "The optimizer sees the mistake in the loss and makes up for it.",
                "an optimizer sees only the gradients that it is given; it knows nothing about the loss.",
            ),
            Option(
                "For any $y$ in [0, 1] that factor is nearly constant, so what is left is close to $y - d$.",
                "which is the gradient of the cross-entropy: an honest gradient, of another loss.",
            ),
            Option(
                "The mistake is only a rounding error.",
                "for y = 0.999 and d = 0 the factor is nearly 200 times too large.",
            ),
        ),
        right=3,
    ),
}
