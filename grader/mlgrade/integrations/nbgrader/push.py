"""Our scores into nbgrader's gradebook, for answers that were handed in as .py files: so that formgrader shows them.

Formgrader shows notebooks that lie in autograded/. For each answer the one that was released is filled in: the file as
the answer, the report under the test cell. What was handed in as a notebook, and what people gave, is left alone.
"""

from __future__ import annotations

import itertools
import json
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import nbformat
from nbgrader.api import Gradebook as Theirs
from nbgrader.api import MissingEntry

from mlgrade import api
from mlgrade.course import Course
from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import safe_read
from mlgrade.gradebook import policy
from mlgrade.gradebook.model import Attempt, DecisionKind, Grade, StudentHistory
from mlgrade.gradebook.store import Gradebook as Ours
from mlgrade.integrations.nbgrader import scores, source_cells
from mlgrade.integrations.nbgrader.autograde import put_comment
from mlgrade.integrations.nbgrader.pull import SOURCE
from mlgrade.integrations.nbgrader.source_cells import Known
from mlgrade.lms.rosters import model as rosters
from mlgrade.results import ConceptReport, Status
from mlgrade.submissions.model import StudentSubmission
from mlgrade.text import one_line

MOST_BYTES = 64 * 1024 * 1024
PUSHED = "pushed"  # in the metadata of a notebook: it is ours to write over
_GONE = "# The file that was graded is not among the submissions that were given any more."


class NotebookAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What counts of one student for one concept, with its report and its source, where that is known."""

    grade: Grade
    attempt: Attempt
    report: ConceptReport
    source: str = ""


class PushReport(msgspec.Struct, kw_only=True):
    """What a push did, counted by outcome."""

    counts: Counter[str] = msgspec.field(default_factory=Counter)
    named: dict[str, list[str]] = msgspec.field(default_factory=dict)

    def add(self, what: str, who: str = "") -> None:
        """Count one outcome."""
        self.counts[what] += 1
        if who:
            self.named.setdefault(what, []).append(one_line(who))


# -- what is to be pushed ---------------------------------------------------------------------------------------


def answers(
    course: Course, book: Ours, submissions: Iterable[StudentSubmission]
) -> Iterator[tuple[str, list[NotebookAnswer]]]:
    """Each student with what counts of theirs by the attempts alone. What came from nbgrader, and what staff decided
    about points, is not sent.
    """
    sources = {one.submission.sha256: one.submission.source for one in submissions}
    for history, grades in policy.current(course, map(_ours_alone, book.histories(dropped=True))):
        attempts = {attempt.id: attempt for attempt in history.attempts}
        pairs = ((grade, attempts.get(grade.attempt)) for grade in grades)
        found = [
            NotebookAnswer(
                grade=grade,
                attempt=attempt,
                report=msgspec.json.decode(book.report(attempt.id), type=ConceptReport),
                source=sources.get(attempt.source, b"").decode("utf-8-sig", "replace"),
            )
            for grade, attempt in pairs
            if attempt is not None and attempt.status is not Status.BROKEN
        ]
        if found:
            yield history.student, found


def _ours_alone(history: StudentHistory) -> StudentHistory:
    """Leave out what came from nbgrader, and what staff decided about points."""
    return history._replace(
        attempts=[attempt for attempt in history.attempts if attempt.suite != SOURCE],
        decisions=[decision for decision in history.decisions if decision.kind is DecisionKind.EXTEND],
    )


def push(
    coursedir: Any, course: Course, everybody: Iterable[tuple[str, list[NotebookAnswer]]], *, dry: bool = False
) -> PushReport:
    """Write them to nbgrader's folders and gradebook; if `dry`, only count."""
    report = PushReport()
    homes = {concept.id: unit.id for unit in course.units for concept in unit.concepts}
    with warnings.catch_warnings(), Theirs(coursedir.db_url, coursedir.course_id) as book:
        warnings.simplefilter("ignore")  # nbgrader and its libraries warn of each other
        notebooks = {unit.id: _UnitNotebooks(coursedir, book, unit.id) for unit in course.units}
        for student, theirs in everybody:
            if problem := _no_folder(student):
                report.add(f"not pushed, since the name {problem}", student)
                continue
            for unit, group in itertools.groupby(theirs, lambda answer: homes[answer.grade.concept]):
                notebooks[unit].take(course, student, list(group), report, dry=dry)
    return report


