"""A notebook that was handed in: built anew from what may be believed of it, and what of it is graded. Pure.

Of each cell its text is taken, and of its stored outputs and attachments what is text or a picture; what it says of
itself, only as far as the gradebook knows it. Copies and strangers become plain cells, and deleted ones come back, so
that every cell that has a score or a comment is there once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from mlgrade.errors import SubmissionError
from mlgrade.integrations.nbgrader import sanitize, source_cells
from mlgrade.integrations.nbgrader.source_cells import Known
from mlgrade.submissions import model as submissions
from mlgrade.submissions.model import Submission

MOST_BYTES = 2 * 1024 * 1024  # of text in one notebook; less than a submission may have
MOST_CELLS = 2_000
_PUT_BACK = "put_back"
_DELETED = "# This cell was deleted from the notebook that was handed in. It was put back, empty."
_MAKERS = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def restored(notebook: object, known: Sequence[Known]) -> Any:
    """Return a notebook in which each cell is what the gradebook says, and none is missing."""
    given = _given(notebook)
    claims = _claims(given, {cell.name: cell for cell in known})
    left, cells, ids = MOST_BYTES, [], set[str]()
    for number, (cell, claim) in enumerate(zip(given, claims, strict=True)):
        text = _text(cell)
        size = len(text.encode())
        if size > left:
            size, text = 0, _left_out(size)
        left -= size
        cells.append(_cell(cell, claim, text, _id(cell, number, ids)))
    kernel = _mapping(_mapping(_mapping(notebook).get("metadata")).get("kernelspec"))
    spec = {name: str(kernel.get(name, "python3")) for name in ("name", "display_name")}
    return new_notebook(cells=_complete(cells, claims, known), metadata={"kernelspec": spec})


def submission(cells: Iterable[Mapping[str, Any]], concept: str, file: str, tests: Collection[Known]) -> Submission:
    """Take all code of a restored notebook bar its test cells, and copies of them, which are nobody's answer.

    Cells are counted as their author counts them: those of text too, and without those that were put back.
    """
    names, texts = {test.name for test in tests}, {test.source for test in tests}
    own = [cell for cell in cells if not _put_back(cell)]
    answers = ((n, cell["source"]) for n, cell in enumerate(own, 1) if _is_answer(cell, names, texts))
    return submissions.from_cells(file, concept, answers)


def _given(notebook: object) -> list[Mapping[str, Any]]:
    cells = _mapping(notebook).get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, Mapping) for cell in cells):
        raise SubmissionError("the notebook has no list of cells; open and save it in Jupyter once")
    if len(cells) > MOST_CELLS:
        raise SubmissionError(f"the notebook has {len(cells)} cells; {MOST_CELLS} can be graded")
    return cells


def _claims(given: Sequence[Mapping[str, Any]], known: Mapping[str, Known]) -> list[Known | None]:
    """Which known cell each one is. Of copies the last one is it, as nbgrader has it."""
    claims: list[Known | None] = []
    taken: set[str] = set()
    for cell in reversed(given):
        name = _mapping(_mapping(cell.get("metadata")).get("nbgrader")).get("grade_id")
        claim = known.get(name) if isinstance(name, str) and name not in taken else None
        taken.update([claim.name] if claim else [])
        claims.append(claim)
    return claims[::-1]


def _cell(cell: Mapping[str, Any], claim: Known | None, text: str, cell_id: str) -> Any:
    kind = claim.kind if claim else str(cell.get("cell_type"))
    made = _MAKERS.get(kind, new_raw_cell)(source=text, id=cell_id, metadata=claim.metadata if claim else {})
    if kind == "code":
        made.outputs = sanitize.outputs(cell.get("outputs"))
    elif pictures := sanitize.attachments(cell.get("attachments")):
        made.attachments = pictures
    return made


def _complete(cells: Sequence[Any], claims: Iterable[Known | None], known: Sequence[Known]) -> list[Any]:
    """Put back what was deleted and has a score or a comment, each behind the known cell that it stood behind."""
    names = [claim.name if claim else "" for claim in claims]
    found = list(zip(names, cells, strict=True))
    at = 0
    for cell in known:
        here = next((number for number, (name, _) in enumerate(found) if name == cell.name), None)
        if here is not None:
            at = here + 1
        elif cell.grade or cell.solution or cell.task:
            found.insert(at, (cell.name, _again(cell)))
            at += 1
    return [cell for _, cell in found]


def _again(cell: Known) -> Any:
    """A deleted cell. An answer comes back without its stub, which would replace what is written elsewhere."""
    empty = cell.solution and cell.kind == "code"
    metadata = cell.metadata | {"mlgrade": {_PUT_BACK: True}}
    return _MAKERS[cell.kind](
        source=_DELETED if empty else cell.source, id=source_cells.cell_id(f"again {cell.name}"), metadata=metadata
    )


def _text(cell: Mapping[str, Any]) -> str:
    """The text of a cell in characters that a file can hold."""
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    return source.encode(errors="replace").decode() if isinstance(source, str) else ""


def _left_out(size: int) -> str:
    return f"# This cell is left out: with its {size} bytes the notebook holds more than {MOST_BYTES} bytes of text."


def _id(cell: Mapping[str, Any], number: int, taken: set[str]) -> str:
    """Its own id if it is one: it becomes part of a page."""
    own = cell.get("id")
    fits = isinstance(own, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,64}", own) and own not in taken
    chosen = str(own) if fits else source_cells.cell_id(f"cell {number}")
    taken.add(chosen)
    return chosen


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _put_back(cell: Mapping[str, Any]) -> bool:
    """Whether a cell of a restored notebook was not in what the student handed in."""
    return bool(_mapping(_mapping(cell["metadata"]).get("mlgrade")).get(_PUT_BACK))


def _is_answer(cell: Mapping[str, Any], names: Collection[str], texts: Collection[str]) -> bool:
    test = cell["metadata"].get("nbgrader", {}).get("grade_id") in names or cell["source"] in texts
    return cell["cell_type"] == "code" and not test
