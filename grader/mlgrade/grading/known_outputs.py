"""Diagnose in a student edition, which has neither the solution nor the misconceptions.

An edition holds, for each call of its visible checks, what the right function does and what each misconception does
that differs. Nothing of a hidden check is in it: the calls are those of the visible suite, with the edition's own seed.
"""

from __future__ import annotations

import builtins
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from mlgrade.errors import ProtocolError
from mlgrade.grading.diagnosis import Behaviour, Evidence, replay, run
from mlgrade.results import Diagnosis, Visibility
from mlgrade.sandbox.codec import Reader, Writer
from mlgrade.sandbox.protocol import Fault, Function, Raised, Result, UnsendableError, Value
from mlgrade.submissions.model import SourceText
from mlgrade.suite.misconceptions import Misconception
from mlgrade.suite.session import Ran, Suite
from mlgrade.suite.student import CallRecord

MOST_BYTES = 32 * 1024  # of one call, arguments and result: what is larger is left out


class Output(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a function does in one call. `value` is a node of the codec in MessagePack, which keeps nan and infinity."""

    value: bytes = b""
    arrays: bytes = b""
    raised: str = ""
    message: str = ""
    changed: tuple[str, ...] = ()
    shares: tuple[str, ...] = ()


class KnownCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a visible check: what is right, and what each misconception does that is another thing."""

    key: str
    right: Output
    wrong: dict[str, Output]


class KnownOutputs(msgspec.Struct, frozen=True, kw_only=True):
    """The misconceptions of one concept as a student edition knows them."""

    misconceptions: list[Diagnosis]
    calls: list[KnownCall]


def record(suite: Suite, solution: str, known: Sequence[Misconception], seed: int) -> bytes:
    """Run the visible checks on the solution, and note what it and each misconception do in every call.

    The course's own code runs in this process.
    """
    functions = run(solution)
    session: Any = _SolutionSession(functions)
    visible = Suite(tuple(check for check in suite.checks if check.visibility is Visibility.PUBLIC))
    defined = {name: Function(defined=True) for name, value in functions.items() if callable(value)}
    ran = visible.run(session, defined, SourceText("solution.py", solution.splitlines()), seed)
    found = [known_call for key, call in _keyed(ran) if (known_call := _known_call(key, call, functions, known))]
    named = {name for call in found for name in call.wrong}
    shown = [one.as_diagnosis() for one in known if one.name in named]
    return msgspec.json.format(msgspec.json.encode(KnownOutputs(misconceptions=shown, calls=found)), indent=1) + b"\n"


def diagnose(data: bytes, ran: Iterable[Ran]) -> list[Diagnosis]:
    """Return what the visible checks of an edition show, by the same rule as with the misconceptions themselves.

    Raise msgspec.MsgspecError or ProtocolError for data that `record` did not write.
    """
    stored = msgspec.json.decode(data, type=KnownOutputs)
    by_key = {call.key: call for call in stored.calls}
    matched: dict[str, list[tuple[CallRecord, KnownCall]]] = {}
    for key, call in _keyed(ran):
        if key in by_key:
            matched.setdefault(call.function, []).append((call, by_key[key]))
    return [
        found
        for function, pairs in matched.items()
        for found in _explain(pairs, [one for one in stored.misconceptions if one.function == function])
    ]


def _explain(pairs: Sequence[tuple[CallRecord, KnownCall]], known: Sequence[Diagnosis]) -> list[Diagnosis]:
    answered = [(call, stored) for call, stored in pairs if isinstance(call.result, (Raised, Value))]
    evidence = Evidence.of([call for call, _ in answered], [_behaviour(stored.right) for _, stored in answered])
    if not evidence.wrong:
        return []
    outputs = {id(call): stored for call, stored in answered}
    stored = [outputs[id(call)] for call in evidence.calls]
    judged = {
        one.misconception: evidence.judge(
            [_behaviour(call.wrong.get(one.misconception, call.right)) for call in stored]
        )
        for one in known
    }
    named = evidence.explained_by(judged)
    return [one for one in known if one.misconception in named] or evidence.relation(judged.values())


def _keyed(ran: Iterable[Ran]) -> Iterator[tuple[str, CallRecord]]:
    """Each call with a name that is the same at home: its check, its place in it, and what it was given."""
    for one in ran:
        for number, call in enumerate(one.calls):
            digest = hashlib.sha256()
            writer = Writer(MOST_BYTES, callables=True)
            try:
                digest.update(msgspec.msgpack.encode(writer.node([*call.args, dict(sorted(call.kwargs.items()))])))
            except (UnsendableError, TypeError):  # too large
                continue
            digest.update(writer.blob)
            yield f"{one.finding.id} {number} {call.function} {digest.hexdigest()[:16]}", call


def _known_call(
    key: str, call: CallRecord, functions: Mapping[str, Any], known: Sequence[Misconception]
) -> KnownCall | None:
    right = replay(functions[call.function], call)
    evidence = Evidence.of([call], [right])
    wrong: dict[str, Output] = {}
    try:
        stored = _output(right)
        for one in known:
            if one.function == call.function:
                [found] = evidence.replay(one)
                if evidence.judge([found]).wrong:
                    wrong[one.name] = _output(found)
    except (UnsendableError, TypeError):
        return None
    return KnownCall(key=key, right=stored, wrong=wrong)


def _output(found: Behaviour) -> Output:
    writer = Writer(MOST_BYTES)
    node = writer.node(found.value)
    return Output(
        value=msgspec.msgpack.encode(node),
        arrays=bytes(writer.blob),
        raised=found.raised,
        message=found.message[:200],
        changed=found.changed,
        shares=found.shares,
    )


def _behaviour(output: Output) -> Behaviour:
    try:
        node = msgspec.msgpack.decode(output.value)
        value = Reader(output.arrays).value(node)
    except (msgspec.MsgspecError, ValueError, TypeError, KeyError, IndexError) as error:
        raise ProtocolError(f"an output that cannot be read: {error}") from None
    return Behaviour(value, output.raised, output.message, output.changed, output.shares)


class _SolutionSession:
    """Answers a suite's calls with the solution, in this process."""

    def __init__(self, functions: Mapping[str, Any]) -> None:
        self._functions = functions

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result:
        call = CallRecord(function=function, args=args, kwargs=kwargs, result=Value())
        found = replay(self._functions[function], call)
        if found.raised:
            kind = getattr(builtins, found.raised, Exception)
            fault = Fault(type=found.raised, bases=[base.__name__ for base in kind.__mro__], message=found.message)
            return Raised(fault=fault, changed=list(found.changed))
        return Value(value=found.value, changed=list(found.changed), shares=list(found.shares))
