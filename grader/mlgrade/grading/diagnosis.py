"""Name the known mistakes that an answer looks like, from the calls that were recorded. No student code runs here.

Each misconception is a small wrong implementation. It is run on the arguments of every recorded call. A call is wrong
in a way (its value, an error that should have been raised, what it did to its arguments) if the student's function
differs from the right one there; a misconception explains it if it does what the student's function did.

- A misconception is ruled out by one call on which it is wrong and the student is right.
- It is named if it alone explains some wrong call.
- It is named only if all wrong calls of that way are explained by what is named: silence is better than a wrong name.
  Calls with a list or another dtype, where others pass arrays of float64, need no explanation.

So two mistakes in one function are named each, and a function that takes no lists can still be diagnosed. Where no
misconception fits, `relations` are tried: a wrong sign, a constant factor, a transposed array.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
import numpy as np

from mlgrade.grading import relations
from mlgrade.grading.relations import Answer
from mlgrade.results import Diagnosis
from mlgrade.sandbox import effects
from mlgrade.sandbox.faults import fault_of
from mlgrade.sandbox.protocol import Raised, Value
from mlgrade.suite.misconceptions import Misconception
from mlgrade.suite.student import CallRecord
from mlgrade.suite.values import alike

K = TypeVar("K")

# -- diagnosing -----------------------------------------------------------------------------------------------


class Behaviour(msgspec.Struct, frozen=True):
    """What one call did, in the three ways in which it can be wrong."""

    value: Any
    raised: str  # "" or the exception's type
    message: str
    changed: tuple[str, ...]
    shares: tuple[str, ...]


VALUES, ERRORS, EFFECTS = WAYS = "values", "errors", "effects"


class Fact(NamedTuple):
    """One way of one call: something that can be right or wrong."""

    way: str
    call: int


def diagnose(solution: str, known: Iterable[Misconception], calls: Sequence[CallRecord]) -> list[Diagnosis]:
    """Return the misconceptions that explain the recorded calls; where there are none, a relation to the right answer.

    Raise whatever the course's own code raises when it is loaded.
    """
    wrong: dict[str, list[Misconception]] = {call.function: [] for call in calls}
    for misconception_ in known:
        wrong.setdefault(misconception_.function, []).append(misconception_)
    right = run(solution)
    return [
        found
        for function, candidates in wrong.items()
        if function in right
        for found in _explain(right[function], candidates, [c for c in calls if c.function == function])
    ]


def _explain(
    right: Callable[..., Any], candidates: Sequence[Misconception], calls: Sequence[CallRecord]
) -> list[Diagnosis]:
    evidence = Evidence.of(calls, [replay(right, call) for call in calls])
    if not evidence.wrong:
        return []
    replays = {one: evidence.judge(evidence.replay(one)) for one in candidates}
    if known := evidence.explained_by(replays):
        return [one.as_diagnosis() for one in known]
    return evidence.relation(replays.values(), right)


def unexplained(own: Misconception, known: Iterable[Misconception], calls: Sequence[CallRecord]) -> str:
    """Say to its author why a misconception is not named for calls that its own code answered."""
    right, theirs = run(own.solution)[own.function], [call for call in calls if call.function == own.function]
    evidence = Evidence.of(theirs, [replay(right, call) for call in theirs])
    if not evidence.calls:
        return f"a call of {own.function} was stopped, or none was made"
    mine = evidence.judge(evidence.replay(own))
    if not mine.wrong:
        return "up to rounding it does what the solution does on these inputs"
    if unlike := {fact.way for fact in (evidence.wrong | mine.wrong) - mine.explains}:
        return (
            f"its {' and '.join(sorted(unlike))} in the worker are not those of its replay on the same arguments; "
            "does it depend on more than its arguments, or only on rounding?"
        )
    others = [one for one in known if one.function == own.function and one is not own]
    judged = [(one, evidence.judge(evidence.replay(one))) for one in others]
    rivals = [one.name for one, other in judged if other.possible and other.explains & mine.explains]
    return (
        f"another one does the same on these inputs ({', '.join(rivals)})"
        if rivals
        else "it was named when it was tried again"
    )


class Judged(msgspec.Struct, frozen=True):
    """What speaks for a misconception and against it."""

    wrong: frozenset[Fact]  # where it differs from the right answer
    explains: frozenset[Fact]  # where it is wrong as the student is
    possible: bool  # it is nowhere wrong where the student is right


class Evidence(msgspec.Struct, frozen=True):
    """The calls of one function that ended by themselves: what the student's function did, and the right one."""

    calls: Sequence[CallRecord]
    student: Sequence[Behaviour]
    reference: Sequence[Behaviour]
    wrong: frozenset[Fact]
    excused: frozenset[Fact]  # in a call with an unusual kind of input

    @classmethod
    def of(cls, calls: Sequence[CallRecord], reference: Sequence[Behaviour]) -> Evidence:
        """Compare calls with what the right function does in each. Calls without an answer are left out."""
        answered = [(c, student, right) for c, right in zip(calls, reference, strict=True) if (student := _of(c))]
        kept, students, rights = (list(part) for part in zip(*answered, strict=True)) if answered else ([], [], [])
        wrong = _differing(students, rights, rights)
        unusual = _unusual(kept)
        excused = frozenset(fact for fact in wrong if fact.way != ERRORS and fact.call in unusual)
        return cls(kept, students, rights, wrong, excused)

    def replay(self, candidate: Misconception) -> list[Behaviour]:
        """Run a misconception on the arguments of every call."""
        function = run(candidate.source)[candidate.function]
        return [replay(function, call) for call in self.calls]

    def relation(self, judged: Iterable[Judged], right: Callable[..., Any] | None = None) -> list[Diagnosis]:
        """Name a relation to the right answer, unless it may well be a misconception: one guess is enough."""
        if not self.calls or any(one.explains for one in judged if one.possible):
            return []
        return relations.of(self._answers(right), self.calls[0].function)

    def _answers(self, right: Callable[..., Any] | None) -> list[Answer]:
        """The values to compare; none if the student's function fails where the right one answers."""
        found = []
        for number, (call, student, reference) in enumerate(zip(self.calls, self.student, self.reference, strict=True)):
            if reference.raised or Fact(VALUES, number) in self.excused:
                continue
            if student.raised:
                return []
            swapped = replay(right, _swapped(call)).value if right and len(call.args) > 1 else None
            found.append(Answer(student.value, reference.value, swapped, _rows(call)))
        return found

    def judge(self, replayed: Sequence[Behaviour]) -> Judged:
        """Weigh a misconception by what it does in every call."""
        wrong = _differing(replayed, self.reference, self.reference)
        strict = bool(wrong) and all(replayed[fact.call].raised for fact in wrong if fact.way == VALUES)
        unlike = _differing(replayed, self.student, self.reference, strict=strict)
        return Judged(wrong, (wrong & self.wrong) - unlike, wrong <= self.wrong)

    def _best(self, fact: Fact, possible: Mapping[K, Judged]) -> list[K]:
        """Those that explain a fact: if there are any, those that do nothing else that the student does not."""
        found = [key for key, one in possible.items() if fact in one.explains]
        return [key for key in found if possible[key].wrong <= possible[key].explains | self.excused] or found

    def explained_by(self, replays: Mapping[K, Judged]) -> list[K]:
        """Choose the candidates that each explain something alone, and together all of a way."""
        possible = {key: one for key, one in replays.items() if one.possible and one.explains}
        explaining = {fact: self._best(fact, possible) for fact in self.wrong}
        needed = {found[0] for found in explaining.values() if len(found) == 1}
        named: set[K] = set()
        for way in WAYS:
            facts = [fact for fact in self.wrong if fact.way == way]
            covered = {fact: needed.intersection(explaining[fact]) for fact in facts}
            if all(covered[fact] or fact in self.excused for fact in facts):
                named |= set().union(*covered.values())
        return [key for key in replays if key in named]


