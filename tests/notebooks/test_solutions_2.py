"""The same for Part II: a file of its own, so that both run at the same time."""

import pytest
from solutions import WITH_EXERCISES, check_solutions


@pytest.mark.parametrize("path", [path for path in WITH_EXERCISES if path.stem >= "10"], ids=lambda path: path.stem)
def test_the_solutions_pass_their_checks_and_every_cell_can_be_run_twice(path, tmp_path):
    check_solutions(path, tmp_path)
