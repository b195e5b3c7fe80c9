"""Quizzes about notebook 14: padded steps that count, the last step of both directions, and a loss that is too good."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "padded-accuracy": Choice(
        title="Padding (パディング) that counts",
        text="Three of four steps of a batch are padding. A network answers 0 everywhere; 0 is also what stands in the "
        "targets of the padded steps. Of the real steps, half have the target 1. Without a mask, which fraction of all "
        "its answers is right?",
        options=(
            Option("0.5", "so it is over the real steps alone, with a mask."),
            Option("0.75", "these are the padded steps alone; half of the real ones are right as well."),
            Option("0.875", "0.75 from the padding and half of the other 0.25: the number says little of the network."),
            Option("1", "half of the real steps have the target 1, and there 0 is wrong."),
        ),
        right=3,
    ),
    "last-of-both": Choice(
        title="The last step of both directions (双方向)",
        text="A layer that reads in both directions gives a result at each of T steps. What has the backward half of "
        "the result at the LAST step read?",
        options=(
            Option("The whole sequence.", "that is the forward half at the last step, or the backward half at step 1."),
            Option("The last step only.", "it reads from the end, and at the last step it has just begun."),
            Option("Nothing.", "it has read one step: the result of a step contains the input of that step."),
            Option(
                "All steps but the last.",
                "the backward half has not come to the earlier steps yet: it reads from the end.",
            ),
        ),
        right=2,
    ),
    "below-the-noise": Choice(
        title="A loss below the noise (ノイズ)",
        text="The next value of a series is a known rule of the past, plus noise that nothing tells beforehand. A "
        "network forecasts it with a mean squared error far below the variance of the noise, on new data too. What "
        "follows?",
        options=(
            Option(
                "The network has learned the rule better than we know it.",
                "the rule itself has the variance of the noise as its error, and no forecast from the past is better.",
            ),
            Option(
                "It has overfitted.",
                "then the error would be low on the training data only; this is new data.",
            ),
            Option(
                "What is to be forecast has reached the input.",
                "only what contains the value tells its noise: look for a layer, a window or a mean that reads ahead.",
            ),
        ),
        right=3,
    ),
}
