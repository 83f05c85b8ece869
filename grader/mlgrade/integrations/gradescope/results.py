"""Write the results that Gradescope reads.

1      softmax: Softmax              what is always visible: the file, visible checks in one line, what was printed
    1.1    ... each check                with its points
    1.20   softmax: score                what hidden checks have a part in: shown when they are

`score` is the sum of the concepts' scores as `mlgrade grade` keeps them, and so is the sum of all tests. Texts are
plain (`output_format: text`), so that Gradescope escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec

from mlgrade.course import Course
from mlgrade.gradebook import policy
from mlgrade.integrations import formatting
from mlgrade.integrations.gradescope.package import GradescopeSettings, GradescopeVisibility
from mlgrade.integrations.job import Handed, Job
from mlgrade.results import CheckResult, ConceptReport, Outcome, Score
from mlgrade.results import Visibility as Suite
from mlgrade.text import clean, one_line

# What Gradescope knows of the time of a submission (submission_metadata.json). Told, and never counted here.
#
# Points are taken off for lateness in one place only: by Gradescope's own settings, or by the gradebook that the scores
# end in.

When = Annotated[datetime, msgspec.Meta(tz=True)]


class Assignment(msgspec.Struct, frozen=True):
    """What Gradescope says of the assignment."""

    due_date: When | None = None


class Metadata(msgspec.Struct, frozen=True):
    """What Gradescope says of the submission."""

    created_at: When | None = None
    assignment: Assignment = Assignment()


class LateSubmission(msgspec.Struct, frozen=True):
    """When it came, when it was due, and how far beyond due date and grace that is."""

    submitted: datetime | None = None
    due: datetime | None = None
    by: timedelta = timedelta()

    def __str__(self) -> str:
        if not self.by or self.due is None:
            return ""
        due = f"{self.due:%Y-%m-%d %H:%M %z}"
        return f"Handed in {policy.span(self.by)} late (due {due}). Nothing was taken off for that here."


def read(path: Path) -> Metadata:
    """Read Gradescope's file. Raises OSError where there is none, msgspec.MsgspecError for another form."""
    return msgspec.json.decode(path.read_bytes(), type=Metadata)


def of(metadata: Metadata, course: Course, concepts: list[str]) -> LateSubmission:
    """By the assignment's due date, else by the course's where all concepts have the same."""
    dues = {unit.due for unit in course.units for concept in unit.concepts if concept.id in concepts}
    due = metadata.assignment.due_date or (dues.pop() if len(dues) == 1 else None)
    return LateSubmission(metadata.created_at, due, policy.lateness(metadata.created_at, due, course.late))


# -- results -------------------------------------------------------------------------------------------------------

TEXT = {"output_format": "text", "name_format": "text"}
Test = dict[str, Any]


def document(job: Job, settings: GradescopeSettings, late: LateSubmission | None = None) -> dict[str, Any]:
    """The whole file. The job must be without faults: their score would look earned."""
    tests = [test for number, one in enumerate(job.concepts, 1) for test in _concept(number, one, settings.visibility)]
    found: dict[str, Any] = {
        "score": sum(formatting.cents(one.report.earned) for one in job.concepts if one.report) / 100,
        "output": clean("\n".join(filter(None, [str(late or ""), formatting.files(job)]))),
        "output_format": "text",
        "stdout_visibility": GradescopeVisibility.HIDDEN,
        "tests": tests,
        "extra_data": _about(job, late),
    }
    return found | ({"leaderboard": [_ranked(tests)]} if settings.leaderboard else {})


def _concept(number: int, one: Handed, hidden: GradescopeVisibility) -> Iterator[Test]:
    name = one_line(f"{one.concept.id}: {one.concept.title}")
    if one.report is None:
        yield _nothing(number, name, one, one.why)
    elif not one.report.checks:
        yield _nothing(number, name, one, formatting.visible(one.report))
    else:
        yield _heading(number, name, one.report)
        yield from _checks(number, one.report, hidden)
        yield _score(number, one.report, hidden)


def _nothing(number: int, name: str, one: Handed, why: str) -> Test:
    """What was not handed in, not started or cannot run: all of its points, and none of them earned."""
    possible = formatting.cents(one.concept.decided_here) / 100
    return {
        "number": str(number),
        "name": name,
        "score": 0.0,
        "max_score": possible,
        "status": "failed",
        "output": why,
        **TEXT,
        "visibility": GradescopeVisibility.VISIBLE,
        "tags": [one.concept.id],
        "extra_data": _kept(one.concept.id, str(one.report.status) if one.report else "missing", Score(0.0, possible)),
    }


def _heading(number: int, name: str, report: ConceptReport) -> Test:
    shown = [check.outcome for check in report.checks if check.visibility is Suite.PUBLIC]
    return {
        "number": str(number),
        "name": name,
        "status": _status(set(shown) <= {Outcome.PASSED}),
        "output": formatting.visible(report),
        **TEXT,
        "visibility": GradescopeVisibility.VISIBLE,
        "tags": [report.concept],
    }


def _checks(number: int, report: ConceptReport, hidden: GradescopeVisibility) -> Iterator[Test]:
    worth = formatting.shares(report)
    for place, check in enumerate(report.checks, 1):
        passed = check.outcome is Outcome.PASSED
        yield {
            "number": f"{number}.{place}",
            "name": one_line(f"{report.concept}: {check.title}"),
            "score": worth[check.id] / 100 if passed else 0.0,
            "max_score": worth[check.id] / 100,
            "status": _status(passed),
            "output": formatting.check(check),
            **TEXT,
            "visibility": _shown(check, hidden),
            "tags": [report.concept, check.aspect, str(check.visibility)],
        }


def _score(number: int, report: ConceptReport, hidden: GradescopeVisibility) -> Test:
    return {
        "number": f"{number}.{len(report.checks) + 1}",
        "name": f"{report.concept}: score",
        "status": _status(formatting.complete(report)),
        "output": formatting.whole(report),
        **TEXT,
        "visibility": hidden
        if any(one.visibility is Suite.HIDDEN for one in report.checks)
        else GradescopeVisibility.VISIBLE,
        "tags": [report.concept],
        "extra_data": _kept(report.concept, str(report.status), Score(report.earned, report.possible)),
    }


def _shown(check: CheckResult, hidden: GradescopeVisibility) -> GradescopeVisibility:
    return GradescopeVisibility.VISIBLE if check.visibility is Suite.PUBLIC else hidden


def _status(passed: bool) -> str:
    return "passed" if passed else "failed"


def _kept(concept: str, status: str, score: Score) -> dict[str, Any]:
    """For programs: the score of a concept, which `mlgrade grade` would give the same file."""
    return {"concept": concept, "status": status, "earned": score.earned, "possible": score.possible}


def _ranked(tests: list[Test]) -> dict[str, Any]:
    """Only what students see anyway: a rank by hidden checks would tell what they say."""
    seen = [test for test in tests if test["visibility"] is GradescopeVisibility.VISIBLE and "score" in test]
    return {"name": "Points", "value": sum(formatting.cents(test["score"]) for test in seen) / 100}


def _about(job: Job, late: LateSubmission | None) -> dict[str, Any]:
    about: dict[str, Any] = {"course": job.course.name, "isolation": job.isolation, "walls": list(job.walls)}
    if late is None:
        return about
    seconds = int(late.by.total_seconds())
    return about | {"submitted_at": late.submitted, "due": late.due, "seconds_late": seconds}
