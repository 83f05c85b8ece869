"""Define rosters: people with their keys, and the problems of a file with their lines."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

import msgspec

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Person


class Key(StrEnum):
    """The field that becomes a student's key. `auto`: the first of login, email, student number and LMS id."""

    AUTO = "auto"
    STUDENT = "student"  # a column of that name, which only a plain CSV has
    LOGIN = "login"
    EMAIL = "email"
    SIS_ID = "sis_id"
    LMS_ID = "lms_id"


class RosterProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem of one line. `left_out` says that a row that may be a student was left out."""

    line: int
    text: str
    left_out: bool = False

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """The people of one file, in its order."""

    format: str
    people: list[Person]
    problems: list[RosterProblem] = []  # msgspec copies the empty default for each instance


class RosterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row with a person, before it has a key. `test` marks the LMS's own test student."""

    line: int
    person: Person
    test: bool = False


MOST_CHARS = 100
SAFE = re.compile(r"\w[\w.+@'-]*\Z")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin\$|conout\$)(\.|\Z)", re.IGNORECASE)


def key_of(person: Person, key: Key = Key.AUTO) -> str:
    """Return the key of a person, or "" where the roster has none.

    `auto` takes the login, else the email, either one up to its `@`; else the student number; else the LMS's id.
    An id is never rewritten: one that cannot name a folder is refused by `check`.
    """
    if key is not Key.AUTO:
        return str(getattr(person, key)).strip()
    local = next((text.strip().partition("@")[0] for text in (person.login, person.email) if text.strip()), "")
    return person.student.strip() or local or person.sis_id.strip() or person.lms_id.strip()


def check(key: str) -> None:
    """Raise UsageError for a key that cannot be the name of a folder on every system."""
    if not SAFE.match(key) or RESERVED.match(key) or key.endswith("."):
        raise UsageError("cannot be the name of a folder; choose another with --key")
    if len(key.encode()) > MOST_CHARS:
        raise UsageError(f"is longer than {MOST_CHARS} bytes; choose another with --key")


def folded(key: str) -> str:
    """Return an equal text for keys that some file system does not tell apart: by case, or by form of accents."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", key).casefold())
