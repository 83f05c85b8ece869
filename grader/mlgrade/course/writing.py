"""A course as the text of a course.yml: what `parse` reads back is the same course. Comments are not part of it."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Any

import msgspec
import yaml

from mlgrade.course.model import Course, Duration, Percent, Size

_UNITS = (("days", 86400), ("h", 3600), ("min", 60), ("s", 1))
_SIZES = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def text(course: Course) -> str:
    """Write what differs from the defaults, in the order of the model."""
    return yaml.safe_dump(plain(course), sort_keys=False, allow_unicode=True, width=100)


def plain(value: Any) -> Any:
    """Turn a value into plain data for YAML."""
    if isinstance(value, msgspec.Struct):
        return {name: plain(part) for name, part in _said(value)}
    if isinstance(value, list):
        return [plain(part) for part in value]
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Percent):
        return f"{_number(value * 100)}%"
    if isinstance(value, Size):
        return _size(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.value if isinstance(value, Enum) else value


def _said(value: msgspec.Struct) -> list[tuple[str, Any]]:
    """The fields of a file that say something: those that are required, or have another value than the default."""
    fields = [field for field in msgspec.structs.fields(value) if field.name != "root"]
    pairs = [(field, getattr(value, field.name)) for field in fields]
    return [(field.encode_name, part) for field, part in pairs if field.required or part != _default(field)]


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default_factory() if callable(field.default_factory) else field.default


def _duration(value: timedelta) -> str:
    seconds = value / Duration(seconds=1)
    unit, size = next(((unit, size) for unit, size in _UNITS if seconds and seconds % size == 0), ("s", 1))
    return f"{_number(seconds / size)} {unit}"


def _size(value: int) -> str:
    unit, size = next((unit, size) for unit, size in _SIZES if value % size == 0)
    return f"{value // size} {unit}"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
