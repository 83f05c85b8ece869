"""Write a report for GitHub: annotations at the lines of mistakes, and the points that Classroom reads.

GitHub shows ten of each kind for a step, and drops the rest without a word. So what is more than ten is gathered: one
for each exercise, and then one that says how many are left.
"""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import groupby
from pathlib import PurePosixPath

import msgspec

from mlgrade.reports import words
from mlgrade.reports.words import SourcePlace
from mlgrade.results import CheckResult, ConceptReport, Outcome, Report, Status, Visibility
from mlgrade.text import clean, one_line

# Workflow commands are lines of a log that a CI system obeys. They are written here, and disarmed here.
#
# GitHub's runner obeys a line that begins with `::name key=value::`, after any spaces, and `##[name]` anywhere in a
# line; Azure's obeys `##vso[...]`. What a student wrote must be neither.

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def command(name: str, message: str, **properties: str | int) -> str:
    """One command on one line. Properties without a value are left out."""
    given = ",".join(f"{key}={_escaped(str(value), _PROPERTY)}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_escaped(message, _DATA)}"


def pause(token: str) -> str:
    """From this line on nothing is obeyed, until `resume` with the same token, which nobody can guess."""
    return command("stop-commands", token)


def resume(token: str) -> str:
    """Return the workflow command that resumes commands."""
    return f"::{token}::"


def disarm(text: str) -> str:
    """The same text for people, in which a runner sees no command."""
    apart = re.sub(r"##(\w*)\[", r"## \1[", text)
    return re.sub(r"^(\s*)::", r"\1: :", apart, flags=re.MULTILINE)


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)


# -- github --------------------------------------------------------------------------------------------------------

MOST = 10  # of one kind
MOST_CHARS = 4_000  # of one message; GitHub cuts at 4096
_WRONG = (Outcome.FAILED, Outcome.RAISED, Outcome.TIMED_OUT)


class AnnotationKind(StrEnum):
    """How grave an annotation is."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """An annotation of a line in GitHub's pages."""

    kind: AnnotationKind
    title: str
    message: str
    file: str = ""
    place: SourcePlace = SourcePlace()


def annotate(report: Report, folder: str = "") -> str:
    """All commands, one on a line. `folder` is where the report's paths start, seen from the top of the repository."""
    found = [one for concept in report.concepts for one in _of(concept)]
    few = [one for kind in AnnotationKind for one in _few([every for every in found if every.kind is kind])]
    return "".join(f"{_written(one, folder)}\n" for one in few)


def _written(one: Annotation, folder: str) -> str:
    file = PurePosixPath(folder, one_line(one.file.replace("\\", "/"))) if one.file else ""
    return command(
        one.kind,
        clean(one.message)[:MOST_CHARS],
        file=os.path.normpath(file).replace("\\", "/") if file else "",
        line=one.place.line,
        col=one.place.column,
        title=one_line(one.title)[:200],
    )


# -- of one concept -------------------------------------------------------------------------------------------


def _of(concept: ConceptReport) -> Iterator[Annotation]:
    if not words.graded(concept):
        yield _annotation(_kind(concept), concept, f"{concept.concept}: {words.summary(concept)}", concept.reason)
        return
    if concept.reason:
        yield _annotation(AnnotationKind.WARNING, concept, concept.concept, concept.reason)
    yield from (_check(concept, one) for one in concept.checks if _shown(one))
    yield from _hidden(concept)
    for note in concept.notes:
        yield _annotation(AnnotationKind.WARNING, concept, f"{concept.concept}: a warning, which costs nothing", note)
    for found in concept.diagnoses:
        title = f"{concept.concept}: looks like a known mistake (in {found.function})"
        yield _annotation(AnnotationKind.NOTICE, concept, title, f"{found.title}. {found.hint}")


def _kind(concept: ConceptReport) -> AnnotationKind:
    return AnnotationKind.NOTICE if concept.status is Status.NOT_STARTED else AnnotationKind.ERROR


def _annotation(kind: AnnotationKind, concept: ConceptReport, title: str, message: str) -> Annotation:
    place = words.find(message, concept.file)
    return Annotation(kind=kind, title=title, message=message or title, file=concept.file, place=place)


def _shown(check: CheckResult) -> bool:
    """A wrong one that is visible; and one of ours, wherever it is."""
    return check.outcome is Outcome.BROKEN or (check.outcome in _WRONG and check.visibility is Visibility.PUBLIC)


def _check(concept: ConceptReport, check: CheckResult) -> Annotation:
    kind = AnnotationKind.WARNING if check.outcome is Outcome.BROKEN else AnnotationKind.ERROR
    text = "\n".join(part for part in (check.message, words.hint(check)) if part)
    return _annotation(kind, concept, f"{concept.concept}: {check.title}", text)


def _hidden(concept: ConceptReport) -> Iterator[Annotation]:
    """All wrong hidden checks in one: they say what broke, and nothing that could be looked at line by line."""
    wrong = [one for one in concept.checks if one.visibility is Visibility.HIDDEN and one.outcome in _WRONG]
    if wrong:
        title = f"{concept.concept}: {len(wrong)} hidden check{'s' if len(wrong) > 1 else ''} not passed"
        yield _annotation(
            AnnotationKind.ERROR, concept, title, "\n".join(f"{one.title}: {one.message}" for one in wrong)
        )


# -- as many as are shown ---------------------------------------------------------------------------------------


def _few(found: Sequence[Annotation]) -> list[Annotation]:
    if len(found) <= MOST:
        return list(found)
    gathered = [_together(list(group)) for _, group in groupby(found, key=lambda one: one.file)]
    if len(gathered) <= MOST:
        return gathered
    left = len(gathered) - MOST + 1
    last = Annotation(kind=found[0].kind, title=f"{left} more exercises", message="The summary of this run lists them.")
    return [*gathered[: MOST - 1], last]


def _together(group: Sequence[Annotation]) -> Annotation:
    """The first one, which knows of the others."""
    first, others = group[0], len(group) - 1
    if not others:
        return first
    return msgspec.structs.replace(first, title=f"{first.title[:160]} (and {others} more in this file)")


# -- autograding ---------------------------------------------------------------------------------------------------

# Report -> points as the autograding reporter of GitHub Classroom reads them: JSON in base64, one test for a concept.
#
# It reads them from the environment, where one variable holds at most 128 KiB: a test for each check could be more.

VERSION = 1
PASS, FAIL, ERROR = "pass", "fail", "error"


def classroom(report: Report) -> str:
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
    return disarm(one_line(text))[:200]
