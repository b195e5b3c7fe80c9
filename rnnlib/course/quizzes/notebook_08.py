"""Quizzes about notebook 08: clipping, the spectral radius, and what vanishing does not mean."""

from rnnlib.course.quizzes.question import Choice, Option

QUIZZES = {
    "clipping": Choice(
        title="Clipping (勾配クリッピング) against vanishing",
        text="In a long sequence, the gradient that comes from the early steps has vanished beside that of the "
        "late ones. Does clipping by the global norm help?",
        options=(
            Option(
                "Yes: it brings small gradients up to the norm that was set.",
                "clipping only ever shortens. What is below the norm is left as it is.",
            ),
            Option(
                "No: it shortens everything by one factor, so the early steps keep their tiny part of it.",
                "it saves from an update that is too large. It cannot bring back what did not arrive.",
            ),
            Option(
                "Yes: it cuts the late steps down until the early ones can be seen.",
                "it has one factor for the whole gradient: late and early shrink alike.",
            ),
            Option(
                "No: it sets small gradients to zero.",
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
                "It explodes: 1.5 to the power of the number of steps.",
                "so it is without activation. With tanh each step also multiplies by slopes that may be far below 1.",
            ),
            Option(
                "It cannot explode: tanh is bounded.",
                "the states are bounded, their slopes are not kept small: near 0 the slope of tanh is 1.",
            ),
            Option(
                "That depends on the states: where tanh is flat it vanishes all the same.",
                "the radius alone decides only for the linear network; large inputs make the slopes tiny.",
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
                "Yes, it has forgotten: what has no gradient has no effect on the last state.",
                "no effect of a small change. Which of two far-apart states it was in may still be kept (8.6).",
            ),
            Option(
                "Not necessarily: what undoes every small change can still hold a bit.",
                "forgetting is about the states, vanishing about their slopes: a state can hold a bit for ever, with "
                "a slope of 0.",
            ),
            Option(
                "No, it cannot have: a gradient that seems to vanish is a rounding error of float64.",
                "it is a true number; float64 reaches down to 1e-308.",
            ),
        ),
        right=2,
    ),
}
