"""`import rnnlib`: light, complete, and possible from a source tree that is not installed."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import rnnlib

ROOT = Path(__file__).parent.parent
CORE = [path for path in (ROOT / "rnnlib").glob("*.py") if path.name != "__init__.py"]


def test_import_brings_numpy_and_nothing_else_of_size(tmp_path):
    code = "import rnnlib, sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    environment = {"PYTHONPATH": str(ROOT), "SYSTEMROOT": ""}
    # -S leaves site-packages out, so numpy is given by hand: no installation of rnnlib can help
    environment["PYTHONPATH"] += (
        f"{';' if sys.platform == 'win32' else ':'}{Path(inspect.getfile(__import__('numpy'))).parents[1]}"
    )
    result = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    loaded = set(result.stdout.split())
    assert "numpy" in loaded
    assert not loaded & {"matplotlib", "IPython", "ipywidgets", "jupyter_client", "tqdm", "scipy", "pytest"}


def test_every_public_name_of_the_core_imports_from_rnnlib():
    machinery = {
        "arrays",
        "activations",
        "initializers",
        "checked_model",
    }  # of these, only what __all__ lists is for users
    for path in CORE:
        names = {
            node.name
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        }
        if path.stem in machinery:
            ours = ("as_", "find_", "float_", "insist_", "said", "Checked")
            names = {name for name in names if not name.startswith(ours)}
        assert names <= set(rnnlib.__all__), path.name
    assert all(hasattr(rnnlib, name) for name in rnnlib.__all__)
    assert sorted(rnnlib.__all__) == rnnlib.__all__


def test_one_idea_a_file():
    for path in (ROOT / "rnnlib").rglob("*.py"):
        if not {"exercises", "quizzes"} & set(path.parts):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 235, path.name
