"""Losses: hand-worked values, gradients by differences, masks, extreme logits, losses of one's own, refusals."""

import inspect

import numpy as np
import pytest
from reference import central_differences

from rnnlib import (
    Loss,
    NotFinite,
    identity,
    sigmoid,
    sigmoid_cross_entropy,
    softmax,
    softmax_cross_entropy,
    squared_error,
)

REDUCTIONS = ["mean", "batch", "sum"]
LOSSES = [squared_error, sigmoid_cross_entropy, softmax_cross_entropy]
every = pytest.mark.parametrize("loss", LOSSES, ids=repr)
each_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)


def problem(loss, shape, seed=1):
    """Return what a network gave, and a target for it."""
    rng = np.random.default_rng(seed)
    v = rng.standard_normal(shape)
    return v, rng.integers(0, shape[-1], shape[:-1]) if loss is softmax_cross_entropy else rng.uniform(0, 1, shape)


# --- values worked by hand ------------------------------------------------------------------------------------

Y, TARGET = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[0.0, 4.0], [3.0, 1.0]])  # differences 1, -2, 0, -1


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 4), ("batch", 2), ("sum", 1)])
def test_squared_error_by_hand(reduction, divisor):
    loss, dy = squared_error.reduced(reduction)(Y, TARGET)
    assert loss == 3 / divisor  # (1 + 4 + 0 + 1) / 2
    np.testing.assert_array_equal(dy, np.array([[1, -2], [0, -1]]) / divisor)


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 4), ("batch", 2), ("sum", 1)])
def test_sigmoid_cross_entropy_by_hand(reduction, divisor):
    v = np.log([[3.0, 1.0], [1 / 3, 1.0]])  # sigmoids 3/4, 1/2, 1/4, 1/2
    loss, dv = sigmoid_cross_entropy.reduced(reduction)(v, [[1, 0], [1, 0.5]])
    np.testing.assert_allclose(loss, (np.log(4 / 3) + np.log(2) + np.log(4) + np.log(2)) / divisor, rtol=1e-15)
    np.testing.assert_allclose(dv, np.array([[-0.25, 0.5], [-0.75, 0]]) / divisor, rtol=0, atol=1e-16)


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 4), ("batch", 2), ("sum", 1)])
def test_softmax_cross_entropy_by_hand(reduction, divisor):
    v = np.log([[[1.0, 2.0, 1.0], [3.0, 3.0, 6.0]]] * 2)  # softmaxes 1/4, 1/2, 1/4 in both but for the order
    loss, dv = softmax_cross_entropy.reduced(reduction)(v, [[1, 0]] * 2)
    np.testing.assert_allclose(loss, 2 * (np.log(2) + np.log(4)) / divisor, rtol=1e-15)
    right = np.array([[[0.25, -0.5, 0.25], [-0.75, 0.25, 0.5]]] * 2) / divisor
    np.testing.assert_allclose(dv, right, rtol=0, atol=1e-15)


@each_reduction
def test_one_label_is_a_batch_of_one(reduction):
    loss, _ = softmax_cross_entropy.reduced(reduction)(np.log([1.0, 2.0, 5.0]), 1)
    np.testing.assert_allclose(loss, np.log(4), rtol=1e-15)


@every
def test_mean_is_the_default_and_a_reduction_makes_another_loss(loss):
    v, target = problem(loss, (2, 3, 4))
    assert loss.reduced("mean")(v, target)[0] == loss(v, target)[0]
    total = loss.reduced("sum")
    assert total(v, target)[0] == total.reduced("batch").reduced("sum")(v, target)[0] > loss(v, target)[0]
    assert total.reading is loss.reading
    assert repr(total) == f"{loss!r}.reduced('sum')"


def test_each_loss_carries_what_a_user_reads():
    assert [loss.reading for loss in LOSSES] == [identity, sigmoid, softmax]


# --- gradients ------------------------------------------------------------------------------------------------


