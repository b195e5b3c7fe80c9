"""Optimisers: they change parameters in place; the gradients are computed elsewhere."""

import inspect
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.params import joined, parted
from rnnlib.validation import (
    FLOAT64,
    NotFinite,
    check_array,
    check_finite,
    check_in_place,
    check_int,
    check_mapping,
    check_number,
    is_finite,
)
from rnnlib.vectors import Vector, as_vector, parts_of

Array = NDArray[np.floating]
Shapes = dict[str, tuple[int, ...]]


class Setting:
    """A number that an optimiser is set to, checked whenever it is assigned."""

    def __init__(self, wanted: str, fits: Callable[[float], bool]) -> None:
        """Take the condition in words, for the message, and as a function."""
        self.wanted, self.fits = wanted, fits

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, optimizer: Any, owner: type) -> Any:
        return self if optimizer is None else optimizer.__dict__[self.name]

    def __set__(self, optimizer: Any, value: float) -> None:
        optimizer.__dict__[self.name] = check_number(self.name, value, self.wanted, self.fits)


class Optimizer:
    """The base of all optimisers: `step` checks what enters, and changes everything or nothing.

    A subclass writes its formula in `move`, where all parameters are one long vector, float64 whatever their type.
    An optimiser belongs to the arrays of its first step: other arrays need an optimiser of their own.

    Attributes:
        lr: the learning rate.
        steps: the number of steps done.
        memory_names: what the formula remembers from one step to the next, such as ("m", "v").
        memory: a vector for each of these names, zeros before the first step.
    """

    lr = Setting("a finite number above 0", lambda number: 0 < number < np.inf)
    memory_names: tuple[str, ...] = ()

    def __init__(self, lr: float) -> None:
        """Set the learning rate, a finite number above 0.

        Raises:
            ValueError: another number.
        """
        self.lr = lr
        self._start_anew()

    def _start_anew(self) -> None:
        self.steps = 0
        self.memory: dict[str, Vector] = {}
        self._shapes: Shapes = {}  # by name, in the order of the vectors
        self._arrays: dict[str, Array] = {}  # those of the first step

    def move(self, p: Vector, g: Vector, **memory: Vector) -> dict[str, Vector]:
        """Move the parameters `p` in place along the gradients `g`, and return the memory for the next step.

        The memory that is given is zeros at the first step, and must stay as it is.
        """
        raise NotImplementedError

    def step(self, params: Mapping[str, Array], grads: Mapping[str, ArrayLike]) -> None:
        """Move every parameter in place; where anything is refused, nothing is changed.

        Args:
            params: the arrays to change, the same ones at every step.
            grads: the gradients, under the same names and in the same shapes.

        Raises:
            TypeError, ValueError: arguments that do not fit, or other arrays than those of the first step.
            NotFinite: a parameter, or what is remembered of its gradients, would leave the finite numbers.
        """
        arrays = self._check_params(params)
        grads = _check_grads(grads, arrays)
        shapes = self._shapes or {name: array.shape for name, array in arrays.items()}
        p, g = as_vector(arrays[name] for name in shapes), as_vector(grads[name] for name in shapes)
        if not is_finite(g):
            _refuse_infinite(grads)
        memory = self.memory or {kind: np.zeros(len(p)) for kind in self.memory_names}
        with np.errstate(all="ignore"):  # what leaves the finite numbers is refused by name
            memory = self.move(p, g, **memory)
            moved = {name: part.astype(arrays[name].dtype, copy=False) for name, part in parts_of(p, shapes).items()}
        _insist_on_finite(p, moved, memory, shapes)
        for name, array in arrays.items():
            array[...] = moved[name]
        self._arrays, self._shapes, self.memory, self.steps = arrays, shapes, memory, self.steps + 1

    @property
    def state(self) -> dict[str, np.ndarray]:
        """What the optimiser remembers, as copies: "steps" and, for Adam, "m.rnn.W_x", …, "v.rnn.W_x", ….

        `numpy.savez` keeps it; assigned again, also in another process, training goes on to the same bits. A state
        of no steps makes the optimiser as new.
        """
        parts = {kind: parts_of(vector.copy(), self._shapes) for kind, vector in self.memory.items()}
        return {"steps": np.array(self.steps), **joined(parts)}

    @state.setter
    def state(self, state: Mapping[str, ArrayLike]) -> None:
        steps, parts = _check_state(state, self.memory_names)
        shapes = {name: array.shape for entries in parts.values() for name, array in entries.items()}
        if self._arrays and shapes and shapes != {name: array.shape for name, array in self._arrays.items()}:
            raise ValueError(f"state: expected that of {', '.join(self._arrays)}, in their shapes, got {shapes}")
        if steps == 0:
            self._start_anew()
        else:
            self.steps, self._shapes = steps, shapes or self._shapes
            self.memory = {kind: as_vector(entries[name] for name in shapes) for kind, entries in parts.items()}

    def _check_params(self, params: Mapping[str, Array]) -> dict[str, Array]:
        params = dict(check_mapping("params", params))
        for name, array in params.items():
            check_in_place(name, array)
        if self._arrays:
            if params.keys() != self._arrays.keys() or any(params[name] is not a for name, a in self._arrays.items()):
                raise ValueError(
                    f"params: expected the arrays of the first step, {', '.join(self._arrays)}, got others: "
                    "an optimiser belongs to one network"
                )
            return params
        if not params:
            raise ValueError("params: expected at least one array, got none")
        if self._shapes and {name: array.shape for name, array in params.items()} != self._shapes:
            raise ValueError(f"params: expected those of the state, {', '.join(self._shapes)}, in their shapes")
        for (one, first), (other, second) in combinations(params.items(), 2):
            if np.shares_memory(first, second):
                raise ValueError(f"params: expected an array under one name, got the same memory as {one} and {other}")
        return params

    def __repr__(self) -> str:
        settings = inspect.signature(type(self)).parameters.values()
        shown = [s.name for s in settings if s.name == "lr" or getattr(self, s.name) != s.default]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)}' for name in shown)})"


