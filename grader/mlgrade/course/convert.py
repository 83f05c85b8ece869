"""Convert the tree of a course.yml to typed data, with the place of every fault."""

from __future__ import annotations

import re
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import yaml

from mlgrade.course.model import Duration, Percent, Size
from mlgrade.errors import CourseError, closest
from mlgrade.sandbox.limits import MIB

MISSING = object()
_SECONDS = {"s": 1, "min": 60, "h": 3600, "hour": 3600, "hours": 3600, "day": 86400, "days": 86400}
_BYTES = {"KiB": 1024, "MiB": MIB, "GiB": 1024 * MIB}


class Converter:
    """Walks the types of the model and the data side by side."""

    def __init__(self, tree: Tree, skip: frozenset[str] = frozenset()) -> None:
        self._tree, self._skip = tree, skip
        self.problems: list[str] = []

    def value(self, data: Any, kind: Any, place: str) -> Any:
        """Return the typed value, or MISSING once a problem has been noted."""
        inner, meta = _unwrap(kind)
        if inner is NoneType or (data is None and NoneType in get_args(inner)):
            return None
        inner, meta = _without_none(inner, meta)
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return self._struct(data, inner, place)
        if get_origin(inner) is list:
            return self._list(data, inner, meta, place)
        return self._leaf(data, inner, meta, place)

    def _struct(self, data: Any, kind: type[msgspec.Struct], place: str) -> Any:
        if not isinstance(data, dict):
            return self._note(place, f"must be a group of named values (got {_got(data)})")
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind) if field.name not in self._skip}
        for name in [name for name in data if name not in fields]:
            self._note(_join(place, name), f"is not known here{closest(name, fields)}")
        values = {}
        for name, field in fields.items():
            if name in data:
                values[field.name] = self.value(data[name], field.type, _join(place, name))
            elif field.required:
                self._note(place, f"{name} is missing")
                values[field.name] = MISSING
        return MISSING if MISSING in values.values() else kind(**values)

    def _list(self, data: Any, kind: Any, meta: msgspec.Meta | None, place: str) -> Any:
        if not isinstance(data, list) or len(data) < ((meta and meta.min_length) or 0):
            wanted = (meta and meta.description) or "a list"
            return self._note(place, f"must be {wanted} (got {_got(data)})")
        items = [self.value(item, get_args(kind)[0], f"{place}[{number}]") for number, item in enumerate(data)]
        return MISSING if MISSING in items else items

    def _leaf(self, data: Any, kind: Any, meta: msgspec.Meta | None, place: str) -> Any:
        if kind in _PARSED:
            return self._parsed(data, kind, place)
        try:
            return msgspec.convert(data, _annotated(kind, meta))
        except msgspec.ValidationError:
            wanted = (meta and meta.description) or _wanted(kind)
            return self._note(place, f"must be {wanted} (got {_got(data)})")

    def _parsed(self, data: Any, kind: Any, place: str) -> Any:
        parse, wanted = _PARSED[kind]
        value = None if data is None else parse(str(data).strip())
        return self._note(place, f"must be {wanted} (got {_got(data)})") if value is None else value

    def _note(self, place: str, problem: str) -> Any:
        self.problems.append(self._tree.at(place, problem))
        return MISSING


def _duration(text: str) -> Duration | None:
    found = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?([a-z]+)", text)
    if not found or found[2] not in _SECONDS:
        return None
    seconds = float(found[1]) * _SECONDS[found[2]]
    return Duration(seconds=seconds) if seconds < 1e9 else None


def _percent(text: str) -> Percent | None:
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,6})?) ?%", text)
    return Percent(float(found[1]) / 100) if found and float(found[1]) <= 100 else None


def _size(text: str) -> Size | None:
    found = re.fullmatch(r"(\d{1,9}) ?(KiB|MiB|GiB)", text)
    return Size(int(found[1]) * _BYTES[found[2]]) if found else None


