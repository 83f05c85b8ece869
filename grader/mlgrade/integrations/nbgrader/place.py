"""Where things lie in an nbgrader course: what its configuration says, and which notebooks were handed in."""

from __future__ import annotations

from pathlib import Path

from mlgrade import course as courses
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.integrations.nbgrader import config
from mlgrade.integrations.nbgrader.facts import Present
from mlgrade.integrations.nbgrader.records import DatabaseRecord
from mlgrade.text import one_line

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
