"""A summary as lines for a person: what is new, what changes, what was not written, and what the LMS will ask."""

from __future__ import annotations

from collections.abc import Iterator

from mlgrade.lms.exports.model import Listed, Summary


def sentence(summary: Summary) -> str:
    """`38 scores new, 3 change, 1 would be cleared (left alone), ...; Canvas will ask nothing`."""
    parts = [
        f"{counted(summary.new, 'score')} new",
        f"{summary.changed.count} change" if summary.changed else "",
        f"{summary.same} unchanged" if summary.same else "",
        f"{summary.cleared.count} cleared" if summary.cleared else "",
        f"{summary.left_alone.count} would be cleared (left alone)" if summary.left_alone else "",
        _with_verb(
            summary.without.count, "student of the template has", "students of the template have", "no submission"
        ),
        _with_verb(summary.outside.count, "submission is", "submissions are", "not in the template"),
    ]
    told = ", ".join(part for part in parts if part)
    return f"{told}; {summary.asks}" if summary.asks else told


def lines(summary: Summary) -> Iterator[str]:
    """The sentence, and below it each thing that staff should know, by name."""
    yield sentence(summary)
    if summary.rounded:
        yield rounded(summary.rounded)
    if summary.unmatched:
        yield f"columns without an item in the template: {', '.join(summary.unmatched)}"
    for title, listed in _lists(summary):
        if listed:
            yield f"{title}: {listed.shown()}"
    yield from (f"warning: {text}" for text in summary.warnings)


def _lists(summary: Summary) -> Iterator[tuple[str, Listed]]:
    yield "change", summary.changed
    yield "cleared", summary.cleared
    yield "left alone (--clear would clear them)", summary.left_alone
    yield "in the template without a submission", summary.without
    yield "not in the template", summary.outside
    yield "left out", summary.left_out
    yield "not written, because the grading itself failed", summary.broken
    yield "above the maximum", summary.above
    for what, listed in summary.unsaid.items():
        yield f"{summary.format} cannot say {what} ({listed.count})", listed


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def rounded(number: int) -> str:
    return f"{counted(number, 'score')} rounded to two decimals (a half goes to the even digit)"


def _with_verb(number: int, one: str, many: str, what: str) -> str:
    return f"{number} {one if number == 1 else many} {what}" if number else ""
