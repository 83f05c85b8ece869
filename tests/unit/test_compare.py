"""Each comparison refuses every wrong kind of value with a sentence, and never raises anything but a Mismatch."""

from __future__ import annotations

import contextlib
import copy
import doctest
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mlgrade.sandbox.protocol import Fault
from mlgrade.suite import compare
from mlgrade.suite.compare import Mismatch
from mlgrade.suite.values import show, show_call

ROW = np.array([1.0, 2.0, 3.0])
MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])


def mismatch(compared: Callable[..., None], *args: Any, **kwargs: Any) -> Mismatch:
    with pytest.raises(Mismatch) as raised:
        compared(*args, **kwargs)
    return raised.value


NO_NUMBERS = {
    "None": None,
    "text": "1.0",
    "empty text": "",
    "a truth value": True,
    "a numpy truth value": np.True_,
    "an array of truth values": np.ones(3, bool),
    "a complex number": 1 + 0j,
    "an array of complex numbers": ROW.astype(complex),
    "a dict": {"a": 1.0},
    "an empty dict": {},
    "a list of texts": ["1", "2", "3"],
    "a list of dicts": [{}, {}, {}],
    "a list with None": [1.0, None, 3.0],
    "a ragged list": [[1.0], [2.0, 3.0], []],
    "a ragged list of arrays": [np.ones((2, 2)), np.ones((2, 3)), np.ones(1)],
    "a list of a list and a number": [1.0, [2.0], 3.0],
    "a number beyond 64 bits": [10**30, 0, 0],
    "a deep list": [[[[[[[[[[[["x"]]]]]]]]]]]],
}
WRONG_SHAPES = {
    "a number": 1.0,
    "no entries": [],
    "too few": [1.0, 2.0],
    "too many": [1.0, 2.0, 3.0, 4.0],
    "a row of one row": ROW[None],
    "a column": ROW[:, None],
    "a number in a list": [1.0],
    "rows that would broadcast": np.ones((2, 3)),
    "no rows of three": np.ones((0, 3)),
}
NOT_FINITE = {"nan": [1.0, np.nan, 3.0], "inf": [1.0, np.inf, 3.0], "minus inf": [-np.inf, 2.0, 3.0]}
WRONG_VALUES = {
    "another entry": [1.0, 2.0, 3.1],
    "a sign": -ROW,
    "far off": [1e308, -1e308, 1e308],
    "whole numbers": [1, 2, 4],
    "the largest whole number": [2**64 - 1, 0, 0],
    "a little more than rounding": ROW * (1 + 1e-5),
}


# -- close ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("got", NO_NUMBERS.values(), ids=NO_NUMBERS.keys())
@pytest.mark.parametrize("expected", [1.0, ROW, MATRIX, {"a": ROW}], ids=["number", "row", "matrix", "dict"])
def test_close_refuses_what_is_no_number(got: Any, expected: Any) -> None:
    """What is not a number, or not a dict where one is expected, is a mismatch that quotes nothing."""
    if isinstance(got, dict) and isinstance(expected, dict) and got:
        got = {"b": 1.0}
    assert not re.search(r"\d", mismatch(compare.close, got, expected).problem)


@pytest.mark.parametrize("got", WRONG_SHAPES.values(), ids=WRONG_SHAPES.keys())
def test_close_broadcasts_nothing(got: Any) -> None:
    """A shape that numpy would stretch to the right one is the wrong shape."""
    assert mismatch(compare.close, got, ROW).problem == "returned the wrong shape"


def test_close_wants_a_number_for_a_number() -> None:
    """An array of one entry is not a number."""
    assert mismatch(compare.close, [1.0], 1.0).problem == "returned the wrong shape"


@pytest.mark.parametrize("got", NOT_FINITE.values(), ids=NOT_FINITE.keys())
def test_close_names_nan_and_inf(got: Any) -> None:
    """nan or inf where numbers belong is said as such, and nan never passes."""
    assert mismatch(compare.close, got, ROW).problem == "returned nan or inf where numbers should be"


@pytest.mark.parametrize("got", WRONG_VALUES.values(), ids=WRONG_VALUES.keys())
def test_close_quotes_values_in_the_detail_only(got: Any) -> None:
    """Wrong values are said without a digit; the detail holds the first pair that differs."""
    found = mismatch(compare.close, got, ROW)
    assert found.problem == "returned values that differ from the right ones"
    assert "expected" in found.detail


