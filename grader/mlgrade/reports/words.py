"""What a report says in words, and in which order, wherever it is shown.

The first line is the verdict, the last one the next thing to do. One failure is shown in full, the rest as one line
each. Every mark is a word, so that no colour has to say it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mlgrade.reports.progress import Change
from mlgrade.results import CheckResult, ConceptReport, Hidden, Outcome, Report, Score, Status, Visibility

# Where in a student's file something is said to be: `exercises/softmax.py:4:24: expected ':'`.


class SourcePlace(NamedTuple):
    """A line of a file, and a column where one is known; both from 1, or 0 for none."""

    line: int = 0
    column: int = 0


def find(text: str, file: str) -> SourcePlace:
    """The place that a message names: at the start of a line if there is one, because elsewhere it may be quoted."""
    for before in ("^", r"(?<=[\s(])"):
        if found := re.search(rf"{before}{re.escape(file)}:([1-9]\d{{0,6}})(?::(\d{{1,5}}))?: ", text, re.MULTILINE):
            return SourcePlace(int(found[1]), int(found[2] or 0))
    return SourcePlace()


# -- words ---------------------------------------------------------------------------------------------------------

OF_OUTCOME = {
    Outcome.PASSED: "PASS",
    Outcome.FAILED: "FAIL",
    Outcome.RAISED: "FAIL",
    Outcome.TIMED_OUT: "TIME",
    Outcome.SKIPPED: "SKIP",
    Outcome.BROKEN: "OURS",
}
_OF_STATUS = {
    Status.NOT_STARTED: "TODO",
    Status.CANNOT_RUN: "STOP",
    Status.TIMED_OUT: "TIME",
    Status.BROKEN: "OURS",
}
_WRONG = (Outcome.FAILED, Outcome.RAISED, Outcome.TIMED_OUT, Outcome.BROKEN)
OUTPUT_LINES = 12
NOTES, PRINTED = "Notes (they cost nothing):", "Printed by your code (it costs nothing):"


class ShownCheck(msgspec.Struct, frozen=True):
    """A check as it is shown: in full, or in one line with the problem where it is another than the one before."""

    check: CheckResult
    full: bool = False
    problem: str = ""


# -- one concept ----------------------------------------------------------------------------------------------


def verdict(concept: ConceptReport) -> str:
    """Return the first line of a report."""
    if concept.status is Status.GRADED:
        return OF_OUTCOME[Outcome.FAILED if wrong(concept) else Outcome.PASSED]
    return _OF_STATUS[concept.status]


def wrong(concept: ConceptReport) -> bool:
    """Return whether anything is wrong with a concept."""
    return any(check.outcome is not Outcome.PASSED for check in concept.checks)


def graded(concept: ConceptReport) -> bool:
    """Return whether a concept was graded."""
    return concept.status is Status.GRADED or bool(concept.checks)


def summary(concept: ConceptReport) -> str:
    """Return how many checks passed, and the points."""
    if concept.status is Status.NOT_STARTED:
        return "not started"
    if concept.status is Status.CANNOT_RUN:
        return "cannot run yet; nothing was graded"
    if concept.status is Status.TIMED_OUT:
        return "stopped while it was imported; nothing was graded"
    ours = "a check of the course is broken; " if concept.status is Status.BROKEN else ""
    return (
        f"{ours}{_counts(concept)}, {_number(concept.earned)} of {_number(concept.possible)} points{_more([concept])}"
    )


def _more(concepts: Sequence[ConceptReport]) -> str:
    """What a student edition does not have, so that nobody takes its points for the grade."""
    hidden = [concept.hidden for concept in concepts if isinstance(concept.hidden, Hidden)]
    if not hidden:
        return ""
    points = _number(sum(one.points for one in hidden))
    return f"; {sum(one.checks for one in hidden)} more run at grading, for {points} points"


def _counts(concept: ConceptReport) -> str:
    parts = [_count(concept.checks, visibility) for visibility in Visibility]
    return " and ".join(part for part in parts if part) + " checks pass"


def _count(checks: Sequence[CheckResult], visibility: Visibility) -> str:
    outcomes = [check.outcome for check in checks if check.visibility is visibility]
    name = "visible" if visibility is Visibility.PUBLIC else "hidden"
    passed = outcomes.count(Outcome.PASSED)
    if not outcomes:
        return ""
    return f"all {passed} {name}" if passed == len(outcomes) else f"{passed} of {len(outcomes)} {name}"


# -- its checks -----------------------------------------------------------------------------------------------


def shown(checks: Sequence[CheckResult], *, verbose: bool, brief: bool) -> Iterator[ShownCheck]:
    """The checks that get a line of their own, in order."""
    if verbose:
        yield from (ShownCheck(check, full=True) for check in checks)
        return
    first = None if brief else next((check for check in checks if check.outcome in _WRONG), None)
    said = ""
    for check in checks:
        problem = check.message.partition("\n")[0]
        if check is first:
            yield ShownCheck(check, full=True)
        elif check.outcome in _WRONG:
            yield ShownCheck(check, problem=problem if problem != said else "")
        elif check.outcome is Outcome.PASSED and check.visibility is Visibility.PUBLIC and not brief:
            yield ShownCheck(check)
        said = problem if check.outcome in _WRONG else said


def waiting(checks: Sequence[CheckResult], *, verbose: bool) -> list[str]:
    """What waits for something else, in one line for each reason."""
    reasons = Counter(check.message for check in checks if check.outcome is Outcome.SKIPPED and not verbose)
    return [f"{count} check{'s' if count > 1 else ''}: {reason}" for reason, count in reasons.items()]


def mark(check: CheckResult) -> str:
    """Return the word and style of an outcome."""
    return "  [hidden]" if check.visibility is Visibility.HIDDEN else ""


def hint(check: CheckResult) -> str:
    """Return the hint of a check in words."""
    return f"Hint: {check.hint}" if check.hint and check.outcome is not Outcome.SKIPPED else ""


# -- what else there is to say ----------------------------------------------------------------------------------


def share(score: Score) -> float:
    """Return the earned share, from 0 to 1."""
    return score.earned / score.possible if score.possible else 0.0


def percent(score: Score) -> int:
    """100 only when all of it is earned."""
    return int(share(score) * 100)


def printed(concept: ConceptReport) -> str:
    """Return what the student's code printed."""
    lines = concept.output.rstrip("\n").split("\n")
    more = [f"... {len(lines) - OUTPUT_LINES} more lines"] if len(lines) > OUTPUT_LINES else []
    return "\n".join([*lines[:OUTPUT_LINES], *more])


