"""`nbgrader export` to the file that an LMS takes: `--exporter=mlgrade.integrations.nbgrader.export.Canvas`, and so on.

nbgrader's traits `to`, `student` and `assignment` work as in its own exporter. Ours, as options of the command:

--LmsExport.template=grades.csv        the LMS's own export, which comes back with scores filled in
--LmsExport.map='{"HW 4 (88001)": "core_objects"}'    this item of the template is that assignment
--LmsExport.items='{"core_objects": "hw4"}'           what the LMS finds the item of that assignment by
--LmsExport.settings='{"key": "login"}'               what one format asks for (`mlgrade export --list`)
--LmsExport.clear=True                 a blank may take a score away that the LMS holds
--LmsExport.overwrite=True             replace the file if it is there

Unlike nbgrader's own, a student without a submission is no zero, and nor is what waits for somebody to grade it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.api import Gradebook
from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

from mlgrade.errors import MlgradeError, UsageError, closest
from mlgrade.gradebook.columns import Cell, Column, Mark, Person, Row
from mlgrade.lms import exports as export
from mlgrade.lms.exports import Export, Format, Summary
from mlgrade.text import one_line

_OPTIONS = {
    "--template": "--LmsExport.template",
    "--clear": "--LmsExport.clear=True",
    "--set": "--LmsExport.settings",
    "--map": "--LmsExport.map",
    "--item": "--LmsExport.items",
}


class LmsExport(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """What all of them share. One column for each assignment that was generated: its score, the late penalty off."""

    format: ClassVar[str] = "csv"
    numbered: ClassVar[bool] = False  # whether nbgrader's id of a student must be the number, as there is no other key
    template = Unicode("", help="The LMS's own export, to be filled in.").tag(config=True)
    map = Dict({}, help="From an item of the template to the assignment that it is.").tag(config=True)
    items = Dict({}, help="From an assignment to what the LMS finds its item by.").tag(config=True)
    settings = Dict({}, help="What one format asks for; `mlgrade export --list` says what.").tag(config=True)
    clear = Bool(False, help="Where nothing was handed in, take away a score that the LMS has.").tag(config=True)
    overwrite = Bool(False, help="Replace the file if it is there.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades of nbgrader's gradebook in the format of an LMS."""
        try:
            summary, path = self._export(gradebook)
        except MlgradeError as error:
            self.log.error("%s", _as_here(str(error)))  # noqa: TRY400  (a sentence for the staff, and no traceback)
            raise SystemExit(int(error.exit_code)) from None
        self.log.info("Written: %s", one_line(str(path)))
        for text in export.lines(summary):
            self.log.info("%s", _as_here(text))

    def _export(self, gradebook: Gradebook) -> tuple[Summary, Path]:
        wanted = export.get(self.format)
        generated = [one for one in gradebook.assignments if one.notebooks or one.name in map(str, self.assignment)]
        assignments = _chosen(generated, self.assignment, "assignment", "name")
        students = _chosen(gradebook.students, self.student, "student", "id")
        columns = [_column(assignment, str(self.items.get(assignment.name, ""))) for assignment in assignments]
        ids = {str(item): f"assignment:{name}" for item, name in self.map.items()}
        job = Export(
            columns=columns,
            rows=self._rows(gradebook, assignments, students),
            template=Path(self.template) if self.template else None,
            clear=self.clear,
            map=ids,
            settings={str(name): str(value) for name, value in self.settings.items()},
        )
        path = self._path(wanted)
        return export.save(wanted, job, path), path

    def _path(self, wanted: Format) -> Path:
        now = datetime.now().astimezone()
        suffix = Path(self.template).suffix or wanted.suffix
        path = Path(self.to or f"grades-{wanted.name}-{now:%Y-%m-%d-%H%M%S}{suffix}")
        if path.exists() and not self.overwrite:
            raise UsageError(f"{one_line(str(path))}: is there already; --LmsExport.overwrite=True replaces it")
        return path

    def _rows(self, gradebook: Gradebook, assignments: Sequence[Any], students: Sequence[Any]) -> Iterator[Row]:
        handed_in = {
            (submission.student_id, assignment.name): submission
            for assignment in assignments
            for submission in gradebook.assignment_submissions(assignment.name)
        }
        for student in students:
            cells = {}
            for assignment in assignments:
                cell = _cell(handed_in.get((student.id, assignment.name)))
                if cell is None:
                    self.log.warning(
                        "%s, %s: not written: waits to be graded", one_line(student.id), one_line(assignment.name)
                    )
                else:
                    cells[f"assignment:{assignment.name}"] = cell
            yield Row(person=_person(student, number=self.numbered or bool(self.template)), cells=cells)