def _differing(
    a: Sequence[Behaviour], b: Sequence[Behaviour], reference: Sequence[Behaviour], *, strict: bool = False
) -> frozenset[Fact]:
    """The facts in which two histories differ."""
    facts = set()
    for call, (one, other, right) in enumerate(zip(a, b, reference, strict=True)):
        if right.raised:  # which error is raised is a matter of taste; that one is raised is not
            facts |= {Fact(ERRORS, call)} if bool(one.raised) != bool(other.raised) else set()
            continue
        if not _alike(one, other, strict=strict):
            facts.add(Fact(VALUES, call))
        if (one.changed, one.shares) != (other.changed, other.shares):
            facts.add(Fact(EFFECTS, call))
    return frozenset(facts)


def _alike(one: Behaviour, other: Behaviour, *, strict: bool) -> bool:
    """Whether two calls gave the same. What shows only by raising is known by its message too: `strict`."""
    if bool(one.raised) != bool(other.raised):
        return False
    if one.raised:
        return one.raised == other.raised and (not strict or one.message == other.message)
    return alike(one.value, other.value)


def _unusual(calls: Sequence[CallRecord]) -> set[int]:
    """Calls with a list or another dtype in the place of an argument that is an array of float64 in other calls."""
    kinds = [{name: _is_float64(value) for name, value in _arguments(call)} for call in calls]
    arrays = {name for given in kinds for name, is_array in given.items() if is_array}
    return {number for number, given in enumerate(kinds) if any(not given.get(name, True) for name in arrays)}


