"""mlgrade similar: pairs that share more than chance explains. It accuses nobody."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options


@click.command("similar")
@click.argument("submissions", type=click.Path(path_type=Path))
@click.option("--concept", "concepts", metavar="NAME", multiple=True, help="Only this exercise. May be repeated.")
@click.option(
    "--unit", "units", metavar="NAME", multiple=True, help="Only the exercises of this unit. May be repeated."
)
@click.option("--at-least", metavar="SCORE", type=click.IntRange(1, 100), default=50, show_default=True, help="Of 100.")
@click.option(
    "--most", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="Pairs shown of an exercise."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print all pairs as CSV, without their passages.")
@click.option("--json", "as_json", is_flag=True, help="Print all as JSON (schema mlgrade/similar/1).")
@options.plain
@options.course
def command(
    submissions: Path,
    concepts: tuple[str, ...],
    units: tuple[str, ...],
    at_least: int,
    most: int,
    as_csv: bool,
    as_json: bool,
    plain: bool,
    course: Path | None,
) -> None:
    """List pairs of a class whose files share more than exercise, solution and chance explain.

    It accuses nobody: it says where to look, and shows both passages side by side. Names, values, comments, layout and
    the order of functions do not count. The score is the share of what is particular to the smaller file that is in
    the other one too, from 0 to 100. Nothing is run, and nothing leaves this machine.

    Ends with 0, whatever was found.

    \b
    Examples:
      mlgrade similar submissions
      mlgrade similar submissions --concept softmax --at-least 70
      mlgrade similar submissions --unit attention --csv > pairs.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json: choose one of them")
    from mlgrade import similarity
    from mlgrade.reports import similar as report
    from mlgrade.submissions import discover

    loaded = options.load_course_for(submissions, course, "similar")
    with options.waiting("comparing"):
        taken = discover.take(submissions, loaded, units=units, concepts=concepts)
        found = similarity.compare(taken, loaded, at_least, most)
    if as_json:
        click.echo(found.to_json())
    elif as_csv:
        click.echo(found.about, err=True)
        click.echo(report.as_csv(found), nl=False)
    else:
        report.render(options.console(plain=plain), found, most)
