"""Starts threads until no more can be started, each with a small stack, and waits for all of them.

Class: exhaustion
Effect: hang
"""

# @TWIN@

import ctypes
import threading
import time

ctypes.CDLL(None).mallopt(-8, 1)
threading.stack_size(32 << 10)
started = []
while len(started) < 2000:
    try:
        thread = threading.Thread(target=time.sleep, args=(100,))
        thread.start()
        started.append(thread)
    except (RuntimeError, MemoryError) as error:
        print(len(started), error)
        break
