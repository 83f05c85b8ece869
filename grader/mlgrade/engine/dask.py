"""The same on a Dask cluster: batches of jobs on other machines, which need only the installed package.

Theory of operation: the work travels once to each worker process that meets it, which opens it and keeps it open until
the run ends. Batches in flight are few times the workers, so that a million jobs need no memory here. Dask itself runs
a batch again elsewhere when a worker is lost. A batch that was with several workers when they ended is cut into single
jobs. A single job may have been beside the one that ended them: it is tried once more at the end, alone on the cluster,
and given up if that ends workers too. One batch at a time runs in a worker process, however many threads it has,
because suites are collected and run in one thread.
"""

from __future__ import annotations

import contextlib
import itertools
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Generic

from mlgrade.engine import Done, J, Lost, R, Work
from mlgrade.errors import MlgradeError, UsageError

if TYPE_CHECKING:
    from distributed import Client

BATCH = 16
IN_FLIGHT = 3  # batches for each worker: one that runs, and two so that it never waits for us
CONNECT_SECONDS = 10


class Cluster:
    """Run jobs on the workers of a Dask scheduler."""

    remote = True

    def __init__(self, scheduler: str, *, batch: int = BATCH, connect_seconds: float = CONNECT_SECONDS) -> None:
        self._scheduler, self._batch, self._connect_seconds = scheduler, batch, connect_seconds

    def run(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[Done[J, R] | Lost[J]]:
        """Run the jobs, and yield results in any order."""
        with _connected(self._scheduler, self._connect_seconds) as client:
            flight = _Flight[J, R](client, work)
            try:
                yield from flight.results(_batches(iter(jobs), self._batch))
            finally:
                flight.end()


def _batches(jobs: Iterator[J], size: int) -> Iterator[list[J]]:
    return iter(lambda: list(itertools.islice(jobs, size)), [])


@contextlib.contextmanager
def _connected(scheduler: str, seconds: float) -> Iterator[Client]:
    try:
        from distributed import Client
    except ImportError:
        raise UsageError("a Dask scheduler needs one more package: pip install 'mlgrade[cluster]'") from None
    try:
        client = Client(scheduler, timeout=seconds, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{scheduler}: no Dask scheduler answers there ({error})") from None
    except TypeError:  # what `distributed` makes of a certificate that it was not given
        raise UsageError(f"{scheduler}: certificates are missing (docs/how-to/cluster.md)") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=seconds)
        except TimeoutError:
            raise UsageError(f"{scheduler}: no worker has joined this scheduler; start some, then run again") from None
        yield client


class _Flight(Generic[J, R]):
    """The batches that are under way."""

    def __init__(self, client: Client, work: Work[J, R]) -> None:
        from distributed import as_completed

        self._client, self._name = client, secrets.token_hex(8)
        # A task of its own and not scattered data: what is lost with a worker is then made again.
        self._work = client.submit(_itself, work, pure=False)
        self._done = as_completed([], loop=client.loop)
        self._batches: dict[Any, list[J]] = {}
        self._suspects, self._alone = deque[J](), ""  # what is tried at the end, and the one that is being tried

    def results(self, batches: Iterator[list[J]]) -> Iterator[Done[J, R] | Lost[J]]:
        self._fill(batches)
        while self._batches:
            future = next(self._done)
            batch = self._batches.pop(future.key)
            yield from self._landed(future, batch)
            self._fill(batches)

    def _fill(self, batches: Iterator[list[J]]) -> None:
        workers = len(self._client.scheduler_info(n_workers=-1)["workers"])
        while len(self._batches) < IN_FLIGHT * max(1, workers) and (batch := next(batches, None)):
            self._send(batch)
        if not self._batches and self._suspects:
            self._alone = self._send([self._suspects.popleft()])

    def _send(self, batch: list[J]) -> str:
        future = self._client.submit(_do, self._name, self._work, batch, pure=False)
        self._batches[future.key] = batch
        self._done.add(future)
        return str(future.key)

    def _landed(self, future: Any, batch: list[J]) -> Iterator[Done[J, R] | Lost[J]]:
        from distributed import KilledWorker

        if future.cancelled():
            raise MlgradeError(
                "the cluster dropped a batch: its scheduler was restarted, or its mlgrade is another one"
            )
        error = future.exception()
        if error is None:
            yield from map(Done, batch, future.result())
        elif not isinstance(error, KilledWorker):
            raise error if isinstance(error, MlgradeError) else MlgradeError(f"a cluster's worker failed: {error}")
        elif future.key == self._alone:
            yield Lost(
                batch[0], f"several workers of the cluster ended over it (the last: {error.last_worker.address})"
            )
        elif len(batch) == 1:
            self._suspects.append(batch[0])
        else:
            for job in batch:
                self._send([job])

    def end(self) -> None:
        """Have every worker close what it opened, when it has ended its batch. One that is gone has."""
        self._client.cancel([self._work])
        self._client.run(_close, self._name, on_error="ignore")


# -- in the worker processes ----------------------------------------------------------------------------------

_turn = threading.Lock()
_opened: dict[str, tuple[AbstractContextManager[Callable[[Any], Any]], Callable[[Any], Any]]] = {}


def _itself(work: Work[J, R]) -> Work[J, R]:
    return work


def _do(name: str, work: Work[J, R], batch: Sequence[J]) -> list[R]:
    with _turn:
        if name not in _opened:
            manager = work.open()
            _opened[name] = manager, manager.__enter__()
        _, do = _opened[name]
        return [do(job) for job in batch]


def _close(name: str) -> None:
    """Close it in a thread of its own: this is called in the one that the worker answers its scheduler with."""
    threading.Thread(target=_leave, args=(name,), daemon=True).start()


def _leave(name: str) -> None:
    with _turn:
        if name in _opened:
            _opened.pop(name)[0].__exit__(None, None, None)
