"""A class at a time: the main path of `mlgrade grade`.

read      each submission, one after another, as its turn comes
skip      what was graded before with the same source, suite and limits
grade     on an engine: in this process, on all cores, on a cluster
keep      in the gradebook, on disk, before anybody is told
tell      what came of it, and whose grade moved
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec

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
from mlgrade.submissions.model import DiscoveryNote, Entry, StudentSubmission

T = TypeVar("T")
KEEP_SECONDS, KEEP_MOST = 0.25, 64  # results are kept together that came within this time, and no more than this


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


class ClassRun:
    """The grading of one class. Iterate over `run`; what it yields has been kept."""

    def __init__(self, course: Course, work: Grading, gradebook: Gradebook, ledger: Ledger, now: Clock) -> None:
        self._course, self._work, self._gradebook, self._ledger, self._now = course, work, gradebook, ledger, now
        self._limits = fingerprint.limits(course)
        self._aside: list[Unchanged | DiscoveryNote] = []  # what needs no grading, until it is told
        self.notes: dict[str, str] = {}  # for staff, of the course's own files
        self._earlier: set[tuple[str, str]] = set()  # of what is under way, that which was graded before

    def run(self, entries: Iterable[Entry], engine: Engine, *, force: bool = False) -> Iterator[Event]:
        """Grade what is new, in any order. `force` grades also what was graded before.

        A Ctrl-C comes before or after a group is kept and told, so that what was told is what was kept.
        """
        for group in _grouped(engine.run(self._work, self._new(entries, force))):
            with interrupts.held():
                yield from self._told_aside()
                yield from self._kept([self._attempt(result) for result in group])
        yield from self._told_aside()

    def _told_aside(self) -> Iterator[Unchanged | DiscoveryNote]:
        told, self._aside = self._aside, []
        yield from told

    def _new(self, entries: Iterable[Entry], force: bool) -> Iterator[StudentSubmission]:
        for student, theirs in itertools.groupby(entries, attrgetter("student")):
            known = {last.concept: last for last in self._gradebook.latest(student)}
            for entry in theirs:
                last, handin = known.get(entry.concept), entry.read()
                if isinstance(handin, DiscoveryNote):
                    self._aside.append(handin)
                elif last is not None and not force and self._same(last, handin):
                    self._aside.append(Unchanged(student, entry.concept, last.lost))
                else:
                    self._earlier |= {(student, entry.concept)} if last is not None else set()
                    yield _named_below(handin, entry)

    def _same(self, last: Latest, handin: StudentSubmission) -> bool:
        """Whether it was graded already with all the same. What was our fault is tried again, unless it was lost."""
        same = (last.source, last.suite, last.limits)
        wanted = (handin.submission.sha256, self._work.prints[last.concept], self._limits)
        return same == wanted and (last.lost or last.status is not Status.BROKEN)

    def _kept(self, attempts: Sequence[Attempt]) -> Iterator[Saved]:
        keys = [(attempt.student, attempt.concept) for attempt in attempts]
        moves = self._ledger.enter(attempts, [key in self._earlier for key in keys])
        self._earlier.difference_update(keys)
        yield from map(Saved, attempts, moves)

    def _attempt(self, result: Done[StudentSubmission, Graded] | Lost[StudentSubmission]) -> Attempt:
        handin = result.job
        if isinstance(result, Lost):
            graded = Graded(lost(self._course, handin.submission, result.why), ())
        else:
            graded = result.result
        self.notes = graded.notes | self.notes  # the first of each kind
        report = graded.report
        return Attempt(
            student=handin.student,
            concept=report.concept,
            source=handin.submission.sha256,
            suite=self._work.prints[report.concept],
            limits=self._limits,
            submitted_at=handin.submitted_at,
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


def _named_below(handin: StudentSubmission, entry: Entry) -> StudentSubmission:
    """Name a file from the student's folder on, so that reports are the same wherever the class lies."""
    below = entry.path.partition("/")[2] or entry.path
    return msgspec.structs.replace(handin, submission=msgspec.structs.replace(handin.submission, file=below))


def _grouped(results: Iterable[T]) -> Iterator[list[T]]:
    """Results that come close to each other, together: each group costs one visit to the disk."""
    group: list[T] = []
    last = time.monotonic()
    try:
        for result in results:
            group.append(result)
            if len(group) >= KEEP_MOST or time.monotonic() - last >= KEEP_SECONDS:
                yield group
                group, last = [], time.monotonic()
    except (Exception, KeyboardInterrupt):  # what is finished is kept, whatever ends the rest
        if group:
            yield group
        raise
    if group:
        yield group
