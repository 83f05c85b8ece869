"""Turn rows of nbgrader's gradebook into grade records of a course."""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

import msgspec

from mlgrade.course import Course
from mlgrade.integrations.nbgrader import source_cells
from mlgrade.integrations.nbgrader.database import DatabaseRecord
from mlgrade.reports import words
from mlgrade.results import ConceptReport, Status

NO_RESPONSE = "No response."  # nbgrader's comment, where an answer is as it was released
Present = Callable[[DatabaseRecord], bool]  # whether the notebook was handed in, as far as the files say


class GradeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What nbgrader says of one student in one target, in the points of its cell.

    `status` is None for what was not handed in; broken is what has no score yet. The penalty is this cell's part of
    that of its notebook.
    """

    record: DatabaseRecord
    target: str  # "concept:softmax" or "unit:attention"
    status: Status | None
    penalty: float

    @property
    def written(self) -> bool:
        """Return whether the grade is of a written answer."""
        return self.target.startswith("unit:")


class GradeRecords(msgspec.Struct, frozen=True, kw_only=True):
    """`elsewhere` counts, by name, the cells that are about nothing of this course: they stay in nbgrader."""

    facts: list[GradeRecord]
    elsewhere: Counter[str]


def of(records: Iterable[DatabaseRecord], course: Course, present: Present) -> GradeRecords:
    """Turn rows of nbgrader's database into grade records of a course."""
    facts: list[GradeRecord] = []
    elsewhere: Counter[str] = Counter()
    targets = _targets(course)
    for _, cells in itertools.groupby(records, attrgetter("student", "assignment", "notebook")):
        notebook = list(cells)
        for record, penalty in zip(notebook, _parts(notebook), strict=True):
            if target := targets.get(record.cell, ""):
                facts.append(
                    GradeRecord(record=record, target=target, status=_status(record, present), penalty=penalty)
                )
            else:
                elsewhere[record.cell] += 1
    return GradeRecords(facts=list(_once(facts, course)), elsewhere=elsewhere)


def _targets(course: Course) -> dict[str, str]:
    units = {source_cells.WRITTEN + unit.id: f"unit:{unit.id}" for unit in course.units}
    return units | {source_cells.TEST + concept.id: f"concept:{concept.id}" for concept in course.concepts}


def _status(record: DatabaseRecord, present: Present) -> Status | None:
    """A score of nothing means four things in nbgrader: wrong, not started, not handed in, not graded yet."""
    nothing = not record.auto and record.manual is None
    if nothing and not present(record):
        return None
    if record.score is None or (record.waiting and record.manual is None):
        return Status.BROKEN
    return _said(record) if nothing else Status.GRADED


def _said(record: DatabaseRecord) -> Status:
    """What the comment under an answer without points says of it: ours (`softmax: not started; ...`), or nbgrader's."""
    concept = record.cell.removeprefix(source_cells.TEST)
    said = record.comments.get(source_cells.ANSWER + concept) or record.comments.get(record.cell, "")
    if said == NO_RESPONSE:
        return Status.NOT_STARTED
    begins = (status for status, text in _summaries().items() if said.startswith(f"{concept}: {text}"))
    return next(begins, Status.GRADED)


@functools.cache
def _summaries() -> dict[Status, str]:
    """How a comment of ours begins that is about no checks, by the words of the report itself."""
    of = functools.partial(ConceptReport, concept="", file="", reason="", earned=0, possible=1, aspects={})
    none = (Status.NOT_STARTED, Status.CANNOT_RUN, Status.TIMED_OUT)
    return {status: words.summary(of(status=status, diagnoses=[], checks=[])) for status in none}


def _parts(notebook: Sequence[DatabaseRecord]) -> Iterator[float]:
    """The penalty of a notebook in parts, as large as the scores that it is taken off."""
    scores = [max(record.score or 0.0, 0.0) for record in notebook]
    total, left = sum(scores), notebook[0].penalty
    for number, score in enumerate(scores, 1):
        share = notebook[0].penalty * score / total if total else 0.0
        part = left if number == len(scores) and total else min(round(share, 4), left)
        left -= part
        yield round(part, 4)


def _once(facts: Sequence[GradeRecord], course: Course) -> Iterator[GradeRecord]:
    """One fact for each student and target. Where two assignments have a cell of one concept, its unit's is meant."""
    homes = {f"concept:{concept.id}": unit.id for unit in course.units for concept in unit.concepts}
    homes |= {f"unit:{unit.id}": unit.id for unit in course.units}
    chosen: dict[tuple[str, str], GradeRecord] = {}
    for fact in facts:
        key = (fact.record.student, fact.target)
        if key not in chosen or fact.record.assignment == homes[fact.target]:
            chosen[key] = fact
    yield from chosen.values()
