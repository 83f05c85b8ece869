"""mlgrade cards: study cards that come back when they are about to be forgotten."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.course import Course
    from mlgrade.study.cards.deck import Deck


@click.command("cards")
@click.argument("unit", required=False)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Ask at most so many cards.")
@click.option("--due", is_flag=True, help="Print how many cards of each unit are due, new and learned; ask nothing.")
@click.option("--list", "listed", is_flag=True, help="Print the cards as text; ask nothing.")
@click.option("--export", type=click.Path(dir_okay=False, path_type=Path), help="Write the cards to a file for Anki.")
@options.plain
@options.course
def command(
    unit: str | None, limit: int, due: bool, listed: bool, export: Path | None, plain: bool, course: Path | None
) -> None:
    """Ask the study cards that are due, of the whole course or of one unit.

    Think of the answer, press Enter to see it, then say how it went: 1 again, 2 hard, 3 good, 4 easy (or a, h, g, e).
    The better it went, the later the card comes back. Every answer is kept at once; q stops.

    \b
    Examples:
      mlgrade cards
      mlgrade cards attention --limit 5
      mlgrade cards --export cards.txt
    """
    from mlgrade.study.cards import deck

    _one_of({"--due": due, "--list": listed, "--export": export is not None})
    loaded = options.load_course(course)
    decks, console = deck.load(loaded, unit), options.console(plain=plain)
    if listed:
        _list(console, decks)
    elif export is not None:
        _export(console, loaded, decks, export)
    elif due:
        _count(console, loaded, decks)
    else:
        _ask(console, loaded, decks, limit)


def _one_of(given: dict[str, bool]) -> None:
    from mlgrade.errors import UsageError

    if len(both := [name for name, is_given in given.items() if is_given]) > 1:
        raise UsageError(f"{' and '.join(both)} do different things; give one of them")


def _ask(console: Console, course: Course, decks: list[Deck], limit: int) -> None:
    """Questions into a pipe would wait for ever, or be answered by whatever comes out of it: they are not asked."""
    from mlgrade.cli.asking import CardSession
    from mlgrade.errors import UsageError

    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise UsageError(
            "cards are asked and answered at a terminal, and this is not one. "
            "mlgrade cards --list prints them, --due counts them, --export FILE writes them for Anki."
        )
    CardSession(console, course, decks, limit).run()


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()  # None: the program was started with it closed


def _list(console: Console, decks: list[Deck]) -> None:
    for deck in decks:
        console.print(deck.unit.title, style="bold", soft_wrap=True)
        for card in deck.cards:
            console.print(f"\n  {card.id}", soft_wrap=True)
            console.print(_block("Q", card.front), soft_wrap=True)
            console.print(_block("A", card.back), soft_wrap=True)
        console.print()


def _block(letter: str, text: str) -> str:
    return f"  {letter}: " + text.rstrip().replace("\n", "\n     ")


def _export(console: Console, course: Course, decks: list[Deck], target: Path) -> None:
    from mlgrade.errors import UsageError
    from mlgrade.reports.style import say
    from mlgrade.study.cards import deck

    try:
        target.write_bytes(deck.render(course, decks))
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from None
    say(console, f"{sum(len(deck.cards) for deck in decks)} cards written to {target}")
    say(console, "Next: in Anki, File > Import, and choose this file.")


def _count(console: Console, course: Course, decks: list[Deck]) -> None:
    from mlgrade.cli import asking
    from mlgrade.reports.style import say
    from mlgrade.study.cards.schedule import standing

    answers, now = asking.answers_of(course), asking.now()
    total: Counter[str] = Counter()
    for deck in decks:
        counts = Counter(str(standing(answers.get(card.id, []), now)) for card in deck.cards)
        say(console, f"{deck.unit.title}: {_counted(counts)}", hang=2)
        total += counts
    if len(decks) > 1:
        say(console, f"All: {_counted(total)}", hang=2)
    asking.next_step(console, decks, answers)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[name]} {name}" for name in ("due", "new", "learned"))
