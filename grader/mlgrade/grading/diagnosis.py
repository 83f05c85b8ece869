"""Names the known mistake that an answer looks like, from the calls that were recorded. No student code runs here.

Each misconception is a small wrong implementation. It is run on the arguments of every recorded call, and named when
it does what the student's function did, in every way in which it differs from the right answer: in values, in errors
that should have been raised, in what it did to its arguments. When two fit equally well, nothing is said: silence is
better than a wrong diagnosis.
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np

from mlgrade.results import Diagnosis
from mlgrade.sandbox import effects
from mlgrade.sandbox.faults import fault_of
from mlgrade.sandbox.protocol import Raised, Value
from mlgrade.suite.misconceptions import Misconception
from mlgrade.suite.student import CallRecord

# -- diagnosing -----------------------------------------------------------------------------------------------


class Behaviour(msgspec.Struct, frozen=True):
    """What one call did, in the three ways in which it can be wrong."""

    value: Any
    raised: str  # "" or the exception's type
    message: str
    changed: tuple[str, ...]
    shares: tuple[str, ...]


# How far rounding may take two processes apart: for each entry, and beside the largest entry of its array. The second
# is as small as it may be, because entries beside a large one tell misconceptions apart, too. Between kernels of a BLAS
# it is about 1e-16 for each step that a calculation goes on with.
RTOL, ATOL = 1e-6, 1e-12
VALUES, ERRORS, EFFECTS = "values", "errors", "effects"


def diagnose(solution: str, known: Iterable[Misconception], calls: Sequence[CallRecord]) -> list[Diagnosis]:
    """Return the misconceptions that explain the recorded calls, at most one for each way of being wrong."""
    wrong: dict[str, list[Misconception]] = {}
    for misconception_ in known:
        wrong.setdefault(misconception_.function, []).append(misconception_)
    right = run(solution)
    return [
        found.as_diagnosis()
        for function, candidates in wrong.items()
        for found in _explain(right[function], candidates, [c for c in calls if c.function == function])
    ]


def _explain(
    right: Callable[..., Any], candidates: Sequence[Misconception], calls: Sequence[CallRecord]
) -> list[Misconception]:
    fits = [one for one in _replays(right, candidates, calls) if one.fits]
    return [one.candidate for one in fits if not _rivals(one, fits)]


def unexplained(own: Misconception, known: Iterable[Misconception], calls: Sequence[CallRecord]) -> str:
    """Say to its author why a misconception is not named for calls that its own code answered."""
    theirs = [call for call in calls if call.function == own.function]
    candidates = [one for one in known if one.function == own.function]
    replays = _replays(run(own.solution)[own.function], candidates, theirs)
    mine = next((one for one in replays if one.candidate is own), None)
    if mine is None:
        return f"a call of {own.function} was stopped, or none was made"
    if not mine.ways:
        return "up to rounding it does what the solution does on these inputs"
    if mine.unlike:
        ways = " and ".join(sorted(mine.unlike))
        return (
            f"its {ways} in the worker are not those of its replay on the same arguments; "
            "does it depend on more than its arguments, or only on rounding?"
        )
    rivals = ", ".join(other.candidate.name for other in _rivals(mine, [one for one in replays if one.fits]))
    return f"another one does the same on these inputs ({rivals})" if rivals else "it was named when it was tried again"


class _Replay(msgspec.Struct, frozen=True):
    candidate: Misconception
    ways: set[str]  # in which it differs from the right answer
    unlike: set[str]  # those of them in which it differs from the student's answer too

    @property
    def fits(self) -> bool:
        return bool(self.ways) and not self.unlike


def _replays(
    right: Callable[..., Any], candidates: Sequence[Misconception], calls: Sequence[CallRecord]
) -> list[_Replay]:
    student = [_of(call) for call in calls]
    if not calls or None in student:  # stopped or dead: nothing to compare with
        return []
    reference = [_replay(right, call) for call in calls]
    seen = [see for see in student if see is not None]
    replays = []
    for candidate in candidates:
        replayed = [_replay(run(candidate.source)[candidate.function], call) for call in calls]
        ways = _ways(replayed, reference)
        unlike = _ways(replayed, seen, reference, strict=_only_raises(replayed, reference)) if ways else set[str]()
        replays.append(_Replay(candidate, ways, ways & unlike))
    return replays


def _rivals(one: _Replay, fits: Sequence[_Replay]) -> list[_Replay]:
    """Those that explain the same at least as well."""
    return [other for other in fits if other is not one and one.ways & other.ways and not other.ways < one.ways]


def _ways(
    a: Sequence[Behaviour],
    b: Sequence[Behaviour],
    reference: Sequence[Behaviour] | None = None,
    *,
    strict: bool = False,
) -> set[str]:
    """The ways in which two histories differ."""
    ways = set()
    for one, other, right in zip(a, b, reference or b, strict=True):
        if right.raised:  # which error is raised is a matter of taste; that one is raised is not
            ways |= {ERRORS} if bool(one.raised) != bool(other.raised) else set()
        elif not _alike(one, other, strict=strict):
            ways.add(VALUES)
        if (one.changed, one.shares) != (other.changed, other.shares) and not right.raised:
            ways.add(EFFECTS)
    return ways


def _alike(one: Behaviour, other: Behaviour, *, strict: bool) -> bool:
    if bool(one.raised) != bool(other.raised):
        return False
    if one.raised:
        return one.raised == other.raised and (not strict or one.message == other.message)
    return alike(one.value, other.value)


def _only_raises(replayed: Sequence[Behaviour], reference: Sequence[Behaviour]) -> bool:
    """A misconception that shows only by raising is known by its message too: anything can raise a TypeError."""
    differing = [one for one, right in zip(replayed, reference, strict=True) if not _alike(one, right, strict=False)]
    return bool(differing) and all(one.raised for one in differing)


def alike(a: Any, b: Any) -> bool:
    """Whether two values are the same up to rounding. Kind of container and precision do not matter, shape does.

    An array is compared on its own scale: a small entry beside a huge one is what rounding left of the huge one, and
    differs between two processes that do the same. The parts of a tuple are different things, each on its own scale.
    """
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if a is None or b is None or isinstance(a, (str, dict)) or isinstance(b, (str, dict)):
        return type(a) is type(b) and bool(a == b)
    if (isinstance(a, tuple) and len(a) == _length(b) > 0) or (isinstance(b, tuple) and len(b) == _length(a) > 0):
        return all(map(alike, a, b))
    try:
        x, y = np.asarray(a), np.asarray(b)
    except ValueError:  # ragged: entry by entry
        return _sequences(a, b) and len(a) == len(b) and all(map(alike, a, b))
    if x.shape != y.shape:
        return False
    if x.dtype.kind in "iufcb" and y.dtype.kind in "iufcb":
        kind = complex if "c" in (x.dtype.kind, y.dtype.kind) else float
        return _near(x.astype(kind), y.astype(kind))
    if x.ndim == 0 or x.dtype.kind not in "OU":
        return x.dtype.kind == y.dtype.kind and bool(np.all(x == y))
    return all(map(alike, list(a), list(b)))


def _length(value: Any) -> int:
    return len(value) if isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim) else 0


def _near(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any]) -> bool:
    """Whether two arrays of one shape are the same up to rounding."""
    sizes = np.abs(np.concatenate([x.ravel(), y.ravel()]))
    scale = float(sizes.max(initial=1.0, where=np.isfinite(sizes)))
    return bool(np.allclose(x, y, rtol=RTOL, atol=ATOL * scale, equal_nan=True))


def _sequences(a: Any, b: Any) -> bool:
    return isinstance(a, (list, tuple)) and isinstance(b, (list, tuple))


def _of(call: CallRecord) -> Behaviour | None:
    match call.result:
        case Value(value=value, unusable=""):
            return Behaviour(value, "", "", tuple(call.changed), tuple(call.shares))
        case Raised(fault=fault):
            kind = next(iter(fault.bases), fault.type)
            return Behaviour(None, kind, fault.message, tuple(call.changed), ())
    return None


def _replay(function: Callable[..., Any], call: CallRecord) -> Behaviour:
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
