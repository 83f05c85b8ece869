"""Send grades to Canvas over its API: read, compare, send only what differs, read back. `prepare` only reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mlgrade.gradebook.columns import Column, Row
from mlgrade.lms.canvas_api.model import CanvasError, PushPlan, PushResult, Sending
from mlgrade.lms.canvas_api.plan import pairs, plan

if TYPE_CHECKING:
    from mlgrade.lms.canvas_api.client import CanvasClient

CHUNK = 100  # students in one request: far below what a form may hold, and done in seconds


def prepare(canvas: CanvasClient, columns: Sequence[Column], rows: Iterable[Row], items: Mapping[str, str]) -> PushPlan:
    """Read what Canvas holds and plan what would change. `items` leads from ids of columns to ids of assignments."""
    matched = pairs(columns, canvas.assignments(), items)
    held = {assignment.id: canvas.held(assignment) for _, assignment in matched if not assignment.refusal}
    return plan(columns, matched, rows, canvas.students(), held)


def send(canvas: CanvasClient, wanted: PushPlan) -> PushResult:
    """Send a plan and read the result back. The first failure of a request ends the sending, not the reading."""
    result = PushResult()
    try:
        for sending in wanted.sendings:
            for at in range(0, len(sending.changes), CHUNK):
                if complaint := canvas.update(sending.assignment, sending.changes[at : at + CHUNK]):
                    result.faults.append(complaint)
    except CanvasError as error:
        result.faults.append(str(error))
    _read_back(canvas, wanted.sendings, result)
    return result


def _read_back(canvas: CanvasClient, sendings: Sequence[Sending], result: PushResult) -> None:
    for sending in sendings:
        if not sending.changes:
            continue
        try:
            held = canvas.held(sending.assignment)
        except CanvasError as error:
            result.unread += len(sending.changes)
            result.faults.append(str(error))
            continue
        for change in sending.changes:
            if change.made(now := held.get(change.user_id)):
                result.arrived += 1
            else:
                result.missed.add(f"{change.who}: {change} (Canvas holds {now or 'no score'})")
