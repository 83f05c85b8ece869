"""The Gradescope autograder in the folders that Gradescope documents: its own two scripts, run as they are."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adapted
import generated
import pytest
from wheels import offline, pinned, python

ROOT = Path(__file__).resolve().parents[2]


pytestmark = [
    pytest.mark.full,  # plays the machine of the service
    pytest.mark.needs("hatchling"),
    pytest.mark.skipif(sys.platform != "linux", reason="Gradescope's images are Linux"),
]
RIGHT = (ROOT / "solutions" / "softmax.py").read_text()


class Autograder:
    """/autograder, at another place: as it is after the image was built."""

    def __init__(self, root: Path, package: Path, wheels: Path) -> None:
        self.root = root
        (root / "results").mkdir()
        with zipfile.ZipFile(package) as archive:
            for entry in archive.infolist():
                archive.extract(entry, root / "source")
                (root / "source" / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
        shutil.copy(root / "source" / "run_autograder", root)
        self.pip = offline(wheels)

    def setup(self) -> subprocess.CompletedProcess[str]:
        path = f"{python().parent}{os.pathsep}{os.environ['PATH']}"
        return self._script(self.root / "source" / "setup.sh", **self.pip, PATH=path)

    def run(self, handin: Path | None = None) -> subprocess.CompletedProcess[str]:
        if handin is not None:
            adapted.put(handin, self.root / "submission")
        return self._script(self.root / "run_autograder")

    def result(self, handin: Path) -> dict[str, Any]:
        done = self.run(handin)
        assert done.returncode == 0, done.stdout + done.stderr
        found: dict[str, Any] = json.loads((self.root / "results" / "results.json").read_text())
        return found

    def _script(self, script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, "MLGRADE_AUTOGRADER": str(self.root), **environment}
        return subprocess.run([script], cwd=self.root, env=settings, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generated.course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def package(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("package") / "autograder.zip"
    done = adapted.adapter("gradescope", target, "--course", course)
    assert done.returncode == 0, done.stderr
    assert "3 concepts for 30 points; hidden checks: after_due_date" in done.stdout
    return target


@pytest.fixture(scope="module")
def built(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Autograder]:
    """The autograder after its setup.sh: a venv with the pinned versions, and mlgrade from the zip."""
    wheels = tmp_path_factory.mktemp("wheels")
    with zipfile.ZipFile(package) as archive:
        pinned(archive.read("requirements.txt").decode(), wheels)
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:  # pytest's own lets nobody else in
        Path(folder).chmod(0o755)
        autograder = Autograder(Path(folder), package, wheels)
        done = autograder.setup()
        assert done.returncode == 0, done.stdout + done.stderr
        assert "No broken requirements found" in done.stdout
        yield autograder


@pytest.fixture
def handin(tmp_path: Path) -> Path:
    folder = tmp_path / "handin"
    folder.mkdir()
    return folder


# -- parity -------------------------------------------------------------------------------------------------------


def scores(result: dict[str, Any]) -> dict[str, tuple[str, float, float]]:
    kept = [test["extra_data"] for test in result["tests"] if "extra_data" in test]
    return {one["concept"]: (one["status"], one["earned"], one["possible"]) for one in kept}


def test_the_same_scores_as_mlgrade_grade(built: Autograder, course: Path, tmp_path: Path) -> None:
    """For right, wrong, looping, crashing, hungry, unreadable and odd submissions; and all sums are right."""
    students = adapted.handins(tmp_path / "class")
    expected = adapted.graded(tmp_path / "class", course, tmp_path / "book.db")
    assert {status for status, _, _ in expected.values()} == {"graded", "cannot_run", "not_started"}
    for student in students:
        result = built.result(tmp_path / "class" / student)
        missing = dict.fromkeys(generated.CONCEPTS, ("missing", 0.0, 10.0))
        want = missing | {concept: score for (who, concept), score in expected.items() if who == student}
        assert scores(result) == want, student
        assert result["score"] == round(sum(earned for _, earned, _ in want.values()), 2), student
        assert round(sum(test.get("score", 0.0) for test in result["tests"]), 6) == result["score"], student
        assert round(sum(test.get("max_score", 0.0) for test in result["tests"]), 6) == 30, student


# -- one kind at a time ----------------------------------------------------------------------------------------------


def test_a_right_answer_has_all_points(built: Autograder, handin: Path) -> None:
    """Concepts are in the order of the course, checks in that of the suites, and twice gives equal bytes."""
    for concept in generated.CONCEPTS:
        shutil.copy(ROOT / "solutions" / f"{concept}.py", handin)
    result = built.result(handin)
    raw = (built.root / "results" / "results.json").read_bytes()
    assert result["score"] == 30.0
    assert {test["status"] for test in result["tests"]} == {"passed"}
    heads = [test["name"].partition(":")[0] for test in result["tests"] if "." not in test["number"]]
    assert heads == list(generated.CONCEPTS)
    assert built.result(handin) == result
    assert (built.root / "results" / "results.json").read_bytes() == raw


def test_a_loop_costs_the_check_it_is_in(built: Autograder, handin: Path) -> None:
    """The rest of the concept, and every other concept, keep their points."""
    loops = (
        RIGHT
        + "\n\n_right = softmax\ndef softmax(z, axis=-1):\n    while np.max(z) > 500: pass\n    return _right(z, axis)\n"
    )
    (handin / "softmax.py").write_text(loops)
    shutil.copy(ROOT / "solutions" / "norm.py", handin)
    result = built.result(handin)
    assert scores(result)["norm"] == ("graded", 10.0, 10.0)
    assert 0 < scores(result)["softmax"][1] < 10
    stopped = [test for test in result["tests"] if "stopped after" in test["output"].lower()]
    assert stopped
    assert all(test["score"] == 0.0 for test in stopped)


def test_what_a_student_sees_at_once(built: Autograder, handin: Path) -> None:
    """What was taken and passed over, what the code printed, and visible checks; the rest waits for the due date."""
    (handin / "exercises").mkdir()
    (handin / "exercises" / "Softmax v2.py").write_text(
        "print('<b>hello</b> \\x1b[31m')\n" + RIGHT.replace("z - z.max", "z + 0 * z.max")
    )
    (handin / "notes.txt").write_text("x")
    result = built.result(handin)
    assert "exercises/Softmax v2.py: graded as softmax (taken as softmax)" in result["output"]
    assert "notes.txt: neither .py nor .ipynb" in result["output"]
    head = result["tests"][0]
    assert "<b>hello</b> \\x1b[31m" in head["output"]
    assert head["output_format"] == "text"
    visible = [test for test in result["tests"] if test["visibility"] == "visible"]
    waiting = [test for test in result["tests"] if test["visibility"] == "after_due_date"]
    assert {"public"} == {tag for test in visible for tag in test["tags"] if tag in ("public", "hidden")}
    assert any("Looks like: no maximum is subtracted" in test["output"] for test in waiting)
    assert not any("Looks like" in test["output"] for test in visible)
    assert "stability" in {tag for test in visible for tag in test["tags"]}


def test_nothing_handed_in_says_what_to_hand_in(built: Autograder, handin: Path) -> None:
    """An empty folder is an answer, not an error: no file was graded, and what it should be called."""
    result = built.result(handin)
    assert result["score"] == 0.0
    assert [test["output"] for test in result["tests"]] == [
        f"No file was graded for {name}: hand it in as {name}.py or {name}.ipynb." for name in generated.CONCEPTS
    ]


def test_lateness_is_told_and_not_counted(built: Autograder, handin: Path) -> None:
    """By the assignment's due date; a file without sense is told to the staff, and changes nothing."""
    (handin / "softmax.py").write_text(RIGHT)
    metadata = built.root / "submission_metadata.json"
    try:
        metadata.write_text(json.dumps({
            "id": 1, "created_at": "2027-02-07T12:00:00.365935-08:00", "users": [{"email": "a@example.edu", "id": 1, "name": "A"}],
            "assignment": {"due_date": "2027-02-07T10:30:00.000000-08:00", "total_points": "30.0"}, "previous_submissions": [],
        }))  # fmt: skip
        result = built.result(handin)
        assert result["output"].startswith("Handed in 1 h 30 min late (due 2027-02-07 10:30 -0800).")
        assert (result["score"], result["extra_data"]["seconds_late"]) == (10.0, 5400)
        assert metadata.stat().st_mode & 0o077 == 0
        metadata.write_text("[]")
        assert built.result(handin)["score"] == 10.0
        assert "no time is known: Expected `object`, got `array`" in built.run().stdout
    finally:
        metadata.unlink()
    assert "mlgrade: submission_metadata.json: no time is known: No such file or directory\n" in built.run().stdout


