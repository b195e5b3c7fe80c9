"""What pytest needs to run a notebook from any folder, and at a good speed."""

import os
import signal

import pytest

from rnnlib.course.lab import THREADS


def pytest_configure(config: pytest.Config) -> None:
    """Find the rules of nbval beside pyproject.toml, wherever pytest is started, and give each kernel one thread."""
    rules = config.getoption("nbval_sanitize_with", None)
    if rules:
        config.option.nbval_sanitize_with = str(config.rootpath / rules)
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # so a shell starts what it puts in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in THREADS:  # the kernels inherit it; small products take longer in several threads
        os.environ.setdefault(name, "1")
