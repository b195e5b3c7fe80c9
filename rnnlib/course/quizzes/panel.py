"""The panel of a quiz: a button for each option, a Check button, and what is said to the answer."""

import html
import re
from collections.abc import Callable

from ipywidgets import Button, HTMLMath, Layout, ToggleButtons, VBox

from rnnlib.course.quizzes.question import Choice


def panel(quiz: Choice, answer: Callable[[int], str]) -> VBox:
    """Return a panel to answer `quiz`; `answer` takes the number that was chosen and returns the feedback."""
    choice = ToggleButtons(
        options=[(str(number), number) for number in range(1, len(quiz.options) + 1)],
        value=None,
        style={"button_width": "3em"},
    )
    check = Button(
        description="Check",
        button_style="primary",
        tooltip="Check the option that is chosen",
        layout=Layout(margin="0.6em 0.15em"),
    )
    feedback = HTMLMath(layout=Layout(max_width="46em"))

    def on_click(_: Button) -> None:
        chosen = "Choose an option first." if choice.value is None else answer(choice.value)
        feedback.value = as_html(chosen)

    def on_choice(_: object) -> None:
        feedback.value = ""  # it was said of another option

    check.on_click(on_click)
    choice.observe(on_choice, names="value")
    parts = {"rnn-quiz-choice": choice, "rnn-quiz-check": check, "rnn-quiz-feedback": feedback}
    box = VBox([part.add_class(name) for name, part in parts.items()], layout=Layout(padding="0.5em"))
    return box.add_class("rnn-quiz")


def as_html(text: str) -> str:
    """Return `text` with its `code` marked as code and nothing else taken for HTML."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text, quote=False))
