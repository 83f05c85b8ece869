"""A job object around the worker (Windows).

Theory of operation: a job is a group of processes with limits that none of them can leave. The worker is put into one
before it is sent any source: its memory is limited, it starts no programs of its own (one process more is allowed,
because the `python.exe` of a virtual environment is a launcher for the real one), and all of them end when the grader
closes the job, also by dying.

Tried only as far as the layout of its structures: the project's tests run on Linux. A call that fails leaves the wall
out, and the report says so.

Source: Windows' documentation of job objects (JOBOBJECT_EXTENDED_LIMIT_INFORMATION).
"""

from __future__ import annotations

import ctypes
import subprocess
import sys

ACTIVE_PROCESS, PROCESS_MEMORY, DIE_ON_EXCEPTION, KILL_ON_CLOSE = 0x8, 0x100, 0x400, 0x2000
EXTENDED_LIMITS = 9
PROCESSES = 2


class BasicLimits(ctypes.Structure):
    _fields_ = (
        ("process_time", ctypes.c_int64),
        ("job_time", ctypes.c_int64),
        ("flags", ctypes.c_uint32),
        ("least_working_set", ctypes.c_size_t),
        ("most_working_set", ctypes.c_size_t),
        ("active_processes", ctypes.c_uint32),
        ("affinity", ctypes.c_size_t),
        ("priority", ctypes.c_uint32),
        ("scheduling", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("basic", BasicLimits),
        ("counters", ctypes.c_uint64 * 6),
        ("process_memory", ctypes.c_size_t),
        ("job_memory", ctypes.c_size_t),
        ("peak_process_memory", ctypes.c_size_t),
        ("peak_job_memory", ctypes.c_size_t),
    )


def limits(memory_bytes: int) -> ExtendedLimits:
    flags = ACTIVE_PROCESS | PROCESS_MEMORY | DIE_ON_EXCEPTION | KILL_ON_CLOSE
    return ExtendedLimits(BasicLimits(flags=flags, active_processes=PROCESSES), process_memory=memory_bytes)


def contain(process: subprocess.Popen[bytes], memory_bytes: int) -> bool:
    """Put a process into a job of its own, and say whether that went well. The job ends with the grader."""
    if sys.platform != "win32":
        return False
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.CreateJobObjectW.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel32.CreateJobObjectW(None, None))
    wanted = limits(memory_bytes)
    return bool(
        kernel32.SetInformationJobObject(job, EXTENDED_LIMITS, ctypes.byref(wanted), ctypes.sizeof(wanted))
        and kernel32.AssignProcessToJobObject(job, ctypes.c_void_p(int(process._handle)))  # noqa: SLF001  (Python has no other way to it)
    )
