"""What several files of these tests share: workers, and small courses with suites of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from mlgrade.sandbox.attempt import WorkerSession
from mlgrade.sandbox.host import Host
from mlgrade.sandbox.launch import launcher
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Load, Loaded
from mlgrade.submissions.model import SourceText
from mlgrade.suite import session
from mlgrade.suite.session import Ran, Suite

_numbers = itertools.count()


@pytest.fixture(scope="session")
def host() -> Iterator[Host]:
    with Host(launcher()) as started:
        yield started


class Bench:
    """A folder of suites, and the way to run one of them on a source."""

    def __init__(self, root: Path, host: Host) -> None:
        self.root, self._host = root, host

    def write(self, body: str, *, visibility: str = "public", concept: str = "") -> Path:
        """Write a suite. Unless told otherwise its concept has a name that no other test uses."""
        folder = self.root / "tests" / visibility
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"test_{concept or f'made{next(_numbers)}'}.py"
        path.write_text(body, encoding="utf-8")
        return path

    def collect(self, *paths: Path) -> Suite:
        [suite] = session.collect(paths, self.root).values()
        return suite

    def suite(self, body: str) -> Suite:
        return self.collect(self.write(body))

    def run(self, suite: Suite, source: str, *functions: str, seed: int = 0, **limits: float) -> list[Ran]:
        load = Load(
            source=source.encode(),
            name="answer",
            filename="answer.py",
            functions=list(functions or ("f",)),
            imports=["stdlib", "numpy"],
            forbid=[],
        )
        with WorkerSession(self._host, load, msgspec.structs.replace(Limits(), **limits)) as attempt:
            loaded = attempt.load()
            assert isinstance(loaded, Loaded)
            return suite.run(attempt, loaded.functions, SourceText("answer.py", source.splitlines()), seed)


@pytest.fixture
def bench(tmp_path: Path, host: Host) -> Bench:
    return Bench(tmp_path, host)


@pytest.fixture
def edit(course: Path) -> Callable[[str, str, str], None]:
    """Change a file of the small course."""

    def change(file: str, old: str, new: str) -> None:
        text = (course / file).read_text(encoding="utf-8")
        assert old in text
        (course / file).write_text(text.replace(old, new), encoding="utf-8")

    return change
