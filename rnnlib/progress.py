"""A progress bar, where tqdm is installed."""

import sys
from typing import Any


class ProgressBar:
    """A bar on stdout that counts steps, of which one line remains; without tqdm, nothing.

    It shows counts only and no clock, so that two runs print the same.
    """

    def __init__(self, steps: int, shown: bool) -> None:
        """Show a bar at 0 of `steps`, or nothing."""
        self.bar = _tqdm(steps) if shown else None

    def advance(self, steps: int) -> None:
        """Count on."""
        if self.bar is not None:
            self.bar.update(steps)

    def close(self, last_line: str) -> None:
        """Leave this line in place of the bar."""
        if self.bar is not None:
            self.bar.bar_format = last_line
            self.bar.refresh()
            self.bar.close()


def _tqdm(steps: int) -> Any:
    try:
        from tqdm import tqdm  # here, so that `import rnnlib` needs NumPy alone
    except ModuleNotFoundError:
        return None

    class Bar(tqdm):
        monitor_interval = 0  # no second thread: in a browser there is none

    shape = "training: {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt}"
    return Bar(total=steps, file=sys.stdout, ncols=79, mininterval=0, miniters=1, bar_format=shape)
