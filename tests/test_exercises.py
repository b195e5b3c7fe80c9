"""The exercise checkers: right answers pass, and each typical wrong answer gets a sentence of its own."""

import math
import re

import numpy as np
import pytest

from rnnlib.course import exercises
from rnnlib.course.exercises.checking import is_untouched


def loop(x, h0, W_x, W_h, b, f=np.tanh):
    states, state = [], h0
    for t in range(x.shape[1]):
        state = f(x[:, t] @ W_x + state @ W_h + b)
        states.append(state)
    return np.stack(states, axis=1)


def step_back(x, p, W_x, W_h, da):
    return da @ W_x.T, da @ W_h.T, x.T @ da, p.T @ da, da.sum(axis=0)


def all_back(x, h0, h, W_x, W_h, dh, next_=True, slope=lambda h: 1 - h * h, before=None, da_only=False):
    da, dh_next = np.zeros_like(h), np.zeros_like(h0)
    for t in range(h.shape[1] - 1, -1, -1):
        da[:, t] = (dh[:, t] + next_ * dh_next) * slope(h[:, t])
        dh_next = da[:, t] @ W_h.T
    if da_only:
        return da
    states = before(h0, h) if before else np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dW_x, dW_h = np.tensordot(x, da, ([0, 1], [0, 1])), np.tensordot(states, da, ([0, 1], [0, 1]))
    return dW_x, dW_h, da.sum(axis=(0, 1)), da @ W_x.T, dh_next


def sigma(W):
    return np.linalg.svd(W)[1][0]


def rho(W):
    return max(abs(np.linalg.eig(W)[0]))


def power(W, n):
    return W if n == 1 else W @ power(W, n - 1)


def two_loops(x, h0, h, do, W, U, V, start=True, walk=True, first="h0", late=False):
    """Return the exam's gradients for tanh, by einsum over explicit walks; faults can be put in."""
    slope, H = 1 - h * h, len(h0)
    before = [{"h0": h0, "last": h[-1], "zero": 0 * h0}[first], *h[:-1]]
    dW, dU = 0, 0
    for t in range(len(x)):
        row = (do[t] @ V) * (slope[t] if start else np.ones(H))
        for s in reversed(range(t + 1)):
            dW, dU = dW + np.einsum("i,j->ij", row, x[s]), dU + np.einsum("i,j->ij", row, before[s])
            row = (row @ U) * (slope[s - (not late)] if walk else 1)
    return dW, dU, np.einsum("tk,th->kh", do, h)


def answer_of_9_2(text):
    """Return how deep the deepest digit of an expression stands."""
    return max(text[:i].count("(") - text[:i].count(")") for i in range(len(text)) if text[i].isdigit())


def as_found(dh, h, W):
    da = dh * (1 - h * h)
    for t in range(h.shape[1] - 2, -1, -1):
        da[:, t] = da[:, t] + da[:, t + 1] @ W.T
    return da


def chained(x, h0, *p):
    rows, state = [], h0[0]
    for row in x:
        rows.append(loop(row[None], state[None], *p)[0])
        state = rows[-1][-1]
    return np.array(rows)


N, T = 3, 4  # as in the notebook, where they do not fit the exercise's arrays


def wrong_last(h):
    return h[-1]


SPRINT_W_X = np.array([[0.01, 0.03, 0.05, 0.07], [0.03, 0.05, 0.07, 0.08]])