_PARSED: dict[Any, tuple[Any, str]] = {
    Duration: (_duration, "a duration such as 2 s, 15 min, 12 h or 7 days"),
    Percent: (_percent, "a percentage from 0% to 100%"),
    Size: (_size, "a size such as 512 MiB or 2 GiB"),
}


def _unwrap(kind: Any) -> tuple[Any, msgspec.Meta | None]:
    meta = getattr(kind, "__metadata__", None)
    return (kind.__origin__, meta[0]) if meta else (kind, None)


def _without_none(kind: Any, meta: msgspec.Meta | None) -> tuple[Any, msgspec.Meta | None]:
    if get_origin(kind) not in (Union, UnionType):
        return kind, meta
    return _unwrap(next(part for part in get_args(kind) if part is not NoneType))


def _annotated(kind: Any, meta: msgspec.Meta | None) -> Any:
    return Annotated[kind, meta] if meta else kind


def _wanted(kind: Any) -> str:
    members = getattr(kind, "__members__", None)
    if members:
        return " or ".join(member.value for member in members.values())
    return {int: "a whole number", float: "a number", str: "text", bool: "true or false"}.get(kind, "something else")


def _got(data: Any) -> str:
    if isinstance(data, (dict, list)):
        return "a group" if isinstance(data, dict) else f"a list of {len(data)}"
    text = "nothing" if data in (None, "") else str(data)
    return text if len(text) <= 60 else text[:60] + "..."


def _join(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


# -- tree ----------------------------------------------------------------------------------------------------------

# YAML to plain data, with the line of every value. Refuses what a course file has no use for.

MOST_DEPTH = 30
MOST_VALUES = 20_000  # an alias can unfold to far more than the file holds
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Tree:
    """`data` is the file; `lines` maps a place such as `units[0].title` to its line, from one."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines: dict[str, int] = {}
        self.problems: list[str] = []
        self._values = 0
        self._constructor = yaml.constructor.SafeConstructor()
        self.data = self._build(_compose(text, file), "", 0)

    def at(self, place: str, problem: str) -> str:
        """Say a problem with its place, as an editor can jump to it."""
        line = self.lines.get(place, 0)
        return f"{self.file}{f':{line}' if line else ''}: {f'{place}: ' if place else ''}{problem}"

    def _build(self, node: yaml.Node | None, place: str, depth: int) -> Any:
        if node is None:
            return None
        self._values += 1
        if self._values > MOST_VALUES or depth > MOST_DEPTH:  # an alias can lead into itself
            raise CourseError([f"{self.file}: too many values, or too deep"])
        self.lines[place] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth + 1)
        if isinstance(node, yaml.SequenceNode):
            return [self._build(item, f"{place}[{number}]", depth + 1) for number, item in enumerate(node.value)]
        return self._scalar(node, place)

    def _mapping(self, node: yaml.MappingNode, place: str, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
            inner = f"{place}.{name}" if place else name
            if name in built:
                self.problems.append(f"{self.file}:{key.start_mark.line + 1}: {inner}: is here twice")
            built[name] = self._build(value, inner, depth)
        return built

    def _scalar(self, node: yaml.Node, place: str) -> Any:
        try:
            return self._constructor.construct_object(node)
        except (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
            self.problems.append(self.at(place, f"cannot be read: {error}".splitlines()[0]))
            return None


def _compose(text: str, file: str) -> yaml.Node | None:
    try:
        _measure(text, file)
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise CourseError([f"{file}{line}: not valid YAML: {error.problem}"]) from None
    except (yaml.YAMLError, RecursionError) as error:
        raise CourseError([f"{file}: not valid YAML: {error}"]) from None
    return node


def _measure(text: str, file: str) -> None:
    """Refuse depth before anything recurses: the C parser of YAML would end the process."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MOST_DEPTH:
            line = f":{event.start_mark.line + 1}" if event.start_mark else ""
            raise CourseError([f"{file}{line}: nested too deeply"])
