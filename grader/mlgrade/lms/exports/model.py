"""Define what an exporter gets and returns. This is public API: docs/how-to/exporters.md describes each field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import msgspec

from mlgrade.errors import UsageError, closest
from mlgrade.gradebook.columns import Column, Row
from mlgrade.tables import guard
from mlgrade.text import one_line, plural

MOST_LISTED = 200


class Use(StrEnum):
    """Whether a format takes the export of the LMS as a template."""

    NO = "no"
    MAY = "may"
    MUST = "must"


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written.

    Attributes
    ----------
    columns : sequence of Column
        The items, each with its title and points.
    rows : iterable of Row
        The students with their cells. It is read once.
    template : Path or None
        The export of the LMS that is filled in.
    clear : bool
        Whether a blank may replace a score that the LMS holds.
    map : mapping of str to str
        From an item of the template (its heading, title or LMS id) to the id of a column.
    settings : mapping of str to str
        What only one format needs, such as the class of a OneRoster package.
    """

    columns: Sequence[Column]
    rows: Iterable[Row]
    template: Path | None = None
    clear: bool = False
    map: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}


class Listed(msgspec.Struct):
    """A count, and the first 200 by name, so that its size is bounded for any class."""

    count: int = 0
    first: list[str] = msgspec.field(default_factory=list)

    def add(self, text: str) -> None:
        """Count one, and keep its name if there is room."""
        self.count += 1
        if len(self.first) < MOST_LISTED:
            self.first.append(one_line(text))

    def shown(self, most: int = 10) -> str:
        """Format the first of them in one line, and how many more there are."""
        more = self.count - min(most, len(self.first))
        return "; ".join(self.first[:most]) + (f"; and {more} more" if more > 0 else "")

    def __bool__(self) -> bool:
        return self.count > 0


def _listed() -> Listed:
    return Listed()


class Summary(msgspec.Struct, kw_only=True):
    """What an export did. It is filled while rows are written, so that no row has to be kept."""

    format: str
    new: int = 0  # scores where the LMS had none, or where it is unknown what it had
    same: int = 0
    changed: Listed = msgspec.field(default_factory=_listed)  # "Zoë O'Brien, HW1: 7 -> 8.5"
    cleared: Listed = msgspec.field(default_factory=_listed)
    left_alone: Listed = msgspec.field(default_factory=_listed)  # a score that a blank would have cleared
    without: Listed = msgspec.field(default_factory=_listed)  # students of the template without a submission
    outside: Listed = msgspec.field(default_factory=_listed)  # submissions of students who are not in the template
    left_out: Listed = msgspec.field(default_factory=_listed)  # students that the format cannot take, with the reason
    broken: Listed = msgspec.field(default_factory=_listed)  # no score because the grading itself failed
    above: Listed = msgspec.field(default_factory=_listed)  # scores above the maximum
    rounded: int = 0
    unmatched: list[str] = msgspec.field(default_factory=list)  # columns without an item in the template
    unsaid: dict[str, Listed] = msgspec.field(default_factory=dict)  # excused, late, ... that the format cannot say
    warnings: list[str] = msgspec.field(default_factory=list)
    asks: str = ""  # what the LMS will ask at the upload: "Canvas will ask nothing"

    def warn(self, text: str) -> None:
        """Add a warning, at most 200."""
        if len(self.warnings) < MOST_LISTED:
            self.warnings.append(one_line(text))

    def warn_of_formulas(self, cells: Iterable[str], who: str) -> None:
        """Warn of cells that must stay unchanged although a spreadsheet would run them."""
        for text in cells:
            if guard(text) != text:
                self.warn(f"{who}: a spreadsheet would run {text}; upload the file without opening it in one")

    def cannot_say(self, what: str, who: str) -> None:
        """Count what the format has no way to say."""
        self.unsaid.setdefault(what, Listed()).add(who)