@each_reduction
@pytest.mark.parametrize("shape", [(4,), (3, 2), (3, 4, 2), (1, 1, 1), (2, 3, 1, 4)])
@every
def test_gradients_are_those_of_the_value(loss, shape, reduction, every_float_error_raises):
    v, target = problem(loss, shape)
    loss = loss.reduced(reduction)
    value, dv = loss(v, target)
    assert isinstance(value, float) and dv.shape == shape
    slopes = central_differences(lambda u: loss(u, target)[0], v)
    np.testing.assert_allclose(dv, slopes, rtol=0, atol=1e-9)


# --- masks ----------------------------------------------------------------------------------------------------

MASKS = {
    "padding": [[True, True, False, False], [True, True, True, True], [True, False, False, False]],
    "holes": [[False, True, False, True], [False, False, False, False], [True, True, True, False]],
    "one step": [[False, False, False, True]] * 3,
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@each_reduction
@every
def test_a_mask_leaves_out_what_does_not_count(loss, mask, reduction):
    v, target = problem(loss, (3, 4, 2))
    mask = np.array(mask)
    value, dv = loss.reduced(reduction)(v, target, mask)
    total, slopes = loss.reduced("sum")(v[mask], target[mask])  # the places that count, in a row
    divisor = {"mean": mask.sum() * (1 if loss is softmax_cross_entropy else 2), "batch": 3, "sum": 1}[reduction]
    np.testing.assert_allclose(value, total / divisor, rtol=1e-14)
    np.testing.assert_allclose(dv[mask], slopes / divisor, rtol=1e-14)
    assert not dv[~mask].any()


@every
def test_a_mask_by_hand(loss):
    v = np.log([[[1.0, 3.0], [1.0, 1.0]]])
    target = [[1, 0]] if loss is softmax_cross_entropy else [[[0.0, 1.0], [0.5, 0.5]]]
    value, dv = loss.reduced("batch")(v, target, [[False, True]])
    expected = {squared_error: 0.25, sigmoid_cross_entropy: 2 * np.log(2), softmax_cross_entropy: np.log(2)}
    gradient = {squared_error: [-0.5, -0.5], sigmoid_cross_entropy: [0, 0], softmax_cross_entropy: [-0.5, 0.5]}
    np.testing.assert_allclose(value, expected[loss], rtol=1e-15)
    np.testing.assert_allclose(dv, [[[0, 0], gradient[loss]]], rtol=0, atol=1e-16)


@every
def test_a_mask_that_is_true_everywhere_is_no_mask(loss):
    v, target = problem(loss, (3, 4, 2))
    value, dv = loss(v, target, np.ones((3, 4), bool))
    assert value == loss(v, target)[0]
    np.testing.assert_array_equal(dv, loss(v, target)[1])


@every
def test_what_stands_where_it_does_not_count_is_no_matter(loss):
    v, target = problem(loss, (3, 4, 2))
    mask = np.array(MASKS["holes"])
    value, dv = loss(v, target, mask)
    for junk in [-100, 10**6] if loss is softmax_cross_entropy else [np.nan, -np.inf, 7]:
        odd = target.copy()
        odd[~mask] = junk
        found = loss(v, odd, mask)
        assert found[0] == value
        np.testing.assert_array_equal(found[1], dv)
    v[~mask] = 1e300  # its square is none of the numbers
    found = loss(v, target, mask)
    assert found[0] == value
    np.testing.assert_array_equal(found[1], dv)


@pytest.mark.parametrize(
    ("shape", "mask", "error", "message"),
    [
        ((3, 4, 2), np.zeros((3, 4), bool), ValueError, "^mask: expected at least one True, got none$"),
        ((3, 4, 2), np.ones((4, 3), bool), ValueError, r"^mask: expected \(N, T\) = \(3, 4\), got \(4, 3\)$"),
        ((3, 4, 2), np.ones((3, 4)), TypeError, r"^mask: expected booleans \(N, T\), got float64 \(3, 4\)$"),
        ((3, 3), np.ones((3, 3), bool), ValueError, r"^mask: expected None, as y has no time steps, .* y \(3, 3\)$"),
        ((3,), np.ones(3, bool), ValueError, r"^mask: expected None, as y has no time steps, .* y \(3,\)$"),
    ],
)
@every
def test_a_mask_that_does_not_fit_is_refused(loss, shape, mask, error, message):
    with pytest.raises(error, match=message):
        loss(*problem(loss, shape), mask)


# --- far out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("v", "target", "loss", "dv"),
    [(1000, 1, 0, 0), (1000, 0, 1000, 1), (-1000, 1, 1000, -1), (-1000, 0, 0, 0), (1000, 0.25, 750, 0.75)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_logits_of_1000(v, target, loss, dv, dtype, every_float_error_raises):
    value, gradient = sigmoid_cross_entropy(np.array([[v]], dtype), [[target]])
    assert (value, gradient.item()) == (loss, dv)


def test_sigmoid_small_losses_keep_their_digits():
    for v, target in [(50.0, 1), (-50.0, 0)]:
        value, gradient = sigmoid_cross_entropy([[v]], [[target]])
        np.testing.assert_allclose(value, np.exp(-50), rtol=1e-14)
        np.testing.assert_allclose(abs(gradient.item()), np.exp(-50) if v < 0 else 0, rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_logits_of_1000(dtype, every_float_error_raises):
    v = np.array([[1000, -1000, 0], [1000, 1000, -1000]], dtype)
    right, dv_right = softmax_cross_entropy.reduced("sum")(v, [0, 1])
    wrong, dv_wrong = softmax_cross_entropy.reduced("sum")(v, [1, 2])
    np.testing.assert_allclose([right, wrong], [np.log(2), 4000 + np.log(2)], rtol=1e-15)
    np.testing.assert_array_equal(dv_right, [[0, 0, 0], [0.5, -0.5, 0]])
    np.testing.assert_array_equal(dv_wrong, [[1, -1, 0], [0.5, 0.5, -1]])


def test_softmax_is_probabilities_whatever_is_added(every_float_error_raises):
    v = np.random.default_rng(0).standard_normal((2, 3, 4))
    np.testing.assert_allclose(softmax(v).sum(axis=-1), 1, rtol=1e-15)
    np.testing.assert_allclose(softmax(v + 700), softmax(v), rtol=1e-12)
    np.testing.assert_allclose(softmax(np.log([1.0, 2.0, 5.0])), [1 / 8, 2 / 8, 5 / 8], rtol=1e-15)
    np.testing.assert_array_equal(softmax([[1000, 0], [0, -1e308], [1e308, -1e308]]), [[1, 0]] * 3)


def test_softmax_keeps_float32_and_refuses_by_name():
    assert softmax(np.array([0, 1], np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match=r"^v: expected finite numbers \(\.\.\., K\), got nan at \(1,\)$"):
        softmax([0, np.nan])


def test_rows_far_from_each_other_do_not_disturb_each_other(every_float_error_raises):
    v = np.log([[1.0, 3.0]] * 3) + np.array([[1000], [0], [-1000]])
    np.testing.assert_allclose(softmax(v), [[0.25, 0.75]] * 3, rtol=1e-12)
    np.testing.assert_allclose(softmax_cross_entropy(v, [0, 0, 0])[0], np.log(4), rtol=1e-12)


@pytest.mark.parametrize("errors", ["warn", "raise"])
def test_a_loss_that_leaves_the_finite_numbers_is_named(errors):
    with np.errstate(all=errors):
        with pytest.raises(NotFinite, match="^the loss is not finite$"):
            squared_error([[1e200]], [[0.0]])
        with pytest.raises(NotFinite, match="^the gradient of the loss is not finite from step 2 on$"):
            squared_error.reduced("sum")(np.array([[[0], [3e38]]], np.float32), [[[0], [-3e38]]])


# --- float types and memory -----------------------------------------------------------------------------------


@every
def test_float32_stays_whatever_the_target_is(loss):
    v = np.array([[0.25, -1.5], [3, 0]], np.float32)
    targets = [[0, 1], np.array([0, 1], np.uint8)]
    if loss is not softmax_cross_entropy:
        targets = [[[0, 1], [1, 0]], *(np.array([[0, 1], [1, 0]], dtype) for dtype in ("f4", "f8", "i8", ">f8", "?"))]
    for target in targets:
        value, dv = loss(v, target)
        assert (type(value), dv.dtype) == (float, np.float32)
        np.testing.assert_allclose(value, loss(v.astype(float), target)[0], rtol=1e-15)  # it is summed in float64
    assert loss(v.tolist(), target)[1].dtype == loss(v.astype(int), target)[1].dtype == np.float64


@every
def test_arguments_are_unchanged_and_gradients_fresh(loss):
    v, target = problem(loss, (2, 3, 4))
    kept = v.copy(), target.copy()
    value, dv = loss(v, target, np.ones((2, 3), bool))
    right = dv.copy()
    dv[...] = np.nan
    np.testing.assert_array_equal(loss(v, target)[1], right)
    np.testing.assert_array_equal(v, kept[0])
    np.testing.assert_array_equal(target, kept[1])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint64])
def test_labels_of_any_whole_type(dtype):
    right = softmax_cross_entropy(np.eye(3), [0, 1, 1])
    value, dv = softmax_cross_entropy(np.eye(3), np.array([0, 1, 1], dtype))
    assert value == right[0]
    np.testing.assert_array_equal(dv, right[1])


# --- a loss of one's own --------------------------------------------------------------------------------------


def test_a_loss_of_ones_own_gets_the_target_as_it_is():
    seen = []

    def weighted(y, target):
        seen.append(target)
        values, weights = target["pair"]
        return (weights * (y - values) ** 2).sum() / 2, weights * (y - values)

    target = {"pair": ([[1, 2]], np.array([[3.0, 0.0]]))}
    value, dy = Loss(weighted)([[2, 5]], target)
    assert seen[0] is target
    assert (type(value), value) == (float, 1.5)
    np.testing.assert_array_equal(dy, [[3, 0]])


def test_its_function_may_write_into_what_it_gets():
    def careless(y, target):
        y -= target
        return (y**2).sum() / 2, y

    y = np.array([[1.0, 2.0]])
    assert Loss(careless)(y, 1.0)[0] == 0.5
    np.testing.assert_array_equal(y, [[1, 2]])


def test_it_takes_a_mask_where_its_function_does():
    y, mask = np.ones((2, 3, 4)), np.array([[True, False, True], [False, True, False]])
    counted = Loss(lambda y, target, mask=None: (float(mask.sum()) + target["more"], y))
    assert counted(y, {"more": 4}, mask.tolist())[0] == 7
    plain = Loss(lambda y, target: (0.0, y), reading=sigmoid)
    assert plain(y, None)[0] == 0 and plain.reading is sigmoid
    with pytest.raises(TypeError, match="^mask: expected None, as the function of .* has no argument named mask$"):
        plain(y, None, mask)
    with pytest.raises(TypeError, match=r"^Loss\(.*\) reduces by itself: change its function$"):
        plain.reduced("sum")


def test_its_gradient_takes_the_type_of_y():
    y = np.ones((2, 3), np.float32)
    assert Loss(lambda y, target: (1, np.ones((2, 3))))(y, None)[1].dtype == np.float32
    assert Loss(lambda y, target: (np.float32(1), np.ones((2, 3), int).tolist()))(y, None)[1].dtype == np.float32


@pytest.mark.parametrize(
    ("result", "error", "message"),
    [
        (None, TypeError, r"^loss: expected \(number, gradient by y\), got None$"),
        (1.0, TypeError, r"^loss: expected \(number, gradient by y\), got 1.0$"),
        ((1.0, Y, Y), TypeError, r"^loss: expected \(number, gradient by y\), got "),
        ((Y, Y), TypeError, "^loss: expected one number, got array"),
        ((None, Y), TypeError, "^loss: expected one number, got None$"),
        ((1j, Y), TypeError, "^loss: expected one number, got 1j$"),
        ((1.0, Y[0]), ValueError, r"^the gradient of the loss: expected float64 \(2, 2\), got float64 \(2,\)$"),
        ((1.0, None), TypeError, "^the gradient of the loss: expected real numbers, got None$"),
        ((1.0, Y * 1j), ValueError, r"^the gradient of the loss: expected float64 \(2, 2\), got complex128 \(2, 2\)$"),
        ((np.nan, Y), NotFinite, "^the loss is not finite$"),
        ((1.0, Y - np.inf), NotFinite, "^the gradient of the loss is not finite$"),
    ],
)
def test_what_its_function_returns_is_checked(result, error, message):
    with pytest.raises(error, match=message):
        Loss(lambda y, target: result)(Y, None)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        ([[1, np.nan]], ValueError, r"^y: expected finite numbers \(\.\.\., K\), got nan at \(0, 1\)$"),
        (1.0, ValueError, r"^y: expected \(\.\.\., K\), got \(\)$"),
    ],
)
def test_what_reaches_its_function_is_checked(y, error, message):
    with pytest.raises(error, match=message):
        Loss(lambda y, target: (0.0, y))(y, None)


