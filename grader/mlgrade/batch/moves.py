"""Who moved, and why: the grade before a result and after it, and the one place that writes results down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mlgrade.course import Course
from mlgrade.gradebook import decisions, policy
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind, Grade
from mlgrade.gradebook.records import Clock
from mlgrade.gradebook.store import Gradebook
from mlgrade.results import Outcome


class GradeMove(msgspec.Struct, frozen=True, kw_only=True):
    """What a new result did to a grade. `why` names the checks that came out otherwise for the same source."""

    student: str
    concept: str
    before: Grade
    after: Grade
    regraded: bool  # the same source was graded before: it is the suite, the limits or we that changed
    why: tuple[str, ...]

    @property
    def change(self) -> float:
        """Points won or lost. No score counts as none won: it is told apart by the states."""
        return round((self.after.points or 0.0) - (self.before.points or 0.0), 2)


class Ledger:
    """Enters results in the gradebook, or in a dry run only says what they would do."""

    def __init__(
        self, course: Course, gradebook: Gradebook, now: Clock, *, by: str, dry: bool = False, never_lower: bool = False
    ) -> None:
        self._gradebook, self._now, self._by = gradebook, now, by
        self._dry, self._never_lower = dry, never_lower
        self._terms = {one.concept: one for one in policy.terms(course)}
        self._decided: dict[str, list[Decision]] = {}
        for decision in gradebook.decisions():
            self._decided.setdefault(decision.student, []).append(decision)

    def enter(self, attempts: Sequence[Attempt], earlier: Sequence[bool]) -> list[GradeMove | None]:
        """Keep attempts; `earlier` says of which a grade may have been there before. Returns the moves of those."""
        moves = [self._move(attempt) if known else None for attempt, known in zip(attempts, earlier, strict=True)]
        if self._never_lower:
            moves = [move and self._held_up(move) for move in moves]
        if not self._dry:
            self._gradebook.append(attempts)
        return moves

    def _move(self, attempt: Attempt) -> GradeMove:
        before = list(self._gradebook.attempts(attempt.student, attempt.concept))
        newest = max((one.id for one in before), default=0) + 1
        after = [*before, msgspec.structs.replace(attempt, id=newest)]
        same = [one for one in before if one.source == attempt.source]
        return GradeMove(
            student=attempt.student,
            concept=attempt.concept,
            before=self._grade(attempt, before),
            after=self._grade(attempt, after),
            regraded=bool(same),
            why=tuple(_differences(same[-1], attempt)) if same else ("another file was handed in",),
        )

    def _grade(self, attempt: Attempt, attempts: Sequence[Attempt]) -> Grade:
        terms = self._terms[attempt.concept]
        standing = decisions.in_effect(self._decided.get(attempt.student, ()))
        return policy.grade(terms, attempt.student, attempts, decisions.effective(standing, terms.concept, terms.unit))

    def _held_up(self, move: GradeMove) -> GradeMove:
        """Let a regrade take no points away: what counted before becomes the least, by a decision with its reason."""
        points = move.before.points
        if not move.regraded or points is None or move.after.points is None or move.after.points >= points:
            return move
        reason = f"never lower: a regrade would have given {move.after.points:g}"
        decision = Decision(
            student=move.student,
            target=f"concept:{move.concept}",
            kind=DecisionKind.MINIMUM,
            reason=reason,
            by=self._by,
            at=self._now(),
            points=points,
        )
        if not self._dry:
            self._gradebook.decide(decision)  # before the attempt: a crash between the two must not lower it either
        after = msgspec.structs.replace(move.before, reason=reason)
        return msgspec.structs.replace(move, after=after, why=(*move.why, reason))


def _differences(old: Attempt, new: Attempt) -> Iterator[str]:
    before = dict(zip(old.checks, old.outcomes, strict=True))
    after = dict(zip(new.checks, new.outcomes, strict=True))
    for check in [*after, *(check for check in before if check not in after)]:
        was, now = before.get(check), after.get(check)
        if was is not now:
            yield f"{check}: {_said(was)} -> {_said(now)}"
    if old.status is not new.status:
        yield f"the file: {old.status} -> {new.status}"


def _said(outcome: Outcome | None) -> str:
    return "not there" if outcome is None else str(outcome)
