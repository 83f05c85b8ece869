"""What counts now: lateness, extensions, excuses, overrides, and which of several attempts."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.course.model import Attempts, Duration, Keep, Late, Percent
from mlgrade.errors import UsageError
from mlgrade.gradebook import decisions, policy
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.decisions import EffectiveDecisions, effective, in_effect
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind, Grade, GradeState
from mlgrade.gradebook.policy import kept, lateness, span
from mlgrade.results import Status

DUE = datetime(2027, 2, 5, 22, 59, tzinfo=UTC)
GRACE, DAY, SECOND = timedelta(minutes=15), timedelta(days=1), timedelta(seconds=1)
COURSE = courses.parse("""\
format: 1
title: Small
version: "1.0"
late: {grace: 15 min, per_day: 10%, floor: 50%, cap: 14 days}
units:
  - id: attention
    title: Attention
    due: 2027-02-05T23:59:00+01:00
    concepts:
      - {id: attention, title: Attention, points: 10, functions: [f]}
      - {id: weights, title: Weights, points: 4, functions: [f]}
  - id: lab
    title: Lab
    concepts:
      - {id: retrieval, title: Retrieval, points: 1, functions: [f]}
""")
TERMS, WEIGHTS, RETRIEVAL = policy.terms(COURSE)
_ids = itertools.count(1)


def attempt(earned: float = 10.0, after: timedelta | None = timedelta(0), **given: Any) -> Attempt:
    """An attempt, handed in so long after the due date."""
    number = given.pop("id", None) or next(_ids)
    values: dict[str, Any] = {
        "student": "ada",
        "concept": "attention",
        "source": f"{number:064x}",
        "suite": "5" * 64,
        "limits": "1" * 64,
        "submitted_at": None if after is None else DUE + after,
        "graded_at": DUE + DAY * 30,
        "status": Status.GRADED,
        "earned": earned,
        "possible": 10.0,
        "checks": (),
        "outcomes": (),
        "diagnoses": (),
        "versions": {},
        "report": b"",
    }
    return Attempt(**{**values, **given}, id=number)


def decide(kind: DecisionKind, target: str = "", **given: Any) -> Decision:
    return Decision(
        **{
            "student": "ada",
            "target": target,
            "kind": kind,
            "reason": "so",
            "by": "kim",
            "at": DUE,
            "id": next(_ids),
            **given,
        }
    )


def grade(*attempts: Attempt, decisions: tuple[Decision, ...] = (), **changed: Any) -> Grade:
    decided = effective(in_effect(decisions), "attention", "attention")
    return policy.grade(TERMS._replace(**changed), "ada", attempts, decided)


def kind(status: Status, **given: Any) -> Attempt:
    return attempt(0.0, status=status, **given)


# -- lateness ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "points", "late"),
    [
        (-SECOND, 10.0, timedelta(0)),
        (timedelta(0), 10.0, timedelta(0)),  # exactly at the due date
        (GRACE, 10.0, timedelta(0)),  # the last moment of the grace time
        (GRACE + timedelta(microseconds=1), 9.0, timedelta(microseconds=1)),
        (GRACE + SECOND, 9.0, SECOND),
        (GRACE + DAY, 9.0, DAY),  # a whole day is one day begun
        (GRACE + DAY + SECOND, 8.0, DAY + SECOND),
        (GRACE + 4 * DAY + SECOND, 5.0, 4 * DAY + SECOND),  # the floor
        (GRACE + 14 * DAY, 5.0, 14 * DAY),  # the last moment that is taken
    ],
)
def test_late(after: timedelta, points: float, late: timedelta) -> None:
    """Each day begun after the grace time costs its share, down to the floor."""
    found = grade(attempt(after=after))
    assert (found.state, found.points, found.raw, found.late) == (GradeState.GRADED, points, 10.0, late)


def test_after_the_cap() -> None:
    """One second after the cap nothing is taken: missing with the reason, not a zero."""
    found = grade(attempt(after=GRACE + 14 * DAY + SECOND))
    assert (found.state, found.points, found.attempts) == (GradeState.MISSING, None, 1)
    assert found.reason == "handed in 14 d late; nothing is taken after 14 d"


def test_a_time_that_nobody_knows() -> None:
    """An attempt without a time is on time."""
    assert grade(attempt(after=None)).points == 10.0


def test_a_unit_without_a_due_date() -> None:
    """Where nothing is due nothing is late, and an extension makes nothing due."""
    ruling = EffectiveDecisions(extension=decide(DecisionKind.EXTEND, until=DUE))
    assert policy.grade(RETRIEVAL, "ada", [attempt(after=DAY * 99)], ruling).points == 1.0


def test_summer_time() -> None:
    """A day is 24 hours, also over the night in which the clocks of the place change."""
    zurich = ZoneInfo("Europe/Zurich")
    due, submitted = datetime(2027, 3, 27, 12, tzinfo=zurich), datetime(2027, 3, 28, 12, tzinfo=zurich)
    assert lateness(submitted, due, Late()) == timedelta(hours=23)


@given(st.timedeltas(min_value=timedelta(0), max_value=DAY * 400), st.floats(0, 1), st.floats(0, 1))
def test_what_lateness_leaves(late: timedelta, per_day: float, floor: float) -> None:
    """It is between the floor and the whole, and more time never leaves more."""
    rule = Late(per_day=Percent(per_day), floor=Percent(floor))
    assert floor <= kept(late, rule) <= 1.0
    assert kept(late + SECOND, rule) <= kept(late, rule)


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (timedelta(0), "0 s"), (SECOND, "1 s"), (timedelta(microseconds=1), "1 s"), (timedelta(minutes=90), "1 h 30 min"),
        (DAY, "1 d"), (2 * DAY + timedelta(hours=3, minutes=9), "2 d 3 h"), (timedelta(minutes=2), "2 min"),
    ],
)  # fmt: skip
def test_spans(time: timedelta, text: str) -> None:
    """A length of time is said in its two largest units."""
    assert span(time) == text


# -- which attempt ----------------------------------------------------------------------------------------------


def test_best_looks_at_what_lateness_left() -> None:
    """Eight points in time beat nine that are two days late."""
    on_time, late = attempt(8.0), attempt(9.0, GRACE + 2 * DAY)
    assert (grade(on_time, late).attempt, grade(on_time, late).points) == (on_time.id, 8.0)


def test_last() -> None:
    """With `keep: last` the last one handed in counts, though it was not the last one graded."""
    newer, older = attempt(3.0, -SECOND), attempt(9.0, -DAY)
    found = grade(older, newer, attempts=Attempts(keep=Keep.LAST))
    assert (found.attempt, found.points, found.attempts) == (newer.id, 3.0, 2)


def test_at_most() -> None:
    """What comes after the allowed number is not taken, and that is said."""
    first, second, third = attempt(2.0, -DAY), attempt(4.0, -SECOND), attempt(9.0)
    found = grade(third, first, second, attempts=Attempts(most=2))
    assert (found.points, found.attempt, found.attempts) == (4.0, second.id, 3)
    assert found.reason == "one attempt more than the 2 that are taken"


@pytest.mark.parametrize("status", [Status.CANNOT_RUN, Status.TIMED_OUT, Status.BROKEN, Status.NOT_STARTED])
def test_only_what_was_graded_uses_an_attempt(status: Status) -> None:
    """A file that cannot run, a stub, or a fault of ours uses none of the attempts up."""
    assert grade(kind(status, after=-DAY), attempt(7.0), attempts=Attempts(most=1)).points == 7.0


def test_a_regrade_takes_the_place_of_what_it_regrades() -> None:
    """A corrected suite moves a grade down as well as up, and is not one more attempt."""
    for now in (3.0, 10.0):
        before = attempt(8.0, source="a")
        found = grade(before, attempt(now, source="a", suite="6" * 64))
        assert (found.points, found.attempts) == (now, 1)


def test_the_same_file_again() -> None:
    """Handed in once more after the due date, the same file keeps its earlier time."""
    assert grade(attempt(source="a"), attempt(after=9 * DAY, source="a", suite="6" * 64)).points == 10.0


def test_back_to_an_earlier_file() -> None:
    """With `keep: last`, an earlier file that is handed in again is the last one."""
    handed = [attempt(8.0, -3 * DAY, source="a"), attempt(2.0, -2 * DAY, source="b"), attempt(8.0, -DAY, source="a")]
    assert grade(*handed, attempts=Attempts(keep=Keep.LAST)).points == 8.0


# -- what is not a score ----------------------------------------------------------------------------------------


def test_nothing_handed_in() -> None:
    """Without an attempt the concept is missing."""
    assert grade() == Grade(student="ada", concept="attention", state=GradeState.MISSING, points=None, possible=10.0)


def test_an_untouched_stub_is_missing() -> None:
    """A stub is as good as nothing."""
    found = grade(kind(Status.NOT_STARTED))
    assert (found.state, found.points, found.attempts) == (GradeState.MISSING, None, 0)


def test_a_zero_is_graded() -> None:
    """Who earned nothing has a zero, which is none of the other states."""
    assert (grade(attempt(0.0)).state, grade(attempt(0.0)).points) == (GradeState.GRADED, 0.0)


@pytest.mark.parametrize("status", [Status.CANNOT_RUN, Status.TIMED_OUT])
def test_a_file_that_cannot_run(status: Status) -> None:
    """It is a zero when there is nothing else, and never takes a score away, not even as the last one."""
    alone = grade(kind(status))
    assert (alone.state, alone.points, alone.status) == (GradeState.GRADED, 0.0, status)
    for keep in Keep:
        found = grade(attempt(6.0, -DAY), kind(status), attempts=Attempts(keep=keep))
        assert (found.points, found.reason) == (6.0, "the newest file cannot run; an earlier one counts")


@pytest.mark.parametrize("keep", Keep)
def test_a_fault_of_ours_is_never_a_zero(keep: Keep) -> None:
    """Broken has no points; neither files that cannot run nor the order make a zero of it; a good one counts on."""
    broken = attempt(4.0, status=Status.BROKEN)
    for others in ([], [kind(Status.CANNOT_RUN, after=-DAY)], [kind(Status.CANNOT_RUN, after=SECOND)]):
        found = grade(broken, *others, attempts=Attempts(keep=keep))
        assert (found.state, found.points, found.attempt) == (GradeState.BROKEN, None, broken.id)
    found = grade(attempt(6.0, -DAY), broken, attempts=Attempts(keep=keep))
    assert (found.state, found.points) == (GradeState.GRADED, 6.0)
    assert "broken on our side; an earlier one counts" in found.reason


def test_a_broken_regrade() -> None:
    """When the regrade of a file breaks, its earlier report goes on counting."""
    assert grade(attempt(6.0, source="a"), attempt(0.0, source="a", status=Status.BROKEN)).points == 6.0


# -- decisions --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["concept:attention", "unit:attention", ""])
def test_excused(target: str) -> None:
    """Excused from the concept, its unit or the course: no points, whatever was handed in."""
    found = grade(attempt(3.0), decisions=(decide(DecisionKind.EXCUSE, target, reason="ill"),))
    assert (found.state, found.points, found.attempts, found.reason) == (GradeState.EXCUSED, None, 1, "ill")


@pytest.mark.parametrize("target", ["concept:weights", "unit:lab", "unit:weights"])
def test_decisions_elsewhere(target: str) -> None:
    """A decision about something else changes nothing, also where a unit and a concept have the same name."""
    handed = attempt(3.0)
    assert grade(handed, decisions=(decide(DecisionKind.EXCUSE, target),)) == grade(handed)


def test_the_nearest_extension() -> None:
    """A concept's extension comes before its unit's, and that before the course's, shorter or longer."""
    three = [
        decide(DecisionKind.EXTEND, target, until=DUE + days * DAY)
        for target, days in (("", 9), ("unit:attention", 1), ("concept:attention", 4))
    ]
    late = attempt(after=5 * DAY)
    found = [grade(late, decisions=tuple(three[:count])).points for count in range(4)]
    assert found == [5.0, 10.0, 6.0, 9.0]


