"""Takes all the tasks that its user may have, at the moment when the grader needs one more to try the reference.

Class: exhaustion
Effect: lost
"""

# @TWIN@

import ctypes
import os
import threading
import time

if os.getpid() == int("@GRADER@"):
    os.abort()

threading.stack_size(32 << 10)
ctypes.CDLL(None).mallopt(-8, 1)
started = []


def softmax(z, axis=-1):
    """Says that a wall refused it something, which the grader then tries on the reference in a new process."""
    end = time.monotonic() + 0.3
    while len(started) < 4000 and time.monotonic() < end:
        try:
            thread = threading.Thread(target=time.sleep, args=(30,), daemon=True)
            thread.start()
            started.append(thread)
        except (RuntimeError, MemoryError) as error:
            print(error)
            break
    print(len(started), threading.active_count())
    raise PermissionError(1, "Operation not permitted")


def log_softmax(z, axis=-1):
    return softmax(z)
