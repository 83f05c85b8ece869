"""The grading of a class when it has ended: what became of every file, what came of it, and whose grade moved."""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.text import Text

from mlgrade.batch import Event, Saved, Unchanged
from mlgrade.reports.account import GIVEN_UP, ORDER, SHOWN, UNCHANGED, Direction, DiscoverySummary
from mlgrade.reports.style import say
from mlgrade.results import Status
from mlgrade.submissions.discover import RULES
from mlgrade.text import one_line

_MEANING = {
    str(Status.BROKEN): " (our fault: no score, and tried again by the next run)",
    GIVEN_UP: " (ended the grading process twice: no score; --force tries once more)",
    str(Status.NOT_STARTED): " (an untouched stub, which counts as nothing handed in)",
    UNCHANGED: " (graded before, with the same source, suite and limits)",
}


def as_json(told: Event) -> str:
    """One result, or what became of one file that was not graded, on one line."""
    if isinstance(told, Saved):
        attempt = msgspec.to_builtins(msgspec.structs.replace(told.attempt, report=b""))
        attempt.pop("report")
        attempt.pop("id")
        return _json({"kind": "graded", **attempt, "move": msgspec.to_builtins(told.move)})
    if isinstance(told, Unchanged):
        return _json({"kind": "same", **msgspec.to_builtins(told)})
    return _json({"kind": "note", "place": told.place, "what": told.what, "outcome": told.kind})


def _json(data: object) -> str:
    return msgspec.json.encode(data).decode()


def render(console: Console, account: DiscoverySummary, *, stopped: bool = False) -> None:
    """`stopped` says that the run did not get to its end."""
    _files(console, account)
    _results(console, account)
    _ours(console, account)
    _moves(console, account)
    if stopped:
        say(console, Text("\nStopped. What is listed here is kept; the same command goes on from there.", style="bold"))


def _files(console: Console, account: DiscoverySummary) -> None:
    counts = account.intake.counts
    said = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items() if number)
    say(console, Text(f"Files ({account.intake.layout}): {said or 'none'}", style="bold"))
    must_see, rest = account.undecided, account.others
    shown = rest if account.verbose else rest[: max(0, SHOWN - len(must_see))]
    for note in (*must_see, *shown):
        say(console, f"{note.kind.replace('_', ' ')}: {note}", indent=2, hang=2)
    _more(console, len(rest) - len(shown))
    for rule in RULES if account.verbose else ():
        say(console, rule, indent=2, hang=2)


def _more(console: Console, number: int) -> None:
    if number > 0:
        say(console, f"... and {number} more; -v shows all", indent=2)


def _results(console: Console, account: DiscoverySummary) -> None:
    verb = "Would be graded" if account.dry else "Graded"
    say(console, Text(f"\n{verb}: {account.graded}", style="bold"))
    for name in ORDER:
        if account.counts[name]:
            say(console, f"{account.counts[name]:>7}  {name.replace('_', ' ')}{_MEANING.get(name, '')}", hang=4)
    if account.stopped_calls:
        say(console, f"{account.stopped_calls:>7}  of them with a call that was stopped by the clock", hang=4)


def _ours(console: Console, account: DiscoverySummary) -> None:
    for student, concept, why in account.broken:
        text = f"broken: {one_line(student)} {concept}: {one_line(why)}"
        say(console, Text(text, style="red"), indent=2, hang=2)
    _more(console, account.counts[Status.BROKEN] + account.counts[GIVEN_UP] - len(account.broken))


def _moves(console: Console, account: DiscoverySummary) -> None:
    """Who moved: counted, then each with the checks that made the difference, then the checks that moved most."""
    moves = account.moves
    if not moves:
        return
    up, down, other = (moves.counts[one] for one in (Direction.UP, Direction.DOWN, Direction.STATE))
    tense = "would move" if account.dry else "moved"
    heading = f"\nGrades that {tense}: {up} up, {down} down, {moves.same} same"
    say(console, Text(heading + (f", {other} {Direction.STATE}" if other else ""), style="bold"))
    rows = list(moves.rows())
    shown = rows if account.verbose else rows[:SHOWN]
    for row in shown:
        say(console, row, indent=2, hang=2)
    _more(console, moves.counts.total() - len(shown))
    for why, number in moves.reasons(5):
        if number > 1:
            say(console, f"{number:>5} x {one_line(why)}", indent=2, hang=8)
