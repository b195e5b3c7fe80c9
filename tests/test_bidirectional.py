"""Bidirectional: each direction against the plain loop on the reversed sequence, and what cannot be joined."""

import numpy as np
import pytest
from layer_cases import LENGTHS, MASK, D, H, K, N, T, case
from reference import rnn_states

from rnnlib import Bidirectional, Dense, SimpleRNN


@pytest.mark.parametrize(("mask", "lengths"), [(None, [T] * N), (MASK, LENGTHS)], ids=["no mask", "mask"])
def test_each_direction_is_the_plain_loop_on_its_own_order(mask, lengths):
    both, x, (h0, k0), _ = case("bidirectional")
    out = both.forward(x, (h0, k0), mask)
    assert out.shape == (N, T, H + K)
    for n, length in enumerate(lengths):
        item, own = slice(n, n + 1), x[n : n + 1, :length]
        there = rnn_states(own, h0[item], **both.forward_layer.params, activation="tanh")
        back = rnn_states(own[:, ::-1], k0[item], **both.backward_layer.params, activation="sigmoid")
        np.testing.assert_allclose(out[item, :length, :H], there, rtol=0, atol=1e-14)
        np.testing.assert_allclose(out[item, :length, H:], back[:, ::-1], rtol=0, atol=1e-14)
        np.testing.assert_allclose(both.trace.state[0][item], there[:, -1], rtol=0, atol=1e-14)
        np.testing.assert_allclose(both.trace.state[1][item], back[:, -1], rtol=0, atol=1e-14)


def test_three_steps_by_hand():
    summed, doubled = (SimpleRNN([[1.0]], [[w]], activation="identity") for w in (1.0, 2.0))
    both = Bidirectional(summed, doubled)
    np.testing.assert_array_equal(both.forward([[[1], [2], [3]]]), [[[1, 17], [3, 8], [6, 3]]])
    np.testing.assert_array_equal(both.backward([[[0, 1], [0, 0], [1, 0]]]), [[[2], [3], [5]]])  # 1 + 2**t
    masked = both.forward([[[1], [2], [3]]], mask=[[True, True, False]])
    np.testing.assert_array_equal(masked[0, :2], [[1, 5], [3, 2]])


def test_the_layers_stay_the_callers_and_share_their_parameters():
    forward, backward = SimpleRNN(np.ones((D, H)), np.eye(H), np.ones(H)), SimpleRNN(np.ones((D, K)), np.eye(K))
    both = Bidirectional(forward, backward)
    assert list(both.params) == ["forward.W_x", "forward.W_h", "forward.b", "backward.W_x", "backward.W_h"]
    assert both.params["forward.b"] is forward.params["b"]
    both.params["backward.W_h"] = 2 * np.eye(K)
    np.testing.assert_array_equal(backward.params["W_h"], 2 * np.eye(K))
    assert (both.n_in, both.n_out, both.looks_ahead) == (D, H + K, True)
    assert repr(both) == "Bidirectional(SimpleRNN(D=2, H=5, tanh), SimpleRNN(D=2, H=6, tanh, no bias))"


def test_a_bidirectional_layer_of_bidirectional_layers():
    make = lambda: case("bidirectional").layer  # noqa: E731
    both = Bidirectional(make(), make())
    assert both.forward(np.ones((N, T, D))).shape == (N, T, 2 * (H + K))
    assert "backward.forward.W_h" in both.params and both.backward(np.ones((N, T, 22))).shape == (N, T, D)


class OwnFace(SimpleRNN):
    def backward(self, dout):
        return 2 * super().backward(dout)


RNN, NARROW = (SimpleRNN(np.ones((2, 3), dtype), np.ones((3, 3), dtype)) for dtype in (np.float64, np.float32))


@pytest.mark.parametrize(
    ("layers", "error", "message"),
    [
        ((RNN, RNN), ValueError, "^backward_layer: expected another layer than forward_layer, got the same one$"),
        ((Dense([[1.0]]), RNN), TypeError, r"^forward_layer: expected a layer with a state, got Dense\("),
        ((RNN, "rnn"), TypeError, "^backward_layer: expected a layer with a state, got 'rnn'$"),
        ((RNN, SimpleRNN([[1.0]], [[1.0]])), ValueError, r"^backward_layer: expected D = 2, got SimpleRNN\(D=1"),
        ((OwnFace(np.ones((2, 3)), np.ones((3, 3))), RNN), TypeError, "^forward_layer: .* OwnFace overrides its face$"),
        ((RNN, OwnFace(np.ones((2, 3)), np.ones((3, 3)))), TypeError, "^backward_layer: a Bidirectional calls run and"),
        ((RNN, NARROW), TypeError, "^backward_layer: expected float64, got float32$"),
    ],
)
def test_layers_that_cannot_be_joined_are_refused(layers, error, message):
    with pytest.raises(error, match=message):
        Bidirectional(*layers)


@pytest.mark.parametrize("state", [np.zeros((2, N, H)), (np.zeros((N, H)),), {"forward": None}])
def test_its_state_is_a_pair(state):
    both, x, _, _ = case("bidirectional")
    with pytest.raises(TypeError, match="^state: expected a pair, of the forward and of the backward layer, got "):
        both.forward(x, state)
    with pytest.raises(ValueError, match=r"^h0: expected \(N, H\) with N = 3, H = 6, got \(3, 5\)$"):
        both.forward(x, (None, np.zeros((N, H))))
    trace = both.run(x)
    with pytest.raises(TypeError, match="^dstate: expected a pair"):
        both.back(trace, trace.out, state)


def test_a_layer_that_does_not_tell_its_size_leaves_that_of_both_open():
    both = [SimpleRNN(np.ones((D, H)), np.eye(H)) for _ in range(2)]
    both[1].n_out = None
    assert Bidirectional(*both).n_out is Bidirectional(*reversed(both)).n_out is None


def test_a_refused_x_is_named():
    with pytest.raises(ValueError, match=r"^x: expected \(N, T, D\), got \(3, 4\)$"):
        case("bidirectional").layer.forward(np.ones((N, T)))


def test_a_refused_dout_is_named():
    both, x, *_ = case("bidirectional")
    both.forward(x)
    with pytest.raises(ValueError, match=r"^dout: expected \(N, T, K\) with N = 3, T = 4, K = 11, got \(3, 4, 5\)$"):
        both.backward(np.ones((N, T, H)))
