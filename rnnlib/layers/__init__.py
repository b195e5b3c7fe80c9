"""The layers: a file each, all on the contract of `rnnlib.layers.layer`."""

from rnnlib.layers.activation import Activation
from rnnlib.layers.bidirectional import Bidirectional
from rnnlib.layers.dense import Dense
from rnnlib.layers.embedding import Embedding
from rnnlib.layers.gru import GRU
from rnnlib.layers.last import Last
from rnnlib.layers.layer import Grads, Layer, Trace
from rnnlib.layers.lstm import LSTM
from rnnlib.layers.minimal_gru import MinimalGRU
from rnnlib.layers.simple_rnn import SimpleRNN

__all__ = [
    "GRU",
    "LSTM",
    "Activation",
    "Bidirectional",
    "Dense",
    "Embedding",
    "Grads",
    "Last",
    "Layer",
    "MinimalGRU",
    "SimpleRNN",
    "Trace",
]
