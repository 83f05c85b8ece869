"""From what an LMS says of a person to a student of the roster: by ids; by name only where it says nothing else."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.lms.archives.model import Key

_GONE_IN_MOODLE = str.maketrans("_", " ", "&<>\"`|':\\/")


class How(StrEnum):
    ID = "id"
    NAME = "name"  # listed: a person should look at it
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    NO_ROSTER = "no roster"


class Match(msgspec.Struct, frozen=True, kw_only=True):
    how: How
    student: str = ""
    among: tuple[str, ...] = ()  # who it may be, where it is ambiguous


class Roster:
    """The people of a course, found by each of their ids."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = sorted(people, key=lambda person: person.student)
        self._ids: dict[tuple[str, str], list[Person]] = defaultdict(list)
        self._names: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            for kind in ("student", "lms_id", "login", "sis_id"):
                self._ids[kind, getattr(person, kind)].append(person)
            self._ids["email", person.email.casefold()].append(person)
            for name in _names(person):
                self._names[name].append(person)

    def match(self, key: Key) -> Match:
        if not self.people:
            return Match(how=How.NO_ROSTER)
        found = self._by_id(key)
        if len(found) > 1 or (found and key.named and not self._has_name(found, key.name)):
            return Match(how=How.AMBIGUOUS, among=tuple(sorted(found)))
        if found:
            return Match(how=How.ID, student=found.pop())
        return self._by_name(key.name)

    def _by_id(self, key: Key) -> set[str]:
        asked = [("student", key.student), ("lms_id", key.lms_id), ("sis_id", key.sis_id)]
        asked += [("login", login) for login in key.logins]
        asked += [(kind, key.any_id) for kind in ("student", "lms_id", "login", "sis_id")]
        asked += [("email", text.casefold()) for text in (key.email, key.any_id)]
        return {person.student for kind, text in asked if text for person in self._ids.get((kind, text), ())}

    def _by_name(self, name: str) -> Match:
        among = sorted({person.student for person in self._names.get(_plain(name), ())}) if _plain(name) else []
        if len(among) > 1:
            return Match(how=How.AMBIGUOUS, among=tuple(among))
        return Match(how=How.NAME, student=among[0]) if among else Match(how=How.UNKNOWN)

    def _has_name(self, students: set[str], name: str) -> bool:
        return any(person.student in students for person in self._names.get(_plain(name), ()))


def _names(person: Person) -> set[str]:
    whole = (person.name, f"{person.first_name} {person.last_name}")
    return {plain for name in whole if (plain := _plain(name))}


def _plain(name: str) -> str:
    """A name without what an LMS leaves out of the names of files; letters, case and accents must still be equal."""
    return " ".join(unicodedata.normalize("NFC", name).translate(_GONE_IN_MOODLE).split())
