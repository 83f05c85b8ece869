"""Format a report and its points for other systems."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from mlgrade.integrations.job import Job
from mlgrade.reports import words
from mlgrade.results import CheckResult, ConceptReport, Outcome, Status, Visibility
from mlgrade.text import clean

# What a report says where a platform shows it: plain text that passed redact, with no command to run.


def check(result: CheckResult) -> str:
    """Why a check did not pass, and what to think about. Nothing for one that did."""
    if result.outcome is Outcome.PASSED:
        return ""
    return _joined([result.message, words.hint(result)])


def visible(report: ConceptReport) -> str:
    """What may be known of a concept at any time: its visible checks, its file, what the code printed over them."""
    shown = [one for one in report.checks if one.visibility is Visibility.PUBLIC]
    passed = sum(one.outcome is Outcome.PASSED for one in shown)
    return _joined([f"{passed} of {len(shown)} visible checks pass." if report.checks else "", remarks(report)])


def remarks(report: ConceptReport) -> str:
    """What is to be said of the file as a whole; all there is to say where no check was run."""
    notes = [words.NOTES, *report.notes] if report.notes else []
    printed = [words.PRINTED, words.printed(report)] if report.output.strip() else []
    return _joined([report.reason, *notes, *printed])


def whole(report: ConceptReport) -> str:
    """What hidden checks have a part in: the score, and the known mistakes that it looks like."""
    return _joined([f"{words.summary(report)}.", *diagnoses(report)])


def diagnoses(report: ConceptReport) -> Iterator[str]:
    """Yield the known mistakes of a report in words."""
    for one in report.diagnoses:
        yield f"Looks like: {one.title} ({one.function}). {one.hint}"


def complete(report: ConceptReport) -> bool:
    """Return whether everything was earned."""
    return report.status is Status.GRADED and not words.wrong(report)


def files(job: Job) -> str:
    """What became of the files that were handed in."""
    return _joined(["What was handed in:", *(f"  {line}" for line in job.files)]) if job.files else ""


def for_staff(job: Job) -> str:
    """What the container's own output says: it is shown to nobody but the staff."""
    walls = f"isolation {job.isolation} ({', '.join(job.walls) or 'no worker was started'})"
    scores = [f"{one.concept.id}: {words.summary(one.report) if one.report else one.why}" for one in job.concepts]
    return _joined([f"{job.course.name}, {walls}", *scores, files(job)])


def _joined(lines: Iterable[str]) -> str:
    return clean("\n".join(line for line in lines if line))


# -- points --------------------------------------------------------------------------------------------------------

# A concept's score as points of its checks. Pure, and in whole cents, so that every sum is exact.


def cents(points: float) -> int:
    """Return points in hundredths."""
    return round(points * 100)


def shares(report: ConceptReport) -> dict[str, int]:
    """What each check is worth, in cents: those that passed add up to the score, all of them to the points.

    A report rounds the score of a concept only, down to a cent. Here the passed checks share just that, and the others
    share the rest: so a check may be worth a cent more or less for one student than for another.
    """
    passed = [check for check in report.checks if check.outcome is Outcome.PASSED]
    others = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    earned, possible = cents(report.earned), cents(report.possible)
    split = [
        *zip(passed, _split([check.points for check in passed], earned), strict=True),
        *zip(others, _split([check.points for check in others], possible - earned), strict=True),
    ]
    return {check.id: worth for check, worth in split}


def _split(exact: Sequence[float], total: int) -> list[int]:
    """Whole numbers with this total, each as near to its part as the ones before it allow."""
    whole = math.fsum(exact) or 1.0
    edges = [round(total * math.fsum(exact[:count]) / whole) for count in range(len(exact))]
    return [after - before for before, after in zip(edges, [*edges[1:], total], strict=True)] if edges else []
