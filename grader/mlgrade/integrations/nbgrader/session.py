"""Open an nbgrader course: its folder, its settings, and the course that it grades with."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import config, database
from mlgrade.integrations.nbgrader.database import DatabaseRecord
from mlgrade.integrations.nbgrader.grade_records import Present
from mlgrade.text import one_line

# An nbgrader course as nbgrader's own commands see it: its folders and settings, and what it says went wrong there.


def opened(folder: Path, *, assignment: str = "", students: str = "*", verbose: bool = False) -> Any:
    """The application of nbgrader on this folder. Unless `verbose`, what it logs is heard by nobody but us."""
    from nbgrader.apps import AutogradeApp

    refuse_handed_in(folder)
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
    path = database.place(coursedir.db_url)
    database.check(path)
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


# -- place ---------------------------------------------------------------------------------------------------------

# Where things lie in an nbgrader course: what its configuration says, and which notebooks were handed in.

# The folders of an nbgrader course that hold what students wrote.
_STUDENTS = ("submitted", "autograded", "feedback", "downloaded")


def load_course(given: Path | None, folder: Path) -> Course:
    """The course that was named, else that of $MLGRADE_COURSE, of nbgrader's configuration, or around here."""
    if named := given or courses.configured():
        return courses.load(named)
    if (named := configured(folder)) and not named.exists():
        raise UsageError(
            f"{one_line(str(named))}: no such folder; {config.FILE} says that the course is there "
            "(c.HiddenSuites.course); "
            f"write there where it is now, or set {courses.VARIABLE}"
        )
    return courses.load(named or courses.nearest(folder))


def configured(folder: Path) -> Path | None:
    """The course that nbgrader_config.py names for the hidden suites. It is run, as nbgrader itself runs it."""
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    refuse_handed_in(folder)
    try:
        loaded = PyFileConfigLoader(config.FILE, path=str(folder)).load_config()
    except ConfigFileNotFound:
        return None
    except Exception as error:  # the staff's own code: whatever it raises is said with its place
        raise UsageError(f"{one_line(str(folder / config.FILE))}: cannot be run: {one_line(repr(error))}") from error
    return _path(loaded.get("HiddenSuites", {}).get("course"))


def refuse_handed_in(folder: Path) -> None:
    """Refuse a folder of students, whose nbgrader_config.py would run with the rights of the staff."""
    here = folder.resolve()
    steps = (one for one in (here, *here.parents) if one.name in _STUDENTS)
    if courses.handed_in(here) or any((step.parent / config.FILE).is_file() for step in steps):
        raise UsageError(
            f"{one_line(str(folder))} lies among what students handed in: no {config.FILE} is run there; go to the "
            "nbgrader course, or give --course-dir"
        )


def handed_in(folder: Path) -> Present:
    """Whether a notebook lies in autograded/ or submitted/. Where neither has the student, nobody can say: then yes."""

    def present(record: DatabaseRecord) -> bool:
        homes = [folder / step / record.student / record.assignment for step in ("autograded", "submitted")]
        there = any((home / f"{record.notebook}.ipynb").exists() for home in homes)
        return there or not any(home.is_dir() for home in homes)

    return present


def _path(text: object) -> Path | None:
    return Path(text).expanduser() if isinstance(text, str) and text else None
