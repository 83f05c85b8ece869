"""Format one cell: a score, a word, a blank, or nothing at all."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import msgspec

from mlgrade import tables
from mlgrade.gradebook.columns import Cell, Column, Mark, Person
from mlgrade.lms.exports.model import Summary

BLANK = ""


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What a format can say. The rest is counted in the summary, never written as something else."""

    excused: str | None = None
    late: bool = False
    comment: bool = False


def say(
    cell: Cell | None, column: Column, points: Fraction | None, words: Words, summary: Summary, who: str
) -> str | None:
    """Return the text of a cell. None leaves what the LMS holds; a blank says that there is no score."""
    if cell is None:
        return None
    place = f"{who}, {column.title}"
    _unsaid(cell, words, summary, place)
    if cell.mark is Mark.EXCUSED:
        return words.excused
    if cell.mark is Mark.MISSING:
        return BLANK
    if cell.score is None or value(cell) is None:
        summary.broken.add(place)
        return None
    return _number(cell.score, column, points, summary, place)


def value(cell: Cell) -> Fraction | None:
    """Return the score of a graded cell, or None. NaN and negative numbers are no scores."""
    return _exact(cell.score) if cell.mark is Mark.GRADED and cell.score is not None else None


_exact = lru_cache(maxsize=4096)(tables.exact)


def maximum(column: Column, points: Fraction | None) -> Fraction:
    """Return the maximum in the LMS, else that of the column."""
    return points if points is not None else Fraction(repr(float(column.points)))


def label(person: Person) -> str:
    """Name a person for staff: with the key, since two may have the same name."""
    name = person.name.strip()
    return f"{name} ({person.student})" if name else person.student


def _number(score: float, column: Column, points: Fraction | None, summary: Summary, place: str) -> str:
    near = _near(score, column.points, points)
    summary.rounded += near.rounded
    if score > column.points:
        summary.above.add(f"{place}: {near.text} of {tables.two_decimals(maximum(column, points)).text}")
    return near.text


@lru_cache(maxsize=4096)  # the scores of a class repeat, and exact fractions are slow
def _near(score: float, of: float, to: Fraction | None) -> tables.Number:
    exact = tables.exact(score)
    assert exact is not None  # noqa: S101  (checked by value)
    return tables.two_decimals(tables.scaled(exact, of, to))


def _unsaid(cell: Cell, words: Words, summary: Summary, place: str) -> None:
    if cell.mark is Mark.EXCUSED and words.excused is None:
        summary.cannot_say("excused", place)
    if cell.mark is Mark.MISSING:
        summary.cannot_say("missing", place)
    if cell.late and not words.late:
        summary.cannot_say("late", place)
    if cell.comment and not words.comment:
        summary.cannot_say("comments", place)
