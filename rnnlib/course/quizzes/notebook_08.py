"""Quizzes about notebook 08: clipping, the spectral radius, and what vanishing does not mean."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "clipping": Choice(
        title="Clipping (勾配クリッピング) against vanishing",
        text="In a long sequence, the gradient that comes from the early steps has vanished beside that of the "
        "late ones. Does clipping by the global norm help?",
        options=(
            Option(
                "Yes: it brings every gradient to the norm that was set, so the parts of the early steps get longer.",
                "clipping never lengthens: what is below the norm is left as it is.",
            ),
            Option(
                "No: it multiplies everything by one factor, so the early steps keep their tiny part of it.",
                "it can save from an update that is too large. It cannot bring back what did not arrive.",
            ),
            Option(
                "Yes: it limits the parts of the late steps, so those of the early ones count for more beside them.",
                "it has one factor for the whole gradient: late and early parts shrink alike.",
            ),
            Option(
                "No: it sets what is small beside the norm to zero, and the parts of the early steps are lost.",
                "it sets nothing to zero: every entry is multiplied by the same factor.",
            ),
        ),
        right=2,
    ),
    "spectral-radius": Choice(
        title="Spectral radius (スペクトル半径)",
        text="$W_h$ has the spectral radius 1.5, and the activation is tanh. What does the gradient do on its "
        "way back?",
        options=(
            Option(
                "It explodes: the slopes of tanh delay it, but in the long run the spectral radius decides.",
                "so it is without activation, from almost every row. With tanh every step also multiplies by slopes, "
                "and these may be far below 1 for ever.",
            ),
            Option(
                "It cannot explode: tanh keeps the states between −1 and 1, and with them the gradient.",
                "the states are bounded, their slopes are not kept small: near 0 the slope of tanh is near 1.",
            ),
            Option(
                "It depends on the states: near 0 it may grow, and where tanh is flat it may vanish all the same.",
                "the radius alone decides only for the linear network, in the long run; large inputs can make the "
                "slopes tiny.",
            ),
        ),
        right=3,
    ),
    "forgetting": Choice(
        title="Vanishing (勾配消失) and forgetting",
        text="The gradient of the last state by the first vanishes. Does the network no longer know how the "
        "sequence began?",
        options=(
            Option(
                "Yes: the gradient says how much the first state changes the last one, so nothing of it is left.",
                "it says so of a small change only. Which of two far-apart states it was in may still be kept, as the "
                "proof below shows.",
            ),
            Option(
                "Not necessarily: a network that undoes every small change of its state can still hold one bit of it.",
                "forgetting is about the states, vanishing about their slopes: a state can hold a bit, while "
                "the slope goes to 0.",
            ),
            Option(
                "No: a gradient that seems to vanish is only rounded to 0 by float64; in exact numbers it is large.",
                "it is a true number, and tiny in exact numbers too: float64 reaches down to 1e-308.",
            ),
        ),
        right=2,
    ),
}
