"""Losses: hand-worked values, gradients by differences, extreme logits, refusals."""

import numpy as np
import pytest

from rnnlib import sigmoid_cross_entropy, softmax, softmax_cross_entropy, squared_error

REDUCTIONS = ["mean", "batch", "sum"]
SHAPES = [(3,), (3, 2), (3, 4, 2), (1, 1, 1)]


def by_differences(f, v, eps=1e-5):
    slopes = np.empty_like(v)
    for i in np.ndindex(v.shape):
        right, left = v.copy(), v.copy()
        right[i] += eps
        left[i] -= eps
        slopes[i] = (f(right) - f(left)) / (2 * eps)
    return slopes


# --- values worked by hand --------------------------------------------------------------------------------

Y, TARGET = np.array([[1.0, 2.0], [3.0, 0.0]]), np.array([[0.0, 4.0], [3.0, 1.0]])  # differences 1, -2, 0, -1


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 4), ("batch", 2), ("sum", 1)])
def test_squared_error_by_hand(reduction, divisor):
    loss, dy = squared_error(Y, TARGET, reduction)
    assert loss == 3 / divisor  # (1 + 4 + 0 + 1) / 2
    np.testing.assert_array_equal(dy, np.array([[1, -2], [0, -1]]) / divisor)


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 4), ("batch", 2), ("sum", 1)])
def test_sigmoid_cross_entropy_by_hand(reduction, divisor):
    v = np.log([[3.0, 1.0], [1 / 3, 1.0]])  # sigmoids 3/4, 1/2, 1/4, 1/2
    loss, dv = sigmoid_cross_entropy(v, [[1, 0], [1, 0.5]], reduction)
    np.testing.assert_allclose(loss, (np.log(4 / 3) + np.log(2) + np.log(4) + np.log(2)) / divisor, rtol=1e-15)
    np.testing.assert_allclose(dv, np.array([[-0.25, 0.5], [-0.75, 0]]) / divisor, atol=1e-16)


@pytest.mark.parametrize(("reduction", "divisor"), [("mean", 2), ("batch", 2), ("sum", 1)])
def test_softmax_cross_entropy_by_hand(reduction, divisor):
    v = np.log([[1.0, 2.0, 1.0], [3.0, 3.0, 6.0]])  # softmaxes 1/4, 1/2, 1/4 in both but for the order
    loss, dv = softmax_cross_entropy(v, [1, 0], reduction)
    np.testing.assert_allclose(loss, (np.log(2) + np.log(4)) / divisor, rtol=1e-15)
    np.testing.assert_allclose(dv, np.array([[0.25, -0.5, 0.25], [-0.75, 0.25, 0.5]]) / divisor, atol=1e-15)


def test_mean_is_the_default():
    labels = np.array([[0, 1], [1, 0]])
    for loss, target in [(squared_error, TARGET), (sigmoid_cross_entropy, TARGET / 4)]:
        assert loss(Y, target)[0] == loss(Y, target, "mean")[0]
    assert (
        softmax_cross_entropy(np.stack([Y, -Y]), labels)[0]
        == softmax_cross_entropy(np.stack([Y, -Y]), labels, reduction="mean")[0]
    )


def test_the_softmax_mean_counts_labels_and_batch_counts_sequences():
    v, labels = np.random.default_rng(0).standard_normal((2, 3, 4)), [[0, 1, 2], [3, 0, 1]]
    total = softmax_cross_entropy(v, labels, "sum")[0]
    np.testing.assert_allclose(softmax_cross_entropy(v, labels, "mean")[0], total / 6, rtol=1e-15)
    np.testing.assert_allclose(softmax_cross_entropy(v, labels, "batch")[0], total / 2, rtol=1e-15)


def test_one_label_is_a_batch_of_one():
    v = np.log([1.0, 2.0, 5.0])
    for reduction in REDUCTIONS:
        np.testing.assert_allclose(softmax_cross_entropy(v, 1, reduction)[0], np.log(4), rtol=1e-15)


# --- gradients --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("loss", [squared_error, sigmoid_cross_entropy])
def test_gradients_of_the_elementwise_losses(loss, shape, reduction):
    rng = np.random.default_rng(1)
    v, target = rng.standard_normal(shape), rng.uniform(0, 1, shape)
    value, dv = loss(v, target, reduction)
    assert isinstance(value, float)
    assert dv.shape == shape
    np.testing.assert_allclose(dv, by_differences(lambda u: loss(u, target, reduction)[0], v), atol=1e-9)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(4,), *SHAPES])
def test_gradients_of_softmax_cross_entropy(shape, reduction):
    rng = np.random.default_rng(2)
    v, labels = rng.standard_normal(shape), rng.integers(0, shape[-1], shape[:-1])
    value, dv = softmax_cross_entropy(v, labels, reduction)
    assert isinstance(value, float)
    assert dv.shape == shape
    np.testing.assert_allclose(
        dv, by_differences(lambda u: softmax_cross_entropy(u, labels, reduction)[0], v), atol=1e-9
    )
    np.testing.assert_allclose(dv.sum(axis=-1), 0, atol=1e-15)


