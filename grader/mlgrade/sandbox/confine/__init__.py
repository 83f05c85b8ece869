"""What a worker gives up before it reads student code, and which walls then stand.

One module per platform mechanism. Each says what it stops; `standing()` lists what this machine has.
"""

from __future__ import annotations

from importlib.util import find_spec

from mlgrade.sandbox.limits import Limits

PROCESS = "process"
RLIMITS = "rlimits"


def standing() -> tuple[str, ...]:
    """Return the walls that a worker on this machine stands behind."""
    return (PROCESS, RLIMITS) if find_spec("resource") else (PROCESS,)


def confine(limits: Limits) -> None:
    """Give up, in this process and for good, what student code must not have."""
    if RLIMITS in standing():
        from mlgrade.sandbox.confine import rlimits

        rlimits.apply(limits)
