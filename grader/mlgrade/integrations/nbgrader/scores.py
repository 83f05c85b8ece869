"""A report in nbgrader's terms: the output of a test cell, whose text is the score, and a comment on the answer. Pure.

nbgrader reads the first result, error or warning among the outputs of a test cell. No such output is worth all points,
and so is one that it does not understand; a score above the maximum fails the whole submission.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec
from nbformat.v4 import new_output

from mlgrade.integrations.nbgrader import sanitize
from mlgrade.reports import html, words
from mlgrade.results import ConceptReport, Report, Status

OUR_FAULT = "the course could not check this answer. That is not your mistake, and a person will grade it."


def nothing() -> Any:
    """Return the output of a cell that was not graded."""
    return _result({"text/plain": "0.0"})


def output(report: Report, points: float) -> Any:
    """The output of a test cell that is worth `points`. What it shows went through redact."""
    [concept] = report.concepts
    shown = msgspec.structs.replace(report, concepts=[of_cell(concept, points)])
    page = html.fragment(shown, following=_next(concept))
    return _result({"text/plain": repr(score(concept, points)), "text/html": page})


def comment(concept: ConceptReport, points: float) -> str:
    """Feedback pages render it as Markdown with whatever HTML is in it; formgrader shows it as plain text."""
    if not decided(concept):
        return f"{concept.concept}: {OUR_FAULT}"
    lines = [f"{concept.concept}: {words.summary(of_cell(concept, points))}."]
    if concept.reason:
        lines.append(concept.reason)
    lines += [f"Looks like (in {one.function}): {one.title}. {one.hint}" for one in concept.diagnoses]
    return sanitize.markdown("\n\n".join(lines))


def score(concept: ConceptReport, points: float) -> float:
    """The share of the points that was earned: never more than there are, never less than none, never nan."""
    if not decided(concept) or concept.earned <= 0:
        return 0.0
    if concept.earned >= concept.possible:
        return points
    if points == concept.possible:
        return concept.earned
    return math.floor(points * concept.earned / concept.possible * 100 + 1e-9) / 100


def of_cell(concept: ConceptReport, points: float) -> ConceptReport:
    """The same report in the points of the cell, which the staff may have set to others than the course's."""
    if not decided(concept):
        return concept
    return msgspec.structs.replace(concept, earned=score(concept, points), possible=points)


def decided(concept: ConceptReport) -> bool:
    """Whether these points say something of the student. A broken check, or a number that is none, is our fault."""
    numbers = math.isfinite(concept.earned) and math.isfinite(concept.possible) and concept.possible > 0
    return numbers and concept.status is not Status.BROKEN


def _next(concept: ConceptReport) -> str:
    """What there is to do for whoever reads this when it is graded already."""
    if not decided(concept):
        return "nothing; the course could not check this answer, and a person will grade it."
    if words.wrong(concept) or concept.status is not Status.GRADED:
        return f"open {concept.file}, fix what is said above, and run the cell with the visible checks."
    return "nothing; this is complete."


def _result(data: dict[str, str]) -> Any:
    return new_output("execute_result", data=data, execution_count=None)