# --- far out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("v", "target", "loss", "dv"),
    [(1000, 1, 0, 0), (1000, 0, 1000, 1), (-1000, 1, 1000, -1), (-1000, 0, 0, 0), (1000, 0.25, 750, 0.75)],
)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sigmoid_logits_of_1000(v, target, loss, dv, dtype):
    with np.errstate(all="raise", under="ignore"):
        value, gradient = sigmoid_cross_entropy(np.array([[v]], dtype), [[target]])
    assert (value, gradient.item()) == (loss, dv)


def test_sigmoid_small_losses_keep_their_digits():
    value, gradient = sigmoid_cross_entropy([[50.0]], [[1]])
    np.testing.assert_allclose(value, np.exp(-50), rtol=1e-14)
    value, gradient = sigmoid_cross_entropy([[-50.0]], [[0]])
    np.testing.assert_allclose([value, gradient.item()], np.exp(-50), rtol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_logits_of_1000(dtype):
    v = np.array([[1000, -1000, 0], [1000, 1000, -1000]], dtype)
    with np.errstate(all="raise", under="ignore"):
        right, dv_right = softmax_cross_entropy(v, [0, 1], "sum")
        wrong, dv_wrong = softmax_cross_entropy(v, [1, 2], "sum")
    np.testing.assert_allclose(right, np.log(2), rtol=1e-6)
    assert wrong == pytest.approx(2000 + 2000 + np.log(2), rel=1e-6)
    np.testing.assert_array_equal(dv_right, [[0, 0, 0], [0.5, -0.5, 0]])
    np.testing.assert_array_equal(dv_wrong, [[1, -1, 0], [0.5, 0.5, -1]])


def test_rows_far_from_each_other_do_not_disturb_each_other():
    v = np.log([[1.0, 3.0]] * 3) + np.array([[1000], [0], [-1000]])
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(softmax(v), [[0.25, 0.75]] * 3, rtol=1e-12)
        np.testing.assert_allclose(softmax_cross_entropy(v, [0, 0, 0])[0], np.log(4), rtol=1e-12)


def test_softmax_is_probabilities_whatever_is_added():
    v = np.random.default_rng(0).standard_normal((2, 3, 4))
    y = softmax(v)
    np.testing.assert_allclose(y.sum(axis=-1), 1, atol=1e-15)
    np.testing.assert_allclose(softmax(v + 700), y, atol=1e-12)
    np.testing.assert_allclose(softmax(np.log([1.0, 2.0, 5.0])), [1 / 8, 2 / 8, 5 / 8], atol=1e-15)
    np.testing.assert_array_equal(softmax([1000, 0]), [1, 0])


# --- dtypes and memory --------------------------------------------------------------------------------------


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_float32_stays_whatever_the_target_is(reduction):
    v = np.array([[0.25, -1.5], [3, 0]], np.float32)
    for dtype in (np.float32, np.float64, int):
        for loss in (squared_error, sigmoid_cross_entropy):
            value, dv = loss(v, np.array([[0, 1], [1, 0]], dtype), reduction)
            assert (type(value), dv.dtype) == (float, np.float32)
    assert softmax_cross_entropy(v, [0, 1], reduction)[1].dtype == np.float32
    assert squared_error(v.tolist(), v, reduction)[1].dtype == np.float64
    assert softmax_cross_entropy(v.astype(int), [0, 1], reduction)[1].dtype == np.float64


def test_arguments_are_unchanged_and_gradients_fresh():
    v, target, labels = Y.copy(), TARGET / 4, np.array([0, 1])
    for call in (
        lambda: squared_error(v, target, "sum"),
        lambda: sigmoid_cross_entropy(v, target, "sum"),
        lambda: softmax_cross_entropy(v, labels, "sum"),
    ):
        dv = call()[1]
        kept = dv.copy()
        dv[...] = np.nan
        np.testing.assert_array_equal(call()[1], kept)
        np.testing.assert_array_equal(v, Y)
        np.testing.assert_array_equal(target, TARGET / 4)
        np.testing.assert_array_equal(labels, [0, 1])


# --- refusals -----------------------------------------------------------------------------------------------

NAN = [[1.0, np.nan], [0.0, 0.0]]


@pytest.mark.parametrize(("loss", "name"), [(squared_error, "y"), (sigmoid_cross_entropy, "v")])
@pytest.mark.parametrize(
    ("first", "target", "error", "message"),
    [
        (Y, [[0, 1]], ValueError, r"^target: expected .*\(2, 2\), got \(1, 2\)"),
        (Y, [0, 1], ValueError, r"^target: expected .*\(2, 2\), got \(2,\)"),
        (Y, np.zeros((2, 2, 1)), ValueError, r"^target: expected .*\(2, 2\), got \(2, 2, 1\)"),
        (Y, 1.0, ValueError, r"^target: expected \(\.\.\., K\), got \(\)"),
        (Y, NAN, ValueError, r"^target: .* got nan at \(0, 1\)"),
        (Y, None, TypeError, "^target: .* got None"),
        (Y, [["a", "b"], ["c", "d"]], TypeError, "^target: .* got <U1"),
        (Y, np.ma.zeros((2, 2)), TypeError, "^target: .* got a masked array"),
        (Y, Y * 1j, TypeError, "^target: .* got complex128"),
        (NAN, Y, ValueError, r"^NAME: .* got nan at \(0, 1\)"),
        (1.0, 1.0, ValueError, r"^NAME: expected \(\.\.\., K\), got \(\)"),
        (np.zeros((0, 2)), np.zeros((0, 2)), ValueError, r"^NAME: .* got \(0, 2\)"),
        (None, Y, TypeError, "^NAME: .* got None"),
    ],
)
def test_elementwise_losses_refuse(loss, name, first, target, error, message):
    with pytest.raises(error, match=message.replace("NAME", name)) as caught:
        loss(first, target)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", [-0.001, 1.001, 2, -1])
def test_a_probability_stays_between_0_and_1(bad):
    with pytest.raises(ValueError, match=r"^target: expected numbers from 0 to 1, got "):
        sigmoid_cross_entropy(Y, [[0, 1], [bad, 0.5]])


@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0.0, 1.0], TypeError, r"^labels: expected whole numbers .*from 0 to 2, got float64"),
        ([True, False], TypeError, "^labels: expected whole numbers .* got bool"),
        (["a", "b"], TypeError, "^labels: .* got <U1"),
        ([0, None], TypeError, "^labels: .* got object"),
        (None, TypeError, r"^labels: expected whole numbers \(2,\) from 0 to 2, got None$"),
        ([0, 3], ValueError, "^labels: expected whole numbers from 0 to 2, got 0 to 3"),
        ([-1, 2], ValueError, "^labels: expected whole numbers from 0 to 2, got -1 to 2"),
        ([0], ValueError, r"^labels: expected \(2,\), got \(1,\)"),
        ([[0], [1]], ValueError, r"^labels: expected \(2,\), got \(2, 1\)"),
        (0, ValueError, r"^labels: expected \(2,\), got \(\)"),
        # ragged and masked labels pass the door
        ([[0], [1, 2]], ValueError, "^labels: .* rows of different lengths"),
        (np.ma.array([0, 1], mask=[False, True]), TypeError, "^labels: .* got a masked array"),
    ],
)
def test_labels_are_whole_numbers_in_range(labels, error, message):
    with pytest.raises(error, match=message) as caught:
        softmax_cross_entropy(np.zeros((2, 3)), labels)
    assert "\n" not in str(caught.value)


