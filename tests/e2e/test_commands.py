"""The other commands, and what holds for all of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from mlgrade.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, mlgrade: Run) -> None:
    """Every command has help with an example, every option a sentence, and a page names the command."""
    text = mlgrade(command, "--help").stdout
    assert "Example" in text
    options = re.findall(r"^  (?:-\w, )?--[\w-]+(?:/--[\w-]+)?(?: [A-Z]+)?(.*)$", text, flags=re.MULTILINE)
    assert options
    pages = [
        path.read_text(encoding="utf-8")
        for part in ("tutorial", "how-to")
        for path in (ROOT / "docs" / part).glob("*.md")
    ]
    assert any(f"mlgrade {command}" in page for page in pages)


@pytest.mark.parametrize("call", ["adapter githb", "nbgrader ini", "gradebook shw", "chekc"])
def test_a_slip_in_the_name_of_a_command(call: str, mlgrade: Run) -> None:
    """It is answered with the nearest name, in every group of commands."""
    done = mlgrade(*call.split())
    assert done.returncode == 2
    assert "did you mean" in done.stderr.lower()


def test_help_of_all(mlgrade: Run) -> None:
    """The first help that a student reads names every command."""
    text = mlgrade("--help").stdout
    assert all(f"  {command} " in text for command in COMMANDS)


def test_version(started: Run) -> None:
    """--version is one line that a bug report can quote."""
    assert re.fullmatch(r"mlgrade, version \d+\.\d+\.\d+\n", started("--version").stdout)


def test_completion(started: Run) -> None:
    """Shells can complete commands and options."""
    done = started(_MLGRADE_COMPLETE="bash_complete", COMP_WORDS="mlgrade ch", COMP_CWORD="1")
    assert "check" in done.stdout


def test_list_shows_the_road(mlgrade: Run, course: Path) -> None:
    """list follows what check has found, and notices a file that was edited since."""
    assert "open" in mlgrade("list").stdout
    shutil.copy(ROOT / "tests/golden/cases/no_shift/softmax.py", course / "exercises")
    mlgrade("check")
    assert re.search(r"\[~\] softmax .* 8 of 10  started", mlgrade("list").stdout)
    shutil.copy(ROOT / "solutions/softmax.py", course / "exercises")
    assert "changed since the last check" in mlgrade("list").stdout
    mlgrade("check")
    entry = json.loads(mlgrade("list", "--json").stdout)["units"][0]["concepts"][0]
    assert (entry["state"], entry["earned"]) == ("complete", 10.0)


def test_list_shows_dates(mlgrade: Run) -> None:
    """Due dates come with their time zone."""
    assert re.search(r"\(due 2027-\d\d-\d\d 23:59 \+0100\)", mlgrade("list", cwd=ROOT).stdout)


def test_doctor(started: Run) -> None:
    """doctor tries every forbidden act and each layer by itself; here all are refused and all needed layers active."""
    done = started("doctor", "--json")
    by_name = {fact["name"]: fact for fact in json.loads(done.stdout)}
    assert done.returncode == 0
    assert by_name["course"]["good"]
    assert by_name["isolation"]["value"].startswith("strict: process, ")
    for wall in ("process", "landlock", "descriptors", "rlimits", "seccomp"):
        assert by_name[f"wall {wall}"]["value"].startswith("holds"), by_name[f"wall {wall}"]
    for group in ("system calls", "files", "network", "processes", "privileges", "resources"):
        assert by_name[group]["good"], by_name[group]
    assert by_name["act system calls: socket"]["value"] == "refused (EPERM)"
    assert by_name["act files: read: hidden suite"]["value"].startswith("refused")


def test_doctor_is_short(started: Run) -> None:
    """Without -v there is a line for each group of acts, and none for an act that was refused."""
    done = started("doctor", "--plain")
    assert len(done.stdout.splitlines()) <= 16
    assert re.search(r"^ok    system calls \d+ of \d+ refused$", done.stdout, re.MULTILINE)
    assert "act " not in done.stdout


def test_doctor_names_what_the_filter_refuses(mlgrade: Run, course: Path) -> None:
    """Honest code is refused nothing; a file that makes a socket is shown to have been refused one."""
    honest = json.loads(mlgrade("doctor", "--trace", "--json").stdout)
    assert len(honest) >= 10
    assert {fact["value"] for fact in honest} == {"nothing refused"}
    (course / "exercises" / "softmax.py").write_text("import socket\nsocket.socket()\n")
    [fact] = json.loads(mlgrade("doctor", "--trace", "exercises/softmax.py", "--json").stdout)
    assert fact["value"] == "refused socket x1"


def test_doctor_without_a_course(mlgrade: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    """doctor works where nothing else does."""
    done = mlgrade("doctor", cwd=tmp_path_factory.mktemp("empty"))
    assert done.returncode == 0
    assert "no course.yml" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_a_full_disk_is_a_sentence() -> None:
    """What cannot be printed ends in a sentence, not in a traceback."""
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mlgrade", "list"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr == "mlgrade: the output: No space left on device\n"


@pytest.mark.parametrize("command", [["grade", "x"], ["gradebook", "show"], ["summary"], ["roster", "show"]])
def test_a_missing_extra_is_answered_with_the_install_line(command: list[str]) -> None:
    """Students install little; whoever needs more is told how to get it."""
    code = "import sys; sys.modules['sqlalchemy'] = None; from mlgrade.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "mlgrade: a gradebook needs SQLAlchemy; pip install 'mlgrade[staff]'\n"


@pytest.mark.parametrize("call", [["--help"], ["list"], ["hint", "softmax"], ["explain", "softmax"]])
def test_light_commands_load_nothing_heavy(call: list[str], course: Path) -> None:
    """Help, the list, hints and explanations wait neither for pytest nor for the sandbox's launcher."""
    code = f"""
import sys
from mlgrade.cli import main
sys.argv = ["mlgrade", *{call!r}]
try:
    main()
except SystemExit:
    pass
print("LOADED", *[name for name in ("pytest", "_pytest", "mlgrade.sandbox.launch") if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=course, capture_output=True, text=True, check=False)
    assert done.stderr.strip().splitlines()[-1] == "LOADED"
