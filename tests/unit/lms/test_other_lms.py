"""Blackboard, Brightspace, Sakai, Open edX and OneRoster take what we write."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from importers import others
from importers.delimited import rows as parsed
from importers.delimited import write as written
from lms_classes import COLUMNS, classes, graded, person
from running import run, scores, template

from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Row

HW1 = COLUMNS[:1]
ROSTER = {"class": "class-ml101", "session": "term-2026f", "school": "school-1"}
MISSING = Cell(mark=Mark.MISSING)


def zoe(cell: Cell, **who: str) -> list[Row]:
    return [Row(person=person(**who), cells={"unit:vectors": cell})]


# -- Blackboard -----------------------------------------------------------------------------------------------


def download(rows, held=("", ""), *, separator: str = ",") -> str:
    head = [
        "Last Name",
        "First Name",
        "Username",
        "Student ID",
        "Last Access",
        "Availability",
        "HW1: vectors [Total Pts: 10 Score] |88001",
        "HW2: softmax, CE [Total Pts: 20 Score] |88002",
        "Total [Total Pts: up to 30 Score] |5",
    ]
    body = [
        [
            one.person.last_name,
            one.person.first_name,
            one.person.login,
            one.person.sis_id,
            "2026-10-01",
            "Yes",
            *held,
            "3",
        ]
        for one in rows
    ]
    return written([head, *body], quote_all=True, separator=separator)


def test_a_blackboard_download(tmp_path: Path) -> None:
    """Headings and keys come back as they were; what must not be uploaded is left out."""
    raw, summary = run(
        "blackboard", zoe(graded(8.5)), COLUMNS, template=template(tmp_path, download(zoe(MISSING), ("", "7")))
    )
    assert raw.decode() == (
        '"Last Name","First Name","Username","Student ID","HW1: vectors [Total Pts: 10 Score] |88001","HW2: softmax, CE [Total Pts: 20 Score] |88002"\n'
        '"","","zoe","00123456","8.5","7"\n'
    )
    assert summary.new == 1


def test_the_xls_that_is_text(tmp_path: Path) -> None:
    """UTF-16 with tabs, as Blackboard writes .xls, goes back in the same form."""
    text = "\ufeff" + download(zoe(MISSING), separator="\t")
    raw, _ = run("blackboard", zoe(graded(8.5)), HW1, template=template(tmp_path, text.encode("utf-16-le")))
    assert raw.startswith(b"\xff\xfe")
    assert others.blackboard(raw, {"zoe"}, {"88001"}) == {("zoe", "88001"): "8.5"}


@given(classes(), st.sampled_from([("", ""), ("7", "7"), ("0", "")]))
def test_blackboard_there_and_back(tmp_path_factory: pytest.TempPathFactory, rows, held) -> None:
    """Each student ends with our score where we have one, and with what there was where not."""
    if not rows:
        return
    path = template(tmp_path_factory.mktemp("bb"), download(rows, held))
    raw, _ = run("blackboard", rows, COLUMNS, template=path)
    done = others.blackboard(raw, {row.person.login for row in rows}, {"88001", "88002"})
    wanted = scores(rows, "login", COLUMNS, {"unit:softmax": 2})
    for row in rows:
        for column, before in zip(COLUMNS, held, strict=True):
            after = done[row.person.login, column.key]
            assert float(after or -1) == wanted.get((row.person.login, column.id), float(before or -1))


def test_new_blackboard_columns() -> None:
    """Without a template every cell is quoted, and it is said what Blackboard makes of a new column."""
    column = msgspec.structs.replace(HW1[0], key="")
    raw, summary = run("blackboard", zoe(graded(8.5), first_name="Zoë", last_name="O'Brien"), [column])
    assert raw.decode().splitlines()[1] == '"O\'Brien","Zoë","zoe","00123456","8.5"'
    assert "becomes a new column: of text and out of 0 in Blackboard Original" in summary.warnings[0]


def test_no_username() -> None:
    """A student without username is left out: Blackboard knows no other key."""
    _, summary = run("blackboard", zoe(graded(8.5), login=""), HW1)
    assert summary.left_out.first == [
        "Zoë O'Brien (zoe): has no username, and Blackboard finds students by nothing else"
    ]


# -- Brightspace ----------------------------------------------------------------------------------------------

D2L = [
    Column(id="unit:vectors", title="HW1 vectors", points=10),
    Column(id="unit:softmax", title="HW2 softmax", points=10),
]


def d2l(rows, held=("", ""), *, end: bool = True) -> str:
    head = [
        "OrgDefinedId",
        "Username",
        "Last Name",
        "Email",
        "HW1 vectors Points Grade <Numeric MaxPoints:10 Weight:5 Category:Calculated CategoryWeight:40>",
        "HW2 softmax Points Grade <Numeric MaxPoints:20>",
        "Calculated Final Grade Numerator",
    ]
    body = [[f"#{one.person.sis_id}", f"#{one.person.login}", "x", one.person.email, *held, "9"] for one in rows]
    return written(
        [[*head, *(["End-of-Line Indicator"] if end else [])], *([*row, *(["#"] if end else [])] for row in body)]
    )


@given(classes(), st.sampled_from([("", ""), ("7", "7"), ("0", "")]), st.booleans())
def test_brightspace_there_and_back(tmp_path_factory: pytest.TempPathFactory, rows, held, end) -> None:
    """Only keys, grades and the indicator go back, and each score is the student's own."""
    if not rows:
        return
    path = template(tmp_path_factory.mktemp("d2l"), d2l(rows, held, end=end))
    raw, _ = run("brightspace", rows, D2L, template=path)
    done = others.brightspace(raw, {row.person.sis_id for row in rows})
    wanted = scores(rows, "sis_id", D2L, {"unit:softmax": 2})
    for row in rows:
        for column, before in zip(D2L, held, strict=True):
            after = done.get((row.person.sis_id, column.title), ("", None))[0]
            assert float(after or -1) == wanted.get((row.person.sis_id, column.id), float(before or -1))


