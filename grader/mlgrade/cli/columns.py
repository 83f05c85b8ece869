"""Which columns and whose rows go to an LMS: what `export` and `push` share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mlgrade.course import Course
    from mlgrade.gradebook.columns import Row
    from mlgrade.gradebook.grades import By, Group
    from mlgrade.gradebook.store import Gradebook

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

    gone = {person.student for person in book.people(dropped=True)}
    graded, beside = itertools.tee(book.attempts())  # the second follows the first by a student or two
    decisions = book.decisions()
    everybody = policy.current(course, graded, decisions, book.students())
    kept = (grade for grade in everybody if grade.student not in gone)
    return grades.rows(groups, kept, beside, decisions, book.people(), comments=comments)
