"""Adds a concept to the text of a course.yml, and leaves every other character of it as it is.

Only positions are taken from the YAML. What comes out is read again, and must be the course that was there with this
concept at the end of this unit, and nothing else: whatever this module did not think of is refused, not written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import yaml

from mlgrade import course as courses
from mlgrade.course import FILE, Concept, Course, Unit
from mlgrade.errors import CourseError, UsageError

_PLAIN = re.compile(r"[a-z][a-z0-9_]*\Z")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}  # YAML reads these as something else


def added(text: str, course: Course, unit: Unit, concept: Concept) -> str:
    """The text with a concept at the end of a unit. A unit that the course has not comes last, with this concept."""
    body = text.removeprefix("\ufeff")
    known = [one.id for one in course.units]
    try:
        if unit.id in known:
            made = _appended(body, ["units", known.index(unit.id), "concepts"], _fields(concept))
        else:
            made = _appended(body, ["units"], [*_named(unit), ("concepts", [_fields(concept)])])
    except (LookupError, TypeError, ValueError, AttributeError):
        raise _refused(unit, concept) from None
    result = text[: len(text) - len(body)] + made
    wanted = msgspec.structs.replace(_expected(course, unit, concept), root=Path())
    try:
        read = courses.parse(made, FILE)
    except CourseError as error:
        raise _meaning(error, known, course, unit, concept) from None
    if read != wanted:
        raise _refused(unit, concept)
    return result


def _meaning(error: CourseError, known: Sequence[str], course: Course, unit: Unit, concept: Concept) -> UsageError:
    """What is wrong with the new entry, without the line that it has nowhere; else it is the way of the file."""
    number = known.index(unit.id) if unit.id in known else len(known)
    inner = f".concepts[{len(course.units[number].concepts)}]" if unit.id in known else ""
    faults = [problem.partition(f"units[{number}]{inner}.")[2] for problem in error.problems]
    return UsageError(f"{'; '.join(faults)}; nothing was written") if all(faults) else _refused(unit, concept)


def _expected(course: Course, unit: Unit, concept: Concept) -> Course:
    def longer(one: Unit) -> Unit:
        return msgspec.structs.replace(one, concepts=[*one.concepts, concept]) if one.id == unit.id else one

    units = [longer(one) for one in course.units]
    if unit.id not in {one.id for one in course.units}:
        units.append(msgspec.structs.replace(unit, concepts=[concept]))
    return msgspec.structs.replace(course, units=units)


def _refused(unit: Unit, concept: Concept) -> UsageError:
    lines = "\n".join(_block(_fields(concept), 6))
    return UsageError(
        f"{FILE}: is written in a way that nothing can be added to safely; nothing was written. Put this at the end of "
        f"the unit {unit.id} by hand, then run the same again for its files:\n{lines}"
    )


# -- where ----------------------------------------------------------------------------------------------------

Fields = list[tuple[str, object]]


def _appended(text: str, path: Sequence[str | int], fields: Fields) -> str:
    node = _at(yaml.compose(text, Loader=yaml.SafeLoader), path)
    last = node.value[-1]
    if node.flow_style:
        end = _end(last)
        return f"{text[:end]}, {_flow(fields)}{text[end:]}"
    dash = _column(text, text.rindex("-", 0, last.start_mark.index))
    inner = last.start_mark.column - dash if not last.flow_style else 2
    at = _after_comments(text, _line_end(text, _end(last)), dash)
    newline = "\r\n" if "\r\n" in text else "\n"
    block = "".join(f"{line}{newline}" for line in _block(fields, dash, inner))
    before = text[:at] if text[:at].endswith("\n") else text[:at] + newline
    return before + block + text[at:]


def _at(node: yaml.Node | None, path: Sequence[str | int]) -> yaml.SequenceNode:
    for step in path:
        if isinstance(node, yaml.MappingNode):
            node = next(value for key, value in node.value if key.value == step)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
    if not isinstance(node, yaml.SequenceNode):
        raise TypeError(path)
    return node


def _end(node: yaml.Node) -> int:
    """Where the last word of a node ends; a block's own end is where the next thing begins, after comments."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def _column(text: str, index: int) -> int:
    return index - text.rfind("\n", 0, index) - 1


def _line_end(text: str, index: int) -> int:
    if index and text[index - 1] == "\n":  # after a text of several lines
        return index
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1


def _after_comments(text: str, index: int, dash: int) -> int:
    """Behind the comments that stand deeper than the list: they belong to what is above them."""
    while found := re.compile(r"( *)#[^\n]*(?:\n|\Z)").match(text, index):
        if len(found[1]) <= dash or found.end() == index:
            break
        index = found.end()
    return index


# -- what -----------------------------------------------------------------------------------------------------


def _named(unit: Unit) -> Fields:
    return [("id", unit.id), ("title", _Quoted(unit.title))]


def _fields(concept: Concept) -> Fields:
    fields: Fields = [("id", concept.id), ("title", _Quoted(concept.title)), ("points", concept.points)]
    fields.append(("functions", list(concept.functions)))
    return [*fields, ("requires", list(concept.requires))] if concept.requires else fields


class _Quoted(str):
    """A text for people: quoted, whatever is in it."""


def _block(fields: Fields, dash: int, inner: int = 2) -> list[str]:
    lines = []
    for name, value in fields:
        if isinstance(value, list) and value and isinstance(value[0], list):
            lines += [f"{name}:", *(f"{' ' * inner}{line}" for one in value for line in _block(one, 0, inner))]
        else:
            lines.append(f"{name}: {_value(value)}")
    first = f"{' ' * dash}-{' ' * (inner - 1)}"
    return [f"{first if number == 0 else ' ' * (dash + inner)}{line}" for number, line in enumerate(lines)]


def _flow(fields: Fields) -> str:
    return "{" + ", ".join(f"{name}: {_value(value)}" for name, value in fields) + "}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_flow(one) if isinstance(one, list) else _value(one) for one in value)}]"
    if isinstance(value, str):
        plain = not isinstance(value, _Quoted) and _PLAIN.match(value) and value not in _WORDS
        return value if plain else json.dumps(value, ensure_ascii=not value.isprintable())
    return f"{value:g}" if isinstance(value, float) and value < 1e5 else str(value)
