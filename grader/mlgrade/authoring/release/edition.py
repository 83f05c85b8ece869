"""The student edition of a course, as paths and bytes. What is not named here does not get in.

course.yml                       written anew from the typed course, without what only staff need
    exercises/<concept>.py           the stubs
    tests/public/test_<concept>.py   the visible suites
    tests/public/<concept>.known.json    what the visible checks show of each misconception
    lessons/<concept>.yml            meaning, formula, picture, hints, where the course has them
    cards/<unit>.yml                 study cards, where the course has them

Which edition it is stands in course.yml, and with it how many checks of each concept run at grading only.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.course import FILE, Concept, Course, Unit, writing
from mlgrade.course.model import Attempts, Ceilings, HiddenChecks, Late, Percent
from mlgrade.errors import CourseError, SubmissionError, SuiteError, UsageError
from mlgrade.files import read_beneath
from mlgrade.grading import known_outputs
from mlgrade.results import Visibility
from mlgrade.suite import session
from mlgrade.suite.misconceptions import read_misconceptions
from mlgrade.suite.session import Check

# An exercise as a notebook: the same source, a cell for each function, and a last one that checks it.

CHECK = "Save, then run this cell. What is right, what is wrong, and what to try:"


def read_notebook(concept: Concept, source: bytes) -> bytes:
    """Write the notebook of a stub file. Equal stubs give equal bytes; there are no outputs in it."""
    cells = [
        _cell(concept.id, number, *part) for number, part in enumerate(_parts(concept, source.decode("utf-8-sig")))
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def _parts(concept: Concept, source: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(source)
    yield "markdown", f"# {concept.title}\n\n{ast.get_docstring(tree) or ''}".rstrip()
    for text in _pieces(tree, source.splitlines()):
        yield "code", text
    yield "markdown", CHECK
    yield "code", f"!mlgrade check {concept.id}.ipynb"


def _pieces(tree: ast.Module, lines: list[str]) -> Iterator[str]:
    """The source cut before each function, with what stands above it; nothing is lost but the file's docstring."""
    skip = (tree.body[0].end_lineno or 0) if ast.get_docstring(tree) is not None else 0
    begins = [skip, *(_first_line(node) - 1 for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))]
    for start, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        if text := "\n".join(lines[start:end]).strip("\n"):
            yield text


def _first_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(mark.lineno for mark in node.decorator_list)])


