"""Whether a report shows a student anything of a hidden check: a line of it, an input, an expected value."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from mlgrade.results import ConceptReport, Visibility
from mlgrade.suite.session import Check, Ran
from mlgrade.suite.values import show

SHORTEST_SECRET = 16  # characters; shorter lines and inputs are in every file


def leaks(report: ConceptReport, ran: Sequence[Ran], checks: Sequence[Check]) -> list[str]:
    """Find source lines, inputs and expected values of hidden checks in what a student would read."""
    text = "\n".join(_strings(msgspec.to_builtins(report)))
    shown = [part for check in checks for part in (check.marks.title, check.marks.hint)]
    shown += [part for one in ran if one.finding.visibility is Visibility.PUBLIC for part in _inputs(one)]
    allowed = "\n".join(shown)
    secrets = {part for one in ran if one.finding.visibility is Visibility.HIDDEN for part in _inputs(one)}
    for file in {check.file for check in checks if check.visibility is Visibility.HIDDEN}:
        secrets.update(_lines(Path(file).read_text(encoding="utf-8-sig")))
    return sorted(s for s in secrets if len(s) >= SHORTEST_SECRET and s not in allowed and s in text)


def _strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, dict)):
        for part in data.values() if isinstance(data, dict) else data:
            yield from _strings(part)


def _inputs(ran: Ran) -> Iterator[str]:
    for call in ran.calls:
        yield from (show(value) for value in (*call.args, *call.kwargs.values()))
    yield from ran.finding.detail.splitlines()


_seen: dict[str, list[str]] = {}


def _lines(text: str) -> list[str]:
    """The code of a suite: its lines without docstrings, which students may read."""
    if text not in _seen:
        nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Module, ast.FunctionDef))]
        words = " ".join(ast.get_docstring(node, clean=False) or "" for node in nodes)
        _seen[text] = [line.strip() for line in text.splitlines() if line.strip().strip('"') not in words]
    return _seen[text]
