"""Packages for Gradescope and PrairieLearn: what is in them, and how a report reads there."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgrade import course as courses
from mlgrade.errors import CourseError, SandboxError, UsageError
from mlgrade.integrations import formatting, job, packaging
from mlgrade.integrations.gradescope import package, results
from mlgrade.integrations.gradescope.package import GradescopeSettings
from mlgrade.integrations.gradescope.package import GradescopeVisibility as Shown
from mlgrade.integrations.job import Handed, Job
from mlgrade.integrations.prairielearn import package as questions
from mlgrade.integrations.prairielearn import results as learned
from mlgrade.results import CheckResult, ConceptReport, Diagnosis, Outcome, Status, Visibility
from mlgrade.sandbox.host import Host
from mlgrade.submissions.discover import DiscoveryNote, FileOutcome

TEXT = """\
format: 1
title: Small
version: "1.0"
late: {grace: 15 min}
units:
  - {id: a, title: A, due: 2027-02-05T23:59:00+01:00, concepts: [{id: one, title: "One <b>", points: 10, functions: [f]}]}
  - {id: b, title: B, concepts: [{id: two, title: Two, points: 3.335, functions: [g, h]}]}
"""
COURSE = courses.parse(TEXT)
ONE, TWO = COURSE.concepts
ALL = GradescopeSettings(concepts=["one", "two"])


def checked(number: int, outcome: Outcome, worth: float, visibility: Visibility = Visibility.PUBLIC) -> CheckResult:
    passed = outcome is Outcome.PASSED
    return CheckResult(
        id=f"one.{visibility}.{number}", title=f"Title {number}", aspect="values", visibility=visibility, outcome=outcome,
        points=round(worth, 4), earned=round(worth, 4) if passed else 0.0, message="" if passed else "wrong", hint="",
    )  # fmt: skip


def reported(checks: list[CheckResult], earned: float, **changes: Any) -> ConceptReport:
    report = ConceptReport(
        concept="one", file="one.py", status=Status.GRADED, reason="", earned=earned, possible=10.0, aspects={},
        diagnoses=[Diagnosis(misconception="m", function="f", title="a known mistake", hint="Think.")], checks=checks,
    )  # fmt: skip
    return msgspec.structs.replace(report, **changes)


def of(*reports: ConceptReport) -> Job:
    handed = [Handed(concept=COURSE.concept(one.concept), report=one) for one in reports]
    return Job(course=COURSE, concepts=handed, files=["one.py: graded as one"], walls=["process"])


MIXED = reported(
    [
        checked(1, Outcome.PASSED, 10 / 3),
        checked(2, Outcome.FAILED, 10 / 3),
        checked(3, Outcome.PASSED, 10 / 3, Visibility.HIDDEN),
    ],
    earned=6.66,
    output="printed <script>\n",
)


# -- points -----------------------------------------------------------------------------------------------------

OUTCOMES = st.sampled_from([Outcome.PASSED, Outcome.FAILED, Outcome.RAISED, Outcome.SKIPPED, Outcome.TIMED_OUT])
WEIGHTS = st.floats(0.01, 50, allow_nan=False)


@given(st.lists(st.tuples(WEIGHTS, OUTCOMES), min_size=1, max_size=60), st.floats(0.01, 200))
def test_the_points_of_checks_add_up(found: list[tuple[float, Outcome]], possible: float) -> None:
    """Checks that passed add up to the score, all to the points, each within two cents of its share."""
    from mlgrade.grading import grader
    from mlgrade.results import Finding

    findings = [
        Finding(id=str(n), title="t", aspect="a", visibility=Visibility.PUBLIC, weight=w, hint="", outcome=outcome)
        for n, (w, outcome) in enumerate(found)
    ]
    worth = grader.worth(findings, possible)
    rows = [checked(n, one.outcome, worth[one.id]) for n, one in enumerate(findings)]
    report = reported(rows, grader.total(findings, possible), possible=possible)
    split = formatting.shares(report)
    passed = [split[row.id] for row in rows if row.outcome is Outcome.PASSED]
    assert sum(passed) == formatting.cents(report.earned)
    assert sum(split.values()) == formatting.cents(possible)
    assert all(abs(split[row.id] / 100 - row.points) < 0.03 for row in rows)


# -- Gradescope ---------------------------------------------------------------------------------------------------


def test_the_sum_of_all_tests_is_the_score() -> None:
    """Gradescope adds the tests up itself if it likes; it comes to the same."""
    found = results.document(of(MIXED), ALL)
    assert found["score"] == 6.66
    assert round(sum(test.get("score", 0) for test in found["tests"]), 6) == 6.66
    assert round(sum(test.get("max_score", 0) for test in found["tests"]), 6) == 10.0


@pytest.mark.parametrize("hidden", list(Shown))
def test_what_hidden_checks_have_a_part_in_is_shown_when_they_are(hidden: Shown) -> None:
    """Hidden checks, the score and the diagnosis wait together; visible checks and what was printed never do."""
    found = results.document(of(MIXED), GradescopeSettings(concepts=["one"], visibility=hidden))
    assert [test["visibility"] for test in found["tests"]] == ["visible", "visible", "visible", hidden, hidden]
    seen = json.dumps([*found["tests"][:3], found["output"]])
    assert "printed <script>" in seen
    assert "1 of 2 visible checks pass" in seen
    assert not any(secret in seen for secret in ("6.66", "known mistake", "Title 3", "hidden"))


def test_texts_are_marked_as_plain_and_names_as_they_are() -> None:
    """Nothing of a student's or author's is HTML; Gradescope is told to escape it."""
    found = results.document(of(MIXED), ALL)
    assert found["output_format"] == "text"
    assert {(test["output_format"], test["name_format"]) for test in found["tests"]} == {("text", "text")}
    assert found["tests"][0]["name"] == "one: One <b>"
    assert found["stdout_visibility"] == "hidden"


def test_no_leaderboard_unless_asked_for_and_then_of_what_is_seen() -> None:
    """A rank by hidden checks would tell their outcome before they are shown."""
    assert "leaderboard" not in results.document(of(MIXED), ALL)
    ranked = results.document(of(MIXED), GradescopeSettings(concepts=["one"], leaderboard=True))
    visible = ranked["tests"][1]["score"]
    assert ranked["leaderboard"] == [{"name": "Points", "value": visible}]
    everything = GradescopeSettings(concepts=["one"], leaderboard=True, visibility=Shown.VISIBLE)
    assert results.document(of(MIXED), everything)["leaderboard"] == [{"name": "Points", "value": 6.66}]


@pytest.mark.parametrize("status", [Status.NOT_STARTED, Status.CANNOT_RUN, Status.TIMED_OUT])
def test_what_was_not_graded_is_one_test_that_says_why(status: Status) -> None:
    """All points of the concept are open, and the reason is visible at once."""
    stopped = reported([], 0.0, status=status, reason="Cannot read the file.", diagnoses=[])
    [test] = results.document(of(stopped), ALL)["tests"]
    assert (test["score"], test["max_score"], test["visibility"]) == (0.0, 10.0, "visible")
    assert test["output"] == "Cannot read the file."
    assert test["extra_data"] == {"concept": "one", "status": status, "earned": 0.0, "possible": 10.0}


def test_a_concept_without_a_file_says_how_it_is_called() -> None:
    """Points with a fraction of a cent are rounded there as everywhere."""
    nothing = Job(course=COURSE, concepts=[Handed(concept=TWO, why="hand in two.py")], files=[], walls=[])
    [test] = results.document(nothing, ALL)["tests"]
    assert (test["score"], test["max_score"], test["output"]) == (0.0, formatting.cents(3.335) / 100, "hand in two.py")
    assert test["extra_data"]["status"] == "missing"


def test_a_broken_check_is_a_fault_with_its_name() -> None:
    """Staff read which check it is and what to run; there is nothing that looks earned."""
    broken = reported([checked(1, Outcome.BROKEN, 0)], 0.0, status=Status.BROKEN)
    assert of(broken).faults == ["one: one.public.1 is at fault, not the student; run: mlgrade lint one"]
    assert of(MIXED).faults == []


# -- late -----------------------------------------------------------------------------------------------------------

DUE = datetime(2027, 2, 5, 22, 59, tzinfo=UTC)


def metadata(**fields: Any) -> results.Metadata:
    return msgspec.json.decode(json.dumps(fields).encode(), type=results.Metadata)


def test_lateness_is_told_by_gradescopes_due_date_first() -> None:
    """The assignment's own due date goes before the course's, and the grace time of the course is given."""
    came = metadata(created_at="2027-02-06T02:14:00+00:00", assignment={"due_date": "2027-02-06T00:00:00+00:00"}, id=7)
    found = results.of(came, COURSE, ["one"])
    assert found.by == timedelta(hours=1, minutes=59)
    assert str(found) == "Handed in 1 h 59 min late (due 2027-02-06 00:00 +0000). Nothing was taken off for that here."
    about = results.document(of(MIXED), ALL, found)["extra_data"]
    assert about["seconds_late"] == 7140


@pytest.mark.parametrize(
    ("concepts", "by"), [(["one"], timedelta(hours=1)), (["two"], timedelta()), (["one", "two"], timedelta())]
)
def test_without_it_the_course_says_when_it_was_due(concepts: list[str], by: timedelta) -> None:
    """But only where all concepts are due at one time."""
    came = metadata(created_at=(DUE + timedelta(hours=1, minutes=15)).isoformat())
    assert results.of(came, COURSE, concepts).by == by


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"created_at": "yesterday"}', b'{"created_at": "2027-02-06T02:14:00"}'])
def test_a_time_that_cannot_be_read_is_an_error_that_the_runner_tells(raw: bytes, tmp_path: Path) -> None:
    """No time is guessed, and none without a zone is taken."""
    (tmp_path / "m.json").write_bytes(raw)
    with pytest.raises(msgspec.MsgspecError):
        results.read(tmp_path / "m.json")


# -- PrairieLearn -----------------------------------------------------------------------------------------------------


def test_hidden_checks_are_one_line_unless_asked_for() -> None:
    """Its points are those of all of them; the share is that of the concept."""
    found = learned.document(of(MIXED), each_hidden=False)
    assert found["score"] == pytest.approx(0.666)
    assert [test["name"] for test in found["tests"]] == ["Title 1", "Title 2", "Hidden checks"]
    each = learned.document(of(MIXED), each_hidden=True)
    assert [test["description"] for test in each["tests"]] == ["values", "values", "values  [hidden]"]
    for one in (found, each):
        assert sum(formatting.cents(test["points"]) for test in one["tests"]) == 666
        assert sum(formatting.cents(test["max_points"]) for test in one["tests"]) == 1000


def test_what_was_not_graded_costs_no_attempt() -> None:
    """Not gradable is neither right nor wrong there; so is what was our own fault."""
    stopped = reported([], 0.0, status=Status.CANNOT_RUN, reason="Cannot read the file.\nline 2")
    found = learned.document(of(stopped), each_hidden=False)
    assert found == {
        "gradable": False,
        "message": "Cannot read the file.\nline 2",
        "format_errors": ["Cannot read the file."],
    }
    broken = reported([checked(1, Outcome.BROKEN, 0)], 0.0, status=Status.BROKEN)
    assert learned.document(of(broken), each_hidden=False)["gradable"] is False
    assert "score" not in learned.document(of(broken), each_hidden=False)


def test_the_file_stays_below_the_size_that_prairielearn_takes() -> None:
    """Points stay; only messages are cut."""
    long = [msgspec.structs.replace(checked(n, Outcome.FAILED, 0.01), message="\u4e2d" * 4000) for n in range(1000)]
    found = learned.document(of(reported(long, 0.0)), each_hidden=True)
    assert len(msgspec.json.format(msgspec.json.encode(found), indent=2)) < 1_000_000
    assert len(found["tests"]) == 1000


# -- what a package holds ------------------------------------------------------------------------------------------------


def test_a_zip_has_equal_bytes_and_closed_files(course: Path) -> None:
    """Twice the same course is twice the same zip; scripts may be run by all, the rest is read by its owner only."""
    loaded = courses.load(course)
    data = package.built(loaded, GradescopeSettings(concepts=["softmax"]))
    assert data == package.built(loaded, GradescopeSettings(concepts=["softmax"]))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        modes = {entry.filename: entry.external_attr >> 16 & 0o777 for entry in archive.infolist()}
    assert {name for name, mode in modes.items() if mode == 0o755} == {"setup.sh", "run_autograder"}
    assert {mode for name, mode in modes.items() if name not in package.SCRIPTS} == {0o600}
    assert {name for name in modes if name.startswith("course/")} == {
        "course/course.yml",
        "course/solutions/softmax.py",
        *(f"course/tests/{part}/test_softmax.py" for part in ("public", "hidden")),
        "course/tests/misconceptions/softmax.py",
    }


def test_versions_are_exact_and_ours_is_not_among_them() -> None:
    """Everything that `mlgrade check` needs on Linux, with the versions that are installed here."""
    import numpy as np

    lines = packaging.requirements(["stdlib", "numpy"]).splitlines()
    assert f"numpy=={np.__version__}" in lines
    assert {"click", "fsrs", "msgspec", "pytest", "pluggy", "pyyaml", "rich"} <= {
        line.partition("==")[0] for line in lines
    }
    assert all(line.count("==") == 1 for line in lines)
    assert not any(line.startswith(("mlgrade", "colorama", "sqlalchemy")) for line in lines)


def test_an_import_that_is_not_installed_here_has_no_version() -> None:
    """Which one it is and what to do is said when the package is made, not when a class hands in."""
    with pytest.raises(UsageError, match="imports: no_such_thing is not installed here"):
        packaging.requirements(["numpy", "no_such_thing"])


def test_a_package_that_is_not_installed_here_is_answered_with_the_install_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the staff's workflow needs for a gradebook on a server is not in every staff's environment."""
    real = packaging.distribution

    def without(name: str) -> Any:
        if name == "psycopg":
            raise PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(packaging, "distribution", without)
    with pytest.raises(UsageError, match=r"psycopg is not installed here, .*; pip install 'mlgrade\[staff,postgres\]'"):
        packaging.requirements(["numpy"], ("staff", "postgres"))


