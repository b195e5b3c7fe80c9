"""A whole network: a recurrent layer, a readout, a loss."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnnlib.activations import ACTIVATIONS, identity, sigmoid
from rnnlib.arrays import as_function, said
from rnnlib.layers import Dense, SimpleRNN
from rnnlib.losses import sigmoid_cross_entropy, softmax, softmax_cross_entropy

# The cross-entropies contain their activation: what a user reads is that activation of the logits.
READINGS = {sigmoid_cross_entropy: sigmoid, softmax_cross_entropy: softmax}


class RecurrentNetwork:
    """h = rnn(x), v = readout(h), y = g(v), and a loss that compares y with a target.

    `params` and `grads` hold those of both layers, as "rnn.W_x", …, "readout.W", "readout.b"; `last_state` (N, H)
    is the last state of the latest call of `loss` or `predict`, to be handed on as h0.
    """

    def __init__(
        self, rnn: SimpleRNN, readout: Dense, loss: Callable, output: str = "identity", read: str = "all"
    ) -> None:
        """Join the layers, which stay the caller's.

        Args:
            rnn: the recurrent layer, D to H.
            readout: the fully connected layer, H to K.
            loss: a function of (y, target) that returns the loss and its gradient by y, such as
                `squared_error` or `functools.partial(squared_error, reduction="batch")`.
            output: the activation g; a cross-entropy takes logits, so it needs "identity".
            read: "all", an answer at every step, (N, T, K), or "last", one for the sequence, (N, K).

        Raises:
            ValueError: layers that do not fit, an unknown name, a cross-entropy with another output.
        """
        for name, layer, needed in (("rnn", rnn, "W_h"), ("readout", readout, "W")):
            if needed not in getattr(layer, "params", ()):
                raise TypeError(f"{name}: expected a layer with {needed} in its params, got {said(layer)}")
        as_function("loss", loss)
        if readout.params["W"].shape[0] != rnn.params["W_h"].shape[0]:
            raise ValueError(
                f"readout: expected W (H, K) with H = {rnn.params['W_h'].shape[0]}, got {readout.params['W'].shape}"
            )
        if not isinstance(read, str) or read not in ("all", "last"):
            raise ValueError(f"read: expected one of all, last, got {said(read)}")
        if readout.params["W"].dtype != rnn.params["W_h"].dtype:
            raise TypeError(f"readout: expected {rnn.params['W_h'].dtype}, as rnn, got {readout.params['W'].dtype}")
        if not isinstance(output, str) or output not in ACTIVATIONS:
            raise ValueError(f"output: expected one of {', '.join(ACTIVATIONS)}, got {said(output)}")
        self.g, self.g_derivative = ACTIVATIONS[output]
        named_loss = getattr(loss, "func", loss)  # what a functools.partial stands for
        if named_loss in READINGS and self.g is not identity:
            raise ValueError(f"output: {named_loss.__name__} takes logits, so expected identity, got {output!r}")
        self.reading = READINGS.get(named_loss, identity)
        self.rnn, self.readout, self.loss_function, self.read = rnn, readout, loss, read
        self.last_state = self.pending = None

    @property
    def params(self) -> dict[str, np.ndarray]:
        """The live parameters of both layers."""
        return _joined(self.rnn.params, self.readout.params)

    @property
    def grads(self) -> dict[str, np.ndarray]:
        """The gradients that the last backward left, under the names of `params`."""
        return _joined(self.rnn.grads, self.readout.grads)

    def loss(self, x: Any, target: Any, h0: Any = None) -> float:
        """Return the loss on a batch, and keep what `backward` needs.

        Args:
            x: (N, T, D).
            target: what the loss compares with; for read="all" one for every step.
            h0: (N, H), zeros where it is not given.

        Raises:
            TypeError, ValueError: what the layers and the loss refuse; a pending backward stays as it was.
        """
        y, last_state = self._run(x, h0)
        value, dy = self.loss_function(y, target)
        self.pending = dy, y, self.rnn.seen, self.readout.seen
        self.last_state = last_state
        return value

    def backward(self) -> np.ndarray:
        """Set `grads` to the gradients of the last loss, and return its gradient by x, (N, T, D).

        Raises:
            RuntimeError: there was no loss before.
        """
        if self.pending is None:
            raise RuntimeError("backward needs a loss before it: call loss first")
        dy, y, self.rnn.seen, self.readout.seen = self.pending  # whatever ran since, this is the one
        dv = dy * self.g_derivative(y)
        dh = self.readout.backward(dv)
        if self.read == "last":
            h = self.rnn.seen[2]
            dh_last, dh = dh, np.zeros_like(h)
            dh[:, -1] = dh_last
        return self.rnn.backward(dh)

    def predict(self, x: Any, h0: Any = None) -> np.ndarray:
        """Return what a user reads, (N, T, K) or (N, K): probabilities for a cross-entropy, else y.

        It never disturbs a pending backward.

        Raises:
            TypeError, ValueError: what the layers refuse.
        """
        y, self.last_state = self._run(x, h0)
        return self.reading(y)

    def _run(self, x: Any, h0: Any) -> tuple[np.ndarray, np.ndarray]:
        h = self.rnn.forward(x, h0)
        v = self.readout.forward(h[:, -1] if self.read == "last" else h)
        return self.g(v), h[:, -1].copy()


def _joined(rnn: dict[str, np.ndarray], readout: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"rnn.{name}": array for name, array in rnn.items()} | {
        f"readout.{name}": array for name, array in readout.items()
    }
