"""YAML to plain data, with the line of every value. Refuses what a course file has no use for."""

from __future__ import annotations

from typing import Any

import yaml

from mlgrade.errors import CourseError

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
