"""From what a check raised to what is said of it: whose fault, in which words, and what the words must not hold."""

from __future__ import annotations

import builtins

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.results import Outcome
from mlgrade.sandbox.attempt import NotTried
from mlgrade.sandbox.protocol import Died, Fault, Frame, Raised, Result, TimedOut, Value
from mlgrade.submissions.model import SourceText
from mlgrade.suite.compare import Mismatch
from mlgrade.suite.explain import in_plain_words, syntax_in_plain_words
from mlgrade.suite.findings import _NAMED, Verdict, verdict_of
from mlgrade.suite.student import CallError, CallRecord, UnavailableError

SOURCE = SourceText("answer.py", ["def f(z):", "    return z + 1", ""])


def called(result: Result | NotTried) -> CallRecord:
    return CallRecord(function="f", args=(271828,), kwargs={"axis": 0}, result=result)


def judged(result: Result | NotTried) -> Verdict:
    record = called(result)
    return verdict_of(CallError(record), [record], SOURCE)


def fault(kind: str, message: str = "", *, line: int = 2, unbound: bool = False, shapes: list[str] | None = None) -> Raised:  # fmt: skip
    frames = [Frame(line, "f")] if line else []
    bases = [kind, "Exception", "BaseException", "object"]
    return Raised(
        fault=Fault(type=kind, bases=bases, message=message, frames=frames, unbound=unbound, shapes=shapes or [])
    )


# -- whose fault ----------------------------------------------------------------------------------------------


def test_nothing_raised_is_a_pass() -> None:
    """A check that raised nothing passed, and has nothing to say."""
    assert verdict_of(None, [], SOURCE) == Verdict(Outcome.PASSED)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("softmax"), AttributeError("no function"), ZeroDivisionError()])  # fmt: skip
def test_an_error_of_the_suite_is_our_fault(error: Exception) -> None:
    """Whatever a check raises by itself is broken, with its detail for the staff."""
    found = verdict_of(error, [called(Value(value=1))], SOURCE)
    assert found.outcome is Outcome.BROKEN
    assert found.detail.startswith(type(error).__name__)


def test_a_mismatch_is_the_answers_fault() -> None:
    """A comparison's sentence is the problem; its detail follows the last call."""
    found = verdict_of(Mismatch("returned the wrong shape", "(2,)"), [called(Value()), called(Value())], SOURCE)
    assert found == Verdict(Outcome.FAILED, "returned the wrong shape", "f(271828, axis=0)\n(2,)")


def test_a_plain_assert_says_no_more_than_that() -> None:
    """An author's bare assert costs the check, and its text, which holds values, stays in the detail."""
    found = verdict_of(AssertionError("assert 271828 == 3"), [], SOURCE)
    assert found == Verdict(Outcome.FAILED, "a property of the answer does not hold", "assert 271828 == 3")


def test_a_stub_is_skipped_and_a_missing_function_fails() -> None:
    """A function not started yet is no failure; one that is not in the file is, with the file's name."""
    stub = verdict_of(UnavailableError("f", defined=True), [], SOURCE)
    assert stub == Verdict(Outcome.SKIPPED, "f is not started yet")
    missing = verdict_of(UnavailableError("f", defined=False), [], SOURCE)
    assert missing == Verdict(Outcome.FAILED, "there is no function f in answer.py")


ENDS: dict[str, tuple[Result | NotTried, Outcome, str]] = {
    "an exception": (fault("ZeroDivisionError"), Outcome.RAISED, "your code raised ZeroDivisionError"),
    "not written": (fault("NotImplementedError"), Outcome.RAISED, "is not finished"),
    "forbidden": (fault("ForbiddenError"), Outcome.RAISED, "used a function that this exercise asks you to write"),
    "refused": (fault("RefusedError"), Outcome.RAISED, "imported something that this course does not use"),
    "too much memory": (fault("MemoryError"), Outcome.RAISED, "asked for more memory"),
    "recursion": (fault("RecursionError"), Outcome.RAISED, "called itself without an end"),
    "other arguments": (fault("TypeError", line=0, unbound=True), Outcome.RAISED, "cannot be called with the arguments"),
    "too slow": (TimedOut(seconds=0.5, line=2), Outcome.TIMED_OUT, "stopped after 0.5 s (the limit of one call)"),
    "not tried": (NotTried(why="f was stopped 3 times already", timed_out=True), Outcome.TIMED_OUT, "not run: f was stopped"),
    "dead": (Died(how="signal 9"), Outcome.RAISED, "ended the Python process instead of returning a value"),
    "no data": (Value(unusable="a generator"), Outcome.FAILED, "returned something that is not plain data"),
}  # fmt: skip


@pytest.mark.parametrize(("result", "outcome", "problem"), ENDS.values(), ids=ENDS.keys())
def test_each_end_of_a_call(result: Result | NotTried, outcome: Outcome, problem: str) -> None:
    """Each way in which a call can end has its outcome and a sentence that holds no input."""
    found = judged(result)
    assert found.outcome is outcome
    assert found.problem.startswith(problem)
    assert "271828" not in found.problem


# -- what is quoted -------------------------------------------------------------------------------------------


def test_the_detail_of_an_exception() -> None:
    """The detail holds the call, the exception, the student's line with its place, the shapes and plain words."""
    found = judged(fault("ValueError", "operands could not be broadcast together", shapes=["z: shape (2, 3), float64"]))
    lines = found.detail.splitlines()
    assert lines[0] == "f(271828, axis=0) raised ValueError: operands could not be broadcast together"
    assert lines[1] == "answer.py:2: return z + 1"
    assert lines[2] == "z: shape (2, 3), float64"
    assert lines[3].startswith("Two arrays have shapes that do not line up.")


