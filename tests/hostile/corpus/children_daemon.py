"""Leaves a daemon: forked twice, in a session of its own, deaf to signals.

Class: children
Effect: left
"""

# @TWIN@

import os
import signal
import time

try:
    if os.fork() == 0:
        os.setsid()
        for number in range(1, 32):
            try:
                signal.signal(number, signal.SIG_IGN)
            except OSError:
                pass
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
except OSError as error:
    print(error)
