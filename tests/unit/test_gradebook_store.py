"""What the gradebook keeps, that it keeps all of it, and what it says when it cannot."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from mlgrade.errors import Exit, GradebookError, UsageError
from mlgrade.gradebook import addresses, store
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.model import Attempt, Decision, DecisionKind
from mlgrade.gradebook.store import Gradebook
from mlgrade.results import Outcome, Status

POSTGRES = os.environ.get("MLGRADE_TEST_POSTGRES", "")
NOW = datetime(2027, 2, 5, 22, 59, 0, 123456, tzinfo=UTC)
CHECKS = ("tests/public/test_softmax.py::test_a", "tests/hidden/test_softmax.py::test_b")


def attempt(student: str = "ada", concept: str = "softmax", **given: Any) -> Attempt:
    values: dict[str, Any] = {
        "student": student,
        "concept": concept,
        "source": "a" * 64,
        "suite": "5" * 64,
        "limits": "1" * 64,
        "submitted_at": NOW,
        "graded_at": NOW + timedelta(days=1),
        "status": Status.GRADED,
        "earned": 7.94,
        "possible": 10.0,
        "checks": CHECKS,
        "outcomes": (Outcome.PASSED, Outcome.RAISED),
        "diagnoses": ("no_shift",),
        "versions": {"mlgrade": "0.5.0", "numpy": "2.4.0"},
        "report": b'{"concept": "softmax"}',
    }
    return Attempt(**{**values, **given})


def decision(**given: Any) -> Decision:
    return Decision(
        **{
            "student": "ada",
            "target": "concept:softmax",
            "kind": DecisionKind.EXCUSE,
            "reason": "ill",
            "by": "kim",
            "at": NOW,
            **given,
        }
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A new, empty place for a gradebook in each database."""
    if request.param == "sqlite":
        yield str(tmp_path / "gradebook.db")
        return
    if not POSTGRES:
        pytest.skip("MLGRADE_TEST_POSTGRES does not name a server (postgresql://USER@HOST:PORT/NAME)")
    engine, schema = create_engine(addresses.place(POSTGRES).url), f"test_{os.getpid()}_{random.getrandbits(32):x}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def book(where: str) -> Iterator[Gradebook]:
    with Gradebook.open(where) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A gradebook with forty attempts, closed."""
    path = tmp_path / "gradebook.db"
    with Gradebook.open(path) as opened:
        opened.append(attempt(f"student{number:02}", report=os.urandom(3000)) for number in range(40))
    return path


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "BUSY_SECONDS", 0.2)


# -- what is kept -----------------------------------------------------------------------------------------------


def test_attempts_come_back(book: Gradebook, where: str) -> None:
    """An attempt comes back as it was, in another connection too; its report apart."""
    [kept] = book.append([attempt()])
    assert kept == attempt(id=kept.id)
    assert book.report(kept.id) == kept.report
    with Gradebook.open(where, create=False) as again:
        assert list(again.attempts()) == [msgspec.structs.replace(kept, report=b"")]


TIMES = st.datetimes(datetime(2, 1, 1), datetime(9990, 1, 1), timezones=st.builds(lambda h: timezone(timedelta(hours=h)), st.integers(-23, 23)))  # fmt: skip
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=255)
RAN = st.lists(st.tuples(NAMES, st.sampled_from(Outcome)), max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    student=NAMES, submitted_at=st.none() | TIMES, graded_at=TIMES, status=st.sampled_from(Status),
    earned=st.floats(allow_nan=False, allow_infinity=False), ran=RAN, diagnoses=st.lists(NAMES).map(tuple),
    versions=st.dictionaries(NAMES, NAMES), report=st.binary(max_size=5000),
)  # fmt: skip
def test_whatever_there_is_to_keep(book: Gradebook, ran: list[tuple[str, Outcome]], **given: Any) -> None:
    """Names in any script, times to the microsecond in any zone, numbers to the last bit: all come back."""
    checks, outcomes = tuple(check for check, _ in ran), tuple(outcome for _, outcome in ran)
    [kept] = book.append([attempt(**given, checks=checks, outcomes=outcomes)])
    found = next(one for one in book.attempts(kept.student) if one.id == kept.id)
    assert msgspec.structs.replace(found, report=book.report(kept.id)) == kept


def test_streamed_in_order(book: Gradebook) -> None:
    """Attempts stream by student, concept and id, students by code point, in every database the same."""
    names = ["zoe", "Zoe", "ada", "Ärger", "a b", "ab", "a-b", "_", "\U0001f600", "\uffee"]
    book.append(attempt(name, concept) for concept in ("softmax", "norm") for name in names for _ in range(2))
    found = [(one.student, one.concept, one.id) for one in book.attempts()]
    assert len(found) == 40
    assert found == sorted(found)
    book.set_roster(Person(student=name) for name in names)
    assert list(book.students()) == sorted(names) == [person.student for person in book.roster()]


def test_of_one_student_and_concept(book: Gradebook) -> None:
    """The stream can be of one student, of one concept, or of both."""
    book.append(attempt(student, concept) for student in ("ada", "bob") for concept in ("norm", "softmax"))
    assert {one.concept for one in book.attempts("ada")} == {"norm", "softmax"}
    assert {one.student for one in book.attempts(concept="norm")} == {"ada", "bob"}
    assert len(list(book.attempts("ada", "norm"))) == 1


def test_the_latest(book: Gradebook) -> None:
    """The last attempt of each student at each concept says what it was graded with."""
    *_, last = book.append([attempt(), attempt("bob"), attempt(suite="6" * 64, limits="2" * 64)])
    found = {(one.student, one.concept): one for one in book.latest()}
    assert found.keys() == {("ada", "softmax"), ("bob", "softmax")}
    assert found["ada", "softmax"] == (
        "ada",
        "softmax",
        last.source,
        last.suite,
        last.limits,
        last.status,
        last.id,
        False,
    )
    assert [one.student for one in book.latest("bob")] == ["bob"]


def test_the_latest_that_was_lost(book: Gradebook) -> None:
    """A broken attempt without the result of a single check ended the process that graded it."""
    broken = {"status": Status.BROKEN}
    book.append([attempt("bob", **broken), attempt("eve", checks=(), outcomes=(), **broken)])
    assert {one.student: one.lost for one in book.latest()} == {"bob": False, "eve": True}


def test_what_a_class_shares_is_kept_once(book: Gradebook) -> None:
    """A thousand attempts with one suite keep its checks once."""
    book.append([attempt(f"s{number}") for number in range(1000)])
    with book._engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM suites")) == 1


def test_all_or_none(book: Gradebook) -> None:
    """When one of several attempts cannot be kept, none of them is."""
    with pytest.raises(UsageError, match="has a NUL character"):
        book.append([attempt("ada"), attempt("bo\0b")])
    with pytest.raises(RuntimeError, match="power cut"):
        book.append(_then_fails())
    assert list(book.attempts()) == []


def _then_fails() -> Iterator[Attempt]:
    yield attempt()
    raise RuntimeError("power cut")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"student": ""}, "the name of a student has 1 to 255 characters"),
        ({"student": "x" * 256}, "the name of a student has 1 to 255 characters"),
        ({"student": "ad\udcff"}, r'"ad\\udcff": has half of a character'),
        ({"graded_at": datetime(2027, 1, 1)}, "needs a time zone"),
        ({"submitted_at": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "between the years 1 and 9999"),
    ],
)
def test_what_cannot_be_kept(book: Gradebook, given: dict[str, Any], message: str) -> None:
    """What some database would change or refuse is refused in all of them, in a sentence."""
    with pytest.raises(UsageError, match=message):
        book.append([attempt(**given)])


def test_outcomes_without_checks(book: Gradebook) -> None:
    """Outcomes that fit no checks are a fault of the caller."""
    with pytest.raises(ValueError, match="2 checks and 1 outcomes"):
        book.append([attempt(outcomes=(Outcome.PASSED,))])


def test_no_such_report(book: Gradebook) -> None:
    """An attempt that is not there has no report."""
    with pytest.raises(UsageError, match="no attempt 7"):
        book.report(7)


def test_readers_and_a_writer(book: Gradebook, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads a class sees one moment of it, while another process goes on writing."""
    monkeypatch.setattr(store, "_ROWS", 200)  # less than there are: the rest is read when the other has written
    book.append([attempt(f"s{number:04}") for number in range(300)])
    stream = book.attempts()
    next(stream)
    with Gradebook.open(where) as other:
        other.append([attempt("zoe")])
    assert sum(1 for _ in stream) == 299
    assert sum(1 for _ in book.attempts()) == 301


