"""Where things lie in an nbgrader course: what its configuration says, and which notebooks were handed in."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.notebooks.facts import Present
from mlgrade.notebooks.records import Record
from mlgrade.redact import line

CONFIG = "nbgrader_config.py"
VARIABLE = "MLGRADE_COURSE"


def load_course(given: Path | None, folder: Path) -> Course:
    """The course that was named, else that of $MLGRADE_COURSE, of nbgrader's configuration, or around here."""
    named = given or _path(os.environ.get(VARIABLE)) or configured(folder)
    return courses.load(named or courses.nearest(folder))


def configured(folder: Path) -> Path | None:
    """The course that nbgrader_config.py names for the hidden suites. It is run, as nbgrader itself runs it."""
    from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

    try:
        loaded = PyFileConfigLoader(CONFIG, path=str(folder)).load_config()
    except ConfigFileNotFound:
        return None
    except Exception as error:  # the staff's own code: whatever it raises is said with its place
        raise UsageError(f"{line(str(folder / CONFIG))}: cannot be run: {line(repr(error))}") from error
    return _path(loaded.get("HiddenSuites", {}).get("course"))


def handed_in(folder: Path) -> Present:
    """Whether a notebook lies in autograded/ or submitted/. Where neither has the student, nobody can say: then yes."""

    def present(record: Record) -> bool:
        for step in ("autograded", "submitted"):
            theirs = folder / step / record.student / record.assignment
            if theirs.is_dir():
                return (theirs / f"{record.notebook}.ipynb").exists()
        return True

    return present


@contextlib.contextmanager
def lightly() -> Iterator[None]:
    """Import nbgrader in half the time: without the grammar of addresses that its schemas could use and do not.

    jsonschema takes it if it is there, and building it is most of what `import nbformat` does.
    """
    grammar = "rfc3987_syntax"
    if grammar in sys.modules:
        yield
        return
    sys.modules[grammar] = None  # type: ignore[assignment]  # by Python's own rule: an import of it fails
    try:
        yield
    finally:
        del sys.modules[grammar]


def _path(text: object) -> Path | None:
    return Path(text) if isinstance(text, str) and text else None
