"""What must not go out: the text, the code, the numbers and the inputs of everything that students never see.

What is said in public already is no secret (public.py); nor is what three concepts have in common, which is an idiom.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from mlgrade.authoring.release import code, rows, values
from mlgrade.authoring.release.index import SHORTEST, Index, squeeze
from mlgrade.authoring.release.inputs import Drawn
from mlgrade.authoring.release.layers import parsed
from mlgrade.authoring.release.public import Public, functions
from mlgrade.authoring.release.rows import Row, Rows
from mlgrade.course import Course

SMALLEST_STATEMENT, SMALLEST_BODY = 24, 16  # parts of a form; below that two people write the same
IDIOM = 3  # concepts
ENOUGH = 40  # characters of one hidden file, in one file of the release, that are no accident
_K = TypeVar("_K")


class Source(NamedTuple):
    """Where a secret is from. `weight` is how much of what makes a leak it is by itself, up to ENOUGH."""

    what: str
    file: str
    line: int
    concept: str
    weight: int = ENOUGH

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


class Number(NamedTuple):
    value: float
    source: Source
    alone: bool  # one such number is a leak; of what was drawn it takes two


class Secrets(NamedTuple):
    lines: Index[str, Source]
    forms: dict[str, Source]
    answers: dict[tuple[str, str], Source]  # whole bodies of functions that are asked for, however short
    numbers: dict[str, list[Number]]
    rows: Rows[Source]
    raw: Index[bytes, Source]


class Hidden(NamedTuple):
    """A file that never leaves the staff."""

    what: str
    file: str
    concept: str
    text: str
    tree: ast.Module


def gather(course: Course, drawn: Sequence[Drawn]) -> Secrets:
    hidden, public = list(_hidden(course)), Public(course)
    return Secrets(
        lines=Index(_distinct(found for file in hidden for found in _lines(file, public))),
        forms=_distinct(_forms(hidden, public)),
        answers={key: at for file in hidden if file.what == "a solution" for key, at in _answers(file, course)},
        numbers=_numbers(course, hidden, drawn, public),
        rows=_rows(hidden, drawn, public),
        raw=Index(_raw(drawn)),
    )


def _distinct(found: Iterable[tuple[_K, Source]]) -> dict[_K, Source]:
    """Leave out what several concepts have; of the others keep the first place."""
    first: dict[_K, Source] = {}
    concepts: defaultdict[_K, set[str]] = defaultdict(set)
    for key, source in found:
        first.setdefault(key, source)
        concepts[key].add(source.concept)
    return {key: source for key, source in first.items() if len(concepts[key]) < IDIOM}


# -- the hidden files -----------------------------------------------------------------------------------------


def _hidden(course: Course) -> Iterator[Hidden]:
    tests = course.root / "tests"
    for concept in (one.id for one in course.concepts):
        yield from _file(course, "a hidden suite", concept, tests / "hidden" / f"test_{concept}.py")
        yield from _file(course, "a solution", concept, course.solution(concept))
        yield from _file(course, "the misconceptions", concept, course.misconceptions(concept))
        for path in sorted((tests / "alternatives" / concept).glob("*.py")):
            yield from _file(course, "a right answer", concept, path)


def _file(course: Course, what: str, concept: str, path: Path) -> Iterator[Hidden]:
    if path.is_file():
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        yield Hidden(what, path.relative_to(course.root).as_posix(), concept, text, parsed(text) or ast.Module([], []))


def _lines(file: Hidden, public: Public) -> Iterator[tuple[str, Source]]:
    """Its lines, comments too. A solution may say in words what its stub says: the one was made from the other."""
    prose = set() if file.what == "a hidden suite" else public.prose
    titles = {line for node in functions(file.tree) for line in _text_lines(node)}
    for number, line in enumerate(file.text.split("\n"), 1):
        text = squeeze(line).text
        if len(text) >= SHORTEST and number not in titles and text not in prose and text not in public.text:
            yield text, Source(file.what, file.file, number, file.concept, min(len(text), ENOUGH))


def _text_lines(node: ast.FunctionDef) -> range:
    """The lines of a docstring: of a check it is the title, which students read."""
    first = node.body[0]
    return range(first.lineno, (first.end_lineno or 0) + 1) if ast.get_docstring(node) else range(0)


def _forms(hidden: Sequence[Hidden], public: Public) -> Iterator[tuple[str, Source]]:
    for file in hidden:
        constants = _constants(file.tree)
        for form in code.forms(file.tree):
            large = form.size >= (SMALLEST_BODY if form.function else SMALLEST_STATEMENT)
            check = form.function.startswith("test_") and file.what == "a hidden suite"
            if large and (form.text not in public.forms or (check and not form.names & constants)):
                yield form.text, Source(file.what, file.file, form.line, file.concept)


def _constants(tree: ast.Module) -> set[str]:
    """Names of a suite's own cases: two checks that read alike are two if their cases are others."""
    targets = (target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets)
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _answers(file: Hidden, course: Course) -> Iterator[tuple[tuple[str, str], Source]]:
    for form in code.forms(file.tree):
        if form.function in course.concept(file.concept).functions:
            yield (form.function, form.text), Source(file.what, file.file, form.line, file.concept)


