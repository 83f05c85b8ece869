"""The `student` of a suite: `student.softmax(z)` is a call in the worker, and its value comes back as plain data.

Calls are recorded as they are made, with copies of their arguments, so that a diagnosis can replay them later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mlgrade.sandbox.attempt import NotTried, WorkerSession
from mlgrade.sandbox.protocol import Died, Fault, Function, Raised, Result, TimedOut, Value
from mlgrade.suite.compare import Mismatch
from mlgrade.suite.values import copied, show, show_call, unexpected

__all__ = ["CallError", "CallRecord", "Student", "StudentFunction", "UnavailableError"]


class CallRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One call and what came of it."""

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Result | NotTried

    @property
    def changed(self) -> list[str]:
        """Return the names of the arguments that the call changed."""
        return self.result.changed if isinstance(self.result, (Value, Raised)) else []

    @property
    def shares(self) -> list[str]:
        """Return the names of the arguments that the result shares memory with."""
        return self.result.shares if isinstance(self.result, Value) else []

    @property
    def text(self) -> str:
        """Return the call as it can be repeated."""
        return show_call(self.function, self.args, self.kwargs)


class CallError(Exception):
    """A call gave no value. Not an error of the suite: `session` makes a finding of it."""

    def __init__(self, record: CallRecord) -> None:
        self.record = record
        super().__init__(f"{record.text}: {record.result}")


class UnavailableError(Exception):
    """The function is a stub still, or is not in the file at all."""

    def __init__(self, function: str, *, defined: bool) -> None:
        self.function, self.defined = function, defined
        super().__init__(function)


class Student:
    """The fixture `student`: a submission as a check sees it. Each check has one of its own.

    An attribute with the name of a function of the concept is that function, to be called in the worker.

    Parameters
    ----------
    attempt : WorkerSession
        The worker with the submission in it.
    functions : mapping of str to Function
        What the submission defines, by the names that course.yml lists.
    may_return : frozenset of str, optional
        What a right answer may be in this check, of "empty" and "nan".

    Attributes
    ----------
    calls : list of CallRecord
        The calls so far, with copies of their arguments.
    last : CallRecord
        The last of them; `last.changed` names the arguments that it changed.

    Raises
    ------
    AttributeError
        For a name that course.yml does not list for the concept.
    UnavailableError
        For a function that the submission has as a stub, or not at all.

    Examples
    --------
    In a suite::

        def test_one_row(student):
            '''Gives the shares of one row.'''
            close(student.softmax(np.array([0.0, 0.0])), [0.5, 0.5])
    """

    def __init__(
        self, attempt: WorkerSession, functions: Mapping[str, Function], may_return: frozenset[str] = frozenset()
    ) -> None:
        self._attempt, self._functions, self._may_return = attempt, functions, may_return
        self.calls: list[CallRecord] = []
        self._nothing: tuple[str, CallRecord, str] | None = None

    def __getattr__(self, name: str) -> StudentFunction:
        known = self._functions.get(name)
        if known is None:
            raise AttributeError(f"course.yml lists no function {name!r} for this concept")
        if known.stub or not known.defined:
            raise UnavailableError(name, defined=known.defined)
        return StudentFunction(name, self._call, self._look)

    @property
    def last(self) -> CallRecord:
        """Return the last call."""
        return self.calls[-1]

    def judged(self, error: BaseException | None) -> BaseException | None:
        """What a check ends with. It fails if it passed, or stumbled, on a result that is nothing without a reason."""
        verdict = isinstance(error, (AssertionError, CallError, UnavailableError))
        return error if verdict or self._nothing is None else self._mismatch(*self._nothing)

    def _mismatch(self, problem: str, record: CallRecord, shown: str) -> Mismatch:
        return Mismatch(problem, f"got {shown}" if record is self.last else f"{record.text} returned {shown}")

    def _call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> CallRecord:
        kept = copied((args, kwargs))
        result = self._attempt.call(function, args, kwargs)
        record = CallRecord(function=function, args=kept[0], kwargs=kept[1], result=result)
        self.calls.append(record)
        return record

    def _look(self, record: CallRecord, value: Any) -> None:
        """Note the first result that is nothing. The check goes on: what it compares may say more about it."""
        arguments = (*record.args, *record.kwargs.values())
        if self._nothing is None and (problem := unexpected(value, arguments, self._may_return)):
            self._nothing = problem, record, show(value)


class StudentFunction:
    """A function of the student's, called in the worker."""

    def __init__(
        self,
        name: str,
        call: Callable[[str, tuple[Any, ...], dict[str, Any]], CallRecord],
        look: Callable[[CallRecord, Any], None],
    ) -> None:
        self._name, self._record, self._look = name, call, look

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function in the worker, and return its result.

        Parameters
        ----------
        *args, **kwargs
            Plain data: None, bool, int, float, complex, str, list, tuple, dict, numpy arrays and scalars; and
            callables, which the student's function may call back.

        Returns
        -------
        object
            Plain data, equal to what the function returned.

        Raises
        ------
        CallError
            If the call raises, takes too long, ends the worker, or returns what is no plain data. The check fails.
        """
        record = self._record(self._name, args, kwargs)
        if not isinstance(record.result, Value) or record.result.unusable:
            raise CallError(record)
        self._look(record, record.result.value)
        return record.result.value

    def fault(self, *args: Any, **kwargs: Any) -> Fault | None:
        """Call the function, and return the exception that the call ends in, or None if it returns.

        Parameters
        ----------
        *args, **kwargs
            As for a call.

        Returns
        -------
        Fault or None
            `type`, `bases` and `message` of the exception.

        Raises
        ------
        CallError
            If the call takes too long or ends the worker.
        """
        record = self._record(self._name, args, kwargs)
        if isinstance(record.result, (TimedOut, Died, NotTried)):
            raise CallError(record)
        return record.result.fault if isinstance(record.result, Raised) else None
