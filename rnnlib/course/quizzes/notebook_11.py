"""Quizzes about notebook 11: the bias of the forget gate, how gates are checked, and the two forms of the GRU."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "forget-bias": Choice(
        title="The bias of the forget gate (忘却ゲート)",
        text="An LSTM must name after 200 steps what it saw at the first one. At which of these values should the bias "
        "of its forget gate start?",
        options=(
            Option(
                "At 1, as in Keras, unless told otherwise.",
                "σ(1) = 0.73 a step leaves less than 1e-20 of the cell after 200 steps.",
            ),
            Option(
                "At 0, so that training is free to move it.", "σ(0) is a half: after 200 steps less than 1e-20 is left."
            ),
            Option("At about log 200 = 5.3.", "then more than a third is left after 200 steps, before any training."),
            Option(
                "At 200, one for each step.",
                "in float64 the gate is then 1 and its slope 0: it keeps everything, and cannot learn to forget.",
            ),
        ),
        right=3,
    ),
    "gate-check": Choice(
        title="Checking a layer with gates",
        text="The way back by the cell is missing in a backward pass. Which check is sure to show it?",
        options=(
            Option(
                "One step, from a random start, all weights.",
                "with one step nothing has to come back by the cell before the weights get their gradient: it passes.",
            ),
            Option(
                "Two steps, from zero, the loss at the last one, the forget gate's weights.",
                "that is the published check: it passes, since c_0 = 0 leaves that gate without a gradient at step 1.",
            ),
            Option(
                "Six steps, from a random start, with a loss at each, all arrays.",
                "what has to come back by the cell is then a part of every array: all six are wrong.",
            ),
            Option(
                "Ten thousand steps, and whether the loss falls.",
                "wrong gradients can lower a loss too, as notebook 06 showed.",
            ),
        ),
        right=3,
    ),
    "reset-form": Choice(
        title="The reset gate (リセットゲート) before or after the product",
        text="A GRU of several nodes was trained with the reset gate before the product. Its weights, its bias as "
        "`b_x` and zeros as `b_h` are loaded into a GRU with the reset after it. What comes out?",
        options=(
            Option(
                "The same numbers: r ⊙ h times W is r ⊙ (h times W).",
                "the gate has an entry for each node before the product, and the product mixes the nodes.",
            ),
            Option(
                "Another function, that agrees after the first step from zero only.",
                "at the first step there is no past to be reset. From the second on the two differ.",
            ),
            Option("An error: the shapes do not fit.", "all shapes fit. Nothing tells that the numbers are others."),
            Option(
                "The same function with the sign of one block turned.",
                "turned signs mend the other difference between texts, the meaning of z. Here no sign is wrong.",
            ),
        ),
        right=2,
    ),
}
