"""mlgrade as a library: one file or one text in, one report out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mlgrade import course as courses
from mlgrade._version import __version__
from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.grading import redaction
from mlgrade.results import ConceptReport, Isolation, Report, Status
from mlgrade.submissions.model import Submission, concept_of, from_source, read

if TYPE_CHECKING:
    from mlgrade.sandbox.host import Host

# pytest, numpy and the launcher are imported where something is graded: a stub needs none of them.

__all__ = ["check", "grade", "summary"]

_WORST_FIRST = (Status.BROKEN, Status.CANNOT_RUN, Status.TIMED_OUT, Status.GRADED, Status.NOT_STARTED)


def check(
    path_or_source: str | Path | bytes, concept: str | None = None, *, course: str | Path | None = None
) -> Report:
    """Grade one submission and return its report, the same that `mlgrade check` prints.

    Parameters
    ----------
    path_or_source : str, Path or bytes
        A path to a .py or .ipynb file, or the source itself: bytes, or a str with a line break in it.
    concept : str, optional
        Which exercise it answers; taken from the file's name if not given. Needed for a source.
    course : str or Path, optional
        A course.yml or its folder. If not given, the one that $MLGRADE_COURSE names, else the one around the working
        folder. One around the file is not used: its tests would run with your rights.

    Returns
    -------
    Report
        With one entry in `concepts`. Points are in the units of course.yml, times in seconds.

    Raises
    ------
    SubmissionError
        If the file or the source cannot be read.
    CourseError
        If there is no course, or its course.yml is wrong.
    UsageError
        If the concept is not of this course, or cannot be told from the file's name.
        A wrong answer never raises: it is in the report.

    Examples
    --------
    >>> import mlgrade
    >>> report = mlgrade.check("solutions/softmax.py", course=".")  # doctest: +SKIP
    >>> report.earned, report.possible  # doctest: +SKIP
    (10.0, 10.0)
    """
    path = None if _is_source(path_or_source) else Path(str(path_or_source))
    found = courses.load(Path(course) if course else courses.nearest(path))
    submission = _submission(path_or_source, path, concept, found)
    from mlgrade.sandbox.host import Host
    from mlgrade.sandbox.launch import launcher

    with Host(launcher()) as host:
        return grade([submission], found, host)


def grade(
    submissions: Sequence[Submission], course: Course, host: Host, tell: Callable[[str], None] | None = None
) -> Report:
    """Grade submissions in order, in one process, with the suites collected once.

    `tell` is given what staff should know of the course's own files, a sentence each.
    """
    from mlgrade.grading.grader import Grader

    start = time.perf_counter()
    grader = Grader(course, [submission.concept for submission in submissions], host)
    graded = [grader.grade(submission) for submission in submissions]
    if tell is not None:
        for note in grader.take_notes().values():
            tell(note)
    return summary(course, graded, time.perf_counter() - start, host.walls)


def summary(course: Course, concepts: Sequence[ConceptReport], seconds: float, walls: Sequence[str]) -> Report:
    """Build the report of a run from its concepts."""
    isolation = Isolation.NONE  # of nothing that was run
    if walls:
        from mlgrade.sandbox.isolation import level

        isolation = Isolation(level(walls))
    return Report(
        mlgrade=__version__,
        course=course.name,
        status=next(
            (status for status in _WORST_FIRST if any(one.status is status for one in concepts)),
            Status.GRADED,
        ),
        seconds=redaction.duration(seconds, concepts),
        earned=round(sum(one.earned for one in concepts), 2),
        possible=round(sum(one.possible for one in concepts), 2),
        concepts=list(concepts),
        isolation=isolation,
        walls=list(walls),
    )


def _is_source(given: str | Path | bytes) -> bool:
    return isinstance(given, bytes) or (isinstance(given, str) and "\n" in given)


def _submission(given: str | Path | bytes, path: Path | None, concept: str | None, course: Course) -> Submission:
    if concept:
        course.concept(concept)
    if path is not None:
        return read(path, concept or concept_of(path, course))
    if not concept:
        raise UsageError("a source needs concept=..., because it has no file name")
    return from_source(given if isinstance(given, bytes) else str(given), concept)
