"""Hostile notebooks: each first has its effect where a notebook is simply run, and then has none under HiddenSuites."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import classroom
import pytest
from attacks import ATTACKS, Attack
from classroom import RIGHT, ROOT, UNIT, write

from mlgrade.integrations.nbgrader import warm
from mlgrade.sandbox.isolation import AUDIT, DESCRIPTORS, IDENTITY, LANDLOCK, NAMESPACES, RLIMITS, SECCOMP
from mlgrade.sandbox.launch import launcher

pytestmark = [
    pytest.mark.full,  # waits for nbgrader, kernels or a browser
    pytest.mark.filterwarnings("ignore"),  # nbgrader and its libraries warn of each other
    pytest.mark.skipif(sys.platform != "linux", reason="the attacks, and the walls against them, are those of Linux"),
]
NAIVE = Path(__file__).with_name("naive.py")
TEST = "assert np.allclose(softmax([1.0, 2.0, 4.0]), [0.04201007, 0.1141952, 0.8437947])"
HIDDEN = (ROOT / "tests" / "hidden" / "test_softmax.py").read_text()
WALLS = (LANDLOCK, SECCOMP, IDENTITY, RLIMITS, DESCRIPTORS, NAMESPACES, AUDIT)
# These look beyond their own folder and variables, which differ in a worker whether it has isolation layers or not.
AT_LARGE = ("course_by_the_folder_of_the_parent", "extra_credit", "source_notebook_changed")
SECRETS = ("canary-suite", "canary-home", "canary-source", HIDDEN[-300:])


class World:
    """A classroom in which no file mode keeps anybody out, and a folder for loot."""

    def __init__(self, root: Path) -> None:
        self.root, self.loot, self.home = root, root / "loot", root / "home"
        self.room = classroom.make(root)
        for folder in (self.loot, self.home):
            folder.mkdir()
        (self.home / "secret.txt").write_text("canary-home")
        suite = self.room.course / "tests" / "hidden" / "test_softmax.py"
        suite.write_text(f"{suite.read_text()}\n# canary-suite\n")
        self._seal()
        self.room.submit("eve", write(Attack("", "").source(str(root), str(self.loot))))
        assert self.room.autograde("eve")["success"]
        for path in [root, *root.rglob("*")]:
            path.chmod(0o777 if path.is_dir() else 0o666)
        self._clean = {path: path.read_bytes() for path in self._precious()}

    def _seal(self) -> None:
        """The cells of the source are in nbgrader's gradebook, word for word."""
        with self.room.book() as book:
            book.find_source_cell("test-softmax", "softmax", UNIT).source += "\n# canary-source"
            book.db.commit()

    def _precious(self) -> list[Path]:
        return [self.room.root / "gradebook.db", *(self.room.root / "source").rglob("*.ipynb")]

    def reset(self) -> None:
        for path, data in self._clean.items():
            path.write_bytes(data)
        for path in self.loot.iterdir():
            path.unlink()

    def written(self) -> bool:
        with self.room.book() as book:
            grades = [
                grade for one in book.assignment_submissions(UNIT) for note in one.notebooks for grade in note.grades
            ]
            raised = [grade.name for grade in grades if grade.extra_credit or grade.manual_score]
        changed = [path for path, data in self._clean.items() if path.suffix == ".ipynb" and path.read_bytes() != data]
        return bool(raised or changed)

    def stolen(self, *texts: str) -> bool:
        taken = [path.read_text(errors="replace") for path in self.loot.iterdir()]
        return any(secret in text for text in [*taken, *texts] for secret in SECRETS)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    folder = Path(tempfile.mkdtemp(prefix="mlgrade-hostile-"))
    yield World(folder)
    warm.close()
    shutil.rmtree(folder)


def effects(world: World, *, points: float, texts: list[str], left: bool) -> set[str]:
    seen = {"points": points > 0, "loot": world.stolen(*texts), "write": world.written(), "left": left}
    return {name for name, has in seen.items() if has}


