"""The notebooks of the course, in reading order."""

from typing import NamedTuple


class Notebook(NamedTuple):
    """A notebook: its number, its title, the minutes of its text and of its exercises, and the name of its file."""

    number: str
    title: str
    minutes: int  # to read, run and predict
    exercise_minutes: int  # on top
    file: str


NOTEBOOKS = [
    Notebook("00", "Start here", 15, 2, "00_start_here.ipynb"),
    Notebook("01", "Sequences and state", 60, 25, "01_sequences_and_state.ipynb"),
    Notebook("02", "Forward pass", 80, 40, "02_forward_pass.ipynb"),
    Notebook("03", "The small-array experiment", 60, 55, "03_small_array_experiment.ipynb"),
    Notebook("04", "Gradients, one step at a time", 90, 40, "04_gradients_one_step.ipynb"),
    Notebook("05", "Backpropagation through time", 140, 85, "05_backpropagation_through_time.ipynb"),
    Notebook("06", "When backprop is wrong", 120, 45, "06_when_backprop_is_wrong.ipynb"),
    Notebook("07", "Binary addition", 150, 50, "07_binary_addition.ipynb"),
    Notebook("08", "Vanishing and exploding gradients", 125, 50, "08_vanishing_gradients.ipynb"),
    Notebook("09", "Confirmation quizzes", 90, 45, "09_confirmation_quizzes.ipynb"),
    Notebook("10", "Networks over trees", 95, 40, "10_networks_over_trees.ipynb"),
    Notebook("11", "Gates", 130, 60, "11_gates.ipynb"),
    Notebook("12", "A language model", 110, 55, "12_a_language_model.ipynb"),
    Notebook("13", "Forecasting", 95, 50, "13_forecasting.ipynb"),
    Notebook("14", "Sequences of any length", 100, 40, "14_sequences_of_any_length.ipynb"),
    Notebook("15", "Recurrence without the loop", 130, 45, "15_recurrence_without_the_loop.ipynb"),
]
