"""Optimisers and clipping: PyTorch's numbers, hand-worked steps, in place, and nothing changed on refusal."""

import copy
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from rnnlib import (
    SGD,
    Adam,
    Dense,
    Network,
    NotFinite,
    Optimizer,
    Params,
    clip_by_global_norm,
    clip_by_value,
    global_norm,
    squared_error,
)

TORCH = json.loads((Path(__file__).parent / "data" / "torch_optimizers.json").read_text(encoding="utf-8"))
OPTIMIZERS = [lambda: SGD(0.1), lambda: Adam(0.1)]


def arrays(lists, dtype=float):
    return {name: np.array(values, dtype) for name, values in lists.items()}


def problem(dtype=float):
    params = {"W": [[1, -2], [3, 0.5]], "b": [0.25, -1]}
    grads = {"W": [[4, -1], [0, 2]], "b": [-8, 0.5]}
    return arrays(params, dtype), arrays(grads, dtype)


def copies(params):
    return {name: np.array(array) for name, array in params.items()}


def assert_equal(params, expected):
    assert params.keys() == expected.keys()
    for name in params:
        np.testing.assert_array_equal(params[name], expected[name], err_msg=name)


# --- what a step does ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", TORCH["cases"], ids=lambda case: f"{case['kind']}{case['arguments']}")
def test_the_steps_are_those_of_pytorch(case):
    params, optimizer = arrays(TORCH["start"]), {"SGD": SGD, "Adam": Adam}[case["kind"]](**case["arguments"])
    for grads, after in zip(TORCH["grads"], case["after"], strict=True):
        optimizer.step(params, arrays(grads))
        for name, values in after.items():
            np.testing.assert_allclose(params[name], values, rtol=1e-12, atol=1e-14)


def test_adam_is_the_papers_sum():
    """m_t = (1 - β1) Σ_i β1^(t-i) g_i, as the paper's section 3 writes the mean out: no recursion."""
    lr, beta1, beta2, eps = 0.05, 0.8, 0.9, 1e-3
    optimizer, gs, parameter, right = Adam(lr, beta1, beta2, eps), [3.0, -1.0, 0.25], {"w": np.array([2.0])}, 2.0
    for t in (1, 2, 3):
        optimizer.step(parameter, {"w": np.array([gs[t - 1]])})
        m = (1 - beta1) * sum(beta1 ** (t - i) * gs[i - 1] for i in range(1, t + 1))
        v = (1 - beta2) * sum(beta2 ** (t - i) * gs[i - 1] ** 2 for i in range(1, t + 1))
        right -= lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
        np.testing.assert_allclose(parameter["w"], right, rtol=1e-14)


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("dtype", ["float32", "float64", ">f8"])
def test_in_place_in_the_same_type_and_gradients_untouched(make, dtype):
    params, grads = problem(dtype)
    same, before, kept = dict(params), copies(params), copies(grads)
    optimizer = make()
    for _ in range(2):
        optimizer.step(params, grads)
    for name in params:
        assert params[name] is same[name]
        assert params[name].dtype == dtype
        assert (params[name] != before[name])[grads[name] != 0].all()
    assert_equal(grads, kept)


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_float32_step_is_the_float64_step_rounded(make):
    (narrow, grads), (wide, _) = problem("float32"), problem()
    make().step(narrow, grads)
    make().step(wide, {name: g.astype(float) for name, g in grads.items()})
    assert_equal(narrow, {name: array.astype("float32") for name, array in wide.items()})


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_the_live_parameters_of_a_network(make):
    net = Network(line=Dense([[1.0]], [0.0]), loss=squared_error)
    _, grads, _ = net.loss_and_grads([[1.0]], [[3.0]])
    make().step(net.params, grads)
    assert net.line.params["W"] > 1


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_the_order_of_the_names_does_not_matter(make):
    (params, grads), (turned, _) = problem(), problem()
    one, other = make(), make()
    for _ in range(2):
        one.step(params, grads)
        other.step(dict(reversed(turned.items())), dict(reversed(grads.items())))
    assert_equal(params, turned)


