"""A class on a terminal: a row for each concept, then what goes wrong in it; or as a table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from mlgrade.gradebook.items import Item
from mlgrade.gradebook.summary import ClassSummary, ConceptSummary, Mistake, NotStarted
from mlgrade.reports.style import say
from mlgrade.tables import guard, row
from mlgrade.text import one_line, plural

HEADINGS = ("concept", "graded", "mean", "of", "median", "complete", "missing", "excused", "broken", "late")
COLUMNS = (
    *("concept", "title", "unit", "possible", "graded", "mean", "median", "complete", "share_complete"),
    *("missing", "excused", "broken", "late", "ran"),
)
OF_CHECK = ("id", "title", "students", "passed", "broken", "difficulty", "discrimination")


def render(console: Console, found: ClassSummary, *, most: int, checks: bool) -> None:
    """Print all; of each list no more than `most`. With `checks`, every check instead of those that stand out."""
    say(console, Text(f"{one_line(found.course)}: {_people(found.students)}", style="bold"))
    console.print()
    _table(console, found.concepts)
    for concept in found.concepts:
        _concept(console, concept, most, checks=checks)
    console.print()
    if found.students:
        _not_started(console, found.not_started)
    else:
        say(console, "Nobody is on the roster, and nobody has handed in.")


def as_csv(found: ClassSummary) -> Iterator[bytes]:
    """A row for each concept. A text that a spreadsheet would run as a formula gets an apostrophe in front."""
    yield row(COLUMNS).encode()
    for concept in found.concepts:
        yield _row(getattr(concept, name) for name in COLUMNS)


def checks_as_csv(found: ClassSummary) -> Iterator[bytes]:
    """A row for each check of each concept."""
    yield row(["concept", *OF_CHECK]).encode()
    for concept in found.concepts:
        for check in concept.checks:
            yield _row([concept.concept, *(getattr(check, name) for name in OF_CHECK)])


# -- the table --------------------------------------------------------------------------------------------------


def _table(console: Console, concepts: Sequence[ConceptSummary]) -> None:
    """Columns as far apart as there is room for; where there is none, a sentence for each concept."""
    rows = [HEADINGS, *map(_cells, concepts)]
    first, *widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    gap = min(2, (console.width - first - sum(widths)) // len(widths))
    for number, (name, *cells) in enumerate(rows):
        if gap > 0:
            numbers = "".join(f"{cell:>{gap + width}}" for cell, width in zip(cells, widths, strict=True))
            console.print(Text(f"{name:<{first}}{numbers}", style="" if number else "bold"), soft_wrap=True)
        elif number:
            pairs = [f"{heading} {cell}" for heading, cell in zip(HEADINGS[1:], cells, strict=True)]
            say(console, f"{name}: {', '.join(pairs).replace(', of ', ' of ')}", hang=2)


def _cells(one: ConceptSummary) -> tuple[str, ...]:
    counts = (one.missing, one.excused, one.broken, one.late)
    scores = (_score(one.mean), f"{one.possible:g}", _score(one.median), _share(one.share_complete))
    return (one_line(one.concept), str(one.graded), *scores, *map(str, counts))


# -- one concept ------------------------------------------------------------------------------------------------


def _concept(console: Console, one: ConceptSummary, most: int, *, checks: bool) -> None:
    if not one.ran:
        return
    console.print()
    say(console, Text(f"{one_line(one.concept)}: {one_line(one.title)}", style="bold"), hang=2)
    say(console, f"Of {_people(one.ran)} whose file could be run:", indent=2, hang=2)
    _list(console, "Most common mistakes", map(_mistake, one.misconceptions), most)
    if checks:
        _list(console, "All checks: share passed, discrimination", map(_check, one.checks), len(one.checks))
        return
    _list(console, "Checks that most fail: share passed", map(_hard, one.hardest()), most)
    _list(console, "Checks that fail the best: share passed, discrimination", map(_check, one.backwards()), most)
    if easiest := one.easiest():
        listed = [_short(check) for check in easiest]
        names = ", ".join(listed if len(listed) <= most else [*listed[:most], f"... (--checks has all {len(listed)})"])
        passes = f"Everybody passes {len(listed)} of {len(one.checks)} checks:"
        say(console, f"{passes} {names}", indent=2, hang=2)


def _list(console: Console, heading: str, texts: Iterable[str], most: int) -> None:
    listed = list(texts)
    if not listed:
        return
    say(console, f"{heading}", indent=2, hang=2)
    for text in listed[:most]:
        say(console, text, indent=4, hang=6)
    if len(listed) > most:
        say(console, f"... and {len(listed) - most} more", indent=4)


def _mistake(one: Mistake) -> str:
    return f"{one.students:>5} {_share(one.share):>5}  {one_line(one.title or one.name)}"


def _hard(check: Item) -> str:
    return f"{_share(check.difficulty):>5}  {_said(check)}"


def _check(check: Item) -> str:
    many = "-" if check.discrimination is None else f"{check.discrimination:+.2f}"
    return f"{_share(check.difficulty):>5} {many:>6}  {_said(check)}"


def _said(check: Item) -> str:
    broken = f" ({check.broken} broken, not counted)" if check.broken else ""
    return f"{one_line(check.title)} [{_short(check)}]{broken}" if check.title else f"{_short(check)}{broken}"


def _short(check: Item) -> str:
    """The id without the concept, whose name stands above."""
    return one_line(check.id.partition(".")[2] or check.id)


# -- people and numbers -----------------------------------------------------------------------------------------


def _not_started(console: Console, found: NotStarted) -> None:
    if not found.count:
        say(console, "Everybody has started.")
        return
    left = found.count - len(found.names)
    more = f", ... and {left} more (--names)" if left else ""
    has = "has" if found.count == 1 else "have"
    say(console, f"{_people(found.count)} {has} not started: {', '.join(map(one_line, found.names))}{more}", hang=2)


def _people(count: int) -> str:
    return f"{plural(count, 'student')}"


def _score(points: float | None) -> str:
    return "-" if points is None else f"{points:.2f}"


def _share(share: float | None) -> str:
    """In whole per cent; 0 and 100 are said of nobody and of everybody only."""
    if share is None:
        return "-"
    if 0 < share < 0.01:
        return "<1%"
    return "99%" if 0.99 < share < 1 else f"{100 * share:.0f}%"


def _row(values: Iterable[Any]) -> bytes:
    return row(_cell(value) for value in values).encode()


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return guard(one_line(value))
    return "" if value is None else f"{value:.12g}"
