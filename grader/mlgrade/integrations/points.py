"""A concept's score as points of its checks. Pure, and in whole cents, so that every sum is exact."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlgrade.results import ConceptReport, Outcome


def cents(points: float) -> int:
    """Return points in hundredths."""
    return round(points * 100)


def shares(report: ConceptReport) -> dict[str, int]:
    """What each check is worth, in cents: those that passed add up to the score, all of them to the points.

    A report rounds the score of a concept only, down to a cent. Here the passed checks share just that, and the others
    share the rest: so a check may be worth a cent more or less for one student than for another.
    """
    passed = [check for check in report.checks if check.outcome is Outcome.PASSED]
    others = [check for check in report.checks if check.outcome is not Outcome.PASSED]
    earned, possible = cents(report.earned), cents(report.possible)
    split = [
        *zip(passed, _split([check.points for check in passed], earned), strict=True),
        *zip(others, _split([check.points for check in others], possible - earned), strict=True),
    ]
    return {check.id: worth for check, worth in split}


def _split(exact: Sequence[float], total: int) -> list[int]:
    """Whole numbers with this total, each as near to its part as the ones before it allow."""
    whole = math.fsum(exact) or 1.0
    edges = [round(total * math.fsum(exact[:count]) / whole) for count in range(len(exact))]
    return [after - before for before, after in zip(edges, [*edges[1:], total], strict=True)] if edges else []
