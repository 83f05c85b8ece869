"""What holds for every format: names, files as a whole, equal bytes, bounded memory, and a format from outside."""

from __future__ import annotations

import importlib
import io
import json
import os
import re
import sys
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from importers.delimited import rows as parsed
from lms_classes import COLUMNS, classes, graded, person
from running import run, scores, template

from mlgrade import tables
from mlgrade.errors import UsageError
from mlgrade.gradebook.columns import Cell, Column, Mark, Row
from mlgrade.lms import exports
from mlgrade.lms.exports import Export, Format, lines

ROOT = Path(__file__).parents[3]
HW1 = COLUMNS[:1]
SETTINGS = {"oneroster": {"class": "c", "session": "t", "school": "s"}}
WITHOUT_TEMPLATE = [name for name in exports.names() if exports.get(name).template is not exports.Use.MUST]
CLASS = [
    Row(person=person("zoe", 1, sis_id="a"), cells={"unit:vectors": graded(8.5, at="2026-10-02T07:15:30.123+02:00"), "unit:softmax": graded(1)}),
    Row(person=person("abe", 2, sis_id="b"), cells={"unit:vectors": Cell(mark=Mark.BROKEN), "unit:softmax": Cell(mark=Mark.EXCUSED)}),
    Row(person=person("eve", 3, sis_id="c"), cells={"unit:vectors": Cell(mark=Mark.MISSING), "unit:softmax": graded(0, late=True)}),
]  # fmt: skip


# -- names ----------------------------------------------------------------------------------------------------


def test_an_unknown_format() -> None:
    """A mistyped format is answered with the nearest and with all."""
    with pytest.raises(UsageError, match=r'no format "canvs"; did you mean "canvas"[?]; there are canvas, moodle-csv'):
        exports.get("canvs")


@pytest.mark.parametrize("name", exports.names())
def test_a_format_says_what_it_is(name: str) -> None:
    """Each format is found under its own name and has a title and a suffix."""
    found = exports.get(name)
    assert (found.name, bool(found.title), found.suffix[:1]) == (name, True, ".")


def test_equal_titles_are_refused() -> None:
    """Of two equal headings Canvas reads the first only; no file is made with them."""
    with pytest.raises(UsageError, match='canvas: two columns have the title "HW1: vectors"'):
        run("canvas", [], [HW1[0], Column(id="x", title="HW1: vectors", points=1)])


# -- files ----------------------------------------------------------------------------------------------------