def _cell(concept: str, number: int, kind: str, text: str) -> dict[str, Any]:
    own = hashlib.sha256(f"{concept}/{number}".encode()).hexdigest()[:12]
    cell: dict[str, Any] = {"cell_type": kind, "id": own, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


# -- edition -------------------------------------------------------------------------------------------------------

MOST_BYTES = 4 * 1024 * 1024  # of one file
Contents = dict[str, bytes]


def contents(course: Course, concepts: Sequence[str] | None = None) -> Contents:
    """The files that students get, by their place in the edition; of all concepts, or of those asked for."""
    wanted = [course.concept(name).id for name in concepts] if concepts is not None else None
    chosen = of(course, wanted)
    files = dict(sorted(_files(course, chosen)))
    marked = {FILE: writing.text(_marked(chosen, files)).encode(), **files}
    # Not part of the edition's digest: the last bits of a value may depend on the machine.
    return dict(sorted({**marked, **dict(_known_outputs(course, chosen))}.items()))


def of(course: Course, concepts: Sequence[str] | None = None) -> Course:
    """The course as students see it: some of its concepts, and nothing of what only staff need.

    The seed is one of these: with it, and the name of a check, its random inputs could be drawn at home.
    """
    if course.edition:
        raise UsageError(f"{course.root}: is a student edition already; release from the staff's course (--course)")
    names = {concept.id for concept in course.concepts} if concepts is None else set(concepts)
    counted = _hidden(course, [concept.id for concept in course.concepts if concept.id in names])
    units = [_unit(unit, names, counted) for unit in course.units]
    return msgspec.structs.replace(
        course,
        edition="",
        seed=0,
        late=Late(),
        attempts=Attempts(),
        proportion=Ceilings(),
        units=[unit for unit in units if unit.concepts],
    )


def _unit(unit: Unit, names: set[str], counted: Mapping[str, HiddenChecks | None]) -> Unit:
    concepts = [_concept(one, names, counted[one.id]) for one in unit.concepts if one.id in names]
    return msgspec.structs.replace(unit, concepts=concepts)


def _concept(concept: Concept, names: set[str], hidden: HiddenChecks | None) -> Concept:
    """A requirement that is not in this edition is one that nobody can meet here."""
    requires = [name for name in concept.requires if name in names]
    return msgspec.structs.replace(concept, requires=requires, hidden=hidden)


def _marked(course: Course, files: Contents) -> Course:
    """The version says which edition is newer; the digest tells two of one version apart."""
    digest = hashlib.sha256(writing.text(course).encode())
    for name, data in files.items():
        digest.update(f"{name}\0{len(data)}\0".encode() + data)
    return msgspec.structs.replace(course, edition=f"{course.version}+{digest.hexdigest()[:8]}")


# -- what is counted ------------------------------------------------------------------------------------------


def _hidden(course: Course, concepts: Sequence[str]) -> dict[str, HiddenChecks | None]:
    """How many checks of each concept run at grading only, and what share of its points they decide."""
    for name in concepts:
        if not any(path.parent.name == Visibility.PUBLIC for path in course.suites(name)):
            raise CourseError([f"{course.root}: no tests/public/test_{name}.py; students need visible checks"])
    try:
        suites = session.collect([path for name in concepts for path in course.suites(name)], course.root)
    except SuiteError as error:
        raise CourseError([str(error)]) from None
    return {name: _share(suites[name].checks) for name in concepts}


def _share(checks: Iterable[Check]) -> HiddenChecks | None:
    weights = [(check.marks.weight, check.visibility is Visibility.HIDDEN) for check in checks]
    of_hidden = [weight for weight, hidden in weights if hidden]
    if not of_hidden:
        return None
    share = sum(of_hidden) / sum(weight for weight, _ in weights)
    return HiddenChecks(checks=len(of_hidden), share=Percent(round(share, 4)))


# -- what is read ---------------------------------------------------------------------------------------------


def _files(course: Course, edition: Course) -> Iterator[tuple[str, bytes]]:
    for concept in edition.concepts:
        for place in (f"exercises/{concept.id}.py", f"tests/public/test_{concept.id}.py"):
            yield place, _read(course.root, place)
        yield from _where_there(course.root, f"lessons/{concept.id}.yml")
    for unit in edition.units:
        yield from _where_there(course.root, f"cards/{unit.id}.yml")


def _known_outputs(course: Course, edition: Course) -> Iterator[tuple[str, bytes]]:
    """What the visible checks show of each misconception, so that `check` names them at home."""
    paths = [path for concept in edition.concepts for path in course.suites(concept.id) if path.parent.name == "public"]
    suites = session.collect(paths, course.root)
    for concept in edition.concepts:
        wrong, solution = course.misconceptions(concept.id), course.solution(concept.id)
        if wrong.is_file() and solution.is_file():
            text = solution.read_text(encoding="utf-8-sig")
            known = read_misconceptions(wrong, text)
            place = edition.known_outputs(concept.id).relative_to(edition.root).as_posix()
            yield place, known_outputs.record(suites[concept.id], text, known, edition.seed)


def _where_there(root: Path, place: str) -> Iterator[tuple[str, bytes]]:
    if (root / place).is_symlink() or (root / place).exists():
        yield place, _read(root, place)


def _read(root: Path, place: str) -> bytes:
    """Through no link: what it leads to may be a solution."""
    try:
        return read_beneath(root, place, MOST_BYTES)
    except SubmissionError as error:
        raise CourseError([f"{root}: {error}"]) from None
