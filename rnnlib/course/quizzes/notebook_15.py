"""Quizzes about notebook 15: what a scan can do, what it costs, and what factors from 0 to 1 cannot do."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "which-scan": Choice(
        title="Which recurrence (漸化式) can be scanned?",
        text="A scan needs a rule that makes one step of two steps, of the same kind and the same size. For which of "
        "these recurrences is there such a rule, as it stands?",
        options=(
            Option(
                r"$h_t = \tanh(w h_{t-1} + x_t)$: everything in it is a number.",
                "two such steps have a tanh inside a tanh, which is not one step of the same kind.",
            ),
            Option(
                r"$h_t = h_{t-1} M_t + b_t$, with a matrix $M_t$ at each step that is known beforehand.",
                "first M and b, then M' and b', is `h M M' + b M' + b'`: again a matrix and a vector.",
            ),
            Option(
                r"$h_t = z_t h_{t-1} + (1 - z_t) n_t$, where $z_t$ is computed from $h_{t-1}$, as in a GRU.",
                "the factor is not known before the state before it is, and the step is not linear in that state.",
            ),
        ),
        right=2,
    ),
    "one-at-a-time": Choice(
        title="A scan (スキャン) on a machine that does one product at a time",
        text="At T = 8,192 the loop takes 8,192 steps, and the scan takes 13 rounds. A machine does one product after "
        "the other. Counting products only, which of the two is finished first?",
        options=(
            Option(
                "The scan: 13 rounds against 8,192 steps, so it is 630 times as fast.",
                "a round is one step only where all of its products are done at once. Here they queue.",
            ),
            Option(
                "Neither: both compute the same states from the same numbers.",
                "they agree in the states, not in the work: each round goes over half of the places or more again.",
            ),
            Option(
                "The loop: each round of the scan has thousands of products.",
                "it has 24 times as many in all. A scan buys fewer rounds with more products. It pays where many are "
                "done at once.",
            ),
        ),
        right=3,
    ),
    "parity-limit": Choice(
        title="Parity (パリティ) and one unit of a minimal GRU",
        text="Why does one unit of a minimal GRU, read by a threshold, not give the parity of long rows of ones, "
        "whatever its weights?",
        options=(
            Option(
                "The gradient vanishes on the way back, so that the right weights are not found.",
                "there are no right weights to be found: it is not a matter of training.",
            ),
            Option(
                "Each step moves the state towards the same n, and never past it: it crosses a threshold at most once.",
                "parity changes at every step. With a factor of -1 the state jumps to and fro, and does it.",
            ),
            Option(
                "It has too few units for numbers that large: parity of T bits needs a memory of T bits.",
                "one bit is enough: even or odd so far. What is missing is a step that turns it over.",
            ),
        ),
        right=2,
    ),
}
