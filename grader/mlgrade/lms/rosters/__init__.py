"""Rosters in: `read(path)` gives the people of an LMS's export, `changes(old, new)` what a newer one changes."""

from __future__ import annotations

from pathlib import Path

from mlgrade.lms.rosters import oneroster
from mlgrade.lms.rosters.changes import Changed, Changes, changes
from mlgrade.lms.rosters.model import Key, Problem, Roster
from mlgrade.lms.rosters.reading import roster
from mlgrade.tables.decoding import read_bytes
from mlgrade.tables.delimited import table

__all__ = ["Changed", "Changes", "Key", "Problem", "Roster", "changes", "read"]


def read(path: Path, key: Key = Key.AUTO) -> Roster:
    """Read a roster of any known kind. `key` says what becomes the student's key; see `Key`."""
    raw = read_bytes(path)
    if raw.startswith(b"PK\x03\x04") and path.suffix.lower() == ".zip":
        return oneroster.read(path, key)
    return roster(table(raw, str(path)), key)
