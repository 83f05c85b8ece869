"""Canvas's upload takes what we write, without a question, and ends with the scores that we have."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importers import canvas
from importers.delimited import rows as parsed
from importers.delimited import write as written
from lms_classes import COLUMNS, NAMES, classes, graded, person
from running import run, scores, template

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms.exports import sentence

NEW = [msgspec.structs.replace(column, key="") for column in COLUMNS]
ASSIGNMENTS = [canvas.Assignment("88001", "HW1: vectors", 10), canvas.Assignment("88002", "HW2: softmax, CE", 20)]
EXCUSED = Cell(mark=Mark.EXCUSED)
MISSING = Cell(mark=Mark.MISSING)
BROKEN = Cell(mark=Mark.BROKEN)
HW1 = COLUMNS[:1]


def users(rows):
    return [
        canvas.User(
            row.person.lms_id, row.person.sis_id, row.person.login, f"{row.person.last_name}, {row.person.first_name}"
        )
        for row in rows
    ]


def zoe(cell: Cell | None, **others: str) -> list[Row]:
    return [Row(person=person(**others), cells={} if cell is None else {"unit:vectors": cell})]


def held(score: str, points: str = "10.00", user: str = "70101") -> str:
    return (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW1: vectors (88001),Current Score\n"
        f"    Points Possible,,,,,{points},(read only)\n"
        f'"O\'Brien, Zoë",{user},00123456,zoe,A,{score},91\n'
    )


# -- what is refused ------------------------------------------------------------------------------------------

WRONG = {
    "another course": (held("", user="1").replace("00123456", "9").replace("zoe,", "abe,"), r"none of its 1 students is in the gradebook .* another course\?"),
    "another item": (held("").replace("vectors (88001)", "other (9)"), 'no item is called "HW1: vectors"; it has "HW1: other". Use --map'),
    "two headers": (held("8") + held("8"), "line 4: the header again; were two files joined?"),
    "a short row": (held("8") + "x,1\n", "line 4: 2 cells under 7 headings"),
    "a row that was cut": (held("8") + '"Nguyễn, Thị', "line 4, cell 1: a quote is opened and never closed; was the file cut off?"),
    "no Canvas file": ("a,b,c\n1,2,3\n", "line 1: not the header of a Canvas gradebook"),
    "UTF-16": (held("8").encode("utf-16"), "is UTF-16, which the LMS does not take back"),
    "a PDF": (b"%PDF-1.7 ...", "not delimited text but a PDF"),
    "a workbook": (b"PK\x03\x04 ...", "a zip archive or an Excel workbook; save the sheet as CSV"),
    "Latin-1": (held("8").encode("latin-1"), r"line 3: byte 134 is not UTF-8; download it again"),
    "nothing": (b"", "the file is empty"),
    "a web page": (b"<!DOCTYPE html>", "a web page; the LMS may have asked for a login again"),
    "NUL bytes": (b"Student\0,ID", "line 1: holds NUL bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_template(tmp_path: Path, text, message) -> None:
    """A template that is not one is refused in one sentence with its place."""
    with pytest.raises(UsageError, match=message):
        run("canvas", zoe(graded(8.5)), HW1, template=template(tmp_path, text))


MAPS = {
    "an unknown item": ({"HW1: vectros": "unit:vectors"}, 'has no item "HW1: vectros"; did you mean "HW1: vectors"'),
    "an unknown column": ({"HW1: vectors": "unit:vector"}, 'no column "unit:vector"; did you mean "unit:vectors"?'),
}


@pytest.mark.parametrize(("given_map", "message"), MAPS.values(), ids=MAPS.keys())
def test_a_wrong_map(tmp_path: Path, given_map, message) -> None:
    """What --map names must be there; otherwise the nearest name is offered."""
    with pytest.raises(UsageError, match=message):
        run("canvas", zoe(graded(8.5)), HW1, template=template(tmp_path, held("")), map=given_map)


# -- the template ---------------------------------------------------------------------------------------------

CELLS = {
    "new": (graded(8.5), "", "8.5", "1 score new; Canvas will ask nothing"),
    "a zero": (graded(0), "", "0", "1 score new; Canvas will ask nothing"),
    "changed": (graded(8.5), "7.00", "8.5", "0 scores new, 1 change; Canvas will ask nothing"),
    "the same": (graded(8.5), "8.50", "8.50", "0 scores new, 1 unchanged; Canvas will ask nothing"),
    "the same with a comma": (graded(8.5), '"8,50"', '"8,50"', "0 scores new, 1 unchanged; Canvas will ask nothing"),
    "missing": (MISSING, "", "", "0 scores new, 1 student of the template has no submission; Canvas will ask nothing"),
    "missing over a score": (MISSING, "7", "7", "0 scores new, 1 would be cleared (left alone), 1 student of the template has no submission; Canvas will ask nothing"),
    "excused": (EXCUSED, "7", "EX", "0 scores new, 1 change; Canvas will ask nothing"),
    "broken": (BROKEN, "7", "7", "0 scores new; Canvas will ask nothing"),
    "not there": (None, "7", "7", "0 scores new, 1 student of the template has no submission; Canvas will ask nothing"),
    "not a number": (graded(float("nan")), "7", "7", "0 scores new; Canvas will ask nothing"),
    "below zero": (graded(-1), "7", "7", "0 scores new; Canvas will ask nothing"),
    "tiny": (graded(1e-05), "", "0", "1 score new; Canvas will ask nothing"),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "before", "after", "said"), CELLS.values(), ids=CELLS.keys())
def test_a_cell_of_the_template(tmp_path: Path, cell, before, after, said) -> None:
    """Only the cell that is graded changes; everything around it is byte for byte what it was."""
    raw, summary = run("canvas", zoe(cell), HW1, template=template(tmp_path, held(before)))
    assert raw.decode() == held(after)
    assert sentence(summary) == said


def test_clearing(tmp_path: Path) -> None:
    """With --clear a missing submission clears the score, and a fault of ours still does not."""
    cleared, summary = run("canvas", zoe(MISSING), HW1, template=template(tmp_path, held("7")), clear=True)
    assert (cleared.decode(), summary.cleared.first) == (held(""), ["Zoë O'Brien (zoe), HW1: vectors: 7"])
    kept, summary = run("canvas", zoe(BROKEN), HW1, template=template(tmp_path, held("7")), clear=True)
    assert (kept.decode(), summary.broken.count) == (held("7"), 1)


def test_points_are_scaled(tmp_path: Path) -> None:
    """A score out of 10 becomes one out of the 20 that Canvas counts, and that is said."""
    raw, summary = run("canvas", zoe(graded(8.5)), HW1, template=template(tmp_path, held("", points="20.00")))
    assert raw.decode() == held("17", points="20.00")
    assert summary.warnings == ["HW1: vectors: out of 20 in the LMS and 10 here; scores are scaled to 20"]


def test_a_half_goes_to_the_even_digit(tmp_path: Path) -> None:
    """Scores have two decimals, rounded half to even, and what was rounded is counted."""
    raw, summary = run("canvas", zoe(graded(0.125)), HW1, template=template(tmp_path, held("")))
    assert (raw.decode(), summary.rounded) == (held("0.12"), 1)
    raw, summary = run("canvas", zoe(graded(0.1 + 0.2)), HW1, template=template(tmp_path, held("")))
    assert (raw.decode(), summary.rounded) == (held("0.3"), 0)


STYLES = {
    "everything in quotes": lambda text: written(parsed(text), quote_all=True),
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "a mark": lambda text: "\ufeff" + text,
    "semicolons": lambda text: written(parsed(text), separator=";"),
    "no last line end": lambda text: text.rstrip("\n"),
    "a blank row under the header": lambda text: text.replace("Current Score\n", "Current Score\n,,,,,,\n\n"),
    "protected ids": lambda text: (
        text.replace("00123456", '"=""00123456"""').replace(",zoe,", ",other,").replace("70101", "")
    ),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
