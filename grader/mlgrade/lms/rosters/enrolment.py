"""What a roster file would do to the gradebook's roster, before anything is written. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from mlgrade.gradebook.columns import Person
from mlgrade.lms.rosters import Changed, changes
from mlgrade.text import one_line

MOST = 20


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`people` is the roster as it would be. Nothing is changed for the doubtful, nor for whom they may be."""

    people: list[Person]
    same: int
    added: list[Person]
    changed: list[Changed]
    returned: list[Person]  # who had been dropped, under the key that they had
    dropped: list[Person]
    doubtful: list[tuple[Person, list[Person]]]

    @property
    def changes_nothing(self) -> bool:
        return not (self.added or self.changed or self.returned or self.dropped)


def plan(active: Sequence[Person], gone: Sequence[Person], given: Sequence[Person]) -> Plan:
    found = changes([*active, *gone], given)
    unsettled = {one.student for _, candidates in found.doubtful for one in candidates}
    absent = {one.student for one in found.dropped}
    new = {one.old.student: one.new for one in found.changed}
    stays = [one for one in active if one.student not in absent]
    returned = [new.get(one.student, one) for one in gone if one.student not in absent and one.student not in unsettled]
    back = {one.student for one in returned}
    changed = [one for one in found.changed if one.old.student not in back]
    return Plan(
        people=[*(new.get(one.student, one) for one in stays), *returned, *found.added],
        same=len(stays) - len(changed) - sum(one.student in unsettled for one in stays),
        added=found.added,
        changed=changed,
        returned=returned,
        dropped=[one for one in active if one.student in absent],
        doubtful=found.doubtful,
    )


# -- as text ----------------------------------------------------------------------------------------------------


def lines(plan: Plan) -> Iterator[str]:
    """The counts, then each change by name."""
    yield sentence(plan)
    yield from _section("added", [_who(person) for person in plan.added])
    yield from _section("changed", [_changed(one) for one in plan.changed])
    yield from _section("back again", [_who(person) for person in plan.returned])
    yield from _section("dropped (what they handed in is kept)", [_who(person) for person in plan.dropped])
    yield from _section("doubtful (nothing changes for them)", [_doubt(*one) for one in plan.doubtful])


def sentence(plan: Plan) -> str:
    """`3 students: 2 added, 1 as before`."""
    counts = {
        "added": len(plan.added),
        "changed": len(plan.changed),
        "back again": len(plan.returned),
        "as before": plan.same,
        "dropped": len(plan.dropped),
        "doubtful": len(plan.doubtful),
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    number = len(plan.people)
    return f"{number} student{'' if number == 1 else 's'}: {told}"


def _section(title: str, found: Sequence[str]) -> Iterator[str]:
    if found:
        yield f"{title}:"
        yield from (f"  {one_line(one)}" for one in found[:MOST])
    if len(found) > MOST:
        yield f"  and {len(found) - MOST} more"


def _who(person: Person) -> str:
    return f"{person.student}  {person.name}".rstrip()


def _changed(one: Changed) -> str:
    fields = (f"{field} {getattr(one.old, field) or '-'} -> {getattr(one.new, field)}" for field in one.fields)
    return f"{one.new.student}  {', '.join(fields)}"


def _doubt(person: Person, candidates: Sequence[Person]) -> str:
    known = " or ".join(_who(one) for one in candidates)
    return f"{_who(person)}: may be {known}, and their ids do not agree"