def test_an_extension_with_the_grace() -> None:
    """The grace time comes on top of an extension, and the cap counts from there."""
    until = DUE + 30 * DAY
    extended = (decide(DecisionKind.EXTEND, until=until),)
    assert grade(attempt(after=30 * DAY + GRACE), decisions=extended).points == 10.0
    assert grade(attempt(after=44 * DAY + GRACE), decisions=extended).points == 5.0
    assert grade(attempt(after=44 * DAY + GRACE + SECOND), decisions=extended).state is GradeState.MISSING


def test_an_extension_is_never_less_time() -> None:
    """A date before the due date, in whatever zone, takes nothing away."""
    early = decide(DecisionKind.EXTEND, until=(DUE - 3 * DAY).astimezone(timezone(timedelta(hours=9))))
    assert grade(attempt(), decisions=(early,)).points == 10.0


def test_an_override_wins() -> None:
    """An override beats attempts, lateness, a fault of ours, and an excuse."""
    override = decide(DecisionKind.OVERRIDE, "concept:attention", points=8.5, reason="oral exam")
    for handed in ([], [attempt(2.0, 9 * DAY)], [kind(Status.BROKEN)]):
        found = grade(*handed, decisions=(decide(DecisionKind.EXCUSE), override))
        assert (found.state, found.points, found.attempt, found.reason) == (GradeState.GRADED, 8.5, 0, "oral exam")


