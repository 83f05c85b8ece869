"""Runs a piece of work over many jobs: in this process, in a pool of processes, or on a Dask cluster.

Knows no grading. A `Work` is what every process sets up once for itself (suites collected, a warm parent for workers);
what it opens is called with one job at a time. All engines give the same results; the order in which they come is not
promised, so each comes with its job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Generic, Protocol, TypeVar

import msgspec

J = TypeVar("J")
R = TypeVar("R")
J_contra = TypeVar("J_contra", contravariant=True)
R_co = TypeVar("R_co", covariant=True)
TRIES = 2  # of a job whose process died: once more, and then it is given up


class Work(Protocol[J_contra, R_co]):
    """Something to be done to each job. It travels to other processes, and is opened once in each."""

    def open(self) -> AbstractContextManager[Callable[[J_contra], R_co]]:
        """Open what the jobs of one process share, and return the function that does a job."""


class Done(msgspec.Struct, Generic[J, R], frozen=True):
    """A job with its result."""

    job: J
    result: R


class Lost(msgspec.Struct, Generic[J], frozen=True):
    """A job that ended the process that did it, twice. Our fault, not the job's: it has no result."""

    job: J
    why: str


class Engine(Protocol):
    """Run many jobs, and return their results as they come."""

    def run(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[Done[J, R] | Lost[J]]:
        """Do every job; results come as they are ready. Closing the iterator ends all that was started."""
        ...
