"""A pytest plugin with no isolation at all: the student's file is imported into the process that holds the tests.

This is what most course graders do, and the yardstick of benchmarks/check_latency.py. Never grade with it.
"""

from __future__ import annotations

import importlib.util
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mlgrade.suite import marks


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--file", required=True)


def pytest_configure(config: pytest.Config) -> None:
    marks.register(config)


class Function:
    """A student's function with the two things that the comparisons ask for, and no more."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)

    def fault(self, *args: Any, **kwargs: Any) -> Any:
        try:
            self._function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  (any exception is the answer)
            bases = [base.__name__ for base in type(error).__mro__]
            return types.SimpleNamespace(type=bases[0], bases=bases, message=str(error))
        return None


class Student:
    last = types.SimpleNamespace(changed=[], shares=[])

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Function:
        return Function(getattr(self._module, name))


@pytest.fixture(scope="module")
def student(request: pytest.FixtureRequest) -> Student:
    path = Path(request.config.getoption("--file"))
    if path.is_dir():
        path = path / f"{request.path.stem.removeprefix('test_')}.py"
    spec = importlib.util.spec_from_file_location("submission", path)
    assert spec is not None  # noqa: S101
    assert spec.loader is not None  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return Student(module)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)
