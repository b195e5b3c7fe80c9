"""The caption of a figure becomes the text for whoever does not see it."""

import pytest
from nbformat import v4

from rnnlib.course.captions import alternative_texts, plain

FIGURE = v4.new_output("display_data", {"image/png": "aGk="})


def notebook(*cells):
    return v4.new_notebook(cells=list(cells))


def draw():
    return v4.new_code_cell("draw()", outputs=[FIGURE])


def test_the_next_caption_belongs_to_the_figure_whatever_proof_stands_between():
    nb = notebook(draw(), v4.new_code_cell("proof()"), v4.new_markdown_cell("*Figure 1.1. A line.*\n\nMore."))
    assert alternative_texts(nb) == {0: "Figure 1.1. A line."}


def test_each_figure_has_its_own():
    captions = [v4.new_markdown_cell(f"*Figure 1.{k}. It is {word}.*") for k, word in enumerate(("red", "blue"), 1)]
    nb = notebook(draw(), captions[0], v4.new_markdown_cell("Words."), draw(), captions[1])
    assert alternative_texts(nb) == {0: "Figure 1.1. It is red.", 3: "Figure 1.2. It is blue."}


@pytest.mark.parametrize("text", ["Words.", "*Predict.*", "Figure 1.1. No stars."])
def test_without_a_caption_there_is_none(text):
    assert alternative_texts(notebook(draw(), v4.new_markdown_cell(text))) == {}


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("**Bold**, `code_name`, *one* and [a link](x.ipynb)", "Bold, code_name, one and a link"),
        (r"$h_{t-1}$ and $W_h^\top$", "h_t-1 and W_hᵀ"),
        (r"$\delta^{s|t}$, $x_{1} \le 3$, $2 \times 3$", "δ^s|t, x_1 ≤ 3, 2 × 3"),
        (r"3 * 4, \`a\`, W_x and W_h", "3 * 4, `a`, W_x and W_h"),
        ("two\nlines", "two lines"),
    ],
)
def test_a_caption_is_read_without_its_markup(markdown, words):
    assert plain(markdown) == words
