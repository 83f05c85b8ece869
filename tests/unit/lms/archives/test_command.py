"""mlgrade collect, as a TA calls it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mlgrade.cli.collect import command
from mlgrade.errors import UsageError

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def run(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(bench.root)
    monkeypatch.setenv("COLUMNS", "100")

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command, [*arguments, "--course", str(ROOT)], catch_exceptions=True)

    return call


def test_the_account(bench: Any, run: Any) -> None:
    """One line for each student, then the sum, then what a person should look at; 1 because something was refused."""
    bench.put({"obrien_LATE_1_2_softmax-1.py": "x", "ada_3_4_sofmax.py": "y", "../up.py": "z"})
    done = run("download.zip")
    assert done.exit_code == 1
    assert "no roster yet" in done.stderr
    assert done.stdout.splitlines() == [
        "download.zip: Canvas, 2 files",
        "",
        "  ada-3: 1 file, attempt 4, new",
        "  obrien-1: 1 file, attempt 2, late, new",
        "",
        "submissions: 2 folders, 2 new, 1 late",
        "",
        "Refused; everything else was collected (1):",
        "  ../up.py: a path that climbs out of its folder (..) (download.zip)",
        "",
        "Not named after an exercise (1):",
        '  ada-3/sofmax.py: did you mean "softmax"?',
        "",
        "Written under another name (1):",
        "  obrien-1/softmax.py: was softmax-1.py",
    ]


def test_everything_collected(bench: Any, run: Any) -> None:
    """Nothing to decide ends with 0, and again with 0."""
    bench.put({"ada/softmax.py": "x"})
    assert [run("download.zip").exit_code for _ in range(2)] == [0, 0]
    assert bench.work() == {"ada/softmax.py": "x"}


def test_a_name_that_no_file_can_have(bench: Any, run: Any) -> None:
    """A path that the system refuses to look up ends in a sentence, as every archive that cannot be read."""
    done = run("a" * 300)
    assert isinstance(done.exception, UsageError)
    assert "cannot be read: File name too long" in str(done.exception)


def test_with_a_roster(bench: Any, run: Any) -> None:
    """A roster file of an LMS names the folders, and says who is missing."""
    bench.put({"obrien_1001_2_softmax.py": "x"})
    (bench.root / "roster.csv").write_text(
        'Student,ID,SIS User ID,SIS Login ID,Section\n"O\'Brien, Zoë",1001,00123,zob,A\n"L, Ada",1002,00124,al1,A\n'
    )
    done = run("download.zip", "--roster", "roster.csv", "--json")
    account = json.loads(done.output)
    assert done.exit_code == 0
    assert account["schema"] == "mlgrade/collect/1"
    assert ([one["matched"] for one in account["folders"]], len(account["missing"])) == (["id"], 1)


def test_hostile_text_on_the_terminal(bench: Any, run: Any, forged: Any, entry: Any) -> None:
    """Names that would move the cursor or turn a line around are spelled out."""
    bench.put(forged(entry("ada/\x1b[2Jx.py"), entry("../\u202e\x1b]0;pwned\x07.py"), entry("\x1b[31mbob/softmax.py")))
    done = run("download.zip")
    assert not set(done.output) & {"\x1b", "\x07", "\u202e"}
    assert "\\x1b]0;pwned\\x07" in done.output


@pytest.mark.parametrize("width", ["20", "60"])
def test_narrow_terminals(bench: Any, run: Any, monkeypatch: pytest.MonkeyPatch, width: str) -> None:
    """In a narrow terminal lines wrap at words, and none ends in spaces."""
    monkeypatch.setenv("COLUMNS", width)
    bench.put({f"{'b' * 30}_1_2_softmax.py": "x"})
    assert all(line == line.rstrip() for line in run("download.zip").output.splitlines())


def test_long_lists_are_cut(bench: Any, run: Any) -> None:
    """Of many refusals the first are shown and the others counted; --json has all."""
    bench.put({f"../{number}": "x" for number in range(50)} | {"ada/softmax.py": "x"})
    assert "... and 30 more (--json has all)" in run("download.zip").output
    assert len(json.loads(run("download.zip", "--json").stdout)["refused"]) == 50


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.zip"], "nowhere.zip: cannot be read: No such file or directory"),
        (["download.zip", "--format", "canvs"], 'no archive format "canvs"; did you mean "canvas"?'),
        (["download.zip", "--timezone", "Mars/Olympus"], 'no time zone "Mars/Olympus"'),
        (["download.zip", "--timezone", "../../etc/passwd"], "no time zone"),
        (["download.zip", "--encoding", "klingon"], 'no encoding "klingon"'),
    ],
)
def test_wrong_calls(bench: Any, run: Any, arguments: list[str], says: str) -> None:
    """Each is one sentence that ends the command with 2, and nothing is written."""
    bench.put({"ada/softmax.py": "x"})
    done = run(*arguments)
    assert isinstance(done.exception, UsageError)
    assert (says in str(done.exception), done.exception.exit_code) == (True, 2)
    assert os.listdir(bench.root) == ["download.zip"]


def test_without_a_course(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of a course everything is collected, and no name is wrong."""
    monkeypatch.chdir(bench.root)
    bench.put({"a_1_2_softmax-1.py": "x"})
    done = CliRunner().invoke(command, ["download.zip"])
    assert (done.exit_code, list(bench.work())) == (0, ["a-1/softmax-1.py"])
    assert "Not named" not in done.output


def test_help() -> None:
    """The help says what the exit codes mean, and shows examples."""
    done = CliRunner().invoke(command, ["--help"])
    assert "Examples" in done.output
    assert "1 if something was refused" in done.output
