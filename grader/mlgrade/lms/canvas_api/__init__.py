"""Grades into an LMS over its API. Read, compare, send only what differs, read back.

Whoever calls decides to send: `prepare` only reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from mlgrade.gradebook.columns import Column, Row
from mlgrade.lms.canvas_api.model import Arrival, Assignment, CanvasError, Change, Held, Plan, Sending, Student
from mlgrade.lms.canvas_api.plan import pairs, plan

CHUNK = 100  # students in one request: far below what a form may hold, and done in seconds


class Place(Protocol):
    """The course of an LMS, as far as a push needs it."""

    def assignments(self) -> list[Assignment]: ...
    def students(self) -> list[Student]: ...
    def held(self, assignment: Assignment) -> Mapping[int, Held]: ...
    def update(self, assignment: Assignment, changes: Sequence[Change]) -> str: ...


def prepare(place: Place, columns: Sequence[Column], rows: Iterable[Row], items: Mapping[str, str]) -> Plan:
    """Read what the LMS holds and say what would change. `items` leads from ids of columns to ids of assignments."""
    matched = pairs(columns, place.assignments(), items)
    held = {assignment.id: place.held(assignment) for _, assignment in matched if not assignment.refusal}
    return plan(columns, matched, rows, place.students(), held)


def send(place: Place, wanted: Plan) -> Arrival:
    """Send a plan and read back what became of it. The first fault of the line ends the sending, not the reading."""
    arrival = Arrival()
    try:
        for sending in wanted.sendings:
            for chunk in _chunks(sending.changes):
                if complaint := place.update(sending.assignment, chunk):
                    arrival.faults.append(complaint)
    except CanvasError as error:
        arrival.faults.append(str(error))
    _read_back(place, wanted.sendings, arrival)
    return arrival


def _chunks(changes: Sequence[Change]) -> Iterator[Sequence[Change]]:
    return (changes[at : at + CHUNK] for at in range(0, len(changes), CHUNK))


def _read_back(place: Place, sendings: Sequence[Sending], arrival: Arrival) -> None:
    for sending in sendings:
        if not sending.changes:
            continue
        try:
            held = place.held(sending.assignment)
        except CanvasError as error:
            arrival.unread += len(sending.changes)
            arrival.faults.append(str(error))
            continue
        for change in sending.changes:
            if change.made(now := held.get(change.user_id)):
                arrival.arrived += 1
            else:
                arrival.missed.add(f"{change.who}: {change} (Canvas holds {now or 'no score'})")
