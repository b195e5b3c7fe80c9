"""Quizzes about notebook 12: perplexity, a state that belongs to another text, and the temperature."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "perplexity": Choice(
        title="Perplexity (パープレキシティ) of one bad guess",
        text="A model gives 99 characters the probability one half each, and one character the probability 0. What "
        "is its perplexity on these 100 characters?",
        options=(
            Option(
                "About 2: one character of a hundred hardly counts in a mean.",
                "each character counts by the logarithm of its probability, and that of 0 has no bound.",
            ),
            Option(
                "Infinite: the character with probability 0 has a loss without bound, and the mean with it.",
                "that is why our models give each character some probability: a softmax does, unless it is rounded "
                "to 0, and counts are smoothed.",
            ),
            Option(
                "Not defined: such a character is left out of the mean, and 2 remains.",
                "who leaves out what a model got wrong makes it look better than it is.",
            ),
        ),
        right=2,
    ),
    "carried-state": Choice(
        title="A state that is carried (引き継ぎ) between shuffled batches",
        text="The pieces of a text are shuffled, and put into batches. In training the state is carried from batch to "
        "batch. What does a row start from, as a rule?",
        options=(
            Option(
                "From a state that another place of the text has left: it does not belong to what comes now.",
                "the state fits only where each row goes on from where the row of the batch before has stopped.",
            ),
            Option(
                "From zeros: a network notices that the row does not continue the one before, and resets its state.",
                "a network notices nothing of the kind: the state is an array that it is given.",
            ),
            Option(
                "From the state of its own past: shuffling changes the order of the batches, not that of a text.",
                "the piece before it in the text is now, as a rule, in some other place, perhaps in a later batch.",
            ),
        ),
        right=1,
    ),
    "temperature": Choice(
        title="Temperature (温度) of 2",
        text="A character is likelier than another one: four times as likely at temperature 1. How many times at "
        "temperature 2?",
        options=(
            Option(
                "Eight times.",
                "that would be twice as many: the temperature divides logits, and a ratio is the exponential of "
                "their difference.",
            ),
            Option("Sixteen times.", "so it is at temperature one half: a low temperature prefers the likely ones."),
            Option(
                "Twice.",
                "half of the difference of the logits makes the square root of the ratio, and the root of four is two.",
            ),
            Option(
                "Four times: all logits are divided by the same number.",
                "the difference of two logits is halved as well, and the ratio is its exponential.",
            ),
        ),
        right=3,
    ),
}