def test_tiny_gradients_move_by_eps_and_not_by_nothing():
    params = {"w": np.zeros(1, "float32")}
    Adam(lr=1, eps=1e-60).step(params, {"w": np.array([1e-30], "float32")})
    np.testing.assert_allclose(params["w"], -1, rtol=1e-6)


# --- all or nothing -----------------------------------------------------------------------------------------

B = np.array([-8, 0.5])
READ_ONLY = np.array([0.25, -1])
READ_ONLY.flags.writeable = False
REFUSED = [
    ({}, {"b": None}, ValueError, r"^grads: expected W, b, got W$"),
    ({}, {"c": B}, ValueError, r"^grads: expected W, b, got W, b, c$"),
    ({"b": None}, {}, ValueError, r"^grads: expected W, got W, b$"),
    ({}, {"b": np.ones((2, 1))}, ValueError, r"^grads: b: expected \(2,\), got \(2, 1\)$"),
    ({}, {"b": np.array([1, np.nan])}, ValueError, r"^grads: b: .* got nan at \(1,\)$"),
    ({}, {"b": np.array([np.inf, 1])}, ValueError, r"^grads: b: .* got inf at \(0,\)$"),
    ({}, {"b": B * 1j}, TypeError, r"^grads: b: .* got complex128"),
    ({}, {"b": np.ma.array(B)}, TypeError, r"^grads: b: .* got a masked array"),
    ({}, {"b": np.array([1e300, 0])}, NotFinite, "^b(: v)? is not finite"),
    ({"b": np.array([1, 2])}, {}, TypeError, r"^params: b: expected a float array, .*, got int64$"),
    ({"b": [1.0, 2.0]}, {}, TypeError, r"^params: b: expected a float array, .*, got list$"),
    ({"b": np.ones(2, "float32")}, {}, TypeError, r"^grads: b: expected float32 .* got float64"),
    ({"b": READ_ONLY}, {}, ValueError, r"^params: b: .*read-only"),
]


@pytest.mark.parametrize("make", [lambda: SGD(1e10), lambda: Adam(0.1)])
@pytest.mark.parametrize(("param", "grad", "error", "message"), REFUSED)
def test_a_refused_step_changes_nothing(make, param, grad, error, message):
    params, grads = problem()
    bad_params = {name: p for name, p in (params | param).items() if p is not None}
    bad_grads = {name: g for name, g in (grads | grad).items() if g is not None}
    optimizer, before = make(), copies(bad_params)
    with pytest.raises(error, match=message) as caught:
        optimizer.step(bad_params, bad_grads)
    assert "\n" not in str(caught.value)
    assert_equal(copies(bad_params), before)
    assert optimizer.state == {"steps": 0}


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_what_is_no_dictionary_is_refused_by_name(make):
    params, grads = problem()
    with pytest.raises(TypeError, match="^params: expected a dictionary with names as keys, got None$"):
        make().step(None, grads)
    with pytest.raises(TypeError, match=r"^grads: expected a dictionary with names as keys, got \[1\]$"):
        make().step(params, [1])
    with pytest.raises(TypeError, match="^state: expected a dictionary with names as keys, got 3$"):
        make().state = 3


@pytest.mark.parametrize("make", [lambda: SGD(1e10), lambda: Adam(1e10)])
@pytest.mark.parametrize(("dtype", "large"), [("float32", 3.4e38), ("float64", 1.79e308)])
def test_a_step_out_of_the_finite_numbers_is_refused_by_name(make, dtype, large):
    params = {"a": np.ones(1, dtype), "b": np.full(1, -large, dtype)}
    optimizer = make()
    optimizer.lr = large / 100
    with pytest.raises(NotFinite, match="^b is not finite after the step"):
        optimizer.step(params, {"a": np.zeros(1, dtype), "b": np.full(1, 50, dtype)})
    assert params["a"] == 1 and optimizer.steps == 0


