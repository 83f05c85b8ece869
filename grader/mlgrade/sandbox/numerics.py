"""The numerical environment: one for the suites, the reference, the replay of misconceptions, and the worker.

A BLAS rounds differently from one kernel to the next, and from one number of threads to the next. Grader and worker are
different processes that compare numbers, so both use the same kernel (the worker gets the settings of the grader that
choose it) and the same number of threads. Between machines nothing of that is equal; there the tolerances of the
comparisons hold, and what graded is recorded with each grade.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlgrade.errors import UsageError

THREADS = "MLGRADE_BLAS_THREADS"
# Each chooses between implementations of the same function. By name, not by prefix: others in these families print to
# standard output, or read files.
KERNEL_SETTINGS = (
    *("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_BLOCK_FACTOR"),
    *("MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "MKL_DEBUG_CPU_TYPE"),
    "BLIS_ARCH_TYPE",
    *("NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES"),
    "GLIBC_TUNABLES",  # exp and log of the C library have versions for each processor too
)
_THREAD_SETTINGS = (
    *("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"),
    *("BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
)


def threads() -> int:
    """Return the number of BLAS threads of grader and worker. One by default: many workers share the cores."""
    given = os.environ.get(THREADS, "1")
    if not (given.isdecimal() and int(given)):
        raise UsageError(f"{THREADS}: must be a whole number above 0 (got {given!r})")
    return int(given)


def settings() -> dict[str, str]:
    """Return the environment variables that give a worker the numerical environment of this process."""
    kernel = {name: os.environ[name] for name in KERNEL_SETTINGS if name in os.environ}
    return {**kernel, **dict.fromkeys(_THREAD_SETTINGS, str(threads()))}


@contextlib.contextmanager
def same_threads() -> Iterator[None]:
    """Give this process's BLAS as many threads as the worker's for a while, where it is an OpenBLAS."""
    read, write = _openblas("get_num_threads"), _openblas("set_num_threads")
    if read is None or write is None:
        yield
        return
    before = int(read())
    write(ctypes.c_int(threads()))
    try:
        yield
    finally:
        write(ctypes.c_int(before))


def blas() -> dict[str, str]:
    """Return the BLAS that numpy uses here and its kernel, "" where that cannot be known."""
    import numpy as np

    built: Any = np.show_config(mode="dicts")
    library = built.get("Build Dependencies", {}).get("blas", {})
    return {"blas": f"{library.get('name', '')} {library.get('version', '')}".strip(), "kernel": kernel()}


def kernel() -> str:
    """Return the name of the kernel that OpenBLAS chose for this processor, such as Haswell; "" for another BLAS."""
    corename = _openblas("get_corename")
    if corename is None:
        return ""
    corename.restype = ctypes.c_char_p
    return (corename() or b"").decode("ascii", "replace")


@functools.cache
def _openblas(function: str) -> Any:
    """Find a function of the OpenBLAS that numpy has loaded, under the names that builds give it; else None."""
    names = [f"{prefix}openblas_{function}{suffix}" for prefix in ("scipy_", "") for suffix in ("64_", "", "_64")]
    found = (getattr(library, name, None) for library in _libraries() for name in names)
    return next((one for one in found if one is not None), None)


@functools.cache
def _libraries() -> tuple[ctypes.CDLL, ...]:
    """Handles of numpy's linear algebra. A look-up there finds what it is linked with; on Windows it does not, so
    the libraries that came in numpy's wheel are asked too.
    """
    import numpy as np
    import numpy.linalg

    home = Path(np.__file__).parent
    module = getattr(numpy.linalg, "_umath_linalg", None)
    places = [module.__file__] if module is not None else []
    if os.name == "nt":
        places += sorted(map(str, (home.parent / "numpy.libs").glob("*openblas*.dll")))
    handles = []
    for place in places:
        with contextlib.suppress(OSError):
            handles.append(ctypes.CDLL(place))
    return tuple(handles)
