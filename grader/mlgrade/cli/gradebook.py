"""mlgrade gradebook: what counts now, how it came about, and what staff decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options
from mlgrade.cli.decisions import excuse, extend, override

if TYPE_CHECKING:
    from mlgrade.course import Course
    from mlgrade.gradebook.model import Grade
    from mlgrade.gradebook.store import Gradebook


@click.group("gradebook")
def command() -> None:
    """Show grades and their history; excuse, extend and override with a reason.

    A grade is computed from all attempts, the course's policies and the decisions whenever it is shown; nothing is
    ever edited. docs/how-to/gradebook.md has the rules.

    \b
    Examples:
      mlgrade gradebook show
      mlgrade gradebook history ada softmax
      mlgrade gradebook extend ada softmax --days 3 --reason "ill, note of 3 March"
    """


command.add_command(excuse)
command.add_command(extend)
command.add_command(override)


@command.command("show")
@click.argument("student", required=False)
@click.option("--concept", metavar="NAME", default="", help="Of one concept only.")
@click.option("--unit", metavar="NAME", default="", help="Of one unit only.")
@click.option("--csv", "as_csv", is_flag=True, help="A CSV table: one row for each student and concept.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON (schema mlgrade/grades/1).")
@options.gradebook
@options.course
def show(
    student: str | None,
    concept: str,
    unit: str,
    as_csv: bool,
    as_json: bool,
    gradebook: str | None,
    course: Path | None,
) -> None:
    """Show what counts now, of the class or of one STUDENT.

    Points stand over what counts so far: what is excused, or broken on our side, is in neither number.

    \b
    Examples:
      mlgrade gradebook show
      mlgrade gradebook show ada
      mlgrade gradebook show --unit attention --csv > attention.csv
    """
    from mlgrade.gradebook import lines, tables

    if as_csv and as_json:
        raise click.UsageError("--csv and --json do different things; give one of them")
    loaded = options.load_course(course)
    part = _narrowed(loaded, concept, unit)
    with options.open_gradebook(gradebook, loaded) as book:
        grades = _grades(book, part, student)
        if as_csv or as_json:
            _stream(tables.as_csv(grades) if as_csv else tables.as_json(grades, loaded.title))
        else:
            _print(lines.of_student(part, list(grades)) if student else lines.of_class(grades))


@command.command("history")
@click.argument("student")
@click.argument("concept", required=False)
@options.gradebook
@options.course
def history(student: str, concept: str | None, gradebook: str | None, course: Path | None) -> None:
    """Show every attempt of a STUDENT, which of them counts and why, and every decision.

    \b
    Example:
      mlgrade gradebook history ada softmax
    """
    from mlgrade.gradebook import lines

    loaded = options.load_course(course)
    part = _narrowed(loaded, concept or "", "")
    with options.open_gradebook(gradebook, loaded) as book:
        attempts = list(book.attempts(book.known(student), concept))
        _print(lines.history(part, student, attempts, book.decisions(student)))


def _narrowed(course: Course, concept: str, unit: str) -> Course:
    """The course with nothing in it but what was asked for."""
    import msgspec

    from mlgrade.errors import UsageError, closest

    if concept:
        course.concept(concept)  # says what was meant, if there is none
    units = [one for one in course.units if not unit or one.id == unit]
    if not units:
        known = [one.id for one in course.units]
        near = closest(unit, known) or f"; this course has {', '.join(known)}"
        raise UsageError(f'no unit "{unit}"{near}')
    kept = [
        msgspec.structs.replace(one, concepts=[each for each in one.concepts if not concept or each.id == concept])
        for one in units
    ]
    if not any(one.concepts for one in kept):
        raise UsageError(f"{concept} is not in the unit {unit}")
    return msgspec.structs.replace(course, units=[one for one in kept if one.concepts])


def _grades(book: Gradebook, course: Course, student: str | None) -> Iterator[Grade]:
    from mlgrade.gradebook import policy

    histories = book.histories(book.known(student) if student else None)
    return (grade for one in policy.current(course, histories) for grade in one.grades)


def _print(rows: Iterable[str]) -> None:
    for row in rows:
        click.echo(row)


def _stream(parts: Iterable[bytes]) -> None:
    for part in parts:
        click.echo(part, nl=False)
