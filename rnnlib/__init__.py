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
from rnnlib.initializers import he, lecun, normal, orthogonal, xavier
from rnnlib.layers import Dense, SimpleRNN

__version__ = "0.1.0"
__all__ = [
    "Dense",
    "SimpleRNN",
    "he",
    "identity",
    "identity_derivative",
    "lecun",
    "normal",
    "orthogonal",
    "relu",
    "relu_derivative",
    "sigmoid",
    "sigmoid_derivative",
    "tanh",
    "tanh_derivative",
    "xavier",
]
