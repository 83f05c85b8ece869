"""Cards as a text file that Anki imports (File > Import). See "Text Files" in Anki's manual for the lines at the top.

A card's id is its identity in Anki too, so a second import updates the cards and doubles none.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from mlgrade.course import Course
from mlgrade.study.cards.deck import Deck

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
