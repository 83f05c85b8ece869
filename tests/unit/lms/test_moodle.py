"""Moodle's three imports take what we write as a whole: one bad row would stop everything."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importers import moodle
from importers.delimited import rows as parsed
from importers.delimited import write as written
from lms_classes import COLUMNS, NAMES, classes, graded, person
from running import run, scores, template

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Mark, Row
from mlgrade.lms.exports.moodle import comment

MISSING = Cell(mark=Mark.MISSING)
HW1 = COLUMNS[:1]
TITLES = {column.title: column.id for column in COLUMNS}
HEAD = [
    "First name",
    "Last name",
    "ID number",
    "Institution",
    "Email address",
    "Assignment: HW1: vectors (Real)",
    "Assignment: HW1: vectors (Feedback)",
    "Assignment: HW2: softmax, CE (Real)",
    "Last downloaded from this course",
]
SHEET = [
    "Identifier",
    "Full name",
    "ID number",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
]


def zoe(cell: Cell, **others: str) -> list[Row]:
    return [Row(person=person(**others), cells={"unit:vectors": cell})]


# -- CSV ------------------------------------------------------------------------------------------------------


def test_a_student_without_the_key_is_named() -> None:
    """No row is written without an email, nor a second one with the same: it would go to another student."""
    rows = [*zoe(graded(8), email=""), *zoe(graded(7), email="a@example.edu"), *zoe(graded(6), email="a@example.edu")]
    raw, summary = run("moodle-csv", rows, HW1)
    assert raw.decode() == "Email address,HW1: vectors\na@example.edu,7\n"
    assert summary.left_out.first == [
        "Zoë O'Brien (zoe): has no Email address, and Moodle needs one",
        "Zoë O'Brien (zoe): another student has the same id",
    ]


def test_a_blank_is_not_risked() -> None:
    """A row that would clear a score which Moodle may hold is left out, and the way out is said."""
    rows = [Row(person=person(), cells={"unit:vectors": graded(8), "unit:softmax": MISSING})]
    raw, summary = run("moodle-csv", rows, COLUMNS)
    assert raw.decode() == 'Email address,HW1: vectors,"HW2: softmax, CE"\n'
    assert summary.left_out.first == [
        'Zoë O\'Brien (zoe): a blank under "HW2: softmax, CE" could clear a score in the LMS; give --template, or --clear if it holds none'
    ]
    raw, _ = run("moodle-csv", rows, COLUMNS, clear=True)
    assert raw.decode().endswith("zoe@example.edu,8,\n")


def test_excused_is_never_a_blank() -> None:
    """An excused student keeps what Moodle holds, also with --clear."""
    rows = [Row(person=person(), cells={"unit:vectors": graded(8), "unit:softmax": Cell(mark=Mark.EXCUSED)})]
    _, summary = run("moodle-csv", rows, COLUMNS, clear=True)
    assert (summary.left_out.count, summary.unsaid["excused"].count) == (1, 1)


def test_an_unknown_setting() -> None:
    """A setting that the format does not have is refused, with the ones it has."""
    with pytest.raises(UsageError, match='no setting "kee"; did you mean "key"'):
        run("moodle-csv", [], HW1, settings={"kee": "email"})
    with pytest.raises(UsageError, match=r'key is one of email, sis_id, login \(got "name"\)'):
        run("moodle-csv", [], HW1, settings={"key": "name"})


@given(
    classes(),
    st.sampled_from([("email", "Email address"), ("sis_id", "ID number"), ("login", "Username")]),
    st.booleans(),
)
def test_csv_there_and_back(rows, key, clear) -> None:
    """Moodle refuses nothing, and each student whose row is written has exactly our scores and feedback."""
    field, heading = key
    raw, summary = run("moodle-csv", rows, COLUMNS, clear=clear, settings={"key": field, "feedback": "yes"})
    users = {getattr(row.person, field) for row in rows}
    targets = {**TITLES, **{f"Feedback: {title}": f"{column}!" for title, column in TITLES.items()}}
    done = moodle.upload_csv(raw, users, targets, heading)
    written_ = {student for student, _ in done}
    wanted = {pair: score for pair, score in scores(rows, field, COLUMNS).items() if pair[0] in written_}
    assert {pair: float(score) for pair, (score, _) in done.items() if score} == wanted
    has_some = {student for student, _ in scores(rows, field, COLUMNS)}
    assert len(has_some - written_) == summary.left_out.count
    assert clear or all(score for score, _ in done.values())


@given(NAMES)
def test_feedback_stays_whole(text) -> None:
    """Whatever a comment holds, Moodle's reader finds its cell's end where it is."""
    cell = '"' + comment(text).replace('"', '""') + '"'
    assert moodle.fgetcsv(f"{cell},end") == [[comment(text), "end"]]


def gradebook(*rows: list[str]) -> str:
    return written([HEAD, *rows], quote_all=True)


def row_of(number: int, first: str, second: str) -> list[str]:
    return ["Zoë", "O'Brien", "00123456", "", f"s{number}@example.edu", first, "old", second, "1790000000"]


def test_the_grade_export_as_template(tmp_path: Path) -> None:
    """Only students with a score get a row, only keys and filled items a column, and other scores are repeated."""
    text = gradebook(row_of(1, "-", "7.00"), row_of(2, "5.00", "-"))
    rows = [
        Row(
            person=person("a", 1, email="s1@example.edu", sis_id=""),
            cells={"unit:vectors": graded(8.5, comment='norms: "good"')},
        )
    ]
    raw, summary = run("moodle-csv", rows, HW1, template=template(tmp_path, text))
    assert parsed(raw.decode()) == [
        ["ID number", "Email address", "Assignment: HW1: vectors (Real)", "Assignment: HW1: vectors (Feedback)"],
        ["00123456", "s1@example.edu", "8.5", 'norms: "good"'],
    ]
    assert (summary.new, summary.without.count) == (1, 1)


def test_a_row_without_key_in_the_template(tmp_path: Path) -> None:
    """A row whose key is blank is left out: Moodle would give its score to the student before."""
    text = gradebook(row_of(1, "-", "-")).replace("s1@example.edu", "")
    _, summary = run("moodle-csv", zoe(graded(8)), HW1, template=template(tmp_path, text))
    assert summary.left_out.first == ["Zoë O'Brien (line 2): has no Email address in the template"]


@given(classes(), st.lists(st.sampled_from(["-", "7.00", "0.00"]), min_size=10, max_size=10), st.booleans())
def test_the_csv_template_there_and_back(tmp_path_factory: pytest.TempPathFactory, rows, held, clear) -> None:
    """No score that Moodle holds is cleared by what we do not know, and ours are all there."""
    if not rows:
        return
    text = gradebook(
        *(
            [
                row.person.first_name,
                row.person.last_name,
                row.person.sis_id,
                "",
                row.person.email,
                held[i],
                "",
                held[i + 5],
                "1",
            ]
            for i, row in enumerate(rows)
        )
    )
    raw, _ = run("moodle-csv", rows, COLUMNS, template=template(tmp_path_factory.mktemp("moodle"), text), clear=clear)
    targets = {"Assignment: HW1: vectors (Real)": "unit:vectors", "Assignment: HW2: softmax, CE (Real)": "unit:softmax"}
    users = {row.person.email for row in rows}
    done = moodle.upload_csv(raw, users, targets, "Email address") if len(parsed(raw.decode())) > 1 else {}
    wanted = scores(rows, "email", COLUMNS)
    for number, row in enumerate(rows):
        for at, column in enumerate(COLUMNS):
            pair, cell = (row.person.email, column.id), row.cells.get(column.id)
            before = held[number + 5 * at]
            after = done.get(pair, (before, None))[0]
            if pair in wanted:
                assert float(after) == wanted[pair]
            elif not (clear and cell is not None and cell.mark is Mark.MISSING):
                assert after == before


# -- XML ------------------------------------------------------------------------------------------------------


def test_an_item_without_id_number() -> None:
    """XML finds items by ID number only; a column without one is refused with the way out."""
    with pytest.raises(UsageError, match='"HW1: vectors" has no ID number; give the grade item one in Moodle'):
        run("moodle-xml", [], [msgspec.structs.replace(HW1[0], key="")])


def test_students_without_id_number() -> None:
    """A student without ID number is left out by name."""
    raw, summary = run("moodle-xml", zoe(graded(8), sis_id=""), HW1)
    assert b"<result>" not in raw
    assert summary.left_out.first == ["Zoë O'Brien (zoe): has no ID number, and this format knows no other key"]


@given(classes(), st.booleans())
def test_xml_there_and_back(rows, clear) -> None:
    """Moodle refuses nothing; missing work is no result at all, or a cleared one where that is asked for."""
    raw, _ = run("moodle-xml", rows, COLUMNS, clear=clear)
    done = moodle.upload_xml(raw, {row.person.sis_id for row in rows}, {column.key for column in COLUMNS})
    ids = {column.key: column.id for column in COLUMNS}
    assert {
        (student, ids[item]): float(score) for (student, item), (score, _) in done.items() if score != "-"
    } == scores(rows, "sis_id", COLUMNS)
    missing = {
        (row.person.sis_id, column) for row in rows for column, cell in row.cells.items() if cell.mark is Mark.MISSING
    }
    assert {(student, ids[item]) for (student, item), (score, _) in done.items() if score == "-"} == (
        missing if clear else set()
    )


# -- the worksheet --------------------------------------------------------------------------------------------


def sheet(grade: str = "", most: str = "20.00", changeable: str = "Yes", feedback: str = "") -> str:
    row = [
        "Participant 51002",
        "Zoë O'Brien",
        "00123456",
        "zoe@example.edu",
        "Submitted for grading",
        grade,
        most,
        changeable,
        "Thursday, 1 October 2026, 11:50 PM",
        "-",
        feedback,
    ]
    return written([SHEET, row])


def test_the_worksheet(tmp_path: Path) -> None:
    """Grade and feedback are filled, in the points of the sheet, and everything else is byte for byte the same."""
    raw, summary = run(
        "moodle-worksheet", zoe(graded(8.5, comment="=softmax")), HW1, template=template(tmp_path, sheet())
    )
    assert raw.decode() == sheet("17", feedback="'=softmax")
    assert moodle.upload_worksheet(raw, {"51002"}) == {"51002": ("17", "'=softmax")}
    assert summary.new == 1


def test_a_participant_without_other_ids(tmp_path: Path) -> None:
    """Blind marking leaves the participant number only; it is found by the LMS's own id."""
    text = sheet().replace("00123456,zoe@example.edu", ",")
    raw, _ = run("moodle-worksheet", zoe(graded(8.5), lms_id="51002"), HW1, template=template(tmp_path, text))
    assert moodle.upload_worksheet(raw, {"51002"})["51002"][0] == "17"


