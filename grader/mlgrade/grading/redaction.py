"""The single gate to student eyes. Pure.

Of a hidden check it lets through the title, the aspect, the property that broke and the author's hint; never an input,
a value, a line of the suite, or text that student code wrote while it held hidden input. For the errors of a
function in hidden checks there is one sentence in the whole report, so that their kinds, check after check, spell no
input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from mlgrade.results import CheckResult, ConceptReport, Finding, Outcome, Visibility
from mlgrade.text import clean

OUR_FAULT = "This is a problem in the course, not in your code. It does not count."
SEVERAL = "your code ended in errors of several kinds"  # of one function, over all hidden checks
STEPS = (1.0, 2.0, 5.0)


def check_results(
    findings: Sequence[Finding], shares: Mapping[str, float], earned: Callable[[Finding, float], float]
) -> list[CheckResult]:
    """Show the checks of one submission. `shares` holds the points of each, `earned` says what one earns of them."""
    of_function = errors(findings)
    return [
        check_result(one, shares[one.id], earned(one, shares[one.id]), of_function.get(one.function, ""))
        for one in findings
    ]


def errors(findings: Iterable[Finding]) -> dict[str, str]:
    """Return the one sentence for the errors of each function in hidden checks."""
    said: dict[str, set[str]] = {}
    for finding in findings:
        if _hidden_error(finding):
            said.setdefault(finding.function, set()).add(finding.problem)
    return {function: min(found) if len(found) == 1 else SEVERAL for function, found in said.items()}


def _hidden_error(finding: Finding) -> bool:
    hidden = finding.visibility is Visibility.HIDDEN
    return hidden and finding.outcome is Outcome.RAISED and bool(finding.function)


def check_result(finding: Finding, points: float, earned: float, error: str = "") -> CheckResult:
    """Show one check. `error` is the sentence for an error in a hidden check, where other checks have a say in it."""
    return CheckResult(
        id=finding.id,
        title=finding.title,
        aspect=finding.aspect,
        visibility=finding.visibility,
        outcome=finding.outcome,
        points=round(points, 4),
        earned=round(earned, 4),
        message=message(finding, error),
        hint="" if finding.outcome is Outcome.PASSED else finding.hint,
    )


def message(finding: Finding, error: str = "") -> str:
    """Return the message of a check as a student may read it."""
    if finding.outcome is Outcome.BROKEN:
        return OUR_FAULT
    if error and _hidden_error(finding):
        return clean(error)
    visible = finding.visibility is Visibility.PUBLIC and finding.detail
    return clean(f"{finding.problem}\n{finding.detail}" if visible else finding.problem)


def duration(seconds: float, concepts: Iterable[ConceptReport]) -> float:
    """Round the seconds of a report. A function can take its time by what a hidden check gave it, so that a precise
    figure would carry that input out: where hidden checks ran, it is rounded up to 1, 2, 5, 10, 20, 50, ... seconds.
    """
    if not seconds:  # not measured
        return 0.0
    if not any(check.visibility is Visibility.HIDDEN for concept in concepts for check in concept.checks):
        return round(seconds, 1)
    scale = 1.0
    while seconds > STEPS[-1] * scale:
        scale *= 10
    return next(step * scale for step in STEPS if seconds <= step * scale)
