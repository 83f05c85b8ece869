"""mlgrade roster: who is in the course, from the LMS's own files."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.course import Course
    from mlgrade.gradebook.columns import Person
    from mlgrade.gradebook.store import Gradebook
    from mlgrade.lms.rosters import Roster, RosterPlan

KEYS = ("auto", "student", "login", "email", "sis_id", "lms_id")
FIELDS = ("student", "name", "first_name", "last_name", "email", "login", "sis_id", "lms_id", "section")
IDS = ("email", "login", "sis_id", "lms_id", "section")
SCHEMA = "mlgrade/roster/1"
MOST = 20


@click.group("roster")
def command() -> None:
    """Say who is in the course, from the file of an LMS, and see whom the gradebook knows.

    \b
    Examples:
      mlgrade roster import gradebook-export.csv --dry-run
      mlgrade roster import gradebook-export.csv
      mlgrade roster show
    """


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", type=click.Choice(KEYS), default="auto", show_default=True, help="What names a student here.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@click.option("--yes", is_flag=True, help="Do not ask. In a script it is needed when somebody would be dropped.")
@options.gradebook
@options.plain
@options.course
def import_(
    file: Path, key: str, dry_run: bool, yes: bool, gradebook: str | None, plain: bool, course: Path | None
) -> None:
    """Make the students of FILE those of the course.

    FILE is an export of Canvas, Moodle, Blackboard, Brightspace or Gradescope, a OneRoster package, nbgrader's list or
    a plain CSV. What would change is shown before anything is written. Whoever is not in FILE any more is dropped: all
    that they handed in is kept, and they return under the same key. A person is found again by an id, never by a name.

    The key is the name of the student's folder: the login, else the email, either one up to its @, else the student
    number, else the LMS's id; --key chooses one of them.

    Ends with 0, and with 1 if a row of a student was left out or it was not settled who somebody is (nothing is
    written for them); the lines say which and why.

    \b
    Examples:
      mlgrade roster import gradebook-export.csv
      mlgrade roster import participants.csv --key email --dry-run
      mlgrade roster import users.zip --yes
    """
    from mlgrade.lms import rosters
    from mlgrade.lms.rosters.plan import plan as plan_import

    found = rosters.read(file, rosters.Key(key))
    loaded = options.load_course(course)
    with existing(gradebook, loaded) or contextlib.nullcontext() as book:
        active, gone = (book.roster(), book.roster(dropped=True)) if book else ([], [])
    plan = plan_import(active, gone, _somebody(found, file))
    _tell(options.console(plain=plain), file, found, plan)
    if _wanted(plan, dry_run=dry_run, yes=yes):
        with options.open_gradebook(gradebook, loaded, create=True) as book:
            book.set_roster(plan.people)
            click.echo(f"The roster is in {book.place}.")
    sys.exit(1 if plan.doubtful or any(problem.left_out for problem in found.problems) else 0)


@command.command("show")
@click.option("--dropped", is_flag=True, help="Those who are no longer in the course.")
@click.option("--csv", "as_csv", is_flag=True, help="A CSV table, which `roster import` reads again.")
@click.option("--json", "as_json", is_flag=True, help=f"The same as JSON (schema {SCHEMA}).")
@options.gradebook
@options.course
def show(dropped: bool, as_csv: bool, as_json: bool, gradebook: str | None, course: Path | None) -> None:
    """Show the students of the course: key, name, and every id that the LMS gave.

    \b
    Examples:
      mlgrade roster show
      mlgrade roster show --dropped
      mlgrade roster show --csv > roster.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json do different things; give one of them")
    with options.open_gradebook(gradebook, options.load_course(course)) as book:
        people = book.roster(dropped=dropped)
    if as_csv:
        _csv(people)
    elif as_json:
        _json(people)
    else:
        _lines(people, dropped=dropped)


def existing(given: str | None, course: Course | None) -> Gradebook | None:
    """The gradebook that was named, or the course's own; None if there is none yet."""
    from mlgrade.submissions.model import near

    where = given or (str(near(course.root / "gradebook.db")) if course else "")
    if not where or not ("://" in where or Path(where).exists()):
        return None
    return options.open_gradebook(where, course)  # type: ignore[arg-type]  # asked only where no gradebook is named


# -- import -----------------------------------------------------------------------------------------------------


def _somebody(found: Roster, file: Path) -> list[Person]:
    from mlgrade.errors import UsageError
    from mlgrade.text import one_line

    if found.people:
        return found.people
    reasons = "".join(f"\n  {problem}" for problem in found.problems[:MOST])
    raise UsageError(f"{one_line(str(file))}: no student in it; nothing was changed{reasons}")


def _tell(console: Console, file: Path, found: Roster, plan: RosterPlan) -> None:
    from mlgrade.lms.rosters.plan import lines
    from mlgrade.reports.style import say
    from mlgrade.text import one_line

    say(console, f"{one_line(str(file))}: {found.format}, {len(found.people)} read")
    for problem in found.problems[:MOST]:
        say(console, one_line(str(problem)), indent=2, hang=2)
    if len(found.problems) > MOST:
        say(console, f"and {len(found.problems) - MOST} more of these", indent=2)
    for text in lines(plan):
        bare = text.lstrip(" ")
        say(console, bare, indent=len(text) - len(bare), hang=2)


def _wanted(plan: RosterPlan, *, dry_run: bool, yes: bool) -> bool:
    """Whether to write. A person at a terminal is asked; a script must have said that students may be dropped."""
    from mlgrade.errors import UsageError

    if plan.changes_nothing or dry_run:
        click.echo("Nothing was written." if dry_run else "Nothing changes.")
        return False
    if yes:
        return True
    if sys.stdin.isatty():
        return click.confirm("Write this?", err=True)
    if plan.dropped:
        number = len(plan.dropped)
        who = "1 student" if number == 1 else f"{number} students"
        raise UsageError(f"{who} would be dropped; nothing was written. If that is right, give --yes")
    return True


# -- show -------------------------------------------------------------------------------------------------------


def _lines(people: Sequence[Person], *, dropped: bool) -> None:
    from mlgrade.text import one_line

    for person in people:
        ids = ", ".join(f"{field} {value}" for field in IDS if (value := getattr(person, field)))
        click.echo(f"{one_line(person.student):<24} {one_line(f'{person.name}  {ids}'.strip())}".rstrip())
    if not people:
        click.echo("Nobody has been dropped." if dropped else "Nobody yet; `mlgrade roster import FILE` reads one.")


def _csv(people: Sequence[Person]) -> None:
    from mlgrade import tables

    click.echo(tables.row(FIELDS), nl=False)
    for person in people:
        click.echo(tables.row(tables.guard(tables.joined_lines(getattr(person, field))) for field in FIELDS), nl=False)


def _json(people: Sequence[Person]) -> None:
    import msgspec

    document = {"schema": SCHEMA, "students": people}
    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2))
