"""What a call did beside returning: arguments changed, memory shared. Visible only where the call ran."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Arguments = dict[str, Any]


def named(args: list[Any], kwargs: dict[str, Any]) -> Arguments:
    """Positional arguments under their number from one, as a student counts them; keyword ones under their name."""
    return {str(number): value for number, value in enumerate(args, 1)} | kwargs


def changed(before: Arguments, after: Arguments) -> list[str]:
    """Return the names of the arguments that a call changed."""
    return [name for name in before if not same(before[name], after[name])]


def same(a: Any, b: Any) -> bool:
    """Bit for bit: nan equals nan here, and an emptied list or an overwritten entry does not go unseen."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and (a.dtype, a.shape) == (b.dtype, b.shape) and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        # Entry by entry, in order: a lookup would ask a key of the student's whether it equals ours.
        return isinstance(b, dict) and len(a) == len(b) and all(map(same, a.items(), b.items()))
    if callable(a):
        return True
    return type(a) is type(b) and repr(a) == repr(b)


def shared(arguments: Arguments, result: Any) -> list[str]:
    """Names of the arguments with which the result, or anything in it, has memory in common."""
    returned = list(_mutable(result))
    return [name for name, value in arguments.items() if _overlap(list(_mutable(value)), returned)]


def _mutable(value: Any, depth: int = 8) -> Iterator[Any]:
    if isinstance(value, (np.ndarray, list, dict)):
        yield value
    if depth and isinstance(value, (list, tuple, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _mutable(item, depth - 1)


def _overlap(given: list[Any], returned: list[Any]) -> bool:
    return any(a is b or _same_memory(a, b) for a in given for b in returned)


def _same_memory(a: Any, b: Any) -> bool:
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)):
        return False
    try:
        return bool(np.shares_memory(a, b, max_work=10_000))  # type: ignore[arg-type]  # numpy documents any bound; its stubs know two
    except np.exceptions.TooHardError:
        return bool(np.may_share_memory(a, b))
