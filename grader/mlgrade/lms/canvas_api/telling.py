"""A preview and an arrival as lines for a person."""

from __future__ import annotations

from collections.abc import Iterator

from mlgrade.lms.canvas_api.model import Arrival, Plan, Preview
from mlgrade.lms.exports.model import Listed
from mlgrade.lms.exports.telling import counted, rounded
from mlgrade.text import one_line


def sentence(preview: Preview) -> str:
    """`38 scores new, 3 change, 2 excused, 190 unchanged, 1 would be cleared (left alone), 5 missing (left alone)`."""
    parts = [
        f"{counted(preview.new, 'score')} new",
        f"{preview.changed.count} change" if preview.changed else "",
        f"{preview.excused.count} excused" if preview.excused else "",
        f"{preview.same} unchanged" if preview.same else "",
        f"{preview.left_alone.count} would be cleared (left alone)" if preview.left_alone else "",
        f"{preview.missing} missing (left alone)" if preview.missing else "",
        f"{preview.broken.count} broken (never sent)" if preview.broken else "",
    ]
    return ", ".join(part for part in parts if part)


def preview_lines(preview: Preview) -> Iterator[str]:
    yield sentence(preview)
    if preview.rounded:
        yield rounded(preview.rounded)
    if preview.docked:
        scores = counted(preview.docked, "score")
        yield f"Canvas's own late policy takes points off {scores}; make sure that lateness is not counted twice"
    yield from preview.notes
    for title, listed in _lists(preview):
        if listed:
            yield f"{title}: {listed.shown()}"
    if preview.unmatched:
        yield f"columns without an assignment of this title: {one_line(', '.join(preview.unmatched))}"
    yield from (f"not sent: {text}" for text in preview.refused)


def _lists(preview: Preview) -> Iterator[tuple[str, Listed]]:
    yield "change", preview.changed
    yield "excused", preview.excused
    yield "left alone (nothing was handed in, and Canvas holds a score)", preview.left_alone
    yield "above the maximum", preview.above
    yield "broken, because the grading itself failed", preview.broken
    yield "left out", preview.left_out
    yield "not sent, because Canvas does not assign it to them", preview.unassigned
    yield "in Canvas's course and not in the gradebook", preview.without


def ahead(plan: Plan) -> str:
    """What `--send` would do."""
    if not plan.size:
        return "Canvas holds all of it already: there is nothing to send"
    return f"dry run: nothing was sent; --send sends {counted(plan.size, 'grade')}"


def arrival_lines(arrival: Arrival) -> Iterator[str]:
    total = arrival.arrived + arrival.missed.count
    yield f"{arrival.arrived} of {counted(total, 'grade')} arrived, as read back from Canvas"
    if arrival.unread:
        yield f"{counted(arrival.unread, 'grade')} could not be read back; run this again to see what arrived"
    if arrival.missed:
        yield f"did not arrive: {arrival.missed.shown(50)}"
    yield from arrival.faults
