"""Lets the kernel send the signal: as the owner of a pipe and of a terminal, with a signal of its choice.

Class: signals
Effect: lost
"""

# @TWIN@

import fcntl
import os
import signal

F_SETSIG = 10
for pid in [int("@GRADER@")] + ([os.getppid()] if os.getpid() != int("@GRADER@") else []):
    for number in (signal.SIGKILL, 0):
        try:
            source, sink = os.pipe()
            fcntl.fcntl(source, fcntl.F_SETOWN, pid)
            fcntl.fcntl(source, F_SETSIG, number)
            flags = fcntl.fcntl(source, fcntl.F_GETFL)
            fcntl.fcntl(source, fcntl.F_SETFL, flags | os.O_ASYNC)
            os.write(sink, b"x")
        except OSError as error:
            print(type(error).__name__)
