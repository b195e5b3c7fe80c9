"""A quiz about notebook 03: what one right number proves."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "one-right-number": Choice(
        title="A test (テスト) with one sample",
        text="A forward pass is tried on one sequence, from $h_0 = 0$, and its $h_3$ agrees with the right one to 8 "
        "digits. What is proved?",
        options=(
            Option(
                "That this $h_3$ is right to 8 digits, for this input, this start and these weights.",
                "and no more: other weights, a second sequence, a start that is not zero, or a look at h_1 may find "
                "a fault.",
            ),
            Option(
                "That the step is right for any input and any weights, since a fault would show in 8 digits.",
                "a fault shows only where its numbers matter: an ignored h_0 is invisible as long as h_0 is zero.",
            ),
            Option(
                "That the $h_1$ and $h_2$ it returns are right to 8 digits too, since $h_3$ is computed from them.",
                "it may compute with other states than those that it returns: one of the faults of 3.8 returns zeros "
                "for h_1.",
            ),
            Option(
                "That it is right for a batch of such sequences too, since they only use the same weights.",
                "in a right forward pass they do. A leak shows only where N ≥ 2.",
            ),
        ),
        right=1,
    ),
}