def test_an_override_of_more_than_there_is() -> None:
    """When the concept is worth less by now, the override is worth all of it."""
    assert grade(decisions=(decide(DecisionKind.OVERRIDE, points=8.5),), possible=5.0).points == 5.0


@pytest.mark.parametrize(("earned", "points"), [(2.0, 7.0), (7.0, 7.0), (9.0, 9.0)])
def test_a_minimum_holds_from_below_only(earned: float, points: float) -> None:
    """What the attempts give counts where it is more."""
    assert grade(attempt(earned), decisions=(decide(DecisionKind.MINIMUM, points=7.0),)).points == points


def test_a_minimum_without_a_score() -> None:
    """Also a fault of ours, or nothing at all, takes nothing away from it; an excuse and an override go before it."""
    minimum = decide(DecisionKind.MINIMUM, points=7.0, reason="promised")
    for handed in ([], [kind(Status.BROKEN)], [kind(Status.CANNOT_RUN)]):
        found = grade(*handed, decisions=(minimum,))
        assert (found.state, found.points, found.reason) == (GradeState.GRADED, 7.0, "promised")
    assert grade(decisions=(minimum, decide(DecisionKind.EXCUSE))).state is GradeState.EXCUSED
    assert grade(decisions=(minimum, decide(DecisionKind.OVERRIDE, points=3.0))).points == 3.0
    assert grade(decisions=(minimum,), possible=5.0).points == 5.0


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (DecisionKind.EXCUSE, {}),
        (DecisionKind.EXTEND, {"until": DUE + 30 * DAY}),
        (DecisionKind.OVERRIDE, {"points": 1.0}),
        (DecisionKind.MINIMUM, {"points": 9.5}),
    ],
)
def test_revoked(kind: DecisionKind, more: dict[str, Any]) -> None:
    """What is revoked leaves the grade as if it, and what it had replaced, had never been; and can be decided again."""
    late = attempt(9.0, 2 * DAY)
    twice = (decide(kind, "", **more), decide(kind, "", **more), decide(kind, "", revoked=True))
    assert grade(late, decisions=twice) == grade(late)
    assert grade(late, decisions=(*twice, decide(kind, "", **more))) != grade(late)


