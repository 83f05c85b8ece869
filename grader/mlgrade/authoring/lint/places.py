"""From what pytest, a reader of files or Python says to a place and a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mlgrade.authoring.lint.model import Problem

_HEAD = re.compile(r"(?P<file>[^\n:]+\.(?:py|ya?ml))(?:::(?P<test>\w+)[^:\s]*|:(?P<line>\d+))?: (?P<text>.*)")
_FRAME = re.compile(r"(?P<file>[^\n:]+\.py):(?P<line>\d+): in ")
_MARK = re.compile(r"'(\w+)' not found in `markers`")
_RAISED = re.compile(r"E\s+(?P<text>\S.*)")


def of(text: str, root: Path, otherwise: Path) -> list[Problem]:
    """Find the places in the text of an error; what names none is said of the file `otherwise`."""
    found: list[Problem] = []
    for line in text.splitlines():
        if frame := _FRAME.match(line):
            found[-1:] = [_moved(one, frame, root) for one in found[-1:]]
        elif head := _HEAD.match(line):
            found.append(_problem(head, root))
        elif raised := _RAISED.match(line):
            found[-1:] = [Problem(one.file, one.line, f"{_kind(one.text)}: {raised['text']}") for one in found[-1:]]
    return list(dict.fromkeys(found)) or [Problem(str(otherwise), 1, " ".join(text.split()))]


def _problem(head: re.Match[str], root: Path) -> Problem:
    path = root / head["file"]
    wanted = _MARK.search(head["text"])
    words = rf"\s*(async )?def {head['test']}\b" if head["test"] else rf".*\bmark\.{wanted[1]}\b" if wanted else ""
    return Problem(str(path), int(head["line"] or _line(path, words)), head["text"])


def _moved(problem: Problem, frame: re.Match[str], root: Path) -> Problem:
    """A traceback goes down into other files; the author wants the line of the suite."""
    same = str(root / frame["file"]) == problem.file
    return Problem(problem.file, int(frame["line"]), problem.text) if same else problem


def _kind(text: str) -> str:
    return text.partition(": ")[0]


def _line(path: Path, words: str) -> int:
    if not words or not path.is_file():
        return 1
    return next((number for number, line in _lines(path) if re.match(words, line)), 1)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    yield from enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
