"""mlgrade doctor: versions, the course found, and what isolation this machine gives."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mlgrade.cli import options


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
@options.plain
def command(as_json: bool, plain: bool) -> None:
    """Show what mlgrade finds on this machine, and which walls stand around student code.

    \b
    Example:
      mlgrade doctor
    """
    import msgspec

    from mlgrade import doctor

    facts = doctor.examine(Path.cwd())
    if as_json:
        click.echo(json.dumps(msgspec.to_builtins(facts), indent=2))
        return
    console = options.console(plain=plain)
    for fact in facts:
        mark = "ok  " if fact.good else "NOTE"
        console.print(f"{mark}  {fact.name:<13} {fact.value}", style=None if fact.good else "yellow", soft_wrap=True)
