"""A unit of the course as notebooks, as nbgrader wants them under `source/`. No solution is ever in them.

The answer cell is the exercise file as it stands, with nbgrader's marks around what the student replaces: so
`generate_assignment` leaves the rest of the cell alone, and takes out a solution if somebody writes one there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from mlgrade.course import Concept, Course, Unit
from mlgrade.errors import CourseError
from mlgrade.integrations.nbgrader import explanation, source_cells
from mlgrade.submissions.model import lines_of

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
RESERVED = (  # nbgrader looks for these anywhere in a line
    "BEGIN SOLUTION",
    "END SOLUTION",
    "BEGIN HIDDEN TESTS",
    "END HIDDEN TESTS",
    "BEGIN MARK SCHEME",
    "END MARK SCHEME",
    "AUTOTEST",
)
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
PLACEHOLDER = "YOUR ANSWER HERE"  # nbgrader's own: it writes the same over a written answer
CHECK = """\
# Run this cell: it checks your answer and says what to look at. Your points come from these checks and from others
# that run when you have handed in. What you write here is not kept.
import mlgrade.notebook

mlgrade.notebook.check("{concept}")"""


class NotebookLayout(msgspec.Struct, frozen=True, kw_only=True):
    """How a unit becomes notebooks. `written` is what its written answer is worth; 0 leaves it out."""

    per_unit: bool = False
    written: float = 5.0


class Notebook(msgspec.Struct, frozen=True):
    """`cells` are the names that nbgrader keeps: they may not change once there are submissions."""

    cells: frozenset[str]
    data: bytes


def notebooks(course: Course, unit: Unit, layout: NotebookLayout) -> dict[str, Notebook]:
    """The notebooks of a unit by their file names."""
    written = list(_written(course, unit, layout.written))
    concepts = {concept.id: _concept(course, concept) for concept in unit.concepts}
    if layout.per_unit:
        head = _text(f"unit-{unit.id}", explanation.unit(unit))
        return {f"{unit.id}.ipynb": _notebook([head, *chain(*concepts.values()), *written])}
    files = {f"{name}.ipynb": _notebook(cells) for name, cells in concepts.items()}
    if written:  # a hyphen is in no concept's name
        files[f"written-{unit.id}.ipynb"] = _notebook(written)
    return files


def problems(course: Course, unit: Unit) -> Iterator[str]:
    """What keeps the exercises of a unit from being cells of nbgrader, each with its place."""
    for concept in unit.concepts:
        try:
            _answer(_exercise(course, concept), concept)
        except CourseError as error:
            yield from error.problems


def _notebook(cells: Sequence[Any]) -> Notebook:
    made = new_notebook(cells=list(cells), metadata=METADATA)
    nbformat.validate(made)
    names = frozenset(cell.metadata.nbgrader.grade_id for cell in cells)
    text = nbformat.writes(made)
    return Notebook(names, f"{text}\n".encode())


def _concept(course: Course, concept: Concept) -> list[Any]:
    exercise = _exercise(course, concept)
    answer, test = source_cells.answer(concept.id), source_cells.test(concept.id, concept.points)
    return [
        _text(concept.id, explanation.concept(course, concept, exercise)),
        _cell(new_code_cell, answer, _answer(exercise, concept)),
        _cell(new_code_cell, test, CHECK.format(concept=concept.id)),
    ]


def _written(course: Course, unit: Unit, points: float) -> Iterator[Any]:
    question = explanation.question(course, unit, points) if points else ""
    if question:
        yield _text(f"written-{unit.id}", question)
        yield _cell(new_markdown_cell, source_cells.written(unit.id, points), PLACEHOLDER)


def _text(name: str, source: str) -> Any:
    return _cell(new_markdown_cell, source_cells.text(name), source)


def _cell(new: Any, metadata: dict[str, Any], source: str) -> Any:
    name = metadata["nbgrader"]["grade_id"]
    if found := [words for words in RESERVED if words in source.replace(BEGIN, "").replace(END, "")]:
        raise CourseError([f'{name}: "{found[0]}" means something to nbgrader; say it otherwise in the course'])
    return new(source=source, metadata=metadata, id=source_cells.cell_id(name))


# -- the answer cell ------------------------------------------------------------------------------------------


def _exercise(course: Course, concept: Concept) -> str:
    path = course.exercise(concept.id)
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError([f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None


def _answer(exercise: str, concept: Concept) -> str:
    """The exercise with marks around each place where it raises NotImplementedError."""
    place = f"exercises/{concept.id}.py"
    rows = lines_of(exercise.rstrip())
    stubs = _stubs(exercise, place)
    if not stubs:
        raise CourseError([f"{place}: nothing in it raises NotImplementedError, so there is nothing to fill in"])
    if wrong := [
        f'{place}:{number}: "{words}" means something to nbgrader; say it otherwise'
        for number, row in enumerate(rows, 1)
        for words in RESERVED
        if words in row
    ]:
        raise CourseError(wrong)
    for stub in reversed(stubs):
        margin = rows[stub.lineno - 1][: stub.col_offset]
        if margin.strip():
            raise CourseError([f"{place}:{stub.lineno}: the raise needs a line of its own"])
        rows.insert(stub.end_lineno or stub.lineno, margin + END)
        rows.insert(stub.lineno - 1, margin + BEGIN)
    return "\n".join(rows)


def _stubs(exercise: str, place: str) -> list[ast.Raise]:
    try:
        tree = ast.parse(exercise)
    except (SyntaxError, ValueError) as error:
        raise CourseError([f"{place}: {error}"]) from None
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Raise) and _is_todo(node.exc)]
    return sorted(found, key=lambda node: node.lineno)


def _is_todo(raised: ast.expr | None) -> bool:
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"
