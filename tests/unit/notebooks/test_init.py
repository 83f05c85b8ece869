"""`mlgrade nbgrader init` without nbgrader: what it would write, what it leaves alone, and what it refuses."""

from __future__ import annotations

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.errors import CourseError, GradebookError, UsageError
from mlgrade.integrations.nbgrader import database, folder, init
from mlgrade.integrations.nbgrader.folder import CourseFile, CourseFileState, Manifest
from mlgrade.integrations.nbgrader.init import InitPlan

Edit = Callable[[str, str, str], None]
SECOND = "      - {id: kind, title: Kind, points: 4, functions: [kind]}\n"
NOTEBOOK = "source/scores/softmax.ipynb"


@pytest.fixture
def into(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nb") / "course"


@pytest.fixture
def ask(course: Path, into: Path) -> Callable[..., InitPlan]:
    def plan(**more: Any) -> InitPlan:
        return init.plan(courses.load(course), into, **more)

    return plan


@pytest.fixture
def make(ask: Callable[..., InitPlan]) -> Callable[..., InitPlan]:
    def plan(**more: Any) -> InitPlan:
        made = ask(**more)
        init.carry_out(made)
        return made

    return plan


@pytest.fixture
def second(course: Path) -> None:
    """The small course with one concept more."""
    (course / "course.yml").write_text((course / "course.yml").read_text() + SECOND)
    (course / "exercises/kind.py").write_text('def kind(x):\n    raise NotImplementedError("kind")\n')
    (course / "tests/public/test_kind.py").write_text(
        'def test_it(student):\n    """Says."""\n    assert student.kind(1)\n'
    )


def states(plan: InitPlan) -> dict[str, CourseFileState]:
    return {file.path: file.state for file in plan.files}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def database_with(path: Path, version: str = database.VERSIONS[0], *cells: tuple[str, str, str]) -> None:
    """As much of nbgrader's gradebook as is read: units with submissions, their notebooks and cells."""
    with contextlib.closing(sqlite3.connect(path)) as book, book:
        book.executescript(
            "create table alembic_version (version_num text); create table assignment (id text, name text, duedate text);"
            "create table notebook (id text, name text, assignment_id text);"
            "create table source_cell (id text, name text, notebook_id text);"
            "create table submitted_assignment (id text, assignment_id text);"
            + "".join(f"create table if not exists {name} (id text);" for name in database.TABLES)
        )
        book.execute("insert into alembic_version values (?)", [version])
        for unit, notebook, cell in cells:
            for table, row in [
                ("assignment", (unit, unit, "2026-01-01 12:00:00.000000")),
                ("notebook", (notebook, notebook, unit)),
                ("submitted_assignment", (unit, unit)),
            ]:
                marks = ",".join("?" * len(row))
                if not book.execute(f"select 1 from {table} where id = ?", [row[0]]).fetchall():
                    book.execute(f"insert into {table} values ({marks})", row)
            book.execute("insert into source_cell values (?, ?, ?)", [f"{notebook}/{cell}", cell, notebook])


# -- the first time -------------------------------------------------------------------------------------------


def test_everything_is_new(ask: Callable[..., InitPlan], into: Path) -> None:
    """A first plan writes all of it, and planning itself writes nothing."""
    plan = ask()
    assert states(plan) == dict.fromkeys(
        ["nbgrader_config.json", "nbgrader_config.py", "source/scores/course/course.yml", "source/scores/course/exercises/softmax.py",
         "source/scores/course/tests/public/softmax.known.json", "source/scores/course/tests/public/test_softmax.py", NOTEBOOK], CourseFileState.NEW,
    )  # fmt: skip
    assert not into.exists()


def test_two_folders_are_equal(
    ask: Callable[..., InitPlan], course: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same course gives the same bytes, wherever they are written."""
    made = []
    for _ in range(2):
        folder_ = tmp_path_factory.mktemp("nb")
        init.carry_out(init.plan(courses.load(course), folder_))
        made.append(files(folder_))
    assert made[0] == made[1]


def test_nothing_of_the_staff_is_in_it(make: Callable[..., InitPlan], course: Path, into: Path) -> None:
    """No line that only hidden suites, solutions or misconceptions have is in any file."""
    make()
    written = b"\n".join(files(into).values()).decode()
    known = {
        line.strip()
        for place in ("exercises", "tests/public")
        for path in (course / place).iterdir()
        for line in path.read_text().splitlines()
    }
    secret = {
        line.strip()
        for place in ("solutions", "tests/hidden", "tests/misconceptions")
        for path in (course / place).iterdir()
        for line in path.read_text().splitlines()
        if len(line.strip()) > 15
    } - known
    assert len(secret) > 100
    assert [line for line in secret if line in written] == []


# -- once more ------------------------------------------------------------------------------------------------


def test_again_changes_nothing(make: Callable[..., InitPlan], into: Path) -> None:
    """A second init finds all as before and leaves every byte."""
    make()
    before = files(into)
    assert set(states(make()).values()) == {CourseFileState.SAME}
    assert files(into) == before


def test_changed_points(make: Callable[..., InitPlan], into: Path, edit: Edit) -> None:
    """A change of points reaches the notebook and the student edition, and no other file."""
    make()
    edit("course.yml", "points: 10", "points: 12")
    changed = [path for path, state in states(make()).items() if state is not CourseFileState.SAME]
    assert changed == ["source/scores/course/course.yml", NOTEBOOK]
    assert b'"points": 12.0' in (into / NOTEBOOK).read_bytes()


def test_an_edited_file_is_kept(make: Callable[..., InitPlan], into: Path, edit: Edit) -> None:
    """What the staff edited is theirs; when the course changes too, that is said, and the exit is not 0."""
    make()
    (into / NOTEBOOK).write_text("mine")
    assert states(plan := make())[NOTEBOOK] is CourseFileState.YOURS
    assert plan.complete
    edit("course.yml", "points: 10", "points: 12")
    assert states(plan := make())[NOTEBOOK] is CourseFileState.EDITED
    assert not plan.complete
    assert (into / NOTEBOOK).read_text() == "mine"


def test_an_edit_taken_back(make: Callable[..., InitPlan], into: Path, edit: Edit) -> None:
    """Moved away, the course's version comes again; and an edited file stays known as such over many runs."""
    make()
    (into / NOTEBOOK).write_text("mine")
    edit("course.yml", "points: 10", "points: 12")
    make()
    assert states(make())[NOTEBOOK] is CourseFileState.EDITED
    (into / NOTEBOOK).unlink()
    [file] = [file for file in make().files if file.path == NOTEBOOK]
    assert (file.state, file.reason) == (CourseFileState.NEW, "it was gone")
    assert states(make())[NOTEBOOK] is CourseFileState.SAME


@pytest.mark.parametrize("kind", ["file", "link", "folder"])
def test_what_was_there_before_us(kind: str, make: Callable[..., InitPlan], into: Path) -> None:
    """A file, a link or a folder that is in the way was not ours: it is kept, and what a link leads to as well."""
    target = into / "nbgrader_config.py"
    into.mkdir()
    other = into / "other.py"
    other.write_text("theirs")
    if kind == "file":
        target.write_text("theirs")
    elif kind == "link":
        target.symlink_to(other)
    else:
        target.mkdir()
    plan = make()
    assert states(plan)["nbgrader_config.py"] is CourseFileState.EDITED
    assert (other.read_text(), target.is_symlink(), target.is_dir()) == ("theirs", kind == "link", kind == "folder")
    assert (into / NOTEBOOK).is_file()


def test_a_removed_concept(make: Callable[..., InitPlan], course: Path, into: Path, second: None) -> None:
    """Its files are named and stay."""
    make()
    (course / "course.yml").write_text((course / "course.yml").read_text().replace(SECOND, ""))
    gone = [file for file in make().files if file.state is CourseFileState.GONE]
    assert [file.path for file in gone] == [
        "source/scores/course/exercises/kind.py", "source/scores/course/tests/public/test_kind.py", "source/scores/kind.ipynb",
    ]  # fmt: skip
    assert {file.reason for file in gone} == {"delete it to take it out"}
    assert all((into / file.path).is_file() for file in gone)


def test_one_unit_leaves_the_others_alone(
    make: Callable[..., InitPlan], course: Path, into: Path, second: None
) -> None:
    """With --unit the files of other units are neither written nor named as gone."""
    text = (course / "course.yml").read_text()
    (course / "course.yml").write_text(text.replace(SECOND, "  - id: more\n    title: More\n    concepts:\n" + SECOND))
    make()
    (into / "source/more/kind.ipynb").write_text("mine")
    assert not [path for path in states(make(units=["scores"])) if path.startswith("source/more/")]
    assert states(make())["source/more/kind.ipynb"] is CourseFileState.YOURS


# -- units with submissions -----------------------------------------------------------------------------------


CELLS = [("scores", "softmax", name) for name in ("text-softmax", "answer-softmax", "test-softmax")]


def test_texts_and_points_may_change(make: Callable[..., InitPlan], into: Path, edit: Edit) -> None:
    """With submissions in nbgrader's gradebook, a notebook with the same cells is updated."""
    make()
    database_with(into / "gradebook.db", database.VERSIONS[0], *CELLS)
    edit("course.yml", "points: 10", "points: 12")
    assert states(make())[NOTEBOOK] is CourseFileState.CHANGED


def test_a_new_notebook_is_held(
    ask: Callable[..., InitPlan], make: Callable[..., InitPlan], into: Path, second: None
) -> None:
    """A concept that is new in a unit with submissions is not written, and named with the reason."""
    database_with(into.parent / "gradebook.db", database.VERSIONS[0], *CELLS)
    into.mkdir()
    (into.parent / "gradebook.db").rename(into / "gradebook.db")
    plan = make()
    [held] = [file for file in plan.files if file.state is CourseFileState.HELD]
    assert (held.path, held.reason) == ("source/scores/kind.ipynb", "a new notebook, and scores has submissions")
    assert not plan.complete
    assert not (into / held.path).exists()


def test_new_cells_are_held(make: Callable[..., InitPlan], course: Path, into: Path, second: None) -> None:
    """In a notebook for the whole unit a new concept is new cells; the old notebook stays."""
    make(per_unit=True)
    before = (into / "source/scores/scores.ipynb").read_bytes()
    names = ["text-unit-scores", "text-softmax", "answer-softmax", "test-softmax", "old"]
    database_with(into / "gradebook.db", database.VERSIONS[0], *[("scores", "scores", name) for name in names])
    [held] = [file for file in make().files if file.state is CourseFileState.HELD]
    assert (
        held.reason == "new cells (answer-kind, test-kind, text-kind) and cells fewer (old), and scores has submissions"
    )
    assert (into / "source/scores/scores.ipynb").read_bytes() == before


def test_a_removed_concept_that_nbgrader_needs(
    make: Callable[..., InitPlan], course: Path, into: Path, second: None
) -> None:
    """To delete it would break generate_assignment, so that is not what is advised."""
    make()
    database_with(into / "gradebook.db", database.VERSIONS[0], *CELLS, ("scores", "kind", "answer-kind"))
    (course / "course.yml").write_text((course / "course.yml").read_text().replace(SECOND, ""))
    reasons = {file.path: file.reason for file in make().files if file.state is CourseFileState.GONE}
    assert reasons["source/scores/kind.ipynb"] == "scores has submissions, and nbgrader needs it"


def test_due_dates(ask: Callable[..., InitPlan], into: Path, edit: Edit) -> None:
    """A due date that nbgrader has otherwise is named with the old one, and one that it has is not."""
    into.mkdir()
    database_with(into / "gradebook.db", database.VERSIONS[0], *CELLS)
    edit("course.yml", "title: Scores\n", "title: Scores\n    due: 2026-01-01T13:00:00+01:00\n")
    assert ask().due == []
    edit("course.yml", "13:00", "14:00")
    [due] = ask().due
    assert (due.unit, due.old, due.new.astimezone(UTC)) == (
        "scores", datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 13, tzinfo=UTC),
    )  # fmt: skip


# -- what is refused ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", [".", "nb", "exercises/deep/nb", "..", "../.."])
def test_the_two_courses_lie_apart(place: str, course: Path) -> None:
    """A folder in the course, the course itself, and a folder around it are refused."""
    with pytest.raises(UsageError, match=r"choose a(nother)? folder|the mlgrade course is in it"):
        init.plan(courses.load(course), course / place)


def test_apart_also_through_a_link(course: Path, into: Path) -> None:
    """A link into the course is the course."""
    into.symlink_to(course / "tests")
    with pytest.raises(UsageError, match="is in the mlgrade course"):
        init.plan(courses.load(course), into)


def test_a_file_is_no_folder(ask: Callable[..., InitPlan], into: Path) -> None:
    """A file in the place of the folder is said to be one."""
    into.write_text("")
    with pytest.raises(UsageError, match="is a file; give a folder"):
        ask()


@pytest.mark.parametrize("name", ["x" * 300, "a\0b", "loop/inside"])
def test_a_name_that_no_folder_can_have(name: str, course: Path, into: Path) -> None:
    """It is refused with a sentence."""
    into.mkdir()
    (into / "loop").symlink_to(into / "loop")
    with pytest.raises(UsageError, match="not a folder that can be used"):
        init.plan(courses.load(course), into / name)


def test_a_folder_of_somebody_else(ask: Callable[..., InitPlan], into: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one may not write, nothing is begun. (Asked of the system: root, who may run this, may write anywhere.)"""
    into.mkdir()
    monkeypatch.setattr("os.access", lambda path, _: Path(path) != into)
    with pytest.raises(UsageError, match="you may not read and write there"):
        ask()


def test_a_folder_that_cannot_be_made(make: Callable[..., InitPlan], into: Path) -> None:
    """A file where a folder should be ends it with the path, and leaves no scratch file."""
    into.mkdir()
    (into / "source").write_text("")
    with pytest.raises(UsageError, match=r"source/scores/.*: cannot be written"):
        make()
    assert sorted(files(into)) == ["nbgrader_config.json", "nbgrader_config.py", "source"]


def test_the_layout_stays(ask: Callable[..., InitPlan], make: Callable[..., InitPlan]) -> None:
    """What was made with one notebook for each concept goes on so, also unasked, and refuses the other way."""
    make(written=7)
    assert ask().manifest.layout == make(per_unit=False).manifest.layout
    with pytest.raises(UsageError, match="one notebook for each concept; for the other way take a new folder"):
        ask(per_unit=True)


def test_an_unknown_unit(ask: Callable[..., InitPlan]) -> None:
    """It is answered with the nearest name."""
    with pytest.raises(UsageError, match='no unit "score"; did you mean "scores"'):
        ask(units=["score"])


def test_a_student_edition_makes_no_nbgrader_course(make: Callable[..., InitPlan], into: Path, tmp_path: Path) -> None:
    """Without hidden suites there is nothing to grade with."""
    make()
    with pytest.raises(UsageError, match="is a student edition already"):
        init.plan(courses.load(into / "source/scores/course"), tmp_path.parent / "elsewhere")


def test_an_exercise_that_is_no_cell(ask: Callable[..., InitPlan], course: Path, into: Path) -> None:
    """A fault of the course is said before anything is written."""
    (course / "exercises/softmax.py").write_text("def softmax(z):\n    pass\n")
    with pytest.raises(CourseError, match="nothing in it raises NotImplementedError"):
        ask()
    assert not into.exists()


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"mlgrade": "nbgrader-course/2"}', b"[" * 100_000])
def test_a_manifest_that_is_none(data: bytes, ask: Callable[..., InitPlan], into: Path) -> None:
    """It is named, with the way out."""
    into.mkdir()
    (into / folder.FILE).write_bytes(data)
    with pytest.raises(UsageError, match=r"\.mlgrade\.json: cannot be read .* move it away"):
        ask()


@given(data=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example writes the file anew
def test_any_manifest(data: bytes, tmp_path: Path) -> None:
    """Whatever bytes are there, it is read or refused with a sentence."""
    (tmp_path / folder.FILE).write_bytes(data)
    with contextlib.suppress(UsageError):
        assert isinstance(folder.read(tmp_path), Manifest)


@pytest.mark.parametrize(
    ("fill", "words"),
    [
        (lambda path: path.write_text("not a database at all" * 60), "is not a gradebook"),
        (lambda path: path.write_bytes(b""), "is not a gradebook of nbgrader"),
        (lambda path: path.mkdir(), "not a file"),
        (lambda path: database_with(path, "0123456789ab"), "of a version of nbgrader that was not tried"),
        (lambda path: database_with(path, "\x1b[2J"), "of a version of nbgrader that was not tried"),
    ],
    ids=["text", "empty", "folder", "other version", "hostile version"],
)
def test_a_gradebook_that_is_not_known(
    fill: Callable[[Path], None], words: str, ask: Callable[..., InitPlan], into: Path
) -> None:
    """It is refused with a sentence, before anything is written, and nothing in it is changed."""
    into.mkdir()
    fill(into / "gradebook.db")
    before = files(into)
    with pytest.raises(GradebookError, match=words) as caught:
        ask()
    assert "\x1b" not in str(caught.value)
    assert files(into) == before


def test_what_was_written_counts() -> None:
    """The manifest keeps the last hash of ours for files that the staff edited."""
    kept, made = CourseFile(path="a", state=CourseFileState.EDITED), CourseFile(path="b", state=CourseFileState.NEW)
    after = folder.record({"a": "old", "c": "other"}, [kept, made], {"a": b"new", "b": b"new"})
    assert Counter(after)["a"] == "old"
    assert (after["c"], len(after["b"])) == ("other", 64)
