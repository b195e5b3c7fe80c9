"""A quiz about notebook 03: what one right number proves."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "one-right-number": Choice(
        title="A test (テスト) with one sample",
        text="A forward pass is tried on one sequence, from $h_0 = 0$, and its $h_3$ agrees with the right one to 8 "
        "digits. What is proved?",
        options=(
            Option(
                "That this $h_3$ is right, to 8 digits, for this input and these weights.",
                "and no more: other weights, a second sequence, a start that is not zero, or a look at h_1 may find "
                "a fault.",
            ),
            Option(
                "That the forward pass is right: 8 digits in a row do not agree by chance.",
                "not by chance, but faults can hide: an ignored h_0 is invisible as long as h_0 is zero.",
            ),
            Option(
                "That it is right for any batch: sequences do not touch each other.",
                "in a right forward they do not. In this one a missing batch axis or a leak would show only for N ≥ 2.",
            ),
        ),
        right=1,
    ),
}
