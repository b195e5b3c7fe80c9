"""Checkers of notebook 10: the exam's W for an RNN, a loss at every phrase, and the largest of three children."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.course.exercises.checking import FunctionExercise, Mistakes, PartsExercise

# 10.1: one step of an RNN as one product with columns

PIECES: Mistakes = [
    (
        lambda W_x, W_h, b: np.concatenate([W_h, W_x, b[np.newaxis]]).T,
        "the state stands second in the column, so W_h is the second block: this one begins with it",
    ),
    (
        lambda W_x, W_h, b: np.concatenate([b[np.newaxis], W_x, W_h]).T,
        "the number 1 stands last in the column, so the bias is the last column of W, not the first",
    ),
    (lambda W_x, W_h, b: np.concatenate([W_x, W_h, b[np.newaxis]]), "this W is for rows: columns need its transpose"),
    (lambda W_x, W_h, b: np.concatenate([W_x, W_h]).T, "the third piece, the number 1, has no column: b is missing"),
    (
        lambda W_x, W_h, b: np.concatenate([W_x.T, W_h, b[:, np.newaxis]], axis=1),
        "W_h is not transposed: it is square, so no error warns of that",
    ),
    (
        lambda W_x, W_h, b: np.concatenate([W_x.T, W_h.T, 0 * b[:, np.newaxis]], axis=1),
        "the last column is 0: the bias belongs there",
    ),
    (
        lambda W_x, W_h, b: np.concatenate([W_x.T, W_h.T, np.ones_like(b)[:, np.newaxis]], axis=1),
        "the last column is 1: the 1 stands in the column that W multiplies, in W stands the bias",
    ),
]


def _rnn_problems(rng: np.random.Generator) -> list[tuple]:
    return [tuple(rng.standard_normal(shape) for shape in [(D, H), (H, H), (H,)]) for D, H in [(2, 4), (5, 3)]]


# 10.2: the tree ((x z) x) with a loss at both nodes


def _two_losses(
    x, z, W, b, d_inner, d_root, *,
    from_root=1.0, own=1.0, x_above=1.0, x_below=1.0, W_root=1.0, W_inner=1.0,
    slope_root=True, slope_inner=True, swapped_root=False, swapped_inner=False, late=False,
):  # fmt: skip
    """Return dx, dz, dW; the options put faults in."""
    below = np.concatenate([x, z])
    inner = np.tanh(below @ W + b)
    above = np.concatenate([inner, x])
    root = np.tanh(above @ W + b)
    da_root = d_root * ((1 - root**2) if slope_root else 1)
    halves = np.split(da_root @ W.T, 2)
    to_inner, to_x = halves[::-1] if swapped_root else halves
    slope = (1 - inner**2) if slope_inner else 1
    da_inner = from_root * to_inner * slope + own * d_inner * (1 if late else slope)
    halves = np.split(da_inner @ W.T, 2)
    dx_below, dz = halves[::-1] if swapped_inner else halves
    dW = W_root * np.outer(above, da_root) + W_inner * np.outer(below, da_inner)
    return x_above * to_x + x_below * dx_below, dz, dW


def _loss_problems(rng: np.random.Generator) -> list[tuple]:
    shapes = lambda H: [(H,), (H,), (2 * H, H), (H,), (H,), (H,)]  # noqa: E731
    return [tuple(rng.standard_normal(shape) for shape in shapes(H)) for H in (3, 4)]


def _two_losses_mistakes(part: int) -> Mistakes:
    anywhere: list[tuple[dict[str, Any], str]] = [
        ({"from_root": 0.0}, "nothing comes to the inner node from the root: its whole gradient has two parts"),
        ({"own": 0.0}, "the inner node's own readout is left out: d_inner is a part of its whole gradient"),
        ({"slope_root": False, "slope_inner": False}, "the slope of tanh, 1 - h**2, is missing at both nodes"),
        ({"slope_root": False}, "the slope of tanh, 1 - h**2, is missing at the root"),
        ({"slope_inner": False}, "the slope of tanh, 1 - h**2, is missing at the inner node"),
        ({"late": True}, "d_inner is added after the slope of tanh: it is a part of what the slope multiplies"),
        (
            {"swapped_root": True, "swapped_inner": True},
            "the halves have changed places: the first H numbers belong to the left child",
        ),
        (
            {"swapped_root": True},
            "the halves of the root have changed places: the first H numbers belong to the inner node",
        ),
    ]
    of_inner: tuple[dict[str, Any], str] = (
        {"swapped_inner": True},
        "the halves of the inner node have changed places: the first H numbers belong to x",
    )
    own: list[list[tuple[dict[str, Any], str]]] = [
        [
            ({"x_above": 0.0}, "this is x in the inner node only: x is a child of the root as well"),
            ({"x_below": 0.0}, "this is x as a child of the root only: it is a leaf of the inner node as well"),
            of_inner,
        ],
        [of_inner],
        [
            ({"W_root": 0.0}, "the part of the root is missing: W is used at both nodes"),
            ({"W_inner": 0.0}, "the part of the inner node is missing: W is used at both nodes"),
        ],
    ]
    return [
        (lambda *problem, fault=fault: _two_losses(*problem, **fault)[part], text)
        for fault, text in own[part] + anywhere
    ]


# 10.3: the largest of three children


def _largest_back(children, W, b, dh, *, slope=True, to=None, back=np.transpose, mixed=None):
    """Return dchildren, dW; the options put faults in."""
    largest = children.max(axis=0)
    h = np.tanh(largest @ W + b)
    da = dh * (1 - h**2) if slope else dh
    share = (children == largest) if to is None else to(children)
    return share * (da @ back(W)), np.outer(largest if mixed is None else mixed(children), da)


def _child_problems(rng: np.random.Generator) -> list[tuple]:
    shapes = lambda H: [(3, H), (H, H), (H,), (H,)]  # noqa: E731
    return [tuple(rng.standard_normal(shape) for shape in shapes(H)) for H in (5, 4)]


def _child(part: int, **fault):
    return lambda *problem: _largest_back(*problem, **fault)[part]


def _all_to_one(of_child: Callable) -> Callable:
    """Return the rule that gives the whole vector to the child with the largest `of_child`."""

    def to(children: np.ndarray) -> np.ndarray:
        chosen = np.argmax([of_child(child) for child in children])
        return np.arange(len(children))[:, np.newaxis] == chosen

    return to


EACH_ENTRY = "for another entry another child may be the largest"
NO_SLOPE = "the slope of tanh, 1 - h**2, is missing"

CHECKERS = {
    "10.1": FunctionExercise(
        right=lambda W_x, W_h, b: np.concatenate([W_x, W_h, b[np.newaxis]]).T,
        problems=_rnn_problems,
        mistakes=PIECES,
        shape="(H, D + H + 1)",
    ),
    "10.2": PartsExercise(
        right=_two_losses,
        problems=_loss_problems,
        parts=[
            ("dx", "(H,)", _two_losses_mistakes(0)),
            ("dz", "(H,)", _two_losses_mistakes(1)),
            ("dW", "(2H, H)", _two_losses_mistakes(2)),
        ],
    ),
    "10.3": PartsExercise(
        right=_largest_back,
        problems=_child_problems,
        parts=[
            (
                "dchildren",
                "(3, H)",
                [
                    (_child(0, to=np.ones_like), "every child gets the whole: only the largest entry moves the node"),
                    (
                        _child(0, to=lambda children: np.full_like(children, 1 / 3)),
                        "each child gets a third, as if the node took the mean: only the largest entry moves it",
                    ),
                    (
                        _child(0, to=lambda children: children == children.min(axis=0)),
                        "this goes to the smallest entries: the node takes the largest",
                    ),
                    (
                        _child(0, to=lambda children: children == children.max(axis=1, keepdims=True)),
                        "this takes the largest entry of each child: the node takes, entry by entry, the largest child",
                    ),
                    (
                        _child(0, to=lambda children: (children == children.max(axis=0)) * children),
                        "this is multiplied by the child's entry: max hands the gradient on as it is",
                    ),
                    *(
                        (_child(0, to=_all_to_one(of_child)), "one child gets the whole vector: " + EACH_ENTRY)
                        for of_child in (np.max, np.sum, np.linalg.norm, lambda child: np.abs(child).max())
                    ),
                    (_child(0, slope=False), NO_SLOPE),
                    (_child(0, back=lambda W: W), "the way back goes through W transposed: this one does not"),
                ],
            ),
            (
                "dW",
                "(H, H)",
                [
                    (_child(1, slope=False), NO_SLOPE),
                    (lambda *problem: _largest_back(*problem)[1].T, "this is dW transposed"),
                    (
                        _child(1, mixed=lambda children: children.mean(axis=0)),
                        "this is dW for the mean of the children: W multiplied the largest of each entry",
                    ),
                    (
                        _child(1, mixed=lambda children: children.sum(axis=0)),
                        "this is dW for the sum of the children: W multiplied the largest of each entry",
                    ),
                    (
                        _child(1, mixed=lambda children: children[0]),
                        "this is dW for the first child alone: W multiplied the largest of each entry",
                    ),
                ],
            ),
        ],
    ),
}
