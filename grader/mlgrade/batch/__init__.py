"""A class at a time: the main path of `mlgrade grade`.

discover  the submissions of a folder
read      each of them, when its turn comes
skip      what was graded before with the same source, suite and limits
grade     on an engine: in this process, on all cores, on a cluster
save      the result in the gradebook, before it is reported
report    what came of it, and whose grade moved
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

import msgspec

from mlgrade.batch import work
from mlgrade.batch.moves import GradeMove, Ledger
from mlgrade.batch.work import Graded, Grading, lost
from mlgrade.course import Course
from mlgrade.engine import Done, Engine, Lost, interrupts
from mlgrade.gradebook.model import Attempt
from mlgrade.gradebook.records import Clock, Latest
from mlgrade.gradebook.store import Gradebook
from mlgrade.grading import fingerprint
from mlgrade.results import Status
from mlgrade.sandbox.isolation import level
from mlgrade.submissions import discover
from mlgrade.submissions.model import Discovery, DiscoveryNote, Entry, StudentSubmission

T = TypeVar("T")
SAVE_SECONDS, SAVE_MOST = 0.25, 64  # results are saved together that came within this time, and no more than this


class Saved(msgspec.Struct, frozen=True):
    """A result that is on disk (or would be, in a dry run), and how it moved a grade that was there before."""

    attempt: Attempt
    move: GradeMove | None


class Unchanged(msgspec.Struct, frozen=True):
    """A submission that was graded before, with the same source, suite and limits.

    `lost` says that it ended the process that graded it, twice, and is not tried again unless somebody asks for it.
    """

    student: str
    concept: str
    lost: bool = False


Event = Saved | Unchanged | DiscoveryNote


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which submissions of a folder to grade; an empty list selects all."""

    units: Sequence[str] = ()
    concepts: Sequence[str] = ()
    students: Sequence[str] = ()
    submitted_at: datetime | None = None  # of files without a time of their own
    force: bool = False  # also what was graded with the same source, suite and limits


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """How results are graded and saved."""

    by: str  # the author of decisions that the run makes
    allow_weak_isolation: bool = False
    dry: bool = False
    never_lower: bool = False


def begin(
    course: Course,
    folder: Path,
    gradebook: Gradebook,
    engine: Engine,
    selection: Selection,
    rules: Rules,
    now: Clock = lambda: datetime.now(UTC),
) -> ClassRun:
    """Discover the submissions of a class, and fix the suites that grade them. Nothing is graded yet.

    Raise UsageError for a folder or a selection that cannot be graded.
    """
    discovery = discover.take(
        folder,
        course,
        units=selection.units,
        concepts=selection.concepts,
        students=selection.students,
        roster=gradebook.students(),
        submitted_at=selection.submitted_at,
    )
    grading = work.grading(
        course,
        list(dict.fromkeys(entry.concept for entry in discovery.entries)),
        allow_weak_isolation=rules.allow_weak_isolation,
        travels=engine.remote,
    )
    ledger = Ledger(course, gradebook, now, by=rules.by, dry=rules.dry, never_lower=rules.never_lower)
    return ClassRun(course, discovery, grading, gradebook, ledger, engine, now, force=selection.force)