def test_a_grade_that_cannot_be_changed(tmp_path: Path) -> None:
    """A locked row is left alone and named."""
    raw, summary = run("moodle-worksheet", zoe(graded(8.5)), HW1, template=template(tmp_path, sheet(changeable="No")))
    assert raw.decode() == sheet(changeable="No")
    assert summary.left_out.first == ["Zoë O'Brien (line 2): Moodle says that the grade cannot be changed"]


def test_several_columns_for_one_sheet(tmp_path: Path) -> None:
    """A sheet is of one assignment: of several columns --map says which."""
    path = template(tmp_path, sheet())
    with pytest.raises(UsageError, match='no item is called "HW1: vectors", "HW2: softmax, CE"; it has "Grade"'):
        run("moodle-worksheet", zoe(graded(8)), COLUMNS, template=path)
    raw, summary = run("moodle-worksheet", zoe(graded(8)), COLUMNS, template=path, map={"Grade": "unit:vectors"})
    assert (raw.decode(), summary.unmatched) == (sheet("16"), ["HW2: softmax, CE"])


def test_the_worksheet_is_needed() -> None:
    """Without the downloaded sheet there is nothing to fill."""
    with pytest.raises(UsageError, match="moodle-worksheet: needs the export of the LMS"):
        run("moodle-worksheet", [], HW1)
