"""Run many jobs: one after another, on all cores, or on a cluster.

Knows no grading. A `Work` is what every process sets up once for itself (suites collected, a fork server for workers);
what it opens is called with one job at a time. All engines give the same results; the order in which they come is not
promised, so each comes with its job.
"""

from __future__ import annotations

import itertools
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

    remote: bool  # the jobs run on other machines, which do not have this one's files

    def run(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[Done[J, R] | Lost[J]]:
        """Do every job; results come as they are ready. Closing the iterator ends all that was started."""
        ...


# -- serial --------------------------------------------------------------------------------------------------------

# One job after another, in this process. What the other engines are compared with.


class Serial:
    """Run jobs one after another in this process."""

    remote = False

    def run(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[Done[J, R] | Lost[J]]:
        """Run the jobs, and yield results in their order."""
        waiting = iter(jobs)
        if not (first := list(itertools.islice(waiting, 1))):
            return  # nothing to do is no reason to open anything
        with work.open() as do:
            for job in itertools.chain(first, waiting):
                yield Done(job, do(job))
