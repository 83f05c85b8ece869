"""What a worker gives up before it reads student code, and which walls then stand.

One module per mechanism. Each says what it stops; `standing()` lists what this machine has.
"""

from __future__ import annotations

from importlib.util import find_spec

from mlgrade.sandbox.confine import landlock
from mlgrade.sandbox.limits import Limits

PROCESS = "process"
RLIMITS = "rlimits"
LANDLOCK = "landlock"


def standing() -> tuple[str, ...]:
    """Return the walls that a worker on this machine stands behind."""
    found = {PROCESS: True, RLIMITS: find_spec("resource") is not None, LANDLOCK: landlock.abi() > 0}
    return tuple(name for name, stands in found.items() if stands)


def plan(*, packages: bool) -> landlock.Plan | None:
    """Prepare the wall around files, once for many workers; None where the system has none."""
    return landlock.Plan(packages=packages) if LANDLOCK in standing() else None


def confine(limits: Limits, files: landlock.Plan | None, scratch: str) -> None:
    """Give up, in this process and for good, what student code must not have."""
    if RLIMITS in standing():
        from mlgrade.sandbox.confine import rlimits  # before the files are out of reach, this one too

        rlimits.apply(limits)
    if files is not None:
        files.apply(scratch)