def test_brightspace_without_a_template() -> None:
    """Ids have their `#`, the row its indicator, and a forbidden character of a title is said."""
    raw, summary = run(
        "brightspace", zoe(graded(12)), [Column(id="unit:vectors", title="HW1, vectors/norms", points=10)]
    )
    assert (
        raw.decode()
        == "OrgDefinedId,Username,HW1 vectors norms Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\n#00123456,#zoe,12,#\n"
    )
    assert others.brightspace(raw, {"00123456"}) == {("00123456", "HW1 vectors norms"): ("12", 10.0)}
    assert [summary.warnings[0][:18], summary.warnings[1][:23]] == ["HW1, vectors/norms", "Brightspace cuts scores"]


# -- Sakai, Open edX ------------------------------------------------------------------------------------------


@given(classes())
def test_sakai_there_and_back(rows) -> None:
    """Sakai reads each item with its points and each score with its student."""
    raw, _ = run("sakai", rows, COLUMNS, clear=True)
    done = others.sakai(raw, {row.person.login for row in rows})
    ids = {column.title: column.id for column in COLUMNS}
    has = {student for student, _ in done}
    assert {(student, ids[item]): float(text) for (student, item), text in done.items()} == {
        pair: score for pair, score in scores(rows, "login", COLUMNS).items() if pair[0] in has
    }


def test_a_sakai_export(tmp_path: Path) -> None:
    """Items and their comments are filled; what begins with # is Sakai's own."""
    text = "Student ID,Name,HW1: vectors [20],* HW1: vectors,# Total\nzoe,Zoë,,,3\n"
    raw, _ = run("sakai", zoe(graded(8.5, comment="fine")), HW1, template=template(tmp_path, text))
    assert raw.decode() == "Student ID,Name,HW1: vectors [20],* HW1: vectors,# Total\nzoe,Zoë,17,fine,3\n"


EDX = "user_id,username,student_key,course_id,name-0a1b2c3d,grade-0a1b2c3d,new_override-0a1b2c3d\n{}"


def test_an_open_edx_file(tmp_path: Path) -> None:
    """Only the cell of the new override is filled; the subsection is found by its name."""
    text = EDX.format("70101,zoe,,course-v1:X,HW1: vectors,0.5,\n")
    raw, _ = run("openedx", zoe(graded(8.5)), HW1, template=template(tmp_path, text))
    assert raw.decode() == EDX.format("70101,zoe,,course-v1:X,HW1: vectors,0.5,8.5\n")
    assert others.openedx(raw, "course-v1:X") == {("70101", "0a1b2c3d"): "8.5"}


def test_an_open_edx_file_of_two_courses(tmp_path: Path) -> None:
    """Rows of another course are refused before anything is written."""
    text = EDX.format("70101,zoe,,course-v1:X,HW1: vectors,0.5,\n70102,abe,,course-v1:Y,HW1: vectors,0.5,\n")
    with pytest.raises(UsageError, match="line 3: is of the course course-v1:Y, and the rows above of course-v1:X"):
        run("openedx", zoe(graded(8.5)), HW1, template=template(tmp_path, text))


# -- OneRoster ------------------------------------------------------------------------------------------------


@given(classes())
def test_oneroster_there_and_back(rows) -> None:
    """A validator takes the package; graded, excused, missing and late stay apart; broken is not in it."""
    raw, _ = run("oneroster", rows, COLUMNS, settings=ROSTER)
    done = others.oneroster(raw)
    ids = {column.key: column.id for column in COLUMNS}
    assert {
        (student, ids[item]): float(row["score"]) for (student, item), row in done.items() if row["score"]
    } == scores(rows, "lms_id", COLUMNS)
    states = {
        Mark.GRADED: ("fully graded", "false"),
        Mark.EXCUSED: ("exempt", "false"),
        Mark.MISSING: ("not submitted", "true"),
    }
    wanted = {
        (row.person.lms_id, column.key): (*states[cell.mark], str(cell.late).lower())
        for row in rows
        for column in COLUMNS
        if (cell := row.cells.get(column.id)) and cell.mark is not Mark.BROKEN
    }
    assert {pair: (row["scoreStatus"], row["missing"], row["late"]) for pair, row in done.items()} == wanted
    assert raw == run("oneroster", rows, COLUMNS, settings=ROSTER)[0]


NEEDS = {
    "nothing": ({}, COLUMNS, "give --set class=..., --set session=..., --set school=..."),
    "no due date": (ROSTER, [Column(id="a", title="A", points=1)], "A has no due date; give --set due=YYYY-MM-DD"),
    "a wrong date": ({**ROSTER, "due": "1.10.2026"}, COLUMNS, '"1.10.2026" is not a date as in 2026-10-01'),
}


@pytest.mark.parametrize(("given_settings", "columns", "message"), NEEDS.values(), ids=NEEDS.keys())
def test_what_a_package_needs(given_settings, columns, message) -> None:
    """What OneRoster requires and the gradebook does not know is asked for by name."""
    with pytest.raises(UsageError, match=message):
        run("oneroster", [], columns, settings=given_settings)


def test_rows_of_templates_are_parsed_alike(tmp_path: Path) -> None:
    """The reader of these tests and ours agree on what a row is."""
    text = download(zoe(MISSING, last_name='a "b", c\nd'))
    raw, _ = run("blackboard", zoe(graded(1)), HW1, template=template(tmp_path, text))
    assert parsed(raw.decode())[1][:3] == ['a "b", c\nd', "", "zoe"]
