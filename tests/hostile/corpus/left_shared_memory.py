"""Leaves memory that belongs to nobody: by System V, by name, and as a queue of messages.

Class: left
Effect: left
"""

# @TWIN@

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
print(libc.shmget(0x6D6C6701, 4096, 0o1600), libc.semget(0x6D6C6702, 1, 0o1600), libc.msgget(0x6D6C6703, 0o1600))
print(libc.mq_open(b"/mlgrade-hostile", os.O_CREAT | os.O_RDWR, 0o600, None))
print(libc.shm_open(b"/mlgrade-hostile-left", os.O_CREAT | os.O_RDWR, 0o600))