def test_the_last_decision_holds() -> None:
    """Of two overrides the later one holds, in whatever order they are read."""
    two = (decide(DecisionKind.OVERRIDE, points=1.0), decide(DecisionKind.OVERRIDE, points=2.0))
    assert grade(decisions=two).points == grade(decisions=two[::-1]).points == 2.0


HERE = "concept:attention"


def test_by_hand() -> None:
    """Points by hand are the grade, with the score of the attempts beside them; an override and an excuse go before."""
    manual = decide(DecisionKind.MANUAL, HERE, points=9.0, reason="by hand")
    for handed, raw in (([attempt(6.0, 2 * DAY)], 6.0), ([], None), ([kind(Status.BROKEN)], None)):
        found = grade(*handed, decisions=(manual,))
        assert (found.state, found.points, found.raw, found.reason) == (GradeState.GRADED, 9.0, raw, "by hand")
    assert grade(decisions=(manual, decide(DecisionKind.EXCUSE))).state is GradeState.EXCUSED
    assert grade(decisions=(manual, decide(DecisionKind.OVERRIDE, points=3.0))).points == 3.0
    assert grade(decisions=(manual,), possible=5.0).points == 5.0


@pytest.mark.parametrize(
    ("extra", "penalty", "points"),
    [(1.5, 0.0, 9.5), (3.0, 0.0, 11.0), (0.0, 2.25, 5.75), (1.0, 20.0, 0.0), (0.1, 0.2, 7.9), (0.0, 0.0, 8.0)],
)
def test_extra_credit_and_penalty(extra: float, penalty: float, points: float) -> None:
    """Both are in the points and beside them: never below zero, and above the maximum where credit leads there."""
    decided = (decide(DecisionKind.EXTRA, HERE, points=extra), decide(DecisionKind.PENALTY, HERE, points=penalty))
    found = grade(attempt(8.0), decisions=decided)
    assert (found.points, found.raw, found.extra, found.penalty) == (points, 8.0, extra, penalty)
    assert grade(decisions=decided).points is None  # credit for nothing is nothing


