"""When a card comes back: a model of forgetting (FSRS), replayed over the answers that were given.

Only answers are kept. What follows from them is computed, so nothing has to be converted when the model gets better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import fsrs
import msgspec
from fsrs import Rating

__all__ = ["Answers", "CardAnswer", "Rating", "Standing", "comes_back", "queue", "standing"]

# Whole days only: who missed a card meets it again in the same session, so the model's steps of minutes are left out.
# A year at most: a course is over by then. No fuzz: the same answers give the same day.
_MODEL = fsrs.Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=365, enable_fuzzing=False)


class CardAnswer(msgspec.Struct, frozen=True, array_like=True):
    """An answer to a card."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    rating: Rating


Answers = dict[str, list[CardAnswer]]  # of each card, by its id, in the order they were given


class Standing(StrEnum):
    """Whether a card is due."""

    DUE = "due"
    NEW = "new"
    LEARNED = "learned"


def comes_back(answers: Sequence[CardAnswer]) -> datetime:
    """When a card that was answered is asked again: at once if it was missed, else when it is about to be forgotten."""
    card = fsrs.Card(card_id=0, due=answers[0].at)
    for answer in answers:
        card, _ = _MODEL.review_card(card, answer.rating, answer.at.astimezone(UTC))
    return answers[-1].at if answers[-1].rating is Rating.Again else card.due


def standing(answers: Sequence[CardAnswer], now: datetime) -> Standing:
    """Due means due today, in the time zone of `now`: who studies every evening need not wait for the minute."""
    if not answers:
        return Standing.NEW
    return Standing.DUE if comes_back(answers).astimezone(now.tzinfo).date() <= now.date() else Standing.LEARNED


def queue(cards: Iterable[str], answers: Mapping[str, Sequence[CardAnswer]], now: datetime) -> list[str]:
    """What to ask now: cards that are due, the longest waiting first, then new ones in the order of the course."""
    by_standing: dict[Standing, list[str]] = {each: [] for each in Standing}
    for card in cards:
        by_standing[standing(answers.get(card, []), now)].append(card)
    return sorted(by_standing[Standing.DUE], key=lambda card: comes_back(answers[card])) + by_standing[Standing.NEW]
