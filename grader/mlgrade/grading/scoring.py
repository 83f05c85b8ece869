"""Findings to points. Pure: the same findings give the same score anywhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from mlgrade.results import Finding, Outcome, Score


def worth(findings: Sequence[Finding], points: float) -> dict[str, float]:
    """Share a concept's points among its checks by weight. A broken check is nobody's fault and worth nothing."""
    counted = [finding for finding in findings if finding.outcome is not Outcome.BROKEN]
    total = math.fsum(finding.weight for finding in counted)
    return {finding.id: points * finding.weight / total if finding in counted else 0.0 for finding in findings}


def earned(finding: Finding, value: float) -> float:
    """Return what a check earns of its points."""
    return value if finding.outcome is Outcome.PASSED else 0.0


def total(findings: Sequence[Finding], points: float) -> float:
    """The points of a concept, rounded down to two decimals. All of them go to whoever passes everything only."""
    shares = worth(findings, points)
    outcomes = {finding.outcome for finding in findings} - {Outcome.BROKEN}
    if outcomes == {Outcome.PASSED}:
        return points
    exact = math.fsum(earned(finding, shares[finding.id]) for finding in findings)
    return math.floor(exact * 100 + 1e-9) / 100


def aspects(findings: Iterable[Finding], shares: dict[str, float]) -> dict[str, Score]:
    """Points by aspect, in the order in which the aspects first appear."""
    parts: dict[str, list[tuple[float, float]]] = {}
    for finding in findings:
        value = shares[finding.id]
        parts.setdefault(finding.aspect, []).append((earned(finding, value), value))
    return {
        name: Score(round(math.fsum(e for e, _ in pairs), 2), round(math.fsum(p for _, p in pairs), 2))
        for name, pairs in parts.items()
    }
