"""Processes side by side on this machine, each replaced when it dies.

Theory of operation: each member of the crew is a process of its own with a pipe to us. It opens the work once, and
answers jobs in the order in which it gets them; it always has one waiting beside the one it does. When it dies, the
first job that it has not answered may be the one that it died of: it is tried once more when all others are done, alone
on this machine, and given up if it ends a process again. The others are handed out again as if nothing had happened. A
member that says nothing for longer than any job can take is killed, and counts as dead; so is one that computes for
longer, which the kernel sees to. Members die with us, and before us where memory is short. They do not hear Ctrl-C:
whoever reads the results decides, and closing ends them all.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from collections import deque
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, Generic

from mlgrade.engine import TRIES, Done, J, Lost, R, Work, interrupts, process
from mlgrade.errors import MlgradeError

AHEAD = 2  # jobs in the hands of a member: the one that it does and the next
PROCESSOR_SECONDS = 60.0  # that a job may compute in a member's own process
FIRST_TO_GO = 500  # of 1000: the kernel's score for who is killed when memory is short; workers have all of it
STARTS = 3  # that may end in a row before the work is opened, as where memory is short
STOP_SECONDS, START_SECONDS = 900.0, 120.0
LEAVE_SECONDS = 5.0


class Pool:
    """Run jobs in several processes of this machine."""

    remote = False

    def __init__(self, processes: int, *, stop_seconds: float = STOP_SECONDS, processor: float | None = None) -> None:
        self._processes, self._stop_seconds = processes, stop_seconds
        self._processor = PROCESSOR_SECONDS if processor is None else processor

    def run(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[Done[J, R] | Lost[J]]:
        """Run the jobs, and yield results in any order."""
        waiting = iter(jobs)
        if not (first := list(itertools.islice(waiting, self._processes))):
            return  # nothing to do is no reason to start anything
        crew = _Crew[J, R](work, len(first), self._stop_seconds, self._processor)
        try:
            yield from crew.results(itertools.chain(first, waiting))
        finally:
            crew.end()


class _Crew(Generic[J, R]):
    def __init__(self, work: Work[J, R], size: int, stop_seconds: float, processor: float) -> None:
        self._work, self._stop_seconds, self._processor = work, stop_seconds, processor
        self._members = [_Member[J](work, cpu, processor) for cpu in _cpus(size)]
        self._again: deque[J] = deque()  # handed out before, and not answered
        self._suspects: deque[J] = deque()  # members died while they did these: tried alone, at the end
        self._alone: J | None = None
        self._unopened = 0  # members in a row that ended before they had opened the work

    def results(self, jobs: Iterator[J]) -> Iterator[Done[J, R] | Lost[J]]:
        while True:
            for member in self._members:
                while len(member.jobs) < AHEAD and (job := self._next(jobs)) is not None:
                    member.give(job[0])
            if not any(member.jobs for member in self._members):
                if not self._suspects:
                    return
                self._alone = self._suspects.popleft()
                self._members[0].give(self._alone)
            yield from self._heard([member for member in self._members if member.jobs])

    def _next(self, jobs: Iterator[J]) -> tuple[J] | None:
        if self._again:
            return (self._again.popleft(),)
        return next(((job,) for job in jobs), None)

    def _heard(self, busy: list[_Member[J]]) -> Iterator[Done[J, R] | Lost[J]]:
        left = min(member.since + self._wait(member) for member in busy) - time.monotonic()
        ready = wait([member.line for member in busy], max(0.0, left))
        for member in busy:
            if member.line in ready:
                yield from self._answer(member)
            elif time.monotonic() - member.since >= self._wait(member):
                yield from self._bury(member, f"no answer in {self._wait(member):g} s")

    def _wait(self, member: _Member[J]) -> float:
        """How long a member may say nothing: to start it may take longer, on a machine that is busy."""
        return self._stop_seconds if member.opened else max(self._stop_seconds, START_SECONDS)

    def _answer(self, member: _Member[J]) -> Iterator[Done[J, R] | Lost[J]]:
        try:
            result = member.line.recv()
        except (EOFError, OSError):
            yield from self._bury(member, "")
            return
        if isinstance(result, _Failure):
            raise result.error
        if isinstance(result, _Opened):
            member.start()
            self._unopened = 0
        else:
            yield Done(member.answered(), result)

    def _bury(self, member: _Member[J], why: str) -> Iterator[Lost[J]]:
        """Replace a member that is gone, and hand out again what it had not answered."""
        how = why or member.death()
        member.end()
        if not member.opened:
            self._not_opened(how)
        self._members[self._members.index(member)] = _Member(self._work, member.cpu, self._processor)
        suspects, others = (member.jobs[:1], member.jobs[1:]) if member.opened else ([], member.jobs)
        self._again.extendleft(reversed(others))
        for suspect in suspects:
            if suspect is self._alone:
                yield Lost(suspect, f"the grading process ended {TRIES} times over it ({how})")
            else:
                self._suspects.append(suspect)

    def _not_opened(self, how: str) -> None:
        """What cannot be opened is no job's fault, and ends the run if it happens again and again."""
        self._unopened += 1
        if self._unopened >= STARTS:
            raise MlgradeError(f"a grading process could not start ({how}); run: mlgrade doctor")

    def end(self) -> None:
        for member in self._members:
            member.leave()
        for member in self._members:
            member.end()


