"""Starts forty processes, each in a session of its own, that sleep.

Class: exhaustion
Effect: left
"""

# @TWIN@

import os
import time

for _ in range(40):
    try:
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
            os._exit(0)
    except OSError as error:
        print(error)
        break
