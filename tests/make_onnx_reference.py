"""Remake tests/data/onnx_rnn.json from ONNX's own test cases of its operator RNN.

Run it as `python tests/make_onnx_reference.py` in an environment with onnx. One of the cases draws its weights, so
that all inputs are stored.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx.backend.test.case.node import collect_testcases

TARGET = Path(__file__).parent / "data" / "onnx_rnn.json"


def reference() -> dict:
    """Return inputs, attributes and outputs of every case, by the names that the operator's page gives them."""
    cases = {}
    for case in collect_testcases("RNN"):
        (node,) = case.model.graph.node
        (inputs, outputs), *_ = case.data_sets
        arrays = zip([*node.input, *filter(None, node.output)], [*inputs, *outputs], strict=True)
        cases[case.name] = {name: np.asarray(array).tolist() for name, array in arrays}
        cases[case.name] |= {"layout": 0} | {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
    return cases


if __name__ == "__main__":
    contents = {"made_by": f"onnx.backend.test.case.node.rnn, ONNX {onnx.__version__}"} | reference()
    text = json.dumps(contents, default=bytes.decode, indent=1)
    TARGET.write_text(text + "\n", encoding="utf-8", newline="\n")