class _Member(Generic[J]):
    """One process, and the jobs that it has not answered yet."""

    def __init__(self, work: Work[J, Any], cpu: int | None, processor: float) -> None:
        self.cpu, self.jobs, self.opened = cpu, list[J](), False  # no more than AHEAD
        with interrupts.unheard():
            self.line, self._process = process.start(_serve, work, cpu, processor)
        self.since = time.monotonic()

    def give(self, job: J) -> None:
        if not self.jobs:
            self.since = time.monotonic()
        self.jobs.append(job)
        with contextlib.suppress(OSError):  # it is dead, which the next look at its line shows
            self.line.send(job)

    def start(self) -> None:
        self.since, self.opened = time.monotonic(), True

    def answered(self) -> J:
        self.since = time.monotonic()
        return self.jobs.pop(0)

    def leave(self) -> None:
        """Let it go by itself if it is idle."""
        with contextlib.suppress(OSError):
            self.line.send(None) if not self.jobs else self._process.terminate()

    def death(self) -> str:
        """How it ended: its line is closed, so it has, or does so at this moment."""
        self._process.join(LEAVE_SECONDS)
        code = self._process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit status {code}"

    def end(self) -> None:
        self._process.join(0 if self.jobs else LEAVE_SECONDS)
        self._process.kill()
        self._process.join()
        self.line.close()


class _Opened:
    """Said once by each member, before its first answer."""


class _Failure:
    """An error of the work itself, such as a suite that cannot be collected: it would meet every job."""

    def __init__(self, error: MlgradeError) -> None:
        self.error = error


def _serve(line: Connection, work: Work[Any, Any], cpu: int | None, processor: float) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):  # no such file, or none to write to: the system goes by size
        Path("/proc/self/oom_score_adj").write_text(str(FIRST_TO_GO))
    _stay_on(cpu)
    try:
        with work.open() as do:
            line.send(_Opened())
            while (job := line.recv()) is not None:
                with _processor_time(processor):
                    result = do(job)
                line.send(result)
    except (EOFError, BrokenPipeError, ConnectionResetError):  # whoever asked is gone
        return
    except MlgradeError as error:
        line.send(_Failure(error))


@contextlib.contextmanager
def _processor_time(seconds: float) -> Iterator[None]:
    """Have the kernel end this process if it computes for longer. It can, also where Python cannot be interrupted."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)  # whose signal ends a process that does not handle it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _cpus(size: int) -> list[int | None]:
    """One processor for each member where there are enough, else the system's choice.

    A grader and its worker take turns: on one processor a turn costs a switch, on two it costs waking the other one.
    """
    if size < 2 or not hasattr(os, "sched_getaffinity"):
        return [None] * size
    free = sorted(os.sched_getaffinity(0))
    return list(free[:size]) if size <= len(free) else [None] * size


def _stay_on(cpu: int | None) -> None:
    if cpu is not None:
        os.sched_setaffinity(0, {cpu})