class Canvas(LmsExport):
    """Export for Canvas."""

    format = "canvas"


class Moodle(LmsExport):
    """Export for Moodle, as CSV."""

    format = "moodle-csv"


class MoodleXml(LmsExport):
    """Export for Moodle, as XML."""

    format = "moodle-xml"
    numbered = True


class MoodleWorksheet(LmsExport):
    """Export for Moodle, as a grading worksheet."""

    format = "moodle-worksheet"


class Blackboard(LmsExport):
    """Export for Blackboard."""

    format = "blackboard"


class Brightspace(LmsExport):
    """Export for Brightspace."""

    format = "brightspace"


class Gradescope(LmsExport):
    """Export for Gradescope."""

    format = "gradescope"


class Sakai(LmsExport):
    """Export for Sakai."""

    format = "sakai"


class OpenEdx(LmsExport):
    """Export for Open edX."""

    format = "openedx"


class OneRoster(LmsExport):
    """Export as OneRoster."""

    format = "oneroster"


class Csv(LmsExport):
    """Export as plain CSV."""

    format = "csv"


class Json(LmsExport):
    """Export as JSON."""

    format = "json"


class Xlsx(LmsExport):
    """Export as a spreadsheet."""

    format = "xlsx"


def _as_here(text: str) -> str:
    """The options of `mlgrade export` that a sentence names, by their names in nbgrader."""
    return re.sub(r"--(?:template|clear|set|map|item)\b", lambda found: _OPTIONS[found[0]], text)


def _chosen(known: Sequence[Any], names: Sequence[Any], what: str, key: str) -> list[Any]:
    """Those that were asked for, or all. A number on the command line is a name that looks like one."""
    found = {getattr(one, key): one for one in known}
    for name in map(str, names):
        if name not in found:
            near = closest(name, found) or f"; there are {', '.join(map(one_line, list(found)[:20])) or 'none'}"
            raise UsageError(f'no {what} "{one_line(name)}" in nbgrader\'s gradebook{near}')
    return [found[str(name)] for name in names] or list(found.values())


def _column(assignment: Any, key: str) -> Column:
    due = "" if assignment.duedate is None else assignment.duedate.date().isoformat()
    name = assignment.name
    return Column(id=f"assignment:{name}", title=name, points=float(assignment.max_score or 0.0), due=due, key=key)


def _person(student: Any, *, number: bool) -> Person:
    """Whatever nbgrader knows. Its id is a login or a student number; only a template can tell which."""
    names = [student.first_name or "", student.last_name or ""]
    return Person(
        student=student.id,
        name=" ".join(filter(None, names)),
        first_name=names[0],
        last_name=names[1],
        email=student.email or "",
        login=student.id,
        sis_id=student.id if number else "",
        lms_id=student.lms_user_id or "",
    )


def _cell(submission: Any) -> Cell | None:
    """None where there is no score that anybody answers for yet."""
    if submission is None:
        return Cell(mark=Mark.MISSING)
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    if any(grade.needs_manual_grade and grade.manual_score is None for grade in grades):
        return None
    at = submission.timestamp
    return Cell(
        mark=Mark.GRADED,
        score=max(round(submission.score - submission.late_submission_penalty, 6), 0.0),
        late=submission.total_seconds_late > 0,
        at="" if at is None else at.replace(tzinfo=UTC).isoformat(),
    )