def test_a_square_beyond_float64_is_no_silent_standstill():
    params = {"a": np.ones(1), "b": np.ones(1)}
    with pytest.raises(NotFinite, match="^b: v is not finite, as the gradient is too large: clip it$"):
        Adam().step(params, {"a": np.ones(1), "b": np.array([1e200])})


@pytest.mark.parametrize("error", ["raise", "ignore"])
def test_underflow_and_overflow_under_any_errstate(error):
    params = {"w": np.ones(2)}
    with np.errstate(all=error):
        Adam().step(params, {"w": np.array([1e-300, 1])})
        with pytest.raises(NotFinite):
            Adam().step({"w": np.ones(1)}, {"w": np.array([1e200])})


# --- the arrays it belongs to -------------------------------------------------------------------------------


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_it_stays_with_the_arrays_of_its_first_step(make):
    (params, grads), (others, _) = problem(), problem()
    optimizer = make()
    optimizer.step(params, grads)
    for wrong in (others, {"W": params["W"]}, params | {"b": params["b"][:]}):
        with pytest.raises(
            ValueError, match="^params: expected the arrays of the first step, W, b, got others: an opt"
        ):
            optimizer.step(wrong, {name: np.ones_like(array) for name, array in wrong.items()})
    optimizer.step(Params(params), grads)
    assert optimizer.steps == 2


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_one_array_under_two_names_is_refused_and_two_halves_are_not(make):
    whole = np.zeros(6)
    for twice in ({"a": whole, "b": whole}, {"a": whole, "b": whole[::2]}):
        with pytest.raises(
            ValueError, match="^params: expected an array for each name, got the same memory as a and b$"
        ):
            make().step(twice, {name: np.ones_like(array) for name, array in twice.items()})
    make().step({"a": whole[::2], "b": whole[1::2]}, {"a": np.ones(3), "b": np.ones(3)})
    assert whole.all()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_copy_of_network_and_optimizer_stays_a_pair(make, duplicate):
    net, optimizer = Network(line=Dense([[1.0]], [0.0]), loss=squared_error), make()
    grads = {"line.W": np.array([[1.0]]), "line.b": np.array([-2.0])}
    optimizer.step(net.params, grads)
    net2, optimizer2 = duplicate((net, optimizer))
    optimizer2.step(net2.params, grads)
    assert net2.params["line.W"] != net.params["line.W"]
    optimizer.step(net.params, grads)
    assert_equal(net2.params, net.params)
    with pytest.raises(ValueError, match="^params: expected the arrays of the first step"):
        optimizer2.step(net.params, grads)


# --- state --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("steps", [0, 1, 3])
def test_a_saved_state_goes_on_to_the_same_bits(make, steps):
    (params, grads), optimizer, file = problem(), make(), io.BytesIO()
    for _ in range(steps):
        optimizer.step(params, grads)
    np.savez(file, **optimizer.state)
    resumed, other = copies(params), make()
    file.seek(0)
    other.state = np.load(file)
    for _ in range(2):
        optimizer.step(params, grads)
        other.step(dict(reversed(resumed.items())), grads)
    assert_equal(params, resumed)
    assert_equal(optimizer.state, other.state)


def test_the_names_in_adams_state_and_that_they_are_copies():
    (params, grads), adam = problem(), Adam(beta1=0.5, beta2=0.75)
    adam.step(params, grads)
    state = adam.state
    assert list(state) == ["steps", "m.W", "m.b", "v.W", "v.b"]
    assert_equal(
        state,
        {
            "steps": 1,
            **{f"m.{n}": g / 2 for n, g in grads.items()},
            "v.W": grads["W"] ** 2 / 4,
            "v.b": grads["b"] ** 2 / 4,
        },
    )
    state["m.W"][...] = 7
    np.testing.assert_array_equal(adam.state["m.W"], grads["W"] / 2)


