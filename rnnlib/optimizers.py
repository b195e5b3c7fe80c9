"""Optimisers: they change parameters in place; the gradients are computed elsewhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from itertools import combinations
from operator import is_
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
    short_repr,
)
from rnnlib.vectors import Layout, Vector

Array = NDArray[np.floating]
Arrays = Mapping[str, Array]


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

    >>> class Momentum(Optimizer):
    ...     memory_names = ("velocity",)
    ...     def move(self, p, g, velocity):
    ...         velocity = 0.9 * velocity + g
    ...         p -= self.lr * velocity
    ...         return {"velocity": velocity}
    >>> params, momentum = {"W": np.zeros(2)}, Momentum(lr=0.1)
    >>> for _ in range(2):
    ...     momentum.step(params, {"W": np.array([1.0, -1.0])})
    >>> params["W"], momentum.state["velocity.W"]
    (array([-0.29,  0.29]), array([ 1.9, -1.9]))

    Attributes:
        lr: the learning rate.
        steps: the number of steps done.
        memory_names: what the formula remembers from one step to the next, such as ("m", "v").
        memory: a vector for each of these names; empty before the first step.
    """

    lr = Setting("a finite number above 0", lambda number: 0 < number < np.inf)
    memory_names: tuple[str, ...] = ()
    steps: int
    memory: dict[str, Vector]
    _layout: Layout | None
    _arrays: dict[str, Array]  # those of the first step

    def __init__(self, lr: float) -> None:
        """Set the learning rate, a finite number above 0.

        Raises:
            ValueError: another number.
        """
        self.lr = lr
        self._set(steps=0, memory={}, layout=None, arrays={})

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
        gradients = _check_grads(grads, arrays)
        layout = self._layout or Layout(_shapes(arrays))
        p, g = layout.join(arrays), layout.join(gradients)
        memory = self.memory or {kind: np.zeros(layout.size) for kind in self.memory_names}
        with np.errstate(all="ignore"):  # what leaves the finite numbers is refused by name
            memory = self._checked_move(p, g, memory)
            moved = layout.split(p)
            narrow = [name for name, array in arrays.items() if array.dtype != FLOAT64]
            for name in narrow:
                moved[name] = moved[name].astype(arrays[name].dtype)
        if not all(map(is_finite, [*memory.values(), p, *[moved[name] for name in narrow]])):
            _explain(gradients, {kind: layout.split(vector) for kind, vector in memory.items()}, moved)
        for name, array in arrays.items():
            array[...] = moved[name]
        self._set(self.steps + 1, memory, layout, arrays)

    def _checked_move(self, p: Vector, g: Vector, memory: dict[str, Vector]) -> dict[str, Vector]:
        for vector in memory.values():
            vector.flags.writeable = False  # it is what remains where the step is refused
        memory = self.move(p, g, **memory)
        if not isinstance(memory, dict) or memory.keys() != set(self.memory_names):
            wanted = f"a dictionary of {', '.join(self.memory_names) or 'nothing'}"
            raise TypeError(f"{type(self).__name__}.move: expected {wanted}, got {short_repr(memory)}")
        return memory

    def _set(self, steps: int, memory: dict[str, Vector], layout: Layout | None, arrays: dict[str, Array]) -> None:
        self.steps, self.memory, self._layout, self._arrays = steps, memory, layout, arrays

    def undo(self) -> Callable[[], None]:
        """Return a function that sets `state` back to what it is now, in less time than reading it takes."""
        return partial(self._set, self.steps, self.memory, self._layout, self._arrays)

    @property
    def state(self) -> dict[str, np.ndarray]:
        """What the optimiser remembers, as copies: "steps" and, for Adam, "m.rnn.W_x", …, "v.rnn.W_x", ….

        `numpy.savez` keeps it; assigned again, also in another process, training goes on to the same bits. The state
        of no steps makes the optimiser as new.
        """
        steps = {"steps": np.array(self.steps)}
        if self._layout is None:
            return steps
        return steps | joined({kind: self._layout.split(vector.copy()) for kind, vector in self.memory.items()})

    @state.setter
    def state(self, state: Mapping[str, ArrayLike]) -> None:
        steps, memory = _check_state(state, self.memory_names)
        if steps == 0:
            self._set(steps=0, memory={}, layout=None, arrays={})
            return
        if memory:
            layout = Layout(_shapes(memory[self.memory_names[0]]))
            if self._arrays and layout.shapes != _shapes(self._arrays):
                raise ValueError(f"state: expected {_in_words(_shapes(self._arrays))}, got {_in_words(layout.shapes)}")
            self.memory = {kind: layout.join(arrays) for kind, arrays in memory.items()}
            self._layout = layout
        self.steps = steps

    def _check_params(self, params: Mapping[str, Array]) -> dict[str, Array]:
        """Return the parameters as a dictionary of arrays that can be changed: those of the first step."""
        arrays = dict(check_mapping("params", params).items())
        first = self._arrays
        if first and not (len(arrays) == len(first) and all(map(is_, map(arrays.get, first), first.values()))):
            raise ValueError(
                f"params: expected the arrays of the first step, {', '.join(first)}, got others: "
                "an optimiser belongs to one network"
            )
        for name, array in arrays.items():
            if not (first and array.flags.writeable):
                check_in_place(f"params: {name}", array)
        if not first:
            self._check_first(arrays)
        return arrays

    def _check_first(self, arrays: dict[str, Array]) -> None:
        """Refuse arrays that the optimiser cannot belong to."""
        if not arrays:
            raise ValueError("params: expected at least one array, got none")
        if self._layout is not None and _shapes(arrays) != self._layout.shapes:
            wanted = _in_words(self._layout.shapes)
            raise ValueError(f"params: expected {wanted}, as in the state, got {_in_words(_shapes(arrays))}")
        for (one, first), (other, second) in combinations(arrays.items(), 2):
            if np.shares_memory(first, second):
                raise ValueError(f"params: expected an array for each name, got the same memory as {one} and {other}")

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
        m, v = memory["m"], memory["v"]
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
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
        g: Any = grads[name]
        if type(g) is not np.ndarray or g.dtype != array.dtype:
            g = check_array(f"grads: {name}", g, "(...)", array.dtype)
        if g.shape != array.shape:
            raise ValueError(f"grads: {name}: expected {array.shape}, got {g.shape}")
        checked[name] = g
    return checked


