"""Activation, the layer: a function of every element, in whatever shape."""

import numpy as np
import pytest
from reference import F, complex_step

from rnnlib import Activation


@pytest.mark.parametrize("name", F)
@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 4, 3), (2, 1, 4, 3)])
def test_value_and_gradient_in_any_shape(name, shape):
    rng = np.random.default_rng(0)
    x, dout = rng.standard_normal(shape), rng.standard_normal(shape)
    f = lambda x: np.vectorize(F[name], otypes=[x.dtype])(x)  # noqa: E731
    layer = Activation(name)
    np.testing.assert_allclose(layer.forward(x), f(x), rtol=0, atol=1e-15)
    right = complex_step(lambda x: (f(x) * dout).sum(), {"x": x})
    np.testing.assert_allclose(layer.backward(dout), right["x"], rtol=0, atol=1e-15)
    assert repr(layer) == f"Activation({name!r})"


def test_what_does_not_fit_is_refused_by_name():
    with pytest.raises(ValueError, match="^activation: expected one of tanh, sigmoid, relu, identity, got 'softmax'$"):
        Activation("softmax")
    layer = Activation("tanh")
    with pytest.raises(ValueError, match=r"^x: expected \(\.\.\., K\), got \(\)$"):
        layer.forward(1.0)
    layer.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"^dout: expected \(2, 3\), got \(3, 3\)$"):
        layer.backward(np.ones((3, 3)))
    with pytest.raises(ValueError, match=r"^dout: expected \(\.\.\., K\), got \(\)$"):
        layer.backward(1.0)
    layer.forward(np.ones((2, 3), np.float32))
    with pytest.raises(TypeError, match="^dout: expected float32 .* got float64, which would lose digits$"):
        layer.backward(np.ones((2, 3)))