def since(change: Change | None) -> str:
    """Return what changed since the last run."""
    if change is None or not (change.fixed or change.broken):
        return ""
    return f"Since last run: {change.fixed} fixed, {change.broken} broken."


def total(report: Report, edition: str = "") -> str:
    """The last line of facts. Where it does not say how long it took, a report is the same every time."""
    time = f"{report.seconds:.1f} s" if report.seconds else ""
    end = "; ".join(filter(None, [time, f"edition {edition}" if edition else ""]))
    if len(report.concepts) == 1:
        return f"Took {end}." if time else ""
    done = sum(concept.earned >= concept.possible for concept in report.concepts)
    points = f"{_number(report.earned)} of {_number(report.possible)} points{_more(report.concepts)}"
    return f"{', '.join(filter(None, [f'{done} of {len(report.concepts)} concepts complete', points, end]))}."


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


# -- what to do next ------------------------------------------------------------------------------------------


def next_step(report: Report, upcoming: str = "") -> str:
    """The one thing to do now: a command or a place wherever there is one."""
    for status in (Status.BROKEN, Status.CANNOT_RUN, Status.TIMED_OUT):
        for concept in report.concepts:
            if concept.status is status:
                return _mend(concept)
    for concept in report.concepts:
        if wrong(concept):
            return f"edit {concept.file}, save it, and run this again."
    for concept in report.concepts:
        if concept.status is Status.NOT_STARTED:
            return f"open {concept.file}; its docstring says what to write. Then run: mlgrade check {concept.file}"
    return f"mlgrade check {upcoming}" if upcoming else "nothing; every exercise of the course is complete."


def _mend(concept: ConceptReport) -> str:
    if concept.status is Status.BROKEN:
        return f"send {concept.file} to your course staff; this is not your mistake."
    return f"fix {concept.file}, save it, and run this again."