def _explain(grads: Arrays, memory: Mapping[str, Arrays], moved: Arrays) -> None:
    """Name the first array that is not finite: a gradient, what is remembered of it, or a parameter after the step."""
    for name, g in grads.items():
        check_finite(f"grads: {name}", g)
    for kind, arrays in memory.items():
        for name, array in arrays.items():
            if not is_finite(array):
                raise NotFinite(f"{name}: {kind} is not finite, as the gradient is too large: clip it")
    for name, array in moved.items():
        if not is_finite(array):
            raise NotFinite(f"{name} is not finite after the step: clip the gradients, or take a smaller lr")


def _check_state(state: Mapping[str, ArrayLike], kinds: tuple[str, ...]) -> tuple[int, dict[str, dict[str, Array]]]:
    """Return the number of steps, and for each kind of memory its arrays under the names of the parameters."""
    entries = dict(check_mapping("state", state))
    steps = check_int("state: steps", np.asarray(entries.get("steps"))[()], least=0)
    kinds = kinds if steps else ()
    names = parted(entries, kinds[0]).keys() if kinds else ()
    expected = ["steps", *joined({kind: dict.fromkeys(names) for kind in kinds})]
    if entries.keys() != set(expected) or bool(kinds) != bool(names):
        wanted = [f"{kind}.…" for kind in kinds]
        raise ValueError(f"state: expected {', '.join(['steps', *wanted])}, got {', '.join(entries)}")
    memory: dict[str, dict[str, Array]] = {kind: {} for kind in kinds}
    for kind, arrays in memory.items():
        for name in names:
            arrays[name] = check_array(f"state: {kind}.{name}", entries[f"{kind}.{name}"], "(...)", FLOAT64)
        if _shapes(arrays) != _shapes(memory[kinds[0]]):
            raise ValueError(f"state: expected {kind} in the shapes of {kinds[0]}, got {_in_words(_shapes(arrays))}")
    return steps, memory


def _shapes(arrays: Mapping[str, Array]) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in arrays.items()}


def _in_words(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items())