# -- our own fault -----------------------------------------------------------------------------------------------------


def test_a_broken_suite_gives_no_result_and_says_which_check(built: Autograder, handin: Path) -> None:
    """No results.json: Gradescope says that the autograder failed. An older result does not stay in its place."""
    (handin / "softmax.py").write_text(RIGHT)
    built.result(handin)
    suite = built.root / "source" / "course" / "tests" / "hidden" / "test_softmax.py"
    text = suite.read_text()
    try:
        suite.write_text(text + '\n\ndef test_ours(student):\n    """Is ours."""\n    raise RuntimeError("no")\n')
        done = built.run()
    finally:
        suite.write_text(text)
    assert done.returncode == 70
    assert "softmax.hidden.ours is at fault, not the student; run: mlgrade lint softmax" in done.stdout
    assert not (built.root / "results" / "results.json").exists()


def test_a_course_that_does_not_load_gives_no_result(built: Autograder, handin: Path) -> None:
    """The staff read why in the container's output."""
    (handin / "softmax.py").write_text(RIGHT)
    course = built.root / "source" / "course" / "course.yml"
    text = course.read_text()
    try:
        course.write_text("format: 2\n")
        done = built.run(handin)
    finally:
        course.write_text(text)
    assert done.returncode == 2
    assert "mlgrade: course.yml" in done.stdout
    assert not (built.root / "results" / "results.json").exists()