def test_it_shows_its_function():
    def absolute(y, target):
        return np.abs(y - target).sum(), np.sign(y - target)

    class Weighted:
        def __call__(self, y, target):
            return 0.0, y

        def __repr__(self):
            return "Weighted(3)"

    assert [repr(Loss(function)) for function in (absolute, Weighted())] == ["Loss(absolute)", "Loss(Weighted(3))"]


def test_what_cannot_be_called_is_no_loss():
    with pytest.raises(TypeError, match="^function: expected a function, got 'mse'$"):
        Loss("mse")
    with pytest.raises(TypeError, match="^reading: expected a function, got 'sigmoid'$"):
        Loss(len, "sigmoid")


# --- refusals -------------------------------------------------------------------------------------------------

NAN = [[1.0, np.nan], [0.0, 0.0]]


@pytest.mark.parametrize("loss", [squared_error, sigmoid_cross_entropy], ids=repr)
@pytest.mark.parametrize(
    ("y", "target", "error", "message"),
    [
        (Y, [[0, 1]], ValueError, r"^target: expected the shape of y, \(2, 2\), got \(1, 2\)$"),
        (Y, [0, 1], ValueError, r"^target: expected the shape of y, \(2, 2\), got \(2,\)$"),
        (Y, 1.0, ValueError, r"^target: expected the shape of y, \(2, 2\), got \(\)$"),
        (Y, [[0], [0, 1]], ValueError, "^target: .* got rows of different lengths$"),
        (Y, NAN, ValueError, r"^target: expected finite numbers \(\.\.\., K\), got nan at \(0, 1\)$"),
        (Y, None, TypeError, r"^target: expected the shape of y, \(2, 2\), got None$"),
        (Y, [["a", "b"], ["c", "d"]], TypeError, "^target: .* got <U1"),
        (Y, np.ma.zeros((2, 2)), TypeError, "^target: .* got a masked array"),
        (Y, Y * 1j, TypeError, "^target: .* got complex128"),
        (NAN, Y, ValueError, r"^y: expected finite numbers .* got nan at \(0, 1\)$"),
        (1.0, 1.0, ValueError, r"^y: expected \(\.\.\., K\), got \(\)$"),
        (np.zeros((0, 2)), np.zeros((0, 2)), ValueError, r"^y: .* no axis empty, got \(0, 2\)$"),
        (None, Y, TypeError, r"^y: expected \(\.\.\., K\), got None$"),
    ],
)
def test_elementwise_losses_refuse(loss, y, target, error, message):
    with pytest.raises(error, match=message) as caught:
        loss(y, target)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", [-0.001, 1.001])
