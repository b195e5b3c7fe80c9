"""Remake the numbers of PyTorch that the tests and notebooks compare with: only this script needs PyTorch.

Run it as `python tests/make_pytorch_reference.py` in an environment with PyTorch. Every size differs,
the start is not zero, no matrix is symmetric, and each loss reaches every state, so that a wrong axis,
a transposed weight or a lost step cannot go unseen.
"""

import json
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

TESTS = Path(__file__).parent
N, T, D, H, K = 2, 4, 3, 5, 6


def rounded(generator: torch.Generator, *shape: int) -> torch.Tensor:
    """Return normal numbers with two decimals, so that the file reads well and is exact."""
    return (torch.randn(*shape, generator=generator, dtype=torch.float64) / 2).mul(100).round().div(100)


def with_rounded_weights(module: torch.nn.Module, generator: torch.Generator) -> torch.nn.Module:
    """Return the module in float64, with weights of two decimals."""
    with torch.no_grad():
        for parameter in module.double().parameters():
            parameter.copy_(rounded(generator, *parameter.shape))
    return module


def numbers(loss: torch.Tensor, **tensors: torch.Tensor) -> dict:
    """Walk back from the loss; return all tensors as nested lists, and the gradient by x as "dx"."""
    loss.backward()
    gradients = {f"d{name}": tensor.grad for name, tensor in tensors.items() if tensor.is_leaf and tensor.requires_grad}
    return {name: tensor.tolist() for name, tensor in (tensors | gradients).items()}


def one_layer(nonlinearity: str, seed: int) -> dict:
    """One recurrent layer, and the loss Σ h · r."""
    generator = torch.Generator().manual_seed(seed)
    rnn = with_rounded_weights(torch.nn.RNN(D, H, nonlinearity=nonlinearity, batch_first=True), generator)
    x, h0 = (rounded(generator, *shape).requires_grad_() for shape in [(N, T, D), (N, H)])
    r = rounded(generator, N, T, H)
    h, _ = rnn(x, h0[None])
    case = numbers((h * r).sum(), **dict(rnn.named_parameters()), x=x, h0=h0, r=r, h=h)
    rnn.batch_first = False  # PyTorch's default: time first
    return case | {"h_time_first": rnn(x.transpose(0, 1), h0[None])[0].tolist()}


def gates(kind: type[torch.nn.LSTM] | type[torch.nn.GRU], seed: int) -> dict:
    """One layer with gates over six steps, and the loss Σ h · r, plus Σ c_T · s of an LSTM's last cell."""
    generator = torch.Generator().manual_seed(seed)
    layer = with_rounded_weights(kind(D, H, batch_first=True), generator)
    x, h0, c0 = (rounded(generator, *shape).requires_grad_() for shape in [(N, 6, D), (N, H), (N, H)])
    r, s = rounded(generator, N, 6, H), rounded(generator, N, H)
    given = dict(layer.named_parameters()) | {"x": x, "h0": h0, "r": r}
    if kind is torch.nn.GRU:
        h, _ = layer(x, h0[None])
        return numbers((h * r).sum(), **given, h=h)
    h, (_, c_last) = layer(x, (h0[None], c0[None]))
    loss = (h * r).sum() + (c_last[0] * s).sum()
    return numbers(loss, **given, c0=c0, s=s, h=h, c_last=c_last[0])


def with_readout() -> dict:
    """One recurrent layer in PyTorch's default order, time first, and a linear readout; by PyTorch's own names."""
    generator = torch.Generator().manual_seed(5)
    rnn = with_rounded_weights(torch.nn.RNN(D, H), generator)
    readout = with_rounded_weights(torch.nn.Linear(H, K), generator)
    x, h_0 = rounded(generator, T, N, D), rounded(generator, 1, N, H)
    output, h_n = rnn(input=x, hx=h_0)
    tensors = dict(rnn.named_parameters()) | dict(readout.named_parameters())
    tensors |= {"input": x, "h_0": h_0, "output": output, "h_n": h_n, "v": readout(output)}
    return {name: tensor.tolist() for name, tensor in tensors.items()}


def sequence_to_class() -> dict:
    """Three sequences of different lengths in one padded batch; the last state of each is classified."""
    generator = torch.Generator().manual_seed(3)
    lengths, labels = torch.tensor([5, 2, 4]), torch.tensor([1, 0, 3])
    rnn = with_rounded_weights(torch.nn.RNN(3, 6, batch_first=True), generator)
    readout = with_rounded_weights(torch.nn.Linear(6, 4), generator)
    x, h0 = (rounded(generator, *shape).requires_grad_() for shape in [(3, 5, 3), (3, 6)])
    _, last = rnn(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False), h0[None])
    loss = cross_entropy(readout(last[0]), labels)
    parameters = {**dict(rnn.named_parameters()), **dict(readout.named_parameters())}
    return {"loss": loss.item()} | numbers(loss, **parameters, x=x, h0=h0, lengths=lengths, labels=labels)


def tagging() -> dict:
    """Embedded tokens, some of them repeated, through two bidirectional layers; every step is classified."""
    generator = torch.Generator().manual_seed(4)
    lengths, tokens = torch.tensor([2, 5, 3]), torch.tensor([[4, 4, 0, 0, 0], [1, 2, 1, 5, 1], [2, 0, 2, 0, 0]])
    labels = torch.tensor([[3, 0, -100, -100, -100], [1, 1, 2, 3, 0], [2, 2, 1, -100, -100]])
    embedding = with_rounded_weights(torch.nn.Embedding(6, 3), generator)
    rnn = with_rounded_weights(torch.nn.RNN(3, 5, num_layers=2, bidirectional=True, batch_first=True), generator)
    readout = with_rounded_weights(torch.nn.Linear(10, 4), generator)
    h0 = rounded(generator, 4, 3, 5).requires_grad_()  # layer 1 forward, backward, layer 2 forward, backward
    packed = pack_padded_sequence(embedding(tokens), lengths, batch_first=True, enforce_sorted=False)
    h, _ = pad_packed_sequence(rnn(packed, h0)[0], batch_first=True)
    loss = cross_entropy(readout(h).flatten(0, 1), labels.flatten())
    parameters = {**dict(rnn.named_parameters()), **dict(readout.named_parameters()), "embedding": embedding.weight}
    return {"loss": loss.item()} | numbers(loss, **parameters, h0=h0, lengths=lengths, tokens=tokens, labels=labels)


def write(path: Path, made_by: str, cases: dict) -> None:
    """Write the cases as a JSON file; the version of PyTorch stands where `made_by` has {}."""
    contents = {"made_by": made_by.format(f"PyTorch {torch.__version__}, float64")} | cases
    path.write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(
        TESTS.parent / "rnnlib" / "course" / "data" / "pytorch_rnn.json",
        "torch.nn.RNN, {}, batch_first=True, loss sum(h * r); readout: time first, and torch.nn.Linear",
        {"tanh": one_layer("tanh", 1), "relu": one_layer("relu", 2), "readout": with_readout()},
    )
    write(
        TESTS.parent / "rnnlib" / "course" / "data" / "pytorch_gates.json",
        "torch.nn.LSTM and GRU, {}, batch_first=True, loss sum(h * r), with an LSTM + sum(c_last * s)",
        {"lstm": gates(torch.nn.LSTM, 6), "gru": gates(torch.nn.GRU, 7)},
    )
    write(
        TESTS / "data" / "pytorch_models.json",
        "torch.nn.RNN over pack_padded_sequence, torch.nn.Linear, cross_entropy, {}",
        {"sequence to class": sequence_to_class(), "tagging": tagging()},
    )