def _numbers(
    course: Course, hidden: Sequence[Hidden], drawn: Sequence[Drawn], public: Public
) -> dict[str, list[Number]]:
    found: defaultdict[str, list[Number]] = defaultdict(list)
    for value, source, alone in (*_written(course, hidden), *_drawn_numbers(drawn)):
        if values.odd(value) and values.key(value) not in public.numbers:
            found[values.key(value)].append(Number(value, source, alone))
    return dict(found)


def _written(course: Course, hidden: Sequence[Hidden]) -> Iterator[tuple[float, Source, bool]]:
    yield course.seed, Source("the seed of the random inputs", "course.yml", 1, ""), True
    for file in hidden:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
                what = f"a number of {file.what.partition(' ')[2]}"
                yield node.value, Source(what, file.file, node.lineno, file.concept), True


def _drawn_numbers(drawn: Sequence[Drawn]) -> Iterator[tuple[float, Source, bool]]:
    for one in drawn:
        if one.hidden:
            for value in one.values:
                yield from ((number, _of(one), False) for number in _flat(value))


def _rows(hidden: Sequence[Hidden], drawn: Sequence[Drawn], public: Public) -> Rows[Source]:
    found = _distinct((*_written_rows(hidden), *_drawn_rows(drawn)))
    shown = (row for one in drawn if not one.hidden for value in one.values if (row := rows.of(value)))
    text = "\n".join((public.examples, *(str(row.numbers) for row in shown)))
    known = {row for _, row, _ in Rows(found).find(text)}
    return Rows({row: source for row, source in found.items() if row not in known})


def _written_rows(hidden: Sequence[Hidden]) -> Iterator[tuple[Row, Source]]:
    for file in (one for one in hidden if one.what == "a hidden suite"):
        for node in (one for one in ast.walk(file.tree) if isinstance(one, (ast.List, ast.Tuple))):
            if row := rows.of(values.literal(node), written=True):
                yield row, Source("an input of a hidden suite", file.file, node.lineno, file.concept)


def _drawn_rows(drawn: Sequence[Drawn]) -> Iterator[tuple[Row, Source]]:
    for one in drawn:
        for value in one.values if one.hidden else ():
            if row := rows.of(value):
                yield row, _of(one)


def _raw(drawn: Sequence[Drawn]) -> dict[bytes, Source]:
    known = {form for one in drawn if not one.hidden for value in one.values for form in values.raw(value)}
    found: dict[bytes, Source] = {}
    for one in drawn:
        for value in one.values if one.hidden else ():
            found.update((form, _of(one)) for form in values.raw(value) if form not in known)
    return found


def _of(drawn: Drawn) -> Source:
    check = drawn.check
    file = "/".join(Path(check.file).parts[-3:])
    return Source("an input of a hidden suite", file, check.line, check.id.partition(".")[0])


def _flat(value: Any) -> Iterator[float]:
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _flat(part)
    elif isinstance(value, Mapping):
        yield from _flat(list(value.values()))
    elif hasattr(value, "dtype"):
        yield from (float(part) for part in value.ravel()[:1000].tolist() if isinstance(part, (int, float)))
    elif isinstance(value, (int, float)):
        yield float(value)