@pytest.mark.parametrize("got", [ROW, [1, 2, 3], (1.0, 2.0, 3.0), [1, np.float64(2), 3.0], ROW.astype("f4"), ROW.astype("u1"), ROW * (1 + 1e-9), [np.array(1.0), 2, 3]],
                         ids=["array", "ints", "tuple", "mixed", "float32", "uint8", "rounded", "arrays"])  # fmt: skip
def test_close_takes_the_right_numbers_in_any_container(got: Any) -> None:
    """The right numbers pass in whatever plain container and precision they come."""
    compare.close(got, ROW)


def test_close_compares_tiny_numbers_relatively() -> None:
    """A tiny number is as wrong as a large one: no hidden absolute tolerance lets 0 or its double pass."""
    compare.close(1e-300 * (1 + 1e-9), 1e-300)
    for got in (0.0, 2e-300, -1e-300):
        mismatch(compare.close, got, 1e-300)
    mismatch(compare.close, 1e-12, 0.0)
    compare.close(1e-12, 0.0, atol=1e-9)


def test_close_knows_nan_and_inf_that_belong() -> None:
    """nan equals nan and inf equals inf of its own sign, entry by entry."""
    want = [np.nan, np.inf, -np.inf, 1.0]
    compare.close([np.nan, np.inf, -np.inf, 1.0], want)
    for got in ([0.0, np.inf, -np.inf, 1.0], [np.nan, -np.inf, -np.inf, 1.0], [np.nan, 1e308, -np.inf, 1.0], [np.nan, np.inf, -np.inf, np.nan]):  # fmt: skip
        mismatch(compare.close, got, want)


def test_close_compares_dicts_by_name() -> None:
    """A dict needs the right names and, under each, the right numbers; the name is told in the detail."""
    want = {"W": MATRIX, "b": 1.0}
    compare.close({"b": 1, "W": MATRIX.tolist()}, want)
    assert mismatch(compare.close, {"W": MATRIX}, want).problem == "returned a dict with other names"
    assert mismatch(compare.close, {"W": MATRIX, "b": 1, 3: None}, want).problem == "returned a dict with other names"
    found = mismatch(compare.close, {"W": MATRIX, "b": None}, want)
    assert found.problem == "returned None: is a `return` missing?"
    assert "'b'" in found.detail


def test_close_changes_nothing() -> None:
    """Neither the answer nor the expected value is written to."""
    got, want = [[1.0, 2.0], [3.0, 5.0]], MATRIX.copy()
    kept = copy.deepcopy((got, want))
    mismatch(compare.close, got, want)
    assert got == kept[0]
    assert (want == kept[1]).all()


# -- same -----------------------------------------------------------------------------------------------------

SAME = {
    "words": ("sgd", "adam"),
    "a word and a number": (1, "adam"),
    "a number and a truth value": (1, True),
    "a truth value and a number": (True, 1),
    "a fraction and a whole number": (1.0, 1),
    "nan": (float("nan"), 1.0),
    "nothing": (None, 1),
    "a tuple and a list": ((1, 2), [1, 2]),
    "an array and a list": (np.array([1, 2]), [1, 2]),
    "a list of an array": ([np.array([1, 2])], [[1, 2]]),
    "a tuple with an array": ((1, np.array([1, 2])), (1, 2)),
    "a dict of an array": ({"a": np.ones(2)}, {"a": [1.0, 1.0]}),
    "truth values in a list": ([True, False], [1, 0]),
    "fractions in a list": ([1.0, 2.0], [1, 2]),
}


@pytest.mark.parametrize(("got", "expected"), SAME.values(), ids=SAME.keys())
def test_same_wants_the_like_type(got: Any, expected: Any) -> None:
    """Another value, or one of another type however deep, is a mismatch that quotes nothing."""
    assert not re.search(r"\d|adam|sgd", mismatch(compare.same, got, expected).problem)


@pytest.mark.parametrize(("got", "expected"), [("adam", "adam"), (np.int64(3), 3), (np.True_, True), ([1, 2], [1, 2]), ([np.int64(1), 2], [1, 2]), ({"a": (1,)}, {"a": (1,)}), ([], [])])  # fmt: skip
def test_same_takes_what_is_equal(got: Any, expected: Any) -> None:
    """Equal words, whole numbers, truth values and lists of them pass, from numpy too."""
    compare.same(got, expected)


# -- kinds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("got", [*NO_NUMBERS.values(), [1.0], ROW, MATRIX, np.array(True), np.complex128(1), np.array(1j)])  # fmt: skip
def test_number_refuses(got: Any) -> None:
    """What is not one real number is a mismatch."""
    mismatch(compare.number, got)


