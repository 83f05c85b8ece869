"""mlgrade adapter github: workflows for the students' repositories, and for the staff's."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options


@click.command("github")
@click.argument("target", metavar="OUT_DIR", type=click.Path(path_type=Path))
@click.option("--classroom", is_flag=True, help="Also tell the points, as GitHub Classroom's reporter reads them.")
@click.option("--wheel", type=click.Path(path_type=Path), help="A built mlgrade wheel. Default: this very mlgrade.")
@options.course
def command(target: Path, classroom: bool, wheel: Path | None, course: Path | None) -> None:
    """Write two workflows for GitHub Actions: one checks every push, one grades.

    OUT_DIR/students goes into the repository that students start from: each push is checked with the visible suites,
    mistakes are marked at their lines. OUT_DIR/staff goes into the private repository that holds the course: it fetches
    the students' repositories and grades them with the hidden suites, where no student can change what runs.

    \b
    Examples:
      mlgrade adapter github workflows
      mlgrade adapter github workflows --classroom
    """
    from mlgrade.integrations import packaging
    from mlgrade.integrations.github import package

    files = package.built(options.load_course(course), wheel, classroom=classroom)
    packaging.unpack(files, target, package.scripts(files))
    click.echo(package.summary(options.shown(target)))