def _arguments(call: CallRecord) -> list[tuple[str, Any]]:
    return [*((str(place), value) for place, value in enumerate(call.args)), *call.kwargs.items()]


def _is_float64(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def _swapped(call: CallRecord) -> CallRecord:
    first, second, *others = call.args
    return msgspec.structs.replace(call, args=(second, first, *others))


def _rows(call: CallRecord) -> int:
    """The length of the first argument that has one: the n of most formulas."""
    arguments = (*call.args, *call.kwargs.values())
    return next((len(one) for one in arguments if isinstance(one, (list, tuple, np.ndarray)) and np.ndim(one)), 0)


def _of(call: CallRecord) -> Behaviour | None:
    match call.result:
        case Value(value=value, unusable=""):
            return Behaviour(value, "", "", tuple(call.changed), tuple(call.shares))
        case Raised(fault=fault):
            kind = next(iter(fault.bases), fault.type)
            return Behaviour(None, kind, fault.message, tuple(call.changed), ())
    return None


def replay(function: Callable[..., Any], call: CallRecord) -> Behaviour:
    """Call a function of the course with copies of recorded arguments."""
    args, kwargs = copy.deepcopy((call.args, call.kwargs))
    before = effects.named(list(call.args), call.kwargs)
    value, raised, message = None, "", ""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            value = function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  (a wrong version may raise anything; that is what is compared)
            raised, message = fault_of(error, "").bases[0], str(error)
    after = effects.named(list(args), kwargs)
    shares = effects.shared(after, value) if not raised else []
    return Behaviour(copy.deepcopy(value), raised, message, tuple(effects.changed(before, after)), tuple(shares))


_loaded: dict[str, dict[str, Any]] = {}


def run(source: str) -> dict[str, Any]:
    """Run a course's own file. Kept between submissions: it is the same file each time."""
    if source not in _loaded:
        namespace: dict[str, Any] = {"__name__": "solution"}
        exec(compile(source, "<solution>", "exec"), namespace)  # noqa: S102  (the course's own code, not a student's)
        _loaded[source] = namespace
    return _loaded[source]
