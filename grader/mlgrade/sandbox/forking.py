"""The fork server, on its own side: one fork for each pair of pipes that the grader sends. Linux only.

It has numpy loaded, and never runs student code. Where the kernel does not limit the workers' scratch folders, the fork
server looks at them: it is neither the grader, which may be busy, nor a worker. When the grader is gone it kills its
workers, clears their folders away and ends.
"""

from __future__ import annotations

import functools
import gc
import os
import select
import signal
import socket
import sys
import time
import warnings
from collections.abc import Sequence

import msgspec

from mlgrade.sandbox import worker
from mlgrade.sandbox.isolation import NAMESPACES, IsolationPlan, identity, libraries, namespaces, orphans
from mlgrade.sandbox.protocol import (
    End,
    Start,
)
from mlgrade.sandbox.scratch import LOOK_SECONDS, OverfullError, Watch, hidden, sweep


class WorkerForks:
    """Fork a worker for each request, and say how a worker ended when asked."""

    def __init__(self, line: socket.socket, scratch: str, listing: str, without: Sequence[str]) -> None:
        self._line = line
        if libraries.listed():
            libraries.ask()  # while this process may still do what it may, and while it does the rest
        libraries.redirect()
        identity.drop_bounding()
        self._around = (NAMESPACES,) if NAMESPACES not in without and namespaces.enter() else ()
        self._covers = bool(self._around) and namespaces.possible(scratch)  # else we look at the folders ourselves
        self._new_plan = functools.partial(IsolationPlan, scratch, without=without, listing=listing)
        self._plans = {False: self._new_plan()}  # by whether a course lets installed packages be read
        self._users = identity.users()
        self._workers: dict[int, tuple[Watch, int]] = {}  # and which user each is, if it is one of its own
        self._overfull: dict[int, str] = {}  # workers that were killed for what they wrote
        self._next_look = 0.0

    def run(self) -> None:
        """Serve until the grader is gone."""
        waiting = select.poll()
        waiting.register(self._line, select.POLLIN)
        while True:
            watching = self._workers and not self._covers
            if waiting.poll(LOOK_SECONDS * 1000 if watching else None) and not self._answer():
                return
            if watching and time.monotonic() >= self._next_look:
                self._look()
                self._next_look = time.monotonic() + LOOK_SECONDS

    def _answer(self) -> bool:
        """Do what is asked next, and say whether anybody asked."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._line, 4096, 3)
        except ConnectionError:
            return False
        if not data:
            return False
        request = msgspec.json.decode(data, type=Start | End)
        if isinstance(request, End):
            self._end(request)
        else:
            self._line.send(b"%d" % self._fork(request, self._plan(request), descriptors))
        return True

    def _look(self) -> None:
        for pid, (watch, user) in self._workers.items():
            try:
                with identity.seen_as(user):
                    held = hidden(pid)
                watch(held)
            except OverfullError as error:
                self._overfull.setdefault(pid, str(error))
                orphans.kill_all(pid)

    def close(self) -> None:
        """Kill every worker, so that nothing writes any more, and only then clear their folders away."""
        for pid in self._workers:
            orphans.kill_all(pid)
        orphans.kill_others(set())

    def _plan(self, start: Start) -> IsolationPlan:
        packages = start.limits.packages
        if packages not in self._plans:
            self._plans[packages] = self._new_plan(packages=packages)
        return self._plans[packages]

    def _end(self, request: End) -> None:
        self._workers.pop(request.pid, None)
        status = os.waitpid(request.pid, 0)[1]
        orphans.kill_others({*self._workers})
        sweep(request.scratch)
        why = self._overfull.pop(request.pid, "")
        if request.asked:
            self._line.send(f"{status} {why}".encode())

    def _fork(self, start: Start, plan: IsolationPlan, descriptors: list[int]) -> int:
        parent, user = os.getpid(), next(self._users)
        pid = os.fork()
        if not pid:
            self._work(start, plan, descriptors, parent, user)
        for descriptor in descriptors:
            os.close(descriptor)
        self._workers[pid] = Watch(start.scratch), user if plan.identity else 0
        return pid

    def _work(self, start: Start, plan: IsolationPlan, descriptors: list[int], parent: int, user: int) -> None:
        orphans.die_with(parent)  # first of all: a worker that loops never looks at its pipe again
        orphans.first_for_the_oom_killer()  # a process that becomes another user may not say so any more
        os.setsid()
        source, sink, stack = descriptors
        _stack_on_request(stack)

        def confine() -> tuple[str, ...]:
            if self._covers:
                namespaces.cover(start.scratch)
            _settle(start.scratch)
            kept = (source, sink, stack)
            watched = not self._covers
            isolated = plan.activate(start.limits, start.scratch, kept, parent=parent, user=user, watched=watched)
            return (*isolated, *self._around)

        worker.serve(source, sink, start.limits, confine)


def run(control: int, scratch: str, listing: str, without: Sequence[str]) -> None:
    """Be the fork server."""
    worker.silence()
    orphans.adopt()
    gc.freeze()  # what is here stays: a collection in a worker would only copy its pages
    server = WorkerForks(socket.socket(fileno=control), scratch, listing, without)
    server.run()
    server.close()
    sweep(scratch)  # whoever asked for workers is gone, perhaps without a chance to tidy up
    os._exit(0)


def _settle(scratch: str) -> None:
    """Stand in a folder of one's own, which is gone with this submission."""
    os.chdir(scratch)
    for name in ("HOME", "TMPDIR", "TEMP"):
        os.environ[name] = scratch


def _stack_on_request(sink: int) -> None:
    """Let whoever stops this process ask first where it is; works while C code holds the interpreter's lock."""
    import faulthandler

    faulthandler.register(signal.SIGUSR1, file=sink, all_threads=False)


def main(argv: list[str]) -> None:
    """Be the fork server of the socket, scratch folder and listing that the grader names."""
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    run(int(argv[0]), argv[1], argv[2], argv[3:])


if __name__ == "__main__":
    main(sys.argv[1:])
