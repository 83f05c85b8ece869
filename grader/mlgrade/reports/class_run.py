"""Show the grading of a class: progress while it runs, and what came of it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import msgspec
from rich.console import Console
from rich.text import Text

from mlgrade.batch import Event, Saved, Unchanged
from mlgrade.reports.run_summary import GIVEN_UP, ORDER, SHOWN, UNCHANGED, Direction, RunSummary
from mlgrade.reports.style import say
from mlgrade.results import Status
from mlgrade.submissions.discover import RULES
from mlgrade.text import one_line

# How far the grading of a class is: a bar on a terminal, elsewhere a line every few seconds.

LINE_SECONDS = 5.0  # between two lines, where there is no terminal to draw a bar on
NARROW = 70  # columns, below which the counts need the room that the bar has


@contextlib.contextmanager
def progress(console: Console, summary: RunSummary, total: int) -> Iterator[Callable[[Event], None]]:
    """What it yields adds to the summary, and shows it."""
    if not console.is_terminal:
        yield _Lines(console, summary, total)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.table import Column

    # The counts alone may be wrapped: of all others a part would say something else.
    columns = (
        *(() if console.width < NARROW else (BarColumn(bar_width=20),)),
        TextColumn("{task.completed}/{task.total}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.fields[counts]}", table_column=Column(ratio=1)),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, rate="", counts="starting")

        def show(event: Event) -> None:
            summary.add(event)
            bar.update(task, completed=summary.done, rate=_rate(summary), counts=summary.sentence())

        yield show


class _Lines:
    def __init__(self, console: Console, summary: RunSummary, total: int) -> None:
        self._console, self._summary, self._total = console, summary, total
        self._next = time.monotonic() + LINE_SECONDS

    def __call__(self, event: Event) -> None:
        self._summary.add(event)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            left = _left(self._summary, self._total)
            text = f"{self._summary.done} of {self._total}, {_rate(self._summary)}, {left}: {self._summary.sentence()}"
            self._console.print(text, soft_wrap=True)


def _per_second(summary: RunSummary) -> float:
    return summary.done / max(time.monotonic() - summary.begun, 0.001)


def _rate(summary: RunSummary) -> str:
    return f"{_per_second(summary):.1f}/s"


def _left(summary: RunSummary, total: int) -> str:
    seconds = (total - summary.done) / max(_per_second(summary), 0.001)
    return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {seconds:.0f} s left"


# -- classwork -----------------------------------------------------------------------------------------------------

# The grading of a class when it has ended: what became of every file, what came of it, and whose grade moved.

_MEANING = {
    str(Status.BROKEN): " (our fault: no score, and tried again by the next run)",
    GIVEN_UP: " (ended the grading process twice: no score; --force tries once more)",
    str(Status.NOT_STARTED): " (an untouched stub, which counts as nothing handed in)",
    UNCHANGED: " (graded before, with the same source, suite and limits)",
}


def as_json(event: Event) -> str:
    """One result, or what became of one file that was not graded, on one line."""
    if isinstance(event, Saved):
        attempt = msgspec.to_builtins(msgspec.structs.replace(event.attempt, report=b""))
        attempt.pop("report")
        attempt.pop("id")
        return _json({"kind": "graded", **attempt, "move": msgspec.to_builtins(event.move)})
    if isinstance(event, Unchanged):
        return _json({"kind": "same", **msgspec.to_builtins(event)})
    return _json({"kind": "note", "place": event.place, "what": event.what, "outcome": event.kind})


def _json(data: object) -> str:
    return msgspec.json.encode(data).decode()


def render(console: Console, summary: RunSummary, *, stopped: bool = False) -> None:
    """`stopped` says that the run did not get to its end."""
    _files(console, summary)
    _results(console, summary)
    _ours(console, summary)
    _moves(console, summary)
    if stopped:
        say(console, Text("\nStopped. What is listed here is kept; the same command goes on from there.", style="bold"))


def _files(console: Console, summary: RunSummary) -> None:
    counts = summary.discovery.counts
    said = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items() if number)
    say(console, Text(f"Files ({summary.discovery.layout}): {said or 'none'}", style="bold"))
    must_see, rest = summary.undecided, summary.others
    shown = rest if summary.verbose else rest[: max(0, SHOWN - len(must_see))]
    for note in (*must_see, *shown):
        say(console, f"{note.kind.replace('_', ' ')}: {note}", indent=2, hang=2)
    _more(console, len(rest) - len(shown))
    for rule in RULES if summary.verbose else ():
        say(console, rule, indent=2, hang=2)


def _more(console: Console, number: int) -> None:
    if number > 0:
        say(console, f"... and {number} more; -v shows all", indent=2)


def _results(console: Console, summary: RunSummary) -> None:
    verb = "Would be graded" if summary.dry else "Graded"
    say(console, Text(f"\n{verb}: {summary.graded}", style="bold"))
    for name in ORDER:
        if summary.counts[name]:
            say(console, f"{summary.counts[name]:>7}  {name.replace('_', ' ')}{_MEANING.get(name, '')}", hang=4)
    if summary.stopped_calls:
        say(console, f"{summary.stopped_calls:>7}  of them with a call that was stopped by the clock", hang=4)


def _ours(console: Console, summary: RunSummary) -> None:
    for student, concept, why in summary.broken:
        text = f"broken: {one_line(student)} {concept}: {one_line(why)}"
        say(console, Text(text, style="red"), indent=2, hang=2)
    _more(console, summary.counts[Status.BROKEN] + summary.counts[GIVEN_UP] - len(summary.broken))


def _moves(console: Console, summary: RunSummary) -> None:
    """Who moved: counted, then each with the checks that made the difference, then the checks that moved most."""
    moves = summary.moves
    if not moves:
        return
    up, down, other = (moves.counts[one] for one in (Direction.UP, Direction.DOWN, Direction.STATE))
    tense = "would move" if summary.dry else "moved"
    heading = f"\nGrades that {tense}: {up} up, {down} down, {moves.same} same"
    say(console, Text(heading + (f", {other} {Direction.STATE}" if other else ""), style="bold"))
    rows = list(moves.rows())
    shown = rows if summary.verbose else rows[:SHOWN]
    for row in shown:
        say(console, row, indent=2, hang=2)
    _more(console, moves.counts.total() - len(shown))
    for why, number in moves.reasons(5):
        if number > 1:
            say(console, f"{number:>5} x {one_line(why)}", indent=2, hang=8)
