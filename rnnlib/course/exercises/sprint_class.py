"""The checker of exercise 5.4: the class that Sprint 22 asks for in its third problem (問題3)."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise
from rnnlib.course.exercises.notebook_02 import forward, sequences
from rnnlib.course.exercises.notebook_04 import MEAN, NOT_TRANSPOSED, TRANSPOSED
from rnnlib.course.exercises.walks import before, collect, walk_back, walks, with_walk
from rnnlib.gradcheck import numerical_gradient

# typical mistakes in the five gradients, as functions of (x, h0, h, W_x, W_h, dh)
GRADIENTS: list[tuple[str, str, Mistakes]] = [
    (
        "dw_x",
        "(n_features, n_nodes)",
        [
            *walks(0),
            (
                lambda x, h0, h, W_x, W_h, dh: x[:, 0].T @ walk_back(dh, h, W_h)[:, 0],
                "only the first step's part is there: add the parts of all steps",
            ),
            (
                lambda x, h0, h, W_x, W_h, dh: x[:, -1].T @ walk_back(dh, h, W_h)[:, -1],
                "only the last step's part is there: add the parts of all steps",
            ),
            (lambda x, *p: with_walk(walk_back)[0](x, *p) / len(x), MEAN),
        ],
    ),
    (
        "dw_h",
        "(n_nodes, n_nodes)",
        [
            *walks(1),
            (lambda *p: with_walk(walk_back)[1](*p).T, TRANSPOSED),
            (
                lambda x, h0, h, W_x, W_h, dh: np.einsum("nti,ntj->ij", h, walk_back(dh, h, W_h)),
                "every a_t needs the state *before* it: h_{t-1}, not h_t",
            ),
            (
                lambda x, h0, h, W_x, W_h, dh: np.einsum("nti,ntj->ij", before(0 * h0, h), walk_back(dh, h, W_h)),
                "the first step adds nothing here: the state before it is the one that forward was given",
            ),
            (
                lambda x, h0, h, W_x, W_h, dh: np.einsum("nti,ntj->ij", np.roll(h, 1, axis=1), walk_back(dh, h, W_h)),
                "at t = 0 the index t - 1 is -1, the *last* state: the state before the first step is the one "
                "that forward was given",
            ),
        ],
    ),
    (
        "db",
        "(n_nodes,)",
        [
            *walks(2),
            (
                lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h).sum(axis=1),
                "the batch must be added up as well as the steps: (n_nodes,)",
            ),
            (
                lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h).sum(axis=0),
                "the steps must be added up too: (n_nodes,)",
            ),
        ],
    ),
    (
        "dx",
        "(batch_size, n_sequences, n_features)",
        [*walks(3), (lambda x, h0, h, W_x, W_h, dh: dh @ W_x.T, "this is made from dh: it needs da")],
    ),
    (
        "dh0",
        "(batch_size, n_nodes)",
        [
            *walks(4),
            (lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h)[:, 0], "this is da_1: w_h^T is missing"),
            (lambda x, h0, h, W_x, W_h, dh: walk_back(dh, h, W_h)[:, 0] @ W_h, NOT_TRANSPOSED),
        ],
    ),
]


def _sheet_problems(rng: np.random.Generator) -> list[tuple]:
    """Return (w_x, w_h, b, x, h, dh, dh_later) of several sizes; every second b holds whole numbers."""
    problems = []
    for i, (x, h, w_x, w_h, b) in enumerate(sequences(rng)):
        dh, dh_later = rng.standard_normal((*x.shape[:2], len(b))), rng.standard_normal(h.shape)
        problems.append((w_x, w_h, np.ones(len(b), dtype=int) if i % 2 else b, x, h, dh, dh_later))
    return problems


def _by_differences(w_x, w_h, b, x, h, dh, dh_later):
    """Return the gradients of Σ states · dh + Σ last state · dh_later by w_x, w_h, b, x and h, by differences."""

    def loss(w_x, w_h, b, x, h):
        states = forward(x, h, w_x, w_h, b)
        return (states * dh).sum() + (states[:, -1] * dh_later).sum()

    arrays = {"w_x": w_x, "w_h": w_h, "b": b.astype(float), "x": x, "h": h}
    return tuple(numerical_gradient(lambda q, n=n: loss(**(arrays | {n: q})), a) for n, a in arrays.items())


def _with_later(dh: np.ndarray, dh_later: np.ndarray) -> np.ndarray:
    """Return what arrives at every state from outside of the piece: dh, and at the last state dh_later too."""
    return np.concatenate([dh[:, :-1], dh[:, -1:] + dh_later[:, np.newaxis]], axis=1)


def _on_the_sheet(wrong: Callable) -> Callable:
    return lambda w_x, w_h, b, x, h, dh, dh_later: wrong(
        x, h, forward(x, h, w_x, w_h, b), w_x, w_h, _with_later(dh, dh_later)
    )


def _of_later(i: int) -> Mistakes:
    """Return gradient number i where dh_later is not added to the last state's dh, and the sentence about it."""

    def gradient(walk: Callable) -> Callable:
        def wrong(w_x, w_h, b, x, h, dh, dh_later):
            states = forward(x, h, w_x, w_h, b)
            return collect(x, h, states, w_x, w_h, walk(dh, states, w_h, dh_later))[i]

        return wrong

    def at_every_step(dh, states, w_h, dh_later):
        return walk_back(dh + dh_later[:, np.newaxis], states, w_h)

    def at_the_first_step(dh, states, w_h, dh_later):
        return walk_back(_with_later(dh[:, ::-1], dh_later)[:, ::-1], states, w_h)

    def through_w_h(dh, states, w_h, dh_later):
        return walk_back(_with_later(dh, dh_later @ w_h.T), states, w_h)

    def instead_of_dh(dh, states, w_h, dh_later):
        return walk_back(_with_later(dh, dh_later - dh[:, -1]), states, w_h)

    def twice(dh, states, w_h, dh_later):
        return walk_back(_with_later(dh, 2 * dh_later), states, w_h)

    def past_the_slope(dh, states, w_h, dh_later):
        return walk_back(_with_later(dh, dh_later / (1 - states[:, -1] ** 2)), states, w_h)

    return [
        (gradient(lambda dh, states, w_h, dh_later: walk_back(dh, states, w_h)), "dh_later plays no part"),
        (gradient(at_every_step), "dh_later arrives at the last state of the piece only, not at every one"),
        (gradient(at_the_first_step), "dh_later arrives at the last state of the piece, not at the first"),
        (gradient(through_w_h), "dh_later is a gradient by the last state already: it has come through w_h^T"),
        (gradient(instead_of_dh), "at the last state dh is lost: two paths lead on from there, and they add up"),
        (gradient(twice), "dh_later is added twice: it arrives at the last state once"),
        (gradient(past_the_slope), "dh_later must meet the slope of the last step, as dh does"),
    ]