# A workbook holds the time at which it was made.
@pytest.mark.parametrize("name", [name for name in WITHOUT_TEMPLATE if name != "xlsx"])
def test_equal_input_gives_equal_bytes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two exports of an unchanged gradebook are byte-identical, also on another day."""
    first, _ = run(name, CLASS, COLUMNS, settings=SETTINGS.get(name, {}))
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    second, _ = run(name, iter(CLASS), COLUMNS, settings=SETTINGS.get(name, {}))
    assert first == second


@pytest.mark.parametrize("name", WITHOUT_TEMPLATE)
def test_a_fault_of_ours_is_no_score(name: str) -> None:
    """A broken cell is nowhere a number, and is named in the summary."""
    rows = [Row(person=person(), cells={"unit:vectors": Cell(mark=Mark.BROKEN, score=7.77)})]
    raw, summary = run(name, rows, HW1, settings=SETTINGS.get(name, {}))
    text = (
        b"".join(zipfile.ZipFile(io.BytesIO(raw)).read(part) for part in zipfile.ZipFile(io.BytesIO(raw)).namelist())
        if raw[:2] == b"PK"
        else raw
    )
    assert b"7.77" not in text
    assert (summary.broken.count, summary.new) == (1, 0)


@pytest.mark.parametrize("name", WITHOUT_TEMPLATE)
def test_a_preview_says_what_the_file_will_do(name: str) -> None:
    """--dry-run gives the summary of the real export."""
    given_settings = SETTINGS.get(name, {})
    _, summary = run(name, CLASS, COLUMNS, settings=given_settings)
    assert exports.preview(exports.get(name), Export(columns=COLUMNS, rows=CLASS, settings=given_settings)) == summary


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    """An export that fails half way leaves the old file, and nothing beside it."""
    path = tmp_path / "grades.csv"
    path.write_text("old")

    def failing() -> Iterator[Row]:
        yield CLASS[0]
        raise UsageError("the gradebook is locked")

    with pytest.raises(UsageError, match="locked"):
        exports.save(exports.get("csv"), Export(columns=COLUMNS, rows=failing()), path)
    assert (path.read_text(), [one.name for one in tmp_path.iterdir()]) == ("old", ["grades.csv"])
    exports.save(exports.get("csv"), Export(columns=COLUMNS, rows=CLASS), path)
    assert path.read_text().startswith("student,name,email")


def test_a_template_is_not_written_over(tmp_path: Path) -> None:
    """The file that came from the LMS stays as it came."""
    path = template(tmp_path, "Student,ID")
    with pytest.raises(UsageError, match="is the template itself; write to another file"):
        exports.save(exports.get("canvas"), Export(columns=HW1, rows=[], template=path), path)


def test_a_template_that_is_not_there(tmp_path: Path) -> None:
    """Is said in a sentence, also where the file to be written is there, which stays."""
    path = template(tmp_path, "before", "out.csv")
    with pytest.raises(UsageError, match=r"nowhere\.csv: no such file"):
        exports.save(exports.get("canvas"), Export(columns=HW1, rows=CLASS, template=tmp_path / "nowhere.csv"), path)
    assert path.read_text() == "before"


def test_a_full_disk_keeps_nothing(tmp_path: Path) -> None:
    """What could not be written as a whole leaves nothing behind, also where closing the file fails once more."""
    resource = pytest.importorskip("resource", reason="only a POSIX system bounds the size of a file")
    path = template(tmp_path, "before", "out.csv")
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, bounds[1]))
    try:
        with pytest.raises(UsageError, match=r"out\.csv: cannot be written: File too large"):
            exports.save(exports.get("csv"), Export(columns=COLUMNS, rows=CLASS), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
    assert (os.listdir(tmp_path), path.read_text()) == (["out.csv"], "before")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A file that cannot be written is said as such."""
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        exports.save(exports.get("csv"), Export(columns=HW1, rows=[]), tmp_path / "none" / "a.csv")


# -- memory ---------------------------------------------------------------------------------------------------

MANY = [Column(id=f"concept:{n}", title=f"C{n}", points=10, due="2026-10-01", key=f"9{n}") for n in range(17)]


def crowd(size: int) -> Iterator[Row]:
    at = "2026-10-02T07:15:30.123Z"
    for number in range(size):
        cells = {column.id: graded(number % 11, late=True, at=at, comment="fine") for column in MANY}
        who = person(f"s{number}", number + 1, sis_id=f"n{number}", name=f"Name {number}")
        yield Row(person=who, cells=cells)


def peak(name: str, size: int) -> int:
    wanted = exports.get(name)
    tracemalloc.start()
    try:
        exports.preview(wanted, Export(columns=MANY, rows=crowd(size), settings=SETTINGS.get(name, {})))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# A zip keeps its table of contents, and Gradescope's has an entry for each student.
@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in WITHOUT_TEMPLATE if name != "gradescope"])
def test_memory_does_not_grow_with_the_class(name: str) -> None:
    """Three times the students need memory for their keys only: rows stream."""
    size = 300 if name == "xlsx" else 120  # until then the buffers of its library fill up
    peak(name, 50)  # what is imported and cached the first time
    assert peak(name, 3 * size) < peak(name, size) + 500 * size


# -- our own tables -------------------------------------------------------------------------------------------