def test_lateness_costs_once() -> None:
    """A penalty that was decided takes the place of the course's own, its cap included; the lateness stays to be seen."""
    for after in (GRACE + DAY, GRACE + 40 * DAY):
        found = grade(attempt(8.0, after), decisions=(decide(DecisionKind.PENALTY, HERE, points=3.0),))
        assert (found.points, found.late) == (5.0, after - GRACE)


def test_a_minimum_goes_over_a_penalty() -> None:
    """What was promised is given, whatever is taken off."""
    decided = (decide(DecisionKind.PENALTY, HERE, points=9.0), decide(DecisionKind.MINIMUM, points=7.0))
    assert grade(attempt(8.0), decisions=decided).points == 7.0


def test_a_written_answer_is_in_no_concept() -> None:
    """What a unit's written answer earned changes the grade of none of its concepts."""
    kinds = (DecisionKind.WRITTEN, DecisionKind.EXTRA, DecisionKind.PENALTY, DecisionKind.MANUAL)
    late = attempt(8.0, 2 * DAY)
    assert grade(late, decisions=tuple(decide(kind, "unit:attention", points=4.0) for kind in kinds)) == grade(late)


# -- points -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("earned", "of", "now", "points"),
    [
        (10.0, 10.0, 4.0, 4.0), (9.99, 10.0, 4.0, 3.99), (9.999, 10.0, 10.0, 9.99), (6.66, 10.0, 10.0, 6.66),
        (2.0, 3.0, 10.0, 6.66), (0.29, 1.0, 1.0, 0.29), (11.0, 10.0, 10.0, 10.0), (-1.0, 10.0, 10.0, 0.0), (3.0, 0.0, 10.0, 0.0),
    ],
)  # fmt: skip
def test_points_of_today(earned: float, of: float, now: float, points: float) -> None:
    """An attempt is scaled to what the concept is worth now, and rounded down to two decimals."""
    assert grade(attempt(earned, possible=of), possible=now).points == points


@given(st.floats(0, 1), st.floats(0.001, 1e6))
def test_full_marks(share: float, possible: float) -> None:
    """Points lie between nothing and all, and all of them go to a whole share only."""
    found = policy.points(share, possible)
    assert 0.0 <= found <= possible
    assert (found == possible) == (share == 1.0)
    assert found >= share * possible - 0.0101


# -- properties -------------------------------------------------------------------------------------------------

STATUSES = st.sampled_from([*[Status.GRADED] * 4, *Status])
HANDED = st.builds(
    lambda earned, hours, status, source, number: attempt(
        earned, None if hours is None else timedelta(hours=hours), status=status, source=source, id=number
    ),
    st.sampled_from([0.0, 2.5, 7.94, 10.0]),
    st.none() | st.integers(-50, 500),
    STATUSES,
    st.sampled_from("abcdef"),
    st.integers(1, 10_000),
)
MANY = st.lists(HANDED, max_size=7, unique_by=lambda one: one.id)
RULES = st.builds(
    lambda per_day, floor, cap: Late(
        grace=Duration(minutes=15), per_day=Percent(per_day), floor=Percent(floor), cap=None if cap is None else Duration(days=cap)
    ),
    st.sampled_from([0.0, 0.1, 0.5]), st.sampled_from([0.0, 0.5]), st.none() | st.integers(1, 14),
)  # fmt: skip
MOST = st.none() | st.integers(1, 3)