def test_a_wheel_of_ours_installs_without_help(tmp_path: Path) -> None:
    """The rows of RECORD are those of the files; the command and the metadata are there."""
    path = tmp_path / packaging.NAME
    path.write_bytes(packaging.made())
    assert packaging.given(path) == packaging.made()
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        [record] = [name for name in names if name.endswith(".dist-info/RECORD")]
        rows = archive.read(record).decode().splitlines()
        assert "mlgrade = mlgrade.__main__:main" in archive.read(record.replace("RECORD", "entry_points.txt")).decode()
    assert [row.partition(",")[0] for row in rows] == names
    assert not any("__pycache__" in name or name.endswith("course.yml") for name in names)
    assert "mlgrade/integrations/gradescope/setup.sh" in names


def test_a_wheel_of_another_version_or_none_is_refused(tmp_path: Path) -> None:
    """Each answer names the file and what is wrong with it."""
    other, none, empty = (
        tmp_path / "mlgrade-9.9-py3-none-any.whl",
        tmp_path / packaging.NAME,
        tmp_path / "x" / packaging.NAME,
    )
    with pytest.raises(UsageError, match=r"mlgrade-9\.9-py3-none-any\.whl: not mlgrade-"):
        packaging.given(other)
    with pytest.raises(UsageError, match="No such file"):
        packaging.given(none)
    none.write_text("not a zip")
    with pytest.raises(UsageError, match="not a wheel"):
        packaging.given(none)
    empty.parent.mkdir()
    empty.write_bytes(packaging.packed({"x": b""}))
    with pytest.raises(UsageError, match="without mlgrade's adapters"):
        packaging.given(empty)


