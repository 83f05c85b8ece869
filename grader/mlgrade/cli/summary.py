"""mlgrade summary: how the class is doing."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options


@click.command("summary")
@click.option("--concept", "concepts", metavar="NAME", multiple=True, help="Only this concept. May be repeated.")
@click.option("--unit", "units", metavar="NAME", multiple=True, help="Only the concepts of this unit. May be repeated.")
@click.option(
    "--most", metavar="N", type=click.IntRange(1), default=5, show_default=True, help="Lines of each list of a concept."
)
@click.option("--checks", is_flag=True, help="Every check, not only those that stand out; with --csv, a row for each.")
@click.option("--names", is_flag=True, help="Name everybody who has not started, not only the first twenty.")
@click.option("--csv", "as_csv", is_flag=True, help="A CSV table: one row for each concept.")
@click.option("--json", "as_json", is_flag=True, help="All of it as JSON (schema mlgrade/summary/1).")
@options.plain
@options.gradebook
@options.course
def command(
    concepts: tuple[str, ...],
    units: tuple[str, ...],
    most: int,
    checks: bool,
    names: bool,
    as_csv: bool,
    as_json: bool,
    plain: bool,
    gradebook: str | None,
    course: Path | None,
) -> None:
    """Show how the class is doing: grades, common mistakes, checks that stand out, who has not started.

    Mean, median and complete are of who has a grade; what is missing, excused or broken stands beside them and is no
    zero. Mistakes and checks are of the one attempt that counts for each student. docs/how-to/summary.md has the rules.

    \b
    Examples:
      mlgrade summary
      mlgrade summary --concept softmax --checks
      mlgrade summary --unit attention --csv > attention.csv
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json do different things; give one of them")
    from mlgrade.gradebook import grades, summary
    from mlgrade.reports import summary as report

    loaded = options.load_course(course)
    part = grades.part(loaded, units, concepts)
    with options.open_gradebook(gradebook, loaded) as book, options.waiting("counting"):
        found = summary.of_gradebook(part, book, None if names else summary.MOST_NAMES)
    if as_json:
        click.echo(found.to_json())
    elif as_csv:
        click.echo(b"".join(report.checks_as_csv(found) if checks else report.as_csv(found)), nl=False)
    else:
        report.render(options.console(plain=plain), found, most=most, checks=checks)
