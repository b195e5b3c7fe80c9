"""Checkers of notebook 11: a step with coupled gates, its way back, a bias for a lag, and another order of gates."""

from collections.abc import Callable

import numpy as np

from rnnlib import sigmoid
from rnnlib.course.exercises.checking import FunctionExercise, PartsExercise

Array = np.ndarray


def _blocks(x_t: Array, h_prev: Array, W_x: Array, W_h: Array, b: Array) -> list[Array]:
    return np.split(x_t @ W_x + h_prev @ W_h + b, 3, axis=1)


def _coupled(
    x_t: Array,
    h_prev: Array,
    c_prev: Array,
    W_x: Array,
    W_h: Array,
    b: Array,
    *,
    order: str = "gof",
    new: Callable = lambda f: 1 - f,
    old: Callable = lambda f: f,
    squash: Callable = np.tanh,
    shown: Callable = np.tanh,
) -> tuple[Array, Array]:
    """Return h_t and c_t; the keywords put mistakes in."""
    a = dict(zip(order, _blocks(x_t, h_prev, W_x, W_h, b), strict=True))
    g, o, f = squash(a["g"]), sigmoid(a["o"]), sigmoid(a["f"])
    c_t = old(f) * c_prev + new(f) * g
    return o * shown(c_t), c_t


def _back(
    dh_whole: Array,
    dc_next: Array,
    c_prev: Array,
    c_t: Array,
    g: Array,
    o: Array,
    f: Array,
    W_h: Array,
    *,
    of_f: Callable = lambda c_prev, g: c_prev - g,
    new: Callable = lambda f: 1 - f,
    slope_g: Callable = lambda g: 1 - g**2,
    with_next: float = 1.0,
    gate_of_h: Callable = lambda o: o,
    slope_c: Callable = lambda c: 1 - np.tanh(c) ** 2,
    shown: Callable = np.tanh,
    order: str = "gof",
) -> tuple[Array, Array, Array]:
    """Return da_t, and what goes back to h_{t-1} and to c_{t-1}; the keywords put mistakes in."""
    dc_t = with_next * dc_next + dh_whole * gate_of_h(o) * slope_c(c_t)
    da = {
        "g": dc_t * new(f) * slope_g(g),
        "o": dh_whole * shown(c_t) * o * (1 - o),
        "f": dc_t * of_f(c_prev, g) * f * (1 - f),
    }
    da_t = np.concatenate([da[gate] for gate in order], axis=1)
    return da_t, da_t @ W_h.T, dc_t * f


def _step_problem(rng: np.random.Generator, N: int, D: int, H: int) -> tuple:
    shapes = [(N, D), (N, H), (N, H), (D, 3 * H), (H, 3 * H), (3 * H,)]
    return tuple(rng.standard_normal(shape) for shape in shapes)


def _back_problem(rng: np.random.Generator, N: int, H: int) -> tuple:
    dh_whole, dc_next, c_prev = rng.standard_normal((3, N, H))
    g, (o, f) = rng.uniform(-0.9, 0.9, (N, H)), rng.uniform(0.1, 0.9, (2, N, H))
    c_t = f * c_prev + (1 - f) * g
    return dh_whole, dc_next, c_prev, c_t, g, o, f, rng.standard_normal((H, 3 * H))


def _order_problem(rng: np.random.Generator, H: int, order: str) -> tuple:
    return rng.standard_normal((4 * H, H)), order


def _our_order(matrix: Array, order: str, *, ours: str = "ifgo", turned: bool = True) -> Array:
    blocks = np.split(matrix.T if turned else matrix, 4, axis=1 if turned else 0)
    return np.concatenate([blocks[order.index(gate)] for gate in ours], axis=1 if turned else 0)


def _part(index: int, function: Callable, **mistake: object) -> Callable:
    return lambda *given: function(*given, **mistake)[index]


def _inverse_order(matrix: Array, order: str) -> Array:
    blocks = np.split(matrix.T, 4, axis=1)
    return np.concatenate([blocks["ifgo".index(gate)] for gate in order], axis=1)


OTHER_ORDER = "the blocks stand in the order g, o, f: yours are read in another one"
NEW_PART = "what is new counts 1 - f_t here: there is no input gate"