# number → [(a wrong answer, words of its sentence)], written independently of the checkers
WRONG = {
    "0.1": [
        (lambda x: x * x, "squared"),
        (lambda x: 2 + x, "plus 2"),
        (lambda x: x, "itself"),
        (lambda x: x[:1] * 2, "has shape"),
        (lambda x: 3 * x, "numbers differ"),
    ],
    "1.1": [
        (lambda text, alphabet: np.array([[float(c == a) for c in text] for a in alphabet]), "time must come first"),
        (lambda text, alphabet: np.array([alphabet.find(c) for c in text]), "places of the letters"),
        (lambda text, alphabet: np.array([[c == a for a in sorted(set(text))] for c in text]), "from the text itself"),
        (lambda text, alphabet: np.array([[c == a for a in sorted(alphabet)] for c in text]), "sorted anew"),
        (lambda text, alphabet: np.array([text.count(a) for a in alphabet]), "order is lost"),
        (lambda text, alphabet: [[1], [1, 0]], "different lengths"),
        (lambda text, alphabet: [[str(int(c == a)) for a in alphabet] for c in text], "not made of numbers"),
        (lambda text, alphabet: np.full((len(text), len(alphabet)), np.nan), "NaN or infinity"),
    ],
    "1.2": [
        (lambda w, f: math.log(f) / math.log(w), "between two steps"),
        (lambda w, f: math.floor(math.log(f, w)), "one too few"),
        (lambda w, f: math.ceil(math.log(f, w)) + 1, "one too many"),
        (lambda w, f: 1, "right way round"),
        (lambda w, f: next(k for k in range(1, 999) if w**k <= f), "not yet"),
        (lambda w, f: next((k for k in range(1, 20) if w**k < f), None), "nothing for"),
    ],
    "1.3": [
        (lambda T, D, H, K: T * (D * H + H * H + H + H * K + K), "same weights"),
        (lambda T, D, H, K: D * H + H + H * K + K, "W_h is missing"),
        (lambda T, D, H, K: D * H + H**2 + H * K, "biases are missing"),
        (lambda T, D, H, K: D * H + H**2 + H, "output is missing"),
    ],
    "2.1": [
        (lambda x, h, W_x, W_h, b: np.tanh(x @ W_x + b), "ignores h_prev"),
        (lambda x, h, W_x, W_h, b: np.tanh(x @ W_x + h @ W_h), "bias b is missing"),
        (lambda x, h, W_x, W_h, b: x @ W_x + h @ W_h + b, "tanh is missing"),
        (lambda x, h, W_x, W_h, b: np.tanh(x @ W_x + h @ W_h.T + b), "transposed"),
        (lambda x, h, W_x, W_h, b: np.tanh(x @ W_x + b) + h @ W_h, "belongs inside"),
        (lambda x, h, W_x, W_h, b: np.tanh(x @ W_h), "raises ValueError"),
        (lambda x, h, W_x, W_h, b: np.tanh(x @ W_x + h @ W_h + b).T, "has shape"),
    ],
    "2.2": [
        (lambda x, h0, *p: loop(x, np.zeros_like(h0), *p), "h_1 ignores h0"),
        (lambda x, h0, W_x, W_h, b: np.tanh(x @ W_x + (h0 @ W_h)[:, None] + b), "never handed on"),
        (lambda x, h0, *p: loop(x, h0, *p)[:, -1], "only the last state"),
        (lambda x, h0, *p: np.swapaxes(loop(x, h0, *p), 0, 1), r"\(T, N, H\)"),
        (lambda x, h0, *p: np.tanh(loop(x, h0, *p, f=lambda a: a)), "hand on h_t, after tanh"),
        (lambda x, h0, *p: np.flip(loop(np.flip(x, 1), h0, *p), 1), "backwards"),
        (lambda x, h0, W_x, W_h, b: loop(x, h0, W_x, W_h.T, b), "transposed"),
        (lambda x, h0, W_x, W_h, b: loop(x, h0, W_x, W_h, 0), "bias b is missing"),
        (lambda x, h0, *p: np.stack([h0, *np.moveaxis(loop(x, h0, *p)[:, :-1], 1, 0)], 1), "one place too late"),
        (lambda x, h0, *p: np.zeros((N, T, 4)) + loop(x, h0, *p), "from the notebook"),
        (chained, "one before it ended"),
    ],
    "2.3": [
        (wrong_last, "last sequence of the batch"),
        (lambda h: h[:, 0, :], "first state"),
        (lambda h: h[..., -1], "last node"),
        (lambda h: np.mean(h, axis=1), "mean over time"),
        (lambda h: h[:, -1:], "keeps the time axis"),
    ],
    "3.1": [
        ((9.5, 9.5), "only through h_1 and h_2"),
        ((0.19, 0.0007), "fractions"),
        ((9.5, 0.05), "too little"),
        ((200, 0.07), "too much"),
        ((20, 5), "off by less"),
        ((20, 0), "not gone"),
        ((-20, -1), "without a sign"),
        (20, "pair of numbers"),
        (("20", "1"), "pair of numbers"),
    ],
    "3.2": [
        (
            lambda x, h0, W_x, W_h, b: np.concatenate(
                [loop(x[:, :1], h0, W_x, W_h, b), loop(x, h0, W_x, W_h, b)[:, 1:] * 0 + 9], axis=1
            ),
            "numbers differ",
        ),
        (lambda x, h0, *p: loop(x, 0 * h0, *p), "h_1 ignores h0"),
        (lambda x, h0, *p: loop(x, h0, *p)[0], "batch axis is missing"),
        (lambda x, h0, W_x, W_h, b: loop(x, h0, SPRINT_W_X, W_h, b), "at every step"),
        (
            lambda x, h0, W_x, W_h, b: np.concatenate(
                [(first := loop(x[:, :1], h0, W_x, W_h, b)), loop(x[:, 1:], first[:, 0], SPRINT_W_X, W_h, b)], axis=1
            ),
            "from the second step on",
        ),
        (lambda x, h0, *p: np.stack([loop(x, h0, *p)[n] for n in (0, 0)]), "numbers differ"),
    ],
    "4.1": [
        (lambda x, W, dv: (x.T @ dv, dv @ W.T, dv.sum(0)), "order is dx, dW, db"),
        (lambda x, W, dv: (dv @ W.T, (x.T @ dv).T, dv.sum(0)), "dW: this is .K, D., transposed"),
        (lambda x, W, dv: (dv @ W.T, x.T @ dv, dv.sum(1)), "db: summed over the wrong axis"),
        (lambda x, W, dv: (dv @ W.T, x.T @ dv / len(x), dv.mean(0)), "dW: this is the mean"),
        (lambda x, W, dv: dv @ W.T, "should return 3 arrays: return dx, dW, db"),
    ],
    "4.2": [
        (lambda x, p, h, W_x, W_h, dh: step_back(x, p, W_x, W_h, dh), "f' is missing"),
        (lambda x, p, h, W_x, W_h, dh: step_back(x, p, W_x, W_h, dh * (1 - np.tanh(h) ** 2)), "h_t is tanh"),
        (lambda x, p, h, W_x, W_h, dh: step_back(x, p, W_x, W_h, dh * h * (1 - h)), "sigmoid's slope"),
        (lambda x, p, h, W_x, W_h, dh: step_back(x, p, W_x, W_h.T, dh * (1 - h**2)), "dh_prev: W_h must be transposed"),
        (lambda x, p, h, W_x, W_h, dh: step_back(x, h, W_x, W_h, dh * (1 - h**2)), "dW_h: this uses h_t"),
    ],
    "4.3": [
        (lambda W, dW, lr: W + lr * dW, "uphill"),
        (lambda W, dW, lr: W - dW, "learning rate is missing"),
        (lambda W, dW, lr: -lr * dW, "step alone"),
        (lambda W, dW, lr: W - 0.1 * dW, "not always 0.1"),
    ],
    "5.1": [
        (lambda x, p, h, da: h.T @ da, "uses h_t"),
        (lambda x, p, h, da: x.T @ da, "uses x_t"),
        (lambda x, p, h, da: np.transpose(p.T @ da), "transposed"),
        (lambda x, p, h, da: p.T @ (da * (1 - h**2)), "twice"),
    ],
    "5.2": [
        (lambda dh, nxt, h, W: dh * (1 - h * h), "nothing comes back"),
        (lambda dh, nxt, h, W: (nxt @ W.T) * (1 - h * h), "dh_t is missing"),
        (lambda dh, nxt, h, W: (dh + nxt @ W) * (1 - h * h), "must be transposed"),
        (lambda dh, nxt, h, W: (dh + nxt @ W.T) * (1 - np.tanh(h) ** 2), "h_t is tanh"),
        (lambda dh, nxt, h, W: dh + (nxt @ W.T) * (1 - h * h), "brackets"),
        (lambda dh, nxt, h, W: (dh + nxt) * (1 - h * h), "W_h.T brings it back"),
    ],
    "5.3": [
        (lambda da, W: da[:, 0] @ W, "must be transposed"),
        (lambda da, W: da[:, -1] @ W.T, "not into the last step"),
        (lambda da, W: da[:, 0], "gradient by a_1"),
        (lambda da, W: da[0] @ W.T, "first sequence"),
    ],
    "5.4": [
        (lambda *p: all_back(*p, next_=False), "nothing comes back"),
        (lambda *p: all_back(*p, slope=lambda h: 1), "missing in the loop"),
        (lambda *p: all_back(*p, slope=lambda h: 1 - np.tanh(h) ** 2), "h_t is tanh"),
        (lambda *p: all_back(*p, before=lambda h0, h: h), "state .before. it"),
        (lambda *p: all_back(*p, before=lambda h0, h: np.roll(h, 1, axis=1)), "the .last. state"),
        (lambda *p: all_back(*p)[:4], "should return 5 arrays"),
    ],
    "6.1": [("InputForState", "shape"), ("wrongbiasaxis ", "only b off"), ("don't know", "one of"), (2, "one of")],
    "6.2": [("AddedUp", "second call"), ("InPlace", "not left alone"), ("IndexMinusOne", "only W_h off")],
    "6.3": [("MissingNext", "none for a single one"), ("NoSlope", "single step too"), ("IndexMinusOne", "only W_h")],
    "8.1": [
        (lambda W, n: (n * sigma(W), rho(W) ** n, sigma(power(W, n))), "do not add up"),
        (lambda W, n: (rho(W) ** n, rho(W) ** n, sigma(power(W, n))), "singular values"),
        (lambda W, n: (sigma(W) ** n, rho(W), sigma(power(W, n))), "for one step"),
        (lambda W, n: (sigma(W) ** n, rho(W) ** n, sigma(W**n)), "each entry"),
        (lambda W, n: sigma(W) ** n, "should return 3 arrays"),
    ],
    "8.2": [
        (lambda g, k, m: (np.clip(g, -m, m), np.clip(k, -m, m)), "each entry was cut"),
        (lambda g, k, m: (g * min(1, m / sigma(g.reshape(1, -1))), k * min(1, m / sigma(k[None]))), "own length"),
        (
            lambda g, k, m: (g * m / np.sqrt(np.sum(g * g) + k @ k), k * m / np.sqrt(np.sum(g * g) + k @ k)),
            "never above 1",
        ),
        (lambda g, k, m: (g, k), "nothing was clipped"),
    ],
    "8.3": [
        (lambda r, t: math.floor(math.log(t) / math.log(r)), "one too few"),
        (lambda r, t: math.log(t) / math.log(r), "whole number"),
        (lambda r, t: next(k for k in range(9999) if r**k < t), "exactly the tolerance"),
        (lambda r, t: next(k for k in range(9999) if r**k / (1 - r) <= t), "divide the rest"),
    ],
    "7.1": [
        (lambda n, b: [int(c) for c in format(n, f"0{b}b")], "most significant"),
        (lambda n, b: [int(c) for c in format(n, "b")[::-1]], "zeros up to"),
        (lambda n, b: [n % 2] * b, "every bit is the last"),
    ],
    "7.2": [
        (lambda bits: int("".join(map(str, bits)), 2), "turned round"),
        (lambda bits: sum(map(int, bits)), "counts the ones"),
        (lambda bits: sum(int(v) * 2 ** (t + 1) for t, v in enumerate(bits)), "twice too much"),
    ],
    "7.3": [
        ((20, 20, 10), "look at b"),
        ((5, 20, -10), "when the 1 comes"),
        ((20, 5, -10), "so that it holds"),
        (20, "three numbers"),
    ],
    "7.4": [
        (({3}, {1, 2, 3}), "change 1 stops both"),
        (({1, 2, 3}, {1, 2, 3}), "nothing to mend"),
        (({1}, {1, 2}), "change 3 stops both"),
        (({1, 3}, {1, 3}), "2 stops it"),
        (1, "pair of sets"),
    ],
    "9.1": [
        (lambda *p: two_loops(*p, start=False, walk=False), "dW: the slope of tanh is nowhere"),
        (lambda *p: two_loops(*p, start=False), "where a walk starts"),
        (lambda *p: two_loops(*p, walk=False), "missing in the walk"),
        (lambda *p: two_loops(*p, late=True), "one step too late"),
        (
            lambda x, h0, h, do, *p: (*two_loops(x, h0, h, do, *p)[:2], np.outer(do[-1], h[-1])),
            "dV: the numbers differ",
        ),
        (
            lambda x, h0, h, do, *p: (*two_loops(x, h0, h, do, *p)[:2], (do.T * np.arange(1, len(h) + 1)) @ h),
            "dV: each step adds to dV once",
        ),
        (lambda *p: two_loops(*p, first="last"), "dU: at s = 0 the index"),
        (lambda *p: two_loops(*p, first="zero"), "h_0 is not zero here"),
        (lambda x, h0, h, do, W, U, V: two_loops(x, h0, h, do, W, U.T, V), "dW: the walk back goes through U"),
        (lambda *p: two_loops(*p)[:2], "should return 3 arrays"),
    ],
    "9.2": [
        (len, "length of the string"),
        (lambda text: text.count("("), "counts all brackets"),
        (lambda text: len(text) - 2 * text.count("("), "counts the leaves"),
        (lambda text: len(text) - len(text.lstrip("(")), "at the beginning only"),
        (lambda text: answer_of_9_2(text) + 1, "one too many"),
        (lambda text: answer_of_9_2(text) - 1, "one too few"),
        (lambda text: max(map(len, re.findall(r"[(]+|[)]+", text)), default=0), "the numbers differ"),
    ],
    "6.4": [
        (lambda dh, h, W: all_back(h, h[:, 0], h, W, W, dh, da_only=True, next_=False), "nothing comes back"),
        (lambda dh, h, W: all_back(h, h[:, 0], h, W.T, W.T, dh, da_only=True), "must be transposed"),
        (lambda dh, h, W: dh + 0, "slope and the walk are both missing"),
        (as_found, "still as it was found"),
    ],
}
CASES = [(number, answer, words) for number, wrong in WRONG.items() for answer, words in wrong]


