"""Optimisers: hand-worked steps, in place, and nothing changed on refusal."""

import numpy as np
import pytest

from rnnlib import SGD, Adam, clip_by_global_norm

OPTIMIZERS = [lambda: SGD(0.1), lambda: Adam(0.1)]


def problem(dtype=np.float64):
    params = {"W": np.array([[1, -2], [3, 0.5]], dtype), "b": np.array([0.25, -1], dtype)}
    grads = {"W": np.array([[4, -1], [0, 2]], dtype), "b": np.array([-8, 0.5], dtype)}
    return params, grads


# --- steps worked by hand ---------------------------------------------------------------------------------


def test_sgd_by_hand():
    params, grads = problem()
    optimizer = SGD(lr=0.5)
    optimizer.step(params, grads)
    np.testing.assert_array_equal(params["W"], [[-1, -1.5], [3, -0.5]])
    np.testing.assert_array_equal(params["b"], [4.25, -1.25])
    optimizer.step(params, grads)
    np.testing.assert_array_equal(params["b"], [8.25, -1.5])


def test_adams_first_step_is_lr_in_the_direction_of_every_sign():
    params, grads = problem()
    Adam(lr=0.1).step(params, grads)
    np.testing.assert_allclose(params["W"], [[0.9, -1.9], [3, 0.4]], atol=1e-8)
    np.testing.assert_allclose(params["b"], [0.35, -1.1], atol=1e-8)


def test_adam_three_steps_by_the_papers_sums():
    """m_t = (1 - β1) Σ_i β1^(t-i) g_i, as the paper's section 3 writes the mean out: no recursion."""
    lr, beta1, beta2, eps = 0.05, 0.8, 0.9, 1e-3
    optimizer = Adam(lr, beta1, beta2, eps)
    gs = [3.0, -1.0, 0.25]
    parameter = {"w": np.array([2.0])}
    right = 2.0
    for t in (1, 2, 3):
        optimizer.step(parameter, {"w": np.array([gs[t - 1]])})
        m = (1 - beta1) * sum(beta1 ** (t - i) * gs[i - 1] for i in range(1, t + 1))
        v = (1 - beta2) * sum(beta2 ** (t - i) * gs[i - 1] ** 2 for i in range(1, t + 1))
        right -= lr * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)
        np.testing.assert_allclose(parameter["w"], right, rtol=1e-14)


def test_adams_defaults_are_the_papers():
    given, default = ({"w": np.array([2.0])} for _ in range(2))
    one, other = Adam(0.001, 0.9, 0.999, 1e-8), Adam()
    for g in (1e-8, 3.0, -2.0):
        one.step(given, {"w": np.array([g])})
        other.step(default, {"w": np.array([g])})
    assert given["w"] == default["w"]


def test_a_first_moment_without_memory_and_a_zero_gradient():
    parameter = {"w": np.array([1.0, 1.0])}
    Adam(0.1, beta1=0, beta2=0).step(parameter, {"w": np.array([0.0, 5.0])})
    np.testing.assert_allclose(parameter["w"], [1, 0.9], atol=1e-8)


# --- in place -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_arrays_in_the_same_dtype_and_gradients_untouched(make, dtype):
    params, grads = problem(dtype)
    arrays, before, kept = (
        dict(params),
        {n: p.copy() for n, p in params.items()},
        {n: g.copy() for n, g in grads.items()},
    )
    optimizer = make()
    optimizer.lr = np.float64(optimizer.lr)  # a wide scalar widens nothing
    for _ in range(2):
        optimizer.step(params, grads)
    for name in params:
        assert params[name] is arrays[name]
        assert params[name].dtype == dtype
        assert not np.array_equal(params[name], before[name])
        np.testing.assert_array_equal(grads[name], kept[name])


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_joined_dictionary_reaches_the_arrays_behind_it(make):
    params, grads = problem()
    before = params["W"].copy()
    make().step({f"rnn.{name}": p for name, p in params.items()}, {f"rnn.{name}": g for name, g in grads.items()})
    assert not np.array_equal(params["W"], before)


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_gradients_scribbled_over_between_steps_do_no_harm(make):
    (one, grads), (other, _) = problem(), problem()
    first, second = make(), make()
    for _ in range(3):
        mine = {name: g.copy() for name, g in grads.items()}
        first.step(one, mine)
        for g in mine.values():
            g[...] = np.nan
        second.step(other, grads)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_it_goes_down_a_valley(make):
    params, optimizer = {"w": np.array([3.0, -2.0])}, make()
    for _ in range(400):
        optimizer.step(params, {"w": params["w"] * [1.0, 3.0]})
    assert np.abs(params["w"]).max() < 1e-2


