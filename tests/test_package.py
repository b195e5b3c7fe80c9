"""`import rnnlib`: light, complete, and possible from a source tree that is not installed."""

import inspect
import subprocess
import sys
from pathlib import Path

import rnnlib

ROOT = Path(__file__).parent.parent


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


def test_every_name_that_is_listed_is_there_and_rnnlibs_own():
    assert sorted(rnnlib.__all__) == rnnlib.__all__
    for name in rnnlib.__all__:
        value = getattr(rnnlib, name)
        if inspect.isclass(value) or inspect.isfunction(value):
            assert value.__module__.startswith("rnnlib."), name


def test_types_are_shipped():
    assert (ROOT / "rnnlib" / "py.typed").exists()
