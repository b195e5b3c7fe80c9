"""A recurrent neural network in plain NumPy, written to be read."""

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
from rnnlib.gradcheck import check_gradients, compare_gradients, numerical_gradient
from rnnlib.gradient_report import GradientReport, GradientRow
from rnnlib.initializers import he, lecun, normal, orthogonal, xavier
from rnnlib.layers import Activation, Bidirectional, Dense, Embedding, Grads, Last, Layer, SimpleRNN, Trace
from rnnlib.losses import Loss, sigmoid_cross_entropy, softmax, softmax_cross_entropy, squared_error
from rnnlib.network import Network
from rnnlib.optimizers import SGD, Adam, Optimizer
from rnnlib.params import Params
from rnnlib.tasks import all_additions, binary_addition, carries, carry_chain, decode, encode, remember_first
from rnnlib.training import History, fit
from rnnlib.validation import NotFinite

__version__ = "0.1.0"
__all__ = [
    "Activation",
    "Adam",
    "Bidirectional",
    "Dense",
    "Embedding",
    "GradientReport",
    "GradientRow",
    "Grads",
    "History",
    "Last",
    "Layer",
    "Loss",
    "Network",
    "NotFinite",
    "Optimizer",
    "Params",
    "SGD",
    "SimpleRNN",
    "Trace",
    "all_additions",
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
    "global_norm",
    "he",
    "identity",
    "identity_derivative",
    "lecun",
    "normal",
    "numerical_gradient",
    "orthogonal",
    "relu",
    "relu_derivative",
    "remember_first",
    "sigmoid",
    "sigmoid_cross_entropy",
    "sigmoid_derivative",
    "softmax",
    "softmax_cross_entropy",
    "squared_error",
    "tanh",
    "tanh_derivative",
    "xavier",
]
