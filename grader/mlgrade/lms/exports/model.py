"""What an exporter gets and what it answers. This is public: docs/how-to/exporters.md describes it field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import msgspec

from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Column, Row
from mlgrade.tables.delimited import guard
from mlgrade.text import one_line

MOST_LISTED = 200


class Use(StrEnum):
    """Whether a format takes the LMS's own export as a template."""

    NO = "no"
    MAY = "may"
    MUST = "must"


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written.

    `rows` is read once. `map` leads from an item of the template (its heading, title or LMS id) to the id of a column.
    `settings` are what one format asks for and no other, such as the class of a OneRoster package.
    """

    columns: Sequence[Column]
    rows: Iterable[Row]
    template: Path | None = None
    clear: bool = False  # whether a blank may take the place of a score that the LMS holds
    map: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}


class Listed(msgspec.Struct):
    """How many there are, and the first of them by name: a class of any size leaves a list of bounded size."""

    count: int = 0
    first: list[str] = msgspec.field(default_factory=list)

    def add(self, text: str) -> None:
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(one_line(text))

    def shown(self, most: int = 10) -> str:
        """The first of them in one line, and how many more there are."""
        more = self.count - min(most, len(self.first))
        return "; ".join(self.first[:most]) + (f"; and {more} more" if more > 0 else "")

    def __bool__(self) -> bool:
        return self.count > 0


def _listed() -> Listed:
    return Listed()


class Summary(msgspec.Struct, kw_only=True):
    """What an export did. It is filled while the file is written, so that nothing needs to be kept for each row."""

    format: str
    new: int = 0  # scores where the LMS had none, or where nobody knows what it had
    same: int = 0
    changed: Listed = msgspec.field(default_factory=_listed)  # "Zoë O'Brien, HW1: 7 -> 8.5"
    cleared: Listed = msgspec.field(default_factory=_listed)
    left_alone: Listed = msgspec.field(default_factory=_listed)  # a score that a blank would have cleared
    without: Listed = msgspec.field(default_factory=_listed)  # students of the template without a submission
    outside: Listed = msgspec.field(default_factory=_listed)  # submissions of students who are not in the template
    left_out: Listed = msgspec.field(default_factory=_listed)  # students that the format cannot take, with the reason
    broken: Listed = msgspec.field(default_factory=_listed)  # no score because of a fault of ours
    above: Listed = msgspec.field(default_factory=_listed)  # scores above the maximum
    rounded: int = 0
    unmatched: list[str] = msgspec.field(default_factory=list)  # columns without an item in the template
    unsaid: dict[str, Listed] = msgspec.field(default_factory=dict)  # excused, late, ... that the format cannot say
    warnings: list[str] = msgspec.field(default_factory=list)
    asks: str = ""  # what the LMS will ask at the upload: "Canvas will ask nothing"

    def warn(self, text: str) -> None:
        if len(self.warnings) < MOST_LISTED:
            self.warnings.append(one_line(text))

    def warn_of_formulas(self, cells: Iterable[str], who: str) -> None:
        """Warn of cells that must stay as they are although a spreadsheet would run them."""
        for text in cells:
            if guard(text) != text:
                self.warn(f"{who}: a spreadsheet would run {text}; upload the file without opening it in one")

    def cannot_say(self, what: str, who: str) -> None:
        self.unsaid.setdefault(what, Listed()).add(who)


class Format(msgspec.Struct, frozen=True, kw_only=True):
    """One format. An entry point of the group `mlgrade.exporters` leads to one of these.

    `write` raises a UsageError for what cannot be exported as asked. What it has written by then is thrown away.
    """

    name: str
    title: str
    suffix: str
    write: Callable[[Export, BinaryIO], Summary]
    template: Use = Use.NO
    settings: Mapping[str, str] = {}  # the names of `Export.settings` that it knows, each with its meaning

    def check(self, export: Export) -> None:
        """Refuse what this format could only overlook."""
        if self.template is Use.MUST and export.template is None:
            raise UsageError(f"{self.name}: needs the LMS's own export; download it and name it with --template")
        if self.template is Use.NO and export.template is not None:
            raise UsageError(f"{self.name}: takes no template")
        if export.map and export.template is None:
            raise UsageError(f"{self.name}: --map leads from items of a template; name it with --template")
        for name in export.settings:
            if name not in self.settings:
                known = ", ".join(self.settings) or "none"
                raise UsageError(f'{self.name}: no setting "{name}"{closest(name, self.settings)}; known: {known}')
        check_columns(export.columns, self.name)


def check_columns(columns: Sequence[Column], name: str) -> None:
    if not columns:
        raise UsageError(f"{name}: there is no column to export")
    for field in ("id", "title"):
        values = [getattr(column, field) for column in columns]
        if double := next((value for value in values if values.count(value) > 1), None):
            raise UsageError(f'{name}: two columns have the {field} "{one_line(double)}"')