def test_the_style_of_a_file_stays(tmp_path: Path, style) -> None:
    """Quotes, line ends, marks, separators and blank rows come back as they were."""
    raw, _ = run("canvas", zoe(graded(8.5)), HW1, template=template(tmp_path, style(held(""))))
    assert raw.decode() == style(held("8.5"))


def test_a_mark_that_canvas_trips_over(tmp_path: Path) -> None:
    """Before a quoted first cell the byte order mark is left out, since Canvas would refuse the file."""
    text = written(parsed(held("")), quote_all=True)
    raw, summary = run("canvas", zoe(graded(8.5)), HW1, template=template(tmp_path, "\ufeff" + text))
    assert raw.startswith(b'"Student"')
    assert "byte order mark" in summary.warnings[0]


def test_ids_of_two_students_in_one_row(tmp_path: Path) -> None:
    """A row whose ids belong to different students is left alone and named."""
    rows = [*zoe(graded(8.5)), Row(person=person("abe", 5, sis_id="9"), cells={"unit:vectors": graded(1)})]
    raw, summary = run("canvas", rows, HW1, template=template(tmp_path, held("", user="5")))
    assert raw.decode() == held("", user="5")
    assert summary.left_out.first == ["O'Brien, Zoë (line 3): its ids belong to different students of the gradebook"]


def test_nobody_is_found_by_name(tmp_path: Path) -> None:
    """A row of an equal name and other ids is another student."""
    namesake = person("other", 1, sis_id="2", name="Zoë O'Brien", first_name="Zoë", last_name="O'Brien")
    rows = [Row(person=namesake, cells={"unit:vectors": graded(1)}), *zoe(graded(8.5))]
    raw, summary = run("canvas", rows, HW1, template=template(tmp_path, held("")))
    assert (raw.decode(), summary.outside.count) == (held("8.5"), 1)