class Format(msgspec.Struct, frozen=True, kw_only=True):
    r"""One format. An entry point of the group `mlgrade.exporters` leads to an instance.

    Attributes
    ----------
    name : str
        The value of `--to`.
    title : str
        The format, for people.
    suffix : str
        Of the file, such as ".csv".
    write : callable
        Takes an `Export` and a binary stream, writes the file, and returns a `Summary`. It raises UsageError for what
        cannot be exported as asked; what it has written by then is discarded.
    template : Use
        Whether it takes a template.
    settings : mapping of str to str
        The names of `Export.settings` that it knows, each with its meaning.

    Examples
    --------
    >>> def write(export, to):
    ...     summary = Summary(format="logins")
    ...     to.writelines(f"{row.person.login}\n".encode() for row in export.rows)
    ...     return summary
    >>> FORMAT = Format(name="logins", title="list of logins", suffix=".txt", write=write)
    """

    name: str
    title: str
    suffix: str
    write: Callable[[Export, BinaryIO], Summary]
    template: Use = Use.NO
    settings: Mapping[str, str] = {}

    def check(self, export: Export) -> None:
        """Raise UsageError for what this format would ignore."""
        if self.template is Use.MUST and export.template is None:
            raise UsageError(f"{self.name}: needs the export of the LMS; download it and name it with --template")
        if self.template is Use.NO and export.template is not None:
            raise UsageError(f"{self.name}: takes no template")
        if export.map and export.template is None:
            raise UsageError(f"{self.name}: --map leads from items of a template; name it with --template")
        for name in export.settings:
            if name not in self.settings:
                known = ", ".join(self.settings) or "none"
                raise UsageError(f'{self.name}: no setting "{name}"{closest(name, self.settings)}; known: {known}')
        _check_columns(export.columns, self.name)


def _check_columns(columns: Sequence[Column], name: str) -> None:
    if not columns:
        raise UsageError(f"{name}: there is no column to export")
    for field in ("id", "title"):
        values = [getattr(column, field) for column in columns]
        if double := next((value for value in values if values.count(value) > 1), None):
            raise UsageError(f'{name}: two columns have the {field} "{one_line(double)}"')


def sentence(summary: Summary) -> str:
    """Format the counts: `38 scores new, 3 change, 1 would be cleared (left alone), ...; Canvas will ask nothing`."""
    parts = [
        f"{plural(summary.new, 'score')} new",
        f"{summary.changed.count} change" if summary.changed else "",
        f"{summary.same} unchanged" if summary.same else "",
        f"{summary.cleared.count} cleared" if summary.cleared else "",
        f"{summary.left_alone.count} would be cleared (left alone)" if summary.left_alone else "",
        _with_verb(
            summary.without.count, "student of the template has", "students of the template have", "no submission"
        ),
        _with_verb(summary.outside.count, "submission is", "submissions are", "not in the template"),
    ]
    return "; ".join(filter(None, [", ".join(filter(None, parts)), summary.asks]))


def lines(summary: Summary) -> Iterator[str]:
    """Format the counts, and below them what staff should know, by name."""
    yield sentence(summary)
    if summary.rounded:
        yield rounded(summary.rounded)
    if summary.unmatched:
        yield f"columns without an item in the template: {', '.join(summary.unmatched)}"
    for title, listed in _lists(summary):
        if listed:
            yield f"{title}: {listed.shown()}"
    yield from (f"warning: {text}" for text in summary.warnings)


def _lists(summary: Summary) -> Iterator[tuple[str, Listed]]:
    yield "change", summary.changed
    yield "cleared", summary.cleared
    yield "left alone (--clear would clear them)", summary.left_alone
    yield "in the template without a submission", summary.without
    yield "not in the template", summary.outside
    yield "left out", summary.left_out
    yield "not written, because the grading itself failed", summary.broken
    yield "above the maximum", summary.above
    for what, listed in summary.unsaid.items():
        yield f"{summary.format} cannot say {what} ({listed.count})", listed


def rounded(number: int) -> str:
    """Format the number of rounded scores."""
    return f"{plural(number, 'score')} rounded to two decimals (a half goes to the even digit)"


def _with_verb(number: int, one: str, many: str, what: str) -> str:
    return f"{number} {one if number == 1 else many} {what}" if number else ""
