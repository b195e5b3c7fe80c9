"""Optimisers: they change parameters in place; the gradients are computed elsewhere."""

import numpy as np

from rnnlib.arrays import as_array, as_positive


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
        for name, gradient in _fitting(params, grads).items():
            params[name] -= self.lr * gradient


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
        for name, beta in (("beta1", beta1), ("beta2", beta2)):
            if not 0 <= beta < 1:
                raise ValueError(f"{name}: expected a number from 0 to below 1, got {beta}")
        self.beta1, self.beta2 = beta1, beta2
        self.steps = 0
        self.mean: dict[str, np.ndarray] = {}
        self.mean_of_squares: dict[str, np.ndarray] = {}

    def step(self, params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> None:
        """Move every parameter in place; arguments and errors are those of `SGD.step`."""
        grads = _fitting(params, grads)
        if self.mean and {n: m.shape for n, m in self.mean.items()} != {n: p.shape for n, p in params.items()}:
            raise ValueError(f"params: expected those of the first step, {', '.join(self.mean)}, in their shapes")
        self.steps += 1
        for name, g in grads.items():
            m = self.mean.setdefault(name, np.zeros_like(g))
            v = self.mean_of_squares.setdefault(name, np.zeros_like(g))
            m += (1 - self.beta1) * (g - m)
            v += (1 - self.beta2) * (g**2 - v)
            m_hat = m / (1 - self.beta1**self.steps)  # both means start at zero: this makes up for it
            v_hat = v / (1 - self.beta2**self.steps)
            params[name] -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


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
    as_positive("max_norm", max_norm)
    arrays = [as_array(name, _changeable(name, g), "(...)", np.dtype(np.float64)) for name, g in grads.items()]
    largest = max((np.abs(g).max() for g in arrays), default=0.0)
    if largest == 0:
        return 0.0
    norm = float(largest * np.sqrt(sum(((g / largest) ** 2).sum() for g in arrays)))  # no square overflows
    if norm > max_norm:
        for g in grads.values():
            g *= max_norm / norm
    return norm


def _fitting(params: dict[str, np.ndarray], grads: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    if params.keys() != grads.keys():
        raise ValueError(f"grads: expected {', '.join(params)}, got {', '.join(grads) or 'none'}")
    checked = {}
    for name, parameter in params.items():
        if np.shape(grads[name]) != np.shape(parameter):
            raise ValueError(f"grads: {name}: expected {np.shape(parameter)}, got {np.shape(grads[name])}")
        checked[name] = as_array(f"grads: {name}", grads[name], "(...)", _changeable(name, parameter).dtype)
    return checked


def _changeable(name: str, array: np.ndarray) -> np.ndarray:
    if not isinstance(array, np.ndarray) or array.dtype.kind != "f":
        got = getattr(array, "dtype", type(array).__name__)
        raise TypeError(f"{name}: expected a float array, to be changed in place, got {got}")
    if not array.flags.writeable:
        raise ValueError(f"{name}: expected an array to be changed in place, got a read-only one")
    return array
