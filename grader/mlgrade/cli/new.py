"""mlgrade new: a course, a concept, or a sample class to begin with."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.course import Course

_T = TypeVar("_T")
_yes = click.option("--yes", is_flag=True, help="Ask nothing: what no option says is as it would be proposed.")


@click.group("new", short_help="Begin a course, a concept of one, or a sample class.")
def command() -> None:
    """Begin a course, a concept of one, or a sample class to try things on.

    At a terminal the few questions that matter are asked; in a pipe, or with --yes, nothing is.

    \b
    Examples:
      mlgrade new course my-course
      mlgrade new course my-course --from math-for-ml --title "Maths for ML, spring"
      mlgrade new concept layer_norm --unit attention --requires norm
      mlgrade new class sample
    """


@command.command("course")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", metavar="TEXT", help="Of the course. Default: the template's, or made from the name of DIR.")
@click.option("--from", "template", metavar="NAME", help="Begin as a copy of a template: math-for-ml.")
@click.option("--seed", type=click.IntRange(0), help="Of the random inputs. Default: a fresh one of 128 bits.")
@_yes
def new_course(target: Path, title: str | None, template: str | None, seed: int | None, yes: bool) -> None:
    """Write a new course into DIR, which must not be there yet, or be empty.

    Without --from it is small and whole: one concept that passes mlgrade lint as it is. A template's hidden suites and
    solutions are public; the seed makes the random inputs your own.

    \b
    Examples:
      mlgrade new course my-course
      mlgrade new course my-course --from math-for-ml --yes
    """
    import secrets

    from mlgrade.authoring import scaffold
    from mlgrade.course.model import SEED_BITS

    if _asks(yes) and template is None:
        template = _choice("Begin as a copy of", ("", *scaffold.NAMES), "", "nothing, a small course")
    if title is None:
        title = scaffold.template_title(template) if template else _in_words(target.absolute().name)
        title = str(click.prompt("Title", default=title)) if _asks(yes) else title
    fresh = secrets.randbits(SEED_BITS) if seed is None else seed
    made = scaffold.create(target, title, fresh, template or "")
    counts = f"{options.counted(len(made.units), 'unit')}, {options.counted(len(made.concepts), 'concept')}"
    click.echo(f"{options.shown(target)}: {made.name}, {counts}.")
    if template:
        click.echo("Its due dates are comments in course.yml: set your own. Its hidden suites are public (README.md).")
    click.echo(f"Next: cd {options.shown(target)} && mlgrade lint")


@command.command("concept")
@click.argument("name", metavar="ID")
@click.option("--title", metavar="TEXT", help="As students read it. Default: made from ID.")
@click.option(
    "--function", "functions", multiple=True, metavar="NAME", help="To be written; may be repeated. Default: ID."
)
@click.option("--unit", metavar="NAME", help="Where it is added, at the end. Default: the last unit.")
@click.option("--unit-title", metavar="TEXT", default="", help="Begin a new unit of this title, with --unit.")
@click.option("--points", type=click.FloatRange(0, 1e6, min_open=True), help="Default: 10.")
@click.option("--requires", multiple=True, metavar="ID", help="A concept that comes before it; may be repeated.")
@_yes
@options.course
def new_concept(
    name: str,
    title: str | None,
    functions: tuple[str, ...],
    unit: str | None,
    unit_title: str,
    points: float | None,
    requires: tuple[str, ...],
    yes: bool,
    course: Path | None,
) -> None:
    """Add a concept: an entry in course.yml, whose comments stay, and six files to be filled in.

    Wherever something is to be written stands TODO(author); mlgrade lint ID lists these with file and line, and proves
    the concept once there are none.

    \b
    Examples:
      mlgrade new concept layer_norm
      mlgrade new concept norm --function norm --function normalize --unit core_objects --points 12
      mlgrade new concept dropout --unit week_9 --unit-title "Week 9" --requires probability
    """
    from mlgrade.authoring import scaffold
    from mlgrade.course import Concept

    loaded = options.load_course(course)
    home = next((one for one in loaded.units if name in {each.id for each in one.concepts}), None)
    if home is not None:
        concept = loaded.concept(name)
        click.echo(f"{name} is in course.yml already; its entry stays as it is.")
    else:
        if _asks(yes):
            title = title or str(click.prompt("Title", default=_in_words(name)))
            functions = functions or tuple(_words(click.prompt("Functions", default=name)))
            unit = unit or _choice("Unit", tuple(one.id for one in loaded.units), loaded.units[-1].id)
            points = points or click.prompt("Points", default=10.0, type=click.FloatRange(0, 1e6, min_open=True))
            requires = requires or _asked_requirements(loaded)
        concept = Concept(
            id=name,
            title=title or _in_words(name),
            points=points or 10.0,
            functions=list(functions or (name,)),
            requires=list(requires),
        )
        home = scaffold.unit_of(loaded, unit or loaded.units[-1].id, unit_title)
    made = scaffold.add(loaded, home, concept)
    _tell(made, name, home.id, loaded.root)


@command.command("class")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@options.course
def new_class(target: Path, course: Path | None) -> None:
    """Write the submissions of a small class into DIR, to try grade, summary and export on.

    Seven students of every usual kind: right, a known mistake, not started, a syntax error, an endless loop, half of
    the concepts, nothing. They are made from the course's own solutions and misconceptions.

    \b
    Examples:
      mlgrade new class sample
      mlgrade grade sample/submissions
    """
    from mlgrade.authoring.scaffold import sample_class

    sample_class.create(target, options.load_course(course))
    for student, what in sample_class.STUDENTS.items():
        click.echo(f"{student:<6}{what}")
    shown = options.shown(target)
    click.echo(f"Next: mlgrade roster import {shown}/{sample_class.ROSTER}")
    click.echo(f"      mlgrade grade {shown}/{sample_class.SUBMISSIONS}")


def _tell(made: Sequence[Path], name: str, unit: str, root: Path) -> None:
    click.echo(f"{options.shown(root / 'course.yml')}: {name} is in the unit {unit}.")
    for path in made:
        click.echo(options.shown(path))
    click.echo(f"Next: mlgrade lint {name}  (what is still to be written, with file and line)")


def _asks(yes: bool) -> bool:
    return not yes and sys.stdin.isatty() and sys.stdout.isatty()


def _asked_requirements(course: Course) -> tuple[str, ...]:
    def known(text: str) -> tuple[str, ...]:
        return tuple(course.concept(one).id for one in _words(text))

    said: tuple[str, ...] = click.prompt(
        "Requires (names, or nothing)", default="", show_default=False, value_proc=_again(known)
    )
    return said


def _choice(question: str, names: tuple[str, ...], default: str, nothing: str = "") -> str:
    from mlgrade.errors import UsageError, closest

    def known(text: str) -> str:
        if text not in names:
            raise UsageError(f'no "{text}" here{closest(text, names)}')
        return text

    shown = ", ".join(one or nothing for one in names)
    said: str = click.prompt(
        f"{question} ({shown})", default=default, show_default=bool(default), value_proc=_again(known)
    )
    return said


def _again(read: Callable[[str], _T]) -> Callable[[str], _T]:
    """Let a prompt ask once more where an option would be refused."""
    from mlgrade.errors import UsageError

    def answer(text: str) -> _T:
        try:
            return read(text)
        except UsageError as error:
            raise click.UsageError(str(error)) from None

    return answer


def _words(text: str) -> list[str]:
    return re.findall(r"[^\s,]+", text)


def _in_words(name: str) -> str:
    words = re.sub(r"[\s_-]+", " ", name).strip()
    return words[:1].upper() + words[1:]
