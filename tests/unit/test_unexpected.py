"""A result that is empty or nan without a reason fails the check that it would pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from mlgrade.results import Outcome
from mlgrade.suite import compare
from mlgrade.suite.compare import Mismatch
from mlgrade.suite.values import unexpected

if TYPE_CHECKING:
    from conftest import Bench

NAN, INF = np.nan, np.inf
NOWHERE = "returned nan where numbers should be"
Z = np.ones((2, 3))
UNEXPECTED = {
    "an array without rows": (np.empty((0, 4)), [Z], "an empty array"),
    "an array without columns": (np.empty((4, 0)), [Z], "an empty array"),
    "a list": ([], [Z], "an empty list"),
    "a tuple": ((), [Z], "an empty tuple"),
    "a dict": ({}, [Z], "an empty dict"),
    "a text": ("", [Z], "an empty text"),
    "an array in a tuple": ((Z, np.empty(0)), [Z], "an empty array"),
    "an array in a dict in a list": ([{"a": np.empty(0)}], [Z], "an empty array"),
    "nan": (NAN, [Z], NOWHERE),
    "a numpy nan": (np.float32(NAN), [Z], NOWHERE),
    "a complex nan": (complex(NAN, 0), [Z], NOWHERE),
    "an array with a nan": (np.array([1.0, NAN]), [Z], NOWHERE),
    "nan in a list": ([[1.0], [2.0, NAN]], [Z], NOWHERE),
    "nan in a dict": ({"a": [Z, {"b": NAN}]}, [Z], NOWHERE),
    "nan beside an inf": (np.array([INF, NAN]), [Z], NOWHERE),
    "empty, and only nan was given": (np.empty(0), [[NAN]], "an empty array"),
    "nan, and only nothing was given": (NAN, [[], ""], NOWHERE),
    "no arguments": ([], [], "an empty list"),
}
EXPECTED = {
    "numbers": (Z, [Z]),
    "nothing": (None, [Z]),
    "zero": (0.0, [Z]),
    "false": (False, [Z]),
    "inf": (INF, [Z]),
    "an array of inf": (np.array([INF, -INF]), [Z]),
    "an empty list in a list": ([[], [1.0]], [Z]),
    "an empty text in a list": (["", "a"], [Z]),
    "empty from empty": (np.empty((0, 4)), [np.empty((0, 4))]),
    "empty from an empty list": (np.empty(0), [Z, {"a": []}]),
    "empty from an empty text": ([], [""]),
    "nan from nan": (NAN, [np.array([1.0, NAN])]),
    "nan from inf": (np.array([NAN]), [[1.0, (INF,)]]),
    "whole numbers": (np.array([1, 2]), [Z]),
    "words": (np.array(["a", ""]), [Z]),
    "bytes": (b"", [Z]),
}


@pytest.mark.parametrize(("value", "given", "said"), UNEXPECTED.values(), ids=UNEXPECTED.keys())
def test_unexpected(value: Any, given: list[Any], said: str) -> None:
    """What is empty or nan and was not given as such has a sentence, until the author expects just that."""
    wanted = said if said == NOWHERE else f"returned {said} where values should be"
    kind = "nan" if said == NOWHERE else "empty"
    assert unexpected(value, given) == wanted
    assert unexpected(value, given, frozenset({"empty", "nan"} - {kind})) == wanted
    assert unexpected(value, given, frozenset({kind})) == ""


@pytest.mark.parametrize(("value", "given"), EXPECTED.values(), ids=EXPECTED.keys())
def test_expected(value: Any, given: list[Any]) -> None:
    """Values, also inf, and what comes of an empty or nan argument are nothing to remark on."""
    assert unexpected(value, given) == ""


SUITE = '''
import numpy as np
import pytest
from mlgrade.suite.compare import close, holds, untouched

def test_plain(student):
    """Is positive, says an assert."""
    assert np.all(student.f(np.ones(3)) > 0)

def test_negated(student):
    """Is not negative, says an assert."""
    assert not np.any(np.asarray(student.f(np.ones(3))) < 0)

def test_no_value(student):
    """Leaves its input."""
    student.f(np.ones(3))
    untouched(student)

def test_second_call(student):
    """Is called twice."""
    student.f(np.ones(3))
    student.f(np.ones(2) * np.inf)

@pytest.mark.may_return("empty")
def test_may_be_empty(student):
    """May be empty."""
    student.f(np.ones(3))

@pytest.mark.may_return("empty", "nan")
def test_may_be_anything(student):
    """May be anything."""
    student.f(np.ones(3))

def test_compared(student):
    """Is compared."""
    close(student.f(np.ones(3)), [1.0, 1.0, 1.0])
'''
ANSWERS = {
    "right": ("np.asarray(x)", "", {"compared": ""}),
    "empty": ("np.empty((0, 4))", "returned an empty array where values should be", {"compared": "returned the wrong shape", "may_be_empty": ""}),
    "nan": ("np.full(np.shape(x), np.nan)", NOWHERE, {"plain": "a property of the answer does not hold", "compared": "returned nan or inf where numbers should be"}),
}  # fmt: skip


@pytest.mark.parametrize(("body", "said", "other"), ANSWERS.values(), ids=ANSWERS.keys())
def test_checks(bench: Bench, body: str, said: str, other: dict[str, str]) -> None:
    """A check that would pass fails with the sentence; one that fails by itself says what it found."""
    ran = bench.run(bench.suite(SUITE), f"import numpy as np\ndef f(x): return {body}")
    want = dict.fromkeys(("plain", "negated", "no_value", "second_call", "may_be_empty"), said)
    assert {one.finding.id.rpartition(".")[2]: one.finding.problem for one in ran} == want | {
        "may_be_anything": ""
    } | other
    assert all((one.finding.outcome is Outcome.PASSED) == (not one.finding.problem) for one in ran)


def test_a_check_that_stumbles_over_nothing(bench: Bench) -> None:
    """An error of the suite's own comes of the empty answer, and says so; a broken check stays broken."""
    suite = bench.suite(SUITE + '\ndef test_first(student):\n    """Has a first."""\n    student.f(np.ones(1))[0][0]\n')
    empty, right = (
        bench.run(suite, f"import numpy as np\ndef f(x): return {body}")[-1].finding for body in ("x[:0]", "x")
    )
    assert (empty.outcome, empty.problem) == (Outcome.FAILED, "returned an empty array where values should be")
    assert right.outcome is Outcome.BROKEN


