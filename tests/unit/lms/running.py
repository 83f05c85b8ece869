"""An export, run the way a command runs it, and what a test expects of a score."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from mlgrade.gradebook.columns import Column, Mark, Row
from mlgrade.lms.exports import Export, Summary, get


def run(name: str, rows: Iterable[Row], columns: Sequence[Column], **others: Any) -> tuple[bytes, Summary]:
    wanted, export, to = get(name), Export(columns=columns, rows=rows, **others), io.BytesIO()
    wanted.check(export)
    summary = wanted.write(export, to)
    return to.getvalue(), summary


def template(folder: Path, text: str | bytes, name: str = "template.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def two(score: float | None, factor: int = 1) -> float:
    """Two decimals, a half to the even digit, by another road than the code's."""
    return float((Decimal(repr(score)) * factor).quantize(Decimal("0.01"), ROUND_HALF_EVEN))


def scores(
    rows: Iterable[Row], key: str, columns: Sequence[Column], factors: Mapping[str, int] = {}
) -> dict[tuple[str, str], float]:
    """What a right importer must end with: (key of the student, id of the column) -> score."""
    return {
        (getattr(row.person, key), column.id): two(cell.score, factors.get(column.id, 1))
        for row in rows
        for column in columns
        if (cell := row.cells.get(column.id)) is not None and cell.mark is Mark.GRADED
    }
