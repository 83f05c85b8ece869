"""mlgrade hint: the ladder of hints, one step at a time."""

from __future__ import annotations

from pathlib import Path

import click

from mlgrade.cli import options


@click.command("hint")
@click.argument("concept")
@click.option("--shown", is_flag=True, help="Show the hints that are open, and open no other.")
@click.option("--restart", is_flag=True, help="Close the ladder and begin at its first step.")
@options.plain
@options.course
def command(concept: str, shown: bool, restart: bool, plain: bool, course: Path | None) -> None:
    """Open the next hint for an exercise: a nudge first, then the idea, then the shape of the code.

    Each call opens one step more and shows all that are open; it remembers where you are.

    \b
    Examples:
      mlgrade hint softmax
      mlgrade hint softmax --shown
    """
    from mlgrade.course import lessons
    from mlgrade.reports import progress

    loaded = options.load_course(course)
    lesson = lessons.load(loaded, loaded.concept(concept))
    opened = progress.load_state(loaded, "hints", dict[str, int], {})
    before = 0 if restart else opened.get(concept, 0)
    now = max(1, min(len(lesson.hints), before if shown else before + 1))
    if problem := progress.save_state(loaded, "hints", opened | {concept: now}):
        click.echo(f"mlgrade: {problem}", err=True)
    _print(lesson.hints[:now], len(lesson.hints), concept, plain=plain)


def _print(steps: list[str], total: int, concept: str, *, plain: bool) -> None:
    from mlgrade.reports.style import say

    console = options.console(plain=plain)
    for number, step in enumerate(steps, 1):
        console.print(f"Hint {number} of {total}", style="bold" if number == len(steps) else "dim")
        say(console, step.rstrip(), indent=2)
    if len(steps) < total:
        say(console, f"Next: try it; if it does not help, mlgrade hint {concept}")
    else:
        say(console, f"Next: that was the last hint. mlgrade explain {concept} shows the whole idea.")
