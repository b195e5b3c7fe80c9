"""Embedding: the one-hot product without the product, repeated tokens, creation, and refusals."""

import numpy as np
import pytest

from rnnlib import Dense, Embedding

W = np.arange(12.0).reshape(4, 3)


def test_it_is_the_product_of_one_hot_vectors_with_w():
    tokens = np.array([[3, 3, 0], [1, 3, 0]])  # 2 never comes, 3 comes three times
    dout = np.random.default_rng(0).standard_normal((2, 3, 3))
    embedding, dense = Embedding(W), Dense(W)
    np.testing.assert_array_equal(embedding.forward(tokens), dense.forward(np.eye(4)[tokens]))
    assert embedding.backward(dout) is None
    dense.backward(dout)
    np.testing.assert_allclose(embedding.grads["W"], dense.grads["W"], rtol=0, atol=1e-15)
    assert not embedding.grads["W"][2].any()


def test_the_gradient_adds_up_over_every_place_of_a_token():
    embedding = Embedding(W)
    embedding.forward([[2, 2], [2, 0]])
    embedding.backward([[[1, 0, 0], [10, 0, 0]], [[100, 0, 5], [0, 7, 0]]])
    np.testing.assert_array_equal(embedding.grads["W"], [[0, 7, 0], [0, 0, 0], [111, 0, 5], [0, 0, 0]])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_tokens_of_any_whole_type(dtype):
    np.testing.assert_array_equal(Embedding(W).forward(np.array([[3, 0]], dtype)), W[[[3, 0]]])


def test_float32_and_create():
    embedding = Embedding.create(7, 3, rng=np.random.default_rng(0), std=0.5, dtype=np.float32)
    drawn = np.random.default_rng(0).standard_normal((7, 3)) / 2
    np.testing.assert_array_equal(embedding.params["W"], drawn.astype(np.float32))
    assert embedding.forward([[1]]).dtype == np.float32
    assert repr(embedding) == "Embedding(V=7, D=3)"
    with pytest.raises(TypeError, match=r"^dout: expected float32 \(N, T, D\) with N = 1, .* which would lose digits$"):
        embedding.backward(np.ones((1, 1, 3)))
    plain = Embedding.create(7, 3, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(plain.params["W"], 2 * drawn)
    assert (plain.n_in, plain.n_out) == (None, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda e: e.forward([[0, 4]]), ValueError, "^tokens: expected whole numbers from 0 to 3, got 0 to 4$"),
        (lambda e: e.forward([[-1, 0]]), ValueError, "^tokens: expected whole numbers from 0 to 3, got -1 to 0$"),
        (lambda e: e.forward([0, 1]), ValueError, r"^tokens: expected \(N, T\), .*, got \(2,\)$"),
        (lambda e: e.forward(np.zeros((2, 0), int)), ValueError, r"^tokens: .* no axis empty, got \(2, 0\)$"),
        (lambda e: e.forward([[0.0, 1.0]]), TypeError, r"^tokens: expected whole .* got float64 \(1, 2\)$"),
        (lambda e: e.forward([[True]]), TypeError, "^tokens: expected whole numbers .* got bool"),
        (lambda e: e.forward(np.eye(4)[[[0, 1]]]), TypeError, r"^tokens: .* got float64 \(1, 2, 4\)$"),
        (lambda e: e.forward(None), TypeError, r"^tokens: expected \(N, T\), got None$"),
        (lambda e: (e.forward([[0]]), e.backward([[1.0]])), ValueError, r"^dout: .* N = 1, T = 1, D = 3"),
        (lambda e: Embedding(np.ones(3)), ValueError, r"^W: expected \(V, D\), got \(3,\)$"),
        (lambda e: Embedding.create(0, 2, rng=np.random.default_rng()), ValueError, "^n_tokens: expected at least 1"),
        (lambda e: Embedding.create(2, 2.5, rng=np.random.default_rng()), TypeError, "^n_features: .* whole number"),
        (lambda e: Embedding.create(2, 2, rng=np.random.default_rng(), std=-1), ValueError, "^std: expected"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call(Embedding(W))
