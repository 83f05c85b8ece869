"""One submission over several workers: what counts against its total limit, on a clock that the tests set."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from mlgrade.sandbox import attempt
from mlgrade.sandbox.attempt import LEAST_SECONDS, NotTried, WorkerSession
from mlgrade.sandbox.host import Host, Worker
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Died, Load, Loaded, TimedOut, Value

LOAD = Load(source=b"", name="a", filename="a.py", functions=["f"], imports=[], forbid=[])
LIMITS = Limits(import_seconds=5.0, call_seconds=2.0, total_seconds=20.0, deaths=20)
USED_UP = NotTried(why="the 20 s for the whole file were used up", timed_out=True)


class Machine:
    """A clock, and a host whose workers take `start`, `load` and `call` seconds of it. `load` may change by worker."""

    def __init__(self, *, load: list[float], call: float, start: float = 0.0, dies: str = "call") -> None:
        self.now = self.spent = 0.0  # `spent` is what the submission used, starts excluded
        self.workers = 0
        self._load, self._call, self._start, self._dies = load, call, start, dies

    def monotonic(self) -> float:
        return self.now

    def worker(self, limits: Limits) -> Worker:
        assert limits == LIMITS
        self.now += self._start
        self.workers += 1
        takes = self._load[min(self.workers, len(self._load)) - 1]
        worker = SimpleNamespace(alive=True, close=lambda: None)

        def end(seconds: float, allowed: float, *, dies: bool, well: Any) -> Any:
            self.now += min(seconds, allowed)
            self.spent += min(seconds, allowed)
            if seconds > allowed or dies:
                worker.alive = False
            if seconds > allowed:
                return TimedOut(seconds=allowed)
            return Died(how="exit status 3") if dies else well

        first = self.workers == 1
        worker.load = lambda _, seconds: end(
            takes, seconds, dies=self._dies == "load" and not first, well=Loaded(functions={})
        )
        worker.call = lambda _f, _a, _k, seconds: end(
            self._call, seconds, dies=self._dies in ("call", "load"), well=Value(value=1)
        )
        return cast("Worker", worker)


def calls(machine: Machine, monkeypatch: pytest.MonkeyPatch, count: int = 30) -> list[Any]:
    """Load, call so many times, and return what came of the calls."""
    monkeypatch.setattr(attempt, "time", machine)
    with WorkerSession(cast("Host", machine), LOAD, LIMITS) as tried:
        tried.load()
        return [tried.call("f", (), {}) for _ in range(count)]


def test_a_reload_counts_against_the_total(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import of 4.9 s and a death in each call take the total limit, not the limit and an import more."""
    machine = Machine(load=[4.9], call=0.0)
    results = calls(machine, monkeypatch)
    assert results[:4] == [Died(how="exit status 3")] * 4
    assert set(map(repr, results[4:])) == {repr(USED_UP)}
    assert machine.spent <= LIMITS.total_seconds + LEAST_SECONDS
    assert machine.workers == 5


def test_a_reload_that_dies_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that takes 3 s and dies whenever it is loaded again ends at the total limit."""
    machine = Machine(load=[0.1, 3.0], call=0.0, dies="load")
    results = calls(machine, monkeypatch)
    assert results[:7] == [Died(how="exit status 3")] * 7
    assert results[7] == USED_UP
    assert machine.spent <= LIMITS.total_seconds + LEAST_SECONDS


def test_a_reload_that_is_stopped_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload without end is stopped at the import limit, and at what is left when that is less."""
    machine = Machine(load=[4.0, 60.0], call=60.0)
    monkeypatch.setattr(attempt, "time", machine)
    with WorkerSession(cast("Host", machine), LOAD, LIMITS) as tried:
        tried.load()
        stopped = [tried.call(function, (), {}) for function in "fghij"]
    assert [one.seconds for one in stopped[:3] if isinstance(one, TimedOut)] == [2.0, 5.0, 5.0]
    assert stopped[3:] == [USED_UP, USED_UP]
    assert machine.spent == LIMITS.total_seconds


def test_a_call_is_not_made_when_the_reload_used_up_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload that takes all that is left leaves nothing for the call, and a whole number is named all the same."""
    machine = Machine(load=[4.0], call=0.0)
    results = calls(machine, monkeypatch)
    assert results[:4] == [Died(how="exit status 3")] * 4
    assert results[4] == USED_UP
    assert machine.spent == LIMITS.total_seconds


def test_starting_a_process_is_not_the_students_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine takes 3 s for each process; a file that dies 20 times in no time is stopped for its deaths."""
    machine = Machine(load=[0.0], call=0.0, start=3.0)
    results = calls(machine, monkeypatch)
    assert machine.now == 60.0
    assert results[:20] == [Died(how="exit status 3")] * 20
    assert results[20] == NotTried(why="the file ended its process 20 times already", timed_out=False)