@given(MANY, st.randoms(use_true_random=False), RULES, st.sampled_from(Keep), MOST)
def test_the_order_of_reading_is_nothing(
    handed: list[Attempt], random: Any, late: Late, keep: Keep, most: int | None
) -> None:
    """The same attempts give the same grade in whatever order they are read."""
    rules: dict[str, Any] = {"late": late, "attempts": Attempts(keep=keep, most=most)}
    shuffled = random.sample(handed, len(handed))
    assert grade(*handed, **rules) == grade(*shuffled, **rules)


@given(MANY, RULES, MOST, st.integers(1, 600), st.integers(0, 600))
def test_more_time_never_lowers_a_grade(
    handed: list[Attempt], late: Late, most: int | None, hours: int, more: int
) -> None:
    """With `keep: best` an extension never lowers a grade, and a longer one never gives less than a shorter one."""
    rules: dict[str, Any] = {"late": late, "attempts": Attempts(most=most)}
    dates = [DUE + timedelta(hours=hours), DUE + timedelta(hours=hours + more)]
    longer = [grade(*handed, decisions=(decide(DecisionKind.EXTEND, until=date),), **rules) for date in dates]
    grades = [
        one for one in (grade(*handed, **rules), *longer) if one.state is not GradeState.BROKEN
    ]  # which is no score yet
    scores = [-1.0 if one.points is None else one.points for one in grades]
    assert scores == sorted(scores)


@given(MANY, RULES, st.integers(1, 600))
def test_more_time_for_the_last_one(handed: list[Attempt], late: Late, hours: int) -> None:
    """With `keep: last` it never lowers what counts, unless it lets a later file be taken that was not before."""
    rules: dict[str, Any] = {"late": late, "attempts": Attempts(keep=Keep.LAST)}
    extended = decide(DecisionKind.EXTEND, until=DUE + timedelta(hours=hours))
    before, after = grade(*handed, **rules), grade(*handed, decisions=(extended,), **rules)
    assume(before.attempt == after.attempt)
    assert (before.points or 0.0) <= (after.points or 0.0)


@given(MANY, RULES)
def test_best_is_at_least_last(handed: list[Attempt], late: Late) -> None:
    """The best attempt is worth at least as much as the last one, and both are there or neither."""
    best, last = (grade(*handed, late=late, attempts=Attempts(keep=keep)) for keep in (Keep.BEST, Keep.LAST))
    assert best.state is last.state
    assert (best.points or 0.0) >= (last.points or 0.0)


@given(MANY, RULES, st.sampled_from(Keep), MOST)
def test_points_only_where_there_is_a_grade(handed: list[Attempt], late: Late, keep: Keep, most: int | None) -> None:
    """There are points exactly where the state is graded; none above the raw score, none below its floor."""
    found = grade(*handed, late=late, attempts=Attempts(keep=keep, most=most))
    assert (found.points is None) == (found.state is not GradeState.GRADED)
    assert (found.state is GradeState.BROKEN) == (found.status is Status.BROKEN)
    if found.points is not None:
        assert found.raw is not None
        assert math.floor(found.raw * late.floor * 100) / 100 - 0.01 <= found.points <= found.raw
        assert late.cap is None or found.late <= late.cap
        assert found.attempt in {one.id for one in handed}


@given(MANY, st.floats(0, 10))
def test_an_override_whatever_was_handed_in(handed: list[Attempt], points: float) -> None:
    """An override is the grade, and revoking it brings the computed one back."""
    override = decide(DecisionKind.OVERRIDE, "concept:attention", points=points)
    assert grade(*handed, decisions=(override,)).points == points
    revoked = decide(DecisionKind.OVERRIDE, "concept:attention", revoked=True)
    assert grade(*handed, decisions=(override, revoked)) == grade(*handed)


# -- a class ----------------------------------------------------------------------------------------------------


def class_grades(attempts: list[Attempt], decisions: list[Decision], students: Iterable[str]) -> list[Grade]:
    everybody = policy.histories(attempts, decisions, [Person(student=one) for one in students])
    return [grade for one in policy.current(COURSE, everybody) for grade in one.grades]


def test_everybody_once_and_in_order() -> None:
    """Everybody on the roster, with an attempt, or with a decision has a grade for each concept, in order."""
    handed = [attempt(student="ada"), attempt(student="ada", concept="weights"), attempt(student="eve", concept="gone")]
    decided = [decide(DecisionKind.EXCUSE, student="dan")]
    found = class_grades(handed, decided, ["ada", "bob"])
    assert [(one.student, one.concept, str(one.state)) for one in found] == [
        (student, concept, state)
        for student, states in {
            "ada": ("graded", "graded", "missing"),
            "bob": ("missing",) * 3,
            "dan": ("excused",) * 3,
            "eve": ("missing",) * 3,
        }.items()
        for concept, state in zip(("attention", "weights", "retrieval"), states, strict=True)
    ]


