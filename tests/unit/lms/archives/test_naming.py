"""NameRegistry of files that every system can hold, that are never equal, and that stay what they are."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from mlgrade.lms.archives.naming import NameRegistry, exercise, fold, safe

PATHS = st.lists(st.one_of(st.text(max_size=200), st.sampled_from(["a", "A", "a.py", "A.PY", "é", "e\u0301", "nul"])), min_size=1, max_size=4).map(
    "/".join
)  # fmt: skip


@given(st.text(max_size=300))
def test_a_safe_name(text: str) -> None:
    """Short, visible, one part, no reserved word, nothing that a system strips, and safe once is safe for good."""
    name = safe(text)
    assert name
    assert len(name.encode()) <= 121
    assert name not in (".", "..")
    assert name[0] not in ".-~ "
    assert name[-1] not in ". "
    assert not set(name) & set('<>:"/\\|?*\0')
    assert all(unicodedata.category(char)[0] != "C" for char in name)
    assert name.partition(".")[0].lower() not in {"con", "nul", "aux", "prn", "com1", "lpt9"}
    assert safe(name) == name


@given(st.lists(PATHS, max_size=12))
def test_names_are_never_equal(paths: list[str]) -> None:
    """No two given names are one file on any system, and none leads through another's file."""
    names = NameRegistry()
    given_ = [fold(names.give(path)) for path in paths]
    assert len(set(given_)) == len(given_)
    assert not any(one.startswith(f"{other}/") for one in given_ for other in given_)


@given(st.lists(PATHS, max_size=8))
def test_a_given_name_is_given_again(paths: list[str]) -> None:
    """NameRegistry that were given once come back unchanged, so that a second pass changes nothing."""
    first, second = NameRegistry(), NameRegistry()
    once = [first.give(path) for path in paths]
    assert [second.give(path) for path in once] == once


def test_many_of_one_name() -> None:
    """Ten thousand files of one name are told apart one by one, without starting over for each."""
    names = NameRegistry()
    assert len({names.give("a.py") for _ in range(10_000)}) == 10_000


def test_long_names_stay_two() -> None:
    """Two long names that differ in the end only are cut to two names with their suffix."""
    one, other = safe("x" * 300 + "1.py"), safe("x" * 300 + "2.py")
    assert one != other
    assert one.endswith(".py")


def test_exercises() -> None:
    """An exercise is known by its exact stem and a suffix that can be graded."""
    assert exercise("softmax.py", {"softmax"}) == "softmax.py"
    assert exercise("softmax.ipynb", {"softmax"}) == "softmax.ipynb"
    assert [exercise(name, {"softmax"}, numbered=True) for name in ("softmax", "Softmax.py", "softmax.txt", "softmax-1-1.py", "softmax-.py")] == [""] * 5  # fmt: skip
    assert exercise("softmax-1.py", {"softmax"}) == ""
    assert exercise("softmax-1.py", {"softmax", "softmax-1"}, numbered=True) == "softmax-1.py"