def test_a_wheel_with_a_course_in_it_is_not_for_reduced_walls(course: Path, tmp_path: Path) -> None:
    """Installed packages can be read by every user; where Landlock may be missing no solution may lie among them."""
    path = tmp_path / packaging.NAME
    path.write_bytes(packaging.packed({"mlgrade/integrations/job.py": b"", "mlgrade/template/course.yml": b""}))
    loaded = courses.load(course)
    assert packaging.NAME in packaging.mlgrade_files(loaded, path, allow_weak_isolation=False)
    with pytest.raises(UsageError, match="holds a course"):
        packaging.mlgrade_files(loaded, path, allow_weak_isolation=True)


def test_which_concepts_go_in() -> None:
    """Units and concepts add up, in the order of the course; a mistyped one is answered with the nearest."""
    assert packaging.chosen(COURSE, [], []) == ["one", "two"]
    assert packaging.chosen(COURSE, ["b"], ["one"]) == ["one", "two"]
    assert packaging.chosen(COURSE, [], ["two"]) == ["two"]
    with pytest.raises(UsageError, match=r'no unit "c"; this course has a, b'):
        packaging.chosen(COURSE, ["c"], [])
    with pytest.raises(UsageError, match='no concept "tow"; did you mean "two"'):
        packaging.chosen(COURSE, [], ["tow"])


