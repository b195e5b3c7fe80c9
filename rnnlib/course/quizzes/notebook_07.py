"""A quiz about notebook 07: the wrong slope that learns."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "wrong-slope": Choice(
        title="A wrong gradient that learns (学習する誤った勾配)",
        text="`d_sigmoid(v)` is sigmoid(v) (1 − sigmoid(v)). The published adder of 6.7 multiplies $y - d$ by "
        "`d_sigmoid(y)`, though $y$ has been through the sigmoid already. In 6.7 most "
        "networks trained with this line learned their task. Why?",
        options=(
            Option(
                "The line is right: where the output is at hand, the slope of the sigmoid is read from $y$.",
                "the slope of the sigmoid at v is y (1 − y). d_sigmoid(y) takes it at the wrong place.",
            ),
            Option(
                "Each update lowers the loss a little less, and the optimizer makes up for that by more updates.",
                "SGD, which trained them, sees only the gradients that it is given; it knows nothing about the "
                "loss, and cannot tell a wrong gradient from a right one.",
            ),
            Option(
                "For any $y$ in [0, 1], `d_sigmoid(y)` is nearly the same number, so $y - d$ decides.",
                "it lies between 0.19 and 0.25, so what is left is close to 0.22 (y − d): about 0.22 times the "
                "right delta of another loss, the cross-entropy.",
            ),
            Option(
                "The mistake is small: $y$ and the sum $v$ before it are so near that the two slopes are too.",
                "for y = 0.999 and d = 0 the factor is nearly 200 times too large.",
            ),
        ),
        right=3,
    ),
}
