"""An exercise as a notebook: the same source, a cell for each function, and a last one that checks it."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from mlgrade.course import Concept

CHECK = "Save, then run this cell. What is right, what is wrong, and what to try:"


def of(concept: Concept, source: bytes) -> bytes:
    """Write the notebook of a stub file. Equal stubs give equal bytes; there are no outputs in it."""
    cells = [
        _cell(concept.id, number, *part) for number, part in enumerate(_parts(concept, source.decode("utf-8-sig")))
    ]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(whole, indent=1, ensure_ascii=False) + "\n").encode()


def _parts(concept: Concept, source: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(source)
    yield "markdown", f"# {concept.title}\n\n{ast.get_docstring(tree) or ''}".rstrip()
    for text in _pieces(tree, source.splitlines()):
        yield "code", text
    yield "markdown", CHECK
    yield "code", f"!mlgrade check {concept.id}.ipynb"


def _pieces(tree: ast.Module, lines: list[str]) -> Iterator[str]:
    """The source cut before each function, with what stands above it; nothing is lost but the file's docstring."""
    skip = (tree.body[0].end_lineno or 0) if ast.get_docstring(tree) is not None else 0
    begins = [skip, *(_first_line(node) - 1 for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef)))]
    for start, end in zip(begins, [*begins[1:], len(lines)], strict=True):
        if text := "\n".join(lines[start:end]).strip("\n"):
            yield text


def _first_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(mark.lineno for mark in node.decorator_list)])


def _cell(concept: str, number: int, kind: str, text: str) -> dict[str, Any]:
    own = hashlib.sha256(f"{concept}/{number}".encode()).hexdigest()[:12]
    cell: dict[str, Any] = {"cell_type": kind, "id": own, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
