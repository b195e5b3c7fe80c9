"""The bundled data, found from any folder; README.md beside this file says where each comes from, and its licence."""

import json
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]


def sound() -> tuple[Series, Series]:
    """Return time in ms, (480,), and sound pressure (relative), (480,), of a synthetic vowel "a"."""
    return _columns("sound.csv")


def price() -> tuple[Series, Series]:
    """Return the day, (750,), and the price, (750,), of a share that does not exist; its logarithm is a random walk."""
    return _columns("price.csv")


def co2() -> tuple[Series, Series]:
    """Return the time in years, (526,), and the carbon dioxide in the air of Mauna Loa in ppm, (526,), month by month.

    From March 1958 to December 2001; the five months without a measurement are NaN.
    """
    return _columns("co2.csv")


def sunspots() -> tuple[Series, Series]:
    """Return the year, (309,), from 1700 to 2008, and the yearly mean number of sunspots, (309,)."""
    return _columns("sunspots.csv")


def text() -> str:
    """Return the first paragraphs of *Alice's Adventures in Wonderland*, Lewis Carroll, 1865."""
    return _read("text.txt")


def alice() -> str:
    """Return the whole of *Alice's Adventures in Wonderland*, Lewis Carroll, 1865: 148,480 characters."""
    return _read("alice.txt")


def sprint() -> dict[str, Any]:
    """Return the small-array experiment, computed with 60 digits and stored as float64.

    How: with mpmath, step by step, from the same float64 inputs. `tests/test_data.py` computes the states again with
    nothing but Python's `decimal`, in 60 digits, tanh(a) as (1 - e^-2a) / (1 + e^-2a): they agree within 3e-16.

    "inputs": W_x (2, 4), W_h (4, 4), b (4,). "cases": under each name x (N, 3, 2), h0 (N, 4), h (N, 3, 4), and
    "losses", under each formula L and "grads" by W_x, W_h, b, x and h0.
    """
    return _arrays("sprint.json")


def keras_rnn() -> dict[str, Any]:
    """Return `keras.layers.SimpleRNN` and `Dense` on a small batch, float32, by Keras's names.

    kernel (3, 5), recurrent_kernel (5, 5), bias (5,), x (2, 4, 3), h0 (2, 5), all states h (2, 4, 5), the last one
    alone (2, 5), dense_kernel (5, 6), dense_bias (6,), and the logits v (2, 4, 6).
    """
    return _arrays("keras_rnn.json")


def pytorch_rnn() -> dict[str, Any]:
    """Return `torch.nn.RNN` on a small batch, float64, by PyTorch's names: "tanh", "relu" and "readout".

    The first two have weight_ih_l0 (5, 3), weight_hh_l0 (5, 5), bias_ih_l0 and bias_hh_l0 (5,), x (2, 4, 3), h0 (2, 5),
    all states h (2, 4, 5) and h_time_first (4, 2, 5), r (2, 4, 5), and the gradients of Σ h · r:
    dx, dh0, dweight_ih_l0, …
    "readout" is in PyTorch's default order, with a `torch.nn.Linear` on top: the four weights as above, input
    (4, 2, 3), h_0 and h_n (1, 2, 5), output (4, 2, 5), weight (6, 5), bias (6,), and the logits v (4, 2, 6).
    """
    return _arrays("pytorch_rnn.json")


def zerotsuku2_rnn() -> dict[str, Any]:
    """Return the book ゼロから作る Deep Learning ❷'s TimeRNN and TimeAffine on a small batch, by the names of its code.

    Wx (3, 5), Wh (5, 5), b (5,), xs (2, 4, 3), h (2, 5), the sums t before tanh and all states hs (2, 4, 5); W (5, 6),
    affine_b (6,) and out (2, 4, 6) of the readout; and for dhs (2, 4, 5) what each step's `backward` is given, dh_next
    (2, 4, 5).
    """
    return _arrays("zerotsuku2_rnn.json")


def keras_gates() -> dict[str, Any]:
    """Return `keras.layers.LSTM` and `GRU` on a small batch, float32: "lstm", "gru" and "gru, reset before".

    Each has kernel (3, 20) or (3, 15), recurrent_kernel, bias, x (2, 6, 3), h0 (2, 5), all states h (2, 6, 5), and the
    LSTM c0 and c_last (2, 5).
    """
    return _arrays("keras_gates.json")


def pytorch_gates() -> dict[str, Any]:
    """Return `torch.nn.LSTM` and `GRU` on a small batch, float64, by PyTorch's names: "lstm" and "gru".

    Each has weight_ih_l0 (20, 3) or (15, 3), weight_hh_l0, bias_ih_l0 and bias_hh_l0, x (2, 6, 3), h0 (2, 5), all
    states h (2, 6, 5), r (2, 6, 5), and the gradients of Σ h · r: dx, dh0, dweight_ih_l0, … The LSTM also has c0,
    c_last and s (2, 5): its loss is Σ h · r + Σ c_last · s.
    """
    return _arrays("pytorch_gates.json")


def zerotsuku2_gates() -> dict[str, Any]:
    """Return the book ゼロから作る Deep Learning ❷'s TimeLSTM and TimeGRU on a small batch: "lstm" and "gru".

    Each has Wx (3, 20) or (3, 15), Wh, xs (2, 6, 3), h (2, 5), all states hs (2, 6, 5), and the LSTM b, c and c_last.
    """
    return _arrays("zerotsuku2_gates.json")


def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _columns(name: str) -> tuple[Series, Series]:
    return tuple(np.loadtxt(_read(name).splitlines(), delimiter=",", skiprows=1, unpack=True))


def _arrays(name: str) -> dict[str, Any]:
    return json.loads(_read(name), object_hook=_lists_as_arrays)


def _lists_as_arrays(values: dict[str, Any]) -> dict[str, Any]:
    return {key: np.array(value) if isinstance(value, list) else value for key, value in values.items()}
