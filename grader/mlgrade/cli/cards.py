"""mlgrade cards: study cards that come back when they are about to be forgotten."""

from __future__ import annotations

import sys
from collections import Counter, deque
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlgrade.cli import options

if TYPE_CHECKING:
    from rich.console import Console

    from mlgrade.cards.deck import Card, Deck
    from mlgrade.cards.schedule import Answers, Rating
    from mlgrade.course import Course

_KEYS = "1 again  2 hard  3 good  4 easy  q stop"


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
    r"""Ask the study cards that are due, of the whole course or of one unit.

    Think of the answer, press Enter to see it, then say how it went: 1 again, 2 hard, 3 good, 4 easy (or a, h, g, e).
    The better it went, the later the card comes back. Every answer is kept at once; q stops.

    \b
    Examples:
      mlgrade cards
      mlgrade cards attention --limit 5
      mlgrade cards --export cards.txt
    """
    from mlgrade.cards import deck

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
        _at_a_terminal()
        _Session(console, loaded, decks, limit).run()


def _one_of(given: dict[str, bool]) -> None:
    from mlgrade.errors import UsageError

    if len(both := [name for name, is_given in given.items() if is_given]) > 1:
        raise UsageError(f"{' and '.join(both)} do different things; give one of them")


def _at_a_terminal() -> None:
    """Questions into a pipe would wait for ever, or be answered by whatever comes out of it."""
    from mlgrade.errors import UsageError

    streams = [stream for stream in (sys.stdin, sys.stdout) if stream is not None]
    if len(streams) < 2 or not all(stream.isatty() for stream in streams):
        raise UsageError(
            "cards are asked and answered at a terminal, and this is not one. "
            "mlgrade cards --list prints them, --due counts them, --export FILE writes them for Anki."
        )


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
    from mlgrade.cards import anki
    from mlgrade.errors import UsageError
    from mlgrade.reports.lines import say

    try:
        target.write_bytes(anki.render(course, decks))
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from None
    say(console, f"{sum(len(deck.cards) for deck in decks)} cards written to {target}")
    say(console, "Next: in Anki, File > Import, and choose this file.")


def _count(console: Console, course: Course, decks: list[Deck]) -> None:
    from mlgrade.cards.schedule import standing
    from mlgrade.reports.lines import say

    answers, now = _answers(course), _now()
    total: Counter[str] = Counter()
    for deck in decks:
        counts = Counter(str(standing(answers.get(card.id, []), now)) for card in deck.cards)
        say(console, f"{deck.unit.title}: {_counted(counts)}", hang=2)
        total += counts
    if len(decks) > 1:
        say(console, f"All: {_counted(total)}", hang=2)
    _next(console, decks, answers, now)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[name]} {name}" for name in ("due", "new", "learned"))


class _Session:
    """Cards asked one at a time. A card that was missed is asked again before the end."""

    def __init__(self, console: Console, course: Course, decks: list[Deck], limit: int) -> None:
        from mlgrade.cards.schedule import queue

        self._console, self._course, self._decks = console, course, decks
        self._cards = {card.id: card for deck in decks for card in deck.cards}
        self._answers = _answers(course)
        self._waiting = deque(queue(self._cards, self._answers, _now())[:limit])
        self._given: Counter[Rating] = Counter()
        self._trouble = ""

    def run(self) -> None:
        from mlgrade.reports.lines import say

        if self._waiting:
            say(self._console, "Enter shows the answer; then say how it went. q stops, and what you answered is kept.")
            try:
                self._ask_all()
            except (EOFError, KeyboardInterrupt):
                self._console.print()
        self._end()

    def _ask_all(self) -> None:
        while self._waiting:
            name = self._waiting[0]
            rating = self._ask(self._cards[name])
            if rating is None:
                return
            self._keep(name, rating)

    def _ask(self, card: Card) -> Rating | None:
        """Show both sides of a card; None is the wish to stop."""
        from mlgrade.reports.lines import say

        left = "the last one" if len(self._waiting) == 1 else f"{len(self._waiting)} left"
        self._console.print(f"\n{card.id}  ({left})", style="dim")
        self._console.print(card.front.rstrip(), style="bold")
        if self._read("Enter: ") in ("q", "quit"):
            return None
        say(self._console, card.back.rstrip(), indent=2)
        while True:
            said = self._read(f"{_KEYS}: ")
            if said in ("q", "quit"):
                return None
            if rating := _rating(said):
                return rating
            say(self._console, "Type 1, 2, 3 or 4, or the first letter of the word, and Enter.")

    def _read(self, prompt: str) -> str:
        return self._console.input(prompt, markup=False, emoji=False).strip().lower()

    def _keep(self, name: str, rating: Rating) -> None:
        from mlgrade.cards import history
        from mlgrade.cards.schedule import Answer, Rating, comes_back
        from mlgrade.reports.lines import say

        self._waiting.popleft()
        answer = Answer(datetime.now(UTC), rating)
        self._answers.setdefault(name, []).append(answer)
        self._tell(history.record(self._course, name, answer))
        self._given[rating] += 1
        if rating is Rating.Again:
            self._waiting.append(name)
            say(self._console, "Comes again in a moment.")
        else:
            say(self._console, f"Comes back {_day(comes_back(self._answers[name]), _now())}.")

    def _tell(self, trouble: str) -> None:
        """Say what went wrong once, not after every card."""
        if trouble and not self._trouble:
            click.echo(f"mlgrade: {trouble}", err=True)
        self._trouble = self._trouble or trouble

    def _end(self) -> None:
        from mlgrade.cards.schedule import Rating
        from mlgrade.reports.lines import say

        if self._given:
            words = ", ".join(f"{self._given[each]} {each.name.lower()}" for each in Rating)
            say(self._console, f"\n{sum(self._given.values())} answers: {words}.")
        _next(self._console, self._decks, self._answers, _now())


def _rating(said: str) -> Rating | None:
    from mlgrade.cards.schedule import Rating

    return next(
        (each for each in Rating if said and (said == str(each.value) or each.name.lower().startswith(said))), None
    )


def _answers(course: Course) -> Answers:
    from mlgrade.cards import history

    answers, trouble = history.load(course)
    if trouble:
        click.echo(f"mlgrade: {trouble}", err=True)
    return answers


def _next(console: Console, decks: list[Deck], answers: Answers, now: datetime) -> None:
    from mlgrade.cards.schedule import comes_back, queue

    names = [card.id for deck in decks for card in deck.cards]
    if waiting := queue(names, answers, now):
        unit = f" {decks[0].unit.id}" if len(decks) == 1 else ""
        step = f"mlgrade cards{unit}  ({len(waiting)} to ask)"
    else:
        step = f"nothing now; the first card comes back {_day(min(comes_back(answers[n]) for n in names), now)}."
    console.print(f"Next: {step}", style="bold", soft_wrap=True)


def _day(then: datetime, now: datetime) -> str:
    day: date = then.astimezone(now.tzinfo).date()
    days = (day - now.date()).days
    return "today" if days <= 0 else "tomorrow" if days == 1 else f"in {days} days"


def _now() -> datetime:
    """Now, with the student's own time zone: a card is due on a day, and the day is theirs."""
    return datetime.now().astimezone()
