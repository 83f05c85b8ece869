"""One job after another, in this process. What the other engines are compared with."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from mlgrade.engine import Done, J, Lost, R, Work


class Serial:
    """Run jobs one after another in this process."""

    def run(self, work: Work[J, R], jobs: Iterable[J]) -> Iterator[Done[J, R] | Lost[J]]:
        """Run the jobs, and yield results in their order."""
        waiting = iter(jobs)
        if not (first := list(itertools.islice(waiting, 1))):
            return  # nothing to do is no reason to open anything
        with work.open() as do:
            for job in itertools.chain(first, waiting):
                yield Done(job, do(job))