def _added_up(i: int) -> tuple[Callable, str]:
    """Return gradient number i, once from each of two calls, and the sentence about it."""
    return (
        lambda *problem: 2 * _by_differences(*problem)[i],
        "the second gradients were added to the first: begin from zeros in each call",
    )


def _after_update(sign: float = -1, lr: float | None = None, of: str = "w_x w_h b") -> Callable:
    """Return what an update makes of the parameters named in `of`; the others stay."""

    def parameters(w_x, w_h, b, x, h, dh, dh_later, rate):
        step, states = sign * (rate if lr is None else lr), forward(x, h, w_x, w_h, b)
        gradients = collect(x, h, states, w_x, w_h, walk_back(_with_later(dh, dh_later), states, w_h))
        named = zip(["w_x", "w_h", "b"], [w_x, w_h, b], gradients, strict=False)
        return tuple(q + step * dq if name in of.split() else q for name, q, dq in named)

    return parameters


def _update_part(i: int, name: str) -> Mistakes:
    return [
        (lambda *p: _after_update(sign=1)(*p)[i], "it goes uphill: the gradient points to where the loss grows"),
        (lambda *p: _after_update(lr=1)(*p)[i], "the learning rate is missing"),
        (lambda *p: p[i], "it has not moved"),
        (lambda *p: _after_update()(*p)[i] - p[i], f"this is the move alone: {name} itself is missing"),
    ]


