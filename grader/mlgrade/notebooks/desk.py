"""An nbgrader course as nbgrader's own commands see it: its folders and its settings."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from mlgrade.errors import UsageError
from mlgrade.notebooks import place, records
from mlgrade.redact import line


def opened(folder: Path, *, assignment: str = "", students: str = "*", verbose: bool = False) -> Any:
    """The application of nbgrader on this folder. Unless `verbose`, what it logs is heard by nobody but us."""
    from nbgrader.apps import AutogradeApp

    if not (folder / place.CONFIG).is_file():
        raise UsageError(
            f"{line(str(folder))}: there is no {place.CONFIG} here; go to the nbgrader course, or give --course-dir"
        )
    app = AutogradeApp()
    app.load_cwd_config = False  # the folder's settings hold, wherever one stands
    if not verbose:
        _hush(app.log)
    app.initialize([], root=str(folder.resolve()))
    if not verbose:
        app.log_level = logging.ERROR
        _hush(app.log)  # once more: the settings may have made another
    app.coursedir.assignment_id, app.coursedir.student_id = assignment, students
    return app


def _hush(log: logging.Logger) -> None:
    for handler in list(log.handlers):
        log.removeHandler(handler)
    log.addHandler(logging.NullHandler())
    log.propagate = False


def known(coursedir: Any) -> Path:
    """The gradebook of nbgrader, which must be there and of a version that was tried."""
    path = records.place(coursedir.db_url)
    records.check(path)
    return path
