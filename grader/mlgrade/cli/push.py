"""mlgrade push: grades into an LMS over its API."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.gradebook.grades import Group
    from mlgrade.lms.canvas_api.client import CanvasClient


@click.group("push")
def command() -> None:
    """Send the grades that count now to an LMS, and read back what arrived.

    \b
    Example:
      mlgrade push canvas --course 501
    """


@command.command("canvas")
@click.option(
    "--course",
    "number",
    type=click.IntRange(1),
    required=True,
    metavar="ID",
    help="The number in its address in Canvas.",
)
@click.option("--url", metavar="URL", help="Such as https://canvas.example.edu. Default: $CANVAS_API_URL.")
@options.columns
@click.option("--item", "items", multiple=True, metavar="COLUMN=ID", help="This column is that assignment of Canvas.")
@options.units
@options.concepts
@click.option("--send", is_flag=True, help="Really send. Without it nothing is changed in Canvas.")
@options.gradebook
@options.plain
@click.option(
    "--course-file",
    "course",
    type=click.Path(path_type=Path),
    help="course.yml or its folder. Default: the nearest one upwards from here.",
)
def canvas(
    number: int,
    url: str | None,
    by: str | None,
    items: tuple[str, ...],
    units: tuple[str, ...],
    concepts: tuple[str, ...],
    send: bool,
    gradebook: str | None,
    plain: bool,
    course: Path | None,
) -> None:
    """Send grades to Canvas: first a preview of what is new and what changes, and only with --send the grades.

    An assignment belongs to a column by --item, else by exactly the same title; a student by Canvas's id, SIS id or
    login. Scores are scaled to the points that Canvas has. Nothing is cleared, and what is there already is not sent
    again. docs/how-to/canvas.md has the rules.

    The token comes from $CANVAS_API_TOKEN, or from the keyring: keyring set mlgrade canvas.example.edu

    Ends with 0; with 1 if a grade did not arrive or could not be sent, which the lines explain; and with 2 if Canvas
    cannot be asked.

    \b
    Examples:
      mlgrade push canvas --course 501 --url https://canvas.example.edu
      mlgrade push canvas --course 501 --item attention=88001 --unit attention --send
    """
    from mlgrade.gradebook import grades
    from mlgrade.lms import canvas_api
    from mlgrade.lms.canvas_api.model import next_step, preview_lines, result_lines

    place = _canvas(number, url)
    loaded = grades.part(options.load_course(course), units, concepts)
    groups = grades.groups(loaded, options.chosen(by, concepts))
    mapped = _items(groups, items)
    with options.open_gradebook(gradebook, loaded) as book, options.waiting("reading from Canvas"):
        heading = f"{place.name} (course {number} at {place.host})"
        plan = canvas_api.prepare(place, [group.column for group in groups], options.rows(book, loaded, groups), mapped)
    _say([heading, *preview_lines(plan.preview)], plain=plain)
    if not (send and plan.size):
        _say([next_step(plan)], plain=plain)
        sys.exit(1 if plan.preview.incomplete else 0)
    with options.waiting("sending to Canvas"):
        result = canvas_api.send(place, plan)
    _say(result_lines(result), plain=plain)
    sys.exit(1 if plan.preview.incomplete or not result.complete else 0)


def _canvas(number: int, url: str | None) -> CanvasClient:
    from mlgrade.errors import UsageError

    try:
        from mlgrade.lms.canvas_api import access
        from mlgrade.lms.canvas_api.client import CanvasClient
    except ModuleNotFoundError:
        raise UsageError("Canvas needs two more packages: pip install 'mlgrade[canvas]'") from None
    return CanvasClient(access.access(url, os.environ, access.system_keyring), number, time.sleep)


def _items(groups: Sequence[Group], items: Sequence[str]) -> dict[str, str]:
    from mlgrade.errors import UsageError
    from mlgrade.gradebook import grades
    from mlgrade.text import one_line

    found: dict[str, str] = {}
    for item in items:
        name, sign, number = item.rpartition("=")
        if not sign or not number.isdecimal():
            raise UsageError(f'--item "{one_line(item)}": write it as COLUMN=ID, such as unit:attention=88001')
        column = grades.named(groups, name)
        if found.setdefault(column, number) != number:
            raise UsageError(f"--item: {column} is given two assignments, {found[column]} and {number}")
    return found


def _say(lines: Sequence[str] | Iterator[str], *, plain: bool) -> None:
    from mlgrade.reports.style import say

    console = options.console(plain=plain)
    for line in lines:
        say(console, line, hang=2)
