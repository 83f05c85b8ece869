"""Compare a new roster with the one of the gradebook, before anything is written.

A person is recognised by an id (the LMS's, the student number, the login, the email), never by a name, and keeps their
key. A field that the new file leaves blank stays as it was: another export may not have that column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters.model import folded
from mlgrade.text import one_line, plural

MOST_LINES = 20
IDS = ("lms_id", "sis_id", "login", "email")
FIELDS = ("name", "first_name", "last_name", "section", *IDS)


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """A person before and after."""

    old: Person
    new: Person

    @property
    def fields(self) -> list[str]:
        """Return the names of the fields that differ."""
        return [field for field in FIELDS if getattr(self.old, field) != getattr(self.new, field)]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What a new roster changes.

    `doubtful` are people of the new roster whose ids do not settle which old person they are, with the old people that
    they may be. None of these is in another list: nothing is written for them.
    """

    added: list[Person]
    changed: list[Changed]
    dropped: list[Person]
    doubtful: list[tuple[Person, list[Person]]]


def changes(old: Sequence[Person], new: Sequence[Person]) -> Changes:
    """Compare two rosters."""
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
    """Return whether an id is equal. An equal key alone is not enough where both have ids that differ."""
    both = [(mine, theirs) for field in IDS if (mine := getattr(old, field)) and (theirs := getattr(new, field))]
    return not both or any(mine == theirs for mine, theirs in both)


def _merged(old: Person, new: Person) -> Person:
    return msgspec.structs.replace(old, **{field: value for field in FIELDS if (value := getattr(new, field))})


class RosterPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The changes of an import. `people` is the roster after it; nothing changes for doubtful people."""

    people: list[Person]
    same: int
    added: list[Person]
    changed: list[Changed]
    returned: list[Person]  # had been dropped; under their old key
    dropped: list[Person]
    doubtful: list[tuple[Person, list[Person]]]

    @property
    def changes_nothing(self) -> bool:
        """Return whether nothing has to be written."""
        return not (self.added or self.changed or self.returned or self.dropped)


def plan(active: Sequence[Person], gone: Sequence[Person], given: Sequence[Person]) -> RosterPlan:
    """Plan an import. `active` and `gone` are the gradebook's people, `given` those of the file."""
    found = changes([*active, *gone], given)
    unsettled = {one.student for _, candidates in found.doubtful for one in candidates}
    absent = {one.student for one in found.dropped}
    new = {one.old.student: one.new for one in found.changed}
    stays = [one for one in active if one.student not in absent]
    returned = [new.get(one.student, one) for one in gone if one.student not in absent and one.student not in unsettled]
    back = {one.student for one in returned}
    changed = [one for one in found.changed if one.old.student not in back]
    return RosterPlan(
        people=[*(new.get(one.student, one) for one in stays), *returned, *found.added],
        same=len(stays) - len(changed) - sum(one.student in unsettled for one in stays),
        added=found.added,
        changed=changed,
        returned=returned,
        dropped=[one for one in active if one.student in absent],
        doubtful=found.doubtful,
    )


# -- as text ----------------------------------------------------------------------------------------------------


def lines(plan: RosterPlan) -> Iterator[str]:
    """Format the counts, then each change by name."""
    yield sentence(plan)
    yield from _section("added", [_who(person) for person in plan.added])
    yield from _section("changed", [_changed(one) for one in plan.changed])
    yield from _section("back again", [_who(person) for person in plan.returned])
    yield from _section("dropped (their submissions are kept)", [_who(person) for person in plan.dropped])
    yield from _section("doubtful (nothing changes for them)", [_doubt(*one) for one in plan.doubtful])


def sentence(plan: RosterPlan) -> str:
    """Format the counts: `3 students: 2 added, 1 as before`."""
    counts = {
        "added": len(plan.added),
        "changed": len(plan.changed),
        "back again": len(plan.returned),
        "as before": plan.same,
        "dropped": len(plan.dropped),
        "doubtful": len(plan.doubtful),
    }
    shown = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{plural(len(plan.people), 'student')}: {shown}"


def _section(title: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        yield f"{title}:"
        yield from (f"  {one_line(one)}" for one in found[:MOST_LINES])
    if len(found) > MOST_LINES:
        yield f"  and {len(found) - MOST_LINES} more"


def _who(person: Person) -> str:
    return f"{person.student}  {person.name}".rstrip()


def _changed(one: Changed) -> str:
    fields = (f"{field} {getattr(one.old, field) or '-'} -> {getattr(one.new, field)}" for field in one.fields)
    return f"{one.new.student}  {', '.join(fields)}"


def _doubt(person: Person, candidates: Sequence[Person]) -> str:
    known = " or ".join(_who(one) for one in candidates)
    return f"{_who(person)}: may be {known}, and their ids do not agree"
