"""What enters is checked: arrays of other libraries, float types, whole numbers, masks, and short messages."""

import numpy as np
import pytest

from rnnlib import Dense, NotFinite, SimpleRNN
from rnnlib.validation import (
    check_any_mask,
    check_array,
    check_callable,
    check_finite,
    check_float_type,
    check_generator,
    check_int,
    check_mapping,
    check_mask,
    check_positive,
    check_whole_numbers,
    common_float_type,
    insist_on_finite,
    is_finite,
    short_repr,
)

# --- arrays of other libraries --------------------------------------------------------------------------------


class Tensor:
    """What torch gives: np.asarray reads it, and its dtype is none of NumPy's."""

    dtype = "torch.float32"

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


class Frame(Tensor):
    """What pandas gives: np.asarray reads it, and it has no dtype, as each column has its own."""

    dtype = property()


W_X, W_H, X = np.array([[1.0, 2, 3], [4, 5, 6]]) / 9, np.diag([1.0, 2, 3]) / 9, np.ones((2, 4, 2))


def numbers(of, dtype):
    """Return states and a gradient where everything goes through `of`."""
    arrays = [np.array(array, dtype) for array in (W_X, W_H, X, np.ones((2, 3)), np.ones((2, 4, 3)))]
    W_x, W_h, x, h0, dh = map(of, arrays)
    rnn = SimpleRNN(W_x, W_h)
    return rnn.forward(x, h0), rnn.backward(dh)


@pytest.mark.parametrize("other", [Tensor, Frame])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_whatever_numpy_makes_an_array_of_is_an_array(other, dtype):
    for given, right in zip(numbers(other, dtype), numbers(lambda array: array, dtype), strict=True):
        assert type(given) is np.ndarray and given.dtype == dtype
        np.testing.assert_array_equal(given, right)


@pytest.mark.parametrize("other", [Tensor, Frame])
def test_their_float64_is_refused_by_a_float32_layer_too(other):
    dense = Dense(other(np.ones((2, 3), np.float32)))
    with pytest.raises(TypeError, match="^x: expected float32 .* got float64, which would lose digits$"):
        dense.forward(other(np.ones((4, 2))))


def test_torchs_tensors():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: the rest needs none")
    for dtype in (np.float32, np.float64):
        for given, right in zip(numbers(torch.from_numpy, dtype), numbers(np.array, dtype), strict=True):
            np.testing.assert_array_equal(given, right)
    with pytest.raises(TypeError, match=r"^W: expected \(D, K\), got a Tensor: .*requires grad"):
        Dense(torch.ones(2, 3, requires_grad=True))


def test_pandas_tables():
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: the rest needs none")
    dense = Dense(pandas.DataFrame(W_X.astype(np.float32)), pandas.Series(np.ones(3, np.float32)))
    assert dense.dtype == np.float32
    with pytest.raises(TypeError, match="^x: expected float32 .* got float64, which would lose digits$"):
        dense.forward(pandas.DataFrame(X[0]))
    np.testing.assert_allclose(dense.forward(pandas.DataFrame(X[0], dtype="f4")), X[0] @ W_X + 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("error", "refusal", "reason"),
    [
        (RuntimeError, TypeError, "a Broken: not today"),
        (TypeError, TypeError, "a Broken: not today"),
        (ValueError, ValueError, "rows of different lengths"),
    ],
)
def test_what_numpy_cannot_read_is_refused_with_its_reason(error, refusal, reason):
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise error("not today")

    with pytest.raises(refusal, match=rf"^W: expected \(D, K\), got {reason}$"):
        Dense(Broken())


# --- float types ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["f2", "f4", "i1", "u8", "?", ">f8", ">f4"])
def test_what_loses_no_digits_is_converted(dtype):
    array = check_array("x", np.ones((2, 3), dtype), "(N, D)", float)
    assert array.dtype == np.float64 and array.dtype.isnative
    np.testing.assert_array_equal(array, 1)


def test_an_array_that_fits_is_not_copied():
    x = np.ones((2, 3))
    assert check_array("x", x, "(N, D)", float) is x


@pytest.mark.parametrize("dtype", ["f8", ">f8", "g"])
def test_what_would_lose_digits_is_refused(dtype):
    with pytest.raises(TypeError, match=r"^x: expected float32 \(N, D\) with D = 3, got .*float.*, which would lose"):
        check_array("x", np.ones((2, 3), dtype), "(N, D)", np.float32, D=3)


def test_a_number_too_large_for_float32_is_refused():
    with pytest.raises(ValueError, match=r"^x: expected finite numbers \(N,\), got inf at \(1,\)$"):
        check_array("x", [1, 1e300], "(N,)", np.float32)


@pytest.mark.parametrize(
    ("arrays", "dtype"),
    [
        ([np.ones(1, "f4"), np.ones(2, "f4")], np.float32),
        ([np.ones(1, "f4"), [1.0], None], np.float32),
        ([np.ones(1, ">f4")], np.float32),
        ([np.ones(1, "f4"), np.ones(2)], np.float64),
        ([np.ones(1, "f4"), np.ones(2, int)], np.float64),
        ([np.ones(1, "f2")], np.float64),
        ([[1.0]], np.float64),
    ],
)
def test_float32_is_the_common_type_of_float32_alone(arrays, dtype):
    assert common_float_type(*arrays) == dtype