CHECKERS = {
    "11.1": PartsExercise(
        right=_coupled,
        problems=lambda rng: [_step_problem(rng, 2, 3, 4), _step_problem(rng, 3, 2, 5)],
        parts=[
            (
                "h_t",
                "(N, H)",
                [
                    (_part(0, _coupled, order="fgo"), OTHER_ORDER),
                    (_part(0, _coupled, order="fog"), OTHER_ORDER),
                    (_part(0, _coupled, order="ofg"), OTHER_ORDER),
                    (_part(0, _coupled, order="gfo"), OTHER_ORDER),
                    (_part(0, _coupled, new=lambda f: 1), NEW_PART),
                    (_part(0, _coupled, new=lambda f: f), NEW_PART),
                    (
                        _part(0, _coupled, old=lambda f: 1 - f, new=lambda f: f),
                        "f_t and 1 - f_t are exchanged: f_t says how much is kept",
                    ),
                    (lambda *given: np.tanh(_coupled(*given)[1]), "the output gate o_t is missing"),
                    (_part(0, _coupled, squash=sigmoid), "the candidate g goes through tanh, not through a sigmoid"),
                    (_part(0, _coupled, squash=lambda a: a), "the candidate g goes through tanh"),
                    (_part(0, _coupled, shown=lambda c: c), "h_t shows the tanh of the cell"),
                    (_part(1, _coupled), "this is c_t: return h_t first, then c_t"),
                ],
            ),
            (
                "c_t",
                "(N, H)",
                [
                    (_part(0, _coupled), "this is h_t again"),
                    (lambda *given: np.tanh(_coupled(*given)[1]), "the cell itself is handed on, without tanh"),
                ],
            ),
        ],
    ),
    "11.2": PartsExercise(
        right=_back,
        problems=lambda rng: [_back_problem(rng, 2, 4), _back_problem(rng, 3, 5)],
        parts=[
            (
                "da_t",
                "(N, 3H)",
                [
                    (
                        _part(0, _back, of_f=lambda c_prev, g: c_prev),
                        "f_t is used twice: it keeps the old, and it takes from the new",
                    ),
                    (
                        _part(0, _back, of_f=lambda c_prev, g: c_prev + g),
                        "the new part has 1 - f_t: a larger f_t makes it smaller, so its slope has a minus sign",
                    ),
                    (_part(0, _back, new=lambda f: 1), "g_t is multiplied by 1 - f_t on its way into c_t"),
                    (
                        _part(0, _back, slope_g=lambda g: 1 - np.tanh(g) ** 2),
                        "g is the tanh already: its slope is 1 - g²",
                    ),
                    (_part(0, _back, slope_g=lambda g: g * (1 - g)), "g comes from a tanh: its slope is 1 - g²"),
                    (_part(0, _back, with_next=0.0), "dc_next is missing: what comes back to c_t from the step after"),
                    (
                        _part(0, _back, of_f=lambda c_prev, g: g - c_prev),
                        "the sign of f's block is turned: a larger f_t keeps more of c_{t-1}, and takes less of g_t",
                    ),
                    (
                        _part(0, _back, gate_of_h=lambda o: 1),
                        "h_t shows o_t times the tanh: on the way to c_t, o_t is missing",
                    ),
                    (_part(0, _back, slope_c=lambda c: 1 - c**2), "the slope of tanh(c_t) is 1 - tanh(c_t)²"),
                    (_part(0, _back, shown=lambda c: c), "o_t multiplies tanh(c_t), not c_t"),
                    (_part(0, _back, order="fgo"), "the blocks of da_t stand in the order g, o, f"),
                    (_part(0, _back, order="ofg"), "the blocks of da_t stand in the order g, o, f"),
                    (_part(0, _back, order="gfo"), "the blocks of da_t stand in the order g, o, f"),
                ],
            ),
            (
                "what goes back to h_{t-1}",
                "(N, H)",
                [
                    (
                        lambda *given: given[0] + _back(*given)[1],
                        "dh_whole itself does not pass to h_{t-1}: only what goes through W_h",
                    ),
                    (_part(2, _back), "this is what goes back to c_{t-1}: it comes last"),
                ],
            ),
            (
                "what goes back to c_{t-1}",
                "(N, H)",
                [
                    (
                        _part(2, _back, with_next=0.0),
                        "dc_next is missing: what comes back to c_t from the step after passes on too",
                    ),
                    (lambda *given: given[1] * given[6], "only dc_next passes here: what comes by h_t is missing"),
                    (lambda *given: _back(*given)[2] / given[6], "this is dc_t: on its way to c_{t-1} it meets f_t"),
                ],
            ),
        ],
    ),
    "11.3": FunctionExercise(
        right=lambda lag, part: float(np.log(part ** (1 / lag) / (1 - part ** (1 / lag)))),
        problems=lambda rng: [(60, 0.5), (100, 0.5), (40, 0.9), (10, 0.01), (1, 0.25)],
        mistakes=[
            (
                lambda lag, part: np.log(lag),
                "log of the lag leaves about a third after a long lag: `part` is asked for exactly",
            ),
            (
                lambda lag, part: -np.log(-np.log(part) / lag),
                "this takes exp(-exp(-b)) for the sigmoid, which is near for a large b: `part` is asked for exactly",
            ),
            (lambda lag, part: part ** (1 / lag), "this is the gate: the bias is what the sigmoid makes it from"),
            (
                lambda lag, part: np.log(part / (1 - part)),
                "this keeps `part` at every step: after `lag` steps it is asked",
            ),
            (
                lambda lag, part: -np.log(part ** (1 / lag) / (1 - part ** (1 / lag))),
                "the sign is turned: a gate above a half has a positive bias",
            ),
            (
                lambda lag, part: np.log(part ** (1 / lag)),
                "this is the log of the gate: the sigmoid's inverse is another",
            ),
            (
                lambda lag, part: np.log((part / lag) / (1 - part / lag)),
                "the steps multiply: the gate is a root of `part`, not a fraction of it",
            ),
        ],
        shape="one number",
        atol=1e-8,
    ),
    "11.4": FunctionExercise(
        right=_our_order,
        problems=lambda rng: [
            _order_problem(rng, 3, "ofgi"),
            _order_problem(rng, 2, "gifo"),
            _order_problem(rng, 4, "fgio"),
        ],
        mistakes=[
            (lambda matrix, order: matrix.T, "the matrix is turned, but its blocks still stand in the other order"),
            (
                lambda matrix, order: _our_order(matrix, order, turned=False),
                "the blocks are in order, but the matrix is not transposed",
            ),
            (
                lambda matrix, order: np.concatenate(
                    [np.split(matrix, 4)[order.index(gate)] for gate in "ifgo"], axis=1
                ),
                "the blocks are in order and side by side, but each of them is still for columns: transpose it",
            ),
            (lambda matrix, order: matrix, "nothing has changed: transpose, and put the blocks in order"),
            (
                _inverse_order,
                "this is the way from our order to the other: look up where each of i, f, g, o stands in `order`",
            ),
            (
                lambda matrix, order: _our_order(matrix, order, ours="ifog"),
                "the last two blocks are exchanged: ours are i, f, g, o",
            ),
        ],
        shape="(H, 4H)",
    ),
}