def test_a_course_that_cannot_grade_is_not_packed(course: Path) -> None:
    """A suite that does not even load, a solution that is missing, a student edition: said now, with its place."""
    loaded = courses.load(course)
    (course / "tests" / "hidden" / "test_softmax.py").write_text("def test_(:\n")
    with pytest.raises(CourseError, match="test_softmax"):
        packaging.proved(loaded, ["softmax"])
    (course / "solutions" / "softmax.py").unlink()
    with pytest.raises(CourseError, match=r"no solutions/softmax\.py"):
        packaging.proved(loaded, ["softmax"])
    with pytest.raises(UsageError, match="student edition"):
        packaging.proved(msgspec.structs.replace(loaded, edition="1.0+12345678"), ["softmax"])


def test_a_grading_job_that_prairielearn_would_cut_off_is_refused(course: Path) -> None:
    """Its own bound is ten minutes; the limit to lower is named."""
    text = (course / "course.yml").read_text().replace("load: 2 s", "load: 2 s, submission: 9 min")
    (course / "course.yml").write_text(text)
    with pytest.raises(UsageError, match=r"limits\.submission: .* after 600 s and this needs 1110 s"):
        questions.built(courses.load(course), ["softmax"], "image")


def test_a_question_keeps_its_uuid_and_its_texts_are_escaped(course: Path) -> None:
    """Made again it is the same question there; two concepts are never one."""
    loaded = courses.load(course)
    first, again = (questions.built(loaded, ["softmax"], "ml/grader:1") for _ in range(2))
    assert first == again
    info = json.loads(first["questions/mlgrade/softmax/info.json"])
    assert info["externalGradingOptions"]["image"] == "ml/grader:1"
    assert info["externalGradingOptions"]["entrypoint"] == "/grade/tests/run"
    assert questions.scripts(first) == ["questions/mlgrade/softmax/tests/run"]
    assert (
        "<code>softmax</code> and <code>log_softmax</code>" in first["questions/mlgrade/softmax/question.html"].decode()
    )
    assert first["questions/mlgrade/softmax/softmax.py"] == (course / "exercises" / "softmax.py").read_bytes()
    assert "@" not in first["image/Containerfile"].decode()


