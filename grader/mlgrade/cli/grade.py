"""mlgrade grade: a class at a time, into the gradebook."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.batch import Event
    from mlgrade.engine import Engine
    from mlgrade.reports.account import DiscoverySummary

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
@click.option("--json", "as_json", is_flag=True, help="Print each result as a line of JSON, as soon as it is kept.")
@click.option("-v", "--verbose", is_flag=True, help="The whole account of files, and every grade that moved.")
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
    its concept is, and the account says whose grade moved and by which check.

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
            from mlgrade.batch import ClassRun, work
            from mlgrade.batch.moves import Ledger
            from mlgrade.reports.account import DiscoverySummary
            from mlgrade.submissions import discover

            taken = discover.take(
                submissions,
                found,
                units=units,
                concepts=concepts,
                students=students,
                roster=book.students(),
                submitted_at=_when(submitted_at),
            )
            wanted = list(dict.fromkeys(entry.concept for entry in taken.handins))
            doing = work.grading(
                found, wanted, allow_weak_isolation=allow_weak_isolation, travels=scheduler is not None
            )
            ledger = Ledger(found, book, _now, by=_account(), dry=dry_run, never_lower=never_lower)
            session = ClassRun(found, doing, book, ledger, _now)
            results = session.run(taken.handins, _engine(jobs, scheduler), force=force)
            account = DiscoverySummary(taken, dry=dry_run, verbose=verbose)
            _run(results, account, as_json, plain)
            for note in sorted(session.notes.values()):
                click.echo(f"mlgrade: note for staff: {note}", err=True)
    sys.exit(account.exit_code)


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


def _now() -> datetime:
    return datetime.now(UTC)


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


def _account() -> str:
    """Whose account this is, for the decisions of --never-lower."""
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


def _run(results: Iterable[Event], account: DiscoverySummary, as_json: bool, plain: bool) -> None:
    """Tell results as they are kept; and what came of them in the end, also if that comes too soon."""
    from mlgrade.reports import class_run
    from mlgrade.reports.class_run import progress

    stopped = True
    try:
        with progress(options.console(plain=plain, stderr=True), account, len(account.intake.handins)) as tell:
            for note in account.intake.notes if as_json else ():
                click.echo(class_run.as_json(note))
            for told in results:
                tell(told)
                if as_json:
                    click.echo(class_run.as_json(told))
        stopped = False
    finally:
        if not as_json and (account.done or not stopped):
            class_run.render(options.console(plain=plain), account, stopped=stopped)
