"""Report -> points as the autograding reporter of GitHub Classroom reads them: JSON in base64, one test for a concept.

It reads them from the environment, where one variable holds at most 128 KiB: a test for each check could be more.
"""

from __future__ import annotations

import base64

import msgspec

from mlgrade.reports import commands, words
from mlgrade.results import ConceptReport, Report, Status
from mlgrade.text import one_line

VERSION = 1
PASS, FAIL, ERROR = "pass", "fail", "error"


def render(report: Report) -> str:
    """Return the line that GitHub Classroom reads."""
    return base64.b64encode(msgspec.json.encode(document(report))).decode()


def document(report: Report) -> dict[str, object]:
    """What the reporter is told. Our own fault has no points at all: `max_score` 0, which it does not count."""
    ours = report.status is Status.BROKEN
    tests = [_test(concept, counted=not ours) for concept in report.concepts]
    statuses = [str(test["status"]) for test in tests]
    return {
        "version": VERSION,
        "status": ERROR if ours else FAIL if FAIL in statuses else PASS,
        "max_score": 0 if ours else report.possible,
        "tests": tests,
    }


def _test(concept: ConceptReport, *, counted: bool) -> dict[str, object]:
    return {
        "name": _plain(f"{concept.concept}: {words.summary(concept)}"),
        "status": _status(concept),
        "score": concept.earned if counted else 0,
        "message": _plain(concept.reason.partition("\n")[0] or words.summary(concept)),
        "test_code": "",
        "filename": _plain(concept.file),
        "line_no": 0,
        "duration": 0,
    }


def _status(concept: ConceptReport) -> str:
    if concept.status is Status.BROKEN:
        return ERROR
    return PASS if words.graded(concept) and concept.earned >= concept.possible else FAIL


def _plain(text: str) -> str:
    """The reporter prints it into the log, where a runner listens."""
    return commands.disarm(one_line(text))[:200]