def test_no_submission_folder_is_nobodys_zero(built: Autograder) -> None:
    """Without the folder that Gradescope fills there is nothing to say of a student."""
    shutil.rmtree(built.root / "submission", ignore_errors=True)
    done = built.run()
    assert done.returncode == 2
    assert 'no student "submission"' in done.stdout


def test_without_a_python_setup_says_what_to_choose(package: Path, tmp_path: Path) -> None:
    """An image that has no Python new enough, and no way to get one, is told apart when it is built."""
    bare = Autograder(tmp_path, package, tmp_path)
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("bash", "cat", "env"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    done = bare._script(tmp_path / "source" / "setup.sh", PATH=str(tools))
    assert done.returncode == 1
    assert "choose a newer base image" in done.stderr


# -- isolation layers ----------------------------------------------------------------------------------------------------------------

NOSY = """
import os
for place in ("source/course/solutions/softmax.py", "source/settings.json", "results/results.json", "submission_metadata.json"):
    try:
        print(open("{root}/" + place).read())
    except OSError as error:
        print(place, "refused")
try:
    open("{root}/results/results.json", "w").write("mine")
except OSError as error:
    print("write refused")
"""


def test_student_code_reads_nothing_of_the_autograder(built: Autograder, handin: Path) -> None:
    """Neither suites nor settings nor who else there is; and it cannot write its own result."""
    (handin / "softmax.py").write_text(NOSY.replace("{root}", str(built.root)) + RIGHT)
    result = built.result(handin)
    assert result["tests"][0]["output"].count("refused") == 5
    assert result["extra_data"]["isolation"] == "strict"
    assert built.root.joinpath("source").stat().st_mode & 0o777 == 0o700


REDUCED = """
import sys
from pathlib import Path
from mlgrade.integrations import job
from mlgrade.integrations.gradescope.__main__ import main
from mlgrade.sandbox.isolation import identity
from mlgrade.sandbox.launch import launcher

if not (identity.available() and identity.python_is_open_to_all()):
    sys.exit(5)
job.launcher = lambda: launcher(without=("landlock",))
sys.exit(main(Path(sys.argv[1])))
"""


def test_without_landlock_the_user_of_its_own_keeps_the_course_closed(built: Autograder, handin: Path) -> None:
    """With --allow-weak-isolation, in a container whose kernel has no Landlock: the folders are closed to that user."""
    (handin / "softmax.py").write_text(NOSY.replace("{root}", str(built.root)) + RIGHT)
    adapted.put(handin, built.root / "submission")
    settings = built.root / "source" / "settings.json"
    text = settings.read_text()
    try:
        settings.write_text(text.replace('"allow_weak_isolation": false', '"allow_weak_isolation": true'))
        command = [built.root / "venv" / "bin" / "python", "-I", "-c", REDUCED, built.root]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        settings.write_text(text)
    if done.returncode == 5:
        pytest.skip("only root, with a Python that every user may read, can become another user")
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((built.root / "results" / "results.json").read_text())
    assert result["extra_data"]["isolation"] == "reduced"
    assert "landlock" not in result["extra_data"]["walls"]
    assert result["tests"][0]["output"].count("refused") == 5
    assert result["score"] == 10.0
