"""The single gate to student eyes. Pure.

Of a hidden check it lets through the title, the aspect, the property that broke and the author's hint; never an input,
a value, a line of the suite, or text that student code wrote while it held hidden input.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from mlgrade.results import CheckResult, ConceptReport, Finding, Outcome, Visibility

MOST_CHARS = 4_000
MOST_LINES = 40
OUR_FAULT = "This is a problem in the course, not in your code. It does not count."


def check_result(finding: Finding, points: float, earned: float) -> CheckResult:
    return CheckResult(
        id=finding.id,
        title=finding.title,
        aspect=finding.aspect,
        visibility=finding.visibility,
        outcome=finding.outcome,
        points=round(points, 4),
        earned=round(earned, 4),
        message=message(finding),
        hint="" if finding.outcome is Outcome.PASSED else finding.hint,
    )


def message(finding: Finding) -> str:
    if finding.outcome is Outcome.BROKEN:
        return OUR_FAULT
    visible = finding.visibility is Visibility.PUBLIC and finding.detail
    return clean(f"{finding.problem}\n{finding.detail}" if visible else finding.problem)


def duration(seconds: float, concepts: Iterable[ConceptReport]) -> float:
    """Round the seconds of a report. A function can take its time by what a hidden check gave it, so that a precise
    figure would carry that input out: where hidden checks ran, whole seconds are shown.
    """
    hidden = any(check.visibility is Visibility.HIDDEN for concept in concepts for check in concept.checks)
    return float(math.ceil(seconds)) if hidden else round(seconds, 1)


def clean(text: str) -> str:
    """Cut a text and make what could move a cursor, reverse a line or hide itself visible."""
    shown = "".join(map(_visible, text[:MOST_CHARS]))
    lines = shown.split("\n")
    if len(text) > MOST_CHARS or len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], "... (cut)"]
    return "\n".join(lines)


def line(text: str) -> str:
    """The same for what must stay on one line, such as the name of a file."""
    return clean(text).replace("\n", "\\n")


def _visible(char: str) -> str:
    if char in "\n ":
        return char
    if char == "\t":
        return "    "
    # Cc control, Cf format (bidirectional marks, zero widths), Cs lone surrogates, Co private, Zl and Zp line ends
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char
