"""What a student answered, and when: months of work, so it is kept with more care than what a last run said.

It belongs to a course by its title and to a card by its id. A course that moves to another folder or comes out anew
finds it again, and a card that vanishes keeps its answers for the day it returns.
"""

from __future__ import annotations

import hashlib
import os
from itertools import count
from pathlib import Path

import msgspec

from mlgrade.course import Course
from mlgrade.errors import UsageError
from mlgrade.study.cards.schedule import Answers, CardAnswer

FORMAT = 1


class _Format(msgspec.Struct):
    format: int


class _Stored(_Format):
    course: str  # for a person who looks into the file
    cards: Answers


def load(course: Course) -> tuple[Answers, str]:
    """Read the answers, and "" or what became of a damaged file. Raises UsageError if it cannot be reached."""
    path = file(course)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}, ""
    except OSError as error:
        raise UsageError(f"{path}: your answers so far cannot be read: {error.strerror}") from None
    try:
        return _decode(raw, path), ""
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return {}, _set_aside(path, error)


def record(course: Course, card: str, answer: CardAnswer) -> str:
    """Add one answer to the file as it is now, and return "" or what went wrong."""
    answers, trouble = load(course)
    answers.setdefault(card, []).append(answer)
    stored = _Stored(format=FORMAT, course=course.title, cards=answers)
    return " ".join(filter(None, (trouble, _write(file(course), msgspec.json.encode(stored)))))


def file(course: Course) -> Path:
    """Return the file of the answers to a course's cards."""
    return folder() / f"{hashlib.sha256(course.title.encode()).hexdigest()[:16]}-cards.json"


def folder() -> Path:
    """Return the folder of such files."""
    if chosen := os.environ.get("MLGRADE_STATE"):
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("mlgrade", appauthor=False)


def _decode(raw: bytes, path: Path) -> Answers:
    if msgspec.json.decode(raw, type=_Format).format > FORMAT:
        raise UsageError(f"{path}: written by a newer mlgrade; update this one: pip install --upgrade mlgrade")
    return msgspec.json.decode(raw, type=_Stored).cards


def _set_aside(path: Path, error: Exception) -> str:
    aside = next(free for n in count(1) if not (free := path.with_suffix(f".damaged-{n}.json")).exists())
    try:
        path.replace(aside)
    except OSError as failed:
        raise UsageError(f"{path}: damaged ({error}), and cannot be set aside: {failed.strerror}") from None
    return f"your answers so far cannot be read ({error}); the file is kept as {aside}, and all cards count as new."


def _write(target: Path, content: bytes) -> str:
    beside = target.with_suffix(f".{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(target)  # whole or not at all, whatever happens to the machine
    except OSError as error:
        return f"your answers cannot be kept: {error.strerror} ({target.parent})"
    return ""
