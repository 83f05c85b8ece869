"""Writes a stack of its own making, without end, to whoever asks where it stands.

Class: frames
Effect: hang
"""

# @TWIN@

import os
import signal
import threading

signal.signal(signal.SIGUSR1, signal.SIG_IGN)


def flood():
    data = b'File "softmax.py", line 9999999\n' * 2000
    while True:
        for number in range(3, 1024):
            try:
                if os.getpid() != int("@GRADER@"):
                    os.set_blocking(number, False)
                    os.write(number, data)
            except OSError:
                pass


threading.Thread(target=flood, daemon=True).start()


def softmax(z, axis=-1):
    while True:
        pass
