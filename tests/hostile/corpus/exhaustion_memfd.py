"""Keeps memory outside of its own limit: in anonymous files, shared segments and the buffers of pipes.

Class: exhaustion
Effect: left
"""

# @TWIN@

import ctypes
import fcntl
import os

libc = ctypes.CDLL(None, use_errno=True)
try:
    handle = os.memfd_create("mlgrade-hostile")
    for _ in range(16):
        os.write(handle, bytes(1 << 20))
except OSError as error:
    print(error)
for key in range(4):
    segment = libc.shmget(0x6D6C0000 + key, 1 << 20, 0o1600)
    print(segment)
for _ in range(20):
    try:
        source, sink = os.pipe()
        fcntl.fcntl(sink, 1031, 1 << 20)
    except OSError as error:
        print(error)
        break
