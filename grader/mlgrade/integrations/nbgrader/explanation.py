"""What a notebook says to its reader, as Markdown: a concept before its exercise, and a question to answer in words.

Formulae are set from `lessons/<concept>.tex` (LaTeX, without dollar signs), where the course has it; else the lesson's
own are shown as they are typed. The specification is not repeated: it is the docstring in the answer cell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import indent

from mlgrade import tables
from mlgrade.course import Concept, Course, Unit, lessons
from mlgrade.errors import CourseError
from mlgrade.study.cards import deck
from mlgrade.study.cards.deck import Card

_BEST = ("Why", "How")  # a question that takes sentences to answer, not a word


def concept(course: Course, one: Concept, exercise: str) -> str:
    """Meaning, formulae, picture, what to write, and where to read on."""
    parts = [f"# {plain(one.title)}"]
    if course.lesson(one.id).is_file():
        lesson = lessons.load(course, one)
        parts += [
            plain(lesson.meaning),
            _formulae(course, one, lesson.formula),
            indent(lesson.picture.rstrip(), " " * 4),
        ]
        sources = [f"- {plain(source)}" for source in lesson.sources]
    else:
        parts += [plain(ast.get_docstring(ast.parse(exercise)) or "")]
        sources = []
    parts += [_task(one, exercise)]
    parts += ["Read on:", "\n".join(sources)] if sources else []
    return "\n\n".join(part for part in parts if part)


def unit(one: Unit) -> str:
    """The head of a notebook that holds a whole unit."""
    due = f"Due {one.due:%Y-%m-%d %H:%M (UTC%z)}.\n\n" if one.due else ""
    return f"# {plain(one.title)}\n\n{due}" + "\n".join(f"- {plain(each.title)}" for each in one.concepts)


def question(course: Course, one: Unit, points: float) -> str:
    """The question of a unit, or "" if it has no study cards."""
    if not (course.root / deck.FOLDER / f"{one.id}.yml").is_file():
        return ""
    [found] = deck.load(course, one.id)
    return (
        f"# {plain(one.title)}: in your own words\n\n**{plain(_chosen(found.cards).front)}**\n\n"
        "Answer in the cell below, in three to six sentences that somebody who has not taken this course could follow, "
        f"with an example of your own in numbers. A person reads it; it is worth {_points(points)}. The short answer "
        f"is on the study cards (`mlgrade cards {one.id}`): say why it is so."
    )


def plain(text: str) -> str:
    """On one line."""
    return " ".join(text.split())


def _chosen(cards: Iterable[Card]) -> Card:
    """The same card in every build: the first that asks why, else the first that asks how, else the first."""
    return min(cards, key=lambda card: next((n for n, word in enumerate(_BEST) if card.front.startswith(word)), 9))


def _formulae(course: Course, one: Concept, typed: str) -> str:
    path = course.lesson(one.id).with_suffix(".tex")
    if not path.is_file():
        return indent(typed.rstrip(), " " * 4)
    return f"$$\n{_latex(path)}\n$$"


def _latex(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError([f"{path}: cannot be read: {error}"]) from None
    if "$" in text or "\n\n" in text or not text:  # either would end the formula in the middle
        raise CourseError([f"{path}: must be one formula in LaTeX, without dollar signs and empty lines"])
    return text


def _task(one: Concept, exercise: str) -> str:
    written = ", ".join(f"`{signature}`" for signature in _signatures(one, exercise))
    exactly = "The docstrings in the next cell say exactly what each takes and returns."
    return f"**Write** {written}. {exactly} It is worth {_points(one.points)}."


def _signatures(one: Concept, exercise: str) -> Iterator[str]:
    for node in ast.parse(exercise).body:
        if isinstance(node, ast.FunctionDef) and node.name in one.functions:
            yield f"{node.name}({ast.unparse(node.args)})"


def _points(points: float) -> str:
    return f"{tables.digits(points)} point{'' if points == 1 else 's'}"
