"""Settings that every test shares."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import settings

# The same examples on every run and every machine: a test that fails for one fails for all.
settings.register_profile("course", derandomize=True, deadline=None, database=None)
settings.load_profile("course")


@pytest.fixture
def every_float_error_raises() -> Iterator[None]:
    """Run a test as under `np.seterr(all="raise")`: an underflow that is right must be no error."""
    with np.errstate(all="raise"):
        yield