@given(classes())
def test_csv_and_json_and_workbook_say_the_same(rows) -> None:
    """The three tables hold every id (guarded, where a spreadsheet may open them), score in full, and state by name."""
    table = parsed(run("csv", rows, COLUMNS)[0].decode())
    document = json.loads(run("json", rows, COLUMNS)[0])
    sheet = openpyxl.load_workbook(io.BytesIO(run("xlsx", rows, COLUMNS)[0])).active
    assert document["schema"] == "mlgrade/grades/1"
    for number, row in enumerate(rows):
        cells, plain = table[number + 1], document["students"][number]
        ids = [row.person.student, row.person.login, row.person.sis_id, row.person.lms_id]
        assert [plain[name] for name in ("student", "login", "sis_id", "lms_id")] == ids
        assert [cells[at] for at in (0, 3, 4, 5)] == [tables.guard(text) for text in ids]
        in_book = [cell.value for cell in sheet[number + 2]]
        assert all(cell.data_type != "f" for cell in sheet[number + 2])
        for at, column in enumerate(COLUMNS):
            cell, score, status = row.cells.get(column.id), *cells[7 + 2 * at : 9 + 2 * at]
            assert status.split(",")[0] == (cell.mark if cell else "")
            wanted = cell.score if cell and cell.mark is Mark.GRADED else None
            assert (
                (float(score) if score else None)
                == wanted
                == (plain["cells"].get(column.id) or {"score": None})["score"]
            )
            assert in_book[7 + 2 * at] == (None if wanted is None else pytest.approx(wanted))


def test_a_gradescope_result() -> None:
    """One student is one results.json: a test for each column, tagged, with points and status."""
    raw, _ = run("gradescope", CLASS[:1], COLUMNS)
    done = json.loads(raw)
    assert [(one["name"], one["score"], one["max_score"], one["status"], one["tags"]) for one in done["tests"]] == [
        ("HW1: vectors", 8.5, 10, "failed", ["unit:vectors"]),
        ("HW2: softmax, CE", 1, 10, "failed", ["unit:softmax"]),
    ]
    assert done["extra_data"]["shares"] == {"unit:vectors": 0.85, "unit:softmax": 0.1}


def test_gradescope_results_of_several() -> None:
    """Several students are a zip with a folder for each; who has a broken cell has no result."""
    raw, summary = run("gradescope", CLASS, COLUMNS)
    package = zipfile.ZipFile(io.BytesIO(raw))
    assert package.namelist() == ["zoe/results/results.json", "eve/results/results.json"]
    eve = json.loads(package.read("eve/results/results.json"))
    assert eve["tests"][0]["output"] == "Not submitted."
    assert summary.broken.first == ["Zoë O'Brien (abe), HW1: vectors: no result at all, since its total would be wrong"]


def test_a_student_without_a_gradescope_result_is_named() -> None:
    """Who is missing or excused in everything has no result, which would otherwise say nothing of them."""
    rows = [CLASS[0], Row(person=person("ann", 4), cells={"unit:vectors": Cell(mark=Mark.EXCUSED), "unit:softmax": Cell(mark=Mark.MISSING)})]  # fmt: skip
    _, summary = run("gradescope", rows, COLUMNS)
    assert summary.unsaid["missing or excused (no result at all)"].first == ["Zoë O'Brien (ann)"]


def test_a_key_that_climbs_out_of_the_archive() -> None:
    """A student whose key is no safe folder name gets no folder, and is named."""
    raw, summary = run("gradescope", [Row(person=person("../zoe"), cells={"unit:vectors": graded(1)})], HW1)
    assert (raw, summary.new) == (b"", 0)
    assert 'the key "../zoe" cannot be the name of a folder' in summary.left_out.first[0]


@given(classes())
def test_nbgrader_there_and_back(rows) -> None:
    """Rows have nbgrader's columns, and missing work has no score."""
    head, *body = parsed(run("nbgrader-csv", rows, COLUMNS)[0].decode())
    assert (
        ",".join(head)
        == "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score"
    )
    ids = {column.title: column.id for column in COLUMNS}
    assert {(row[3], ids[row[0]]): float(row[9]) for row in body if row[9]} == scores(rows, "student", COLUMNS)


