"""What came of the grading of a class: counts, and the few single results that somebody must look at."""

from __future__ import annotations

import bisect
import heapq
import sys
import time
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from mlgrade.batch import Event, Saved, Unchanged
from mlgrade.batch.moves import GradeMove
from mlgrade.errors import Exit
from mlgrade.gradebook.model import Attempt, Grade, GradeState
from mlgrade.results import ConceptReport, Outcome, Status
from mlgrade.submissions.discover import Discovery, DiscoveryNote, FileOutcome
from mlgrade.text import one_line

SHOWN = 12  # rows of a list, unless all are asked for
COMPLETE, PARTLY, NOTHING, UNCHANGED = "complete", "partly right", "no points", "unchanged"
GIVEN_UP = "given up"
ORDER = (
    COMPLETE,
    PARTLY,
    NOTHING,
    str(Status.CANNOT_RUN),
    str(Status.TIMED_OUT),
    str(Status.NOT_STARTED),
    str(Status.BROKEN),
    GIVEN_UP,
    UNCHANGED,
)


class Direction(StrEnum):
    """Where a grade moved. In the order in which they are listed."""

    DOWN = "down"
    STATE = "with another state"  # such as broken before, and graded now
    UP = "up"


class RunSummary:
    """What came of a run so far.

    Its lists hold the rows that will be shown: SHOWN of each, or with `verbose` all. The notes are of the discovery,
    which are there already, and of files that went since: all of them, because each is work that was not done.
    """

    def __init__(self, discovery: Discovery, *, dry: bool = False, verbose: bool = False) -> None:
        self.discovery, self.dry, self.verbose = discovery, dry, verbose
        self.counts: Counter[str] = Counter()
        self.notes: list[DiscoveryNote] = list(discovery.notes)
        self.broken: list[tuple[str, str, str]] = []
        self._most = sys.maxsize if verbose else SHOWN
        self.moves = Moves(None if verbose else SHOWN)
        self.stopped_calls = 0
        self.done = 0
        self.begun = time.monotonic()

    def add(self, event: Event) -> None:
        """Count one event of a class run."""
        self.done += 1
        match event:
            case DiscoveryNote():
                self.notes.append(event)
            case Unchanged(lost=True):
                self.counts[GIVEN_UP] += 1
                self._add_broken(event.student, event.concept, "not tried: it ended an earlier grading process")
            case Unchanged():
                self.counts[UNCHANGED] += 1
            case Saved(attempt=attempt, move=move):
                self.counts[word(attempt)] += 1
                self.stopped_calls += Outcome.TIMED_OUT in attempt.outcomes
                if move is not None:
                    self.moves.add(move)
                if attempt.status is Status.BROKEN:
                    self._add_broken(attempt.student, attempt.concept, _reason(attempt))

    def _add_broken(self, student: str, concept: str, why: str) -> None:
        bisect.insort(self.broken, (student, concept, why))
        del self.broken[self._most :]

    @property
    def graded(self) -> int:
        """Return how many submissions were graded."""
        return self.counts.total() - self.counts[UNCHANGED]

    @property
    def undecided(self) -> list[DiscoveryNote]:
        """Return the notes on students whose file is ambiguous."""
        return [note for note in self.notes if _undecided(note)]

    @property
    def others(self) -> list[DiscoveryNote]:
        """Return the other notes."""
        return [note for note in self.notes if not _undecided(note)]

    @property
    def exit_code(self) -> int:
        """Non-zero only when work was not done."""
        if self.counts[Status.BROKEN] or self.counts[GIVEN_UP]:
            return Exit.OUR_FAULT
        return Exit.FAILED if self.undecided else Exit.PASSED

    def sentence(self) -> str:
        """Return the counts in one sentence."""
        parts = [f"{self.counts[name]} {name.replace('_', ' ')}" for name in ORDER if self.counts[name]]
        return ", ".join(parts) or "nothing yet"


class Moves:
    """Whose grade moved: counted, and of each direction the first `most` by concept and student."""

    def __init__(self, most: int | None) -> None:
        self._most = most
        self._rows: dict[Direction, list[tuple[str, str, str]]] = {direction: [] for direction in Direction}
        self.counts: Counter[Direction] = Counter()
        self.same = 0  # regraded, and no other than before
        self.causes: Counter[str] = Counter()  # of regrades: as many as checks can come out otherwise

    def __bool__(self) -> bool:
        return bool(self.same or self.counts)

    def add(self, move: GradeMove) -> None:
        """Count one move of a grade."""
        direction = _direction(move)
        if direction is None:
            self.same += move.regraded
            return
        self.counts[direction] += 1
        self.causes.update(move.why if move.regraded else ())
        row = (move.concept, move.student, _sentence(move))
        if self._most is None:
            self._rows[direction].append(row)
        else:
            self._rows[direction] = heapq.nsmallest(self._most, [*self._rows[direction], row])

    def reasons(self, most: int) -> list[tuple[str, int]]:
        """Return what moved most grades, and how many. The same for any order in which they came."""
        return sorted(self.causes.items(), key=lambda cause: (-cause[1], cause[0]))[:most]

    def rows(self) -> Iterator[str]:
        """First who lost something. The same for any order in which they came."""
        for direction in Direction:
            for _, _, sentence in sorted(self._rows[direction]):
                yield sentence


def _undecided(note: DiscoveryNote) -> bool:
    return note.kind in (FileOutcome.REFUSED, FileOutcome.AMBIGUOUS)


def word(attempt: Attempt) -> str:
    """One word for what came of a submission."""
    if attempt.status is Status.BROKEN and not attempt.checks:
        return GIVEN_UP
    if attempt.status is not Status.GRADED:
        return str(attempt.status)
    if attempt.earned >= attempt.possible:
        return COMPLETE
    return PARTLY if attempt.earned > 0 else NOTHING


def _reason(attempt: Attempt) -> str:
    report = msgspec.json.decode(attempt.report, type=ConceptReport)
    broken = [check.id for check in report.checks if check.outcome is Outcome.BROKEN]
    return report.reason or f"broken checks: {', '.join(broken)}"


def _direction(move: GradeMove) -> Direction | None:
    if (move.before.state, move.before.points) == (move.after.state, move.after.points):
        return None
    if (move.before.points is None) != (move.after.points is None) or not move.change:
        return Direction.STATE
    return Direction.UP if move.change > 0 else Direction.DOWN


def _sentence(move: GradeMove) -> str:
    why = "; ".join(move.why[:3]) + (f"; and {len(move.why) - 3} more" if len(move.why) > 3 else "")
    return f"{one_line(move.student)} {move.concept}: {score(move.before)} -> {score(move.after)} ({one_line(why)})"


def score(grade: Grade) -> str:
    """Return a grade as points of possible points."""
    return f"{grade.points:g}" if grade.state is GradeState.GRADED and grade.points is not None else str(grade.state)