@given(st.lists(st.tuples(st.text(max_size=3), HANDED), max_size=12), st.sets(st.text(max_size=3)))
def test_the_stream_says_the_same(handed: list[tuple[str, Attempt]], roster: set[str]) -> None:
    """A class as a stream has the grades that each student has alone."""
    attempts = sorted(
        (msgspec.structs.replace(one, student=student, id=number) for number, (student, one) in enumerate(handed, 1)),
        key=lambda one: (one.student, one.id),
    )
    for found in class_grades(attempts, [], roster):
        alone = [one for one in attempts if (one.student, one.concept) == (found.student, found.concept)]
        terms = next(terms for terms in policy.terms(COURSE) if terms.concept == found.concept)
        assert found == policy.grade(terms, found.student, alone)


def test_a_stream_is_read_as_it_goes() -> None:
    """The first students are graded before the last ones are read."""
    read: list[str] = []

    def class_of(size: int) -> Any:
        for number in range(size):
            read.append(f"{number:04}")
            yield attempt(student=f"{number:04}")

    next(policy.current(COURSE, policy.histories(class_of(1000))))
    assert len(read) < 5


def test_out_of_order() -> None:
    """Attempts that are not in order are refused; they would give somebody two grades."""
    with pytest.raises(ValueError, match="out of order"):
        list(policy.histories([attempt(student="b"), attempt(student="a")]))


# -- what a decision may say ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("weights", "concept:weights"), ("lab", "unit:lab"), ("course", ""), ("course:", ""),
        ("unit:attention", "unit:attention"), ("concept:attention", "concept:attention"),
    ],
)  # fmt: skip
def test_targets(name: str, target: str) -> None:
    """A target is a concept, a unit or the course, by its short name or its full one."""
    assert decisions.find_target(COURSE, name) == target


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("attention", r'"attention" is the name of two things; write unit:attention or concept:attention'),
        ("wieghts", r'no concept or unit "wieghts"; did you mean "weights"\?'),
        ("xyz\x1b[1m", r'"xyz\\x1b\[1m"; `course` means all of it'),
    ],
)
def test_targets_that_are_none(name: str, message: str) -> None:
    """A name that is two things, or none, is never guessed."""
    with pytest.raises(UsageError, match=message):
        decisions.find_target(COURSE, name)


def test_new_due_dates() -> None:
    """A new date is after the old one, with a time zone; days count from the due date of the course."""
    assert decisions.new_due_date(COURSE, "concept:weights", "2027-02-06T00:00+01:00") == DUE + timedelta(minutes=1)
    assert decisions.later_dates(COURSE, "", 3) == [("unit:attention", DUE + 3 * DAY)]


@pytest.mark.parametrize(
    ("target", "text", "message"),
    [
        ("concept:weights", "2027-02-05T23:59+01:00", "is not after the due date"),
        ("unit:lab", "2027-02-09T23:59+01:00", "has no due date"),
        ("", "2027-02-09", "not a date with time and time zone"),
        ("", "2027-02-09T23:59", "not a date with time and time zone"),
        ("", "9999-12-31T23:59-12:00", "not a date with time and time zone"),
        ("", "soon", "not a date with time and time zone"),
    ],
)
def test_dates_that_do_not_help(target: str, text: str, message: str) -> None:
    """A date that would change nothing, or that can be read in two ways, is refused."""
    with pytest.raises(UsageError, match=message):
        decisions.new_due_date(COURSE, target, text)


def test_no_date_for_days() -> None:
    """Days after no due date are refused."""
    with pytest.raises(UsageError, match="nothing to extend"):
        decisions.later_dates(COURSE, "concept:retrieval", 2)


@pytest.mark.parametrize("value", [-0.01, 10.01, math.nan, math.inf])
def test_points_that_there_are_not(value: float) -> None:
    """An override stays between nothing and all."""
    with pytest.raises(UsageError, match="from 0 to 10 points"):
        decisions.check_points(COURSE, "attention", value)
