"""`import rnnlib`: light, complete, and possible from a source tree that is not installed."""

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import rnnlib

ROOT = Path(__file__).parent.parent
MODULES = [name for _, name, _ in pkgutil.walk_packages(rnnlib.__path__, "rnnlib.") if "course" not in name]
PUBLIC = [name for name, value in vars(rnnlib).items() if not name.startswith("_") and not inspect.ismodule(value)]


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


def test_every_public_name_is_listed_and_rnnlibs_own():
    assert rnnlib.__all__ == sorted(PUBLIC)
    for name in PUBLIC:
        value = getattr(rnnlib, name)
        assert (value if hasattr(value, "__module__") else type(value)).__module__.startswith("rnnlib."), name


def test_types_are_shipped():
    assert (ROOT / "rnnlib" / "py.typed").exists()


@pytest.mark.parametrize("name", MODULES)
def test_every_example_runs(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_explains_itself_and_every_class_with_an_example(name):
    value = getattr(rnnlib, name)
    text = inspect.getdoc(value)
    assert text and text.splitlines()[0].endswith((".", ":")), name
    if inspect.isclass(value) and not issubclass(value, Exception):
        assert ">>> " in text, name
