"""The engines give equal results, and survive what ends their processes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest
from clusters import Computes, Machines, Naps, OpensLater, Refuses, Sleeps, Squares

from mlgrade.engine import Done, Engine, Lost, Serial, process
from mlgrade.engine.dask import Cluster
from mlgrade.engine.pool import Pool
from mlgrade.errors import CourseError, MlgradeError, UsageError


def results(engine: Engine, work: Squares, jobs: range) -> dict[int, int | str]:
    return {r.job: r.result if isinstance(r, Done) else r.why for r in engine.run(work, jobs)}


@pytest.mark.parametrize("engine", [Serial(), Pool(1), Pool(2), Pool(5)], ids=["serial", "one", "two", "five"])
def test_every_job_is_done_once(engine: Engine) -> None:
    """However many processes there are, each job has one result."""
    done = list(engine.run(Squares(), range(50)))
    assert sorted((one.job, one.result) for one in done if isinstance(one, Done)) == [(n, n * n) for n in range(50)]


@pytest.mark.parametrize("engine", [Serial(), Pool(2)], ids=["serial", "pool"])
def test_nothing_to_do_starts_nothing(engine: Engine) -> None:
    """Without a job the work is not even opened."""
    assert list(engine.run(Squares(exits=True), [])) == []


def test_a_job_that_kills_its_process_twice_is_lost() -> None:
    """It alone has no result, and the processes are replaced."""
    found = results(Pool(2), Squares(deadly=frozenset({3, 11})), range(20))
    assert {n: v for n, v in found.items() if n not in (3, 11)} == {n: n * n for n in range(20) if n not in (3, 11)}
    assert "ended 2 times over it (SIGKILL)" in str(found[3])
    assert "ended 2 times" in str(found[11])


def test_a_job_that_kills_its_process_once_is_done(tmp_path: Path) -> None:
    """It is tried once more, and then has its result."""
    deadly = frozenset({0, 7, 19})
    assert results(Pool(2), Squares(deadly, str(tmp_path)), range(20)) == {n: n * n for n in range(20)}


def test_a_work_that_cannot_be_opened_ends_the_run() -> None:
    """It is no job's fault, and says what is wrong instead of losing every job."""
    with pytest.raises(MlgradeError, match=r"could not start \(exit status 3\)"):
        list(Pool(2).run(Squares(exits=True), range(5)))
    with pytest.raises(CourseError, match="not what it was"):
        list(Pool(2).run(Refuses(), range(5)))
    with pytest.raises(CourseError, match="not what it was"):
        list(Serial().run(Refuses(), range(5)))


def test_a_process_that_dies_before_it_has_begun_is_replaced(tmp_path: Path) -> None:
    """Once is no reason to end the run; its jobs are not blamed, and have their results."""
    done = list(Pool(1).run(OpensLater(str(tmp_path / "mark")), range(5)))
    assert sorted((one.job, one.result) for one in done if isinstance(one, Done)) == [(n, n) for n in range(5)]


@pytest.mark.full
def test_a_process_that_says_nothing_is_replaced() -> None:
    """Longer than any job can take, and it counts as dead."""
    found = list(Pool(2, stop_seconds=4.0).run(Sleeps(), [0.0, 60.0, 0.01]))
    assert [one.job for one in found if isinstance(one, Lost)] == [60.0]
    assert sorted(one.job for one in found if isinstance(one, Done)) == [0.0, 0.01]


@pytest.mark.skipif(sys.platform == "win32", reason="no timer of the kernel ends a process there")
def test_a_process_that_computes_without_end_is_replaced() -> None:
    """The kernel ends it, twice; the second time nothing else runs."""
    found = results(Pool(2, processor=0.5), Computes(), [3, 10**9, 4])  # type: ignore[arg-type]  # any work will do
    assert (found[3], found[4]) == (6, 3)
    assert "ended 2 times over it (SIGPROF)" in str(found[10**9])


def test_a_job_that_ended_a_process_is_tried_alone(tmp_path: Path) -> None:
    """While it is tried again nothing else runs, so that what it does to the machine meets nobody."""
    found = list(Pool(3).run(Squares(frozenset({0}), str(tmp_path)), range(12)))
    assert [one.job for one in found][-1] == 0
    assert all(isinstance(one, Done) for one in found)


def test_jobs_are_taken_as_they_are_needed() -> None:
    """A class of any size needs no memory of its size: few jobs are in hand at a time."""
    taken = 0

    def jobs() -> Iterator[int]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield number

    run = Pool(2).run(Squares(), jobs())
    next(iter(run))
    assert taken < 20
    run.close()  # type: ignore[attr-defined]  # a generator


def test_closing_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops reading ends what was started, also what is at work."""
    started, start = [], process.start

    def noted(*arguments: Any) -> tuple[Connection, process.GradingProcess]:
        started.append(start(*arguments))
        return started[-1]

    monkeypatch.setattr(process, "start", noted)
    run = Pool(2).run(Sleeps(), [0.0, 0.0, 0.0, 60.0, 60.0])
    next(iter(run))
    run.close()  # type: ignore[attr-defined]  # a generator
    assert [one.exitcode is not None for _, one in started] == [True, True]


# -- a real Dask cluster ----------------------------------------------------------------------------------------


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    started = Machines(tmp_path)
    yield started
    started.stop()


@pytest.mark.needs("distributed")
def test_a_cluster_gives_the_same_results(machines: Machines, tmp_path: Path) -> None:
    """Each job has its result, also when its worker died of another one; a job that kills them all is lost."""
    machines.worker()
    machines.worker()
    deadly = Squares(deadly=frozenset({7}))
    found = results(Cluster(machines.address, batch=4), deadly, range(30))
    assert {n: v for n, v in found.items() if n != 7} == {n: n * n for n in range(30) if n != 7}
    assert "several workers of the cluster ended over it" in str(found[7])


@pytest.mark.needs("distributed")
def test_leaving_a_cluster_does_not_wait_for_its_batches(machines: Machines) -> None:
    """A worker that is at work closes what it opened when it is done; whoever presses Ctrl-C is not kept until then."""
    machines.worker(nanny=False)
    run = Cluster(machines.address, batch=1).run(Naps(), [0.0, 30.0])
    next(iter(run))
    begun = time.monotonic()
    run.close()  # type: ignore[attr-defined]  # a generator
    assert time.monotonic() - begun < 20  # of the thirty that its batch takes


class OnlyHere(Sleeps, frozen=True):
    """Of a module that no other process finds."""


@pytest.mark.needs("distributed")
def test_a_cluster_with_another_installation_is_a_sentence(machines: Machines) -> None:
    """Workers that cannot read the work, because they have no such module, end the run and not in a traceback."""
    machines.worker(nanny=False)
    with pytest.raises(MlgradeError, match="the cluster dropped a batch"):
        list(Cluster(machines.address).run(OnlyHere(), [0.0]))


@pytest.mark.needs("distributed")
def test_a_cluster_without_workers_is_a_sentence(machines: Machines) -> None:
    """Nobody waits for ever for workers that were never started."""
    with pytest.raises(UsageError, match="no worker has joined this scheduler"):
        list(Cluster(machines.address, connect_seconds=1).run(Squares(), range(3)))


@pytest.mark.needs("distributed")
def test_no_scheduler_is_a_sentence() -> None:
    """An address where nobody answers is said at once, with the address."""
    with pytest.raises(UsageError, match=r"tcp://127.0.0.1:9: no Dask scheduler answers there"):
        list(Cluster("tcp://127.0.0.1:9", connect_seconds=1).run(Squares(), range(3)))
