"""A child traces it and never reaps it, so that whoever waits for its death waits for ever.

Class: debugging
Effect: hang
"""

# @TWIN@

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(0x59616D61, -1, 0, 0, 0)
me = os.getpid()
try:
    child = os.fork()
except OSError:
    child = -1
if child == 0:
    os.setsid()
    libc.ptrace(0x4206, me, 0, 0)
    time.sleep(0.3)
    os.kill(me, 19) if me == int("@GRADER@") else None
    time.sleep(100)
    os._exit(0)
time.sleep(0.5)
