"""What pytest needs to run a notebook from any folder."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Find the rules of nbval beside pyproject.toml, which names them, wherever pytest is started."""
    rules = config.getoption("nbval_sanitize_with", None)
    if rules:
        config.option.nbval_sanitize_with = str(config.rootpath / rules)
