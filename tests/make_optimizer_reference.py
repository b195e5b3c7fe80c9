"""Remake tests/data/torch_optimizers.json with torch.optim, in an environment with PyTorch."""

import json
from pathlib import Path

import torch

TARGET = Path(__file__).parent / "data" / "torch_optimizers.json"
STEPS = 6
OPTIMIZERS = {
    "SGD": [{"lr": 0.1}],
    "Adam": [{}, {"lr": 0.03}, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 0.01}, {"lr": 0.1, "betas": (0.0, 0.0)}],
}


def rounded(generator: torch.Generator, *shape: int) -> torch.Tensor:
    """Return normal numbers with two decimals, so that the file reads well and is exact."""
    return torch.randn(*shape, generator=generator, dtype=torch.float64).mul(100).round().div(100)


def case(kind: str, arguments: dict, start: dict, grads: list[dict]) -> dict:
    """Return the parameters after each step, as nested lists."""
    params = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = getattr(torch.optim, kind)(params.values(), **arguments)
    after = []
    for gradients in grads:
        for name, parameter in params.items():
            parameter.grad = gradients[name].clone()
        optimizer.step()
        after.append({name: parameter.tolist() for name, parameter in params.items()})
    beta1, beta2 = arguments.pop("betas", (0.9, 0.999))
    ours = arguments if kind == "SGD" else arguments | {"beta1": beta1, "beta2": beta2}
    return {"kind": kind, "arguments": ours, "after": after}


def clipped(grads: dict, max_norm: float, max_value: float) -> dict:
    """Return the gradients clipped by their norm, the norm before it, and the gradients clipped by value."""
    found = {}
    for kind, clip, limit in (
        ("by_norm", torch.nn.utils.clip_grad_norm_, max_norm),
        ("by_value", torch.nn.utils.clip_grad_value_, max_value),
    ):
        params = {name: torch.zeros_like(g).requires_grad_() for name, g in grads.items()}
        for name, parameter in params.items():
            parameter.grad = grads[name].clone()
        norm = clip(params.values(), limit)
        found[kind] = {name: parameter.grad.tolist() for name, parameter in params.items()}
        found["norm"] = found.get("norm", norm if norm is None else float(norm))
    return found | {"max_norm": max_norm, "max_value": max_value}


if __name__ == "__main__":
    generator = torch.Generator().manual_seed(0)
    shapes = {"W": (2, 3), "b": (3,)}
    start = {name: rounded(generator, *shape) for name, shape in shapes.items()}
    grads = [{name: rounded(generator, *shape) for name, shape in shapes.items()} for _ in range(STEPS)]
    contents = {
        "made_by": f"torch.optim, PyTorch {torch.__version__}, float64",
        "start": {name: value.tolist() for name, value in start.items()},
        "grads": [{name: g.tolist() for name, g in gradients.items()} for gradients in grads],
        "cases": [case(kind, dict(a), start, grads) for kind, those in OPTIMIZERS.items() for a in those],
        "clipped": clipped(grads[0], max_norm=0.5, max_value=0.75),
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(contents) + "\n", encoding="utf-8", newline="\n")
