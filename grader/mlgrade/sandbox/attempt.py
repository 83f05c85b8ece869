"""Keeps one submission callable: a fresh worker after each death, and a budget over all of them."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import msgspec

from mlgrade.sandbox.host import Host, Worker
from mlgrade.sandbox.limits import Limits
from mlgrade.sandbox.protocol import Died, Load, Loaded, Result, TimedOut

LEAST_SECONDS = 0.1  # of the last step: a shorter limit would measure the machine


class NotTried(msgspec.Struct, frozen=True, kw_only=True):
    """A call that was not made, because those before it used up what the submission may use."""

    why: str
    timed_out: bool  # whether it was time that was used up; else the file ended its own process too often


class WorkerSession:
    """One submission and its workers: after a worker has ended, the next call gets a new one."""

    def __init__(self, host: Host, load: Load, limits: Limits) -> None:
        self._host, self._load, self._limits = host, load, limits
        self._worker: Worker | None = None
        self._strikes: Counter[str] = Counter()
        self._deaths = 0
        self._left = limits.total_seconds

    def __enter__(self) -> WorkerSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close()

    def load(self) -> Loaded | TimedOut | Died:
        """Start a worker with the submission in it. Also called by itself after a worker died."""
        self._worker = self._host.worker(self._limits)
        start = time.monotonic()  # what it takes to start a process is not the student's time
        reply = self._worker.load(self._load, self._within(self._limits.import_seconds))
        self._left -= time.monotonic() - start
        return reply

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result | NotTried:
        """Call a function of the student's."""
        if self._strikes[function] >= self._limits.strikes:
            return NotTried(why=f"{function} was stopped {self._limits.strikes} times already", timed_out=True)
        if self._deaths >= self._limits.deaths:
            return NotTried(why=f"the file ended its process {self._deaths} times already", timed_out=False)
        if self._left <= 0:
            return self._used_up()
        result = self._ready(function, args, kwargs)
        if isinstance(result, TimedOut):
            self._strikes[function] += 1
        self._deaths += isinstance(result, Died)
        return result

    def _ready(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Result | NotTried:
        if self._worker is None or not self._worker.alive:
            reply = self.load()
            cut = isinstance(reply, TimedOut) and reply.seconds < self._limits.import_seconds
            if cut or self._left <= 0:
                return self._used_up()
            if not isinstance(reply, Loaded):
                return reply
        assert self._worker is not None  # noqa: S101  (`load` has just made it)
        start = time.monotonic()
        seconds = self._within(self._limits.call_seconds)
        result = self._worker.call(function, args, kwargs, seconds)
        self._left -= time.monotonic() - start
        if isinstance(result, TimedOut) and seconds < self._limits.call_seconds:
            return self._used_up()  # not the limit of one call, and not a figure that differs from run to run
        return result

    def _within(self, seconds: float) -> float:
        """Return how long one step may take: its own limit, and no more than what is left of the total."""
        return min(seconds, max(self._left, LEAST_SECONDS))

    def _used_up(self) -> NotTried:
        return NotTried(why=f"the {self._limits.total_seconds:g} s for the whole file were used up", timed_out=True)
