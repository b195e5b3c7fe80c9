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
                "It leads from the input of the step before, $x_{t-1}$, to the hidden layer of this step.",
                "that would be a window on the input, of two steps and no more. An RNN carries its own state.",
            ),
            Option(
                "It leads from the hidden layer of the step before, $h_{t-1}$, to the hidden layer of this step.",
                "W_h carries the state from step to step; without it no step would know of the ones before.",
            ),
            Option(
                "It leads from the output of the step before, $y_{t-1}$, to the hidden layer of this step.",
                "a network could be built so, but in ours the state goes on directly, not by way of the output.",
            ),
            Option(
                "It leads from a constant input of 1 to the hidden layer, and adds the same numbers at every step.",
                "that is the bias: it adds the same numbers whatever came before, and carries nothing along.",
            ),
        ),
        right=2,
    ),
    "price-level": Choice(
        title="Autocorrelation (自己相関) of a price",
        text="The daily price of a share has an autocorrelation of 0.99 at lag 1. What follows?",
        options=(
            Option(
                "Whether it rises or falls tomorrow can be predicted better than by a coin, though not with certainty.",
                "the 0.99 belongs to the level. A random walk can have it too, and its next increment is pure chance.",
            ),
            Option(
                "The price is no random walk, since the values of a random walk do not depend on each other.",
                "its increments do not; but its level is the sum of all of them. The walks of 1.3 had an "
                "autocorrelation near 1.",
            ),
            Option(
                "Its level tomorrow will most likely be close to today's, compared with its spread; the direction "
                "stays open.",
                "a level is the one before plus a small increment. Only the increments say whether it rises.",
            ),
        ),
        right=3,
    ),
}
