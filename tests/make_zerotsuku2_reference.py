"""Remake zerotsuku2_*.json in rnnlib/course/data with the code of the book ゼロから作る Deep Learning ❷.

Run it as `python tests/make_zerotsuku2_reference.py FOLDER`, FOLDER being a clone of
https://github.com/oreilly-japan/deep-learning-from-scratch-2.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

N, T, D, H, K = 2, 4, 3, 5, 6
DATA = Path(__file__).parent.parent / "rnnlib" / "course" / "data"


class Recorded:
    """NumPy, which notes what tanh is taken of."""

    def __init__(self) -> None:
        self.before_tanh: list[np.ndarray] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def tanh(self, t: np.ndarray) -> np.ndarray:
        self.before_tanh.append(t)
        return np.tanh(t)


def reference(time_layers: Any) -> dict:
    """Return weights, inputs, states, logits, and what the walk back is given, by the names of the book's code."""
    rng = np.random.default_rng(6)
    shapes = {"Wx": (D, H), "Wh": (H, H), "b": (H,), "xs": (N, T, D), "h": (N, H), "W": (H, K), "affine_b": (K,)}
    shapes |= {"dhs": (N, T, H)}
    given = {name: np.round(rng.standard_normal(shape) / 2, 2) for name, shape in shapes.items()}

    time_layers.np = recorded = Recorded()
    rnn = time_layers.TimeRNN(given["Wx"], given["Wh"], given["b"], stateful=True)
    rnn.set_state(given["h"])
    hs = rnn.forward(given["xs"])
    out = time_layers.TimeAffine(given["W"], given["affine_b"]).forward(hs)

    handed_in = []  # what each step's backward(dh_next) is given, the last step first
    walk_one_step = time_layers.RNN.backward
    time_layers.RNN.backward = lambda layer, dh_next: handed_in.append(dh_next) or walk_one_step(layer, dh_next)
    rnn.backward(given["dhs"])
    made = {"t": np.stack(recorded.before_tanh, axis=1), "hs": hs, "out": out}
    made |= {"dh_next": np.stack(handed_in[::-1], axis=1)}
    made_by = "TimeRNN and TimeAffine of common/time_layers.py, deep-learning-from-scratch-2; hs in float32"
    return {"made_by": made_by} | {name: array.tolist() for name, array in (given | made).items()}


def gates(time_layers: Any) -> dict:
    """Return weights, inputs, starting states and states of TimeLSTM and TimeGRU, by the names of the book's code."""
    rng, steps = np.random.default_rng(8), 6
    cases: dict[str, Any] = {"made_by": "TimeLSTM and TimeGRU of common/time_layers.py, deep-learning-from-scratch-2"}
    for name, count, starts in (("lstm", 4, ("h", "c")), ("gru", 3, ("h",))):
        shapes = {"Wx": (D, count * H), "Wh": (H, count * H), "b": (count * H,), "xs": (N, steps, D)}
        shapes |= dict.fromkeys(starts, (N, H))
        given = {key: np.round(rng.standard_normal(shape) / 2, 2) for key, shape in shapes.items()}
        if name == "gru":
            del given["b"]  # the book's GRU has none
        weights = [given[key] for key in ("Wx", "Wh", "b") if key in given]
        layer = {"lstm": time_layers.TimeLSTM, "gru": time_layers.TimeGRU}[name](*weights, stateful=True)
        layer.set_state(*(given[key] for key in starts))
        hs = layer.forward(given["xs"])
        cases[name] = {key: array.tolist() for key, array in (given | {"hs": hs}).items()}
        if name == "lstm":
            cases[name]["c_last"] = layer.c.tolist()
    return cases


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    from common import time_layers

    for name, made in (("zerotsuku2_gates", gates(time_layers)), ("zerotsuku2_rnn", reference(time_layers))):
        contents = json.dumps(made, indent=1) + "\n"
        (DATA / f"{name}.json").write_text(contents, encoding="utf-8", newline="\n")
