"""What a figure shows, in words: the caption below it, as the text for whoever does not see the picture."""

import re

from nbformat import NotebookNode

CAPTION = re.compile(r"\*(Figure \d+\.\d+\..+)\*$", re.DOTALL)
MATHEMATICS = [  # TeX, and how it is read in plain text
    (r"\\(?:text|mathrm|mathbf|operatorname)\{([^{}]*)\}", r"\1"),
    (r"\\(?:tfrac|frac|dfrac)\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2"),
    (r"\^\\top\b", "ᵀ"),
    (r"\\times|\\cdot", "×"),
    (r"\\odot", "⊙"),
    (r"\\le(?:q|qslant)?\b", "≤"),
    (r"\\ge(?:q|qslant)?\b", "≥"),
    (r"\\delta\b", "δ"),
    (r"\\partial\b", "∂"),
    (r"\\([a-zA-Z]+)", r"\1"),
    (r"\\[,;:! ]", " "),
    (r"_\{(\w)\}", r"_\1"),
    (r"\^\{(\w)\}", r"^\1"),
]


def alternative_texts(nb: NotebookNode) -> dict[int, str]:
    """Return the text of the caption for each code cell of `nb` that shows a figure, by the index of the cell.

    A caption is the next text cell that begins with ``*Figure N.M. …*``. What it says after the closing star, and in
    later paragraphs, is no part of it. A figure without one is left out.
    """
    texts, waiting = {}, None
    for index, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown":
            first = cell.source.partition("\n\n")[0].strip()
            if waiting is not None and (caption := CAPTION.match(first)):
                texts[waiting] = plain(caption[1])
            waiting = None
        elif any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            waiting = index
    return texts


def plain(markdown: str) -> str:
    """Return one paragraph of markdown as it is read aloud: without signs of markup, links by their text."""
    text = re.sub(r"\$([^$]+)\$", lambda found: _spoken(found[1]), markdown)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(?<!\\)(\*\*|`)", "", text)
    text = re.sub(r"(?<![\\\w*])\*(?=\S)|(?<=\S)(?<!\\)\*(?![\w*])", "", text)
    text = re.sub(r"\\([\\`*_$\[\]#])", r"\1", text)
    return " ".join(text.split())


def _spoken(tex: str) -> str:
    for pattern, words in MATHEMATICS:
        tex = re.sub(pattern, words, tex)
    return tex.replace("{", "").replace("}", "")
