"""The figures of the course: each function draws on the axes that it is given, and none trains."""

from rnnlib.course.figures.audit import caught, fading_error
from rnnlib.course.figures.canvas import canvas
from rnnlib.course.figures.course_map import course_map
from rnnlib.course.figures.gradients import contributions, cost, step_size_errors, walked_back
from rnnlib.course.figures.network import folded, unrolled, unrolled_backward
from rnnlib.course.figures.series import dependence, growth, one_hot, pulse, series, spread
from rnnlib.course.figures.states import largest_state, state_lines, state_map

__all__ = [
    "canvas",
    "caught",
    "contributions",
    "cost",
    "course_map",
    "dependence",
    "fading_error",
    "folded",
    "growth",
    "largest_state",
    "one_hot",
    "pulse",
    "series",
    "spread",
    "state_lines",
    "state_map",
    "step_size_errors",
    "unrolled",
    "unrolled_backward",
    "walked_back",
]
