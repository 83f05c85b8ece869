"""mlgrade grade: a class at a time, into the gradebook."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.batch import ClassRun
    from mlgrade.engine import Engine
    from mlgrade.reports.run_summary import RunSummary

INTERRUPTED = 130


@click.command("grade")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--unit", "units", multiple=True, metavar="NAME", help="Only this unit; may be given several times.")
@click.option("--concept", "concepts", multiple=True, metavar="NAME", help="Only this concept; likewise.")
@click.option("--student", "students", multiple=True, metavar="ID", help="Only this student; likewise.")
@click.option("--jobs", type=click.IntRange(1, 512), help="Submissions at the same time. Default: one for each core.")
@click.option("--scheduler", metavar="URL", help="Grade on the Dask cluster of this scheduler (tcp://host:8786).")
@click.option("--force", is_flag=True, help="Grade also what was graded with the same source, suite and limits.")
@click.option("--dry-run", is_flag=True, help="Grade and say who would move; write nothing.")
@click.option("--never-lower", is_flag=True, help="A regrade takes no points away; where it would, that is decided.")
@click.option("--allow-weak-isolation", is_flag=True, help="Run hidden suites with weaker isolation (see doctor).")
@click.option("--submitted-at", metavar="WHEN", help="For files without a time: such as 2027-02-05T23:00:00+01:00.")
@click.option("--json", "as_json", is_flag=True, help="Print each result as a line of JSON, as soon as it is saved.")
@click.option("-v", "--verbose", is_flag=True, help="All files, and every grade that moved.")
@options.gradebook
@options.plain
@options.course
def command(
    submissions: Path,
    units: tuple[str, ...],
    concepts: tuple[str, ...],
    students: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    dry_run: bool,
    never_lower: bool,
    allow_weak_isolation: bool,
    submitted_at: str | None,
    as_json: bool,
    verbose: bool,
    gradebook: str | None,
    plain: bool,
    course: Path | None,
) -> None:
    """Grade a class: a folder for each student, or for one concept a file for each student.

    Each result is in the gradebook before it is shown. Whatever ends the run, the same command goes on where it
    stopped: what was graded with the same source, suite and limits is not graded again. After a change of a suite only
    its concept is, and the summary says whose grade moved and by which check.

    Ends with 0 however students did, 1 if files were refused or could not be told apart, 70 if something was our own
    fault (those are no zeros; what broke is tried again by the next run), and 130 after Ctrl-C.

    \b
    Examples:
      mlgrade grade submissions
      mlgrade grade submissions --unit attention --jobs 4
      mlgrade grade softmax_handins --concept softmax
      mlgrade grade submissions --dry-run -v       # after a suite was corrected: who would move?
    """
    with _stoppable():
        found = options.load_course_for(submissions, course, "grade")
        with options.open_gradebook(gradebook, found, create=not dry_run) as book:
            from mlgrade.batch import Rules, Selection, begin
            from mlgrade.reports.run_summary import RunSummary

            selection = Selection(
                units=units, concepts=concepts, students=students, submitted_at=_when(submitted_at), force=force
            )
            rules = Rules(by=_user(), allow_weak_isolation=allow_weak_isolation, dry=dry_run, never_lower=never_lower)
            run = begin(found, submissions, book, _engine(jobs, scheduler), selection, rules)
            summary = RunSummary(run.discovery, dry=dry_run, verbose=verbose)
            _show(run, summary, as_json, plain)
            for note in sorted(run.notes.values()):
                click.echo(f"mlgrade: note for staff: {note}", err=True)
    sys.exit(summary.exit_code)


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Wherever Ctrl-C comes, the command ends with a sentence and the same exit status."""
    from mlgrade.engine import interrupts

    try:
        with interrupts.once():
            yield
    except KeyboardInterrupt:
        click.echo("mlgrade: stopped by Ctrl-C; nothing that was reported is lost", err=True)
        sys.exit(INTERRUPTED)


def _when(text: str | None) -> datetime | None:
    from mlgrade.errors import UsageError

    if text is None:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--submitted-at {text}: write it as 2027-02-05T23:00:00+01:00") from None
    if when.tzinfo is None:
        raise UsageError(f"--submitted-at {text}: needs a time zone, such as {text}+01:00 or {text}Z")
    return when


def _user() -> str:
    """Name who decides with --never-lower."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return "mlgrade grade"


def _engine(jobs: int | None, scheduler: str | None) -> Engine:
    if scheduler:
        from mlgrade.engine.dask import Cluster

        return Cluster(scheduler)
    number = jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))
    from mlgrade.engine.pool import Pool

    return Pool(number)  # also one at a time: what ends a grading process does not end the run


def _show(run: ClassRun, summary: RunSummary, as_json: bool, plain: bool) -> None:
    """Show events as they are saved, and a summary at the end, also of a run that was stopped."""
    from mlgrade.reports import class_run

    stopped = True
    try:
        console = options.console(plain=plain, stderr=True)
        with class_run.progress(console, summary, len(run.discovery.entries)) as show:
            for note in run.discovery.notes if as_json else ():
                click.echo(class_run.as_json(note))
            for event in run:
                show(event)
                if as_json:
                    click.echo(class_run.as_json(event))
        stopped = False
    finally:
        if not as_json and (summary.done or not stopped):
            class_run.render(options.console(plain=plain), summary, stopped=stopped)
