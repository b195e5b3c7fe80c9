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
from rnnlib.gradcheck import check_gradients, compare_gradients, numerical_gradient
from rnnlib.gradient_report import GradientReport, GradientRow
from rnnlib.initializers import he, lecun, normal, orthogonal, xavier
from rnnlib.layers import Dense, SimpleRNN
from rnnlib.losses import sigmoid_cross_entropy, softmax, softmax_cross_entropy, squared_error
from rnnlib.network import RecurrentNetwork
from rnnlib.optimizers import SGD, Adam, clip_by_global_norm
from rnnlib.tasks import all_additions, binary_addition, carries, carry_chain, decode, encode, remember_first
from rnnlib.training import History, fit

__version__ = "0.1.0"
__all__ = [
    "Adam",
    "Dense",
    "GradientReport",
    "GradientRow",
    "History",
    "RecurrentNetwork",
    "SGD",
    "SimpleRNN",
    "all_additions",
    "binary_addition",
    "carries",
    "carry_chain",
    "check_gradients",
    "clip_by_global_norm",
    "compare_gradients",
    "decode",
    "encode",
    "fit",
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
