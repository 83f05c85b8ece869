"""Points: the shares of checks, their sum, and who has all of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.grading import grader
from mlgrade.results import Finding, Outcome, Visibility

LOST = [Outcome.FAILED, Outcome.RAISED, Outcome.TIMED_OUT, Outcome.SKIPPED]


def finding(number: int, outcome: Outcome, weight: float = 1.0, aspect: str = "values") -> Finding:
    return Finding(
        id=f"c.public.{number}",
        title="",
        aspect=aspect,
        visibility=Visibility.PUBLIC,
        weight=weight,
        hint="",
        outcome=outcome,
    )


def made(*outcomes: Outcome) -> list[Finding]:
    return [finding(number, outcome) for number, outcome in enumerate(outcomes)]


FINDINGS = st.lists(
    st.tuples(st.sampled_from(Outcome), st.floats(0.01, 100), st.sampled_from(["values", "shapes", "input"])),
    min_size=1,
    max_size=12,
).map(lambda rows: [finding(number, *row) for number, row in enumerate(rows)])
POINTS = st.integers(1, 10_000).map(lambda cents: cents / 100)


@pytest.mark.parametrize("outcome", LOST)
def test_only_a_pass_earns(outcome: Outcome) -> None:
    """A check that did not pass, in whatever way, earns nothing and still counts."""
    assert grader.total(made(outcome, Outcome.PASSED), 10) == 5.0


def test_a_broken_check_costs_nothing() -> None:
    """A check that is broken is worth nothing: whoever passes the others has everything."""
    findings = made(Outcome.BROKEN, Outcome.PASSED, Outcome.PASSED)
    assert grader.worth(findings, 10) == {"c.public.0": 0.0, "c.public.1": 5.0, "c.public.2": 5.0}
    assert grader.total(findings, 10) == 10


def test_all_checks_broken() -> None:
    """Where every check is broken nothing is earned, and nothing is divided by zero."""
    findings = made(Outcome.BROKEN, Outcome.BROKEN)
    assert grader.total(findings, 10) == 0.0
    assert set(grader.worth(findings, 10).values()) == {0.0}


def test_no_checks_earn_no_points() -> None:
    """A suite without checks has proved nothing, so it gives nothing."""
    assert grader.total([], 10) == 0.0


def test_weights_divide_the_points() -> None:
    """A check of weight 3 is worth three times one of weight 1."""
    findings = [finding(0, Outcome.PASSED, 3.0), finding(1, Outcome.FAILED, 1.0)]
    assert grader.worth(findings, 10) == {"c.public.0": 7.5, "c.public.1": 2.5}
    assert grader.total(findings, 10) == 7.5


def test_aspects_in_the_order_of_the_suite() -> None:
    """Aspects come in the order in which they first appear, each with what it earned of what it is worth."""
    findings = [
        finding(0, Outcome.PASSED, 2, "shapes"),
        finding(1, Outcome.FAILED, 1, "values"),
        finding(2, Outcome.FAILED, 1, "shapes"),
    ]
    found = grader.aspects(findings, grader.worth(findings, 8))
    assert [(name, score.earned, score.possible) for name, score in found.items()] == [
        ("shapes", 4.0, 6.0),
        ("values", 0.0, 2.0),
    ]


@given(FINDINGS, POINTS)
def test_shares_sum_to_the_points(findings: list[Finding], points: float) -> None:
    """The shares of the checks that count sum to the concept's points; a broken check has none."""
    shares = grader.worth(findings, points)
    assert all(shares[one.id] == 0 for one in findings if one.outcome is Outcome.BROKEN)
    if any(one.outcome is not Outcome.BROKEN for one in findings):
        assert math.isclose(math.fsum(shares.values()), points, rel_tol=1e-9)


@given(FINDINGS, st.floats(0.001, 1000))
def test_earned_lies_between_nothing_and_everything(findings: list[Finding], points: float) -> None:
    """Nobody earns less than nothing or more than the concept is worth, whatever rounding does."""
    assert 0 <= grader.total(findings, points) <= points


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=12), st.floats(0.001, 1000), st.booleans())
def test_whoever_passes_everything_has_all_points(weights: list[float], points: float, broken: bool) -> None:
    """Full marks are exactly the points, with no rounding in between, also beside a broken check."""
    findings = [finding(number, Outcome.PASSED, weight) for number, weight in enumerate(weights)]
    if broken:
        findings.append(finding(99, Outcome.BROKEN))
    assert grader.total(findings, points) == points


@given(FINDINGS, POINTS, st.data())
def test_one_more_pass_never_costs(findings: list[Finding], points: float, data: st.DataObject) -> None:
    """Passing one more check never lowers the score."""
    lost = [number for number, one in enumerate(findings) if one.outcome in LOST]
    if lost:
        chosen = data.draw(st.sampled_from(lost))
        better = [*findings]
        better[chosen] = finding(chosen, Outcome.PASSED, findings[chosen].weight)
        assert grader.total(better, points) >= grader.total(findings, points)


@given(FINDINGS, POINTS)
def test_aspects_sum_to_the_whole(findings: list[Finding], points: float) -> None:
    """What the aspects earned is what the concept earned, up to a cent of rounding each."""
    found = grader.aspects(findings, grader.worth(findings, points))
    assert abs(sum(score.earned for score in found.values()) - grader.total(findings, points)) <= 0.01 * (len(found) + 1)  # fmt: skip
    assert all(0 <= score.earned <= score.possible for score in found.values())
