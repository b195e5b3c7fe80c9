"""Remake notebooks/data/pytorch_rnn.json with torch.nn.RNN: the only place where the project needs PyTorch.

Run it as `python tests/make_pytorch_reference.py` in an environment with PyTorch. Every size differs,
the start is not zero, no matrix is symmetric, and the loss Σ h · r reaches every state, so that a wrong
axis, a transposed weight or a lost step cannot go unseen.
"""

import json
from pathlib import Path

import torch

N, T, D, H = 2, 4, 3, 5
TARGET = Path(__file__).parent.parent / "notebooks" / "data" / "pytorch_rnn.json"


def rounded(generator: torch.Generator, *shape: int) -> torch.Tensor:
    """Return normal numbers with two decimals, so that the file reads well and is exact."""
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) / 2).mul(100).round().div(100)


def case(nonlinearity: str, seed: int) -> dict:
    """Return inputs, states and gradients of one sequence batch, as nested lists."""
    generator = torch.Generator().manual_seed(seed)
    rnn = torch.nn.RNN(D, H, nonlinearity=nonlinearity, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        for parameter in rnn.parameters():
            parameter.copy_(rounded(generator, *parameter.shape))
    x = rounded(generator, N, T, D).requires_grad_()
    h0 = rounded(generator, N, H).requires_grad_()
    r = rounded(generator, N, T, H)
    h, _ = rnn(x, h0[None])
    (h * r).sum().backward()
    arrays = {name: parameter for name, parameter in rnn.named_parameters()}
    gradients = {f"d{name}": parameter.grad for name, parameter in rnn.named_parameters()}
    arrays |= {"x": x, "h0": h0, "r": r, "h": h, "dx": x.grad, "dh0": h0.grad} | gradients
    rnn.batch_first = False  # PyTorch's default: time first
    arrays["h_time_first"] = rnn(x.transpose(0, 1), h0[None])[0]
    return {name: array.tolist() for name, array in arrays.items()}


if __name__ == "__main__":
    contents = {"made_by": f"torch.nn.RNN, PyTorch {torch.__version__}, float64, batch_first=True, loss sum(h * r)"}
    contents |= {"tanh": case("tanh", 1), "relu": case("relu", 2)}
    TARGET.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8", newline="\n")
