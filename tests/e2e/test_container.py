"""What the container of docs/how-to/container.md runs, without an engine: a user without rights, behind Docker's own filter."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import adapted
import generated
import pytest
import wheels

ROOT = Path(__file__).resolve().parents[2]


pytestmark = [
    pytest.mark.full,  # plays the container
    pytest.mark.needs("hatchling"),
    pytest.mark.skipif(sys.platform != "linux", reason="the container is a Linux one"),
]
NOBODY = 10001
# Docker's filter, and then the program of the image with its arguments.
START = "import sys; sys.path.insert(0, {here!r}); import docker_profile; docker_profile.load(); from mlgrade.cli import main; main()"


class Container:
    """The places of the run command, and its program as the user that it names."""

    def __init__(self, root: Path, environment: wheels.Environment) -> None:
        self.root, self.environment = root, environment
        generated.course(root / "course", ["softmax"])
        adapted.handins(root / "submissions")
        (root / "book").mkdir()
        (root / "tmp").mkdir()
        (root / "tmp").chmod(0o1777)
        shutil.copy(ROOT / "tests" / "hostile" / "docker_profile.py", root)
        if os.geteuid() == 0:
            os.chown(root / "book", NOBODY, NOBODY)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        rootless = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
        code = [self.environment.bin / "python", "-c", START.format(here=str(self.root)), *map(self._here, arguments)]
        command = [*(rootless if os.geteuid() == 0 else ()), *code]
        places = {"HOME": str(self.root / "tmp"), "TMPDIR": str(self.root / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"}
        return self.environment.run(*command, cwd=self.root / "course", **places)

    def _here(self, word: str) -> str:
        """A place in the container, as it is called here."""
        return f"{self.root}{word}" if re.match(r"/(course|submissions|book)\b", word) else word


@pytest.fixture(scope="module")
def container() -> Iterator[Container]:
    with tempfile.TemporaryDirectory(prefix="mlgrade-container-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        (root / "dist").mkdir()
        wheel, _ = wheels.built(root / "dist", ROOT)
        yield Container(root, wheels.Environment(root, wheel, ["staff"]))


def arguments() -> list[str]:
    [block] = re.findall(
        r"```text\n(docker run .*?)```", (ROOT / "docs" / "how-to" / "container.md").read_text(), re.DOTALL
    )
    words = shlex.split(block.replace("\\\n", " "))
    return words[words.index("mlgrade-staff") + 1 :]


def test_the_documented_command_grades_behind_every_needed_wall(container: Container, tmp_path: Path) -> None:
    """The scores are those of `mlgrade grade` outside; nothing is written but the gradebook."""
    expected = adapted.graded(
        container.root / "submissions", container.root / "course" / "course.yml", tmp_path / "b.db"
    )
    before = {path for path in container.root.rglob("*") if "book" not in path.parts and "tmp" not in path.parts}
    done = container.run(*arguments())
    assert done.returncode in (0, 1), done.stderr  # 1: files of equal rank, as outside
    with sqlite3.connect(container.root / "book" / "gradebook.db") as book:
        rows = book.execute("SELECT student, concept, status, earned FROM attempts").fetchall()
        versions = [json.loads(text) for (text,) in book.execute("SELECT versions FROM suites")]
    assert {(student, concept): (status, earned) for student, concept, status, earned in rows} == {
        key: (status, earned) for key, (status, earned, _) in expected.items()
    }
    assert {one["isolation"] for one in versions} == {"strict"}
    after = {path for path in container.root.rglob("*") if "book" not in path.parts and "tmp" not in path.parts}
    assert after - before == set()
    assert [path for path in (container.root / "tmp").iterdir() if not path.name.startswith(".")] == []


def test_doctor_says_what_stands_there(container: Container) -> None:
    """The image without arguments: strict, for a user without any right."""
    done = container.run("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "strict" in done.stdout
