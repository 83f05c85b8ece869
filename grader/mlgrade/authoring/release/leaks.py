"""Looks for what must not go out in what goes out. One leak is said once, with the place that mends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlgrade import course as courses
from mlgrade.authoring.release import code, values
from mlgrade.authoring.release.index import squeeze
from mlgrade.authoring.release.layers import Layer, Sealed, unfold
from mlgrade.authoring.release.names import refused, refused_as
from mlgrade.authoring.release.rows import Row
from mlgrade.authoring.release.secrets import ENOUGH, Secrets, Source
from mlgrade.course.model import Attempts, Late
from mlgrade.errors import CourseError
from mlgrade.text import one_line

_CONTROL = re.compile(r"[\0-\x06\x0e-\x1a\x1c-\x1f]")  # in no text, also not in a coloured one


class Leak(NamedTuple):
    place: str
    what: str

    def __str__(self) -> str:
        return f"{one_line(self.place)}: {one_line(self.what)}"


class Digits(str):
    """A number. Two of one check are no accident; two of one file may be."""

    __slots__ = ()


class _Hit(NamedTuple):
    place: str
    source: Source
    how: str
    secret: object  # two hits of one secret are one

    @property
    def depth(self) -> int:
        """How exact the place is: a cell of a notebook says more than its line in the JSON."""
        return self.place.count(": ")


def search(pieces: Iterable[Layer | Sealed], secrets: Secrets) -> list[Leak]:
    """Everything that is wrong with the files of a release, in their order."""
    return [leak for piece in pieces for leak in _search(piece, secrets)]


def _search(piece: Layer | Sealed, secrets: Secrets) -> Iterator[Leak]:
    if isinstance(piece, Sealed):
        yield Leak(*piece)
        return
    if why := refused(piece.place):
        yield Leak(piece.place, why)
        return
    hits: list[_Hit] = []
    for layer in unfold(piece.place, piece.data):
        if isinstance(layer, Sealed):
            yield Leak(*layer)
        elif why := refused_as(layer.data) or _settings(layer):
            yield Leak(layer.place, why)
        else:
            hits += _look(layer, secrets)
    yield from _told(hits)


def _told(hits: Iterable[_Hit]) -> Iterator[Leak]:
    """Say once of each hidden file that enough of it was found; less is an accident."""
    groups: dict[str, dict[object, _Hit]] = {}
    for hit in hits:
        of_one = hit.source.place if isinstance(hit.secret, (Digits, Row)) else hit.source.file
        group = groups.setdefault(of_one, {})
        if hit.secret not in group or hit.depth > group[hit.secret].depth:
            group[hit.secret] = hit
    for found in groups.values():
        if sum(hit.source.weight for hit in found.values()) >= ENOUGH:
            first = max(found.values(), key=lambda hit: hit.depth)  # of those that are as deep, the first
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            yield Leak(first.place, f"{first.source.what}{first.how} ({first.source.place}{more})")


def _settings(layer: Layer) -> str:
    """Whether a course.yml is the staff's own and not that of an edition."""
    if not layer.place.endswith("course.yml"):
        return ""
    try:
        course = courses.parse(layer.data.decode("utf-8", "replace"))
    except CourseError:
        return ""
    mild = course.edition and (course.seed, course.late, course.attempts) == (0, Late(), Attempts())
    return "" if mild else "the staff's course.yml, with what is theirs; an edition has one of its own"


# -- one layer ------------------------------------------------------------------------------------------------


def _look(layer: Layer, secrets: Secrets) -> Iterator[_Hit]:
    text, binary = _text(layer.data)
    yield from _lines(layer, text, secrets)
    yield from _numbers(layer, text, secrets)
    yield from _rows(layer, text, secrets)
    if binary:
        yield from (_Hit(layer.place, source, "", form) for _, form, source in secrets.raw.find(layer.data))
    else:
        yield from _code(layer, text, secrets)


def _text(data: bytes) -> tuple[str, bool]:
    """As text, and whether it is none. Some editors write no UTF-8; code is ASCII all the same."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text, _CONTROL.search(text) is not None


def _lines(layer: Layer, text: str, secrets: Secrets) -> Iterator[_Hit]:
    squeezed = squeeze(text)
    for at, line, source in secrets.lines.find(squeezed.text):
        yield _Hit(_at(layer, squeezed.line(at)), source, "", line)


def _code(layer: Layer, text: str, secrets: Secrets) -> Iterator[_Hit]:
    for tree, start in code.fragments(text):
        for form in code.forms(tree):
            place = _at(layer, start + form.line - 1)
            if source := secrets.answers.get((form.function, form.text)):
                yield _Hit(place, source, ", as code", form.function)
            elif source := secrets.forms.get(form.text):
                yield _Hit(place, source, ", perhaps under other names", form.text)


def _numbers(layer: Layer, text: str, secrets: Secrets) -> Iterator[_Hit]:
    for said in values.numbers(text):
        key = values.key(said.number)
        for number in secrets.numbers.get(key, ()) if said.digits >= values.DIGITS else ():
            if said.means(number.value):
                weight = ENOUGH if number.alone else ENOUGH // 2
                line = text.count("\n", 0, said.start) + 1
                yield _Hit(_at(layer, line), number.source._replace(weight=weight), "", Digits(key))


def _rows(layer: Layer, text: str, secrets: Secrets) -> Iterator[_Hit]:
    for at, row, source in secrets.rows.find(text):
        yield _Hit(_at(layer, text.count("\n", 0, at) + 1), source, "", row)


def _at(layer: Layer, line: int) -> str:
    return f"{layer.place}:{layer.line + line - 1}" if layer.line else layer.place