# --- numbers that leave the finite ones -----------------------------------------------------------------------


def test_finite_numbers_may_be_large():
    assert is_finite(np.array([1e200, -1e308])) and is_finite(np.array([3e38], np.float32))
    assert not is_finite(np.array([1.0, np.inf])) and not is_finite(np.array([1e200, np.nan]))


def test_the_first_step_that_is_not_finite_is_named():
    h = np.ones((2, 4, 3))
    insist_on_finite("h", h)
    h[1, 2:, 1] = np.nan
    with pytest.raises(NotFinite, match="^h is not finite from step 3 on$") as caught:
        insist_on_finite("h", h)
    assert isinstance(caught.value, FloatingPointError)
    with pytest.raises(NotFinite, match="^v is not finite$"):
        insist_on_finite("v", h[1])


# --- masks ----------------------------------------------------------------------------------------------------


def test_a_layers_mask_has_no_holes_and_any_other_may():
    holes = np.array([[True, False, True], [False, False, False]])
    np.testing.assert_array_equal(check_any_mask(holes, (2, 3)), holes)
    with pytest.raises(ValueError, match="^mask: expected True at the first step of each row, got False in row 1$"):
        check_mask(holes, 2, 3)
    with pytest.raises(ValueError, match=r"^mask: expected no True after a False in a row, got one at \(0, 1\)$"):
        check_mask(holes[:1], 1, 3)
    assert check_mask(None, 2, 3) is None


# --- everything else ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: check_int("n", 2.0), TypeError, "^n: expected a whole number, got 2.0$"),
        (lambda: check_int("n", True), TypeError, "^n: expected a whole number, got True$"),
        (lambda: check_int("n", np.timedelta64(1)), TypeError, "^n: expected a whole number, got "),
        (lambda: check_int("n", 0), ValueError, "^n: expected at least 1, got 0$"),
        (lambda: check_int("n", 7, 2, 6), ValueError, "^n: expected a whole number from 2 to 6, got 7$"),
        (lambda: check_int("n", 1, 2, 6), ValueError, "^n: expected a whole number from 2 to 6, got 1$"),
        (
            lambda: check_int("n", 10**5000),
            ValueError,
            r"^n: expected a whole number from 1 to \d*, got int of 16610 bits$",
        ),
        (
            lambda: check_array("x", None, "(N, D)", float, D=2),
            TypeError,
            r"^x: expected \(N, D\) with D = 2, got None$",
        ),
        (
            lambda: check_finite("g", np.array([1, np.nan])),
            ValueError,
            r"^g: expected finite numbers, got nan at \(1,\)$",
        ),
        (lambda: check_positive("lr", 0), ValueError, "^lr: expected a finite number above 0, got 0$"),
        (lambda: check_positive("lr", np.inf), ValueError, "^lr: expected a finite number above 0, got inf$"),
        (lambda: check_positive("lr", "1"), ValueError, "^lr: expected a finite number above 0, got '1'$"),
        (lambda: check_positive("lr", True), ValueError, "^lr: expected a finite number above 0, got True$"),
        (lambda: check_positive("lr", 10**400), ValueError, "^lr: expected a finite number above 0, got 1000"),
        (lambda: check_callable("f", 1), TypeError, "^f: expected a function, got 1$"),
        (lambda: check_mapping("p", [1]), TypeError, r"^p: expected a dictionary with names as keys, got \[1\]$"),
        (lambda: check_mapping("p", {1: 2}), TypeError, "^p: expected a dictionary with names as keys, got {1: 2}$"),
        (lambda: check_generator(np.random), TypeError, r"^rng: expected numpy.random.default_rng\(seed\), got module"),
        (lambda: check_float_type("f2"), TypeError, "^dtype: expected float or numpy.float32, got 'f2'$"),
        (lambda: check_whole_numbers("k", [[1]], "(N,)", 3), ValueError, r"^k: expected \(N,\), .*, got \(1, 1\)$"),
        (lambda: check_whole_numbers("k", [3], "(N,)", 3), ValueError, "^k: .* from 0 to 2, got 3 to 3$"),
    ],
)
def test_a_refusal_names_the_argument_what_it_needs_and_what_it_got(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_fits_is_returned():
    assert [type(check_int("n", n)) for n in (3, np.int8(3), np.uint64(3))] == [int] * 3
    assert [check_int("n", n, 2, 6) for n in (2, 6)] == [2, 6]
    assert check_positive("lr", np.float32(0.5)) == 0.5
    assert [check_float_type(name) for name in (float, "f4", np.float32)] == [np.float64, np.float32, np.float32]


def test_a_value_is_told_in_one_short_line():
    assert short_repr("a\nb") == r"'a\nb'"
    assert short_repr(np.eye(2)) == "array([[1., 0.], [0., 1.]])"
    assert [len(short_repr("x" * count)) for count in (77, 78, 79, 500)] == [79, 80, 80, 80]
    assert short_repr("x" * 78) == repr("x" * 78) and short_repr("x" * 79).endswith("x...")


def test_what_cannot_show_itself_is_shown_by_its_type():
    class Shy:
        def __repr__(self):
            raise RuntimeError("no")

    assert short_repr(Shy()) == "Shy" and short_repr([10**5000]) == "list"
    assert short_repr(10**5000) == "int of 16610 bits"
    assert short_repr(np.ones((3, 40))) == "an array float64 (3, 40)"
