"""The command in a process of its own, without waiting for Python, numpy and pytest to be loaded each time.

An interpreter that has loaded what every command loads waits, and forks for each one that is asked for. The fork knows
nothing of those before it, gets arguments, folder and environment as any process, and ends as any Python ends. What
Python itself reads when it starts (PYTHON...), and how a terminal is met, needs a real start: `fresh`.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

Done = subprocess.CompletedProcess[str]
LOADED = ("mlgrade.cli.check", "mlgrade.api", "mlgrade.sandbox.launch", "mlgrade.sandbox.host", "mlgrade.reports.terminal")  # fmt: skip


def fresh(arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Done:
    """Start Python for it."""
    command = [sys.executable, "-m", "mlgrade", *arguments]
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


class Warm:
    def __init__(self) -> None:
        self._parent: subprocess.Popen[str] | None = None

    def __call__(self, arguments: Sequence[str], cwd: Path, environment: Mapping[str, str]) -> Done:
        if sys.platform != "linux":  # elsewhere numpy and forks do not go together
            return fresh(arguments, cwd, environment)
        with tempfile.TemporaryDirectory() as folder:
            said = [Path(folder, name) for name in ("stdout", "stderr")]
            status = self._ask([*arguments], str(cwd), dict(environment), [*map(str, said)])
            texts = [path.read_text(encoding="utf-8", errors="replace") for path in said]
        return subprocess.CompletedProcess(["mlgrade", *arguments], status, *texts)

    def _ask(self, *asked: object) -> int:
        if self._parent is None:
            command = [sys.executable, __file__]
            settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a fork keeps no threads
            self._parent = subprocess.Popen(
                command, env=settings, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())

    def close(self) -> None:
        if self._parent is not None:
            self._parent.communicate()


# -- the interpreter that waits -------------------------------------------------------------------------------


def wait() -> None:
    for module in LOADED:
        import_module(module)
    from _pytest.config import default_plugins

    for name in default_plugins:
        import_module(f"_pytest.{name}")
    gc.freeze()  # or each fork would copy what its collector only looks at
    while line := sys.stdin.readline():
        if not (child := os.fork()):
            return become(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    return None


def become(arguments: Sequence[str], cwd: str, environment: Mapping[str, str], said: Sequence[str]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["mlgrade", *arguments]
    sys.path[0] = cwd
    runpy.run_module("mlgrade", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    wait()
