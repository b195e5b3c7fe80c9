"""Remake rnnlib/course/data/keras_rnn.json with keras.layers.SimpleRNN: the only place where the project needs Keras.

Run it as `KERAS_BACKEND=torch python tests/make_keras_reference.py` in an environment with Keras and a backend.
"""

import json
from pathlib import Path

import keras
import numpy as np

N, T, D, H = 2, 4, 3, 5
TARGET = Path(__file__).parent.parent / "rnnlib" / "course" / "data" / "keras_rnn.json"


def reference() -> dict:
    """Return inputs, weights and states of one sequence batch, as nested lists."""
    rng = np.random.default_rng(3)
    kernel, recurrent_kernel, bias, x, h0 = (
        np.round(rng.standard_normal(shape) / 2, 2) for shape in [(D, H), (H, H), (H,), (N, T, D), (N, H)]
    )
    layer = keras.layers.SimpleRNN(H, return_sequences=True)
    layer.build((N, T, D))
    layer.set_weights([kernel, recurrent_kernel, bias])
    h = keras.ops.convert_to_numpy(layer(x, initial_state=keras.ops.convert_to_tensor(h0)))
    made_by = f"keras.layers.SimpleRNN, Keras {keras.__version__}, float32, return_sequences=True"
    arrays = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias, "x": x, "h0": h0, "h": h}
    return {"made_by": made_by} | {name: array.tolist() for name, array in arrays.items()}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(reference(), indent=1) + "\n", encoding="utf-8", newline="\n")
