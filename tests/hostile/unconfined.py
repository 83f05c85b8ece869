"""A grader as courses write it: the submission is imported into the process that runs pytest on the hidden suite.

Each process grades the attack, then the honest twin, and prints a line of JSON with the verdicts on both. It stands for
every in-process grader, and it is no straw man: comparisons are mlgrade's own, points count passed checks only, a call
gets its own arguments, and an import that fails costs the points and nothing else.

python tests/hostile/unconfined.py DESCRIPTOR loads all of this once and is forked for each that is asked for over the
socket DESCRIPTOR: one message of JSON with what a process starts with, and the descriptor to print to. It answers with
the number of the process, and again when that has ended.
"""

from __future__ import annotations

import copy
import gc
import importlib.util
import json
import os
import resource
import socket
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlgrade.sandbox import effects
from mlgrade.suite import marks

POINTS = 10.0
OPTIONS = ["--import-mode=importlib", "--disable-plugin-autoload", "-p", "no:cacheprovider", "-q", "-rN"]


class Last:
    def __init__(self, before: effects.Arguments, after: effects.Arguments, value: Any) -> None:
        self.changed, self.shares = effects.changed(before, after), effects.shared(after, value)


class Student:
    """A small namespace around the imported module, which remembers what the last call did to its arguments."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            before = effects.named(*copy.deepcopy((list(args), kwargs)))
            value = function(*args, **kwargs)
            self.last = Last(before, effects.named(list(args), kwargs), value)
            copy.deepcopy(value)  # kept for the feedback, as courses do
            return value

        return call


class Plugin:
    """Fixtures for a suite, and the verdict on each of its checks."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self.checks: dict[str, str] = {}
        self.weights: dict[str, float] = {}

    @pytest.fixture
    def student(self) -> Student:
        return Student(self._module)

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        return np.random.default_rng([7, zlib.crc32(request.node.name.encode())])

    def pytest_configure(self, config: pytest.Config) -> None:
        marks.register(config)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            mark = item.get_closest_marker("points")
            self.weights[item.nodeid] = float(mark.args[0]) if mark else 1.0
            self.checks[item.nodeid] = "not run"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.checks[report.nodeid] = report.outcome

    @property
    def earned(self) -> float:
        passed = [weight for name, weight in self.weights.items() if self.checks[name] == "passed"]
        whole = sum(self.weights.values())
        return round(POINTS * sum(passed) / whole, 2) if whole else 0.0


def load(path: Path) -> Any:
    """Import a submission. It is taken to know which process grades it, and where somebody listens."""
    spec = importlib.util.spec_from_file_location("softmax", path)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["softmax"] = module
    source = path.read_text().replace("@GRADER@", str(os.getpid())).replace("@PORT@", sys.argv[2])
    exec(compile(source, str(path), "exec"), module.__dict__)
    return module


def grade(world: Path, who: str) -> dict[str, Any]:
    try:
        module = load(world / "submissions" / f"{who}.py")
    except Exception as error:
        print(f"{who}: cannot be imported: {type(error).__name__}: {error}")
        return {"earned": 0.0, "checks": {}}
    plugin = Plugin(module)
    suites = [str(world / "course" / "tests" / part / "test_softmax.py") for part in ("public", "hidden")]
    pytest.main([*OPTIONS, "--rootdir", str(world / "course"), *suites], plugins=[plugin])
    return {"earned": plugin.earned, "checks": {name.rpartition("::")[2]: how for name, how in plugin.checks.items()}}


# -- one process after another --------------------------------------------------------------------------------


def serve(channel: socket.socket) -> Path | None:
    """Answer with a shell for each that is asked for. Returns in the grader itself, which then knows its world."""
    gc.freeze()  # or each fork would copy what its collector only looks at
    while True:
        message, [*out], _, _ = socket.recv_fds(channel, 1 << 16, 1)
        if not message:
            return None
        if not (shell := os.fork()):
            channel.close()
            return behind_a_shell(json.loads(message), out[0])
        os.close(out[0])
        channel.send(str(shell).encode())
        os.waitpid(shell, 0)
        channel.send(b"ended")


def behind_a_shell(asked: dict[str, Any], out: int) -> Path:
    """Be the shell that starts a grader, limits it and waits for it; and return in the grader."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.close(out)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    if grader := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(grader, 0)[1]) & 255)
    sys.argv[1:] = asked["arguments"]
    return Path(sys.argv[1])


if __name__ == "__main__":
    if place := serve(socket.socket(fileno=int(sys.argv[1]))):
        verdicts = {who: grade(place, who) for who in ("attack", "twin")}
        print("\n" + json.dumps({"verdict": verdicts}))
