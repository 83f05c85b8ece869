"""What a call did beside returning: which arguments it changed, and with which its result shares memory."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.sandbox.effects import changed, named, same, shared


class AlwaysEqual:
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("a")


class NeverComparable:
    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        return hash("a")


def view(dtype: str) -> np.ndarray[Any, Any]:
    return np.arange(4.0).view(dtype)


DIFFERENT = {
    "emptied list": ([1], []),
    "emptied array": (np.ones(2), np.ones(0)),
    "emptied dict": ({"a": 1}, {}),
    "longer list": ([1], [1, 2]),
    "one entry": ([1, 2], [1, 3]),
    "an entry of an inner list": ([[1], [2]], [[1], [3]]),
    "an entry of an inner array": ({"w": np.zeros(2)}, {"w": np.array([0.0, 1.0])}),
    "overwritten value": ({"a": 1}, {"a": 2}),
    "new key": ({"a": 1}, {"a": 1, "b": 2}),
    "other key": ({"a": 1}, {"b": 1}),
    "order of keys": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "int to float": ([1], [1.0]),
    "int to bool": ([1], [True]),
    "list to tuple": ([[1]], [(1,)]),
    "array to list": ([np.ones(1)], [[1.0]]),
    "shape": (np.ones((2, 3)), np.ones((3, 2))),
    "dtype": (np.ones(2), view("<i8")[:2]),
    "byte order": (np.ones(2), np.ones(2).astype(">f8")),
    "sign of zero": (np.zeros(1), -np.zeros(1)),
    "sign of a zero in a list": ([0.0], [-0.0]),
    "to nan": (np.ones(1), np.array([math.nan])),
    "an object that equals all": ([1], [AlwaysEqual()]),
    "a value that equals all": ({"a": 1}, {"a": AlwaysEqual()}),
    "a key that equals all": ({"a": 1}, {AlwaysEqual(): 1}),
    "a key that equals all, other hash": ({"b": 1}, {AlwaysEqual(): 1}),
    "a key that cannot be compared": ({"b": 1}, {NeverComparable(): 1}),
    "key 1 to True": ({1: 0}, {True: 0}),
}


@pytest.mark.parametrize(("before", "after"), DIFFERENT.values(), ids=DIFFERENT)
def test_change_is_seen(before: Any, after: Any) -> None:
    """A change that leaves a trace in type, order, shape, dtype or a bit is seen."""
    assert not same(before, after)


def test_a_list_put_into_itself() -> None:
    """An argument that was made to hold itself is compared without end of the stack."""
    after: list[Any] = [[1]]
    after[0] = after
    assert not same([[1]], after)


SAME = {
    "nan": (math.nan, float("nan")),
    "nan in an array": (np.array([math.nan, -math.inf]), np.array([math.nan, -math.inf])),
    "nan in a list": ([math.nan], [float("nan")]),
    "nan as a key": ({math.nan: 1}, {float("nan"): 1}),
    "order in memory": (np.ones((2, 3)), np.ones((2, 3), order="F")),
    "callables": ([len], [lambda: None]),
    "text": ("é", "é"),
    "numpy scalar": (np.float32(1), np.float32(1)),
}


@pytest.mark.parametrize(("before", "after"), SAME.values(), ids=SAME)
def test_no_change(before: Any, after: Any) -> None:
    """Two copies of one value are the same, nan or not, in whatever order the memory is."""
    assert same(before, after)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.lists(st.floats(), max_size=3).map(np.array)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_a_copy_is_the_same(value: Any) -> None:
    """Whatever plain data an argument is, its untouched copy counts as unchanged."""
    assert same(value, copy.deepcopy(value))


def test_changed_names() -> None:
    """Positional arguments go by their number from one, keyword arguments by their name."""
    before = named([[1], np.ones(2), 3], {"w": {"a": 1}, "b": 0})
    after = named([[], np.ones(2), 3], {"w": {"a": 2}, "b": 0})
    assert changed(before, after) == ["1", "w"]


BASE = np.arange(12.0).reshape(3, 4)
LIST = [1, 2]
SHARING: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "the array itself": (BASE, lambda z: z),
    "a view": (BASE, lambda z: z[1:]),
    "a transpose": (BASE, lambda z: z.T),
    "a reshape": (BASE, lambda z: z.reshape(-1)),
    "another dtype's view": (BASE, lambda z: z.view(np.int64)),
    "a view inside a tuple": (BASE, lambda z: (1, [z[:1]])),
    "a view in a dict": (BASE, lambda z: {"w": z[0]}),
    "an empty array itself": (np.ones(0), lambda z: z),
    "the list itself": (LIST, lambda z: z),
    "the list inside": (LIST, lambda z: (z, 1)),
    "a part of a list of arrays": ([BASE, BASE + 1], lambda z: z[1][0]),
    "a part of a dict": ({"w": BASE}, lambda z: z["w"].T),
    "the dict itself": ({"a": 1}, lambda z: z),
}


@pytest.mark.parametrize(("argument", "function"), SHARING.values(), ids=SHARING)
def test_sharing(argument: Any, function: Callable[[Any], Any]) -> None:
    """A result that holds memory of an argument, however deep in either, is reported under the argument's name."""
    assert shared({"1": argument, "2": np.ones(3), "3": [0]}, function(argument)) == ["1"]


APART: dict[str, tuple[Any, Any]] = {
    "a copy": (BASE, BASE.copy()),
    "a sum": (BASE, BASE + 0),
    "interleaved columns": (BASE[:, ::2], BASE[:, 1::2]),
    "equal lists": ([1, 2], [1, 2]),
    "a number of it": (BASE, BASE[0, 0]),
    "nothing": (BASE, None),
    "a tuple that is the argument": ((1, 2), (1, 2)),
    "text": ("a", "a"),
}


@pytest.mark.parametrize(("argument", "result"), APART.values(), ids=APART)
def test_not_sharing(argument: Any, result: Any) -> None:
    """Equal values, neighbours in memory and values that cannot change share nothing."""
    assert shared({"1": argument}, result) == []


def test_two_arguments_shared() -> None:
    """Each argument that the result shares memory with is named."""
    a, b = np.ones(2), [1]
    assert shared({"1": a, "b": b, "c": np.ones(2)}, [a[:1], b]) == ["1", "b"]


def test_a_result_that_holds_itself() -> None:
    """A result that holds itself is looked through to a bounded depth."""
    result: list[Any] = [np.ones(2)]
    result.append(result)
    assert shared({"1": np.ones(2)}, result) == []
