"""mlgrade check: what is right, what is wrong, what to try."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from mlgrade.cli import options, outputs

if TYPE_CHECKING:
    from mlgrade.cli.outputs import Outputs
    from mlgrade.course import Course
    from mlgrade.errors import Exit
    from mlgrade.reports.progress import Change
    from mlgrade.results import ConceptReport, Report
    from mlgrade.submissions.model import Submission


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--concept", metavar="NAME", default="", help="Which exercise it is, for a file under another name.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON (schema mlgrade/report/1).")
@outputs.options
@click.option(
    "--require-isolation",
    is_flag=True,
    help="Check nothing unless every needed isolation layer is active (see doctor).",
)
@click.option("-v", "--verbose", is_flag=True, help="Every check, and every failure in full.")
@options.plain
@options.course
def command(
    paths: tuple[Path, ...],
    concept: str,
    as_json: bool,
    outputs: Outputs,
    require_isolation: bool,
    verbose: bool,
    plain: bool,
    course: Path | None,
) -> None:
    """Check exercises: files, notebooks or a folder. Default: all exercises of the course.

    Ends with 0 if all checks pass, 1 if some failed, 2 for a wrong call, 3 if a file cannot run, 4 if something was
    stopped by the clock, 5 if nothing was started yet, and 70 if the course itself is at fault.

    \b
    Examples:
      mlgrade check exercises/softmax.py
      mlgrade check my_try.py --concept softmax -v
      mlgrade check --json > report.json
      mlgrade check --annotate github --markdown "$GITHUB_STEP_SUMMARY"
    """
    with options.waiting("checking"):
        outcome = _check(paths, concept, course, require_isolation=require_isolation)
    outputs.write(outcome.report, upcoming=outcome.upcoming, edition=outcome.edition)
    outputs.printing(outcome.report, lambda: _print(outcome, as_json=as_json, plain=plain, verbose=verbose))
    sys.exit(exit_code(outcome.report))


class Checked(NamedTuple):
    """A report, and how it compares with the last run of the same files."""

    report: Report
    changes: dict[str, Change | None]
    upcoming: str
    edition: str


def _check(paths: Sequence[Path], concept: str, course_path: Path | None, *, require_isolation: bool) -> Checked:
    begun = time.perf_counter()
    from mlgrade import api
    from mlgrade.grading import prechecks
    from mlgrade.submissions import model as submissions

    course = options.load_course(course_path, beside=paths[0] if paths else None)
    if concept:
        course.concept(concept)
    found = list(submissions.find(paths or [submissions.near(course.root / "exercises")], course, concept))
    early = [None if require_isolation else prechecks.early(submission, course) for submission in found]
    rest = [submission for submission, report in zip(found, early, strict=True) if report is None]
    graded = _grade(rest, course, require_isolation=require_isolation) if rest else api.summary(course, [], 0.0, [])
    reports = iter(graded.concepts)
    concepts = [report or next(reports) for report in early]
    seconds = time.perf_counter() - begun if rest else 0.0  # where nothing was run there is nothing to measure
    return _remember(course, found, api.summary(course, concepts, seconds, graded.walls))


def _grade(submissions: Sequence[Submission], course: Course, *, require_isolation: bool) -> Report:
    from mlgrade.sandbox.launch import launcher

    started = launcher()  # first of all: the worker loads numpy while this process loads pytest
    try:
        from mlgrade import api
        from mlgrade.sandbox.host import Host

        host = Host(started)
        if require_isolation:
            host.require()  # of a worker without any student code
        return api.grade(submissions, course, host, None if course.edition else _tell_staff)
    finally:
        started.close()


def _tell_staff(note: str) -> None:
    click.echo(f"mlgrade: note for staff: {note}", err=True)


def _remember(course: Course, found: Sequence[Submission], report: Report) -> Checked:
    from mlgrade.reports import progress

    memories = progress.load(course)
    changes: dict[str, Change | None] = {}
    for submission, concept in zip(found, report.concepts, strict=True):
        key = progress.key(concept.concept, concept.file)
        changes[concept.file] = progress.change(memories.get(key), concept)
        memories[key] = progress.memory(concept, submission.sha256)
    if problem := progress.save(course, memories):
        click.echo(f"mlgrade: {problem}", err=True)
    following = progress.upcoming(course, memories)
    shown = options.shown(course.exercise(following)) if following else ""
    return Checked(report, changes, shown, course.edition)


def _print(checked: Checked, *, as_json: bool, plain: bool, verbose: bool) -> None:
    report, changes, upcoming, edition = checked
    if as_json:
        click.echo(report.to_json())  # bytes: JSON is UTF-8 whatever the terminal speaks
        return
    from mlgrade.reports import terminal

    console = options.console(plain=plain)
    terminal.render(console, report, changes, upcoming=upcoming, edition=edition, verbose=verbose)


def exit_code(report: Report) -> Exit:
    """The gravest thing that happened, over all files."""
    from mlgrade.errors import Exit

    codes = {_code(concept) for concept in report.concepts}
    order = (Exit.OUR_FAULT, Exit.CANNOT_RUN, Exit.TIMED_OUT, Exit.FAILED, Exit.NOT_STARTED)
    return next((code for code in order if code in codes), Exit.PASSED)


def _code(concept: ConceptReport) -> Exit:
    from mlgrade.errors import Exit
    from mlgrade.results import Outcome, Status

    by_status = {
        Status.BROKEN: Exit.OUR_FAULT,
        Status.CANNOT_RUN: Exit.CANNOT_RUN,
        Status.TIMED_OUT: Exit.TIMED_OUT,
        Status.NOT_STARTED: Exit.NOT_STARTED,
    }
    if concept.status in by_status:
        return by_status[concept.status]
    if concept.count(Outcome.TIMED_OUT):
        return Exit.TIMED_OUT
    return Exit.PASSED if concept.count(Outcome.PASSED) == len(concept.checks) else Exit.FAILED
