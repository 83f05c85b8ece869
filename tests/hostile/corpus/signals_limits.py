"""Lowers the limits of the grader from outside, so that it can open and start nothing more.

Class: signals
Effect: lost
"""

# @TWIN@

import os
import resource

targets = [int("@GRADER@")] + ([os.getppid()] if os.getpid() != int("@GRADER@") else [])
for pid in targets:
    for what, most in (
        (resource.RLIMIT_NOFILE, (0, 0)),
        (resource.RLIMIT_FSIZE, (0, 0)),
        (resource.RLIMIT_CPU, (1, 1)),
        (resource.RLIMIT_AS, (1 << 20, 1 << 20)),
    ):
        try:
            resource.prlimit(pid, what, most)
        except (OSError, ValueError) as error:
            print(type(error).__name__)
