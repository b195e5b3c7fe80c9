"""How fast are SimpleRNN, the layers with gates and `fit`? Ratios in one run: `make bench`.

SimpleRNN, forward and backward in float32, has three opponents, in one process and one thread each: `torch.nn.RNN` on
the CPU, a plain NumPy loop that does every step as the formula says, and the bare matrix products of the same sizes,
which no NumPy code can beat. LSTM and GRU have those of PyTorch. MinimalGRU by a scan
has itself by the loop. `fit` has the updates of notebook 7.3 written out as a
plain loop, in float64.
Each ratio is of two medians whose runs take turns, so that a slow moment of the machine falls on both alike.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")  # before NumPy is there

import argparse
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from matplotlib.ticker import LogLocator, StrMethodFormatter
from opponents import PlainTraining, bare_products, plain_loop, pytorch

from rnnlib import GRU, LSTM, Adam, Dense, MinimalGRU, Network, SimpleRNN, binary_addition, fit, sigmoid_cross_entropy
from rnnlib.course.figures.style import BLUE
from rnnlib.course.figures.style import axes as new_axes

# (N, T, D, H): from the small networks of the course to those of a real task
SIZES = [
    (1, 8, 2, 16),
    (32, 8, 2, 16),
    (128, 8, 2, 16),
    (32, 25, 64, 100),
    (32, 50, 64, 128),
    (64, 100, 128, 256),
    (1, 1000, 16, 64),
]
GATE_SIZES = [(32, 8, 2, 16), (32, 25, 64, 100), (64, 100, 128, 256)]
SCAN_SIZES = [(1, 8192, 1, 1), (1, 8192, 16, 16), (1, 1000, 16, 64), (32, 100, 64, 100), (64, 100, 128, 256)]
GROWTH = {  # one size at a time grows, from (N, T, D, H) = (32, 50, 16, 64)
    "T": [(32, T, 16, 64) for T in (25, 50, 100, 200, 400)],
    "N": [(N, 50, 16, 64) for N in (8, 16, 32, 64, 128, 256)],
    "H": [(32, 50, 16, H) for H in (16, 32, 64, 128, 256, 512)],
}
NAMES = {"T": "time steps T", "N": "sequences N", "H": "nodes H"}


def library(x: np.ndarray, dh: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> Callable[[], None]:
    """Return a call that does forward and backward by rnnlib."""
    return both_ways(SimpleRNN(W_x, W_h, b), x, dh)


def both_ways(layer: SimpleRNN | LSTM | GRU | MinimalGRU, x: np.ndarray, dh: np.ndarray) -> Callable[[], None]:
    """Return a call of the layer's forward and backward."""

    def run() -> None:
        layer.forward(x)
        layer.backward(dh)

    return run


def problem(size: tuple[int, int, int, int]) -> list[np.ndarray]:
    """Return x, dh, W_x, W_h and b of these sizes, float32."""
    N, T, D, H = size
    rng = np.random.default_rng(0)
    shapes = [(N, T, D), (N, T, H), (D, H), (H, H), (H,)]
    x, dh, W_x, W_h, b = (rng.standard_normal(shape).astype(np.float32) for shape in shapes)
    return [x, dh, W_x / np.float32(np.sqrt(D)), W_h / np.float32(np.sqrt(H)), b]


