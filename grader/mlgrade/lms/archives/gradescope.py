"""Read Gradescope's "Export Submissions": `submission_<id>/<path>`, with the students in `submission_metadata.yml`.

The metadata is read as YAML events: tags make no objects, ids stay text (`00123` is no number), aliases are dropped,
and only the few needed fields are kept of a file that may hold every result of a term.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import yaml

from mlgrade.lms.archives.entries import MIB, ArchiveEntry, ArchiveError, EntryError
from mlgrade.lms.archives.model import ArchiveFormat, ParsedName, PersonKey, SubmittedFile, leaf

METADATA = "submission_metadata.yml"
MOST = 64 * MIB
_DEEPEST = 8
_LARGEST_GROUP = 100
_FORM = re.compile(r"(?:[^/]+/)?(?P<id>submission_\d+)/(?P<path>.+)", re.DOTALL)
_TIME = re.compile(r"(20\d\d-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(Z|UTC|[+-]\d\d:?\d\d)?")
_WANTED = {"submitters", "created_at", "name", "email", "sid"}


class GradescopeArchive(ArchiveFormat):
    """Archives of Gradescope, also of groups."""

    name = "gradescope"
    title = "Gradescope"

    def skips(self, name: str) -> bool:
        """Skip the metadata."""
        return leaf(name) == METADATA and name.count("/") <= 1

    def fits(self, names: Sequence[str]) -> bool:
        """Return whether the metadata is there, and most names are of this format."""
        return any(map(self.skips, names)) and super().fits(names)

    def parse(self, name: str) -> ParsedName | None:
        """Read the name of one entry, which names a submission and no student."""
        found = _FORM.fullmatch(name)
        return (
            ParsedName(keys=(PersonKey(label=found["id"]),), path=found["path"], attempt=found["id"]) if found else None
        )

    def read(self, entries: Sequence[ArchiveEntry]) -> Iterator[SubmittedFile]:
        """Yield the entries, each with the students that the metadata names."""
        listed = next((entry for entry in entries if self.skips(entry.name)), None)
        known = metadata(listed) if listed else {}
        for file in super().read(entries):
            yield SubmittedFile(file.entry, _with_people(file.found, known.get(file.found.attempt)))


def metadata(entry: ArchiveEntry) -> dict[str, Any]:
    """Read students and time of each submission. Raise ArchiveError if that fails: the students are then unknown."""
    where = f"{entry.archive}: {entry.name}"
    if entry.size > MOST:
        raise ArchiveError(f"{where}: {entry.size} bytes is too large to be read; export without autograder results")
    try:
        events = yaml.parse(b"".join(entry.read()), Loader=yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader)
        found = _document(events)
    except (yaml.YAMLError, EntryError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 1})" if mark else f" ({error})"
        raise ArchiveError(f"{where}: cannot be read{line}; export it again") from None
    if not isinstance(found, dict):
        raise ArchiveError(f"{where}: is not a list of submissions; export it again")
    return found


def _document(events: Iterator[yaml.Event]) -> Any:
    for event in events:
        if not isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            return _value(events, event, 0)
    return None


def _value(events: Iterator[yaml.Event], event: yaml.Event, depth: int) -> Any:
    if isinstance(event, yaml.ScalarEvent):
        return "" if event.implicit[0] and event.value in ("~", "null") else event.value
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth) if depth < _DEEPEST else _skip(events)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, depth) if depth < _DEEPEST else _skip(events)
    return ""  # an alias


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        key = _value(events, event, depth + 1)
        name = key.strip(":") if isinstance(key, str) else ""
        wanted = name in _WANTED or (depth == 0 and name.startswith("submission_"))
        value = _value(events, next(events), depth + 1 if wanted else _DEEPEST)
        if wanted:
            found[name] = value
    return found


def _sequence(events: Iterator[yaml.Event], depth: int) -> list[Any]:
    found = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        found.append(_value(events, event, depth + 1))
    return found


def _skip(events: Iterator[yaml.Event]) -> str:
    """Skip the rest of a collection, however deep it is."""
    open_ones = 1
    while open_ones:
        event = next(events)
        open_ones += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    return ""


def _with_people(found: ParsedName, record: Any) -> ParsedName:
    record = record if isinstance(record, dict) else {}
    people = record.get("submitters")
    if isinstance(people, list) and len(people) > _LARGEST_GROUP:
        raise ArchiveError(f"{METADATA}: {found.attempt} has {len(people)} submitters; no group is so large")
    keys = [_key(one, found.attempt) for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    return ParsedName(
        keys=tuple(keys) or found.keys, path=found.path, attempt=found.attempt, at=_time(record.get("created_at"))
    )


def _key(record: dict[str, Any], submission: str) -> PersonKey:
    name, email, sid = (text if isinstance(text := record.get(key), str) else "" for key in ("name", "email", "sid"))
    return PersonKey(label=sid or email.partition("@")[0] or name or submission, email=email, sis_id=sid, name=name)


def _time(text: Any) -> datetime | None:
    found = _TIME.match(text) if isinstance(text, str) else None
    if not found:
        return None
    zone = found[3] or ""
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{'+00:00' if zone in ('Z', 'UTC') else zone}")
    except ValueError:
        return None