def unconfined(world: World, attack: Attack) -> set[str]:
    """What an attack does where the cells are simply run, as the grader's own user, in the folder of the notebook."""
    home = world.room.root / "autograded" / "eve" / UNIT
    home.mkdir(parents=True, exist_ok=True)
    code = {"cell_type": "code", "source": attack.source(str(world.root), str(world.loot))}
    test = {"cell_type": "markdown", "source": f"{TEST}  # canary-suite"}  # stock nbgrader puts the hidden tests back
    (home / "softmax.ipynb").write_text(json.dumps({"cells": [code, test]}))
    command = [sys.executable, str(NAIVE), str(home / "softmax.ipynb"), TEST]
    environment = {**os.environ, "HOME": str(world.home), "MLGRADE_COURSE": str(world.room.course)}
    done = subprocess.run(command, cwd=world.room.root, env=environment, capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    shutil.rmtree(home)
    return effects(world, points=said["points"], texts=[said["printed"]], left=still_runs(str(home)))


def confined(world: World, attack: Attack, monkeypatch: pytest.MonkeyPatch, **settings: bool) -> set[str]:
    """The same notebook through nbgrader's autograde with our steps, with the same folders and variables in reach."""
    monkeypatch.setenv("HOME", str(world.home))
    monkeypatch.setenv("MLGRADE_COURSE", str(world.room.course))
    world.room.submit("eve", write(attack.source(str(world.root), str(world.loot))))
    result = world.room.autograde("eve", HiddenSuites=settings)
    assert result["success"], result
    scratch = warm._state.warm().host._launcher.inner._scratch.path  # type: ignore[attr-defined]  # of this launcher
    warm.close()
    score = world.room.score("eve")
    assert score.auto is not None
    texts = [json.dumps(world.room.graded("eve").cells[1:]), world.room.comment("eve")]
    texts = [text.replace("canary-source", "", 1) for text in texts]  # the cell that everybody has
    return effects(world, points=score.auto, texts=texts, left=still_runs(scratch))


def still_runs(token: str) -> bool:
    """Whether a process with these words on its command line is there, and stays."""
    for _ in range(20):
        if not any(token in line for line in _command_lines()):
            return False
        time.sleep(0.1)
    for number in filter(str.isdigit, os.listdir("/proc")):
        if token in _command_line(number):
            os.kill(int(number), 9)
    return True


def _command_lines() -> list[str]:
    return [_command_line(number) for number in os.listdir("/proc") if number.isdigit()]


def _command_line(number: str) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attack works on a grader that runs notebooks as they are, and does nothing here."""
    world.reset()
    assert ATTACKS[name].effect in unconfined(world, ATTACKS[name])
    world.reset()
    assert confined(world, ATTACKS[name], monkeypatch) == set()


@pytest.mark.skipif(os.geteuid() != 0, reason="the grader's folder is shut to its user's other processes, walls or not")
@pytest.mark.parametrize("name", AT_LARGE)
def test_the_walls_make_the_difference(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the isolation layers of the worker down, and all else as it is, the same attack has its effect here too."""
    world.reset()
    monkeypatch.setattr(warm, "launcher", lambda: launcher(without=WALLS))
    assert ATTACKS[name].effect in confined(world, ATTACKS[name], monkeypatch, allow_weak_isolation=True)


def test_the_naive_grader_is_no_straw_man(world: World) -> None:
    """A wrong answer without an attack has no effect there, and a right one has its points."""
    world.reset()
    assert unconfined(world, Attack("", "")) == set()
    assert unconfined(world, Attack("", RIGHT["softmax"])) == {"points"}


def test_an_attack_costs_its_author_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a class of attacks an honest answer has all its points."""
    world.reset()
    monkeypatch.setenv("MLGRADE_COURSE", str(world.room.course))
    for name, attack in ATTACKS.items():
        world.room.submit(f"eve_{name}", write(attack.source(str(world.root), str(world.loot))))
    world.room.submit("zoe", write(RIGHT["softmax"]))
    world.room.autograde()
    assert world.room.score("zoe").auto == 10.0