def medians(calls: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Return the median time of each call in seconds; the calls take turns for `seconds` in all, at least 7 times."""
    for call in calls.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in calls}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or min(map(len, times.values())) < 7:
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    return {name: float(np.median(those)) for name, those in times.items()}


def compare(seconds: float) -> None:
    """Print the time of every opponent over that of rnnlib, for every size."""
    opponents = {"PyTorch": pytorchs_rnn, "plain loop": plain_loop, "bare products": bare_products}
    if find_spec("torch") is None:
        print("PyTorch is not installed here: `make bench` brings it.")
        del opponents["PyTorch"]
    print(f"{'(N, T, D, H)':>20}  {'rnnlib':>10}  " + "  ".join(f"{name:>13}" for name in opponents))
    ratios: dict[str, list[float]] = {name: [] for name in opponents}
    for size in SIZES:
        arrays = problem(size)
        ours = library(*arrays)
        for name, make in opponents.items():
            found = medians({"rnnlib": ours, name: make(*arrays)}, seconds / len(opponents))
            ratios[name].append(found[name] / found["rnnlib"])
        row = "  ".join(f"{those[-1]:11.2f} ×" for those in ratios.values())
        print(f"{size!s:>20}  {found['rnnlib'] * 1e3:7.3f} ms  {row}", flush=True)
    means = "  ".join(f"{np.exp(np.mean(np.log(those))):11.2f} ×" for those in ratios.values())
    print(f"{'geometric mean':>20}  {'':>10}  {means}")
    print("A ratio above 1: rnnlib is faster. The bare products are below 1: no NumPy code beats them.")


def pytorchs_rnn(x: np.ndarray, dh: np.ndarray, W_x: np.ndarray, W_h: np.ndarray, b: np.ndarray) -> Callable[[], None]:
    """Return a call of `torch.nn.RNN`."""
    return pytorch(SimpleRNN(W_x, W_h, b), x, dh)


def compare_gates(seconds: float) -> None:
    """Print the time of PyTorch's LSTM and GRU over that of rnnlib's, for every size."""
    if find_spec("torch") is None:
        return
    print(f"\n{'(N, T, D, H)':>20}  " + "  ".join(f"{name:>10}  {'PyTorch':>9}" for name in ("LSTM", "GRU")))
    ratios = []
    for size in GATE_SIZES:
        N, T, D, H = size
        x, dh, *_ = problem(size)
        cells = []
        for kind in (LSTM, GRU):
            layer = kind.create(D, H, rng=np.random.default_rng(1), dtype=np.float32)
            found = medians({"ours": both_ways(layer, x, dh), "theirs": pytorch(layer, x, dh)}, seconds)
            ratios.append(found["theirs"] / found["ours"])
            cells.append(f"{found['ours'] * 1e3:7.3f} ms  {ratios[-1]:7.2f} ×")
        print(f"{size!s:>20}  " + "  ".join(cells), flush=True)
    print(f"{'geometric mean':>20}  {np.exp(np.mean(np.log(ratios))):.2f} ×")


def compare_scan(seconds: float) -> None:
    """Print the time of a minimal GRU by the loop over that of the same layer by the scan, for every size."""
    print(f"\n{'(N, T, D, H)':>20}  {'by loop':>10}  {'by scan':>10}")
    for size in SCAN_SIZES:
        N, T, D, H = size
        x, dh, *_ = problem(size)
        loop, scan = (
            MinimalGRU.create(D, H, rng=np.random.default_rng(1), by_scan=by_scan, dtype=np.float32)
            for by_scan in (False, True)
        )
        np.testing.assert_allclose(loop.forward(x), scan.forward(x), rtol=0, atol=1e-4)  # both do the same work
        found = medians({"loop": both_ways(loop, x, dh), "scan": both_ways(scan, x, dh)}, seconds)
        times = "  ".join(f"{of * 1e3:7.3f} ms" for of in found.values())
        print(f"{size!s:>20}  {times}  {found['loop'] / found['scan']:7.2f} ×", flush=True)


LR, UPDATES = 0.03, 50


def addition_network() -> Network:
    """Return the network of notebook 7.3, which adds binary numbers."""
    rng = np.random.default_rng(0)
    rnn, readout = SimpleRNN.create(2, 16, rng=rng), Dense.create(16, 1, rng=rng)
    return Network(rnn=rnn, readout=readout, loss=sigmoid_cross_entropy)


def compare_training(seconds: float) -> None:
    """Print the time of an update by a plain loop over that of `fit`, once both have found the same parameters."""
    rng = np.random.default_rng(1)
    batches = [binary_addition(rng, 32, 8) for _ in range(UPDATES)]
    net, optimizer = addition_network(), Adam(LR)
    plain = {
        name: PlainTraining({key: array.copy() for key, array in net.params.items()}, LR, readout_at_once)
        for name, readout_at_once in (("plain loop", False), ("readout at once", True))
    }
    fit(net, batches, optimizer, steps=UPDATES, progress=False)
    for training in plain.values():
        training.train(batches)
        for name, array in training.params.items():
            np.testing.assert_allclose(net.params[name], array, rtol=0, atol=1e-10)
    ours: dict[str, Callable[[], object]] = {
        "fit": lambda: fit(net, batches, optimizer, steps=UPDATES, progress=False),
        "loss_and_grads": lambda: [net.loss_and_grads(*batch) for batch in batches],
    }
    theirs: dict[str, Callable[[PlainTraining], object]] = {
        "fit": lambda training: training.train(batches),
        "loss_and_grads": lambda training: [training.gradients(*batch) for batch in batches],
    }
    print(f"\n{'notebook 7.3':>20}  {'rnnlib':>10}  " + "  ".join(f"{name:>15}" for name in plain))
    for name, call in ours.items():
        ratios = []
        for training in plain.values():
            found = medians({"ours": call, "theirs": partial(theirs[name], training)}, seconds)
            ratios.append(found["theirs"] / found["ours"])
        row = "  ".join(f"{ratio:13.2f} ×" for ratio in ratios)
        print(f"{name:>20}  {found['ours'] / UPDATES * 1e3:7.3f} ms  {row}", flush=True)
    print(f"After {UPDATES} updates all have the same parameters, within 1e-10.")


def draw_growth(seconds: float, file: Path) -> None:
    """Measure how the time grows with T, N and H, each doubled step by step, and draw it into `file`."""
    axes = new_axes(11, 3.4, widths=(1, 1, 1))
    for ax, (letter, sizes) in zip(axes, GROWTH.items(), strict=True):
        values = [size["NTDH".index(letter)] for size in sizes]
        found = [medians({"rnnlib": library(*problem(size))}, seconds)["rnnlib"] * 1e3 for size in sizes]
        ax.loglog(values, found, color=BLUE, marker="o")
        ax.set(title=f"{letter} doubled: {found[-1] / found[-2]:.1f} × the time", xlabel=NAMES[letter])
        ax.set_xticks(values, labels=values)
        ax.yaxis.set(major_locator=LogLocator(subs=(1, 2, 5)), major_formatter=StrMethodFormatter("{x:g}"))
        ax.minorticks_off()
    axes[0].set_ylabel("forward and backward (ms)")
    axes[0].figure.savefig(file)
    print(f"How the time grows: {file}")


def main() -> None:
    """Compare, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=4.0, help="measuring time for each size (default: 4)")
    parser.add_argument("--figure", type=Path, default=Path("benchmarks/growth.png"), help="where the figure goes")
    arguments = parser.parse_args()
    compare(arguments.seconds)
    compare_gates(arguments.seconds)
    compare_scan(arguments.seconds)
    compare_training(arguments.seconds)
    draw_growth(arguments.seconds / 8, arguments.figure)


if __name__ == "__main__":
    main()