def test_a_state_set_back_undoes_a_step_and_keeps_the_arrays():
    (params, grads), (others, _) = problem(), problem()
    adam = Adam()
    adam.step(params, grads)
    state = adam.state
    adam.step(params, {name: -g for name, g in grads.items()})
    adam.state = state
    assert_equal(adam.state, state)
    with pytest.raises(ValueError, match="^params: expected the arrays of the first step"):
        adam.step(others, grads)
    adam.state = {"steps": 0}  # as new: other arrays may come
    adam.step(others, grads)
    assert_equal(adam.state, state)


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_undo_goes_back_and_keeps_the_arrays(make):
    (params, grads), (others, _), optimizer = problem(), problem(), make()
    optimizer.step(params, grads)
    state, undo = optimizer.state, optimizer.undo()
    optimizer.step(params, grads)
    undo()
    assert_equal(optimizer.state, state)
    with pytest.raises(ValueError, match="^params: expected the arrays of the first step"):
        optimizer.step(others, grads)


GOOD = {"steps": 1, "m.W": np.ones((2, 2)), "v.W": np.ones((2, 2)), "m.b": np.ones(2), "v.b": np.ones(2)}


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"steps": None}, TypeError, "^state: steps: expected a whole number"),
        ({"steps": -1}, ValueError, "^state: steps: expected at least 0, got -1"),
        ({"steps": 0}, ValueError, "^state: expected steps, got steps, m.W"),
        ({"v.b": ...}, ValueError, "^state: expected steps, m.…, v.…, got steps, m.W, v.W, m.b$"),
        ({"x": np.ones(2)}, ValueError, "^state: expected steps, m.…, v.…, got .*, x$"),
        (dict.fromkeys(["m.W", "v.W", "m.b", "v.b"], ...), ValueError, "^state: expected steps, m.…, v.…, got steps$"),
        ({"v.b": np.ones(3)}, ValueError, r"^state: expected v in the shapes of m, got W \(2, 2\), b \(3,\)$"),
        ({"m.b": [1, np.nan]}, ValueError, r"^state: m.b: expected finite numbers"),
        (
            {"m.b": np.ones(3), "v.b": np.ones(3)},
            ValueError,
            r"^state: expected W \(2, 2\), b \(2,\), got .* b \(3,\)$",
        ),
    ],
)
def test_another_state_is_refused(changed, error, message):
    (params, grads), adam = problem(), Adam()
    adam.step(params, grads)
    before = adam.state
    with pytest.raises(error, match=message):
        adam.state = {name: value for name, value in (GOOD | changed).items() if value is not ...}
    assert_equal(adam.state, before)


def test_a_state_of_other_shapes_is_refused_by_the_first_step():
    adam = Adam()
    adam.state = GOOD
    with pytest.raises(ValueError, match=r"^params: expected W \(2, 2\), b \(2,\), as in the state, got W \(3,\)$"):
        adam.step({"W": np.ones(3)}, {"W": np.ones(3)})


def test_an_optimizer_of_ones_own_has_a_state_too():
    class Momentum(Optimizer):
        memory_names = ("u",)

        def move(self, p, g, u):
            u = 0.5 * u + g
            p -= self.lr * u
            return {"u": u}

    params, momentum = {"w": np.zeros(1)}, Momentum(1)
    for _ in range(2):
        momentum.step(params, {"w": np.ones(1)})
    assert params["w"] == -2.5 and momentum.state["u.w"] == 1.5
    again = Momentum(1)
    assert again.memory == {}
    again.state = momentum.state
    assert_equal(again.state, momentum.state)


