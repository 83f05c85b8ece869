"""Stops the grader and the parent of the workers, without ending them.

Class: signals
Effect: hang
"""

# @TWIN@

import os
import signal

targets = [int("@GRADER@")] + ([os.getppid()] if os.getpid() != int("@GRADER@") else [])
for pid in reversed(targets):
    for which in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN):
        try:
            os.kill(pid, which)
        except OSError:
            pass