def test_lti_messages() -> None:
    """Each line is a score that a platform takes; without a time or an id there is none."""
    rows = [
        *CLASS,
        Row(person=person("ann", 0, lms_id=""), cells={"unit:vectors": graded(1, at="2026-10-02T07:15:30Z")}),
    ]
    raw, summary = run("lti-ags", rows, COLUMNS)
    assert [json.loads(line) for line in raw.decode().splitlines()] == [
        {
            "lineitem": "88001",
            "score": {
                "userId": "1", "scoreGiven": 8.5, "scoreMaximum": 10.0, "timestamp": "2026-10-02T05:15:30.123Z",
                "activityProgress": "Completed", "gradingProgress": "FullyGraded",
            },
        }
    ]  # fmt: skip
    assert summary.left_out.first[-1] == "Zoë O'Brien (ann), HW1: vectors: has not an id of the platform"


# -- what is told ---------------------------------------------------------------------------------------------


def test_equal_names_are_told_apart() -> None:
    """Of two students with one name, the summary says by the key which it means."""
    rows = [Row(person=person(key, number), cells={"unit:vectors": graded(1, late=True)}) for number, key in enumerate(["zoe", "ann"])]  # fmt: skip
    _, summary = run("canvas", rows, HW1)
    assert summary.unsaid["late"].first == ["Zoë O'Brien (zoe), HW1: vectors", "Zoë O'Brien (ann), HW1: vectors"]


def test_the_summary_names_everything(tmp_path: Path) -> None:
    """The lines for staff name who changes, who is missing on either side, and what could not be said."""
    text = 'Student,ID,SIS Login ID,Section,HW1: vectors (88001)\n"O\'Brien, Zoë",1,zoe,A,7\nNobody,99,x,A,\n'
    rows = [*CLASS[:1], Row(person=person("ann", 9), cells={"unit:vectors": graded(1)})]
    _, summary = run("canvas", rows, COLUMNS, template=template(tmp_path, text))
    assert list(lines(summary)) == [
        "0 scores new, 1 change, 1 student of the template has no submission, 1 submission is not in the template; Canvas will ask nothing",
        "columns without an item in the template: HW2: softmax, CE",
        "change: Zoë O'Brien (zoe), HW1: vectors: 7 -> 8.5",
        "in the template without a submission: Nobody (line 3): not in the gradebook",
        "not in the template: Zoë O'Brien (ann)",
    ]


