"""A world to attack: a small course, a home, loot, and canaries in all that must stay unread.

Nothing in it is closed by file modes. The worst case is assumed: the attacker runs as the grader's own user.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VARIABLE = "MLGRADE_HOSTILE_TOKEN"
LIBRARIES = Path("/usr/lib")
COURSE = """\
format: 1
title: Hostile
version: "1.0"
seed: 7
limits: {call: 0.5 s, load: 1 s, submission: 4 s, memory: 1 GiB}
units:
  - id: scores
    title: Scores
    concepts:
      - {id: softmax, title: Softmax, points: 10, functions: [softmax, log_softmax, total], forbid: [numpy.logaddexp]}
"""
# Properties as courses write them: with nothing that pins what they hold of.
PROPERTIES = '''

def test_most_goes_to_the_largest(student):
    """Gives more than half to a score that leads clearly, and no more than all."""
    p = np.asarray(student.softmax(np.array([[0.5, -1.0, 2.0]])))
    assert np.all(p[..., 2] > 0.5)
    assert np.all(p <= 1)


def test_not_too_little_to_the_largest(student):
    """Gives no less than half to a score that leads clearly, and no more than all."""
    p = np.asarray(student.softmax(np.array([[0.5, -1.0, 2.0, 1.0]])))
    assert not np.any(p[..., 2] < 0.5)
    assert not np.any(p > 1)


def test_asks_for_no_score_that_is_not_there(student):
    """Asks for the scores that there are, and for no other."""
    from mlgrade.suite.compare import holds

    def score(i):
        holds(0 <= i < 3, "asked for a score that is not there")
        return 1.0

    assert student.total(score, 3) == 3.0
'''
# A function that is given a callback: the right answer, and the stub.
TOTAL = """

def total(score, n):
    return float(sum(score(i) for i in range(n)))
"""
STUB = """

def total(score, n):
    raise NotImplementedError
"""
LONGEST = 1000  # characters of a path; what lies deeper was seen by its top
Snapshot = dict[str, tuple[int, str]]


class World(msgspec.Struct, frozen=True):
    root: Path
    canaries: dict[str, str]  # what holds it -> the token

    @property
    def course(self) -> Path:
        return self.root / "course"

    @property
    def loot(self) -> Path:
        return self.root / "loot"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def secret(self) -> Path:
        """Root's own file, among the system's libraries. Only root can make it."""
        beneath = next(path for path in sorted(LIBRARIES.iterdir()) if path.is_dir() and not path.is_symlink())
        return beneath / self.root.name / "secret.txt"

    def places(self, grader: int, port: int) -> dict[str, str]:
        return {
            "WORLD": str(self.root),
            "LOOT": str(self.loot),
            "SECRET": str(self.secret),
            "COURSE": str(self.course),
            "GRADER": str(grader),
            "PORT": str(port),
        }

    def stolen(self, text: bytes) -> set[str]:
        return {place for place, token in self.canaries.items() if token.encode() in text}

    def taken(self) -> set[str]:
        """What the loot folder holds of the canaries, in names and in contents."""
        paths = list(_walk(self.loot))
        files = (path for path in paths if path.is_file() and path.stat().st_size < 1 << 28)
        names = "\n".join(map(str, paths)).encode(errors="replace")
        return self.stolen(names).union(*(self.stolen(path.read_bytes()) for path in files))

    def snapshot(self) -> Snapshot:
        """Mode and content of everything that nobody may change."""
        return {str(path): _state(path) for path in _walk(self.root, self.loot, self.tmp)}

    def remove(self) -> None:
        """Take it away with a tool that knows no depth; what is locked is unlocked first."""
        for command in (["chmod", "-R", "u+rwx", str(self.root)], ["rm", "-rf", "--", str(self.root)]):
            subprocess.run(command, check=False, capture_output=True)
        if os.geteuid() == 0:
            shutil.rmtree(self.secret.parent, ignore_errors=True)


def make(token: str, owner: str = "") -> World:
    """Make a world for one attack. `token` is the value of the grader's environment variable."""
    root = Path(tempfile.mkdtemp(prefix="mlgrade-hostile-"))
    canaries = {name: f"canary-{secrets.token_hex(12)}" for name in ("suite", "solution", "home", "library")}
    world = World(root, {**canaries, "environment": token})
    for folder in (world.loot, world.tmp, world.run, root / "home", root / "submissions"):
        folder.mkdir()
    (root / "home" / "secret.txt").write_text(f"password: {canaries['home']}\n")
    _course(world)
    if os.geteuid() == 0:
        world.secret.parent.mkdir()
        world.secret.write_text(f"key: {canaries['library']}\n")
        world.secret.chmod(0o600)
    for folder in (root, world.loot, world.tmp, world.run):
        folder.chmod(0o777)
    if owner:
        subprocess.run(["chown", "-R", owner, str(root)], check=True)
    return world


def _course(world: World) -> None:
    for part in ("exercises", "solutions", "tests/public", "tests/hidden", "tests/misconceptions"):
        (world.course / part).mkdir(parents=True)
        for source in (ROOT / part).glob("*softmax.py"):
            shutil.copyfile(source, world.course / part / source.name)
    (world.course / "course.yml").write_text(COURSE)
    with (world.course / "tests/hidden/test_softmax.py").open("a") as suite:
        suite.write(PROPERTIES)
    for part, text in (("solutions", TOTAL), ("exercises", STUB)):
        with (world.course / part / "softmax.py").open("a") as source:
            source.write(text)
    for file, name in (("tests/hidden/test_softmax.py", "suite"), ("solutions/softmax.py", "solution")):
        path, token = world.course / file, world.canaries[name]
        path.write_text(f'{path.read_text()}\n\n# {token}\nSEAL = "{token}"\n')


def _state(path: Path) -> tuple[int, str]:
    try:
        status = path.lstat()
    except OSError as error:
        return 0, type(error).__name__
    if stat.S_ISREG(status.st_mode):
        return status.st_mode, hashlib.sha256(path.read_bytes()).hexdigest()
    return status.st_mode, str(path.readlink()) if stat.S_ISLNK(status.st_mode) else ""


def _walk(top: Path, *without: Path) -> Iterator[Path]:
    """Everything below a folder, without recursion: what attacks nest is deeper than Python's stack."""
    waiting = [str(top)]
    while waiting:
        path = waiting.pop()
        yield Path(path)
        if len(path) < LONGEST and Path(path) not in without and not os.path.islink(path):
            waiting += _scan(path)


def entries(folder: Path) -> set[str]:
    """The names in a folder and in its folders: deep enough to see that something stays, shallow enough to survive."""
    found = set()
    for entry in _scan(str(folder)):
        found.add(entry)
        found.update(_scan(entry))
    return found


def _scan(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return []
