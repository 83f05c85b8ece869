"""`nbgrader` and `mlgrade` as commands, each in a process of its own, without loading nbgrader each time.

A server has loaded what they need, and forks for each command: it gets its arguments, folder and variables as any process
does, and ends as any does. Where the start itself, or what is left after the end, is tested, a Python is started instead.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

Done = subprocess.CompletedProcess[str]
_LOADED = ["pytest", "nbgrader.apps", "nbgrader.server_extensions.formgrader", "mlgrade.cli.nbgrader", "mlgrade.api"]
_SCRIPTS = str(Path(sys.executable).parent)  # nbgrader starts alembic from the PATH


def run(module: str, *arguments: str, at: Path, **variables: str) -> Done:
    """Run `python -m MODULE ARGUMENTS` in the folder `at`."""
    settings = {**os.environ, "PATH": os.pathsep.join([_SCRIPTS, os.environ["PATH"]]), **variables}
    if sys.platform != "linux":  # elsewhere forks of a process that has loaded this much are no safe thing
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.run(command, cwd=at, env=settings, capture_output=True, text=True, check=False)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_LOADED)
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder, name) for name in ("stdout", "stderr")]
        process = context.Process(target=_become, args=(module, arguments, str(at), settings, [*map(str, said)]))
        process.start()
        process.join()
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in said]
    return subprocess.CompletedProcess([module, *arguments], process.exitcode or 0, *texts)


def _become(module: str, arguments: tuple[str, ...], at: str, settings: Mapping[str, str], said: list[str]) -> None:
    for number, path in enumerate(said, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND), number)
    os.chdir(at)
    os.environ.clear()
    os.environ.update(settings)
    sys.argv = [module, *arguments]
    sys.path[0] = at
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()  # which a child of multiprocessing leaves out