# --- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, None, "abc", 1j, [0.1], True])
def test_numbers_above_zero(value):
    sgd, adam = SGD(0.5), Adam()
    for refused in (
        lambda: SGD(value),
        lambda: Adam(value),
        lambda: Adam(eps=value),
        lambda: setattr(sgd, "lr", value),
        lambda: setattr(adam, "eps", value),
        lambda: clip_by_global_norm({}, value),
        lambda: clip_by_value({}, value),
    ):
        with pytest.raises(ValueError, match=r"^(lr|eps|max_norm|max_value): expected a finite number above 0, got "):
            refused()
    assert sgd.lr == 0.5


@pytest.mark.parametrize("value", [-0.1, 1, np.nan, "abc"])
@pytest.mark.parametrize("name", ["beta1", "beta2"])
def test_betas_from_0_to_below_1(name, value):
    with pytest.raises(ValueError, match=f"^{name}: expected a number from 0 to below 1, got "):
        Adam(**{name: value})


def test_a_new_learning_rate_counts_from_the_next_step_on():
    params, sgd = {"w": np.zeros(1)}, SGD(1)
    sgd.step(params, {"w": np.ones(1)})
    sgd.lr = np.float64(0.5)
    sgd.step(params, {"w": np.ones(1)})
    assert params["w"] == -1.5


def test_a_setting_tells_what_it_takes():
    assert SGD.lr.wanted == "a finite number above 0"


def test_repr():
    assert [repr(SGD(0.1)), repr(Adam(lr=0.03)), repr(Adam(beta1=0.5))] == [
        "SGD(lr=0.1)",
        "Adam(lr=0.03)",
        "Adam(lr=0.001, beta1=0.5)",
    ]


# --- clipping -----------------------------------------------------------------------------------------------


def test_clipping_is_that_of_pytorch():
    expected = TORCH["clipped"]
    grads = arrays(TORCH["grads"][0])
    assert clip_by_global_norm(grads, expected["max_norm"]) == pytest.approx(expected["norm"], rel=1e-14)
    for name, g in grads.items():
        np.testing.assert_allclose(g, expected["by_norm"][name], rtol=1e-6)  # PyTorch adds 1e-6 to the norm
    grads = arrays(TORCH["grads"][0])
    assert clip_by_value(grads, expected["max_value"]) == sum(
        (np.abs(g) > 0.75).sum() for g in arrays(TORCH["grads"][0]).values()
    )
    assert_equal(grads, arrays(expected["by_value"]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_clipping_by_norm_keeps_the_direction(dtype):
    grads = arrays({"W": [[2, -4], [4, 0]], "b": [8]}, dtype)  # norm 10
    same = dict(grads)
    norm = clip_by_global_norm(grads, 2.5)
    assert (norm, type(norm)) == (10.0, float)
    assert all(grads[name] is same[name] and grads[name].dtype == dtype for name in grads)
    assert_equal(grads, {"W": [[0.5, -1], [1, 0]], "b": [2]})


@pytest.mark.parametrize("limit", [10, 10.001, 1e300])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_small_enough_stays_to_the_last_bit(limit, dtype):
    grads = arrays({"W": [[2.0, -4], [4, 0]], "b": [8.0]}, dtype)
    assert clip_by_global_norm(grads, limit) == 10
    assert clip_by_value(grads, limit) == clip_by_value(grads, 8) == 0
    assert_equal(grads, {"W": [[2, -4], [4, 0]], "b": [8]})


@pytest.mark.parametrize("error", ["raise", "ignore"])
def test_zero_none_huge_and_tiny_gradients(error):
    with np.errstate(all=error):
        assert clip_by_global_norm({}, 1.0) == clip_by_value({}, 1.0) == global_norm({}) == 0
        assert clip_by_global_norm({"W": np.zeros((2, 2))}, 1.0) == 0
        huge = arrays({"W": [3e200, 1e-200], "b": [-4e200]})
        np.testing.assert_allclose(clip_by_global_norm(huge, 5.0), 5e200, rtol=1e-15)
        np.testing.assert_allclose([*huge["W"], *huge["b"]], [3, 0, -4], rtol=1e-14)
        for tiny in (1e-200, 1e-161):  # their squares are 0, or have lost digits
            np.testing.assert_allclose(global_norm({"W": [3 * tiny, 4 * tiny]}), 5 * tiny, rtol=1e-15)
        large = {"W": np.full(4, 3e38, "float32")}  # its squares overflow float32
        np.testing.assert_allclose(clip_by_global_norm(large, 2.0), 6e38, rtol=1e-6)
        np.testing.assert_allclose(large["W"], 1, rtol=1e-6)


def test_a_norm_beyond_float64_is_refused_and_clipping_by_value_is_not():
    grads = {"W": np.full(4, 1.7e308)}
    for refused in (lambda: global_norm(grads), lambda: clip_by_global_norm(grads, 1.0)):
        with pytest.raises(NotFinite, match="^the norm of the gradients is not finite$"):
            refused()
    assert clip_by_value(grads, 2.0) == 4
    assert_equal(grads, {"W": np.full(4, 2.0)})


@pytest.mark.parametrize(
    "call", [global_norm, lambda grads: clip_by_global_norm(grads, 1), lambda g: clip_by_value(g, 1)]
)
def test_what_has_no_names_is_refused(call):
    with pytest.raises(TypeError, match="^grads: expected a dictionary with names as keys, got None$"):
        call(None)


def test_the_norm_of_complex_numbers_is_refused():
    with pytest.raises(TypeError, match=r"^grads: W: expected real numbers, got complex128 \(2,\)$"):
        global_norm({"W": np.ones(2, complex)})


@pytest.mark.parametrize("clip", [clip_by_global_norm, clip_by_value])
@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (np.array([1, np.nan]), ValueError, r"^grads: b: .* got nan at \(1,\)"),
        (np.array([-np.inf, 1]), ValueError, r"^grads: b: .* got -inf at \(0,\)"),
        (np.array([1, 2]), TypeError, "^grads: b: expected a float array, to be changed in place, got int64"),
        ([1.0, 2.0], TypeError, "^grads: b: expected a float array, to be changed in place, got list"),
        (READ_ONLY, ValueError, "^grads: b: .*read-only"),
    ],
)
def test_refused_clipping_changes_nothing(clip, bad, error, message):
    grads = {"W": np.array([3.0, 4.0]), "b": bad}
    with pytest.raises(error, match=message):
        clip(grads, 0.1)
    np.testing.assert_array_equal(grads["W"], [3, 4])