def test_the_detail_names_the_call(bench: Bench) -> None:
    """The call that gave nothing is shown, also if it was not the last one."""
    ran = bench.run(bench.suite(SUITE), "import numpy as np\ndef f(x): return np.empty(0) if x.size == 3 else x")
    details = {one.finding.id.rpartition(".")[2]: one.finding.detail for one in ran}
    assert details["no_value"] == "f([1, 1, 1])\ngot []"
    assert details["second_call"] == "f([inf, inf])\nf([1, 1, 1]) returned []"


# -- comparisons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", [[], np.empty(0) > 0, (), np.empty((0, 4)) < 1])
def test_nothing_holds_of_nothing(truth: Any) -> None:
    """A property without an entry to look at fails, unless its author says that there may be none."""
    with pytest.raises(Mismatch) as raised:
        compare.holds(truth, "shares are not positive")
    assert raised.value.problem == "left nothing to check where values should be"
    compare.holds(truth, "shares are not positive", empty=True)


@pytest.mark.parametrize("truth", [NAN, [True, NAN], np.array([1.0, NAN]), np.float64(NAN)])
def test_nan_is_not_true(truth: Any) -> None:
    """numpy takes nan for true; a property does not."""
    with pytest.raises(Mismatch, match=r"^broken$"):
        compare.holds(truth, "broken")


def test_finite_needs_numbers() -> None:
    """No number at all is not finite, unless its author says that there may be none."""
    with pytest.raises(Mismatch, match="an empty array where values should be"):
        compare.finite(np.empty((0, 4)))
    compare.finite(np.empty((0, 4)), empty=True)
    with pytest.raises(Mismatch, match="nan or inf"):
        compare.finite([NAN], empty=True)