@pytest.mark.parametrize("got", [0, 1.5, np.float32(2), np.int8(3), np.array(4.0)])
def test_number_takes(got: Any) -> None:
    """An int, a float, a numpy number and an array without axes are numbers."""
    compare.number(got)


@pytest.mark.parametrize("got", [*NO_NUMBERS.values(), 1.0, [1.0, 2.0, 3.0], ROW[None], ROW[:2], np.array([1, 2, 3]), np.float64(1)])  # fmt: skip
def test_array_refuses(got: Any) -> None:
    """What is not a float array of the shape is a mismatch, the right list included."""
    mismatch(compare.array, got, (3,))


def test_array_takes() -> None:
    """An array of the shape and one of the kinds passes; a numpy scalar is an array without axes."""
    compare.array(ROW, (3,))
    compare.array(np.array([1, 2]), (2,), kind="iu")
    compare.array(np.float64(1), ())
    assert "expected bool or int" in mismatch(compare.array, ROW, (3,), kind="biu").detail


@pytest.mark.parametrize("got", [None, 1.0, "ab", {"a": 1, "b": 2}, np.ones(2), [], [1], (1, 2, 3)])
def test_parts_refuses(got: Any) -> None:
    """What is not a tuple or list of so many is a mismatch: an array is not taken apart."""
    mismatch(compare.parts, got, 2)


def test_parts_gives_the_parts() -> None:
    """A tuple or list of the right length comes back as it is."""
    assert compare.parts((1, "a"), 2) == (1, "a")
    assert compare.parts([1, "a"], 2) == [1, "a"]


@pytest.mark.parametrize("got", [*NO_NUMBERS.values(), *NOT_FINITE.values(), np.nan])
def test_finite_refuses(got: Any) -> None:
    """nan, inf and what is no number at all are mismatches."""
    assert not re.search(r"\d", mismatch(compare.finite, got).problem)


def test_finite_takes() -> None:
    """Finite numbers pass, in any container."""
    for got in (0, [1, 2.0], ROW, np.float16(1)):
        compare.finite(got)


# -- properties -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", [False, np.False_, np.array([True, False]), None, 0])
def test_holds_refuses(truth: Any) -> None:
    """A property that fails in one entry fails, in the author's words."""
    assert mismatch(compare.holds, truth, "rows do not sum to one", "2.0").problem == "rows do not sum to one"


def test_holds_takes() -> None:
    """A property that is true everywhere passes."""
    compare.holds(np.ones((2, 2), bool), "is broken")


def test_effects_are_mismatches() -> None:
    """A changed argument and shared memory are refused, with the argument's name in the detail."""
    clean = SimpleNamespace(last=SimpleNamespace(changed=[], shares=[]))
    compare.untouched(clean)
    compare.unshared(clean)
    dirty = SimpleNamespace(last=SimpleNamespace(changed=["z"], shares=["w"]))
    assert "argument z" in mismatch(compare.untouched, dirty).detail
    assert "argument w" in mismatch(compare.unshared, dirty).detail


def fault(*bases: str) -> SimpleNamespace:
    raised = Fault(type=bases[0], bases=list(bases), message="n must be 3") if bases else None
    return SimpleNamespace(fault=lambda *_, **__: raised)


def test_raises_wants_one_of_its_errors() -> None:
    """Returning, or raising something else, is a mismatch; an error derived from the wanted one passes."""
    compare.raises(fault("ValueError", "Exception"))
    compare.raises(fault("UnicodeError", "ValueError", "Exception"))
    compare.raises(fault("TypeError", "Exception"), errors=(ValueError, TypeError))
    assert mismatch(compare.raises, fault()).problem == "did not raise ValueError"
    assert (
        mismatch(compare.raises, fault("KeyError", "LookupError")).problem == "raised something other than ValueError"
    )


def test_an_unwritten_function_raises_nothing_of_worth() -> None:
    """NotImplementedError is a RuntimeError, but never the one that a suite asks for."""
    mismatch(compare.raises, fault("NotImplementedError", "RuntimeError", "Exception"), errors=(RuntimeError,))


# -- texts ----------------------------------------------------------------------------------------------------

