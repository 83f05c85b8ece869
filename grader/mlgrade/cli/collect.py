"""mlgrade collect: from the LMS's archives to one folder for each student."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from datetime import tzinfo

    from rich.console import Console

    from mlgrade.course import Course
    from mlgrade.gradebook.columns import Person
    from mlgrade.lms.archives.report import CollectReport

NO_ROSTER = (
    "mlgrade: no roster yet, so folders are called what the LMS calls people, and who is missing is not known; "
    "`mlgrade roster import FILE` or --roster FILE says who is in the class"
)


@click.command("collect")
@click.argument("archives", nargs=-1, required=True, metavar="ARCHIVE...", type=click.Path(path_type=Path))
@click.option("--into", type=click.Path(path_type=Path), default="submissions", show_default=True, help="Where to.")
@click.option("--format", "format_", metavar="NAME", default="", help="Say which LMS an archive is of.")
@click.option("--encoding", metavar="CP", default="", help="Code page of names that are not in UTF-8, such as cp850.")
@click.option("--timezone", metavar="ZONE", default="", help="Zone of times without one, such as Europe/Berlin.")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    help="Who is in the class: any roster file of an LMS. Default: the roster in the gradebook.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON (schema mlgrade/collect/1).")
@options.gradebook
@options.plain
@options.course
def command(
    archives: tuple[Path, ...],
    into: Path,
    format_: str,
    encoding: str,
    timezone: str,
    roster: Path | None,
    as_json: bool,
    gradebook: str | None,
    plain: bool,
    course: Path | None,
) -> None:
    """Collect what students handed in from the archives that an LMS lets you download.

    Recognises Canvas, Moodle, Blackboard, Brightspace and Gradescope, and zips and folders with one folder for each
    student. The latest attempt counts, the others are kept in .others. A second run changes only what differs, and no
    file that it did not write. Folders have the students' keys of the roster in the gradebook (mlgrade roster import).

    Ends with 0 if all was collected, 1 if something was refused, ambiguous or left alone (the rest was collected), and
    2 for a wrong call or an archive that cannot be read (nothing was changed).

    \b
    Examples:
      mlgrade collect submissions.zip
      mlgrade collect monday.zip tuesday.zip --into hw1
      mlgrade collect submissions.zip --roster gradebook-export.csv
    """
    from mlgrade.lms.archives.collect import collect

    loaded = _course(course, into)
    people = _people(roster, gradebook, loaded)
    with options.waiting("collecting"):
        report = collect(
            archives,
            into,
            people,
            [concept.id for concept in loaded.concepts] if loaded else [],
            format=format_,
            encoding=encoding,
            zone=_zone(timezone),
        )
    _print(report, options.console(plain=plain), as_json=as_json)
    sys.exit(0 if report.complete else 1)


def _people(roster: Path | None, gradebook: str | None, course: Course | None) -> Sequence[Person]:
    """The class: a roster file, or what the gradebook knows of it. Without either, that is said."""
    from mlgrade.cli.roster import existing
    from mlgrade.lms import rosters

    if roster is not None:
        return rosters.read(roster).people
    with existing(gradebook, course) or contextlib.nullcontext() as book:
        people = book.roster() if book else []
    if not people:
        click.echo(NO_ROSTER, err=True)
    return people


def _course(given: Path | None, into: Path) -> Course | None:
    """The course; none, if there is none here and none was named."""
    from mlgrade import course as courses
    from mlgrade.errors import UsageError

    try:
        path = given or courses.nearest()
    except UsageError:
        return None
    courses.refuse_inside(path, into, f"mlgrade collect ARCHIVE --into {courses.quoted(into)}")
    return courses.load(path)


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    from zoneinfo import ZoneInfo

    from mlgrade.errors import UsageError

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        raise UsageError(f'no time zone "{name}"; zones are called like Europe/Berlin or America/New_York') from None


def _print(report: CollectReport, console: Console, *, as_json: bool) -> None:
    import msgspec

    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))
        return
    from mlgrade.lms.archives.report import lines
    from mlgrade.reports.style import say

    for line in lines(report):
        bare = line.lstrip(" ")
        say(console, bare, indent=len(line) - len(bare), hang=2)
