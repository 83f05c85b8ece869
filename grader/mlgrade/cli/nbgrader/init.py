"""mlgrade nbgrader init: a complete nbgrader course, made from course.yml."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options
from mlgrade.text import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from mlgrade.course import Course
    from mlgrade.gradebook.columns import Person
    from mlgrade.integrations.nbgrader.folder import CourseFile
    from mlgrade.integrations.nbgrader.init import InitPlan


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--unit", "units", multiple=True, metavar="ID", help="Only this unit; may be given again.")
@click.option(
    "--per-unit/--per-concept", default=None, help="One notebook for each unit, or for each concept (default)."
)
@click.option(
    "--written",
    type=click.FloatRange(min=0, max=1e6),
    metavar="POINTS",
    help="What the answer in words of each unit is worth; 0 leaves it out. Default: 5, or as before.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@options.gradebook
@options.plain
@options.course
def command(
    folder: Path,
    units: tuple[str, ...],
    per_unit: bool | None,
    written: float | None,
    dry_run: bool,
    gradebook: str | None,
    plain: bool,
    course: Path | None,
) -> None:
    """Make DIR a course of nbgrader, or bring it up to what the course says now.

    Each unit becomes an assignment, with a notebook for each concept: explanation, answer cell, and a test cell that
    students can run; and one answer in words, which a person grades. Points come from course.yml; due dates go into
    nbgrader's gradebook, and so does the roster of mlgrade's gradebook, where there is one. Hidden suites, solutions
    and misconceptions stay in the mlgrade course, which must lie elsewhere.

    Run it again after a change of the course. A file that you have edited is kept, and named. Once a unit has
    submissions, nbgrader takes no new cells or notebooks of it: texts and points are updated, and what cannot be is
    named.

    Ends with 0; with 1 if something that the course says could not be put in (the lines say what, and why).

    \b
    Examples:
      mlgrade nbgrader init ~/nbcourse --dry-run
      mlgrade nbgrader init ~/nbcourse
      mlgrade nbgrader init ~/nbcourse --unit attention
      cd ~/nbcourse && nbgrader generate_assignment attention
    """
    from mlgrade.errors import UsageError

    loaded = options.load_course(course)
    try:
        from mlgrade.integrations.nbgrader import init
    except ModuleNotFoundError as error:
        raise UsageError(f"nbgrader's notebooks need {error.name}; pip install 'mlgrade[nbgrader]'") from None
    with options.waiting("Building the notebooks"):
        people = _roster(gradebook, loaded)
        plan = init.plan(loaded, folder, units=units, per_unit=per_unit, written=written, students=people)
        if not dry_run:
            init.carry_out(plan)
    _tell(plan, dry_run=dry_run, plain=plain)
    sys.exit(0 if plan.complete else 1)


def _roster(gradebook: str | None, course: Course) -> Sequence[Person]:
    """Without a gradebook nobody is needed: nbgrader makes students when it grades them."""
    from mlgrade.cli.roster import existing

    with existing(gradebook, course) or contextlib.nullcontext() as book:
        return book.roster() if book else []


def _tell(plan: InitPlan, *, dry_run: bool, plain: bool) -> None:
    from mlgrade.reports.style import say

    console = options.console(plain=plain)
    for text in (*_files(plan), *_gradebook(plan), *_released(plan)):
        bare = text.lstrip(" ")
        say(console, bare, indent=len(text) - len(bare), hang=2)
    if dry_run:
        say(console, "Nothing was written.")
    elif plan.units:
        say(
            console, f"Next: cd {options.shown(plan.folder)} && nbgrader generate_assignment {plan.units[0].id}", hang=2
        )


def _files(plan: InitPlan) -> Iterator[str]:
    """How many of which kind, and by name whatever is not simply written."""
    from collections import Counter

    from mlgrade.text import one_line

    counts = Counter(file.state for file in plan.files)
    counted = ", ".join(f"{number} {state.value}" for state, number in sorted(counts.items()))
    yield f"{one_line(options.shown(plan.folder))}: {len(plan.files)} files: {counted}"
    yield from (f"  {one_line(text)}" for file in plan.files if (text := _named(file)))


def _named(file: CourseFile) -> str:
    from mlgrade.integrations.nbgrader.folder import CourseFileState

    match file.state:
        case CourseFileState.CHANGED:
            return f"{file.path}: updated"
        case CourseFileState.NEW if file.reason:
            return f"{file.path}: {file.reason}, and is written again"
        case CourseFileState.YOURS:
            return f"{file.path}: edited by you, and kept"
        case CourseFileState.EDITED:
            return (
                f"{file.path}: edited by you, and kept; the course has changed too. To get its version, move yours away"
            )
        case CourseFileState.HELD:
            return f"{file.path}: not written: {file.reason}"
        case CourseFileState.GONE:
            return f"{file.path}: no longer of the course, and still here: {file.reason}"
    return ""


def _gradebook(plan: InitPlan) -> Iterator[str]:
    for one in plan.due:
        before = f", was {_when(one.old)}" if one.old else ""
        yield f"gradebook.db: {one.unit} is due {_when(one.new)}{before}"
    if number := len(plan.students):
        yield f"gradebook.db: {plural(number, 'student')} of the roster"


def _when(at: datetime) -> str:
    from datetime import UTC

    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _released(plan: InitPlan) -> Iterator[str]:
    from mlgrade.integrations.nbgrader.folder import CourseFileState

    written = [file.path for file in plan.files if file.state in (CourseFileState.NEW, CourseFileState.CHANGED)]
    for unit in plan.units:
        if (plan.folder / "release" / unit.id).is_dir() and any(
            path.startswith(f"source/{unit.id}/") for path in written
        ):
            yield (
                f"{unit.id}: was generated before. Run nbgrader generate_assignment and release_assignment again, with "
                "--force; students who have fetched it keep the old text, and are graded as the course says now"
            )