def test_files_are_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A folder that holds something is never written into; a zip is replaced, and read by its owner only."""
    packaging.save(b"1", tmp_path / "a.zip")
    packaging.save(b"2", tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == b"2"
    assert (tmp_path / "a.zip").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="is there already"):
        packaging.unpack({"x": b""}, tmp_path)
    with pytest.raises(UsageError, match="cannot be written"):
        packaging.save(b"", tmp_path / "no" / "a.zip")
    packaging.unpack({"x/run": b"#!"}, tmp_path / "new", ["x/run"])
    assert os.access(tmp_path / "new" / "x" / "run", os.X_OK)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "new"]


# -- what became of the files ---------------------------------------------------------------------------------------------


def test_the_folder_of_the_platform_is_not_named_to_students() -> None:
    """What was passed over, and for which file, reads as the student named both."""
    note = DiscoveryNote(
        "submission/norm (1).py, submission/b/norm.py", "submission/norm.py comes first", FileOutcome.PASSED_OVER
    )
    assert job._plain(note, "submission") == "norm (1).py, b/norm.py: norm.py comes first"
    assert (
        job._plain(DiscoveryNote("submission", "no exercise", FileOutcome.PASSED_OVER), "submission") == "no exercise"
    )


# -- what has to stand ----------------------------------------------------------------------------------------------------


class _Bare:
    """A launcher without any layer that keeps files away."""

    def __init__(self, walls: tuple[str, ...]) -> None:
        self.walls = walls

    def begin(self, _: object) -> Any:
        return self

    spawn = begin

    def end(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize("walls", [("process", "rlimits"), ("process", "seccomp", "descriptors")])
def test_reduced_walls_still_keep_hidden_suites_from_being_opened(course: Path, walls: tuple[str, ...]) -> None:
    """Landlock does, or a user of its own, who keeps no capability; else: no grading."""

    def require(*standing: str, reduced: bool = True) -> None:
        job._require(Host(_Bare(standing)), loaded, ["softmax"], allow_weak_isolation=reduced)  # type: ignore[arg-type]

    loaded = courses.load(course)
    with pytest.raises(SandboxError, match="could read the hidden suites"):
        require(*walls)
    with pytest.raises(SandboxError, match="not isolated well enough"):
        require(*walls, "identity", reduced=False)
    require(*walls, "identity")
    require(*walls, "landlock")
    (course / "tests" / "hidden" / "test_softmax.py").unlink()
    require(*walls, reduced=False)


def test_closing_what_is_not_there_or_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be closed is told, because reduced isolation layers may rest on it."""
    folder = tmp_path / "source"
    folder.mkdir(mode=0o755)
    assert job.close([folder, tmp_path / "none"]) == []
    assert folder.stat().st_mode & 0o777 == 0o700

    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refused)
    assert job.close([folder]) == [f"{folder}: cannot be closed to others: Operation not permitted"]


