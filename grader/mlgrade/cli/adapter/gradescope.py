"""mlgrade adapter gradescope: the autograder zip."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options

VISIBILITY = ("visible", "after_due_date", "after_published", "hidden")


@click.command("gradescope")
@click.argument("target", metavar="OUT.zip", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--unit", "units", multiple=True, metavar="NAME", help="Only this unit; may be given several times.")
@click.option("--concept", "concepts", multiple=True, metavar="NAME", help="Only this concept; likewise.")
@click.option(
    "--visibility",
    type=click.Choice(VISIBILITY),
    default="after_due_date",
    show_default=True,
    help="When students see the hidden checks and the score.",
)
@click.option("--leaderboard", is_flag=True, help="Rank by the points that students see anyway. Off by default.")
@click.option(
    "--allow-weak-isolation", is_flag=True, help="Grade there with weaker isolation (docs/how-to/gradescope.md)."
)
@click.option("--wheel", type=click.Path(path_type=Path), help="A built mlgrade wheel. Default: this very mlgrade.")
@options.course
def command(
    target: Path,
    units: tuple[str, ...],
    concepts: tuple[str, ...],
    visibility: str,
    leaderboard: bool,
    allow_weak_isolation: bool,
    wheel: Path | None,
    course: Path | None,
) -> None:
    """Write a Gradescope autograder: upload the zip under Configure Autograder.

    It holds Gradescope's two scripts, the course with its hidden suites, mlgrade itself and the exact versions of this
    machine. Scores are those of mlgrade grade. A loop costs the check it is in. If the course itself is at fault, there
    is no result at all, rather than a zero.

    \b
    Examples:
      mlgrade adapter gradescope autograder.zip --unit core_objects
      mlgrade adapter gradescope softmax.zip --concept softmax --visibility after_published
    """
    from mlgrade.integrations import packaging
    from mlgrade.integrations.gradescope.package import GradescopeSettings, GradescopeVisibility, built, summary

    loaded = options.load_course(course)
    settings = GradescopeSettings(
        concepts=packaging.chosen(loaded, units, concepts),
        visibility=GradescopeVisibility(visibility),
        leaderboard=leaderboard,
        allow_weak_isolation=allow_weak_isolation,
    )
    packaging.save(built(loaded, settings, wheel), target)
    click.echo(summary(loaded, settings, options.shown(target)))
