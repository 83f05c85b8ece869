"""Goes into namespaces of its own, where it is root, and leaves a process there.

Class: children
Effect: left
"""

# @TWIN@

import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
for flags in (0x10000000, 0x20000000, 0x40000000, 0x08000000):
    print(libc.unshare(flags))
try:
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
except OSError as error:
    print(error)