def test_a_heading_that_canvas_swallows(tmp_path: Path) -> None:
    """A heading that reads like a total is warned about, with and without a template."""
    column = Column(id="unit:quiz", title="Final Score quiz", points=10)
    _, summary = run("canvas", [Row(person=person(), cells={"unit:quiz": graded(1)})], [column])
    assert "Canvas drops a column whose heading reads like a total" in summary.warnings[0]
    text = held("").replace("Current Score", "Final Score quiz (7)")
    _, summary = run("canvas", zoe(graded(1)), [*HW1, column], template=template(tmp_path, text))
    assert (summary.unmatched, "drops this column" in summary.warnings[0]) == (["Final Score quiz"], True)


def test_scores_above_the_maximum() -> None:
    """A score above the points of its column is written, and named."""
    _, summary = run("canvas", zoe(graded(12)), HW1)
    assert summary.above.first == ["Zoë O'Brien (zoe), HW1: vectors: 12 of 10"]


def test_what_canvas_cannot_say() -> None:
    """Lateness, missing work and comments have no place in the file; the summary says so."""
    _, summary = run("canvas", zoe(graded(8, late=True, comment="fine")), [msgspec.structs.replace(HW1[0], key="")])
    assert {what: listed.count for what, listed in summary.unsaid.items()} == {"late": 1, "comments": 1}


# -- without a template ---------------------------------------------------------------------------------------


def test_a_blank_in_a_column_that_canvas_has() -> None:
    """Without a template a blank could clear a score; such a row is left out unless --clear is given."""
    both = {"unit:vectors": graded(8), "unit:softmax": MISSING}
    rows = [Row(person=person(), cells=both)]
    raw, summary = run("canvas", rows, COLUMNS)
    assert (len(raw.splitlines()), summary.left_out.count, summary.new) == (2, 1, 0)
    raw, summary = run("canvas", rows, COLUMNS, clear=True)
    assert (len(raw.splitlines()), summary.left_out.count, summary.new) == (3, 0, 1)


# -- there and back -------------------------------------------------------------------------------------------


@given(classes())
def test_new_assignments(rows) -> None:
    """For any class Canvas makes the assignments we mean, and gives each student the scores we have."""
    raw, _ = run("canvas", rows, NEW)
    done = canvas.upload(raw, users(rows), [], {})
    assert done.new == {column.title: "10" for column in NEW}
    assert (done.unknown, done.removed) == ([], set())
    titles = {column.title: column.id for column in NEW}
    graded_ = {(user, titles[item]): float(text) for (user, item), text in done.grades.items() if text != "EX"}
    assert graded_ == scores(rows, "lms_id", NEW)
    excused = {
        (row.person.lms_id, column) for row in rows for column, cell in row.cells.items() if cell.mark is Mark.EXCUSED
    }
    assert {(user, titles[item]) for (user, item), text in done.grades.items() if text == "EX"} == excused


HELD = st.dictionaries(
    st.tuples(st.sampled_from(["70101", "70102"]), st.sampled_from(["88001", "88002"])),
    st.sampled_from(["7", "8.50", "EX", "0"]),
)


@given(classes(), HELD, st.sampled_from([",", ";"]), st.booleans())
def test_the_template_there_and_back(
    tmp_path_factory: pytest.TempPathFactory, rows, before, separator, quote_all
) -> None:
    """Canvas makes nothing, removes nothing, asks nothing, and ends with our scores where we have one."""
    if not rows:
        return
    export = written(canvas.exported(users(rows), ASSIGNMENTS, before), separator=separator, quote_all=quote_all)
    path = template(tmp_path_factory.mktemp("canvas"), export)
    raw, summary = run("canvas", rows, COLUMNS, template=path)
    identity = [row[:5] for row in parsed(raw.decode(), separator)]
    assert identity == [row[:5] for row in parsed(export, separator)]
    twice, again = run("canvas", rows, COLUMNS, template=template(path.parent, raw))
    assert (twice, again.new, again.changed.count) == (raw, 0, 0)
    try:
        done = canvas.upload(raw, users(rows), ASSIGNMENTS, before)
    except canvas.Refused:
        with pytest.raises(canvas.Refused):  # Canvas cannot read its own export either: a name with a line break
            canvas.upload(export.encode(), users(rows), ASSIGNMENTS, before)
        return
    assert (done.new, done.removed, done.unknown) == ({}, set(), ["Student, Test"])
    after = {**before, **done.grades}
    ids = {column.id: column.key for column in COLUMNS}
    for (user, column), score in scores(rows, "lms_id", COLUMNS, {"unit:softmax": 2}).items():
        assert float(after[user, ids[column]]) == score
    assert len(done.grades) == summary.new + summary.changed.count


@given(NAMES)
def test_a_name_is_never_a_formula(name) -> None:
    """No cell that is not a key begins like a formula, and none breaks its line."""
    raw, _ = run("canvas", zoe(graded(1), name=name, first_name="", last_name="", section=name), HW1)
    cells = parsed(raw.decode())[2]
    for text in (cells[0], cells[4]):
        assert text.lstrip()[:1] not in {"=", "@"}
        assert text[:1] not in {"\t", "\r"}
        assert "\n" not in text
