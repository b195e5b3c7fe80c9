"""Params: every way to write goes into the live arrays, after it has been checked, all or nothing."""

import copy
import pickle

import numpy as np
import pytest

from rnnlib import Dense, Network, Params, SimpleRNN, squared_error


def network(dtype=np.float64):
    rng = np.random.default_rng(0)
    rnn = SimpleRNN.create(2, 3, rng=rng, dtype=dtype)
    return Network(rnn=rnn, readout=Dense.create(3, 1, rng=rng, dtype=dtype), loss=squared_error)


NEW = np.arange(9.0).reshape(3, 3)


@pytest.mark.parametrize(
    "write",
    [
        lambda net: net.params.__setitem__("rnn.W_h", NEW),
        lambda net: net.params.__setitem__("rnn.W_h", NEW.astype(int).tolist()),
        lambda net: net.params.update({"rnn.W_h": NEW}),
        lambda net: net.params.update([("rnn.W_h", NEW)]),
        lambda net: net.params.update(**{"rnn.W_h": NEW}),
        lambda net: net.params["rnn.W_h"].__setitem__(..., NEW),
        lambda net: net.rnn.params.__setitem__("W_h", NEW),
        lambda net: net.rnn.params.update(W_h=NEW),
    ],
)
def test_every_way_to_write_reaches_layer_and_network(write):
    net = network()
    before, arrays = net.predict(np.ones((1, 3, 2))), dict(net.params)
    write(net)
    np.testing.assert_array_equal(net.params["rnn.W_h"], NEW)
    np.testing.assert_array_equal(net.rnn.params["W_h"], NEW)
    assert all(net.params[name] is array for name, array in arrays.items())
    assert not np.array_equal(net.predict(np.ones((1, 3, 2))), before)


def test_what_was_written_is_the_callers():
    net, mine = network(), NEW.copy()
    net.params["rnn.W_h"] = mine
    mine[...] = 0
    np.testing.assert_array_equal(net.params["rnn.W_h"], NEW)


@pytest.mark.parametrize(
    "value", [np.arange(3), np.ones(3, bool), [1.0, 2.0], 1.0, None, np.ones(3, "f2"), np.float64(1)]
)
def test_it_takes_float_arrays_alone(value):
    for make in (lambda: Params(g=value), lambda: Params({"g": value})):
        with pytest.raises(TypeError, match="^g: expected a float array, to be changed in place, got "):
            make()
    with pytest.raises(ValueError, match="^g: .* got a read-only one$"):
        Params(g=np.broadcast_to(1.0, 3))


def test_two_arrays_change_places():
    params = Params(a=np.ones(2), b=np.zeros(2), c=np.arange(4.0).reshape(2, 2))
    params.update(a=params["b"], b=params["a"], c=params["c"].T)
    np.testing.assert_array_equal(params["a"], 0)
    np.testing.assert_array_equal(params["b"], 1)
    np.testing.assert_array_equal(params["c"], [[0, 2], [1, 3]])


def test_an_operator_writes_in_place():
    params = Params(W=np.ones((2, 2)))
    array = params["W"]
    params["W"] *= 3
    np.testing.assert_array_equal(array, np.full((2, 2), 3))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_file_keeps_them_to_the_last_bit(tmp_path, dtype):
    net, other = network(dtype), network(dtype)
    for array in net.params.values():
        array += dtype(1 / 3)
    np.savez(tmp_path / "net.npz", **net.params)
    with np.load(tmp_path / "net.npz") as file:
        other.params.update(file)
    assert pickle.dumps(dict(other.params)) == pickle.dumps(dict(net.params))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_of_the_network_writes_through_to_its_own_layers_alone(copied):
    net = network()
    twin = copied(net)
    twin.params["rnn.W_h"] = NEW
    np.testing.assert_array_equal(twin.rnn.params["W_h"], NEW)
    assert not np.array_equal(net.rnn.params["W_h"], NEW)
    twin.rnn.params["W_x"] = np.ones((2, 3))
    np.testing.assert_array_equal(twin.params["rnn.W_x"], 1)


@pytest.mark.parametrize(
    ("name", "value", "error", "message"),
    [
        ("W_h", NEW, KeyError, "W_h: expected one of rnn.W_x, rnn.W_h, rnn.b, readout.W, readout.b"),
        ("rnn.W_h", NEW[:2], ValueError, r"^rnn.W_h: expected \(3, 3\), got \(2, 3\)$"),
        ("rnn.b", np.ones((1, 3)), ValueError, r"^rnn.b: expected \(3,\), got \(1, 3\)$"),
        ("rnn.b", 0, ValueError, r"^rnn.b: expected \(3,\), got \(\)$"),
        ("rnn.b", [0, np.nan, 0], ValueError, r"^rnn.b: expected finite numbers \(...\), got nan at \(1,\)$"),
        ("rnn.b", [0, 1j, 0], TypeError, "^rnn.b: expected real numbers .* got complex128"),
        ("rnn.b", None, TypeError, "^rnn.b: expected .* got None$"),
    ],
)
def test_an_update_is_done_as_a_whole_or_not_at_all(name, value, error, message):
    net = network()
    before = pickle.dumps(dict(net.params))
    with pytest.raises(error, match=message):
        net.params.update({"rnn.W_x": np.ones((2, 3)), name: value, "readout.b": [5]})
    with pytest.raises(error, match=message):
        net.params[name] = value
    assert pickle.dumps(dict(net.params)) == before


def test_float64_into_float32_is_refused_and_narrower_is_not():
    params = network(np.float32).params
    with pytest.raises(TypeError, match="^rnn.b: expected float32 .* got float64, which would lose digits$"):
        params["rnn.b"] = np.ones(3)
    params.update({"rnn.b": np.ones(3, np.float16), "readout.b": [0.1]})
    assert params["rnn.b"].dtype == params.dtype == np.float32


def test_names_can_be_neither_added_nor_deleted():
    params = Params(W=np.zeros((2, 3)))
    with pytest.raises(KeyError, match="V: expected one of W"):
        params["V"] = np.zeros((2, 3))
    with pytest.raises(AttributeError):
        del params["W"]
    assert list(params) == ["W"] and len(params) == 1 and "W" in params and params.get("V") is None
    assert repr(params) == "Params(W (2, 3))"
    assert repr(Params(W=np.zeros((2, 3)), b=np.zeros(3))) == "Params(W (2, 3), b (3,))"
