"""The grading of a class on a terminal: how far it is, what became of every file, and whose grade moved."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from rich.console import Console
from rich.text import Text

from mlgrade.classwork import Kept, Same, Told
from mlgrade.classwork.moves import Move
from mlgrade.errors import Exit
from mlgrade.gradebook.model import Attempt, Grade, State
from mlgrade.intake import Intake, Kind, Note
from mlgrade.redact import line
from mlgrade.reports.lines import say
from mlgrade.results import ConceptReport, Outcome, Status

SHOWN = 12  # rows of a list, unless all are asked for
LINE_SECONDS = 5.0  # between two lines, where there is no terminal to draw a bar on
COMPLETE, PARTLY, NOTHING, UNCHANGED = "complete", "partly right", "no points", "unchanged"
_ORDER = (
    COMPLETE,
    PARTLY,
    NOTHING,
    str(Status.CANNOT_RUN),
    str(Status.TIMED_OUT),
    str(Status.NOT_STARTED),
    str(Status.BROKEN),
    UNCHANGED,
)


class Account:
    """What came of a run so far. Holds counts, and of single results only those that somebody must look at."""

    def __init__(self, intake: Intake, *, dry: bool) -> None:
        self.intake, self.dry = intake, dry
        self.counts: Counter[str] = Counter()
        self.notes: list[Note] = list(intake.notes)
        self.broken: list[tuple[str, str, str]] = []
        self.moves: list[Move] = []
        self.regraded = 0
        self.stopped_calls = 0
        self.begun = time.monotonic()

    def add(self, told: Told) -> None:
        match told:
            case Note():
                self.notes.append(told)
            case Same():
                self.counts[UNCHANGED] += 1
            case Kept(attempt=attempt, move=move):
                self.counts[word(attempt)] += 1
                self.stopped_calls += Outcome.TIMED_OUT in attempt.outcomes
                self.regraded += move is not None and move.regraded
                if move is not None and _moved(move):
                    self.moves.append(move)
                if attempt.status is Status.BROKEN:
                    self.broken.append((attempt.student, attempt.concept, _reason(attempt)))

    @property
    def graded(self) -> int:
        return self.counts.total() - self.counts[UNCHANGED]

    @property
    def undecided(self) -> list[Note]:
        return [note for note in self.notes if note.kind in (Kind.REFUSED, Kind.AMBIGUOUS)]

    @property
    def exit_code(self) -> int:
        """Non-zero only when work was not done."""
        if self.broken:
            return Exit.OUR_FAULT
        return Exit.FAILED if self.undecided else Exit.PASSED

    def sentence(self) -> str:
        parts = [f"{self.counts[name]} {name.replace('_', ' ')}" for name in _ORDER if self.counts[name]]
        return ", ".join(parts) or "nothing yet"


def word(attempt: Attempt) -> str:
    """One word for what came of a submission."""
    if attempt.status is not Status.GRADED:
        return str(attempt.status)
    if attempt.earned >= attempt.possible:
        return COMPLETE
    return PARTLY if attempt.earned > 0 else NOTHING


def _moved(move: Move) -> bool:
    return (move.before.state, move.before.points) != (move.after.state, move.after.points)


def _reason(attempt: Attempt) -> str:
    report = msgspec.json.decode(attempt.report, type=ConceptReport)
    broken = [check.id for check in report.checks if check.outcome is Outcome.BROKEN]
    return report.reason or f"broken checks: {', '.join(broken)}"


def as_json(told: Told) -> str:
    """One result on one line."""
    if isinstance(told, Kept):
        attempt = msgspec.to_builtins(msgspec.structs.replace(told.attempt, report=b""))
        attempt.pop("report")
        attempt.pop("id")
        return _json({"kind": "graded", **attempt, "move": msgspec.to_builtins(told.move)})
    return _json({"kind": "same" if isinstance(told, Same) else "note", **msgspec.to_builtins(told)})


def _json(data: object) -> str:
    return msgspec.json.encode(data).decode()


# -- while it runs ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def progress(console: Console, account: Account, total: int) -> Iterator[Callable[[Told], None]]:
    """Show how far it is: a bar on a terminal, elsewhere a line every few seconds."""
    if not console.is_terminal:
        yield _Lines(console, account, total)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total, rate="", counts="starting")

        def tell(told: Told) -> None:
            account.add(told)
            done = account.counts.total()
            bar.update(task, completed=done, rate=_rate(account), counts=account.sentence())

        yield tell


class _Lines:
    def __init__(self, console: Console, account: Account, total: int) -> None:
        self._console, self._account, self._total = console, account, total
        self._next = time.monotonic() + LINE_SECONDS

    def __call__(self, told: Told) -> None:
        self._account.add(told)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            done = self._account.counts.total()
            left = _left(self._account, self._total)
            text = f"{done} of {self._total}, {_rate(self._account)}, {left}: {self._account.sentence()}"
            self._console.print(text, soft_wrap=True)


def _per_second(account: Account) -> float:
    return account.counts.total() / max(time.monotonic() - account.begun, 0.001)


def _rate(account: Account) -> str:
    return f"{_per_second(account):.1f}/s"


def _left(account: Account, total: int) -> str:
    seconds = (total - account.counts.total()) / max(_per_second(account), 0.001)
    return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {seconds:.0f} s left"


# -- when it has ended ------------------------------------------------------------------------------------------


def render(console: Console, account: Account, *, verbose: bool = False, interrupted: bool = False) -> None:
    _files(console, account, verbose)
    _results(console, account)
    _ours(console, account)
    _moves(console, account, verbose)
    if interrupted:
        say(console, Text("\nStopped. What is listed here is kept; the same command goes on from there.", style="bold"))


def _files(console: Console, account: Account, verbose: bool) -> None:
    counts = account.intake.counts
    said = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items() if number)
    say(console, Text(f"Files ({account.intake.layout}): {said or 'none'}", style="bold"))
    must_see = account.undecided
    rest = [note for note in account.notes if note not in must_see]
    rows = [*must_see, *rest] if verbose else must_see + rest[: max(0, SHOWN - len(must_see))]
    for note in rows:
        say(console, f"{note.kind.replace('_', ' ')}: {note}", indent=2, hang=2)
    _more(console, len(account.notes) - len(rows))
    if verbose:
        from mlgrade.intake import RULES

        for rule in RULES:
            say(console, rule, indent=2, hang=2)


def _more(console: Console, number: int) -> None:
    if number > 0:
        say(console, f"... and {number} more; -v shows all", indent=2)


def _results(console: Console, account: Account) -> None:
    verb = "Would be graded" if account.dry else "Graded"
    say(console, Text(f"\n{verb}: {account.graded}", style="bold"))
    for name in _ORDER:
        if account.counts[name]:
            say(console, f"{account.counts[name]:>7}  {name.replace('_', ' ')}{_meaning(name)}")
    if account.stopped_calls:
        say(console, f"{account.stopped_calls:>7}  of them with a call that was stopped by the clock")


def _meaning(name: str) -> str:
    return {
        str(Status.BROKEN): " (our fault: no score, and tried again by the next run)",
        str(Status.NOT_STARTED): " (an untouched stub, which counts as nothing handed in)",
        UNCHANGED: " (graded before, with the same source, suite and limits)",
    }.get(name, "")


def _ours(console: Console, account: Account) -> None:
    for student, concept, why in account.broken[:SHOWN]:
        text = f"broken: {line(student)} {concept}: {line(why)}"
        say(console, Text(text, style="red"), indent=2, hang=2)
    _more(console, len(account.broken) - SHOWN)


def _moves(console: Console, account: Account, verbose: bool) -> None:
    """Who moved: counted, then each with the checks that made the difference."""
    if not account.regraded and not account.moves:
        return
    up, down, other = _directions(account.moves)
    same = account.regraded - sum(move.regraded for move in account.moves)
    tense = "would move" if account.dry else "moved"
    heading = f"\nGrades that {tense}: {len(up)} up, {len(down)} down, {same} same"
    say(console, Text(heading + (f", {len(other)} got or lost a score" if other else ""), style="bold"))
    rows = [*down, *other, *up]
    for move in rows if verbose else rows[:SHOWN]:
        say(console, _move(move), indent=2, hang=2)
    _more(console, 0 if verbose else len(rows) - SHOWN)
    for why, number in _causes(account.moves):
        say(console, f"{number:>5} x {why}", indent=2, hang=8)


def _directions(moves: Iterable[Move]) -> tuple[list[Move], list[Move], list[Move]]:
    up: list[Move] = []
    down: list[Move] = []
    other: list[Move] = []
    for move in sorted(moves, key=lambda one: (one.concept, one.student)):
        if (move.before.points is None) != (move.after.points is None):
            other.append(move)
        else:
            (up if move.change > 0 else down).append(move)
    return up, down, other


def _move(move: Move) -> str:
    why = "; ".join(move.why[:3]) + (f"; and {len(move.why) - 3} more" if len(move.why) > 3 else "")
    return f"{line(move.student)} {move.concept}: {score(move.before)} -> {score(move.after)} ({line(why)})"


def _causes(moves: Sequence[Move]) -> list[tuple[str, int]]:
    """The checks that moved most grades, where more than one was moved."""
    counts = Counter(why for move in moves if move.regraded for why in move.why)
    return [(line(why), number) for why, number in counts.most_common(5) if number > 1]


def score(grade: Grade) -> str:
    return f"{grade.points:g}" if grade.state is State.GRADED and grade.points is not None else str(grade.state)
