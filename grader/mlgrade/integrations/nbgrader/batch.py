"""A whole assignment at once: the main path of `mlgrade nbgrader autograde`.

find      the submissions, as nbgrader finds them
skip      what was autograded already from the same bytes, with the same suites
look      which code of a notebook is graded
grade     on an engine: in this process, or on all cores
convert   by nbgrader's own converter, a submission at a time, with the reports that are there already

So whatever nbgrader does with a submission it does here too, and only this process writes its gradebook.
"""

from __future__ import annotations

import re
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, NbGraderException

from mlgrade import api
from mlgrade import course as courses
from mlgrade.batch.work import Graded, grading, lost
from mlgrade.course import Course
from mlgrade.engine import Done, Engine, Lost, interrupts
from mlgrade.errors import SubmissionError, UsageError
from mlgrade.files import describe_error, safe_read
from mlgrade.gradebook import addresses
from mlgrade.grading import fingerprint
from mlgrade.integrations.nbgrader import config, session, source_cells, warm
from mlgrade.integrations.nbgrader.autograde import HiddenSuites
from mlgrade.integrations.nbgrader.progress_log import Finished, ProgressLog, identity, key, wanted
from mlgrade.integrations.nbgrader.source_cells import Known
from mlgrade.results import Report
from mlgrade.submissions.model import StudentSubmission, Submission
from mlgrade.text import one_line

MOST_BYTES = 256 * 1024 * 1024  # of a notebook, pictures and all


class SubmissionOutcome(msgspec.Struct, frozen=True):
    """What became of one student's submission. `why` is that of a failure, or of what was left out."""

    student: str
    state: str  # "graded", "as before", "failed", or "broken": our own fault
    why: str = ""


def ready(
    folder: Path,
    assignment: str,
    *,
    engine: Engine,
    report: Callable[[SubmissionOutcome], None],
    students: str = "*",
    course: Path | None = None,
    force: bool = False,
    allow_weak_isolation: bool = False,
    verbose: bool = False,
) -> Batch:
    """Open the nbgrader course in `folder`, and refuse what cannot be autograded there."""
    app = session.opened(folder, assignment=assignment, students=students, verbose=verbose)
    session.known(app.coursedir)
    found = session.load_course(course, folder)
    submitted = Path(app.coursedir.root, app.coursedir.submitted_directory)
    courses.refuse_inside(found.root, submitted, f"mlgrade nbgrader autograde {assignment}")
    app.config.HiddenSuites.course = str(found.root)
    if allow_weak_isolation:
        app.config.HiddenSuites.allow_weak_isolation = True
    return Batch(found, engine, report, regrade=force, coursedir=app.coursedir, parent=app)


def run(batch: Batch) -> None:
    """Run a batch. Raise UsageError for what nbgrader refuses."""
    coursedir = batch.coursedir
    try:
        with warnings.catch_warnings(), addresses.explained(str(session.known(coursedir))):
            warnings.simplefilter("ignore")  # nbgrader and its libraries warn of each other
            batch.start()
    except NbGraderException as error:
        raise UsageError(f"nbgrader: {one_line(str(error))}") from None


