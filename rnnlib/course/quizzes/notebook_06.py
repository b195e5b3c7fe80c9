"""Quizzes about notebook 06: a gradient overwritten in place, and what a passed check proves."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "in-place": Choice(
        title="In place (破壊的代入)",
        text="Inside a backward loop stands `dh[:, t] += dh_next`, where `dh` is the array that the caller passed in. "
        "The rest is right. What happens?",
        options=(
            Option(
                "The gradients are wrong at the first call already.",
                "at the first call the sum is just what is needed. That is why a check of one call passes.",
            ),
            Option(
                "Nothing: the caller has no more use for `dh`.",
                "who knows? A second call with the same array, or another layer that reads it, gets other numbers.",
            ),
            Option(
                "The first call is right, but the caller's array is changed; a second call is wrong.",
                "the checker of notebook 06 calls twice and looks at the arguments for this very reason.",
            ),
        ),
        right=3,
    ),
    "passed-check": Choice(
        title="A passed gradient check (勾配確認)",
        text="`check_gradients` passes for your layer. What is proved?",
        options=(
            Option(
                "On these numbers, backward is the gradient of whatever forward computes.",
                "and forward may compute something else than you mean. It needs a check of its own.",
            ),
            Option(
                "Forward and backward are both right.",
                "the check compares the two with each other, not with the network that you had in mind.",
            ),
            Option(
                "The network will learn.",
                "a right gradient may still vanish, explode, or lead nowhere.",
            ),
            Option(
                "Backward is right for every input.",
                "it was tried on this input, these weights and sizes; with h_0 = 0 a wrong dW_h can hide.",
            ),
        ),
        right=1,
    ),
}
