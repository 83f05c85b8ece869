"""What reading a roster gives: people, and what is to be said of the file, each with its line."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from mlgrade.gradebook.columns import Person


class Key(StrEnum):
    """What becomes a student's key. `auto`: the login, else the email, else the student number, else the LMS's id."""

    AUTO = "auto"
    STUDENT = "student"  # a column of that name, which only a plain CSV has
    LOGIN = "login"
    EMAIL = "email"
    SIS_ID = "sis_id"
    LMS_ID = "lms_id"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """`left_out` says that somebody may be missing now: a row that should be a student did not become one."""

    line: int
    text: str
    left_out: bool = False

    def __str__(self) -> str:
        return f"line {self.line}: {self.text}"


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    format: str
    people: list[Person]
    problems: list[Problem] = []  # msgspec copies the empty default for each instance


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A row that names a person, before it has a key. `test` marks the LMS's own test student."""

    line: int
    person: Person
    test: bool = False
