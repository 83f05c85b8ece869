"""mlgrade nbgrader autograde: a whole assignment, on all cores, into nbgrader's gradebook."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options
from mlgrade.text import plural

if TYPE_CHECKING:
    from mlgrade.integrations.nbgrader.batch import SubmissionOutcome

INTERRUPTED = 130
LINE_SECONDS = 5.0
SHOWN = 20

course_dir = click.option(
    "--course-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=".",
    help="The nbgrader course. Default: the working folder.",
)


@click.command("autograde")
@click.argument("assignment")
@course_dir
@click.option("--student", "students", default="*", metavar="GLOB", help="Only these students, such as 's0*'.")
@click.option("--jobs", type=click.IntRange(1, 512), help="Answers at the same time. Default: one for each core.")
@click.option("--force", is_flag=True, help="Grade also what was graded from the same bytes with the same suites.")
@click.option("--allow-weak-isolation", is_flag=True, help="Run hidden suites with weaker isolation (see doctor).")
@click.option("-v", "--verbose", is_flag=True, help="Also all that nbgrader says.")
@options.plain
@options.course
def command(
    assignment: str,
    course_dir: Path,
    students: str,
    jobs: int | None,
    force: bool,
    allow_weak_isolation: bool,
    verbose: bool,
    plain: bool,
    course: Path | None,
) -> None:
    """Do what `nbgrader autograde ASSIGNMENT` does, for a class in minutes.

    The answers are graded side by side; then nbgrader's own steps write autograded/ and its gradebook, with the same
    scores, comments and outputs as its own command. Scores that a person gave stay. Whatever ends the run, the same
    command goes on where it stopped. One student's unreadable notebook does not stop the class.

    Ends with 0 however students did, 1 if a submission could not be graded, 70 if something was our own fault (no
    zeros: a person may grade it, and the next run tries it again), and 130 after Ctrl-C.

    \b
    Examples:
      mlgrade nbgrader autograde core_objects
      mlgrade nbgrader autograde core_objects --jobs 4 --course-dir ~/nbcourse
      mlgrade nbgrader autograde core_objects --student ada --force
    """
    from mlgrade.cli.grade import _engine
    from mlgrade.engine import interrupts
    from mlgrade.errors import UsageError

    summary = _Summary()
    try:
        with interrupts.once():
            with options.waiting("starting nbgrader"):
                try:
                    from mlgrade.integrations.nbgrader import batch
                except ModuleNotFoundError as error:
                    raise UsageError(f"this needs {error.name}; pip install 'mlgrade[nbgrader]'") from None
                ready = batch.ready(
                    course_dir,
                    assignment,
                    engine=_engine(jobs, None),
                    report=summary.add,
                    students=students,
                    course=course,
                    force=force,
                    allow_weak_isolation=allow_weak_isolation,
                    verbose=verbose,
                )
            batch.run(ready)
    except KeyboardInterrupt:
        summary.show(plain=plain)
        click.echo(
            "mlgrade: stopped by Ctrl-C; what was graded is kept, and the same command goes on from there", err=True
        )
        sys.exit(INTERRUPTED)
    summary.show(plain=plain)
    sys.exit(summary.exit_code)


class _Summary:
    """What came of the submissions so far. Every few seconds it says how many."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._notable: list[SubmissionOutcome] = []
        self._next = time.monotonic() + LINE_SECONDS

    def add(self, outcome: SubmissionOutcome) -> None:
        self.counts[outcome.state] += 1
        if outcome.why:
            self._notable.append(outcome)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            click.echo(self._sentence(), err=True)

    def show(self, *, plain: bool) -> None:
        from mlgrade.reports.style import say
        from mlgrade.text import one_line

        console = options.console(plain=plain)
        say(console, self._sentence())
        gravest = sorted(self._notable, key=lambda one: (_GRAVEST.index(one.state), one.student))
        for outcome in gravest[:SHOWN]:
            say(console, f"{outcome.state}: {one_line(outcome.student)}: {outcome.why}", indent=2, hang=2)
        if (more := len(self._notable) - SHOWN) > 0:
            say(console, f"... and {more} more", indent=2)

    @property
    def exit_code(self) -> int:
        from mlgrade.errors import Exit

        if self.counts["broken"]:
            return Exit.OUR_FAULT
        return Exit.FAILED if self.counts["failed"] else Exit.PASSED

    def _sentence(self) -> str:
        number = self.counts.total()
        counted = ", ".join(f"{self.counts[state]} {state}" for state in _STATES if self.counts[state])
        return f"{plural(number, 'submission')}: {counted or 'none'}"


_STATES = ("graded", "as before", "failed", "broken")
_GRAVEST = _STATES[::-1]