# --- refusals -----------------------------------------------------------------------------------------------

B = np.array([-8, 0.5])
READ_ONLY = np.array([0.25, -1])
READ_ONLY.flags.writeable = False
REFUSED = [
    ({}, {"b": None}, ValueError, r"^grads: expected W, b, got W$"),
    ({}, {"c": B}, ValueError, r"^grads: expected W, b, got W, b, c$"),
    ({"b": None}, {}, ValueError, r"^grads: expected W, got W, b$"),
    ({}, {"b": np.ones(3)}, ValueError, r"^grads: b: expected \(2,\), got \(3,\)$"),
    ({}, {"b": np.ones((1, 2))}, ValueError, r"^grads: b: expected \(2,\), got \(1, 2\)$"),
    ({}, {"b": np.ones(())}, ValueError, r"^grads: b: expected \(2,\), got \(\)$"),
    ({}, {"b": np.array([1, np.nan])}, ValueError, r"^grads: b: .* got nan at \(1,\)$"),
    ({}, {"b": np.array([np.inf, 1])}, ValueError, r"^grads: b: .* got inf at \(0,\)$"),
    ({}, {"b": B * 1j}, TypeError, r"^grads: b: .* got complex128"),
    ({}, {"b": np.ma.array(B)}, TypeError, r"^grads: b: .* got a masked array"),
    ({"b": np.array([1, 2])}, {}, TypeError, r"^b: expected a float array, to be changed in place, got int64$"),
    ({"b": [1.0, 2.0]}, {}, TypeError, r"^b: expected a float array, to be changed in place, got list$"),
    ({"b": np.ones(2, np.float32)}, {}, TypeError, r"^grads: b: expected float32 .* got float64"),
    # W has moved when b cannot
    ({"b": READ_ONLY}, {}, (TypeError, ValueError), r"^b: .*read-only"),
]


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize(("param", "grad", "error", "message"), REFUSED)
def test_a_refused_step_changes_nothing(make, param, grad, error, message):
    params, grads = problem()
    optimizer, twin = make(), make()
    untouched, _ = problem()
    for one, p in ((optimizer, params), (twin, untouched)):
        one.step(p, grads)
    bad_params = {name: p for name, p in (params | param).items() if p is not None}
    bad_grads = {name: g for name, g in (grads | grad).items() if g is not None}
    before = {name: np.array(p) for name, p in bad_params.items()}
    with pytest.raises(error, match=message) as caught:
        optimizer.step(bad_params, bad_grads)
    assert "\n" not in str(caught.value)
    for name, p in before.items():
        np.testing.assert_array_equal(bad_params[name], p)
    for one, p in ((optimizer, params), (twin, untouched)):  # nor has its memory changed
        one.step(p, grads)
    for name in params:
        np.testing.assert_array_equal(params[name], untouched[name])


def test_adam_stays_with_the_parameters_of_its_first_step():
    params, grads = problem()
    adam = Adam()
    adam.step(params, grads)
    for other in ({"W": np.ones(2)}, {"W": np.ones((2, 2)), "b": np.ones(3)}):
        with pytest.raises(ValueError, match="^params: expected those of the first step, W, b, in their shapes$"):
            adam.step(other, {name: np.ones(p.shape) for name, p in other.items()})
    assert adam.steps == 1


@pytest.mark.parametrize("make", [SGD, Adam, lambda lr: Adam(eps=lr), lambda lr: clip_by_global_norm({}, lr)])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_numbers_above_zero(make, value):
    with pytest.raises(ValueError, match=r"^(lr|eps|max_norm): expected a finite number above 0, got "):
        make(value)


