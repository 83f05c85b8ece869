"""What nbgrader says went wrong. It says it in its log, and nowhere else."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def heard(log: logging.Logger) -> Iterator[Callable[[], str]]:
    """Listen while the block runs; what it yields says the fault in one line."""
    listener = _Listener(logging.ERROR)
    log.addHandler(listener)
    try:
        yield lambda: _fault(listener.said)
    finally:
        log.removeHandler(listener)


class _Listener(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def _fault(said: list[str]) -> str:
    """The last line of the first traceback, which names the error; else the first thing that was said."""
    trace = next((text for text in said if text.startswith("Traceback")), "")
    return trace.strip().rpartition("\n")[2] or next(iter(said), "nbgrader gave no reason")
