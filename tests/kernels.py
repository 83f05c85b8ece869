"""The kernels of OpenBLAS that tests ask for, and whether they can be had here: one that the processor lacks kills."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

NAMES = ("Haswell", "SkylakeX", "Prescott")
# What a kernel is really: an old name may stand for a newer or an older implementation.
_PROBE = """
import numpy as np
from mlgrade.sandbox import numerics
a = np.linspace(-1.0, 1.0, 40000).reshape(200, 200)
np.linalg.svd(a @ a.T)
np.dot(a.ravel(), a.ravel())
print(numerics.kernel())
"""


def environment(kernel: str) -> dict[str, str]:
    """The environment of a process that shall use a kernel; the machine's own choice for ""."""
    rest = {name: value for name, value in os.environ.items() if name != "OPENBLAS_CORETYPE"}
    return {**rest, "OPENBLAS_CORETYPE": kernel} if kernel else rest


@functools.cache
def chosen(kernel: str) -> str:
    """The name of the kernel that runs when this one is asked for; "" if numpy has no OpenBLAS, or dies of it."""
    done = subprocess.run([sys.executable, "-c", _PROBE], env=environment(kernel), capture_output=True, text=True, check=False)  # fmt: skip
    return done.stdout.strip() if done.returncode == 0 else ""


def why_not(kernel: str) -> str:
    """Why tests cannot run with a kernel here; "" if they can."""
    if not chosen(""):
        return "numpy has no OpenBLAS here"
    if not chosen(kernel):
        return f"this processor cannot run the kernel {kernel}"
    if kernel not in ("", chosen("")) and chosen(kernel) == chosen(""):
        return f"OpenBLAS takes {chosen(kernel)} for {kernel}"
    return ""
