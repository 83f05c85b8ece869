"""Cards asked one at a time at a terminal. Imported only by a command that asks or counts."""

from __future__ import annotations

from collections import Counter, deque
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.text import Text

from mlgrade.course import Course
from mlgrade.reports.style import say
from mlgrade.study.cards import history
from mlgrade.study.cards.deck import Card, Deck
from mlgrade.study.cards.schedule import Answers, CardAnswer, Rating, comes_back, queue
from mlgrade.text import plural

_KEYS = "1 again, 2 hard, 3 good, 4 easy: "
_STOP = ("q", "quit")


class CardSession:
    """Asks what is due. A card that was missed is asked again before the end; every answer is kept at once."""

    def __init__(self, console: Console, course: Course, decks: list[Deck], limit: int) -> None:
        self._console, self._course, self._decks = console, course, decks
        self._cards = {card.id: card for deck in decks for card in deck.cards}
        self._answers = answers_of(course)
        self._waiting = deque(queue(self._cards, self._answers, now())[:limit])
        self._given: Counter[Rating] = Counter()
        self._trouble = ""

    def run(self) -> None:
        """Ask until no card is due or the student stops."""
        if self._waiting:
            say(self._console, "Think of the answer, press Enter to see it, then say how it went. q stops at any time.")
            try:
                self._ask_all()
            except (EOFError, KeyboardInterrupt):  # the other two ways to say q
                self._console.print()
            self._sum_up()
        next_step(self._console, self._decks, self._answers)

    def _ask_all(self) -> None:
        while self._waiting:
            rating = self._ask(self._cards[self._waiting[0]])
            if rating is None:
                return
            self._keep(self._waiting.popleft(), rating)

    def _ask(self, card: Card) -> Rating | None:
        """Show both sides of a card; None is the wish to stop."""
        left = "the last one" if len(self._waiting) == 1 else f"{len(self._waiting)} left"
        say(self._console, Text(f"\n{card.id}  ({left})", style="dim"))
        say(self._console, Text(card.front.rstrip(), style="bold"))
        if self._read("Enter: ") in _STOP:
            return None
        say(self._console, card.back.rstrip(), indent=2)
        while (said := self._read(_KEYS)) not in _STOP:
            if rating := rating_of(said):
                return rating
            say(self._console, "Type 1, 2, 3 or 4, or the first letter of the word, and press Enter.")
        return None

    def _read(self, prompt: str) -> str:
        return self._console.input(prompt, markup=False, emoji=False).strip().lower()

    def _keep(self, card: str, rating: Rating) -> None:
        answer = CardAnswer(datetime.now(UTC), rating)
        self._tell(history.record(self._course, card, answer))
        self._answers.setdefault(card, []).append(answer)
        self._given[rating] += 1
        if rating is Rating.Again:
            self._waiting.append(card)
            say(self._console, "It comes again in a moment.")
        else:
            say(self._console, f"It comes back {_day(comes_back(self._answers[card]))}.")

    def _tell(self, trouble: str) -> None:
        """Say what went wrong once, not after every card."""
        if trouble and not self._trouble:
            click.echo(f"mlgrade: {trouble}", err=True)
        self._trouble = self._trouble or trouble

    def _sum_up(self) -> None:
        total = self._given.total()
        words = ", ".join(f"{self._given[each]} {each.name.lower()}" for each in Rating)
        say(self._console, f"\n{plural(total, 'answer')}{f': {words}' if total else ''}.")


def rating_of(said: str) -> Rating | None:
    """Return what `3`, `g` or `good` stands for."""
    named = (each for each in Rating if said and (said == str(each.value) or each.name.lower().startswith(said)))
    return next(named, None)


def answers_of(course: Course) -> Answers:
    """Return the answers that were given so far."""
    answers, trouble = history.load(course)
    if trouble:
        click.echo(f"mlgrade: {trouble}", err=True)
    return answers


def next_step(console: Console, decks: list[Deck], answers: Answers) -> None:
    """Print when the next card is due."""
    cards = [card.id for deck in decks for card in deck.cards]
    if waiting := queue(cards, answers, now()):
        unit = f" {decks[0].unit.id}" if len(decks) == 1 else ""
        step = f"mlgrade cards{unit}  ({len(waiting)} to ask)"
    else:
        step = f"nothing today; the first card comes back {_day(min(comes_back(answers[card]) for card in cards))}."
    console.print(f"Next: {step}", style="bold", soft_wrap=True)


def now() -> datetime:
    """Now, with the student's own time zone: a card is due on a day, and the day is theirs."""
    return datetime.now().astimezone()


def _day(then: datetime) -> str:
    today = now()
    days = (then.astimezone(today.tzinfo).date() - today.date()).days
    return "tomorrow" if days == 1 else f"in {days} days"