def answer_of(number):
    return WRONG[number][0][0]


def verdict(capsys, number, answer):
    exercises.check(number, answer)
    return capsys.readouterr().out


@pytest.mark.parametrize(("number", "answer", "words"), CASES, ids=[f"{n} {w}" for n, _, w in CASES])
def test_each_wrong_answer_gets_its_own_sentence(number, answer, words, capsys):
    said = verdict(capsys, number, answer)
    assert said.startswith(f"✗ {number}: ")
    assert re.search(words, said)
    assert said.count("\n") == 1


def test_every_exercise_has_at_least_three_wrong_answers_with_different_sentences(capsys):
    assert set(WRONG) == set(exercises.CHECKERS)
    for number, wrong in WRONG.items():
        assert len({verdict(capsys, number, answer) for answer, _ in wrong}) >= 3


@pytest.mark.parametrize("number", exercises.CHECKERS)
def test_the_stub_is_not_attempted_and_other_nothings_are_told_apart(number, capsys):
    def stub(*arguments): ...

    def forgets_return(*arguments):
        unused = len(arguments)  # noqa: F841

    def changes(first, *rest):
        if isinstance(first, np.ndarray):
            first += 1
        return first

    assert verdict(capsys, number, stub) == verdict(capsys, number, ...) == f"○ {number} not attempted yet\n"
    if callable(answer_of(number)) and not isinstance(answer_of(number), type):
        assert "returns nothing" in verdict(capsys, number, forgets_return)
        assert "the function itself" in verdict(capsys, number, 3)
        assert "✗" in verdict(capsys, number, changes)


