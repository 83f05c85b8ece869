"""The steps that nbgrader's autograde makes with us. Each is named in nbgrader_config.json; `config` has their order.

KnownCells        first: cells are what the gradebook says they are, each there once; outputs are text and pictures
EscapeStudentHtml Markdown of students runs nothing in formgrader or on a feedback page
HiddenSuites      in the place of nbgrader's Execute: scores and reports, and no kernel
ConceptComments   after SaveAutoGrades: a comment under each answer; what is our fault is left to a person

What is wrong with the course or the machine raises: that submission fails, its scores stay as they were, nbgrader goes
on with the next one and ends with exit code 1.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_locked
from traitlets import Bool, Unicode

from mlgrade.course import VARIABLE
from mlgrade.errors import MlgradeError, SubmissionError, UsageError
from mlgrade.integrations.nbgrader import handin, sanitize, scores, source_cells, warm
from mlgrade.integrations.nbgrader.source_cells import Known
from mlgrade.results import ConceptReport, Report

Resources = Any  # nbconvert's, a dict of dicts
Converted = tuple[Any, Resources]


class KnownCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Builds the notebook anew from what its author wrote and what the gradebook knows."""

    def preprocess(self, nb: Any, resources: Resources) -> Converted:
        """Restore the cells that the gradebook knows."""
        _refuse_links(Path(resources["metadata"]["path"]))
        return handin.restored(nb, source_cells.cells(resources["nbgrader"])), resources


class EscapeStudentHtml(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Takes the effect from HTML and links in the Markdown that students wrote."""

    def preprocess_cell(self, cell: Any, resources: Resources, _: int) -> Converted:
        """Make the Markdown of a student harmless."""
        if cell.cell_type != "code" and not _ours(cell):
            cell.source = sanitize.markdown(cell.source, cell.get("attachments", {}))
        return cell, resources


class HiddenSuites(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Gives each test cell the score and the report of its concept."""

    course = Unicode("", help="The folder of the mlgrade course, or its course.yml.").tag(config=True)
    allow_weak_isolation = Bool(
        False, help="Grade with hidden suites also where this system cannot shut student code in fully."
    ).tag(config=True)

    def preprocess(self, nb: Any, resources: Resources) -> Converted:
        """Grade a notebook with the hidden suites."""
        tests = {cell.name: cell for cell in source_cells.cells(resources["nbgrader"]) if cell.test}
        found = [cell for cell in nb.cells if _name(cell) in tests]
        for cell in found:  # before anything can fail: no output is worth all points
            cell.outputs, cell.execution_count = [scores.nothing()], None
        resources["mlgrade"] = {}
        for cell in found:
            if concept := source_cells.tested(cell.metadata):
                file = f"{resources['nbgrader']['notebook']}.ipynb"
                report = self._report(nb, concept, tests.values(), file)
                cell.outputs = [scores.output(report, tests[_name(cell)].points)]
                resources["mlgrade"][_name(cell)] = report.concepts[0]
        return nb, resources

    def _report(self, nb: Any, concept: str, tests: Collection[Known], file: str) -> Report:
        try:
            submission = handin.submission(nb.cells, concept, file, tests)
            return warm.grade(submission, self._place(), allow_weak_isolation=self.allow_weak_isolation)
        except MlgradeError as error:
            self.log.error("mlgrade: %s: not graded: %s", concept, error)  # noqa: TRY400  (nbgrader logs the traceback)
            raise

    def _place(self) -> Path:
        given = os.environ.get(VARIABLE) or self.course
        if not given:
            raise UsageError(
                f"no course given: set c.HiddenSuites.course in nbgrader_config.py, or the variable {VARIABLE}, to the "
                "folder of course.yml"
            )
        return Path(given).expanduser()


class ConceptComments(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Says under each answer how it stands. A test cell without a score that we can answer for waits for a person."""

    def preprocess(self, nb: Any, resources: Resources) -> Converted:
        """Write the reports as comments."""
        place, reports = resources["nbgrader"], resources.get("mlgrade", {})
        at = (place["notebook"], place["assignment"], place["student"])
        tests = [cell for cell in source_cells.cells(place) if cell.test]
        with Gradebook(place["db_url"]) as gradebook:
            for cell in tests:
                report = reports.get(cell.name)
                if report is None or not scores.decided(report):
                    self.log.warning("mlgrade: %s: not graded; it waits for a manual grade", cell.name)
                    grade = gradebook.find_grade(cell.name, *at)
                    grade.auto_score, grade.needs_manual_grade = None, True
                if report is not None:
                    put_comment(gradebook, report, cell.points, at)
            gradebook.db.commit()
        return nb, resources


def put_comment(gradebook: Gradebook, report: ConceptReport, points: float, at: tuple[str, str, str]) -> None:
    """Put under an answer how it stands. `at` names notebook, assignment and student."""
    try:
        found = gradebook.find_comment(source_cells.ANSWER + report.concept, *at)
    except MissingEntry:  # the staff's notebook has no answer cell of that name; the test cell says the same
        return
    found.auto_comment = scores.comment(report, points)


def _refuse_links(folder: Path) -> None:
    """What they lead to has been copied: somebody else's answer, or a file of ours that feedback would hand out."""
    if link := next((path for path in sorted(folder.rglob("*")) if path.is_symlink()), None):
        name = link.relative_to(folder).as_posix()
        raise SubmissionError(f"{name}: a link; put there what was handed in, or delete it")


def _name(cell: Any) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _ours(cell: Any) -> bool:
    """Whether a text is the course's own: locked, or an answer that nobody touched."""
    own = cell.metadata.get("nbgrader")
    return bool(own) and (is_locked(cell) or own.get("checksum") == compute_checksum(cell))
