"""Quizzes about notebook 05: the exam's line, the recursion, and which derivative is which."""

import numpy as np

from rnnlib import sigmoid
from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.quizzes.question import Choice, Formula, Option


def _slope(u: np.ndarray) -> np.ndarray:
    return sigmoid(u) * (1 - sigmoid(u))


def delta_before(delta_t, W, u_t, u_before):
    """Return δ^{t-1} in columns, for a sigmoid hidden layer."""
    return _slope(u_before) * (W.T @ delta_t)


def _problems(rng: np.random.Generator) -> list[tuple]:
    H = 4
    return [tuple(rng.standard_normal(shape) for shape in [(H,), (H, H), (H,), (H,)]) for _ in range(3)]


QUIZZES = {
    "delta-dot": Choice(
        title="BPTT (通時的誤差逆伝播): the exam's line",
        text="A network in rows, without activation: $h_t = x_t W^\\top + h_{t-1} U^\\top$, $o_t = h_t V^\\top$. "
        "`delta_t` (a row of H numbers) is the gradient of one loss, of step t or a later one, by $h_t$. Which line "
        "gives the "
        "gradient of that loss by $h_{t-1}$?",
        options=(
            Option("`delta_t.dot(W)`", "W leads down to the input: this is the gradient by x_t."),
            Option("`delta_t.dot(U)`", "forward multiplies by Uᵀ, so the way back multiplies by its transpose, U."),
            Option(
                "`delta_t.dot(U.T)`",
                "U.T was used on the way forward; back goes its transpose. U is square, so no error will warn you.",
            ),
            Option("`delta_t.dot(V)`", "V belongs to the output: it brings do_t to h_t, within the same step."),
        ),
        right=2,
    ),
    "delta-recursion": Formula(
        title="The recursion of δ (デルタの漸化式)",
        text="In the letters of the report, with columns: $u_t = W_{in} x_t + W z_{t-1} + b$ and $z_t = f(u_t)$ with a "
        "sigmoid $f$. $\\delta_t$ is the gradient of *one* loss, of step t or a later one, by $u_t$. Write "
        "$\\delta_{t-1}$ as a function of "
        "`delta_t`, `W`, `u_t` and `u_before` ($u_{t-1}$); you need not use all of them.",
        checker=FunctionExercise(
            right=delta_before,
            problems=_problems,
            mistakes=[
                (lambda delta, W, u, v: W.T @ delta, "f' is forgotten: the way to u_{t-1} leads through the sigmoid"),
                (
                    lambda delta, W, u, v: _slope(v) * (W @ delta),
                    "W must be transposed: forward multiplies by W, so back goes its transpose",
                ),
                (
                    lambda delta, W, u, v: _slope(u) * (W.T @ delta),
                    "the slope is taken at u_t, one step too late: it belongs to u_{t-1}",
                ),
                (
                    lambda delta, W, u, v: _slope(sigmoid(v)) * (W.T @ delta),
                    "the sigmoid is taken twice: f' wants u, or f (1 - f) wants z, but not f' of z",
                ),
                (
                    lambda delta, W, u, v: W.T @ (_slope(v) * delta),
                    "the order: first back through W, then times the slope at u_{t-1}",
                ),
                (
                    lambda delta, W, u, v: W.T @ (_slope(u) * delta),
                    "delta_t is the gradient by u_t already, so its slope is in it: go through W, then take that of "
                    "u_{t-1}",
                ),
                (lambda delta, W, u, v: W @ delta, "f' is forgotten, and W must be transposed on the way back"),
                (
                    lambda delta, W, u, v: v * (1 - v) * (W.T @ delta),
                    "f (1 - f) wants the output of the sigmoid; u_{t-1} is what goes into it",
                ),
                (
                    lambda delta, W, u, v: (1 - np.tanh(v) ** 2) * (W.T @ delta),
                    "this is the slope of tanh; here f is a sigmoid",
                ),
                (
                    lambda delta, W, u, v: sigmoid(v) * (W.T @ delta),
                    "this multiplies by f, not by its slope f (1 - f)",
                ),
            ],
            shape="(H,)",
        ),
        why="back through W, transposed, and then through the sigmoid of the step before.",
    ),
    "dh-next": Choice(
        title="Why dh_t + dh_next?",
        text="In the backward loop `dh[:, t] + dh_next` stands where one might expect `dh[:, t]` alone. Why the sum?",
        options=(
            Option(
                "A sum over two neighbouring steps varies less than each of them alone, which helps training.",
                "nothing is smoothed: without the second part the numbers are wrong.",
            ),
            Option(
                "`dh[:, t]` is an approximation of the gradient by `h[:, t]`; `dh_next` is its correction.",
                "both are exact, for two different paths: up to the loss of this step, and on to the next step.",
            ),
            Option(
                "`h[:, t]` is used twice, by the readout and by the next step; the paths add.",
                "the chain rule multiplies along a path and adds over paths. These are the two paths.",
            ),
            Option(
                "The batch has several sequences with the same weights, and their gradients by `h[:, t]` add.",
                "what adds up over the batch are the gradients by the weights. Each row of dh belongs to its own "
                "sequence.",
            ),
        ),
        right=3,
    ),
    "immediate": Choice(
        title="A derivative (導関数) that somebody wrote",
        text="One node, two steps, from an $h_0$ that is not zero: $h_2 = \\tanh(x_2 w_x + h_1 w_h + b)$. Someone "
        "writes "
        "$dh_2/dw_h = (1 - h_2^2)\\,h_1$. What is this?",
        options=(
            Option(
                "The derivative by $w_h$ over both paths: the second one is in the factor $h_1$.",
                "h_1 depends on w_h too: step 1 has used it. That path is left out.",
            ),
            Option(
                "The derivative by $w_h$ with $h_1$ held fixed: one of two paths.",
                "this is the immediate derivative. The other path goes down to h_1 and ends at w_h in step 1; the "
                "total is the sum.",
            ),
            Option(
                "The derivative by $h_1$ with $w_h$ held fixed: one of two factors.",
                "that would be (1 − h_2²) w_h: the factor beside h_1.",
            ),
            Option(
                "Not a derivative: $w_h$ is the same constant at both steps, and that of a constant is zero.",
                "for the input it is a constant; for the gradient by the weights it is the very thing that is moved.",
            ),
        ),
        right=2,
    ),
}
