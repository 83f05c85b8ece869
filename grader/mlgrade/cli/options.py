"""Options that several commands share, and the console they print on."""

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
