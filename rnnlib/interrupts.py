"""The stop button: an interrupt that comes while something is half done waits for its end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self


class Interrupts:
    """A context in which SIGINT, sent by Ctrl-C and by the stop button, does not reach what runs in `held()`.

    Outside `held()` it acts as before. Only in the main thread, and not where SIGINT is ignored: elsewhere nothing
    is changed. When the context ends, the former handler is back.

    >>> with Interrupts() as interrupts:
    ...     with interrupts.held():
    ...         signal.raise_signal(signal.SIGINT)
    ...         print("done")
    Traceback (most recent call last):
    KeyboardInterrupt
    """

    def __enter__(self) -> Self:
        self.holding, self.waiting = False, False
        self.before: Any = signal.getsignal(signal.SIGINT)
        self.installed = threading.current_thread() is threading.main_thread() and callable(self.before)
        if self.installed:
            signal.signal(signal.SIGINT, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        self.holding = True  # what comes now finds everything at its end
        if self.installed:
            signal.signal(signal.SIGINT, self.before)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.holding:
            self.waiting = True
        else:
            self.before(number, frame)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold interrupts back; one that came is delivered at the end, unless an error ends it."""
        self.holding, self.waiting = True, False
        try:
            yield
        finally:
            self.holding = False
        if self.waiting:
            self.before(signal.SIGINT, None)
