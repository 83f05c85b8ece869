"""How far the grading of a class is: a bar on a terminal, elsewhere a line every few seconds."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from rich.console import Console

from mlgrade.batch import Event
from mlgrade.reports.account import DiscoverySummary

LINE_SECONDS = 5.0  # between two lines, where there is no terminal to draw a bar on
NARROW = 70  # columns, below which the counts need the room that the bar has


@contextlib.contextmanager
def progress(console: Console, account: DiscoverySummary, total: int) -> Iterator[Callable[[Event], None]]:
    """What it yields adds to the account, and shows it."""
    if not console.is_terminal:
        yield _Lines(console, account, total)
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

        def tell(told: Event) -> None:
            account.add(told)
            bar.update(task, completed=account.done, rate=_rate(account), counts=account.sentence())

        yield tell


class _Lines:
    def __init__(self, console: Console, account: DiscoverySummary, total: int) -> None:
        self._console, self._account, self._total = console, account, total
        self._next = time.monotonic() + LINE_SECONDS

    def __call__(self, told: Event) -> None:
        self._account.add(told)
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_SECONDS
            left = _left(self._account, self._total)
            text = f"{self._account.done} of {self._total}, {_rate(self._account)}, {left}: {self._account.sentence()}"
            self._console.print(text, soft_wrap=True)


def _per_second(account: DiscoverySummary) -> float:
    return account.done / max(time.monotonic() - account.begun, 0.001)


def _rate(account: DiscoverySummary) -> str:
    return f"{_per_second(account):.1f}/s"


def _left(account: DiscoverySummary, total: int) -> str:
    seconds = (total - account.done) / max(_per_second(account), 0.001)
    return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {seconds:.0f} s left"