@pytest.mark.parametrize("value", [None, "fast", 1j, [0.1]])
def test_what_is_no_number_is_refused_by_name(value):
    # Python's own message, about '<', names nothing
    for make in (SGD, Adam, lambda lr: clip_by_global_norm({}, lr)):
        with pytest.raises((TypeError, ValueError), match=r"^(lr|max_norm): expected a finite number above 0, got "):
            make(value)


@pytest.mark.parametrize("value", [-0.1, 1, 1.5, np.nan])
def test_betas_from_0_to_below_1(value):
    for name in ("beta1", "beta2"):
        with pytest.raises(ValueError, match=f"^{name}: expected a number from 0 to below 1, got "):
            Adam(**{name: value})


# --- clipping -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_clipping_keeps_the_direction_and_returns_the_norm(dtype):
    grads = {"W": np.array([[2, -4], [4, 0]], dtype), "b": np.array([8], dtype)}  # norm 10
    arrays = dict(grads)
    norm = clip_by_global_norm(grads, 2.5)
    assert (norm, type(norm)) == (10.0, float)
    for name in grads:
        assert grads[name] is arrays[name]
        assert grads[name].dtype == dtype
    np.testing.assert_array_equal(grads["W"], [[0.5, -1], [1, 0]])
    np.testing.assert_array_equal(grads["b"], [2])


@pytest.mark.parametrize("max_norm", [10, 10.001, 1e6])
def test_what_is_short_enough_stays_to_the_last_bit(max_norm):
    grads = {"W": np.array([[2.0, -4], [4, 0]]), "b": np.array([8.0])}
    assert clip_by_global_norm(grads, max_norm) == 10
    np.testing.assert_array_equal(grads["W"], [[2, -4], [4, 0]])
    np.testing.assert_array_equal(grads["b"], [8])


def test_random_gradients_end_at_the_norm_allowed():
    rng = np.random.default_rng(0)
    grads = {name: rng.standard_normal((3, 4)) for name in "abc"}
    before = np.concatenate([g.ravel() for g in grads.values()])
    np.testing.assert_allclose(clip_by_global_norm(grads, 0.01), np.linalg.norm(before), rtol=1e-14)
    after = np.concatenate([g.ravel() for g in grads.values()])
    np.testing.assert_allclose(after, before / np.linalg.norm(before) * 0.01, rtol=1e-13)


@pytest.mark.filterwarnings("error")
def test_zero_none_huge_and_tiny_gradients():
    zero = {"W": np.zeros((2, 2))}
    assert clip_by_global_norm(zero, 1.0) == 0
    assert not zero["W"].any()
    assert clip_by_global_norm({}, 1.0) == 0
    huge = {"W": np.array([3e200, 0]), "b": np.array([-4e200])}
    np.testing.assert_allclose(clip_by_global_norm(huge, 5.0), 5e200, rtol=1e-15)
    np.testing.assert_allclose([*huge["W"], *huge["b"]], [3, 0, -4], rtol=1e-14)
    tiny = {"W": np.array([3e-200, 4e-200])}
    np.testing.assert_allclose(clip_by_global_norm(tiny, 1.0), 5e-200, rtol=1e-15)
    np.testing.assert_array_equal(tiny["W"], [3e-200, 4e-200])
    large = {"W": np.full(4, 3e38, np.float32)}  # its squares overflow float32
    np.testing.assert_allclose(clip_by_global_norm(large, 2.0), 6e38, rtol=1e-6)
    np.testing.assert_allclose(large["W"], 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        (np.array([1, np.nan]), ValueError, r"^b: .* got nan at \(1,\)"),
        (np.array([-np.inf, 1]), ValueError, r"^b: .* got -inf at \(0,\)"),
        (np.array([1, 2]), TypeError, "^b: expected a float array, to be changed in place, got int64"),
        ([1.0, 2.0], TypeError, "^b: expected a float array, to be changed in place, got list"),
        (np.ones(2) * 1j, TypeError, "^b: expected a float array"),
        # W has shrunk when b cannot
        (READ_ONLY, (TypeError, ValueError), "^b: .*read-only"),
    ],
)
def test_refused_clipping_changes_nothing(bad, error, message):
    grads = {"W": np.array([3.0, 4.0]), "b": bad}
    with pytest.raises(error, match=message):
        clip_by_global_norm(grads, 0.1)
    np.testing.assert_array_equal(grads["W"], [3, 4])
