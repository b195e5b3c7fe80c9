"""Remake rnnlib/course/data/keras_rnn.json with Keras's SimpleRNN and Dense: only this script needs Keras.

Run it as `KERAS_BACKEND=torch python tests/make_keras_reference.py` in an environment with Keras and a backend.
"""

import json
from pathlib import Path

import keras
import numpy as np

N, T, D, H, K = 2, 4, 3, 5, 6
TARGET = Path(__file__).parent.parent / "rnnlib" / "course" / "data" / "keras_rnn.json"


def reference() -> dict:
    """Return inputs, weights, states and logits of one sequence batch, as nested lists."""
    rng = np.random.default_rng(3)
    kernel, recurrent_kernel, bias, x, h0, dense_kernel, dense_bias = (
        np.round(rng.standard_normal(shape) / 2, 2) for shape in [(D, H), (H, H), (H,), (N, T, D), (N, H), (H, K), (K,)]
    )
    given = {"sequences": x, "initial_state": h0}
    tensors = {name: keras.ops.convert_to_tensor(array) for name, array in given.items()}
    layers = {name: keras.layers.SimpleRNN(H, return_sequences=name == "h") for name in ("h", "last")}
    results = {}
    for name, layer in layers.items():
        layer.build((N, T, D))
        layer.set_weights([kernel, recurrent_kernel, bias])
        results[name] = layer(**tensors)
    dense = keras.layers.Dense(K)
    dense.build((N, T, H))
    dense.set_weights([dense_kernel, dense_bias])
    results["v"] = dense(results["h"])

    made_by = f"keras.layers.SimpleRNN and Dense, Keras {keras.__version__}, float32; h with return_sequences=True"
    arrays = {"kernel": kernel, "recurrent_kernel": recurrent_kernel, "bias": bias, "x": x, "h0": h0}
    arrays |= {"dense_kernel": dense_kernel, "dense_bias": dense_bias}
    arrays |= {name: keras.ops.convert_to_numpy(result) for name, result in results.items()}
    return {"made_by": made_by} | {name: array.tolist() for name, array in arrays.items()}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(reference(), indent=1) + "\n", encoding="utf-8", newline="\n")
