"""A grader as courses write it: the submission is imported into the process that runs pytest on the hidden suite.

python tests/hostile/unconfined.py WORLD grades the attack, then the honest twin, and prints a line of JSON with the
verdicts on both. It stands for every in-process grader, and it is no straw man: comparisons are mlgrade's own, points
count passed checks only, a call gets its own arguments, and an import that fails costs the points and nothing else.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlgrade.sandbox import effects
from mlgrade.suite import marks

POINTS = 10.0


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
    options = ["--import-mode=importlib", "-p", "no:cacheprovider", "--rootdir", str(world / "course"), "-q", "-rN"]
    pytest.main([*options, *suites], plugins=[plugin])
    return {"earned": plugin.earned, "checks": {name.rpartition("::")[2]: how for name, how in plugin.checks.items()}}


if __name__ == "__main__":
    place = Path(sys.argv[1])
    verdicts = {who: grade(place, who) for who in ("attack", "twin")}
    print("\n" + json.dumps({"verdict": verdicts}))
