"""Nothing open but one's own pipes (every system but Windows, which hands none on).

Theory of operation: an open descriptor is a right that no later wall takes back. A forked worker inherits those of its
fork server: the line on which workers are asked for, the allowed folders, whatever a library opened. All are closed but
the ones named, so that student code holds two pipes to the grader, one for its stack, /dev/null, and at most a few that
name Python's own folders (`reach`), through which nothing is read that Landlock refuses.
"""

from __future__ import annotations

import os

HIGHEST = 1 << 20  # close_range does it in one call where there is one; rlimits keep what may be open below this


def close_all_but(*kept: int) -> None:
    """Close all descriptors but these."""
    low = 3  # the standard three point at nothing
    for descriptor in sorted(kept):
        os.closerange(low, descriptor)
        low = descriptor + 1
    os.closerange(low, HIGHEST)
