"""The figures of the course: each function draws on the axes that it is given, and none trains."""

from rnnlib.course.figures.audit import caught, fading_error
from rnnlib.course.figures.course_map import course_map
from rnnlib.course.figures.forecasts import errors_ahead, forecasts
from rnnlib.course.figures.gates import kept, lstm_cell
from rnnlib.course.figures.gradients import contributions, cost, difference_errors, walked_back
from rnnlib.course.figures.lengths import influence, padded_states, padding
from rnnlib.course.figures.network import folded, unrolled, unrolled_backward
from rnnlib.course.figures.scan import against_threshold, scan_rounds
from rnnlib.course.figures.series import dependence, growth, one_hot, pulse, series, spread
from rnnlib.course.figures.states import largest_state, state_lines, state_map
from rnnlib.course.figures.style import axes
from rnnlib.course.figures.text import next_characters, rivals, written
from rnnlib.course.figures.training import (
    each_and_mean,
    film,
    loss_runs,
    margins_by_place,
    norms_going_back,
    ranges,
    states_by_carry,
)
from rnnlib.course.figures.trees import trees
from rnnlib.course.figures.vanishing import kept_and_lost, stretched_circle, success

__all__ = [
    "against_threshold",
    "axes",
    "caught",
    "contributions",
    "cost",
    "course_map",
    "dependence",
    "difference_errors",
    "each_and_mean",
    "errors_ahead",
    "fading_error",
    "film",
    "folded",
    "forecasts",
    "growth",
    "influence",
    "kept",
    "kept_and_lost",
    "largest_state",
    "loss_runs",
    "lstm_cell",
    "margins_by_place",
    "next_characters",
    "norms_going_back",
    "one_hot",
    "padded_states",
    "padding",
    "pulse",
    "ranges",
    "rivals",
    "scan_rounds",
    "series",
    "spread",
    "state_lines",
    "state_map",
    "states_by_carry",
    "stretched_circle",
    "success",
    "trees",
    "unrolled",
    "unrolled_backward",
    "walked_back",
    "written",
]
