"""Ignores every signal that can be ignored, blocks the others, and loops.

Class: endless
Effect: hang
"""

# @TWIN@

import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
try:
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
except OSError:
    pass


def softmax(z, axis=-1):
    while True:
        pass
