"""The notebooks of the course, in reading order."""

from typing import NamedTuple


class Notebook(NamedTuple):
    """A notebook: its number, its title, the minutes it takes, and the name of its file."""

    number: str
    title: str
    minutes: int
    file: str


NOTEBOOKS = [
    Notebook("00", "Start here", 5, "00_start_here.ipynb"),
    Notebook("01", "Sequences and state", 20, "01_sequences_and_state.ipynb"),
    Notebook("02", "Forward pass", 35, "02_forward_pass.ipynb"),
    Notebook("03", "The small-array experiment", 20, "03_small_array_experiment.ipynb"),
    Notebook("04", "Gradients, one step at a time", 30, "04_gradients_one_step.ipynb"),
    Notebook("05", "Backpropagation through time", 45, "05_backpropagation_through_time.ipynb"),
    Notebook("06", "When backprop is wrong", 35, "06_when_backprop_is_wrong.ipynb"),
    Notebook("07", "Binary addition", 45, "07_binary_addition.ipynb"),
    Notebook("08", "Vanishing and exploding gradients", 40, "08_vanishing_gradients.ipynb"),
    Notebook("09", "Confirmation quizzes", 60, "09_confirmation_quizzes.ipynb"),
]
