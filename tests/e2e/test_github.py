"""The two workflows for GitHub: each of their `run:` blocks, as it stands in the YAML, in a folder laid out like a checkout.

What GitHub itself does is played here: its variables, its files for outputs, paths and summaries, and its shell. Of the
actions that are used, a checkout and a Python are there already; what the others would take is looked at.
"""

from __future__ import annotations

import base64
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import adapted
import generated
import pytest
import yaml
from wheels import offline, pinned, python

ROOT = Path(__file__).resolve().parents[2]


pytestmark = [
    pytest.mark.full,  # builds a package and plays both repositories
    pytest.mark.needs("hatchling"),
    pytest.mark.skipif(sys.platform != "linux", reason="the workflows ask for ubuntu-24.04"),
]
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()
WRONG = RIGHT.replace("z - z.max", "z + 0 * z.max")
LOOPING = f"{RIGHT}\n\ndef log_softmax(z, axis=-1):\n    while True: pass\n"
BROKEN = "def softmax(z, axis=-1)\n    return z\n"
KINDS = {"ada": RIGHT, "bob": WRONG, "cyd": LOOPING, "dan": BROKEN}
TOKEN = "not-a-token"  # noqa: S105  (for the test that it is left nowhere)
PUSHED = "2027-02-05T10:00:00Z"


INSTALLED: dict[tuple[Path, str], str] = {}  # what a step `Install` added to the path; it is run once for each text


