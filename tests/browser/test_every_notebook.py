"""Every notebook, in a browser: unrun it shows its figures, and run from the top it shows no error."""

import nbformat


def pictures_in(nb: dict) -> int:
    """Return how many pictures the outputs of a notebook hold."""
    outputs = [output for cell in nb["cells"] for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def test_unrun_it_shows_every_figure(open_notebook, notebook):
    lab = open_notebook(notebook, keep_outputs=True)
    lab.wait_for_figures(pictures_in(nbformat.read(notebook, as_version=4)))
    assert lab.page.locator("mjx-merror").count() == 0  # a formula that MathJax cannot read


def test_run_all_shows_no_error(open_notebook, notebook, shots):
    lab = open_notebook(notebook)
    lab.run_all()
    nb = lab.save()
    code = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    sources = ["".join(cell["source"]) for cell in code]
    drawn = sum("def slider(" in source and "figures." in source for source in sources)
    lab.wait_for_figures(pictures_in(nb) + drawn)  # the one of a slider is part of its widget
    lab.shoot(shots, notebook.stem)