def test_a_probability_stays_between_0_and_1(bad):
    with pytest.raises(ValueError, match=r"^target: expected numbers from 0 to 1, got -?\d"):
        sigmoid_cross_entropy(Y, [[0, 1], [bad, 0.5]])


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        (np.eye(3)[:2], ValueError, r"^labels: .*, got one-hot \(2, 3\): pass labels.argmax\(axis=-1\)$"),
        ([0.0, 1.0], TypeError, r"^labels: expected whole numbers .*, got float64 \(2,\)$"),
        ([True, False], TypeError, "^labels: expected whole numbers .* got bool"),
        (["a", "b"], TypeError, "^labels: .* got <U1"),
        (None, TypeError, r"^labels: expected whole numbers \(2,\) from 0 to 2, got None$"),
        ([0, 3], ValueError, "^labels: expected whole numbers from 0 to 2, got 0 to 3$"),
        ([-1, 2], ValueError, "^labels: expected whole numbers from 0 to 2, got -1 to 2$"),
        ([[0], [1]], ValueError, r"^labels: expected whole numbers \(2,\) from 0 to 2, got \(2, 1\)$"),
        (0, ValueError, r"^labels: expected whole numbers \(2,\) from 0 to 2, got \(\)$"),
        ([[0], [1, 2]], ValueError, "^labels: .* got rows of different lengths$"),
        (np.ma.array([0, 1], mask=[False, True]), TypeError, "^labels: .* got a masked array"),
    ],
)
def test_labels_are_whole_numbers_in_range(labels, error, message):
    with pytest.raises(error, match=message) as caught:
        softmax_cross_entropy(np.zeros((2, 3)), labels)
    assert "\n" not in str(caught.value)


