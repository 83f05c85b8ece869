"""Notebooks built anew: whatever a file says of its cells, each known cell is there once, as the gradebook has it."""

from __future__ import annotations

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade.errors import SubmissionError
from mlgrade.integrations.nbgrader import handin
from mlgrade.integrations.nbgrader.source_cells import Known


def known(name: str, kind: str = "code", **flags: Any) -> Known:
    given = {"locked": False, "grade": False, "solution": False, "task": False, "points": 0.0, **flags}
    return Known(name=name, kind=kind, source=f"# {name}", checksum="c", **given)


CELLS = [
    known("text-a", "markdown", locked=True),
    known("answer-a", solution=True),
    known("test-a", grade=True, locked=True, points=10.0),
    known("written-u", "markdown", grade=True, solution=True, points=5.0),
]
TESTS = [CELLS[2]]


def cell(text: str, name: object = None, kind: str = "code", **fields: Any) -> dict[str, Any]:
    metadata = {} if name is None else {"nbgrader": {"grade_id": name}}
    return {"cell_type": kind, "source": text, "metadata": metadata, **fields}


def restored(*cells: Any) -> Any:
    return handin.restored({"cells": list(cells)}, CELLS)


def names(node: Any) -> list[str]:
    return [one.metadata.get("nbgrader", {}).get("grade_id", "") for one in node.cells]


def code(node: Any) -> str:
    return handin.submission(node.cells, "a", "a.ipynb", TESTS).source.decode()


WHOLE = [
    cell("", "text-a", "markdown"), cell("x = 1", "answer-a"), cell("", "test-a"), cell("", "written-u", "markdown"),
]  # fmt: skip


def test_a_whole_notebook_stays_as_it_is() -> None:
    """Of a notebook that nobody tampered with, the cells stay in their places."""
    assert names(restored(*WHOLE)) == ["text-a", "answer-a", "test-a", "written-u"]


@pytest.mark.parametrize("left", range(4))
def test_a_deleted_cell_comes_back_to_its_place(left: int) -> None:
    """Every cell with a score or a comment is there again, behind the one that it stood behind; a text is not."""
    kept = [one for number, one in enumerate(WHOLE) if number != left]
    expected = ["text-a", "answer-a", "test-a", "written-u"]
    assert names(restored(*kept)) == (expected if left else expected[1:])


def test_all_of_it_deleted() -> None:
    """An empty notebook has its cells again, and no code."""
    node = restored()
    assert names(node) == ["answer-a", "test-a", "written-u"]
    assert code(node) == ""


def test_the_last_copy_is_the_cell() -> None:
    """Of copies the last one has the name; the code of all is the student's."""
    node = restored(cell("x = 1", "answer-a"), cell("x = 2", "answer-a"))
    assert names(node)[:2] == ["", "answer-a"]
    assert code(node) == "x = 1\n\nx = 2\n"


def test_a_test_cell_is_nobodys_code() -> None:
    """Neither a test cell nor a copy of it is run, but what a student makes of the copy is."""
    node = restored(cell("# test-a", "test-a"), cell("# mine", "test-a"), cell("y = 1", "test-a"))
    assert code(node) == "# mine\n"


@pytest.mark.parametrize(
    "claim", [{"grade": True}, {"grade_id": "other"}, {"schema_version": 99}, {}, "test-a", [], 5, None]
)
def test_a_claim_of_a_cell_of_ones_own(claim: object) -> None:
    """Metadata that the gradebook does not know is gone, and the code stays."""
    node = restored({"cell_type": "code", "source": "x = 1", "metadata": {"nbgrader": claim, "tags": ["<b>"]}})
    assert node.cells[0].metadata == {} or node.cells[-1].metadata == {}
    assert code(node) == "x = 1\n"


def test_what_a_known_cell_says_of_itself() -> None:
    """Points, flags and kind are the gradebook's, whatever stands in the file."""
    lie = {"grade_id": "test-a", "grade": False, "solution": True, "points": 1000, "schema_version": 1, "more": 1}
    node = restored({"cell_type": "markdown", "source": "", "metadata": {"nbgrader": lie}})
    made = next(one for one in node.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "test-a")
    assert made.cell_type == "code"
    assert made.metadata == TESTS[0].metadata


def test_the_stub_of_a_deleted_answer_does_not_come_back() -> None:
    """An answer that was moved to another cell is not covered by the stub of the course."""
    node = restored(cell("def a(): return 1"))
    answer = next(one for one in node.cells if one.metadata.get("nbgrader", {}).get("grade_id") == "answer-a")
    assert answer.source.startswith("# This cell was deleted")
    assert code(node) == "def a(): return 1\n"


def test_cells_are_counted_as_their_author_counts_them() -> None:
    """Cells of text count; cells that were put back do not."""
    node = restored(cell("words", kind="markdown"), cell("x = 1"), cell("more", kind="raw"), cell("y = 2"))
    assert handin.submission(node.cells, "a", "a.ipynb", TESTS).cells == [(1, 2), (3, 4)]


def test_one_huge_cell_costs_itself_only() -> None:
    """A text that no notebook needs is left out and said; the other cells are graded."""
    node = restored(cell("#" * 50_000_000), cell("x = 1"))
    assert "is left out: with its 50000000 bytes" in node.cells[3].source or "left out" in code(node)
    assert code(node).endswith("x = 1\n")


def test_too_many_cells() -> None:
    """A notebook of a hundred thousand cells is refused with the number that can be graded."""
    with pytest.raises(SubmissionError, match=r"has 100000 cells; 2000 can be graded"):
        restored(*[cell("")] * 100_000)


@pytest.mark.parametrize("cells", [None, {}, "cells", [1], [[]]])
def test_no_list_of_cells(cells: object) -> None:
    """What is no list of cells is refused with the way out."""
    with pytest.raises(SubmissionError, match="open and save it in Jupyter once"):
        handin.restored({"cells": cells}, CELLS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([one.name for one in CELLS]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("cell_type", "source", "metadata", "outputs", "attachments", "id", "execution_count")
META = st.fixed_dictionaries({"nbgrader": st.fixed_dictionaries({"grade_id": JSON}) | JSON})
CELL = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=7) | st.builds(
    lambda name, text: cell(text, name), st.sampled_from([one.name for one in CELLS]), st.text(max_size=9)
)


@given(st.lists(CELL | st.fixed_dictionaries({"cell_type": st.just("code"), "metadata": META}), max_size=5), JSON)
def test_any_cells_make_a_notebook(cells: list[Any], metadata: Any) -> None:
    """Whatever cells a file holds, what comes out is a valid notebook with each known cell once, and can be written."""
    node = handin.restored(json.loads(json.dumps({"cells": cells, "metadata": metadata})), CELLS)
    nbformat.validate(node)
    json.dumps(node, ensure_ascii=False).encode()
    assert {name: names(node).count(name) for name in ("answer-a", "test-a", "written-u")} == dict.fromkeys(
        ("answer-a", "test-a", "written-u"), 1
    )
    handin.submission(node.cells, "a", "a.ipynb", TESTS)