class Batch(Autograde):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's converter. `start` it; it tells of each submission when all that it writes is written."""

    def __init__(
        self,
        course: Course,
        engine: Engine,
        report: Callable[[SubmissionOutcome], None],
        *,
        regrade: bool = False,
        **given: Any,
    ) -> None:
        self._regrade = regrade
        super().__init__(**given)
        self.force = True  # what is not to be graded again is not given to nbgrader
        self._course, self._engine, self._report_outcome = course, engine, report
        self._finished = Finished(parent=self)
        self._left: dict[str, tuple[str, int]] = {}  # of folders under way: the hash, and the jobs that it waits for
        self._lost: set[str] = set()  # folders with a job over which grading processes ended
        self._faults: dict[str, list[str]] = {}  # of folders: why notebooks in them could not be looked at
        self.autograde_preprocessors = list(self._steps())

    def convert_notebooks(self) -> None:
        """The method that takes all submissions. Ours hands them on one by one, each when its reports are there."""
        # nbgrader lists notebooks as the file system does, which has no order
        found = {folder: sorted(notebooks) for folder, notebooks in sorted(self.assignments.items())}
        complete = deque[str]()
        self._prepare()
        for result in self._engine.run(self._work, self._jobs(found, complete)):
            with interrupts.held():
                self._take(result, complete)
                self._convert_all(complete, found)
        with interrupts.held():
            self._convert_all(complete, found)

    # -- what is to be done -----------------------------------------------------------------------------------

    def _steps(self) -> Iterator[Any]:
        """The steps of the configuration, with the reports of the engine in the place of HiddenSuites' own."""
        ours = (HiddenSuites, f"{HiddenSuites.__module__}.{HiddenSuites.__qualname__}")
        if not any(step in ours for step in self.autograde_preprocessors):
            raise UsageError(
                f"{one_line(self.coursedir.root)}: the settings of this nbgrader course do not name HiddenSuites; "
                "`mlgrade nbgrader init` writes settings that do"
            )
        yield from (self._finished if step in ours else step for step in self.autograde_preprocessors)

    def _prepare(self) -> None:
        assignment = self.coursedir.assignment_id
        self._cells, self._before = self._in_gradebook(assignment)
        names = {cell.name for cells in self._cells.values() for cell in cells}
        concepts = [concept.id for concept in self._course.concepts if source_cells.TEST + concept.id in names]
        for concept in concepts:
            warm.require_hidden(self._course, concept)
        self._work = grading(self._course, concepts, allow_weak_isolation=self._finished.allow_weak_isolation)
        prints = [self._work.prints, fingerprint.limits(self._course), fingerprint.versions(), self._cells]
        settings = (Path(self.coursedir.root, name) for name in (config.FILE, config.FIRM))
        self._common = [msgspec.json.encode(prints), *map(_bytes, settings)]
        self._seen = ProgressLog(Path(self._format_dest(assignment, ".")).parent / f".mlgrade-{assignment}.jsonl")

    def _in_gradebook(self, assignment: str) -> tuple[dict[str, list[Known]], set[str]]:
        """The cells of each notebook of an assignment, and the students who have scores in it."""
        url = self.coursedir.db_url
        with Gradebook(url, self.coursedir.course_id) as gradebook:
            try:
                found = gradebook.find_assignment(assignment)
            except MissingEntry:
                names = ", ".join(one.name for one in gradebook.assignments) or "none"
                raise UsageError(
                    f'no assignment "{one_line(assignment)}" in nbgrader\'s gradebook (there: {one_line(names)}); '
                    "`nbgrader generate_assignment` puts it there"
                ) from None
            notebooks = [notebook.name for notebook in found.notebooks]
            students = {submission.student_id for submission in found.submissions}
        return {
            name: source_cells.cells({"db_url": url, "assignment": assignment, "notebook": name}) for name in notebooks
        }, students

    # -- from submissions to jobs -----------------------------------------------------------------------------

    def _jobs(self, folders: Mapping[str, list[str]], complete: deque[str]) -> Iterator[StudentSubmission]:
        for folder, notebooks in folders.items():
            mark = key(Path(folder), self._common)
            if self._same(folder, mark):
                self._report_outcome(SubmissionOutcome(self._student(folder), "as before"))
                continue
            found = {identity(one): one for notebook in notebooks for one in self._look(folder, Path(notebook))}
            self._left[folder] = (mark, len(found))
            if not found:
                complete.append(folder)
            yield from (StudentSubmission(folder, submission, None) for submission in found.values())

    def _same(self, folder: str, mark: str) -> bool:
        student = self._student(folder)
        there = Path(self._format_dest(self.coursedir.assignment_id, student)).is_dir()
        return not self._regrade and there and student in self._before and self._seen.has(student, mark)

    def _look(self, folder: str, path: Path) -> list[Submission]:
        """What is to be graded of one notebook. Where that cannot be seen, nbgrader's own reading of it decides."""
        if path.stem not in self._cells:
            return []
        try:
            found = list(wanted(safe_read(path, MOST_BYTES), path.name, self._cells[path.stem]))
        except (OSError, ValueError, RecursionError, SubmissionError) as error:
            self._faults.setdefault(folder, []).append(_fault(path, error))
            return []
        return [submission for submission in found if submission.concept in self._work.prints]

    # -- from reports to nbgrader's gradebook -----------------------------------------------------------------

    def _take(self, result: Done[StudentSubmission, Graded] | Lost[StudentSubmission], complete: deque[str]) -> None:
        folder, submission = result.job.student, result.job.submission
        match result:
            case Lost(why=why):
                self._lost.add(folder)
                graded = Graded(lost(self._course, submission, why), ())
            case Done(result=graded):
                pass
        self._finished.reports[folder, identity(submission)] = self._report(graded)
        mark, left = self._left[folder]
        self._left[folder] = (mark, left - 1)
        if left == 1:
            complete.append(folder)

    def _report(self, graded: Graded) -> Report:
        return api.summary(self._course, [graded.report], 0.0, graded.walls)

    def _convert_all(self, complete: deque[str], found: Mapping[str, list[str]]) -> None:
        while complete:
            folder = complete.popleft()
            self._report_outcome(self._convert(folder, found[folder]))
            self._finished.forget(folder)
            del self._left[folder]

    def _convert(self, folder: str, notebooks: list[str]) -> SubmissionOutcome:
        student, addresses = self._student(folder), self._faults.pop(folder, [])
        strange = [self._strange(path) for path in map(Path, notebooks) if path.stem not in self._cells]
        self.assignments, self._finished.folder = {folder: notebooks}, folder
        with session.heard(self.log) as complaint:
            try:
                super().convert_notebooks()
            except NbGraderException:
                reasons = addresses or [one_line(complaint())] * (len(strange) < len(notebooks))
                return SubmissionOutcome(student, "failed", "; ".join([*reasons, *strange]))
        if folder in self._lost:
            self._seen.add(student, self._left[folder][0])  # tried twice: again only when somebody asks for it
            return SubmissionOutcome(
                student, "broken", "it ended the grading process twice; no score; --force tries it once more"
            )
        if self._finished.undecided(folder):
            return SubmissionOutcome(
                student, "broken", "a check broke on our side; no score, and tried again by the next run"
            )
        self._seen.add(student, self._left[folder][0])
        return SubmissionOutcome(student, "graded", "; ".join(strange))

    def _strange(self, path: Path) -> str:
        return one_line(f"{path.name} is no notebook of {self.coursedir.assignment_id}, and is not graded")

    def _student(self, folder: str) -> str:
        pattern = self._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
        matched = re.match(pattern, folder)
        assert matched is not None  # noqa: S101  (nbgrader found the folder by the same pattern)
        return matched["student_id"]


def _fault(path: Path, error: Exception) -> str:
    match error:
        case SubmissionError():
            why = str(error).removeprefix(f"{path}: ").removeprefix(f"{path.name}: ")
        case OSError():
            why = describe_error(error)
        case _:
            why = "not a notebook that can be read; open and save it in Jupyter once"
    return one_line(f"{path.name}: {why}")


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
