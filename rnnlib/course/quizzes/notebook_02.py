"""Quizzes about notebook 02: the first output as a formula, axes, and the state at a cut."""

import numpy as np

from rnnlib import sigmoid
from rnnlib.course.exercises.checking import FunctionExercise
from rnnlib.course.quizzes.question import Choice, Formula, Option


def first_output(x_1, z_0, W_in, W, W_out, b, c):
    """Return y_1 in columns: a sigmoid readout of a tanh state."""
    return sigmoid(W_out @ np.tanh(W_in @ x_1 + W @ z_0 + b) + c)


def _problems(rng: np.random.Generator) -> list[tuple]:
    D, H, K = 2, 4, 3
    shapes = [(D,), (H,), (H, D), (H, H), (K, H), (H,), (K,)]
    return [tuple(rng.standard_normal(shape) for shape in shapes) for _ in range(3)]


QUIZZES = {
    "first-output": Formula(
        title="The first output (出力) as a formula",
        text="In the letters of the report, with columns: $u_1 = W_{in} x_1 + W z_0 + b$ is the sum that goes into the "
        "hidden layer, tanh makes the state $z_1$ of it, $W_{out}$ and $c$ read the state, and a sigmoid makes the "
        "output $y_1$ of that. Write $y_1$ as a function of `x_1`, `z_0`, `W_in`, `W`, `W_out`, `b` and `c`.",
        checker=FunctionExercise(
            right=first_output,
            problems=_problems,
            mistakes=[
                (
                    lambda x, z, W_in, W, W_out, b, c: sigmoid(W_out @ (W_in @ x + W @ z + b) + c),
                    "tanh is missing: the hidden layer has an activation of its own",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: W_out @ np.tanh(W_in @ x + W @ z + b) + c,
                    "this is v_1: the sigmoid of the output is missing",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: sigmoid(W_out @ np.tanh(W_in @ x + W @ z) + c),
                    "the bias b of the hidden layer is forgotten",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: sigmoid(W_out @ np.tanh(W_in @ x + W @ z + b)),
                    "the bias c of the output is forgotten",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: sigmoid(W_out @ np.tanh(W_in @ x + W.T @ z + b) + c),
                    "W is transposed: here vectors are columns, so W stands before z_0 as it is",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: sigmoid(W_out @ np.tanh(W_in @ x + b) + c),
                    "z_0 plays no part: the state before the first step goes in through W",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: np.tanh(W_out @ np.tanh(W_in @ x + W @ z + b) + c),
                    "the output goes through a tanh; asked for is a sigmoid",
                ),
                (
                    lambda x, z, W_in, W, W_out, b, c: sigmoid(W_out @ sigmoid(W_in @ x + W @ z + b) + c),
                    "the hidden layer goes through a sigmoid; asked for is tanh",
                ),
            ],
            shape="(K,)",
        ),
        why="the state first, with its own activation, and then the readout of it, with another.",
    ),
    "last-state": Choice(
        title="The last state (最後の隠れ状態)",
        text="`h = rnn.forward(x)` has the shape (N, T, H). Which is the last state of every sequence?",
        options=(
            Option("`h[-1]`", "that is the last sequence of the batch, with all its states: (T, H)."),
            Option("`h[-1, -1]`", "that is the last state of the last sequence only: (H,)."),
            Option("`h[:, -1]`", "all sequences, last step: (N, H)."),
            Option("`h[..., -1]`", "that is the last node of every state: (N, T)."),
        ),
        right=3,
    ),
    "axis-order": Choice(
        title="The order of the axes (軸の順序)",
        text="32 sequences of 25 steps with 64 features were stored in PyTorch's default order, (25, 32, 64). "
        "You pass the array to our `SimpleRNN.forward` as it is. What happens?",
        options=(
            Option(
                "A ValueError: the first axis must be the batch of 32 sequences.",
                "nothing tells the layer how many sequences there are; any N and T are welcome, so no error comes.",
            ),
            Option(
                "It runs, and takes the array for 25 sequences of 32 steps each.",
                "only D = 64 can be checked. The states are those of other sequences: swap the first two axes before.",
            ),
            Option(
                "It runs, and the states are right, with the first two axes exchanged.",
                "the loop would run along the wrong axis: the state would be carried from sequence to sequence.",
            ),
        ),
        right=2,
    ),
    "state-at-a-cut": Choice(
        title="State (状態): reset or carried?",
        text="You cut a long sequence in two, and call `rnn.forward` for the first half and then for the second, "
        "both without `h0`. What do you get for the second half?",
        options=(
            Option(
                "The states of the uncut sequence: the layer still has its last state.",
                "the layer keeps the last forward for backward only; without h0 every forward starts from zeros.",
            ),
            Option(
                "The states of the uncut sequence: the weights are the same.",
                "the same weights from another start give other states: h_t depends on the state before it.",
            ),
            Option(
                "An error: without `h0` the second half has no state to start from.",
                "h0 may be left out; then it is zeros.",
            ),
            Option(
                "Other states than those of the uncut sequence: the second half starts from zeros.",
                "the state is reset. To carry it on, pass the last state of the first half as h0.",
            ),
        ),
        right=4,
    ),
}
