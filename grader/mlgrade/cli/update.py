"""mlgrade update: a newer edition, without touching what the student has written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from mlgrade.authoring.release.update import FileUpdate, Update


@click.command("update")
@click.argument("edition", metavar="EDITION", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Also an older edition, one with fewer exercises, or another course's.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@options.course
def command(edition: Path, force: bool, dry_run: bool, course: Path | None) -> None:
    """Bring your folder up to a newer edition of the course: the zip or folder that your course staff gave out.

    An exercise that you have changed stays as it is; if there is a new version of it, it is put beside yours, as
    softmax.new.py. The visible checks, lessons, cards and the course itself are replaced.

    \b
    Examples:
      mlgrade update edition.zip --dry-run
      mlgrade update edition.zip
    """
    from mlgrade.authoring.release import update

    loaded = options.load_course(course)
    planned = update.plan(loaded, edition, force=force)
    if not dry_run:
        update.carry_out(loaded.root, planned)
    _print(planned, dry_run)


def _print(planned: Update, dry_run: bool) -> None:
    from mlgrade.authoring.release.update import UpdateKind

    same = planned.before == planned.after
    click.echo(f"Edition {planned.after}." if same else f"Edition {planned.before} -> {planned.after}.")
    shown = [move for move in planned.moves if not move.place.startswith(".mlgrade/")]
    for move in shown:
        click.echo(_line(move))
    if not shown:
        click.echo("Everything is here already.")
    if any(move.what in (UpdateKind.KEPT, UpdateKind.BESIDE) for move in shown):
        click.echo("What you have written was not touched.")
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")


def _line(move: FileUpdate) -> str:
    from mlgrade.authoring.release.update import UpdateKind
    from mlgrade.text import one_line

    place = one_line(move.place)
    if move.what is UpdateKind.BESIDE:
        return f"  {UpdateKind.KEPT:<9} {place} is yours; the new one is {one_line(move.target)}"
    return f"  {move.what:<9} {place}{' is yours' if move.what is UpdateKind.KEPT else ''}"
