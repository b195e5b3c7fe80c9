"""Text as tokens: characters and their numbers, batches that keep the order, drawing the next one, and perplexity."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rnnlib.losses import softmax
from rnnlib.validation import (
    check_array,
    check_generator,
    check_int,
    check_number,
    check_whole_numbers,
    common_float_type,
    short_repr,
)

Tokens = NDArray[np.integer]


def text_to_tokens(text: str, characters: str) -> Tokens:
    """Return each character's place in `characters`: whole numbers, (len(text),).

    Raises:
        TypeError: not strings.
        ValueError: a character of the text that is not among `characters`, or one that is there twice.

    >>> text_to_tokens("abba", "ab")
    array([0, 1, 1, 0])
    """
    place = {character: token for token, character in enumerate(_check_characters(characters))}
    if not isinstance(text, str):
        raise TypeError(f"text: expected a string, got {short_repr(text)}")
    for i, character in enumerate(text):
        if character not in place:
            raise ValueError(f"text: expected characters out of {short_repr(characters)}, got {character!r} at {i}")
    return np.array([place[character] for character in text], dtype=int)


def tokens_to_text(tokens: ArrayLike, characters: str) -> str:
    """Return the text that tokens (n,) stand for.

    Raises:
        TypeError: not whole numbers.
        ValueError: a number that is no place in `characters`.

    >>> tokens_to_text([0, 1, 1, 0], "ab")
    'abba'
    """
    characters = _check_characters(characters)
    return "".join(characters[token] for token in check_whole_numbers("tokens", tokens, "(n,)", below=len(characters)))


def ordered_batches(tokens: ArrayLike, n_sequences: int, n_steps: int) -> list[tuple[Tokens, Tokens]]:
    """Return batches (x, target), each (N, T), that go through a text in order, N places of it at once.

    The text is cut into N stretches of one length. Row n of every batch stands in stretch n, and goes on where the row
    of the batch before has stopped, so that a state can be handed on from batch to batch. The target of a token is the
    one after it. What is left at the end of a stretch, less than T + 1 tokens, is in no batch.

    Args:
        tokens: (n,), whole numbers.
        n_sequences: N.
        n_steps: T.

    Raises:
        TypeError, ValueError: not whole numbers of one axis; a text that is too short for one batch.

    >>> [x.tolist() for x, target in ordered_batches(np.arange(11), n_sequences=2, n_steps=2)]
    [[[0, 1], [5, 6]], [[2, 3], [7, 8]]]
    """
    tokens = check_whole_numbers("tokens", tokens, "(n,)", below=np.iinfo(np.int64).max)
    N, T = check_int("n_sequences", n_sequences), check_int("n_steps", n_steps)
    length = (len(tokens) - 1) // N  # of a stretch; the last one needs a token after it
    if length < T:
        raise ValueError(f"tokens: expected at least N T + 1 = {N * T + 1} of them, got {len(tokens)}")
    x, target = (tokens[shift : shift + N * length].reshape(N, length) for shift in (0, 1))
    return [(x[:, t : t + T].copy(), target[:, t : t + T].copy()) for t in range(0, length - T + 1, T)]


def sample(v: ArrayLike, rng: np.random.Generator, temperature: float = 1.0) -> Tokens:
    """Draw a token for each row of logits v (N, K), with the probabilities softmax(v / temperature): (N,).

    A low temperature prefers the likely tokens, a high one levels the probabilities; at 0 the most likely is taken.

    Raises:
        TypeError, ValueError: logits that do not fit, a temperature that is negative or not finite.

    >>> sample([[0.0, 2.0, 1.0]], np.random.default_rng(0), temperature=0)
    array([1])
    """
    v = check_array("v", v, "(N, K)", common_float_type(v))
    rng = check_generator(rng)
    temperature = check_number("temperature", temperature, "a finite number of at least 0", lambda t: 0 <= t < math.inf)
    if temperature == 0:
        return v.argmax(axis=1)
    with np.errstate(over="ignore", under="ignore"):  # far below the largest: minus infinity, and never drawn
        below_largest = v.astype(float) - v.max(axis=1, keepdims=True)
        v = np.maximum(below_largest / temperature, -np.finfo(float).max)
    cumulated = softmax(v).cumsum(axis=1)  # (N, K)
    drawn = rng.random((len(cumulated), 1)) * cumulated[:, -1:]
    return (cumulated <= drawn).sum(axis=1)


def perplexity(loss: float) -> float:
    """Return exp(loss) of a mean cross-entropy in nats: of how many equally likely tokens it would be the loss.

    It is the geometric mean of 1 / p over all tokens, p being the probability that each was given (Jelinek et al.,
    Perplexity, 1977).

    Raises:
        ValueError: not a finite number of at least 0.

    >>> round(perplexity(np.log(8.0)), 9)
    8.0
    """
    loss = check_number("loss", loss, "a finite number of at least 0", lambda number: 0 <= number < math.inf)
    with np.errstate(over="ignore"):  # above 709 it is infinite
        return float(np.exp(loss))


def _check_characters(characters: Any) -> str:
    if not isinstance(characters, str) or not characters:
        raise TypeError(f"characters: expected a string of at least one, got {short_repr(characters)}")
    if len(set(characters)) < len(characters):
        twice = next(c for i, c in enumerate(characters) if c in characters[:i])
        raise ValueError(f"characters: expected each once, got {twice!r} twice")
    return characters
