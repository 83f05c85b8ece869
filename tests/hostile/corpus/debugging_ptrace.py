"""A child attaches to the grader and to the parent of the workers, and lets them stand still.

Class: debugging
Effect: hang
"""

# @TWIN@

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(0x59616D61, -1, 0, 0, 0)
targets = {int("@GRADER@")} | ({os.getppid()} if os.getpid() != int("@GRADER@") else set())
try:
    child = os.fork()
except OSError:
    child = -1
if child <= 0:
    for pid in targets:
        print(libc.ptrace(16, pid, 0, 0), ctypes.get_errno())
    if child == 0:
        os.setsid()
        time.sleep(100)
        os._exit(0)
time.sleep(0.2)