# -- a format from outside ------------------------------------------------------------------------------------


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The package that docs/how-to/exporters.md shows, installed: its module, and the entry point that leads to it."""
    text = (ROOT / "docs" / "how-to" / "exporters.md").read_text(encoding="utf-8")
    [module] = re.findall(r"```python\n# school_grades.py\n(.*?)```", text, re.DOTALL)
    [toml] = re.findall(r"```toml\n(\[project.entry-points.*?)```", text, re.DOTALL)
    entry = re.sub(r'\[project.entry-points."(.*)"\]', r"[\1]", toml).replace('"', "")
    (tmp_path / "school_grades.py").write_text(module)
    info = tmp_path / "school_grades-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: school-grades\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entry)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, "school_grades", raising=False)
    return module


def test_the_format_of_the_documentation(school: str) -> None:
    """The exporter that the documentation shows works as it stands there, and is about thirty lines long."""
    assert "school" in exports.names()
    raw, summary = run("school", CLASS, COLUMNS)
    assert raw.decode() == "a|HW1: vectors|8.5\na|HW2: softmax, CE|1\nc|HW2: softmax, CE|0\n"
    assert (summary.new, summary.broken.count, len(school.splitlines()) < 40) == (3, 1, True)


def test_a_format_that_cannot_be_loaded(school: str, tmp_path: Path) -> None:
    """An exporter of somebody else that fails to load is named, with its reason."""
    (tmp_path / "school_grades.py").write_text("raise RuntimeError('no licence')")
    with pytest.raises(UsageError, match=r"school: the exporter school_grades:FORMAT cannot be loaded: RuntimeError"):
        exports.get("school")
    sys.modules.pop("school_grades", None)
    (tmp_path / "school_grades.py").write_text("FORMAT = 5")
    importlib.invalidate_caches()
    (tmp_path / "school_grades.py").touch()
    with pytest.raises(UsageError, match=r"school_grades:FORMAT is a int, not a mlgrade.lms.exports.Format"):
        exports.get("school")


def test_a_workbook_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing extra is answered with the line that installs it."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(UsageError, match=r"xlsx: needs openpyxl; install it with: pip install"):
        run("xlsx", [], HW1)


def test_a_format_is_what_it_says() -> None:
    """A Format refuses what it could only overlook."""
    plain = Format(name="p", title="P", suffix=".p", write=lambda *_: exports.Summary(format="p"))
    with pytest.raises(UsageError, match="p: takes no template"):
        plain.check(Export(columns=HW1, rows=[], template=Path("x")))
    with pytest.raises(UsageError, match="p: there is no column to export"):
        plain.check(Export(columns=[], rows=[]))
    with pytest.raises(UsageError, match="p: --map leads from items of a template"):
        plain.check(Export(columns=HW1, rows=[], map={"a": "b"}))


# -- what a spreadsheet would run -----------------------------------------------------------------------------

RUNS = "=cmd|'/c calc'!A1"
BAD = Row(person=person(RUNS, 7, **dict.fromkeys(("name", "login", "email", "sis_id", "lms_id", "section"), RUNS)),
          cells={"unit:vectors": graded(1, comment=RUNS)})  # fmt: skip
TEXTS = [name for name in WITHOUT_TEMPLATE if exports.get(name).suffix in {".csv", ".zip"} and name != "gradescope"]
TEMPLATES = {
    "canvas": f"Student,ID,SIS Login ID,Section,HW1 (1)\n    Points Possible,,,,10\n{RUNS},70101,zoe,A,\n",
    "moodle-csv": f"First name,Username,HW1\n{RUNS},{RUNS},\n",
    "moodle-worksheet": f"Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade)\nParticipant 70101,{RUNS},zoe@example.edu,,10,-\n",
    "blackboard": f'"Last Name","First Name","Username","HW1 [Total Pts: 10 Score] |1"\n"{RUNS}","","zoe",""\n',
    "brightspace": f"Username,HW1 Points Grade <Numeric MaxPoints:10>,End-of-Line Indicator\n{RUNS},,#\n",
    "sakai": f"Student ID,Name,HW1 [10]\nzoe,{RUNS},\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_cell_that_runs_is_guarded_or_warned_of(name: str) -> None:
    """Of a fresh file: what must not change is said, and nothing else begins like a formula."""
    raw, summary = run(name, [BAD], [Column(id="unit:vectors", title=RUNS, points=10)],
                       settings={**SETTINGS.get(name, {}), **({"due": "2026-10-01"} if name == "oneroster" else {})})  # fmt: skip
    texts = [raw.decode()] if raw[:2] != b"PK" else _members(raw)
    bare = [cell for text in texts for row in parsed(text) for cell in row if cell.lstrip().startswith("=")]
    warned = any(f"a spreadsheet would run {RUNS}" in warning for warning in summary.warnings)
    assert (set(bare) <= {RUNS}, warned) == (True, bool(bare))


def _members(raw: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return [package.read(name).decode() for name in package.namelist()]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_cell_of_a_template_that_runs_is_warned_of(name: str, tmp_path: Path) -> None:
    """The LMS's own cells go back as they are, and the summary names the line."""
    row = Row(person=person(lms_id="70101", login=RUNS if name in {"moodle-csv", "brightspace"} else "zoe"),
              cells={"unit:vectors": graded(1)})  # fmt: skip
    columns = [Column(id="unit:vectors", title="HW1", points=10)]
    items = {"map": {"Grade": "unit:vectors"}} if name == "moodle-worksheet" else {}
    raw, summary = run(name, [row], columns, template=template(tmp_path, TEMPLATES[name]), **items)
    assert RUNS in raw.decode()
    line = 3 if name == "canvas" else 2
    assert [text for text in summary.warnings if "spreadsheet" in text] == [
        f"{tmp_path / 'template.csv'}: line {line}: a spreadsheet would run {RUNS}; upload the file without opening it in one"
    ]
