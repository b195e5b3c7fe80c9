"""Optimisers: they change parameters in place; the gradients are computed elsewhere."""

import numpy as np

from rnnlib.arrays import as_array, as_named, as_number, as_positive

FLOATS = [np.dtype(kind) for kind in ("<f4", ">f4", "<f8", ">f8")]


class SGD:
    """Gradient descent: every parameter moves by -lr times its gradient."""

    def __init__(self, lr: float) -> None:
        """Set the learning rate, a finite number above 0.

        Raises:
            ValueError: another number.
        """
        self.lr = as_positive("lr", lr)

    def step(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        """Move every parameter in place.

        Args:
            params: the arrays to change.
            grads: the gradients, under the same names and in the same shapes.

        Raises:
            TypeError, ValueError: names or shapes that differ, gradients that are not finite; nothing is changed.
        """
        grads = _fitting(params, grads)
        with np.errstate(over="ignore", invalid="ignore"):
            _move(params, {name: self.lr * gradient for name, gradient in grads.items()})


class Adam:
    """Adam: steps of about lr, by the mean of past gradients over the root of the mean of their squares.

    Kingma and Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
    """

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        """Set the learning rate, and how slowly the two means forget.

        Args:
            lr: the learning rate, above 0.
            beta1: the weight of the past in the mean of the gradients, from 0 to below 1.
            beta2: the same for the mean of their squares.
            eps: keeps the division finite, above 0.

        Raises:
            ValueError: a number outside these ranges.
        """
        self.lr, self.eps = as_positive("lr", lr), as_positive("eps", eps)
        self.beta1, self.beta2 = (
            as_number(name, beta, "a number from 0 to below 1", lambda number: 0 <= number < 1)
            for name, beta in (("beta1", beta1), ("beta2", beta2))
        )
        self.steps = 0
        self.mean: dict[str, np.ndarray] = {}
        self.root_of_squares: dict[str, np.ndarray] = {}  # the root of the mean of squares: no square overflows

    def step(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        """Move every parameter in place; arguments and errors are those of `SGD.step`."""
        grads = _fitting(params, grads)
        if self.mean and {n: m.shape for n, m in self.mean.items()} != {n: p.shape for n, p in params.items()}:
            raise ValueError(f"params: expected those of the first step, {', '.join(self.mean)}, in their shapes")
        t, means, roots, moves = self.steps + 1, {}, {}, {}
        with np.errstate(over="ignore", invalid="ignore"):
            for name, g in grads.items():
                g, zero = g.astype(float), np.zeros(g.shape)  # in float32 a small eps would be 0
                m = means[name] = self.beta1 * self.mean.get(name, zero) + (1 - self.beta1) * g
                root = self.root_of_squares.get(name, zero)
                root = roots[name] = np.hypot(self.beta2**0.5 * root, (1 - self.beta2) ** 0.5 * g)
                m_hat = m / (1 - self.beta1**t)  # both means start at zero: this makes up for it
                moves[name] = self.lr * (m_hat / (root / (1 - self.beta2**t) ** 0.5 + self.eps))
            _move(params, moves)
        self.steps, self.mean, self.root_of_squares = t, means, roots


def clip_by_global_norm(grads: dict[str, np.ndarray], max_norm: float) -> float:
    """Shrink all gradients in place by one common factor, so that their joint norm is at most `max_norm`.

    One factor for all arrays keeps the direction (Pascanu and others, On the difficulty of training recurrent
    neural networks, 2013). Return the norm before clipping.

    Args:
        grads: the gradients, of any shapes.
        max_norm: the largest norm to allow, above 0.

    Raises:
        TypeError, ValueError: `max_norm` not finite or not above 0, or a gradient not finite; nothing is changed.
    """
    max_norm, grads = as_positive("max_norm", max_norm), as_named("grads", grads)
    arrays = [as_array(name, _changeable(name, g), "(...)", np.dtype(np.float64)) for name, g in grads.items()]
    largest = max((np.abs(g).max() for g in arrays), default=0.0)
    if largest == 0:
        return 0.0
    root = float(np.sqrt(sum(((g / largest) ** 2).sum() for g in arrays)))  # no square overflows
    norm = float(largest) * root  # infinity where it is beyond float64
    if norm > max_norm:
        for g, wide in zip(grads.values(), arrays, strict=True):
            g[...] = wide / largest / root * max_norm
    return norm


def _fitting(params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if as_named("params", params).keys() != as_named("grads", grads).keys():
        raise ValueError(f"grads: expected {', '.join(params)}, got {', '.join(grads) or 'none'}")
    checked = {}
    for name, parameter in params.items():
        dtype = _changeable(name, parameter).dtype
        checked[name] = as_array(f"grads: {name}", grads[name], "(...)", dtype)
        if checked[name].shape != parameter.shape:
            raise ValueError(f"grads: {name}: expected {parameter.shape}, got {checked[name].shape}")
    return checked


def _changeable(name: str, array: np.ndarray) -> np.ndarray:
    if not isinstance(array, np.ndarray) or np.ma.isMA(array) or array.dtype not in FLOATS:
        got = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name}: expected a float array, to be changed in place, got {got}")
    if not array.flags.writeable:
        raise ValueError(f"{name}: expected an array to be changed in place, got a read-only one")
    return array


def _move(params: dict[str, np.ndarray], moves: dict[str, np.ndarray]) -> None:
    """Take every move from its parameter, in place; where one would leave the finite numbers, none is made."""
    moved = {name: (parameter - moves[name]).astype(parameter.dtype) for name, parameter in params.items()}
    for name, parameter in params.items():
        beyond = np.isfinite(parameter) & ~np.isfinite(moved[name])
        if beyond.any():
            raise ValueError(f"grads: {name}: expected finite numbers that leave {name} finite, got an overflow")
    for name, parameter in params.items():
        parameter[...] = moved[name]