SHOWN = {
    "a number": (0.1 + 0.2, "0.3"),
    "a numpy number": (np.float32(1.5), "1.5"),
    "an array": (MATRIX, "[[1, 2], [3, 4]]"),
    "an array without axes": (np.array(2.5), "2.5"),
    "a large array": (np.zeros((5, 5)), "<array of shape (5, 5), float64>"),
    "a long list": ([0] * 25, "<list of 25 items>"),
    "tuples": (((1,), (), (1, "a")), "((1,), (), (1, 'a'))"),
    "a dict": ({"a": ROW}, "{'a': [1, 2, 3]}"),
    "a function": (len, "len"),
    "a long text": ("x" * 500, "'" + "x" * 199 + "..."),
    "nothing": (None, "None"),
}


@pytest.mark.parametrize(("value", "text"), SHOWN.values(), ids=SHOWN.keys())
def test_values_are_shown_as_one_writes_them(value: Any, text: str) -> None:
    """A value is shown as it would be typed, and a large one by its size."""
    assert show(value) == text


def test_a_call_is_shown_as_one_writes_it() -> None:
    """A call is shown so that it can be copied."""
    assert show_call("f", ([1.0, 2.0], "a"), {"axis": 0}) == "f([1, 2], 'a', axis=0)"


# -- any plain data -------------------------------------------------------------------------------------------

ARRAYS = hnp.arrays(
    st.sampled_from(["?", "i1", "i8", "u8", "f2", "f4", "f8", "c16"]), hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=3)
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=5)
    | st.complex_numbers() | ARRAYS | st.floats(width=32).map(np.float32) | st.just(np.True_)
)  # fmt: skip
PLAIN = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=2) | st.integers(0, 3) | st.none(), inner, max_size=3)
    ),
    max_leaves=12,
)
COMPARISONS: dict[str, Callable[[Any], object]] = {
    "close to a number": lambda got: compare.close(got, 2.0),
    "close to a row": lambda got: compare.close(got, ROW),
    "close to a matrix": lambda got: compare.close(got, MATRIX),
    "close to nothing": lambda got: compare.close(got, []),
    "close to nan": lambda got: compare.close(got, [np.nan, np.inf]),
    "close to a dict": lambda got: compare.close(got, {"a": 1.0, "b": ROW}),
    "same as a word": lambda got: compare.same(got, "word"),
    "same as a list": lambda got: compare.same(got, [1, [2, 3]]),
    "same as a tuple": lambda got: compare.same(got, (1,)),
    "same as a dict": lambda got: compare.same(got, {"a": [1]}),
    "number": compare.number,
    "array": lambda got: compare.array(got, (2,), kind="fi"),
    "parts": lambda got: compare.parts(got, 2),
    "finite": compare.finite,
}


@pytest.mark.parametrize("compared", COMPARISONS.values(), ids=COMPARISONS.keys())
def test_any_plain_data_is_right_or_a_mismatch(compared: Callable[[Any], object]) -> None:
    """Whatever plain data a worker sends, a comparison passes or raises Mismatch, and never anything else."""

    @given(PLAIN)
    def holds(got: Any) -> None:
        show(got)
        with contextlib.suppress(Mismatch):
            compared(got)

    holds()


def problem_of(compared: Callable[[Any], object], got: Any) -> str:
    try:
        compared(got)
    except Mismatch as error:
        return error.problem
    else:
        return ""


@given(PLAIN)
def test_a_problem_quotes_nothing(got: Any) -> None:
    """What may be said of a hidden check is one of a few sentences, whatever the answer was."""
    said = {name: problem_of(compared, got) for name, compared in COMPARISONS.items()}
    assert said.pop("parts") in ("", "did not return 2 values", "returned None: is a `return` missing?")
    assert not re.search(r"[\d\n]", "".join(said.values()))


@given(hnp.arrays("f8", hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=st.floats(allow_subnormal=False)))  # fmt: skip
def test_whatever_is_expected_passes_as_itself(want: np.ndarray[Any, Any]) -> None:
    """Every array of floats is close to itself, nan and inf included, as an array and as lists."""
    compare.close(want, want)
    if want.size:
        compare.close(want.tolist(), want)


@given(st.floats(1e-290, 1e290), st.floats(1e-5, 10))
def test_a_relative_error_is_seen_at_every_scale(want: float, error: float) -> None:
    """An answer that is off by more than the tolerance fails, however small or large the right one is."""
    mismatch(compare.close, want * (1 + error), want)
    compare.close(want * (1 + 1e-8), want)


# -- the examples of the docstrings -------------------------------------------------------------------------------


def test_examples() -> None:
    """What the docstrings show is what happens."""
    found = doctest.testmod(compare, optionflags=doctest.ELLIPSIS)
    assert found.attempted > 15
    assert found.failed == 0
