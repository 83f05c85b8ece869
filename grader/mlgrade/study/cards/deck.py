"""Read study cards, and export them to Anki."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec

from mlgrade.course import Course, Unit
from mlgrade.course.convert import MISSING, Converter, Tree
from mlgrade.errors import CourseError, UsageError, closest

FOLDER = "cards"
_ID = r"^[a-z][a-z0-9_]{0,59}-\d{2,3}\Z"
Id = Annotated[str, msgspec.Meta(pattern=_ID, description="an id such as core_objects-01")]
Text = Annotated[str, msgspec.Meta(pattern=r"\S", max_length=300, description="a text of 1 to 300 characters")]


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """The id is for good: what a student has learned hangs on it, also when the card moves or its words change."""

    id: Id
    front: Text
    back: Text


Cards = Annotated[list[Card], msgspec.Meta(min_length=1, description="a list of at least one card")]


class Deck(msgspec.Struct, frozen=True):
    """The cards of one unit."""

    unit: Unit
    cards: list[Card]


def load(course: Course, unit: str | None = None) -> list[Deck]:
    """Read the cards of the course, or of one unit. Raises CourseError with every problem of all files."""
    reader = _DeckReader(course.root / FOLDER)
    files = {unit.id: f"{unit.id}.yml" for unit in course.units}
    problems = list(reader.strays(files.values()))
    decks = [Deck(one, reader.read(files[one.id])) for one in course.units if reader.has(files[one.id])]
    if problems := problems + reader.problems:
        raise CourseError(problems)
    if not decks:
        raise UsageError(f"this course has no study cards ({course.root / FOLDER})")
    return decks if unit is None else [_of_unit(course, decks, unit)]


def _of_unit(course: Course, decks: list[Deck], name: str) -> Deck:
    for deck in decks:
        if deck.unit.id == name:
            return deck
    known = [deck.unit.id for deck in decks]
    if any(unit.id == name for unit in course.units):
        raise UsageError(f"the unit {name} has no study cards; there are some for {', '.join(known)}")
    home = [unit.id for unit in course.units if any(concept.id == name for concept in unit.concepts)]
    near = f"; it is an exercise of {home[0]}" if home else closest(name, known) or f"; cards for {', '.join(known)}"
    raise UsageError(f'no unit "{name}"{near}')


class _DeckReader:
    """Reads one file after the other and remembers what is wrong, and which ids are taken."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken: dict[str, str] = {}
        self.problems: list[str] = []

    def has(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def strays(self, names: Iterable[str]) -> Iterator[str]:
        """A file that belongs to no unit is one that nobody would ever see."""
        known = set(names)
        for file in sorted(self._folder.glob("*.y*ml")):
            if file.name not in known:
                yield f"{FOLDER}/{file.name}: belongs to no unit{closest(file.name, known)}"

    def read(self, name: str) -> list[Card]:
        try:
            tree = Tree((self._folder / name).read_text(encoding="utf-8-sig"), f"{FOLDER}/{name}")
        except CourseError as error:
            self.problems += error.problems
            return []
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{FOLDER}/{name}: cannot be read: {error}")
            return []
        converter = Converter(tree)
        cards = converter.value(tree.data, Cards, "")
        self.problems += [*tree.problems, *converter.problems, *self._doubled(tree)]
        return [] if cards is MISSING else list(cards)

    def _doubled(self, tree: Tree) -> Iterator[str]:
        """From the plain data, so that a fault in one card does not hide a double id of others."""
        cards = tree.data if isinstance(tree.data, list) else []
        for number, card in enumerate(cards):
            name, place = card.get("id") if isinstance(card, dict) else None, f"[{number}].id"
            if not isinstance(name, str):
                continue
            if name in self._taken:
                yield tree.at(place, f'"{name}" is used twice (first in {self._taken[name]})')
            self._taken.setdefault(name, f"{tree.file}:{tree.lines[place]}")


# -- anki ----------------------------------------------------------------------------------------------------------

# Cards as a text file that Anki imports (File > Import). See "Text Files" in Anki's manual for the lines at the top.
#
# A card's id is its identity in Anki too, so a second import updates the cards and doubles none.

HEADER = """\
#separator:tab
#html:false
#guid column:1
#deck column:2
#tags column:5
"""


def render(course: Course, decks: Iterable[Deck]) -> bytes:
    """Columns: identity, deck, front, back, tags. csv quotes a field that holds a tab, a quote or a line end."""
    text = io.StringIO(HEADER, newline="")
    text.seek(0, io.SEEK_END)
    rows = csv.writer(text, delimiter="\t", lineterminator="\n")
    for deck in decks:
        name, tags = f"{course.title}::{deck.unit.title}", f"mlgrade {deck.unit.id}"
        rows.writerows([f"mlgrade/{course.title}/{card.id}", name, card.front, card.back, tags] for card in deck.cards)
    return text.getvalue().encode()
