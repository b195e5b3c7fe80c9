"""Sphinx's settings for the book; `build.py` makes its pages, and calls Sphinx."""

import os
import re
from pathlib import Path
from typing import Any

import rnnlib

project = "RNN from scratch, proved"
author = "the authors of the course"
release = rnnlib.__version__
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode", "sphinx.ext.mathjax"]
source_suffix = {".md": "myst-nb", ".ipynb": "myst-nb", ".rst": "restructuredtext"}

nb_execution_mode = "off"  # the stored outputs are what the tests have compared
nb_render_markdown_format = "myst"
nb_ipywidgets_js = {}  # no page needs them, and they come from another host
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True

default_role = "literal"
autodoc_typehints = "none"  # the shapes stand in the docstrings
autodoc_member_order = "bysource"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

HERE = Path(__file__).parent
html_theme = "sphinx_book_theme"
html_static_path = [str(HERE / "static"), os.environ["MATHJAX"]]
html_css_files = ["course.css"]
html_favicon = str(HERE / "static" / "icon.svg")
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system says
mathjax_path = "mathjax/tex-chtml.js"
html_copy_source = False
html_show_copyright = False
html_theme_options = {
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the search field is in the sidebar
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
if os.environ.get("REPOSITORY"):
    html_theme_options |= {
        "repository_url": f"https://github.com/{os.environ['REPOSITORY']}",
        "use_repository_button": True,
    }


def escape_stars(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Keep ``f(**arrays)`` as it stands: the docstrings are no reStructuredText where they do not say so."""
    for i, line in enumerate(lines):
        if line.lstrip().startswith((">>>", "...")):
            continue
        parts = re.split(r"(`+[^`]*`+)", line)
        lines[i] = "".join(part if part.startswith("`") else part.replace("*", r"\*") for part in parts)


def setup(app: Any) -> None:
    """Connect the above to autodoc, before napoleon, which writes stars of its own."""
    app.connect("autodoc-process-docstring", escape_stars, priority=1)
