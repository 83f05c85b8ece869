"""Write scores of LTI 1.3 Assignment and Grade Services as JSON lines, for a tool platform to post.

Each line has the line item and the message for its `/scores`. Only full scores are sent: after any other message some
platforms drop the score.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, BinaryIO

from mlgrade.gradebook.columns import Cell, Column, Person
from mlgrade.lms.exports.cells import Words, label, maximum, say
from mlgrade.lms.exports.model import Export, Format, Summary

WORDS = Words(comment=True)


def write(export: Export, to: BinaryIO) -> Summary:
    """Write the file."""
    summary = Summary(format="lti-ags", asks="the platform asks nothing; it ignores a score older than the last one")
    for row in export.rows:
        for column in export.columns:
            if (cell := row.cells.get(column.id)) and (message := _message(row.person, column, cell, summary)):
                line = {"lineitem": column.key or column.id, "score": message}
                to.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
                summary.new += 1
    return summary


def _message(person: Person, column: Column, cell: Cell, summary: Summary) -> dict[str, Any] | None:
    who = label(person)
    score = say(cell, column, None, WORDS, summary, who)
    if not score:
        return None
    moment = _moment(cell.at)
    if not person.lms_id.strip() or not moment:
        lacks = "a time of grading" if person.lms_id.strip() else "an id of the platform"
        summary.left_out.add(f"{who}, {column.title}: has not {lacks}")
        return None
    message = {
        "userId": person.lms_id,
        "scoreGiven": float(score),
        "scoreMaximum": float(maximum(column, None)),
        "timestamp": moment,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }
    return {**message, "comment": cell.comment} if cell.comment else message


def _moment(at: str) -> str:
    """Return the time with milliseconds, as platforms compare it, or "" if it is unknown."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return ""
    if moment.tzinfo is None:
        return ""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


FORMAT = Format(name="lti-ags", title="LTI 1.3 AGS scores (JSON lines)", suffix=".jsonl", write=write)
