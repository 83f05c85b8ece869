"""Read the marks of a check: `@pytest.mark.points(2)`, `.aspect("stability")`, `.hint("...")`, `.requires("small")`,
`.may_return("empty")`.

The title of a check is the first line of its docstring. A check without marks weighs one point, is about "values"
and requires nothing; a result that is empty or nan fails it unless `may_return` says that it may be. `requires` names
other checks of the same concept, without `test_`; while one of them has not passed, the check is skipped in one line.
"""

from __future__ import annotations

import inspect
import math

import msgspec
import pytest

from mlgrade.errors import SuiteError
from mlgrade.results import Visibility
from mlgrade.suite.values import KINDS

__all__ = ["NAMES", "Marks", "may_return", "name", "read", "register", "visibility"]

NAMES = {
    "points(weight)": "how much the check weighs among those of its concept (default 1)",
    "aspect(name)": "what the check is about: values, shapes, stability, input, errors, ... (default values)",
    "hint(text)": "a question or a nudge for a student whose answer fails this check",
    "requires(*names)": "checks of the same concept that must pass before this one counts",
    "may_return(*kinds)": 'what a right answer may be in this check, "empty" or "nan"; otherwise either fails it',
}


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """The marks of a check, with their defaults."""

    title: str
    weight: float = 1.0
    aspect: str = "values"
    hint: str = ""
    requires: tuple[str, ...] = ()
    may_return: frozenset[str] = frozenset()


def register(config: pytest.Config) -> None:
    """Declare the marks to pytest."""
    for name, meaning in NAMES.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def read(item: pytest.Function) -> Marks:
    """Read the marks of a check.

    Parameters
    ----------
    item : pytest.Function
        A check as pytest collected it.

    Returns
    -------
    Marks
        Its title, weight, aspect, hint and requirements; defaults where it has no mark.

    Raises
    ------
    SuiteError
        If the check has no docstring, or a mark has a wrong argument.

    Examples
    --------
    In a suite::

        @pytest.mark.points(2)
        @pytest.mark.aspect("stability")
        @pytest.mark.hint("Subtract a number that makes the largest exponent 0.")
        def test_large_scores(student):
            '''Stays finite for large scores.'''
    """
    weight = _argument(item, "points", 1.0)
    if not isinstance(weight, (int, float)) or not 0 < weight < math.inf:
        raise SuiteError(f"{item.nodeid}: points must be a positive number (got {weight!r})")
    return Marks(
        title=_title(item),
        weight=float(weight),
        aspect=str(_argument(item, "aspect", "values")),
        hint=str(_argument(item, "hint", "")),
        requires=tuple(name for mark in item.iter_markers("requires") for name in mark.args),
        may_return=may_return(item),
    )


def may_return(item: pytest.Item) -> frozenset[str]:
    """The kinds of nothing that a right answer may return in this check."""
    marked = [mark.args for mark in item.iter_markers("may_return")]
    for kind in (kind for kinds in marked for kind in kinds or [None]):
        if kind not in KINDS:
            raise SuiteError(f'{item.nodeid}: may_return takes "empty" and "nan" (got {kind!r})')
    return frozenset(kind for kinds in marked for kind in kinds)


def visibility(item: pytest.Item) -> Visibility:
    """The folder decides, never a flag inside the file."""
    return Visibility.PUBLIC if item.path.parent.name == "public" else Visibility.HIDDEN


def name(item: pytest.Function) -> str:
    """Return the name of a check without `test_`."""
    return item.originalname.removeprefix("test_")


def _argument(item: pytest.Function, mark: str, default: object) -> object:
    found = item.get_closest_marker(mark)
    return found.args[0] if found and found.args else default


def _title(item: pytest.Function) -> str:
    text = inspect.getdoc(item.function)
    if not text:
        raise SuiteError(f"{item.nodeid}: a check needs a docstring; its first line is the title a student reads")
    return text.splitlines()[0].rstrip(".")