class ClassRun:
    """The grading of one class. Iterate over it: each event that it yields is saved already."""

    def __init__(
        self,
        course: Course,
        discovery: Discovery,
        grading: Grading,
        gradebook: Gradebook,
        ledger: Ledger,
        engine: Engine,
        now: Clock,
        *,
        force: bool = False,
    ) -> None:
        self._course, self._grading, self._gradebook, self._ledger = course, grading, gradebook, ledger
        self._engine, self._now, self._force = engine, now, force
        self._limits = fingerprint.limits(course)
        self._ungraded: list[Unchanged | DiscoveryNote] = []  # not reported yet
        self._regraded: set[tuple[str, str]] = set()  # being graded now, and graded before
        self.discovery = discovery
        self.notes: dict[str, str] = {}  # for staff, about the course's own files

    def __iter__(self) -> Iterator[Event]:
        """Grade what is new, in any order.

        A Ctrl-C comes before or after a group is saved and reported, so that what was reported is what was saved.
        """
        for group in _grouped(self._engine.run(self._grading, self._new())):
            with interrupts.held():
                yield from self._take_ungraded()
                yield from self._save([self._attempt(result) for result in group])
        yield from self._take_ungraded()

    def _take_ungraded(self) -> Iterator[Unchanged | DiscoveryNote]:
        ungraded, self._ungraded = self._ungraded, []
        yield from ungraded

    def _new(self) -> Iterator[StudentSubmission]:
        for student, entries in itertools.groupby(self.discovery.entries, attrgetter("student")):
            known = {last.concept: last for last in self._gradebook.latest(student)}
            for entry in entries:
                last, read = known.get(entry.concept), entry.read()
                if isinstance(read, DiscoveryNote):
                    self._ungraded.append(read)
                elif last is not None and not self._force and self._same(last, read):
                    self._ungraded.append(Unchanged(student, entry.concept, last.lost))
                else:
                    self._regraded |= {(student, entry.concept)} if last is not None else set()
                    yield _named_below(read, entry)

    def _same(self, last: Latest, read: StudentSubmission) -> bool:
        """Whether it was graded already with all the same. What was our fault is tried again, unless it was lost."""
        same = (last.source, last.suite, last.limits)
        wanted = (read.submission.sha256, self._grading.prints[last.concept], self._limits)
        return same == wanted and (last.lost or last.status is not Status.BROKEN)

    def _save(self, attempts: Sequence[Attempt]) -> Iterator[Saved]:
        keys = [(attempt.student, attempt.concept) for attempt in attempts]
        moves = self._ledger.enter(attempts, [key in self._regraded for key in keys])
        self._regraded.difference_update(keys)
        yield from map(Saved, attempts, moves)

    def _attempt(self, result: Done[StudentSubmission, Graded] | Lost[StudentSubmission]) -> Attempt:
        job = result.job
        if isinstance(result, Lost):
            graded = Graded(lost(self._course, job.submission, result.why), ())
        else:
            graded = result.result
        self.notes = graded.notes | self.notes  # the first of each kind
        report = graded.report
        return Attempt(
            student=job.student,
            concept=report.concept,
            source=job.submission.sha256,
            suite=self._grading.prints[report.concept],
            limits=self._limits,
            submitted_at=job.submitted_at,
            graded_at=self._now(),
            status=report.status,
            earned=report.earned,
            possible=report.possible,
            checks=tuple(check.id for check in report.checks),
            outcomes=tuple(check.outcome for check in report.checks),
            diagnoses=tuple(one.misconception for one in report.diagnoses),
            versions=self._versions(graded),
            report=msgspec.json.encode(report),
        )

    def _versions(self, graded: Graded) -> dict[str, str]:
        """What graded, as the process that graded says; nothing of that where it was lost."""
        isolation = level(graded.walls) if graded.environment else ""
        return {**graded.environment, "course": self._course.version, "isolation": isolation}


def _named_below(read: StudentSubmission, entry: Entry) -> StudentSubmission:
    """Name a file from the student's folder on, so that reports are the same wherever the class lies."""
    below = entry.path.partition("/")[2] or entry.path
    return msgspec.structs.replace(read, submission=msgspec.structs.replace(read.submission, file=below))


def _grouped(results: Iterable[T]) -> Iterator[list[T]]:
    """Group results that come close to each other: each group costs one write to the disk."""
    group: list[T] = []
    last = time.monotonic()
    try:
        for result in results:
            group.append(result)
            if len(group) >= SAVE_MOST or time.monotonic() - last >= SAVE_SECONDS:
                yield group
                group, last = [], time.monotonic()
    except (Exception, KeyboardInterrupt):  # what is finished is saved, whatever ends the rest
        if group:
            yield group
        raise
    if group:
        yield group
