"""Gradient checking: what a backward pass says against what small changes of each number do.

`check` is the way in, for a layer or a network, and for any function. `central_differences` and `comparison` hold the
formulas and the verdicts; `closer_look` and `slopes` tell an error from a kink and from noise; `model`, `behaviour` and
`time_notes` know layers and networks; `report` prints.

A passed check proves that backward belongs to forward. It does not prove that forward is right.
"""

from rnnlib.gradcheck.central_differences import numerical_gradient
from rnnlib.gradcheck.check import check_gradients, compare_gradients
from rnnlib.gradcheck.report import GradientReport, GradientRow

__all__ = ["GradientReport", "GradientRow", "check_gradients", "compare_gradients", "numerical_gradient"]
