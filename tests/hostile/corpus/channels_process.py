"""Leaves the process itself changed: its folder, its mask, its limits, its recursion.

Class: channels
Effect: lost
"""

# @TWIN@

import os
import resource
import sys
import tempfile

folder = tempfile.mkdtemp()
os.chdir(folder) if os.getpid() == int("@GRADER@") else None
os.umask(0o777)
sys.setrecursionlimit(70)
try:
    os.rmdir(folder)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, 1))
except OSError as error:
    print(error)
