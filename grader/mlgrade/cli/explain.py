"""mlgrade explain: the card of a concept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console


@click.command("explain")
@click.argument("concept")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
@options.plain
@options.course
def command(concept: str, as_json: bool, plain: bool, course: Path | None) -> None:
    """Show what a concept means, its formula, a picture in text, and where to read on.

    \b
    Example:
      mlgrade explain softmax
    """
    import msgspec

    from mlgrade.course import lessons
    from mlgrade.reports.style import say

    loaded = options.load_course(course)
    found = loaded.concept(concept)
    lesson = lessons.load(loaded, found)
    if as_json:
        card = {name: value for name, value in msgspec.to_builtins(lesson).items() if name != "hints"}
        click.echo(json.dumps({"concept": concept, "title": found.title} | card, indent=2))
        return
    console = options.console(plain=plain)
    console.print(f"{found.title}  ({concept})", style="bold", soft_wrap=True)
    say(console, " ".join(lesson.meaning.split()))
    _block(console, "Formula", lesson.formula)
    _block(console, "Picture", lesson.picture)
    _block(console, "Sources", "\n".join(f"- {source}" for source in lesson.sources))
    console.print(f"\nNext: mlgrade check {options.shown(loaded.exercise(concept))}", style="bold", soft_wrap=True)


def _block(console: Console, title: str, text: str) -> None:
    """A picture is never wrapped: a wrapped picture shows something else."""
    console.print(f"\n{title}", style="bold")
    for line in text.rstrip("\n").splitlines():
        console.print(f"  {line}".rstrip(), soft_wrap=True)
