"""A job -> PrairieLearn's results.json. Pure.

What was not graded (no file, an untouched stub, a file that cannot run) is not gradable there: it costs neither points
nor an attempt. So is what is our own fault, which is said as such. Texts are plain; PrairieLearn escapes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from mlgrade.grading.redaction import OUR_FAULT
from mlgrade.integrations import formatting
from mlgrade.integrations.job import Job
from mlgrade.reports import words
from mlgrade.results import CheckResult, ConceptReport, Outcome, Visibility
from mlgrade.text import MOST_CHARS, clean, one_line

MOST_BYTES = 1_000_000  # PrairieLearn takes no larger file
Document = dict[str, Any]


def document(job: Job, *, each_hidden: bool) -> Document:
    """Return results.json of a job."""
    [one] = job.concepts
    if job.faults:
        return not_gradable(OUR_FAULT)
    if one.report is None:
        return not_gradable("\n".join(filter(None, [one.why, formatting.files(job)])))
    if not one.report.checks:
        return not_gradable(formatting.remarks(one.report))
    return _bounded(_graded(job, one.report, each_hidden=each_hidden))


def not_gradable(why: str) -> Document:
    """`format_errors` are shown without line breaks, so they hold the first line only."""
    text = clean(why)
    return {"gradable": False, "message": text, "format_errors": [text.partition("\n")[0]]}


def _graded(job: Job, report: ConceptReport, *, each_hidden: bool) -> Document:
    said = [formatting.whole(report), formatting.remarks(report), formatting.files(job)]
    return {
        "gradable": True,
        "score": report.earned / report.possible,
        "message": clean("\n\n".join(filter(None, said))),
        "tests": list(_tests(report, each_hidden=each_hidden)),
    }


def _tests(report: ConceptReport, *, each_hidden: bool) -> Iterator[Document]:
    worth = formatting.shares(report)
    hidden = [check for check in report.checks if check.visibility is Visibility.HIDDEN]
    for check in report.checks:
        if each_hidden or check not in hidden:
            about = f"{check.aspect}{words.mark(check)}"
            yield _test(one_line(check.title), about, formatting.check(check), [check], worth)
    if hidden and not each_hidden:
        passed = sum(check.outcome is Outcome.PASSED for check in hidden)
        yield _test("Hidden checks", "", f"{passed} of {len(hidden)} pass", hidden, worth)


def _test(name: str, description: str, message: str, checks: Sequence[CheckResult], worth: dict[str, int]) -> Document:
    earned = sum(worth[check.id] for check in checks if check.outcome is Outcome.PASSED)
    return {
        "name": name,
        "description": description,
        "points": earned / 100,
        "max_points": sum(worth[check.id] for check in checks) / 100,
        "message": message,
    }


def _bounded(found: Document) -> Document:
    """Points before words: where all texts together are too long, they are cut."""
    most = MOST_CHARS
    while most and len(msgspec.json.encode(found)) * 2 > MOST_BYTES:  # the file is indented
        most //= 2
        found = {**found, "tests": [{**test, "message": test["message"][:most]} for test in found["tests"]]}
    return found