def test_labels_of_steps_are_asked_for_in_their_own_shape():
    with pytest.raises(ValueError, match=r"^labels: expected whole numbers \(2, 3\) from 0 to 3, got \(3,\)$"):
        softmax_cross_entropy(np.zeros((2, 3, 4)), [0, 1, 2])


def test_a_label_that_counts_is_checked_under_a_mask_too():
    with pytest.raises(TypeError, match=r"^target: expected real numbers .* got <U1 \(1, 1, 1\)$"):
        squared_error(np.zeros((1, 1, 1)), [[["a"]]], [[True]])
    with pytest.raises(ValueError, match="^labels: expected whole numbers from 0 to 1, got 0 to 2$"):
        softmax_cross_entropy(np.zeros((1, 2, 2)), [[2, -100]], [[True, False]])
    with pytest.raises(ValueError, match=r"^target: expected finite numbers .* got nan at \(0, 0, 0\)$"):
        squared_error(np.zeros((1, 2, 1)), [[[np.nan], [np.nan]]], [[True, False]])


@pytest.mark.parametrize("reduction", ["average", None, ["mean"], "Mean"])
@every
def test_unknown_reductions_are_refused(loss, reduction):
    with pytest.raises(ValueError, match="^reduction: expected one of mean, batch, sum, got "):
        loss.reduced(reduction)


@every
def test_its_formula_is_its_help(loss):
    assert "gradient by" in inspect.getdoc(loss)


def test_a_mask_reaches_the_argument_of_its_name():
    def weighted(y, target, weight=None, mask=None):
        return float(weight is None and mask is not None), y

    def by_name(y, target, *, mask=None):
        return float(mask is not None), y

    for function in (weighted, by_name):
        assert Loss(function)(np.ones((1, 2, 1)), None, np.ones((1, 2), bool))[0] == 1


def test_logits_that_are_as_far_apart_as_can_be():
    value, dv = softmax_cross_entropy([[1e308, -1e308]], [0])
    assert value == 0 and dv.tolist() == [[0, 0]]
    with pytest.raises(NotFinite, match="^the loss is not finite$"):
        softmax_cross_entropy([[1e308, -1e308]], [1])