FORWARD = FunctionExercise(
    right=lambda w_x, w_h, b, x, h: forward(x, h, w_x, w_h, b),
    problems=lambda rng: [problem[:5] for problem in _sheet_problems(rng)],
    mistakes=[
        (lambda w_x, w_h, b, x, h: forward(x, 0 * h, w_x, w_h, b), "the starting state h plays no part"),
        (lambda w_x, w_h, b, x, h: forward(x, h, w_x, w_h, 0 * b), "the bias b is missing"),
        (lambda w_x, w_h, b, x, h: forward(x, h, w_x, w_h.T, b), "w_h is transposed: the step has h_{t-1} w_h"),
        (lambda w_x, w_h, b, x, h: forward(x, h, w_x, 0 * w_h, b), "w_h never touches the previous state"),
        (
            lambda w_x, w_h, b, x, h: forward(x, h, w_x, w_h, b)[:, -1],
            "this is the last state alone: return all of them",
        ),
        (
            lambda w_x, w_h, b, x, h: forward(x, h, w_x, w_h, b).swapaxes(0, 1),
            "time comes first here: the sheet wants (batch_size, n_sequences, n_nodes)",
        ),
        (
            lambda w_x, w_h, b, x, h: before(h, forward(x, h, w_x, w_h, b)),
            "the states stand one place too late: h itself is not among them",
        ),
    ],
    shape="(batch_size, n_sequences, n_nodes)",
)
BACKWARD = PartsExercise(
    right=_by_differences,
    problems=_sheet_problems,
    parts=[
        (name, shape, [*_of_later(i), *[(_on_the_sheet(wrong), sentence) for wrong, sentence in mistakes]])
        for i, (name, shape, mistakes) in enumerate(GRADIENTS)
    ],
    atol=1e-7,
)
SECOND_CALL = PartsExercise(
    right=BACKWARD.right,
    problems=BACKWARD.problems,
    parts=[(name, shape, [*known, _added_up(i)]) for i, (name, shape, known) in enumerate(BACKWARD.parts)],
    atol=BACKWARD.atol,
)
UPDATE = PartsExercise(
    right=_after_update(),
    problems=lambda rng: [(*problem, lr) for problem, lr in zip(_sheet_problems(rng), (0.1, 0.03), strict=True)],
    parts=[
        (f"self.{name}", shape, _update_part(i, name))
        for i, (name, shape) in enumerate(
            [("w_x", "(n_features, n_nodes)"), ("w_h", "(n_nodes, n_nodes)"), ("b", "(n_nodes,)")]
        )
    ],
)
AFTER_UPDATE = FunctionExercise(
    right=lambda w_x, w_h, b, x, h, *rest: forward(x, h, *_after_update()(w_x, w_h, b, x, h, *rest)),
    problems=UPDATE.problems,
    mistakes=[
        (lambda w_x, w_h, b, x, h, *rest: forward(x, h, w_x, w_h, b), "it still uses the parameters from before"),
    ],
    shape="(batch_size, n_sequences, n_nodes)",
)
METHODS, KEPT = ("forward", "backward", "update"), ("dw_x", "dw_h", "db")


def sprint_class(answer: Any) -> str | None:
    """Return what is wrong with the learner's class in one sentence, or None where it is right."""
    if not isinstance(answer, type):
        return f"this is {answer!r}; the check needs the class itself, without brackets"
    missing = [name for name in METHODS if not callable(getattr(answer, name, None))]
    if missing:
        return f"the class has no method {missing[0]}"

    def run(w_x, w_h, b, x, h, dh, dh_later, lr=None, times=1):
        """Return the learner's object after forward, backward and, where lr is given, update; and backward's result."""
        rnn = answer(w_x, w_h, b)
        rnn.forward(x, h)
        for _ in range(times):
            returned = rnn.backward(dh, dh_later)
        if lr is not None:
            rnn.update(lr)
        return rnn, returned

    def gradients(*problem, times=1):
        rnn, returned = run(*problem, times=times)
        return *(getattr(rnn, name) for name in KEPT), *returned

    def parameters(*problem):
        rnn, _ = run(*problem)
        return rnn.w_x, rnn.w_h, rnn.b

    def states_after_update(*problem):
        rnn, _ = run(*problem)
        return rnn.forward(*problem[3:5])

    stages: list[tuple[str, Callable[[], str | None]]] = [
        ("forward", lambda: FORWARD(lambda w_x, w_h, b, x, h: answer(w_x, w_h, b).forward(x, h))),
        ("backward", lambda: _what_backward_leaves(run)),
        ("backward", lambda: BACKWARD(gradients)),
        ("backward, called twice", lambda: SECOND_CALL(lambda *problem: gradients(*problem, times=2))),
        ("update", lambda: UPDATE(parameters)),
        ("forward after an update", lambda: AFTER_UPDATE(states_after_update)),
    ]
    faults = ((name, find()) for name, find in stages)
    return next((f"{name}: {fault}" for name, fault in faults if fault), None)


def _what_backward_leaves(run: Callable) -> str | None:
    """Tell where backward does not return two things, or does not keep the three gradients."""
    try:
        rnn, returned = run(*_sheet_problems(np.random.default_rng(22))[0])
    except Exception:  # reported by the check of the numbers
        return None
    if returned is None:
        return "it returns nothing: return dx, dh0"
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        return "it should return 2 arrays: return dx, dh0"
    missing = [name for name in KEPT if not hasattr(rnn, name)]
    return f"it leaves no self.{missing[0]}" if missing else None