class OwnMomentum(Optimizer):
    memory_names = ("v",)

    def __init__(self, move):
        super().__init__(lr=0.1)
        self.moves = move

    def move(self, p, g, v):
        return self.moves(p, g, v)


def test_what_is_remembered_cannot_be_changed_in_place():
    def move(p, g, v):
        v *= 0.9
        return {"v": v}

    optimizer = OwnMomentum(move)
    with pytest.raises(ValueError, match="read-only"):
        optimizer.step({"W": np.ones(2)}, {"W": np.ones(2)})
    assert optimizer.steps == 0


@pytest.mark.parametrize("result", [None, {}, {"w": np.zeros(2)}, [np.zeros(2)]])
def test_a_move_that_forgets_its_memory_is_refused(result):
    params = {"W": np.ones(2)}
    with pytest.raises(TypeError, match="^OwnMomentum.move: expected a dictionary of v, got "):
        OwnMomentum(lambda p, g, v: result).step(params, {"W": np.ones(2)})
    np.testing.assert_array_equal(params["W"], 1)


@pytest.mark.parametrize(("names", "wanted"), [((), "nothing"), (("m", "v"), "m, v")])
def test_the_memory_that_a_move_needs_to_return_is_named(names, wanted):
    class Forgets(Optimizer):
        memory_names = names

        def move(self, p, g, **memory):
            return None

    with pytest.raises(TypeError, match=f"^Forgets.move: expected a dictionary of {wanted}, got None$"):
        Forgets(lr=0.1).step({"W": np.ones(2)}, {"W": np.ones(2)})