def test_what_the_locale_cannot_spell_is_spelled_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container often speaks ASCII only; that is no reason to lose a result."""
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="ascii"))
    job.say("L\u00f6sung.py")
    assert raw.getvalue() == b"L\\xf6sung.py\n"


def test_a_file_without_the_platforms_folder(course: Path, tmp_path: Path) -> None:
    """Only the student's own files are spoken of, by their place in the submission."""
    from mlgrade.submissions import discover

    (tmp_path / "submission" / "deep").mkdir(parents=True)
    (tmp_path / "source").mkdir()
    (tmp_path / "run_autograder").write_text("")
    for name in ("deep/Softmax (1).py", "notes.txt", "deep/other.py"):
        (tmp_path / "submission" / name).write_text("")
    taken = discover.take(tmp_path, courses.load(course), students=["submission"])
    lines = [*job._taken(taken.entries, "submission"), *job._notes(taken.notes, "submission")]
    assert lines == [
        "deep/Softmax (1).py: graded as softmax (taken as softmax)",
        "deep/other.py: named after no concept",
        "notes.txt: neither .py nor .ipynb",
    ]
    handed = Job(course=COURSE, concepts=[], files=lines, walls=[])
    assert formatting.files(handed).startswith("What was handed in:\n  deep/Softmax (1).py: graded")


@pytest.mark.parametrize("script", ["gradescope/setup.sh", "gradescope/run_autograder.sh", "prairielearn/run.sh"])
def test_scripts_are_read_by_their_shell(script: str) -> None:
    """No syntax error waits in a branch that no test takes."""
    path = Path(package.__file__).parents[1] / script
    shell = path.read_text().splitlines()[0].removeprefix("#!").split()
    assert subprocess.run([*shell, "-n", path], capture_output=True, check=False, text=True).stderr == ""