def test_many_writers(book: Gradebook, where: str) -> None:
    """Several processes may append at once, also the first attempt with a new suite; nothing gets lost."""

    def write(name: str) -> None:
        with Gradebook.open(where) as mine:
            for number in range(10):
                mine.append([attempt(name, suite=f"{number:064}")])

    threads = [threading.Thread(target=write, args=(f"s{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(1 for _ in book.attempts()) == 40


# -- decisions and people ---------------------------------------------------------------------------------------


def test_decisions_come_back(book: Gradebook) -> None:
    """Decisions come back in order, with their ids, of one student or all."""
    given = [decision(), decision(student="bob", kind=DecisionKind.EXTEND, until=NOW + timedelta(microseconds=1), target=""), decision(kind=DecisionKind.OVERRIDE, points=0.1, revoked=True), decision(kind=DecisionKind.WRITTEN, target="unit:a", points=0.1, possible=0.3)]  # fmt: skip
    kept = book.decide(*given)
    assert [msgspec.structs.replace(one, id=0) for one in kept] == given
    assert book.decisions() == kept
    assert book.decisions("bob") == kept[1:2]


def test_a_target_has_its_kind(book: Gradebook) -> None:
    """A decision about a bare name, which may be a unit or a concept, is refused, and those beside it too."""
    with pytest.raises(UsageError, match=r'"attention": a decision is about concept:NAME, unit:NAME or ""'):
        book.decide(decision(), decision(target="attention"))
    assert book.decisions() == []


def test_the_roster(where: str) -> None:
    """Who is no longer given is dropped, comes back when given again, and only changes are dated."""
    days = iter(range(1, 100))
    with Gradebook.open(where, clock=lambda: NOW + timedelta(days=next(days))) as book:
        ada, bob = Person(student="ada", name="Zoë O'Brien", sis_id="007", email="=1+1"), Person(student="bob")
        book.set_roster([ada, bob])
        assert book.roster() == [ada, bob]
        before = _changed_at(book)
        book.set_roster([msgspec.structs.replace(ada, section="B")])
        assert book.roster() == [msgspec.structs.replace(ada, section="B")]
        assert book.roster(dropped=True) == [bob]
        dropped = _changed_at(book)
        assert all(dropped[name] > before[name] for name in ("ada", "bob"))
        book.set_roster([msgspec.structs.replace(ada, section="B")])
        assert _changed_at(book) == dropped
        book.set_roster([bob])
        assert (book.roster(), list(book.students())) == ([bob], ["bob"])


def _changed_at(book: Gradebook) -> dict[str, int]:
    with book._engine.connect() as connection:
        return {row.id: row.changed_at for row in connection.execute(text("SELECT id, changed_at FROM students"))}


def test_who_is_known(book: Gradebook) -> None:
    """A student is known from the roster, an attempt or a decision; for others the nearest name is said."""
    with pytest.raises(UsageError, match='no student "adda"; neither the roster nor an attempt names them'):
        book.known("adda")
    book.append([attempt("ada")])
    book.set_roster([Person(student="bob")])
    book.decide(decision(student="eve"))
    assert [book.known(name) for name in ("ada", "bob", "eve")] == ["ada", "bob", "eve"]
    with pytest.raises(UsageError, match=r'no student "adda"; did you mean "ada"\?'):
        book.known("adda")


# -- append-only ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["attempts", "reports", "decisions", "suites"])
def test_the_database_refuses_changes(book: Gradebook, table: str) -> None:
    """Neither UPDATE nor DELETE nor what amounts to them passes, whoever asks; the rows are still there."""
    book.append([attempt()])
    book.decide(decision())
    column = {"attempts": "earned", "reports": "report", "decisions": "reason", "suites": "checks"}[table]
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if book._engine.dialect.name == "sqlite":
        statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    else:
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with pytest.raises(DBAPIError, match="rows are only ever added"), book._engine.begin() as connection:
            connection.execute(text(statement))
    with book._engine.connect() as connection:
        assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 1


# -- what cannot be used ----------------------------------------------------------------------------------------


def refused(where: Any, message: str, **options: Any) -> None:
    with pytest.raises(GradebookError, match=message) as caught:
        Gradebook.open(where, **options)
    assert str(caught.value).count("\n") == 0
    assert caught.value.exit_code is Exit.USAGE


def test_nothing_there(tmp_path: Path) -> None:
    """Who only reads does not create a gradebook; and an empty file is none yet."""
    refused(tmp_path / "gradebook.db", "there is no gradebook yet", create=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.db").touch()
    refused(tmp_path / "empty.db", "is empty", create=False)


def test_places_that_are_none(tmp_path: Path) -> None:
    """A folder, a path into nowhere, and a text file are refused as what they are."""
    refused(tmp_path, "is a folder; give the path of a file in it")
    refused(tmp_path / "no" / "gradebook.db", "its folder is not there; create .*no first")
    (tmp_path / "notes.txt").write_text("not a gradebook " * 100)
    refused(tmp_path / "notes.txt", "is not a gradebook")
    assert (tmp_path / "notes.txt").read_text() == "not a gradebook " * 100


def test_the_database_of_another_program(tmp_path: Path) -> None:
    """A database with other tables is left alone."""
    with sqlite3.connect(tmp_path / "photos.db") as connection:
        connection.execute("CREATE TABLE photos (id)")
    connection.close()
    refused(tmp_path / "photos.db", r"holds tables of another program \(photos, ...\)")


@pytest.mark.needs("psycopg")
@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://kim:secret@host/db", "mysql://...: not a gradebook; give the path of a file, or postgresql://"),
        ("postgresql://kim:secret@host:port/db", "not a URL that can be read"),
        (
            "postgresql://kim:secret@127.0.0.1:1/db",
            "postgresql://kim@127.0.0.1:1/db: cannot be used: .*; look whether the server runs",
        ),
        ("postgres://kim@127.0.0.1:1/db?password=secret", "postgresql://kim@127.0.0.1:1/db: cannot be used"),
        ("postgresql://kim:secret@127.0.0.1:1/db?connect_timeout=secret", "cannot be used"),
    ],
)
def test_servers_that_are_not_there(url: str, message: str) -> None:
    """A server that cannot be reached, or a URL that is none, is one sentence, and no password is in it."""
    with pytest.raises(GradebookError, match=message) as caught:
        Gradebook.open(url)
    assert "secret" not in str(caught.value)


@pytest.mark.usefixtures("impatient")
def test_locked(file: Path) -> None:
    """While another program holds the file, appending waits, then says so; afterwards it goes through."""
    holder = sqlite3.connect(file, isolation_level=None)
    with Gradebook.open(file) as book:
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradebookError, match=r"gradebook.db: is locked by another program; wait"):
            book.append([attempt()])
        assert sum(1 for _ in book.attempts()) == 40  # reading does not wait
        holder.execute("ROLLBACK")
        holder.close()
        book.append([attempt()])
        assert sum(1 for _ in book.attempts()) == 41


@pytest.mark.usefixtures("impatient")
def test_locked_before_it_is_opened(tmp_path: Path) -> None:
    """A file that another program holds for itself is locked, not damaged."""
    holder = sqlite3.connect(tmp_path / "gradebook.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    refused(tmp_path / "gradebook.db", "is locked by another program")
    holder.close()


READ_ONLY = """
import sys
from mlgrade.errors import GradebookError
sys.path.insert(0, {tests!r})
from test_gradebook_store import Gradebook, attempt
try:
    with Gradebook.open(sys.argv[1]) as book:
        print(sum(1 for _ in book.attempts()))
        book.append([attempt()])
except GradebookError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("mode", "folder", "message"),
    [
        (0o444, 0o755, "40\n.*gradebook.db: cannot be written; make the file and its folder writable"),
        (0o644, 0o555, "gradebook.db: cannot be (opened|written)"),
        (0o000, 0o755, "gradebook.db: cannot be opened; look whether you may read and write the file"),
    ],
)
def test_a_file_that_is_read_only(file: Path, mode: int, folder: int, message: str) -> None:
    """Someone who may only read the file or its folder, or not even that, is told so; nothing changes."""
    before = file.read_bytes()
    file.chmod(mode)
    file.parent.chmod(folder)
    try:
        said = _with_modes_that_bind(READ_ONLY.format(tests=str(Path(__file__).parent)), str(file))
    finally:
        file.parent.chmod(0o755)
        file.chmod(0o644)
    assert re.search(message, said)
    assert file.read_bytes() == before


def _with_modes_that_bind(code: str, *arguments: str) -> str:
    """Run without what lets root past the modes of files."""
    command = [sys.executable, "-P", "-B", "-c", code, *arguments]
    if not hasattr(os, "getuid"):
        pytest.skip("file modes mean something else on this system")
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("root, and no setpriv to give up root's rights with")
        command = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_truncated_file(file: Path) -> None:
    """A file that lost its end is damaged; it says so and points to the backup."""
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size // 2)
    _damaged(file)


def test_overwritten_pages(file: Path) -> None:
    """A file with noise in its middle is damaged, not misread."""
    data = bytearray(file.read_bytes())
    data[4096:] = random.Random(1).randbytes(len(data) - 4096)
    file.write_bytes(data)
    _damaged(file)


def _damaged(file: Path) -> None:
    with pytest.raises(
        GradebookError, match=r"gradebook.db: is damaged; keep this file, and go on with the last backup"
    ):
        _read_all(file)


def _read_all(file: Path) -> None:
    with Gradebook.open(file) as book:
        for one in book.attempts():
            book.report(one.id)


@pytest.mark.parametrize(
    "change", ["status = 'fine'", "outcomes = 'p?'", "diagnoses = '[1'", "suite_id = 99", "submitted_at = 9e18"]
)
def test_a_row_that_says_nothing(file: Path, change: str) -> None:
    """A row that somebody changed past the triggers into something else is damage, with its number."""
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER attempts_update")
        connection.execute(f"UPDATE attempts SET {change} WHERE id = 7")
    connection.close()
    with Gradebook.open(file) as book, pytest.raises(GradebookError, match="the row 7 is damaged"):
        list(book.attempts())


def test_a_report_that_is_noise(file: Path) -> None:
    """A report that does not unpack is damage, with the number of its attempt."""
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TRIGGER reports_update")
        connection.execute("UPDATE reports SET report = x'00' WHERE attempt_id = 7")
    connection.close()
    with Gradebook.open(file) as book, pytest.raises(GradebookError, match="the report of attempt 7 is damaged"):
        book.report(7)


def test_a_full_disk(file: Path) -> None:
    """On a full disk nothing of a batch is kept, what was there is still there, and with room it goes on."""
    with Gradebook.open(file) as book:
        _limit(book, "PRAGMA max_page_count = 1")  # at once: no page more than there are
        with pytest.raises(GradebookError, match=r"gradebook.db: the disk is full; make room"):
            book.append(attempt(f"new{number}", report=os.urandom(3000)) for number in range(40))
        assert sum(1 for _ in book.attempts()) == 40
        _limit(book, "PRAGMA max_page_count = 1000000")
        book.append([attempt("new")])
        assert sum(1 for _ in book.attempts()) == 41
    _whole(file)


def _limit(book: Gradebook, pragma: str) -> None:
    with book._engine.connect() as connection:  # the pool has this one connection
        connection.exec_driver_sql(pragma)


def _whole(file: Path) -> None:
    connection = sqlite3.connect(file)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


# -- killed -----------------------------------------------------------------------------------------------------

# It loads the gradebook and no more: it is started twenty times.
WRITER = """
import os, sys
import msgspec
from mlgrade.gradebook.model import Attempt
from mlgrade.gradebook.store import Gradebook
like = msgspec.json.decode(sys.argv[2], type=Attempt)
with Gradebook.open(sys.argv[1]) as book:
    while True:
        mine = msgspec.structs.replace(like, source=os.urandom(32).hex())
        twin = msgspec.structs.replace(mine, student="twin", report=b"{}")
        [kept, _] = book.append([msgspec.structs.replace(mine, report=os.urandom(2000)), twin])
        print(kept.id, mine.source, flush=True)
"""


@pytest.mark.full
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """What a writer reported before it was killed is there, whole, and the file is sound: twenty times over."""
    file = tmp_path / "gradebook.db"
    moments, reported = random.Random(20), {}
    for number in range(20):
        like = msgspec.json.encode(attempt(f"s{number}")).decode()
        command = [sys.executable, "-P", "-B", "-c", WRITER, str(file), like]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            lines = [writer.stdout.readline()]  # from here on it is in its loop
            time.sleep(moments.uniform(0, 0.05))
            writer.kill()
            lines += writer.stdout.readlines()
        reported |= dict(line.split() for line in lines if line.endswith("\n"))
    assert len(reported) >= 20
    with Gradebook.open(file) as book:
        kept = {one.id: one for one in book.attempts()}
        assert all(kept[int(number)].source == source for number, source in reported.items())
        assert all(book.report(number) for number in kept)
        alone, twins = (
            sorted(one.source for one in kept.values() if (one.student == "twin") is twin) for twin in (False, True)
        )
        assert alone == twins  # each transaction whole or not at all
    _whole(file)
