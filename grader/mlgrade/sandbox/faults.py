"""Describes an exception by what can be shown: the student's own frames, never the worker's."""

from __future__ import annotations

import builtins
import contextlib
import traceback
from collections.abc import Iterator
from types import FrameType, TracebackType

from mlgrade.sandbox.protocol import Fault, Frame, sayable


class RefusedError(ImportError):
    """An import that the course does not allow. An ImportError, so that `try: import x` falls back as usual."""


class ForbiddenError(RuntimeError):
    """A function that this exercise asks the student to write."""

    @classmethod
    def named(cls, name: str) -> ForbiddenError:
        """Return the error for a forbidden function."""
        return cls(f"{name} is what this exercise asks you to write yourself")


class ForbiddenSourceError(ForbiddenError, OSError):
    """The source of such a function. An OSError, so that a traceback that wants to quote from it goes without."""

    @classmethod
    def named(cls, name: str) -> ForbiddenSourceError:
        """Return the error for a source that names a forbidden function."""
        return cls(f"{name} holds a function that this exercise asks you to write yourself")


def fault_of(error: BaseException, filename: str) -> Fault:
    """Describe an exception by what can be shown: the student's own frames, never the worker's."""
    frames = list(_own_frames(error.__traceback__, filename))
    syntax = error if isinstance(error, SyntaxError) and error.filename == filename else None
    return Fault(
        type=_word(type(error).__name__),
        bases=[base.__name__ for base in type(error).__mro__ if _is_builtin(base)][:20],
        message=_message(error, syntax),
        frames=[Frame(line, _word(frame.f_code.co_name)) for frame, line in frames[-40:]],
        shapes=_shapes(frames[-1][0]) if frames else [],
        line=_bounded(syntax.lineno) if syntax else 0,
        column=_bounded(syntax.offset) if syntax else 0,
        unbound=isinstance(error, TypeError) and not frames,
    )


def _is_builtin(kind: type) -> bool:
    return getattr(builtins, kind.__name__, None) is kind or kind in (RefusedError, ForbiddenError)


def _own_frames(trace: TracebackType | None, filename: str) -> Iterator[tuple[FrameType, int]]:
    for frame, line in traceback.walk_tb(trace):
        if frame.f_code.co_filename == filename:
            yield frame, line


def _bounded(number: int | None) -> int:
    return max(0, min(number or 0, 10_000_000))


def _message(error: BaseException, syntax: SyntaxError | None) -> str:
    if syntax is not None:
        return sayable(syntax.msg, 2000)
    # The traceback module survives a __str__ that raises, and (from 3.12) adds Python's own "Did you mean".
    text = "".join(traceback.TracebackException.from_exception(error, limit=1).format_exception_only())
    return sayable(text.partition(": ")[2].strip(), 2000)


def _shapes(frame: FrameType) -> list[str]:
    """Shapes and dtypes of the arrays in reach of the line that failed: most errors are there to see."""
    found = []
    for name, value in list(frame.f_locals.items())[:50]:
        with contextlib.suppress(Exception):  # a property of a student's own class may raise anything
            if type(value.shape) is tuple:
                found.append(_word(f"{name}: shape {value.shape}, {value.dtype}"))
    return found[:8]


def _word(text: object) -> str:
    return sayable(text, 200)
