"""The stop button: an interrupt that comes while something is half done waits for its end."""

import signal
import threading
from types import FrameType
from typing import Any, Self


class Interrupts:
    """A context in which SIGINT, sent by Ctrl-C and by the stop button, can be held back.

    Between `hold` and `release` it waits; otherwise it acts as before. Only in the main thread, and not where SIGINT
    is ignored: there nothing is changed. When the context ends, the former handler is back.

    >>> with Interrupts() as interrupts:
    ...     try:
    ...         interrupts.hold()
    ...         signal.raise_signal(signal.SIGINT)
    ...         print("still here")
    ...         interrupts.release()
    ...     except KeyboardInterrupt:
    ...         print("interrupted")
    still here
    interrupted
    """

    def __enter__(self) -> Self:
        self.holding, self.waiting = False, False
        self.before: Any = signal.getsignal(signal.SIGINT)
        self.installed = threading.current_thread() is threading.main_thread() and callable(self.before)
        if self.installed:
            signal.signal(signal.SIGINT, self._receive)
        return self

    def __exit__(self, *error: object) -> None:
        self.hold()  # what comes now finds everything at its end
        if self.installed:
            signal.signal(signal.SIGINT, self.before)

    def hold(self) -> None:
        """Let interrupts wait from now on."""
        self.holding, self.waiting = True, False

    def release(self) -> None:
        """Deliver an interrupt that has waited; let others pass."""
        self.holding = False
        if self.waiting:
            self.before(signal.SIGINT, None)

    def _receive(self, number: int, frame: FrameType | None) -> None:
        if self.holding:
            self.waiting = True
        else:
            self.before(number, frame)
