"""Limits on this process while a check runs: memory, and processor time.

What a student's function returned is bounded, but not what a suite makes of it: `numpy.outer` of two lists of a
megabyte asks for terabytes, and one large integer makes a loop endless. So each check may allocate MEMORY_BYTES beside
what the process holds already, and compute for CHECK_SECONDS. Waiting for a worker, which has limits of its own, is
free.

The kernel refuses the memory (RLIMIT_AS; not on Windows and macOS), which Python raises as a MemoryError. A thread
looks at the processor time of the checking thread and raises `OvertimeError` in it. That cannot end a single operation
of C code. A process of `engine.pool` carries a timer of the kernel that ends it, after which it is replaced; while a
check runs the timer is set to twice the time of the check.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import mmap
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from mlgrade.sandbox.limits import MIB

if sys.platform != "win32":
    import resource

MEMORY_BYTES = 1024 * MIB
CHECK_SECONDS, SUITE_SECONDS = 5.0, 20.0  # of one check, of all checks of a submission
LEAST_SECONDS = 1.0  # for each check after the others have used up what the suite may
LOOK_SECONDS = 0.2
_raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
_raise_in.argtypes = (ctypes.c_ulong, ctypes.py_object)


class OvertimeError(BaseException):
    """A check computed longer than it may. No Exception: what a suite or a callback catches does not catch this."""


@contextlib.contextmanager
def memory(most: int = MEMORY_BYTES) -> Iterator[None]:
    """Let this process allocate at most so many bytes more. Only the soft limit is lowered, and put back at the end."""
    used = _address_space()
    if sys.platform == "win32" or not used:
        yield
        return
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    lowered = used + most if before == resource.RLIM_INFINITY else min(before, used + most)
    resource.setrlimit(resource.RLIMIT_AS, (lowered, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))


def _address_space() -> int:
    """Return the bytes that this process has mapped, or 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[0])
    except OSError:
        return 0
    return pages * mmap.PAGESIZE


class Clock:
    """Limit the processor time of the thread that enters it: `most` seconds in all, and `each` time it is entered.

    What is left never falls below LEAST_SECONDS, so that a check is not stopped because of those before it alone.
    """

    def __init__(self, most: float | None = None, each: float | None = None) -> None:
        self._left = SUITE_SECONDS if most is None else most
        self._each = CHECK_SECONDS if each is None else each
        self._begin = self._timer = 0.0
        self._used = _processor_time()

    def __enter__(self) -> None:
        self._begin = self._used()
        seconds = min(self._each, max(self._left, LEAST_SECONDS))
        self._timer = _timer()
        _set_timer(min(self._timer, 2 * seconds))
        with _lock:
            _running[threading.get_ident()] = self._used, self._begin + seconds
            if not _looking.is_set():
                _start_looking()

    def __exit__(self, *_: object) -> None:
        thread = threading.get_ident()
        with _lock:
            raised = _running.pop(thread, None) is None
        if raised:
            _let_it_arrive()
        used = self._used() - self._begin
        self._left -= used
        _set_timer(max(LEAST_SECONDS, self._timer - used) if self._timer else 0.0)


def _processor_time() -> Callable[[], float]:
    """Return how to ask for the processor time of this thread from another one; where one cannot, the time of day."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    return functools.partial(time.clock_gettime, time.pthread_getcpuclockid(threading.get_ident()))


def _timer() -> float:
    """Return the seconds after which the kernel ends this process, 0 if it does not."""
    return signal.getitimer(signal.ITIMER_PROF)[0] if sys.platform != "win32" else 0.0


def _set_timer(seconds: float) -> None:
    if seconds and sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _let_it_arrive() -> None:
    """Meet an exception that was raised in this thread as the block ended. It arrives with the next turns of a loop.

    Taking it back (PyThreadState_SetAsyncExc with NULL) leaves Python 3.11 looking for it for ever, under a debugger in
    an endless loop.
    """
    with contextlib.suppress(OvertimeError):
        for _ in range(100):
            pass


_lock = threading.Lock()
_running: dict[int, tuple[Callable[[], float], float]] = {}  # thread -> how to ask it, and when its time is over
_looking = threading.Event()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_looking.clear)  # the thread is not there


def _start_looking() -> None:
    """Start the thread. Where none can be started now, as when the user has too many, the next check tries again."""
    _looking.set()
    try:
        threading.Thread(target=_look, daemon=True, name="mlgrade-clock").start()
    except RuntimeError:
        _looking.clear()


def _look() -> None:
    """Raise OvertimeError in threads that computed too long. Runs while there are any to look at."""
    while _looking.is_set():
        time.sleep(LOOK_SECONDS)
        with _lock:
            for thread, (used, over) in list(_running.items()):
                if used() > over:
                    del _running[thread]
                    _raise_in(thread, OvertimeError)
            if not _running:
                _looking.clear()
