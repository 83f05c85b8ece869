"""mlgrade demo: the lesson's examples, run with your own code."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.course import Course
    from mlgrade.study.demo import Demo, Played


@click.command("demo")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--list", "listing", is_flag=True, help="Show which demos there are, and run none.")
@click.option("--json", "as_json", is_flag=True, help="Print the same as JSON.")
@options.plain
@options.course
def command(names: tuple[str, ...], listing: bool, as_json: bool, plain: bool, course: Path | None) -> None:
    """Run the examples of the lesson: with your code if it passes its checks, else with the solution.

    Ends with 0 if the demos went as they should, 1 if a call gave something else or nothing could be shown.

    \b
    Examples:
      mlgrade demo
      mlgrade demo softmax attention
      mlgrade demo --list
    """
    from mlgrade.study import demo

    chosen = demo.wanted(names)
    if listing:
        _list(chosen, as_json=as_json, plain=plain)
        return
    loaded = options.load_course(course)
    played = _run(chosen, loaded)
    if as_json:
        _json(played)
    else:
        _print(options.console(plain=plain), played, loaded)
    sys.exit(exit_code(played))


def exit_code(played: Sequence[Played]) -> int:
    """Return the exit code for what was played."""
    from mlgrade.study.demo import DemoState

    states = {one.state for one in played}
    return 1 if DemoState.FAILED in states or DemoState.SHOWN not in states else 0


def _run(chosen: Sequence[Demo], course: Course) -> list[Played]:
    from mlgrade.sandbox.host import Host
    from mlgrade.sandbox.launch import launcher
    from mlgrade.study import demo

    with options.waiting("running"), Host(launcher()) as host:
        return list(demo.play(chosen, course, host))


def _list(chosen: Sequence[Demo], *, as_json: bool, plain: bool) -> None:
    if as_json:
        click.echo(json.dumps([{"name": one.name, "title": one.title, "needs": one.needs} for one in chosen], indent=2))
        return
    from rich.text import Text

    from mlgrade.reports.style import say

    console = options.console(plain=plain)
    for one in chosen:
        say(console, Text.assemble((f"{one.name:<11}", "bold"), f" {one.title}"), hang=12)


def _json(played: Sequence[Played]) -> None:
    import msgspec

    click.echo(json.dumps({"demos": msgspec.to_builtins(played)}, indent=2))


def _print(console: Console, played: Sequence[Played], course: Course) -> None:
    from rich.text import Text

    from mlgrade.reports.style import say

    for one in played:
        _demo(console, one)
    say(console, Text(_summary(played), style="bold"))
    say(console, Text(f"Next: {_next(played, course)}", style="bold"))


def _next(played: Sequence[Played], course: Course) -> str:
    from mlgrade.study.demo import DemoState

    if any(one.state is DemoState.FAILED for one in played):
        return "fix what FAIL names above, and run this again."
    todo = (course.exercise(concept) for one in played for concept in one.todo)
    first = next((path for path in todo if path.is_file()), None)
    return (
        f"mlgrade check {options.shown(first)}  (when it passes, the demo runs your code)" if first else "mlgrade list"
    )


def _demo(console: Console, one: Played) -> None:
    from rich.text import Text

    from mlgrade.reports.style import say

    say(console, Text(f"{one.name}: {one.title}", style="bold"))
    for origin in one.code:
        say(console, Text(f"{origin.function} from {origin.file} ({origin.why})", style="dim"), indent=2, hang=2)
    above = 2  # lines of what came before: only drawings stand apart
    for part in one.parts:
        lines = part.lines(console.width - 2)
        if max(above, len(lines)) > 1:
            console.print()
        for line in lines:
            console.print(f"  {line}".rstrip(), soft_wrap=True)  # a drawing that is wrapped shows something else
        above = len(lines)
    _rest(console, one)
    console.print()


def _rest(console: Console, one: Played) -> None:
    """Why there is no more to see, and what the code printed."""
    from rich.text import Text

    from mlgrade.reports.style import say
    from mlgrade.study.demo import DemoState

    word, style = {
        DemoState.SHOWN: ("", ""),
        DemoState.FAILED: ("FAIL", "bold red"),
        DemoState.WAITING: ("not yet:", "cyan"),
        DemoState.LEFT_OUT: ("left out:", "cyan"),
    }[one.state]
    if word:
        reason = one.reason.replace("\n", "\n  ")  # of several, each stands below the first
        say(console, Text.assemble((word, style), f"  {reason}"), indent=2, hang=2)
    if one.output:
        say(console, "Printed by the code:", indent=2)
        say(console, one.output.rstrip("\n"), indent=4)


def _summary(played: Sequence[Played]) -> str:
    from mlgrade.study.demo import DemoState

    words = {
        DemoState.SHOWN: "shown",
        DemoState.FAILED: "failed",
        DemoState.WAITING: "not yet",
        DemoState.LEFT_OUT: "left out",
    }
    counts = {word: sum(one.state is state for one in played) for state, word in words.items()}
    total = f"{len(played)} demo{'s' if len(played) > 1 else ''}"
    return f"{total}: {', '.join(f'{count} {word}' for word, count in counts.items() if count)}."
