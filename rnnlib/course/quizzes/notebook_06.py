"""Quizzes about notebook 06: a gradient overwritten in place, and what a passed check tells."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "in-place": Choice(
        title="In place (インプレース演算)",
        text="Inside a backward loop over several steps stands `dh[:, t] += dh_next`, where `dh` is the array that "
        "the caller passed in. The rest is right. Backward is called twice with the same array. Which call gives the "
        "right gradients?",
        options=(
            Option(
                "Neither: at the last step the sum is already in the wrong array.",
                "the sum is just what is needed, and the first call is right. That is why a check of one call passes.",
            ),
            Option(
                "Both: the second call overwrites what the first one has left.",
                "the second call does not begin anew: `+=` adds once more, to a dh that is no longer what the loss "
                "said.",
            ),
            Option(
                "Only the first: the second one starts from what the first one has left.",
                "after it the caller's dh has changed. The checker of notebook 06 calls twice, and looks at the "
                "arguments, for this reason.",
            ),
        ),
        right=3,
    ),
    "passed-check": Choice(
        title="A passed gradient check (勾配確認)",
        text="`check_gradients` passes for your layer; no gradient is tiny, and no entry is at a kink. What does that "
        "tell you?",
        options=(
            Option(
                "At the numbers that were tried, backward agrees with the gradient of whatever forward computes.",
                "and forward may compute something else than you mean. It needs a check of its own.",
            ),
            Option(
                "At the numbers that were tried, forward is what you meant, and backward agrees with its gradient.",
                "the check compares the two with each other, not with the network that you had in mind.",
            ),
            Option(
                "From the numbers that were tried, small updates by these gradients will learn the task.",
                "a right gradient may still vanish, explode, or lead nowhere.",
            ),
            Option(
                "At all numbers of these shapes, backward agrees with the gradient of whatever forward computes.",
                "it was tried on this input, these weights and sizes; with h_0 = 0 a wrong dW_h can hide.",
            ),
        ),
        right=1,
    ),
}
