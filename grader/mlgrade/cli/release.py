"""mlgrade release: the student edition, searched for what must not go out."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.authoring.release.leaks import Leak, ReleaseFile
    from mlgrade.course import Course


@click.command("release")
@click.argument("target", metavar="DIR|FILE.zip", type=click.Path(path_type=Path))
@click.option("--unit", "units", multiple=True, metavar="NAME", help="Only this unit; may be given several times.")
@click.option("--notebooks", is_flag=True, help="Exercises as notebooks instead of .py files.")
@click.option("--with", "handouts", metavar="DIR", type=click.Path(path_type=Path), help="Also give out these files.")
@click.option("--check", "checking", is_flag=True, help="Write nothing: search a folder or zip that is there already.")
@options.course
def command(
    target: Path, units: tuple[str, ...], notebooks: bool, handouts: Path | None, checking: bool, course: Path | None
) -> None:
    """Write the student edition: exercises, visible checks, lessons, cards, and the course without staff settings.

    What is written is searched first: for distinctive lines of hidden suites, solutions and misconceptions, in text
    and in notebooks, and for whole files of these. Archives that were added by hand are refused. If anything is found
    it is listed with its place, nothing is written, and the command ends with 1.

    \b
    Examples:
      mlgrade release edition.zip
      mlgrade release week1 --unit core_objects --notebooks
      mlgrade release edition.zip --with handouts
      mlgrade release --check ../my_own_folder
    """
    loaded = options.load_course(course)
    if checking:
        sys.exit(_check(loaded, target))
    sys.exit(_release(loaded, target, _concepts(loaded, units), notebooks, handouts))


def _check(course: Course, target: Path) -> int:
    from mlgrade.authoring.release.leaks import read_release

    found = _search(course, read_release(target))
    if not found:
        click.echo(f"{options.shown(target)}: nothing hidden was found.")
    return _tell(found, "Give nothing of this to students before it is fixed.")


def _release(
    course: Course, target: Path, concepts: Sequence[str] | None, notebooks: bool, handouts: Path | None
) -> int:
    from mlgrade.authoring.release import package

    files = package.build(course, concepts, notebooks=notebooks)
    refused: list[ReleaseFile] = []
    if handouts is not None:
        files, refused = package.with_handouts(files, handouts)
    found = _search(course, [*package.searched(files), *refused])
    if not found:
        package.save(files, target)
        click.echo(package.summary(files, options.shown(target)))
    return _tell(found, "Nothing was written.")


def _search(course: Course, files: Iterable[ReleaseFile]) -> list[Leak]:
    from mlgrade.authoring.release.hidden import HiddenFiles
    from mlgrade.authoring.release.leaks import search

    with options.waiting("searching for what must not go out"):
        return search(files, HiddenFiles(course))


def _tell(found: Sequence[Leak], then: str) -> int:
    for leak in found:
        click.echo(str(leak))
    if found:
        click.echo(f"{len(found)} leak{'s' if len(found) > 1 else ''}. {then}", err=True)
    return 1 if found else 0


def _concepts(course: Course, units: Sequence[str]) -> list[str] | None:
    from mlgrade.errors import UsageError, closest

    known = {unit.id: [concept.id for concept in unit.concepts] for unit in course.units}
    for name in units:
        if name not in known:
            raise UsageError(f'no unit "{name}"{closest(name, known) or "; this course has " + ", ".join(known)}')
    return [concept for name in known if name in units for concept in known[name]] if units else None