class SGD(Optimizer):
    """Gradient descent: every parameter moves by -lr times its gradient.

    >>> params = {"W": np.array([1.0, -2.0])}
    >>> SGD(lr=0.5).step(params, {"W": np.array([4.0, 0.0])})
    >>> params["W"]
    array([-1., -2.])
    """

    def move(self, p: Vector, g: Vector, **memory: Vector) -> dict[str, Vector]:
        """Move `p` in place; nothing is remembered."""
        p -= self.lr * g
        return {}


class Adam(Optimizer):
    """Adam: steps of about lr, by the mean of past gradients over the root of the mean of their squares.

    Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.

    >>> params = {"W": np.array([0.0, 0.0])}
    >>> Adam(lr=0.03).step(params, {"W": np.array([100.0, 0.001])})
    >>> params["W"].round(6)
    array([-0.03, -0.03])
    """

    beta1 = Setting("a number from 0 to below 1", lambda number: 0 <= number < 1)
    beta2 = Setting("a number from 0 to below 1", lambda number: 0 <= number < 1)
    eps = Setting("a finite number above 0", lambda number: 0 < number < np.inf)
    memory_names = ("m", "v")

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        """Set the learning rate, and how slowly the two means forget.

        Args:
            lr: the learning rate, above 0.
            beta1: the weight of the past in the mean of the gradients, m, from 0 to below 1.
            beta2: the same for the mean of their squares, v.
            eps: keeps the division finite, above 0.

        Raises:
            ValueError: a number outside these ranges.
        """
        super().__init__(lr)
        self.beta1, self.beta2, self.eps = beta1, beta2, eps

    def move(self, p: Vector, g: Vector, **memory: Vector) -> dict[str, Vector]:
        """Move `p` in place, and return the means m and v. They start at 0; m_hat and v_hat make up for it."""
        lr, beta1, beta2, eps, t = self.lr, self.beta1, self.beta2, self.eps, self.steps + 1
        m = beta1 * memory["m"] + (1 - beta1) * g
        v = beta2 * memory["v"] + (1 - beta2) * g**2
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        p -= lr * m_hat / (np.sqrt(v_hat) + eps)
        return {"m": m, "v": v}


def _check_grads(grads: Mapping[str, ArrayLike], arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the gradients as arrays in the types and shapes of the parameters."""
    if check_mapping("grads", grads).keys() != arrays.keys():
        raise ValueError(f"grads: expected {', '.join(arrays)}, got {', '.join(grads) or 'none'}")
    checked = {}
    for name, array in arrays.items():
        g = grads[name]
        if type(g) is not np.ndarray or g.dtype != array.dtype:
            g = check_array(f"grads: {name}", g, "(...)", array.dtype)
        if g.shape != array.shape:
            raise ValueError(f"grads: {name}: expected {array.shape}, got {g.shape}")
        checked[name] = g
    return checked


def _refuse_infinite(grads: dict[str, Array]) -> None:
    for name, g in grads.items():
        check_finite(f"grads: {name}", g)


def _insist_on_finite(p: Vector, moved: dict[str, Array], memory: dict[str, Vector], shapes: Shapes) -> None:
    """Refuse a step after which a parameter, or what is remembered for it, is not finite."""
    for kind, vector in memory.items():
        if not is_finite(vector):
            name = next(name for name, part in parts_of(vector, shapes).items() if not is_finite(part))
            raise NotFinite(f"{name}: {kind} is not finite, as the gradient is too large: clip it")
    for name, part in moved.items():
        if not is_finite(part):
            raise NotFinite(f"{name} is not finite after the step: clip the gradients, or take a smaller lr")


def _check_state(state: Mapping[str, ArrayLike], kinds: tuple[str, ...]) -> tuple[int, dict[str, dict[str, Array]]]:
    """Return the number of steps, and for each kind of memory its arrays by the names of the parameters."""
    state = dict(check_mapping("state", state))
    steps = check_int("state: steps", np.asarray(state.pop("steps", None))[()], least=0)
    parts = {kind: parted(state, kind) for kind in kinds}
    names = next(iter(parts.values()), {}).keys()
    if state.keys() != joined({kind: dict.fromkeys(names) for kind in kinds}).keys() or bool(names) != bool(
        kinds and steps
    ):
        wanted = ", ".join(f"{kind}.… for each parameter" for kind in kinds) if steps else ""
        raise ValueError(f"state: expected steps = {steps} and {wanted or 'no more'}, got {', '.join(state) or 'none'}")
    for kind, entries in parts.items():
        for name, array in entries.items():
            first = np.shape(parts[kinds[0]][name])
            entries[name] = check_array(f"state: {kind}.{name}", array, "(...)", FLOAT64)
            if entries[name].shape != first:
                raise ValueError(f"state: {kind}.{name}: expected {first}, got {entries[name].shape}")
    return steps, parts
