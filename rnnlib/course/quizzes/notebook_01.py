"""Quizzes about notebook 01: the three weights, and what an autocorrelation says."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "third-weight": Choice(
        title="The third weight (重み)",
        text="The recurrent network of notebook 01 has three weight matrices. One leads from the input to the hidden "
        "layer, "
        "one from the hidden layer to the output. What does the third do?",
        options=(
            Option(
                "It leads from the input of the step before, $x_{t-1}$, to the hidden layer.",
                "that would be a window on the input, of two steps and no more. An RNN carries its own state.",
            ),
            Option(
                "It leads from the hidden layer of the step before, $h_{t-1}$, to the hidden layer of this step.",
                "W_h carries the state from step to step; without it no step would know of the ones before.",
            ),
            Option(
                "It leads from the output of the step before, $y_{t-1}$, to the hidden layer.",
                "a network could be built so, but in ours the state goes on directly, not by way of the output.",
            ),
            Option(
                "It is the bias: a weight on a constant 1.",
                "a bias adds the same number whatever came before; it carries nothing from step to step.",
            ),
        ),
        right=2,
    ),
    "price-level": Choice(
        title="Autocorrelation (自己相関) of a price",
        text="The daily price of a share has an autocorrelation of 0.99 at lag 1. What follows for tomorrow?",
        options=(
            Option(
                "Whether it rises or falls can be predicted rather well.",
                "the 0.99 belongs to the level. A random walk has it too, and its next increment is pure chance.",
            ),
            Option(
                "The price is no random walk: a random walk has no memory.",
                "its increments have none, but its level is the sum of all of them: it has an autocorrelation near 1.",
            ),
            Option(
                "The level will be close to today's, compared with its spread; whether it rises or falls does not "
                "follow.",
                "a level is the one before plus a small increment. Only the increments say whether it rises.",
            ),
        ),
        right=3,
    ),
}
