"""mlgrade reset: an exercise as it was given out."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options


@click.command("reset")
@click.argument("concept")
@options.course
def command(concept: str, course: Path | None) -> None:
    """Put the empty exercise back. Your own file is kept beside it, as softmax.bak-1.py.

    \b
    Example:
      mlgrade reset softmax
    """
    from mlgrade.authoring.release.update import reset

    done = reset(options.load_course(course), concept)
    exercise = options.shown(done.exercise)
    if not done.changed:
        click.echo(f"{exercise} is the empty exercise already; nothing was changed.")
        return
    if done.backup is not None:
        click.echo(f"Yours is kept: {options.shown(done.backup)}")
    click.echo(f"{exercise} is empty again. Next: mlgrade check {exercise}")
