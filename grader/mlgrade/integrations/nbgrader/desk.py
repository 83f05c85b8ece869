"""An nbgrader course as nbgrader's own commands see it: its folders and settings, and what it says went wrong there."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import config, place, records
from mlgrade.text import one_line


def opened(folder: Path, *, assignment: str = "", students: str = "*", verbose: bool = False) -> Any:
    """The application of nbgrader on this folder. Unless `verbose`, what it logs is heard by nobody but us."""
    from nbgrader.apps import AutogradeApp

    place.refuse_handed_in(folder)
    if not (folder / config.FILE).is_file():
        raise UsageError(
            f"{one_line(str(folder))}: there is no {config.FILE} here; go to the nbgrader course, or give --course-dir"
        )
    app = AutogradeApp()
    app.load_cwd_config = False  # the folder's settings hold, wherever one stands
    app.init_syspath = lambda: None  # nbgrader's own puts the working folder first on sys.path
    if not verbose:
        _hush(app.log)
    app.initialize([], root=str(folder.resolve()))
    if not verbose:
        app.log_level = logging.ERROR
        _hush(app.log)  # once more: the settings may have made another
    app.coursedir.assignment_id, app.coursedir.student_id = assignment, students
    return app


def known(coursedir: Any) -> Path:
    """The gradebook of nbgrader, which must be there and of a version that was tried."""
    path = records.place(coursedir.db_url)
    records.check(path)
    return path


def _hush(log: logging.Logger) -> None:
    for handler in list(log.handlers):
        log.removeHandler(handler)
    log.addHandler(logging.NullHandler())
    log.propagate = False


# -- what it says ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def heard(log: logging.Logger) -> Iterator[Callable[[], str]]:
    """Listen while the block runs; what it yields says in one line what went wrong, which only the log says."""
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
    fault = trace.strip().rpartition("\n")[2] or next(iter(said), "nbgrader gave no reason")
    return re.sub(r"^mlgrade\.errors\.\w+: ", "", fault)  # ours are sentences