def test_labels_of_any_integer_type():
    right = softmax_cross_entropy(np.eye(3), [0, 1, 1])
    for dtype in (np.int8, np.uint8, np.int32, np.uint64):
        value, dv = softmax_cross_entropy(np.eye(3), np.array([0, 1, 1], dtype))
        assert value == right[0]
        np.testing.assert_array_equal(dv, right[1])


@pytest.mark.parametrize(
    ("v", "error", "message"),
    [
        (NAN, ValueError, r"^v: .* got nan at \(0, 1\)"),
        ([[np.inf, 0], [0, 0]], ValueError, r"^v: .* got inf at \(0, 0\)"),
        (1.0, ValueError, r"^v: expected \(\.\.\., K\), got \(\)"),
        (np.zeros((2, 0)), ValueError, r"^v: .* got \(2, 0\)"),
        (None, TypeError, "^v: .* got None"),
        (np.ma.zeros((2, 2)), TypeError, "^v: .* got a masked array"),
    ],
)
def test_softmax_cross_entropy_refuses_logits(v, error, message):
    with pytest.raises(error, match=message):
        softmax_cross_entropy(v, [0, 1])


@pytest.mark.parametrize("reduction", ["average", None, 1, ["mean"], "Mean"])
def test_unknown_reductions_are_refused(reduction):
    for loss, target in [(squared_error, TARGET), (sigmoid_cross_entropy, TARGET / 4), (softmax_cross_entropy, [0, 1])]:
        with pytest.raises(ValueError, match=r"^reduction: expected one of mean, batch, sum, got "):
            loss(Y, target, reduction)


def test_a_target_too_large_for_float32_is_refused():
    # it becomes infinity on the way in
    with pytest.raises(ValueError, match=r"^target: expected finite numbers \(\.\.\., K\), got inf at \(0, 0\)$"):
        squared_error(np.zeros((1, 1), np.float32), [[1e300]])