@pytest.mark.parametrize("line", [0, 3, 4, 10_000_000])
def test_a_line_that_is_not_there(line: int) -> None:
    """A line number comes from the worker: one beyond the file, or of an empty line, quotes nothing."""
    assert "answer.py" not in judged(fault("ValueError", line=line)).detail
    assert "answer.py" not in judged(TimedOut(seconds=1, line=line)).detail


def test_where_an_endless_call_was() -> None:
    """A stopped call says at which line of the file it was."""
    assert "when it was stopped it was at answer.py:2: return z + 1" in judged(TimedOut(seconds=1, line=2)).detail


def test_an_exception_of_the_students_own() -> None:
    """Of a class of the student's own, the problem names the built-in one that it is derived from."""
    own = Raised(fault=Fault(type="MyError", bases=["ValueError", "Exception", "BaseException", "object"], message="m"))
    found = judged(own)
    assert found.problem == "your code raised ValueError"
    assert "raised MyError: m" in found.detail


FORGED = [
    (["271828"], "271828"),
    (["input was 271828", "Exception"], "ValueError"),
    (["Value271828Error"], "Value271828Error"),
    ([], "271828"),
]


@pytest.mark.parametrize(("bases", "kind"), FORGED)
def test_a_worker_does_not_choose_the_problem(bases: list[str], kind: str) -> None:
    """A forged exception, named after a hidden input, does not carry it out: a problem is shown of hidden checks."""
    found = judged(Raised(fault=Fault(type=kind, bases=bases, message="271828")))
    assert found.outcome is Outcome.RAISED
    assert "271828" not in found.problem


HONEST = {
    name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, BaseException)
}


@given(
    st.lists(st.text(max_size=20) | st.sampled_from(sorted(HONEST)), max_size=3), st.text(max_size=20), st.booleans()
)
def test_any_forged_fault_has_an_honest_problem(bases: list[str], message: str, unbound: bool) -> None:
    """Whatever text a worker sends, the only name in the problem is one of few that we chose."""
    kind = bases[0] if bases else message
    found = judged(Raised(fault=Fault(type=kind, bases=bases, message=message, unbound=unbound)))
    _, asked, named = found.problem.partition("your code raised ")
    assert not asked or named in _NAMED | {"an error of its own kind"}
    assert "\n" not in found.problem


# -- places ---------------------------------------------------------------------------------------------------


def test_places_in_a_notebook() -> None:
    """A line of a joined notebook is said as cell and line; before the first cell it is the file's own."""
    source = SourceText("n.ipynb", ["a", "b", "", "c"], ((1, 2), (4, 5)))
    assert [source.place(line) for line in (1, 2, 4)] == ["n.ipynb:cell 2:1", "n.ipynb:cell 2:2", "n.ipynb:cell 5:1"]
    assert SourceText("n.py", ["a"]).place(1) == "n.py:1"


# -- plain words ----------------------------------------------------------------------------------------------

COMPLAINTS = {
    "(2,) @ (3,)": "import numpy as np; np.ones(2) @ np.ones(3)",
    "(2,3) @ (2,3)": "import numpy as np; np.ones((2, 3)) @ np.ones((2, 3))",
    "(2,) + (3,)": "import numpy as np; np.ones(2) + np.ones(3)",
    "None + 1": "None + 1",
    "None[0]": "None[0]",
    "math.exp of an array": "import math, numpy as np; math.exp(np.ones(3))",
    "if array": "import numpy as np\nif np.ones(3): pass",
    "int -= float": "import numpy as np\nz = np.ones(3, int)\nz -= 0.5",
    "list - list": "[1] - [2]",
    "list * 0.5": "[1] * 0.5",
    "list[3]": "[1][3]",
    "array[3]": "import numpy as np; np.ones(2)[3]",
    "axis": "import numpy as np; np.ones(2).sum(axis=1)",
    "exit": "raise SystemExit",
}


@pytest.mark.parametrize("code", COMPLAINTS.values(), ids=COMPLAINTS.keys())
def test_what_beginners_meet_has_plain_words(code: str) -> None:
    """A complaint that this very Python and numpy make is recognised."""
    with pytest.raises(BaseException) as raised:
        exec(code, {})
    assert in_plain_words(Fault(type=type(raised.value).__name__, bases=[], message=str(raised.value)))


SYNTAX = ["def f()\n    pass", "x = (1", "x = 1)", "x = (1]", "s = 'a", "if True:\npass", "  x = 1", "if x = 1: pass",
          "if True:\n\tx = 1\n        y = 2", "x = “a”", "if True:\n    x\n  y"]  # fmt: skip


@pytest.mark.parametrize("code", SYNTAX)
def test_syntax_errors_have_plain_words(code: str) -> None:
    """A syntax error that this very Python reports is recognised."""
    with pytest.raises(SyntaxError) as raised:
        compile(code, "answer.py", "exec")
    assert syntax_in_plain_words(raised.value.msg)


def test_what_is_not_known_is_not_explained() -> None:
    """For a complaint that is not on the list nothing is said."""
    assert in_plain_words(Fault(type="KeyError", bases=[], message="'a'")) == ""
    assert syntax_in_plain_words("invalid syntax") == ""
