"""What a new roster changes, before anything is written. Pure.

A person is found again by an id (the LMS's, the student number, the login, the email), never by a name, and keeps the
key that the gradebook knows. What the new file leaves blank stays as it was: another export may not have that column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters.keys import folded

IDS = ("lms_id", "sis_id", "login", "email")
FIELDS = ("name", "first_name", "last_name", "section", *IDS)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    old: Person
    new: Person

    @property
    def fields(self) -> list[str]:
        return [field for field in FIELDS if getattr(self.old, field) != getattr(self.new, field)]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """`doubtful` are people of the new roster for whom the ids do not settle which old one they are.

    They are in no other list, and so are the old ones that they may be: nothing is to be written for either.
    """

    added: list[Person]
    changed: list[Changed]
    dropped: list[Person]
    doubtful: list[tuple[Person, list[Person]]]


def changes(old: Sequence[Person], new: Sequence[Person]) -> Changes:
    index = _index(old)
    added, changed, doubtful = [], [], []
    kept: set[str] = set()
    for person in new:
        candidates = _candidates(person, index)
        taken = [one for one in candidates if one.student in kept]
        kept |= {one.student for one in candidates}
        if not candidates:
            added.append(person)
        elif len(candidates) > 1 or taken or not _same(candidates[0], person):
            doubtful.append((person, candidates))
        elif (merged := _merged(candidates[0], person)) != candidates[0]:
            changed.append(Changed(old=candidates[0], new=merged))
    dropped = [person for person in old if person.student not in kept]
    return Changes(added=added, changed=changed, dropped=dropped, doubtful=doubtful)


def _index(people: Iterable[Person]) -> dict[tuple[str, str], list[Person]]:
    index: dict[tuple[str, str], list[Person]] = {}
    for person in people:
        for key in _ids(person):
            index.setdefault(key, []).append(person)
    return index


def _ids(person: Person) -> list[tuple[str, str]]:
    ids = [(field, value) for field in IDS if (value := getattr(person, field).strip())]
    return [*ids, ("student", folded(person.student))]


def _candidates(person: Person, index: dict[tuple[str, str], list[Person]]) -> list[Person]:
    found = {one.student: one for key in _ids(person) for one in index.get(key, [])}
    return list(found.values())


def _same(old: Person, new: Person) -> bool:
    """Whether an id speaks for it. A key alone does not, where the ids that both have differ."""
    both = [(mine, theirs) for field in IDS if (mine := getattr(old, field)) and (theirs := getattr(new, field))]
    return not both or any(mine == theirs for mine, theirs in both)


def _merged(old: Person, new: Person) -> Person:
    told = {field: value for field in FIELDS if (value := getattr(new, field))}
    return msgspec.structs.replace(old, **told)
