"""Share options, and the words of commands."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.course import Course
    from mlgrade.gradebook.store import Gradebook
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlgrade.course import Course
    from mlgrade.gradebook.columns import Row
    from mlgrade.gradebook.grades import By, Group
    from mlgrade.gradebook.store import Gradebook


course = click.option(
    "--course",
    type=click.Path(path_type=Path),
    help="course.yml or its folder. Default: $MLGRADE_COURSE, else the nearest one upwards from here.",
)
gradebook = click.option(
    "--gradebook",
    metavar="PATH|URL",
    envvar="MLGRADE_GRADEBOOK",
    help="A file or postgresql:// URL. Default: $MLGRADE_GRADEBOOK, else gradebook.db beside course.yml.",
)
plain = click.option("--plain", is_flag=True, help="No colour and no line drawing, also on a terminal.")


def console(*, plain: bool = False, stderr: bool = False) -> Console:
    """A console that respects NO_COLOR, pipes, and the width of the terminal (80 in a pipe)."""
    from rich.console import Console

    width = None if os.isatty(2 if stderr else 1) else int(os.environ.get("COLUMNS") or 80)
    return Console(
        stderr=stderr,
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        no_color=plain or None,
        color_system=None if plain else "auto",
    )


def load_course(given: Path | None, *, beside: Path | None = None) -> Course:
    """The course that was named, or the one around the working folder. One around `beside` is only spoken of."""
    from mlgrade import course as courses

    return courses.load(given or courses.nearest(beside))


def load_course_for(submissions: Path, given: Path | None, command: str) -> Course:
    """The same for the submissions of a class; a course that lies among them is refused."""
    from mlgrade import course as courses

    path = given or courses.nearest(submissions.resolve().parent)
    courses.refuse_inside(path, submissions, f"mlgrade {command} {courses.quoted(submissions)}")
    return courses.load(path)


def open_gradebook(given: str | None, course: Course, *, create: bool = False) -> Gradebook:
    """The gradebook that was named, or the course's own. Only what fills a gradebook should create one."""
    from mlgrade.errors import UsageError
    from mlgrade.submissions.model import near

    try:
        from mlgrade.gradebook.store import Gradebook
    except ModuleNotFoundError:
        raise UsageError("a gradebook needs SQLAlchemy; pip install 'mlgrade[staff]'") from None
    return Gradebook.open(given or near(course.root / "gradebook.db"), create=create)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(path: Path) -> str:
    """Return a path relative to the working folder where that is shorter."""
    from mlgrade.submissions.model import near

    return str(near(path))


@contextlib.contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say at once that something happens; only to a person at a terminal, and gone when it is done."""
    if not sys.stderr.isatty():
        yield
        return
    line = f"{what} ..."
    sys.stderr.write(line)
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\r" + " " * len(line) + "\r")
        sys.stderr.flush()


# -- columns -------------------------------------------------------------------------------------------------------

# Which columns and whose rows go to an LMS: what `export` and `push` share.

columns = click.option(
    "--columns", "by", type=click.Choice(["concept", "unit", "total"]), help="One for each ... Default: unit."
)
units = click.option(
    "--unit", "units", multiple=True, metavar="NAME", help="Only this unit; may be given several times."
)
concepts = click.option("--concept", "concepts", multiple=True, metavar="NAME", help="Only this concept; likewise.")


def chosen(given: str | None, concepts: Sequence[str]) -> By:
    """What a column is of. Who names concepts means a column for each of them."""
    from mlgrade.gradebook.grades import By

    if concepts and given not in (None, By.CONCEPT):
        raise click.UsageError(f"--concept gives one column for each concept; it does not go with --columns {given}")
    return By(given or (By.CONCEPT if concepts else By.UNIT))


def rows(book: Gradebook, course: Course, groups: Sequence[Group], *, comments: bool = False) -> Iterator[Row]:
    """Everybody who is in the course, or has handed in and was not dropped, as a stream."""
    from mlgrade.gradebook import grades, policy

    return grades.rows(groups, policy.current(course, book.histories()), comments=comments)
