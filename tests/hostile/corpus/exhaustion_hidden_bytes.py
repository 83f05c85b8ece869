"""Fills files, maps one page of each, deletes and closes them: no name and no descriptor shows what they hold.

Before: neither the limits on files and descriptors nor a look into the scratch folder counted these bytes.

Class: exhaustion
Effect: lost
"""

# @TWIN@

import mmap
import os
import tempfile
import time

if os.getpid() == int("@GRADER@"):
    os.abort()

DATA = bytes(1 << 20)
base = tempfile.gettempdir()
kept = []


def hide():
    target = os.open(f"{base}/x", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.unlink(f"{base}/x")
    try:
        for _ in range(16):
            os.write(target, DATA)
    except OSError:
        pass
    try:
        kept.append(mmap.mmap(target, 4096))
    except (OSError, ValueError):
        pass
    os.close(target)


def fill(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        hide()


def softmax(z, axis=-1):
    fill(0.4)
    return np.exp(np.asarray(z, dtype=float))


log_softmax = softmax
