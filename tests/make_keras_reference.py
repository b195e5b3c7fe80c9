"""Remake keras_rnn.json and keras_gates.json of rnnlib/course/data with Keras: only this script needs Keras.

Run it as `KERAS_BACKEND=torch python tests/make_keras_reference.py` in an environment with Keras and a backend.
"""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np

N, T, D, H, K = 2, 4, 3, 5, 6
DATA = Path(__file__).parent.parent / "rnnlib" / "course" / "data"


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


def gates() -> dict:
    """Return weights, inputs, starting states and states of LSTM and of GRU in its two forms, as nested lists."""
    rng, steps = np.random.default_rng(4), 6
    cases: dict[str, Any] = {"made_by": f"keras.layers.LSTM and GRU, Keras {keras.__version__}, float32"}
    for name, count, options in (
        ("lstm", 4, {}),
        ("gru", 3, {"reset_after": True}),
        ("gru, reset before", 3, {"reset_after": False}),
    ):
        bias = (2, count * H) if options.get("reset_after") else (count * H,)
        shapes = {"kernel": (D, count * H), "recurrent_kernel": (H, count * H), "bias": bias, "x": (N, steps, D)}
        shapes |= dict.fromkeys(["h0", "c0"] if name == "lstm" else ["h0"], (N, H))
        given = {key: np.round(rng.standard_normal(shape) / 2, 2) for key, shape in shapes.items()}
        kind = keras.layers.LSTM if name == "lstm" else keras.layers.GRU
        layer = kind(H, return_sequences=True, return_state=True, **options)
        layer.build((N, steps, D))
        layer.set_weights([given["kernel"], given["recurrent_kernel"], given["bias"]])
        states = [keras.ops.convert_to_tensor(given[key]) for key in ("h0", "c0") if key in given]
        h, *last = layer(keras.ops.convert_to_tensor(given["x"]), initial_state=states)
        made = {"h": h} | ({"c_last": last[1]} if name == "lstm" else {})
        made = {key: keras.ops.convert_to_numpy(array) for key, array in made.items()}
        cases[name] = {key: array.tolist() for key, array in (given | made).items()}
    return cases


if __name__ == "__main__":
    for name, made in (("keras_rnn", reference()), ("keras_gates", gates())):
        (DATA / f"{name}.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8", newline="\n")
