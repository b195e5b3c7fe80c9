"""A recurrent neural network in plain NumPy, written to be read.

Letters: N sequences in a batch, T time steps, D features, H nodes, K outputs, V tokens. Row vectors throughout, time
on the second axis: x is (N, T, D), and the states h are (N, T, H).

Layers are made from weights, `SimpleRNN(W_x, W_h, b)`, or drawn, `SimpleRNN.create(D, H, rng=rng)`. They are used
alone, by `forward` and `backward`, or joined to a `Network`, with a loss. `check_gradients` checks a layer or a
network, `fit` trains a network. `LSTM` and `GRU` are used like `SimpleRNN`; `from_pytorch`, `from_keras` and their like
bring weights from elsewhere.

Two recurrent layers over an embedding of five tokens, for sequences of different lengths, and one label for each:

>>> import numpy as np
>>> rng = np.random.default_rng(0)
>>> net = Network(
...     embedding=Embedding.create(5, 3, rng=rng),
...     lower=SimpleRNN.create(3, 8, rng=rng),
...     upper=SimpleRNN.create(8, 6, rng=rng),
...     last=Last(),
...     readout=Dense.create(6, 2, rng=rng),
...     loss=softmax_cross_entropy,
... )
>>> tokens = rng.integers(0, 5, (4, 7))  # (N, T)
>>> mask = np.arange(7) < np.array([[7], [5], [3], [6]])  # True where a step counts
>>> labels = tokens[:, 0] % 2
>>> check_gradients(net, tokens, labels, mask=mask).ok
True
>>> history = fit(net, [(tokens, labels, mask)] * 200, Adam(lr=0.01), steps=200, progress=False)
>>> net.predict(tokens, mask=mask).argmax(axis=1) == labels
array([ True,  True,  True,  True])
>>> np.savez("weights.npz", **net.params)  # doctest: +SKIP
>>> net.params.update(np.load("weights.npz"))  # doctest: +SKIP
"""

from rnnlib.activations import (
    identity,
    identity_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    tanh,
    tanh_derivative,
)
from rnnlib.clipping import clip_by_global_norm, clip_by_value, global_norm
from rnnlib.converters import from_keras, from_pytorch, from_zerotsuku2, to_keras, to_pytorch, to_zerotsuku2
from rnnlib.gradcheck import (
    GradientReport,
    GradientRow,
    check_gradients,
    compare_gradients,
    numerical_gradient,
)
from rnnlib.initializers import he, lecun, normal, orthogonal, xavier
from rnnlib.layers import (
    GRU,
    LSTM,
    Activation,
    Bidirectional,
    Dense,
    Embedding,
    Grads,
    Last,
    Layer,
    MinimalGRU,
    SimpleRNN,
    Trace,
)
from rnnlib.lengths import batches_by_length, mask_from_lengths, pad
from rnnlib.losses import Loss, sigmoid_cross_entropy, softmax, softmax_cross_entropy, squared_error
from rnnlib.network import Network
from rnnlib.optimizers import SGD, Adam, Optimizer
from rnnlib.params import Params
from rnnlib.scan import Recurrence, RecurrenceGrads, linear_recurrence, linear_recurrence_backward, parallel_scan
from rnnlib.tasks import all_additions, binary_addition, carries, carry_chain, decode, encode, remember_first
from rnnlib.text import ordered_batches, perplexity, sample, text_to_tokens, tokens_to_text
from rnnlib.training import History, fit
from rnnlib.validation import NotFinite

__version__ = "0.2.0"
__all__ = [
    "Activation",
    "Adam",
    "Bidirectional",
    "Dense",
    "Embedding",
    "GRU",
    "GradientReport",
    "GradientRow",
    "Grads",
    "History",
    "LSTM",
    "Last",
    "Layer",
    "Loss",
    "MinimalGRU",
    "Network",
    "NotFinite",
    "Optimizer",
    "Params",
    "Recurrence",
    "RecurrenceGrads",
    "SGD",
    "SimpleRNN",
    "Trace",
    "all_additions",
    "batches_by_length",
    "binary_addition",
    "carries",
    "carry_chain",
    "check_gradients",
    "clip_by_global_norm",
    "clip_by_value",
    "compare_gradients",
    "decode",
    "encode",
    "fit",
    "from_keras",
    "from_pytorch",
    "from_zerotsuku2",
    "global_norm",
    "he",
    "identity",
    "identity_derivative",
    "lecun",
    "linear_recurrence",
    "linear_recurrence_backward",
    "mask_from_lengths",
    "normal",
    "numerical_gradient",
    "ordered_batches",
    "orthogonal",
    "pad",
    "parallel_scan",
    "perplexity",
    "relu",
    "relu_derivative",
    "remember_first",
    "sample",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sigmoid_derivative",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "tanh",
    "tanh_derivative",
    "text_to_tokens",
    "to_keras",
    "to_pytorch",
    "to_zerotsuku2",
    "tokens_to_text",
    "xavier",
]