def test_a_changed_argument_is_told():
    def doubles_in_place(x):
        x *= 2
        return x

    assert "changes an array" in exercises.CHECKERS["0.1"](doubles_in_place)


def test_what_counts_as_untouched():
    def documented(x):
        """Do this later."""
        ...

    def commented(x, start=1, *rest, key=(2, 3)):
        # your code here
        ...

    def passes(x):
        pass

    def returns_none(x):
        return None

    def returns_dots(x):
        return ...

    class Stubs:
        """Do this later."""

        def __init__(self, x):
            # your code here
            ...

        def step(self): ...

    for stub in (..., documented, commented, passes, returns_none, returns_dots, lambda x: ..., Stubs):
        assert is_untouched(stub)


def test_what_counts_as_touched():
    def small(x):
        return 5

    def large(x):
        return 5000

    def documented(x):
        """Do this now."""
        return 5

    def assigned(x):
        y = x  # noqa: F841

    def called(x):
        print(x)

    class Begun:
        def __init__(self, x):
            self.x = x

        def step(self): ...

    answers = (small, large, documented, assigned, called, lambda x: x, lambda x: True, lambda x: "", np.tanh, 3, Begun)
    for answer in answers:
        assert not is_untouched(answer)


def test_a_function_is_untouched_wherever_its_source_is():
    made = {}
    exec("def stub(x): ...\ndef answer(x): return x + 1", made)
    assert is_untouched(made["stub"])
    assert not is_untouched(made["answer"])


def test_an_unknown_number_lists_the_known_ones():
    with pytest.raises(ValueError, match="expected one of 0.1, 1.1, .*, got '9.9'"):
        exercises.check("9.9", len)
