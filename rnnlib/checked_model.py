"""A layer or a network as a gradient check sees it: a number that depends on arrays, and habits to watch."""

from typing import Any

import numpy as np

from rnnlib.arrays import as_array, as_rectangle, insist_on_finite

FLOAT64 = np.dtype(np.float64)


def as_float64(name: str, value: Any) -> np.ndarray:
    """Return a copy of `value` as a finite float64 array; refuse a narrower type, and what `as_array` refuses."""
    if getattr(value, "dtype", FLOAT64) != FLOAT64:
        raise TypeError(f"{name}: a gradient check needs float64, got {value.dtype}: rounding hides errors in less")
    return as_array(name, value, "(...)", FLOAT64)


def _copy(target: Any) -> Any:
    if isinstance(target, np.ndarray):
        return target.copy()  # a mask stays, to be refused
    return as_rectangle("target", target, "an array").copy()


class CheckedModel:
    """A model with the arguments that it is checked on."""

    def __init__(self, model: Any, x: np.ndarray, upstream: Any, h0: Any) -> None:
        self.model, self.x, self.is_network = model, x, hasattr(model, "loss")
        self.upstream = _copy(upstream) if self.is_network else as_float64("dh", upstream)
        self.rnn = model.rnn if self.is_network else model
        self.has_state = hasattr(self.rnn, "dh0")
        self.h0 = None
        if h0 is not None and not self.has_state:
            raise TypeError(f"h0: expected None, as {type(model).__name__} has no state, got {type(h0).__name__}")
        if self.has_state:
            H = self.rnn.params["W_h"].shape[0]
            self.h0 = np.zeros((len(x) if x.ndim else 1, H)) if h0 is None else as_float64("h0", h0)
            self.rnn.dh0 = None  # what an earlier backward left is no answer

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything that the loss is differentiated by."""
        return {**self.model.params, "x": self.x, **({"h0": self.h0} if self.has_state else {})}

    def value(self, name: str, changed: np.ndarray) -> float:
        """Return the loss with one array exchanged."""
        x = (changed if name == "x" else self.x).copy()  # a model that scribbles must not change the next value
        h0 = self.h0 if self.h0 is None else (changed if name == "h0" else self.h0).copy()
        if name not in self.model.params:
            return self._loss(x, h0)
        parameter = self.model.params[name]
        kept = parameter.copy()
        try:
            parameter[...] = changed
            return self._loss(x, h0)
        finally:
            parameter[...] = kept

    def _loss(self, x: np.ndarray, h0: np.ndarray | None) -> float:
        if self.is_network:
            return self.model.loss(x, self.upstream, h0)
        h = self._forward(x, h0)
        if h.shape != self.upstream.shape:
            letters = "(N, T, H) = " if self.has_state else ""
            raise ValueError(f"dh: expected {letters}{h.shape}, got {self.upstream.shape}")
        with np.errstate(over="ignore", invalid="ignore"):
            loss = float((h * self.upstream).sum())
        insist_on_finite("dh", "the sum of forward(x) · dh", loss)
        return loss

    def _forward(self, x: np.ndarray, h0: np.ndarray | None) -> np.ndarray:
        if self.is_network:
            return self.model.predict(x, h0)
        return self.model.forward(x, h0) if self.has_state else self.model.forward(x)

    def gradients_and_habits(self) -> tuple[dict[str, np.ndarray], dict[str, bool | None]]:
        """Run backward twice; return the first gradients, and how the model behaved."""
        given = [array for array in (self.x, self.upstream, self.h0) if array is not None]
        before = [array.copy() for array in given]
        first = self._gradients()
        untouched = all(np.array_equal(one, other) for one, other in zip(given, before, strict=True))
        second = self._gradients()  # on the arguments as the first call left them
        for array, kept in zip(given, before, strict=True):
            array[...] = kept
        same = first.keys() == second.keys() and all(
            np.array_equal(first[name], second[name], equal_nan=True) for name in first
        )
        return first, {
            "arguments left alone": untouched,
            "a second call gives the same": same,
            "batch items independent": self._independent(),
        }

    def _gradients(self) -> dict[str, np.ndarray]:
        self._loss(self.x, self.h0)
        dx = self.model.backward() if self.is_network else self.model.backward(self.upstream)
        gradients = {**self.model.grads, "x": dx, **({"h0": self.rnn.dh0} if self.has_state else {})}
        return {name: np.array(gradient) for name, gradient in gradients.items() if gradient is not None}

    def _independent(self) -> bool | None:
        if self.x.ndim < 2 or len(self.x) < 2:
            return None
        together = self._forward(self.x.copy(), self.h0 if self.h0 is None else self.h0.copy())
        alone = [
            self._forward(self.x[n : n + 1].copy(), None if self.h0 is None else self.h0[n : n + 1].copy())[0]
            for n in range(len(self.x))
        ]
        return bool(np.allclose(together, alone, rtol=1e-9, atol=1e-9))