class Run:
    """One run of a workflow's job: what each step printed, and what it left in GitHub's files."""

    def __init__(self, workflow: Path, checkout: Path, temp: Path, settings: Mapping[str, str], **secrets: str) -> None:
        self.checkout, self.temp, self.secrets = checkout, temp, secrets
        self.job = next(iter(yaml.safe_load(workflow.read_text())["jobs"].values()))
        self.log = ""
        self.summaries: list[str] = []
        self.outputs: dict[str, dict[str, str]] = {}
        self.reported: dict[str, Any] = {}
        self.uploaded: list[str] = []
        self.failed = ""
        self._environment = {**os.environ, **settings}
        self._paths = [str(temp / "shims")]

    def go(self) -> Run:
        for number, step in enumerate(self.job["steps"]):
            if self.failed and step.get("if") != "${{ !cancelled() }}":
                continue
            environment = {name: self._value(text) for name, text in step.get("env", {}).items()}
            if "run" in step:
                self._run(number, step, environment)
            else:
                self._use(step["uses"].partition("@")[0], step.get("with", {}), environment)
        return self

    def _value(self, text: str) -> str:
        """An expression may stand in `env:` only, where no shell reads it."""
        found = re.fullmatch(r"\$\{\{ (?:secrets\.(\w+)|steps\.(\w+)\.outputs\.(\w+)) \}\}", text)
        if found is None:
            assert "${{" not in text
            return text
        secret, step, output = found.groups()
        return self.secrets.get(secret, "") if secret else self.outputs[step].get(output, "")

    def _run(self, number: int, step: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        assert "${{" not in step["run"]
        assert self.job["defaults"]["run"]["shell"] == "bash"
        if known := INSTALLED.get((self.temp, step["run"] + self.checkout.name)):
            self._paths += known.split()
            return
        script, files = self.temp / f"step{number}.sh", dict[str, str]()
        script.write_text(step["run"])
        for name in ("GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"):
            files[name] = str(self.temp / f"{name}{number}")
            Path(files[name]).write_text("")
        path = os.pathsep.join([*reversed(self._paths), os.environ["PATH"]])
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.checkout, env={**self._environment, **files, **environment, "PATH": path}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        self.log += done.stdout
        added = Path(files["GITHUB_PATH"]).read_text()
        self._paths += added.split()
        if step["name"] == "Install" and done.returncode == 0:
            INSTALLED[self.temp, step["run"] + self.checkout.name] = added
        self.summaries.append(Path(files["GITHUB_STEP_SUMMARY"]).read_text())
        rows = Path(files["GITHUB_OUTPUT"]).read_text().splitlines()
        self.outputs[step.get("id", "")] = dict(row.split("=", 1) for row in rows)
        if done.returncode:
            self.failed = self.failed or step["name"]

    def _use(self, action: str, given: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        if action == "actions/upload-artifact":
            self.uploaded = [path for path in given["path"].split() if (self.checkout / path).is_file()]
            assert self.uploaded
        elif action == "classroom-resources/autograding-grading-reporter":
            raw = environment[f"{given['runners'].upper()}_RESULTS"]  # as the reporter looks it up
            self.reported = json.loads(base64.b64decode(raw))
        else:
            assert action in ("actions/checkout", "actions/setup-python"), action

    @property
    def obeyed(self) -> list[tuple[str, str]]:
        """The workflow commands that GitHub's runner would obey, and what they say."""
        stopped, found = "", []
        for line in self.log.splitlines():
            if stopped:
                stopped = "" if line == f"::{stopped}::" else stopped
            elif command := re.match(r"\s*::([\w-]+)(?: (.*?))?::(.*)", line):
                if command[1] == "stop-commands":
                    stopped = command[3]
                else:
                    found.append((command[1], f"{command[2] or ''}::{command[3]}"))
            else:
                assert not re.search(r"##\[[a-z-]+", line)
        assert not stopped
        return found


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated.course(tmp_path_factory.mktemp("course"), ["softmax"]).parent


@pytest.fixture(scope="module")
def made(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("made") / "workflows"
    done = adapted.adapter("github", target, "--classroom", "--course", course)
    assert done.returncode == 0, done.stderr
    assert "docs/how-to/github.md" in done.stdout
    return target


@pytest.fixture(scope="module")
def edition(course: Path, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What students start from: the student edition, with the workflow copied over it."""
    target = tmp_path_factory.mktemp("edition") / "start"
    command = [sys.executable, "-m", "mlgrade", "release", target, "--course", course]
    subprocess.run(command, check=True, capture_output=True)
    shutil.copytree(made / "students", target, dirs_exist_ok=True)
    return target


@pytest.fixture(scope="module")
def settings(made: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Packages come from this environment, not from the net."""
    wheels = tmp_path_factory.mktemp("wheels")
    for home in ("students", "staff"):
        pinned((made / home / ".github" / "mlgrade" / "requirements.txt").read_text(), wheels)
    return offline(wheels)


@pytest.fixture(scope="module")
def runner() -> Iterator[Path]:
    """RUNNER_TEMP, with a `python` and a `gh`. Everybody may look into it: student code runs as another user."""
    with tempfile.TemporaryDirectory(prefix="runner-") as folder:
        temp = Path(folder)
        temp.chmod(0o755)
        (temp / "shims").mkdir()
        shim(temp, "python", f'exec {python()} "$@"')
        shim(
            temp,
            "gh",
            f'[ "$GH_TOKEN" = {TOKEN} ] && [ "$*" != "api repos/class/bob --jq .pushed_at" ] && echo {PUSHED}',
        )
        yield temp


@pytest.fixture
def temp(runner: Path) -> Path:
    """The same without what a run before has left, but for what it has installed."""
    for name in ("checkout", "staff", "work", "server", "state"):
        shutil.rmtree(runner / name, ignore_errors=True)
    return runner


def shim(temp: Path, name: str, text: str) -> None:
    (temp / "shims" / name).write_text(f"#!/bin/sh\n{text}\n")
    (temp / "shims" / name).chmod(0o755)


# -- each push ------------------------------------------------------------------------------------------------------


def pushed(edition: Path, temp: Path, settings: Mapping[str, str], source: str) -> Run:
    checkout = temp / "checkout"
    shutil.copytree(edition, checkout)
    (checkout / "exercises" / "softmax.py").write_text(source)
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(checkout), "RUNNER_TEMP": str(temp)}
    state = {"MLGRADE_STATE": str(temp / "state")}
    return Run(checkout / ".github/workflows/mlgrade.yml", checkout, temp, {**settings, **github, **state}).go()


def test_a_right_push(edition: Path, temp: Path, settings: dict[str, str]) -> None:
    """The job passes with no mark at any line, all visible points, and a summary that says what runs at grading only."""
    run = pushed(edition, temp, settings, RIGHT)
    assert run.failed == "", run.log
    assert run.obeyed == []
    assert run.reported["status"] == "pass"
    assert sum(test["score"] for test in run.reported["tests"]) == run.reported["max_score"] > 0
    assert "| **PASS** | softmax | all 11 visible checks pass" in run.summaries[-1]
    assert "21 more run at grading" in run.summaries[-1]


def test_a_wrong_push(edition: Path, temp: Path, settings: dict[str, str]) -> None:
    """The job fails, after the points were told; the mistake is marked in its file."""
    run = pushed(edition, temp, settings, WRONG)
    assert run.failed == "Check"
    assert 0 < run.reported["tests"][0]["score"] < run.reported["max_score"]
    kinds = [kind for kind, _ in run.obeyed]
    assert kinds[0] == "error"
    assert set(kinds) >= {"error", "warning"}  # numpy warns of the overflow
    assert run.obeyed[0][1].startswith("file=exercises/softmax.py,title=softmax%3A Stays finite")
    assert "**FAIL**" in run.summaries[-1]


def test_a_looping_push(edition: Path, temp: Path, settings: dict[str, str]) -> None:
    """The loop costs its check, and the mark stands at the line that did not end."""
    run = pushed(edition, temp, settings, LOOPING)
    line = LOOPING[: LOOPING.index("while True")].count("\n") + 1
    assert run.failed == "Check"
    assert run.obeyed[0][1].startswith(f"file=exercises/softmax.py,line={line},title=")
    assert run.reported["tests"][0]["score"] > 0


def test_a_broken_push(edition: Path, temp: Path, settings: dict[str, str]) -> None:
    """A syntax error is marked at its line and column, and is no grade."""
    run = pushed(edition, temp, settings, BROKEN)
    assert run.failed == "Check"
    assert run.obeyed[0][0] == "error"
    assert run.obeyed[0][1].startswith("file=exercises/softmax.py,line=1,col=24,title=")
    assert run.reported["tests"][0]["status"] == "fail"


def test_an_untouched_repository(edition: Path, temp: Path, settings: dict[str, str]) -> None:
    """A stub is not started: a notice, and no error."""
    run = pushed(edition, temp, settings, (edition / "exercises" / "softmax.py").read_text())
    assert [kind for kind, _ in run.obeyed] == ["notice"]


FORGED = '::notice title=Autograding report::{"totalPoints":99,"maxPoints":99}'


def test_what_a_student_prints_is_obeyed_by_nobody(edition: Path, temp: Path, settings: dict[str, str]) -> None:
    """Neither as a command in the log, nor as Markdown in the summary, nor as an output of the step."""
    prints = f"print({FORGED!r})\nprint('##[error]x')\nprint('result=x')\nprint('```')\nprint('<img src=x>@admin')\n"
    raises = f"\ndef log_softmax(z, axis=-1):\n    raise ValueError({FORGED + chr(10) + FORGED!r})\n"
    run = pushed(edition, temp, settings, prints + RIGHT + raises)
    assert FORGED in run.log
    assert {kind for kind, _ in run.obeyed} == {"error"}
    assert len(run.obeyed) == 4
    assert all(said.startswith("file=exercises/softmax.py") for _, said in run.obeyed)
    assert list(run.outputs["mlgrade"]) == ["result"]
    fence = re.search(r"^(````+)text\n(.*?)^\1$", run.summaries[-1], re.MULTILINE | re.DOTALL)
    assert fence is not None
    assert "<img src=x>@admin" in fence[2]


# -- the staff's repository ---------------------------------------------------------------------------------------------


def git(*arguments: str | Path, cwd: Path) -> None:
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.edu", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def server(edition: Path, temp: Path) -> Path:
    """A folder that `git clone` takes for GitHub, with a repository for each student."""
    for student, source in KINDS.items():
        work = temp / "work" / student
        shutil.copytree(edition, work)
        (work / "exercises" / "softmax.py").write_text(source)
        git("init", "-q", ".", cwd=work)
        git("add", "-A", cwd=work)
        git("commit", "-qm", "done", cwd=work)
        git("clone", "-q", "--bare", work, temp / "server" / "class" / f"{student}.git", cwd=temp)
    return temp / "server"


def graded(course: Path, made: Path, server: Path, temp: Path, settings: Mapping[str, str], rows: list[str]) -> Run:
    checkout = temp / "staff"
    shutil.copytree(course, checkout)
    shutil.copytree(made / "staff", checkout, dirs_exist_ok=True)
    (checkout / "repositories.csv").write_text("\ufeffstudent,repository\r\n" + "".join(f"{row}\r\n" for row in rows))
    github = {"GITHUB_SERVER_URL": f"file://{server}", "GITHUB_WORKSPACE": str(checkout), "RUNNER_TEMP": str(temp)}
    workflow = checkout / ".github/workflows/grade.yml"
    return Run(workflow, checkout, temp, {**settings, **github}, MLGRADE_READ_TOKEN=TOKEN).go()


def test_the_class_is_graded_as_by_mlgrade_grade(
    course: Path, made: Path, server: Path, temp: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    """Right, wrong, looping and broken repositories; the hidden suites count, the time is that of the push."""
    run = graded(course, made, server, temp, settings, [f"{student},class/{student}" for student in KINDS])
    assert run.failed == "", run.log
    assert run.uploaded == ["grades.csv", "gradebook.db"]
    for student, source in KINDS.items():
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / "softmax.py").write_text(source)
    expected = adapted.graded(tmp_path / "class", course, tmp_path / "book.db")
    with (temp / "staff" / "grades.csv").open(newline="") as file:
        grades = {row["student"]: row for row in csv.DictReader(file)}
    assert {student: float(grades[student]["softmax"]) for student in KINDS} == {
        student: expected[student, "softmax"][1] for student in KINDS
    }
    assert "\n    " in run.summaries[-1]
    assert not any(line and not line.startswith("    ") for line in run.summaries[-1].splitlines()[1:])
    handin = json.loads((temp / "staff/submissions/ada/.mlgrade-handin.json").read_text())
    assert handin["submitted_at"] == PUSHED
    assert "bob: no time of the last push is known" in run.log


def test_the_token_is_nowhere(course: Path, made: Path, server: Path, temp: Path, settings: dict[str, str]) -> None:
    """Not in the log, and in no file that stays: student code and artifacts come after it."""
    run = graded(course, made, server, temp, settings, ["ada,class/ada"])
    assert TOKEN not in run.log
    assert not list((temp / "staff").rglob(".git"))
    files = [path for path in (temp / "staff").rglob("*") if path.is_file() and path.suffix != ".whl"]
    assert not [path for path in files if TOKEN.encode() in path.read_bytes()]


def test_what_cannot_be_fetched_is_told_and_passed_over(
    course: Path, made: Path, server: Path, temp: Path, settings: dict[str, str]
) -> None:
    """A repository that is gone, a second row of one student, one that is no row, a name that climbs: others are graded."""
    rows = [
        "ada,class/ada",
        "ada,class/eve",
        "eve,class/eve",
        "../up,class/ada",
        "fay,$(touch x)",
        "-x,class/ada",
        "gus",
    ]
    run = graded(course, made, server, temp, settings, rows)
    assert run.failed == "", run.log
    assert "eve: class/eve cannot be fetched" in run.log
    assert "ada is listed twice; class/eve is not fetched" in run.log
    assert "1 fetched, 6 not" in run.log
    assert sorted(path.name for path in (temp / "staff" / "submissions").glob("[!.]*")) == ["ada"]
    assert not (temp / "staff" / "x").exists()


def test_nothing_fetched_ends_there(
    course: Path, made: Path, server: Path, temp: Path, settings: dict[str, str]
) -> None:
    """A token without rights is not an empty class."""
    assert graded(course, made, server, temp, settings, ["eve,class/eve"]).failed == "Collect"


def test_a_students_own_times_and_links_are_not_believed(
    course: Path, made: Path, server: Path, temp: Path, settings: dict[str, str]
) -> None:
    """What lies at our file's place in a repository is replaced; a link to the hidden suites is a file with its text."""
    work = temp / "work" / "ada"
    (work / ".mlgrade-handin.json").mkdir()
    (work / ".mlgrade-handin.json" / "x").write_text("x")
    (work / "exercises" / "softmax.py").unlink()
    (work / "exercises" / "softmax.py").symlink_to("../../../tests/hidden/test_softmax.py")
    git("add", "-A", cwd=work)
    git("commit", "-qm", "more", cwd=work)
    git("push", "-q", server / "class" / "ada.git", "HEAD", cwd=work)
    run = graded(course, made, server, temp, settings, ["ada,class/ada", "bob,class/bob"])
    handin = temp / "staff" / "submissions" / "ada" / ".mlgrade-handin.json"
    assert json.loads(handin.read_text())["submitted_at"] == PUSHED
    assert not (temp / "staff/submissions/ada/exercises/softmax.py").is_symlink()
    with (temp / "staff" / "grades.csv").open(newline="") as file:
        assert {row["student"]: float(row["softmax"] or 0) for row in csv.DictReader(file)}["ada"] == 0
    assert run.failed == ""


# -- what the workflows say --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["students/.github/workflows/mlgrade.yml", "staff/.github/workflows/grade.yml"])
def test_rights_are_the_least(made: Path, place: str) -> None:
    """A workflow may read, and no more; it keeps no credentials of the checkout; no event runs a stranger's code."""
    workflow = yaml.safe_load((made / place).read_text())
    assert workflow["permissions"] == {"contents": "read"}
    events = workflow[True]  # YAML reads `on` as true
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(events)
    [job] = workflow["jobs"].values()
    assert job["timeout-minutes"] <= 120
    assert [step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")] == [
        {"persist-credentials": False}
    ]
    assert not [step for step in job["steps"] if step.get("uses", "").startswith("actions/cache")]


def test_the_students_folder_holds_no_secret_and_no_suite(made: Path) -> None:
    """Neither a secret's name in the workflow, nor a file of the course, nor one in the wheel."""
    import zipfile

    text = (made / "students/.github/workflows/mlgrade.yml").read_text()
    assert "secrets." not in text
    [wheel] = (made / "students").rglob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert not [name for name in names if "test_" in name or "course.yml" in name or name.endswith(".zip")]
    assert {path.name for path in (made / "students").rglob("*") if path.is_file()} == {
        "mlgrade.yml", "requirements.txt", wheel.name,
    }  # fmt: skip


def test_without_classroom_nothing_is_reported(course: Path, tmp_path: Path) -> None:
    """The reporter's action is used where somebody asked for it."""
    assert adapted.adapter("github", tmp_path / "x", "--course", course).returncode == 0
    text = (tmp_path / "x" / "students/.github/workflows/mlgrade.yml").read_text()
    assert "classroom" not in text.lower()
    assert yaml.safe_load(text)["jobs"].keys() == {"check"}
