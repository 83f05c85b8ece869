"""mlgrade roster: what would change is shown before it is written; nobody is dropped by accident, or lost."""

from __future__ import annotations

import io
import json
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from mlgrade.cli import collect, roster
from mlgrade.errors import MlgradeError
from mlgrade.gradebook.columns import Person
from mlgrade.gradebook.store import Gradebook

COURSE = """\
format: 1
title: Small
version: "1.0"
units:
  - {id: scores, title: Scores, concepts: [{id: softmax, title: Softmax, points: 10, functions: [f]}]}
"""
HEAD = "Student,ID,SIS User ID,SIS Login ID,Section\n"
ADA, BOB, EVE = '"L, Ada",1001,00123,ada,A\n', '"M, Bob",1002,00124,bob,A\n', '"N, Eve",1003,00125,eve,B\n'


class Done(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    (tmp_path / "course.yml").write_text(COURSE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLGRADE_GRADEBOOK", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def command(*arguments: str) -> Done:
        done = CliRunner().invoke(roster.command, arguments, terminal_width=80)
        if isinstance(done.exception, MlgradeError):  # which the main command turns into a sentence
            return Done(int(done.exception.exit_code), done.stdout, str(done.exception))
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Done(done.exit_code, done.stdout, done.stderr)

    return command


def put(*students: str, name: str = "export.csv") -> str:
    Path(name).write_text(HEAD + "".join(students))
    return name


def people(*, dropped: bool = False) -> list[Person]:
    with Gradebook.open("gradebook.db", create=False) as book:
        return book.roster(dropped=dropped)


def keys(*, dropped: bool = False) -> list[str]:
    return [person.student for person in people(dropped=dropped)]


# -- wrong input ------------------------------------------------------------------------------------------------

ZIPPED = io.BytesIO()
with zipfile.ZipFile(ZIPPED, "w") as _archive:
    _archive.writestr("users.csv", "sourcedId\n" * 50)
WRONG = {
    "a PDF called a zip": ("users.zip", b"%PDF-1.7 ...", "users.zip: not delimited text but a PDF"),
    "a zip that was cut off": ("users.zip", ZIPPED.getvalue()[:80], "users.zip: the zip archive is damaged or cut off"),
    "two headers": ("two.csv", (HEAD + ADA + HEAD + BOB).encode(), "line 3: the header of line 1 again; were two files joined?"),
    "UTF-16 that was cut off": ("wide.csv", (HEAD + ADA).encode("utf-16")[:-1], "wide.csv: line 2: byte "),
    "nobody in it": ("empty.csv", HEAD.encode(), "empty.csv: no student in it; nothing was changed"),
    "only a test student": ("test.csv", (HEAD + '"Student, Test",9,,f00,A\n').encode(), "looks like the LMS's test student"),
    "another kind of file": ("x.csv", b"x,y\n1,2\n", "x.csv: line 1: not a header that is known (x, y)"),
    "nothing there": ("nowhere.csv", None, "nowhere.csv: no such file"),
}  # fmt: skip


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(("name", "raw", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_file_that_is_no_roster(name: str, raw: bytes | None, says: str, there: bool, run: Run) -> None:
    """One sentence with the place; the roster is as before, and no gradebook is made for nothing."""
    if there:
        run("import", put(ADA))
    if raw is not None:
        Path(name).write_bytes(raw)
    done = run("import", name, "--yes")
    assert done.code == 2
    assert says in done.err
    assert os.path.exists("gradebook.db") == there
    assert not there or keys() == ["ada"]


def test_an_unknown_key(run: Run) -> None:
    """What --key can be is said."""
    done = run("import", put(ADA), "--key", "logn")
    assert (done.code, "'login'" in done.err) == (2, True)


def test_nobody_is_dropped_in_a_script(run: Run) -> None:
    """Where nobody can be asked, dropping somebody needs --yes; the list of whom comes first."""
    run("import", put(ADA, BOB))
    done = run("import", put(ADA))
    assert done.code == 2
    assert "dropped (their submissions are kept):\n  bob  Bob M\n" in done.out
    assert "1 student would be dropped; nothing was written. If that is right, give --yes" in done.err
    assert keys() == ["ada", "bob"]
    assert run("import", put(ADA), "--yes").code == 0
    assert (keys(), keys(dropped=True)) == (["ada"], ["bob"])


def test_who_somebody_is_must_be_settled(run: Run) -> None:
    """Ids of two people in one row change nothing for either of them, and the exit status says it."""
    run("import", put(ADA, BOB))
    done = run("import", put('"L, Ada",1001,00124,ada,A\n', EVE))
    assert done.code == 1
    assert "doubtful (nothing changes for them):" in done.out
    assert "may be ada  Ada L or bob  Bob M, and their ids do not agree" in done.out
    assert [(one.student, one.sis_id) for one in people()] == [("ada", "00123"), ("bob", "00124"), ("eve", "00125")]


def test_a_student_who_is_left_out(run: Run) -> None:
    """The others are written, and the exit status says that somebody may be missing; the LMS's test student is not."""
    done = run("import", put(ADA, '"M, Bob",1002,00124,..,A\n', '"Student, Test",9,,f00,A\n'))
    assert (done.code, keys()) == (1, ["ada"])
    assert 'the key ".." cannot be the name of a folder' in " ".join(done.out.split())
    assert run("import", put(ADA, '"Student, Test",9,,f00,A\n')).code == 0


# -- import -----------------------------------------------------------------------------------------------------


def test_the_first_roster(run: Run) -> None:
    """Who would be added, and what was left out and why; with --dry-run not even a gradebook is made."""
    file = put(ADA, BOB, '"Student, Test",9,,f00,A\n')
    dry = run("import", file, "--dry-run")
    assert dry.out.splitlines() == [
        "export.csv: canvas, 2 read",
        "  line 4: Test Student looks like the LMS's test student; left out",
        "2 students: 2 added",
        "added:",
        "  ada  Ada L",
        "  bob  Bob M",
        "Nothing was written.",
    ]
    assert not os.path.exists("gradebook.db")
    done = run("import", file)
    assert done.out.splitlines() == [*dry.out.splitlines()[:-1], "The roster is in gradebook.db."]
    assert keys() == ["ada", "bob"]


def test_a_newer_roster(run: Run) -> None:
    """Changes are told field by field; a person keeps the key, though another would be made of the new file."""
    run("import", put(ADA, BOB))
    done = run("import", put('"Li, Ada",1001,00123,ada.li,A\n', BOB, EVE))
    assert done.code == 0
    assert "3 students: 1 added, 1 changed, 1 as before" in done.out
    assert "ada  name Ada L -> Ada Li, last_name L -> Li, login ada -> ada.li" in done.out
    assert [(one.student, one.login) for one in people()] == [("ada", "ada.li"), ("bob", "bob"), ("eve", "eve")]


def test_the_same_roster_again(run: Run) -> None:
    """Nothing is written when nothing changes."""
    run("import", put(ADA, BOB))
    before = Path("gradebook.db").read_bytes()
    assert "Nothing changes." in run("import", "export.csv").out
    assert Path("gradebook.db").read_bytes() == before


def test_somebody_comes_back(run: Run) -> None:
    """Who had been dropped returns under the key that they had, even if the file now says another."""
    run("import", put(ADA, BOB))
    run("import", put(ADA), "--yes")
    done = run("import", put(ADA, '"M, Bob",1002,00124,robert,A\n'))
    assert "2 students: 1 back again, 1 as before" in done.out
    assert ([(one.student, one.login) for one in people()], keys(dropped=True)) == ([("ada", "ada"), ("bob", "robert")], [])  # fmt: skip


def test_another_key(run: Run) -> None:
    """The key is an id of one's choice, byte for byte."""
    run("import", put(ADA, BOB), "--key", "sis_id")
    assert keys() == ["00123", "00124"]


def test_hostile_names(run: Run) -> None:
    """Names that would move the cursor or turn a line around are spelled out, on import and when shown."""
    evil = '"\x1b[2JL, \u202eAda",1001,00123,ada,A\n'
    for done in (run("import", put(evil)), run("show"), run("import", put(ADA.replace("ada", "x\x1b[2Jx")), "--yes")):
        assert not set(done.out + done.err) & {"\x1b", "\u202e"}
        assert "\\x1b[2J" in done.out + done.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
@pytest.mark.parametrize(("answer", "expected"), [("y", ["ada"]), ("n", ["ada", "bob"]), ("", ["ada", "bob"])])
def test_a_person_is_asked(answer: str, expected: list[str], run: Run) -> None:
    """At a terminal nothing is written before somebody says yes."""
    import pty

    run("import", put(ADA, BOB))
    put(ADA)
    code = "from mlgrade.cli.roster import command; command(['import', 'export.csv'], standalone_mode=False)"
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{answer}\n".encode())
        spawned = os.posix_spawn(sys.executable, [sys.executable, "-c", code], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, theirs, fd) for fd in (0, 1, 2)])  # fmt: skip
        os.close(theirs)
        said = _all(ours)
        os.waitpid(spawned, 0)
    finally:
        os.close(ours)
    assert b"Write this? [y/N]" in said
    assert keys() == expected


def _all(descriptor: int) -> bytes:
    said = b""
    while True:
        try:
            part = os.read(descriptor, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            return said
        if not part:
            return said
        said += part


# -- show -------------------------------------------------------------------------------------------------------


def test_show(run: Run) -> None:
    """Key, name and every id; who was dropped is shown apart."""
    run("import", put(ADA, BOB))
    run("import", put(ADA), "--yes")
    assert run("show").out.splitlines() == [f"{'ada':<24} Ada L  login ada, sis_id 00123, lms_id 1001, section A"]
    assert run("show", "--dropped").out.startswith("bob")
    found = json.loads(run("show", "--json").out)
    assert (found["schema"], found["students"][0]["sis_id"]) == ("mlgrade/roster/1", "00123")


def test_the_csv_is_a_roster(run: Run) -> None:
    """What --csv shows can be imported again, and changes nothing; a formula in a name is not run by a spreadsheet."""
    run("import", put(ADA, BOB))
    Path("again.csv").write_text(run("show", "--csv").out)
    assert "2 students: 2 as before" in run("import", "again.csv").out
    run("import", put('"=cmd,1",1001,00123,ada,A\n', BOB))
    assert "'" in run("show", "--csv").out.splitlines()[1]


def test_show_without_anybody(run: Run) -> None:
    """No roster yet, and nobody dropped: each is said, with the way on."""
    done = run("show")
    assert (done.code, "there is no gradebook yet" in done.err) == (2, True)
    with Gradebook.open("gradebook.db"):
        pass
    assert "`mlgrade roster import FILE`" in run("show").out
    assert run("show", "--dropped").out == "Nobody has been dropped.\n"
    assert run("show", "--csv", "--json").code == 2


# -- collect ----------------------------------------------------------------------------------------------------


def gather(*arguments: str) -> Done:
    with zipfile.ZipFile("submissions.zip", "w") as archive:
        archive.writestr("lada_1001_5_softmax.py", "x = 1\n")
    done = CliRunner().invoke(collect.command, ["submissions.zip", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def test_collect_takes_the_gradebooks_roster(run: Run) -> None:
    """Folders have the keys of the roster in the gradebook, and who is missing is said."""
    run("import", put(ADA, BOB))
    done = gather()
    assert (done.code, done.err) == (0, "")
    assert Path("submissions/ada/softmax.py").is_file()
    assert "Missing: in the roster, and in none of these archives (1):\n  bob" in done.out


def test_collect_with_another_roster(run: Run) -> None:
    """A roster file goes before the gradebook's roster."""
    run("import", put(ADA, BOB))
    gather("--roster", put('"L, Ada",1001,00123,adal,A\n', name="other.csv"))
    assert os.listdir("submissions/adal") != []


def test_collect_without_any_roster(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a gradebook it collects all the same, says what it does not know, and makes no gradebook."""
    del run
    done = gather()
    assert done.code == 0
    assert "no roster yet" in done.err
    assert "no roster" not in done.out
    assert Path("submissions/lada-1001/softmax.py").is_file()
    assert not os.path.exists("gradebook.db")
    monkeypatch.setenv("MLGRADE_GRADEBOOK", "elsewhere.db")
    assert "no roster yet" in gather().err


def test_help(run: Run) -> None:
    """Each command has help with examples."""
    for arguments in (["--help"], ["import", "--help"], ["show", "--help"]):
        assert "Example" in run(*arguments).out