class _UnitNotebooks:
    """One assignment of nbgrader."""

    def __init__(self, coursedir: Any, book: Theirs, unit: str) -> None:
        self._coursedir, self._book, self._unit = coursedir, book, unit
        self._notebooks = dict(self._known())

    def take(
        self, course: Course, student: str, answers: Sequence[NotebookAnswer], report: PushReport, *, dry: bool
    ) -> None:
        """Push the answers of one student, a notebook at a time."""
        by_notebook: dict[str, list[NotebookAnswer]] = {}
        times = [answer.attempt.submitted_at for answer in answers if answer.attempt.submitted_at is not None]
        for answer in answers:
            place = self._place(answer.grade.concept)
            if place:
                by_notebook.setdefault(place, []).append(answer)
            else:
                report.add("not in nbgrader's gradebook (nbgrader generate_assignment puts it there)", self._unit)
        for notebook, theirs in by_notebook.items():
            who = f"{student}, {self._unit}/{notebook}"
            if not self._ours(student, notebook):
                report.add("left alone: handed in as a notebook", who)
                continue
            report.add("pushed")
            for answer in theirs:
                report.add("answers")
                if not answer.source:
                    report.add("without their source, which is not among the submissions", who)
            if not dry:
                self._hand_in(student, times)
                self._write(course, student, notebook, theirs)

    def _hand_in(self, student: str, times: Sequence[datetime]) -> None:
        """One time for all notebooks of a unit is all that nbgrader keeps: the last. What it has already stays."""
        self._book.update_or_create_student(student)
        found = self._book.update_or_create_submission(self._unit, student)
        if times and found.timestamp is None:
            self._book.update_or_create_submission(self._unit, student, timestamp=max(times))

    def _known(self) -> Iterator[tuple[str, list[Known]]]:
        try:
            found = self._book.find_assignment(self._unit)
        except MissingEntry:
            return
        for notebook in found.notebooks:
            place = {"db_url": self._coursedir.db_url, "assignment": self._unit, "notebook": notebook.name}
            yield notebook.name, source_cells.cells(place)

    def _place(self, concept: str) -> str:
        name = source_cells.TEST + concept
        return next((place for place, cells in self._notebooks.items() if name in [one.name for one in cells]), "")

    def _path(self, step: str, student: str, notebook: str) -> Path:
        return Path(self._coursedir.format_path(step, student, self._unit), f"{notebook}.ipynb")

    def _ours(self, student: str, notebook: str) -> bool:
        """Whether nothing is there, or what an earlier push wrote."""
        if self._path(self._coursedir.submitted_directory, student, notebook).exists():
            return False
        path = self._path(self._coursedir.autograded_directory, student, notebook)
        try:
            return bool(json.loads(safe_read(path, MOST_BYTES))["metadata"]["mlgrade"][PUSHED])
        except FileNotFoundError:
            return True
        except (OSError, ValueError, KeyError, TypeError, RecursionError, SubmissionError):
            return False

    def _write(self, course: Course, student: str, notebook: str, answers: Sequence[NotebookAnswer]) -> None:
        cells = {cell.name: cell for cell in self._notebooks[notebook]}
        node = self._filled(course, notebook, answers, cells)
        path = self._path(self._coursedir.autograded_directory, student, notebook)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_text(f"{nbformat.writes(node)}\n", encoding="utf-8")
            path.chmod(0o444)  # as nbgrader leaves them
        except OSError as error:
            raise UsageError(f"{one_line(str(path))}: cannot be written: {error.strerror}") from None
        self._enter(student, notebook, answers, cells)

    def _filled(
        self, course: Course, notebook: str, answers: Sequence[NotebookAnswer], cells: Mapping[str, Known]
    ) -> Any:
        """The released notebook with the answers in it."""
        path = self._path(self._coursedir.release_directory, ".", notebook)
        try:
            node = nbformat.reads(safe_read(path, MOST_BYTES).decode(), as_version=4)
        except (OSError, ValueError, SubmissionError) as error:
            fault = getattr(error, "strerror", None) or error
            raise UsageError(
                f"{one_line(str(path))}: {fault}; `nbgrader generate_assignment {self._unit}` makes it"
            ) from None
        node.metadata["mlgrade"] = {PUSHED: True}
        by_name = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in node.cells}
        for answer in answers:
            concept = answer.grade.concept
            if source_cells.ANSWER + concept in by_name:
                by_name[source_cells.ANSWER + concept].source = answer.source or _GONE
            test, report = by_name[source_cells.TEST + concept], api.summary(course, [answer.report], 0.0, ())
            test.outputs = [scores.output(report, cells[source_cells.TEST + concept].points)]
        return node

    def _enter(
        self, student: str, notebook: str, answers: Sequence[NotebookAnswer], cells: Mapping[str, Known]
    ) -> None:
        submission = self._book.find_submission(self._unit, student)
        at = (notebook, self._unit, student)
        for answer in answers:
            test = cells[source_cells.TEST + answer.grade.concept]
            grade = self._book.find_grade(test.name, *at)
            changed = grade.auto_score != (score := scores.score(answer.report, test.points))
            grade.auto_score = score
            # as nbgrader has it: what a person gave stays, and is to be looked at again if what it was about changed
            grade.needs_manual_grade = grade.manual_score is not None and (changed or grade.needs_manual_grade)
            put_comment(self._book, answer.report, test.points, at)
        self._nothing_else(submission, student)
        self._book.db.commit()

    def _nothing_else(self, submission: Any, student: str) -> None:
        """What was not handed in has no score to wait for: a zero without a file, as nbgrader writes it."""
        steps = (self._coursedir.submitted_directory, self._coursedir.autograded_directory)
        for notebook in submission.notebooks:
            if not any(self._path(step, student, notebook.name).exists() for step in steps):
                for grade in notebook.grades:
                    if grade.auto_score is None and grade.manual_score is None:
                        grade.auto_score, grade.needs_manual_grade = 0.0, False


def _no_folder(student: str) -> str:
    try:
        rosters.check(student)
    except UsageError as error:
        return str(error).partition(";")[0]
    return ""


# -- as text ----------------------------------------------------------------------------------------------------


def lines(report: PushReport) -> Iterator[str]:
    """Yield the report in lines."""
    counts = dict(report.counts)
    yield f"{_counted(counts.pop('answers', 0), 'answer')} in {_counted(counts.pop('pushed', 0), 'notebook')}"
    for what, number in counts.items():
        who = list(dict.fromkeys(report.named[what]))
        yield f"{number} {what}: {'; '.join(who[:10])}" + (f"; and {len(who) - 10} more" if len(who) > 10 else "")


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
